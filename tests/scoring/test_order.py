from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError

import pytest
from pydantic import TypeAdapter

from config.order import Edge, Link, Order
from scoring.order import between, blocked, cycle, missing, sequence

DEEP = 50_000

# The orders of Hà Tĩnh: HT-2.2 for the review; HT-6.2, HT-11.3 and RULES 6.4 for the rating.
ORDER = TypeAdapter[Order](Order).validate_python(
    {
        "rating_order": [
            {"link": "parent", "first": "from", "from_kinds": ["chi_bo", "dang_bo"], "to_kinds": ["dang_bo"]},
            {
                "link": "member_of",
                "first": "from",
                "from_kinds": ["dang_vien"],
                "to_kinds": ["chi_bo"],
                "unless": "leads",
            },
            {"link": "member_of", "first": "to", "from_kinds": ["can_bo"], "to_kinds": ["ubnd"]},
            {"link": "leads", "first": "to"},
            {"link": "peer_of", "first": "from"},
            {"link": "self", "first": "from", "from_kinds": ["dang_vien"], "programme": "cong-chuc"},
        ],
        "review_order": [
            {"link": "member_of", "first": "to", "to_kinds": ["ubnd"]},
            {"link": "leads", "first": "to", "to_kinds": ["ubnd"]},
            {"link": "led_by", "first": "to"},
            {"link": "peer_of", "first": "from"},
        ],
    }
)
KINDS = {
    "đảng bộ": "dang_bo",
    "chi bộ": "chi_bo",
    "ubnd": "ubnd",
    "bí thư": "dang_vien",
    "đảng viên": "dang_vien",
    "chủ tịch": "can_bo",
    "phó chủ tịch": "can_bo",
}
LINKS: Mapping[Link, Collection[tuple[str, str]]] = {
    Link.PARENT: [("chi bộ", "đảng bộ"), ("ubnd", "đảng bộ")],
    Link.LEADS: [("bí thư", "chi bộ"), ("chủ tịch", "ubnd")],
    Link.MEMBER_OF: [
        ("bí thư", "chi bộ"),
        ("đảng viên", "chi bộ"),
        ("phó chủ tịch", "ubnd"),
        ("chủ tịch", "ubnd"),
    ],
    Link.PEER_OF: [("ubnd", "đảng bộ")],
}


def pairs(name: str, programme: str | None = None) -> Iterator[tuple[str, str]]:
    for edge in ORDER[name]:
        if edge.programme == programme:
            yield from between(edge, LINKS, KINDS)


def edge(**written: object) -> Edge:
    return Edge.model_validate(written)


@pytest.mark.rule("HT-6.2", "HT-11.3")
def test_the_rating_order_of_ha_tinh() -> None:
    assert set(pairs("rating_order")) == {
        ("chi bộ", "đảng bộ"),
        ("đảng viên", "chi bộ"),
        ("ubnd", "phó chủ tịch"),
        ("ubnd", "chủ tịch"),
        ("chi bộ", "bí thư"),
        ("ubnd", "đảng bộ"),
    }
    assert cycle(pairs("rating_order")) == ()


@pytest.mark.rule("HT-11.3")
def test_members_come_before_their_cell_and_its_head_after_it() -> None:
    order = sequence(pairs("rating_order"), KINDS)
    assert order.index("đảng viên") < order.index("chi bộ") < order.index("bí thư")


@pytest.mark.rule("HT-11.3")
def test_members_wait_for_their_own_rating_as_civil_servants() -> None:
    assert set(pairs("rating_order", "cong-chuc")) == {("bí thư", "bí thư"), ("đảng viên", "đảng viên")}


@pytest.mark.rule("HT-2.2")
def test_the_review_order_of_ha_tinh() -> None:
    assert set(pairs("review_order")) == {
        ("ubnd", "phó chủ tịch"),
        ("ubnd", "chủ tịch"),
        ("chủ tịch", "phó chủ tịch"),
        ("bí thư", "đảng viên"),
        ("ubnd", "đảng bộ"),
    }
    assert cycle(pairs("review_order")) == ()


def test_a_subject_outside_the_round_has_no_edges() -> None:
    kinds = {name: kind for name, kind in KINDS.items() if name != "chi bộ"}
    assert set(between(edge(link="parent", first="from"), LINKS, kinds)) == {("ubnd", "đảng bộ")}


@pytest.mark.parametrize("link", ["parent", "led_by"])
def test_a_register_without_a_link_has_no_edges_of_it(link: str) -> None:
    assert (
        list(between(edge(link=link, first="from", unless="leads"), dict[Link, list[tuple[str, str]]](), KINDS)) == []
    )


def test_members_of_a_body_without_a_head_are_led_by_nobody() -> None:
    links = {Link.LEADS: [("a", "x")], Link.MEMBER_OF: [("b", "x"), ("c", "y")]}
    assert set(between(edge(link="led_by", first="to"), links, dict.fromkeys("abcxy", "kind"))) == {("a", "b")}


def test_two_heads_of_one_body_do_not_wait_for_each_other() -> None:
    links = {Link.LEADS: [("a", "x"), ("b", "x")], Link.MEMBER_OF: [("a", "x"), ("b", "x"), ("c", "x")]}
    kinds = dict.fromkeys("abcx", "kind")
    assert set(between(edge(link="led_by", first="to"), links, kinds)) == {("a", "c"), ("b", "c")}


def test_kinds_limit_an_edge_at_both_ends() -> None:
    links = {Link.PARENT: [("a1", "b1"), ("a1", "b2"), ("a2", "b1")]}
    kinds = {"a1": "one", "a2": "two", "b1": "one", "b2": "two"}
    assert list(between(edge(link="parent", first="to", from_kinds="one", to_kinds="one"), links, kinds)) == [
        ("b1", "a1")
    ]


def test_a_cycle_is_shown_with_its_path_from_its_smallest() -> None:
    edges = [("c", "a"), ("b", "c"), ("a", "b"), ("x", "a"), ("b", "y")]
    assert cycle(edges) == ("a", "b", "c", "a")
    assert cycle(reversed(edges)) == ("a", "b", "c", "a")


def test_what_waits_for_itself_is_a_cycle() -> None:
    assert cycle([(1, 2), (2, 2)]) == (2, 2)


def test_without_edges_there_is_no_cycle() -> None:
    assert cycle(list[tuple[int, int]]()) == ()


def test_a_sequence_respects_every_edge_and_has_everybody() -> None:
    assert sequence([(3, 1), (1, 2)], [4, 2]) == (3, 4, 1, 2)


def test_there_is_no_sequence_of_a_cycle() -> None:
    with pytest.raises(CycleError):
        sequence([(1, 2), (2, 1)], [])


def test_only_what_stands_directly_before_is_missing() -> None:
    edges = [(1, 2), (2, 4), (3, 4), (3, 4), (5, 6)]
    assert missing(4, edges, set()) == (2, 3)
    assert missing(4, edges, {3}) == (2,)
    assert missing(4, edges, {2, 3}) == ()
    assert missing(1, edges, set()) == ()


def test_what_is_blocked_by_what() -> None:
    edges = [(3, 4), (2, 4), (1, 2), (5, 6), (3, 7)]
    found = blocked(edges, {5, 7})
    assert found == {2: (1,), 4: (2, 3)}
    assert list(found) == [2, 4]
    assert list(blocked([(1, 9), (2, 5)], set())) == [5, 9]


def test_what_is_done_out_of_order_is_not_blocked() -> None:
    assert blocked([(1, 2)], {2}) == {}


def test_a_chain_of_fifty_thousand_is_no_trouble() -> None:
    chain = [(number, number + 1) for number in reversed(range(DEEP))]
    assert cycle(chain) == ()
    assert sequence(chain, []) == tuple(range(DEEP + 1))
    assert cycle([*chain, (DEEP, 0)]) == (*range(DEEP + 1), 0)
    assert len(blocked(chain, {0})) == DEEP - 1
