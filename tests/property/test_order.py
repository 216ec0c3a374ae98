from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from scoring.order import blocked, cycle, missing, sequence

NODES = 6
nodes = st.integers(0, NODES - 1)
graphs = st.lists(st.tuples(nodes, nodes), max_size=14)
acyclic = st.lists(st.tuples(nodes, nodes).filter(lambda pair: pair[0] != pair[1]).map(sorted), max_size=14).flatmap(
    lambda pairs: st.permutations(range(NODES)).map(lambda names: [(names[low], names[high]) for low, high in pairs])
)
shuffled = graphs.flatmap(lambda edges: st.tuples(st.just(edges), st.permutations(edges)))


def can_be_ordered(edges: list[tuple[int, int]]) -> bool:
    """Whether any order of all nodes respects all edges, by trying each."""
    return any(
        all(order.index(one) < order.index(other) for one, other in edges) for order in permutations(range(NODES))
    )


@given(graphs)
def test_a_cycle_is_found_exactly_when_no_order_respects_all_edges(edges: list[tuple[int, int]]) -> None:
    assert (cycle(edges) == ()) == can_be_ordered(edges)


@given(graphs)
def test_the_path_of_a_cycle_goes_along_edges_and_round_once(edges: list[tuple[int, int]]) -> None:
    path = cycle(edges)
    assert set(pairwise(path)) <= set(edges)
    if path:
        assert path[0] == path[-1] == min(path)
        assert len(set(path)) == len(path) - 1


@given(acyclic, st.sets(nodes))
def test_a_sequence_respects_every_edge(edges: list[tuple[int, int]], alone: set[int]) -> None:
    order = sequence(edges, alone)
    assert sorted(order) == sorted(alone | {node for edge in edges for node in edge})
    assert all(order.index(before) < order.index(after) for before, after in edges)


@given(shuffled, st.sets(nodes))
def test_no_answer_depends_on_the_order_of_the_edges(
    both: tuple[list[tuple[int, int]], list[tuple[int, int]]], done: set[int]
) -> None:
    one, other = both
    assert cycle(one) == cycle(other)
    assert list(blocked(one, done).items()) == list(blocked(other, done).items())
    if not cycle(one):
        assert sequence(one, done) == sequence(other, done)


@given(graphs, st.sets(nodes))
def test_blocked_is_who_misses_something_and_is_not_done(edges: list[tuple[int, int]], done: set[int]) -> None:
    expected = {node: missing(node, edges, done) for node in range(NODES) if node not in done}
    assert blocked(edges, done) == {node: before for node, before in expected.items() if before}


@given(acyclic)
def test_whoever_goes_by_what_is_not_blocked_comes_to_the_end(edges: list[tuple[int, int]]) -> None:
    done: set[int] = set()
    while len(done) < NODES:
        ready = set(range(NODES)) - done - blocked(edges, done).keys()
        assert ready
        done |= ready
