"""The graph of what has to be done before what; an edge is a pair (before, after) of ids (HT-2.2, HT-6.2, HT-11.3).

Ids of one graph are of one kind that can be sorted, so that no answer depends on the order of the input.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol, TypeVar

from config.order import Edge, End, Link


class Sortable(Hashable, Protocol):
    """What an id has to be."""

    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401  what it is compared with is of its own kind


Id = TypeVar("Id", bound=Sortable)
Pair = tuple[Id, Id]
Links = Mapping[Link, Collection[Pair[Id]]]
"""The pairs (from, to) that the register has for each of its links."""


def between(edge: Edge, links: Links[Id], kinds: Mapping[Id, str]) -> Iterator[Pair[Id]]:
    """Apply one edge of an order to the subjects of a round: the pairs (before, after) of their ids.

    Subjects without a kind are not in the round and have no edges. With `edge.programme` the `before` of each
    pair is that subject's dossier there. The pairs come in no certain order, one perhaps twice.
    """
    excused = frozenset(_linked(edge.unless, links, kinds)) if edge.unless else frozenset[Pair[Id]]()
    for one, other in _linked(edge.link, links, kinds):
        if (one, other) not in excused and _concerns(edge, kinds.get(one), kinds.get(other)):
            yield (one, other) if edge.first is End.FROM else (other, one)


def cycle(edges: Iterable[Pair[Id]]) -> tuple[Id, ...]:
    """Return one cycle, each before the next and the first again at the end, the smallest first; () if none."""
    try:
        _sorter(edges).prepare()
    except CycleError as error:
        return _from_smallest(error.args[1][:-1])
    return ()


def sequence(edges: Iterable[Pair[Id]], nodes: Iterable[Id]) -> tuple[Id, ...]:
    """Return the nodes, and all that have an edge, each after everything that has to be before it.

    Raises graphlib.CycleError, a ValueError, when there is a cycle.
    """
    return tuple(_sorter(edges, nodes).static_order())


def missing(after: Id, edges: Iterable[Pair[Id]], done: AbstractSet[Id]) -> tuple[Id, ...]:
    """Return what stands directly before `after` and is not done, in order."""
    return tuple(sorted({before for before, later in edges if later == after} - done))


def blocked(edges: Iterable[Pair[Id]], done: AbstractSet[Id]) -> Mapping[Id, tuple[Id, ...]]:
    """Return, for each that is not done, what is missing directly before it; without those that miss nothing.

    What the authority has waived is to be given as done.
    """
    found: dict[Id, list[Id]] = {}
    for before, after in sorted(set(edges), key=_latter):
        if before not in done and after not in done:
            found.setdefault(after, []).append(before)
    return {after: tuple(befores) for after, befores in found.items()}


def _linked(link: Link, links: Links[Id], kinds: Mapping[Id, str]) -> Iterable[Pair[Id]]:
    if link is Link.SELF:
        return ((one, one) for one in kinds)
    return _led_by(links) if link is Link.LED_BY else links.get(link, ())


def _led_by(links: Links[Id]) -> Iterator[Pair[Id]]:
    """Each member with those who lead what it belongs to; who leads there is led by nobody there."""
    leads = set(links.get(Link.LEADS, ()))
    leaders: dict[Id, list[Id]] = {}
    for leader, body in leads:
        leaders.setdefault(body, []).append(leader)
    for member, body in links.get(Link.MEMBER_OF, ()):
        if (member, body) not in leads:
            yield from ((member, leader) for leader in leaders.get(body, ()))


def _concerns(edge: Edge, one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    return (not edge.from_kinds or one in edge.from_kinds) and (not edge.to_kinds or other in edge.to_kinds)


def _sorter(edges: Iterable[Pair[Id]], nodes: Iterable[Id] = ()) -> TopologicalSorter[Id]:
    sorter: TopologicalSorter[Id] = TopologicalSorter()
    pairs = sorted(set(edges))
    for node in sorted({*nodes, *(node for pair in pairs for node in pair)}):
        sorter.add(node)
    for before, after in pairs:
        sorter.add(after, before)
    return sorter


def _from_smallest(around: list[Id]) -> tuple[Id, ...]:
    start = around.index(min(around))
    turned = (*around[start:], *around[:start])
    return (*turned, turned[0])


def _latter(pair: Pair[Id]) -> tuple[Id, Id]:
    before, after = pair
    return after, before
