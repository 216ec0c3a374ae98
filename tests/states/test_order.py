"""Who comes before whom in a round, read from the links of the register (HT-2.2, HT-6.2, HT-11.3)."""

from collections.abc import Iterable

import pytest

from config.load import load_programme
from config.order import Edge, End, Link
from config.programme import Programme
from danhgia.bench.world import NOW, fill
from models.db import Database, run
from models.types import to_micros
from states.order import blocked, circle, graph, pairs, prerequisites
from tests.states.worlds import add_second_round, insert, write

WARD = load_programme("kiem-diem-xep-loai")
RATING, REVIEW = "rating_order", "review_order"
KINDS = {
    1: "dang_bo_co_so",
    2: "chi_bo_truc_thuoc",
    3: "tap_the_co_so",
    4: "can_bo_co_so",
    5: "dang_vien",
    6: "can_bo_co_so",
}
"""The Party organisation of a ward, its cell, a collective of its level, the cell's secretary, a member, a deputy."""
LINKS = [
    (3, "peer_of", 1),
    (4, "leads", 2),
    (4, "member_of", 2),
    (5, "member_of", 2),
    (6, "member_of", 3),
]


def ward(database: Database, links: Iterable[tuple[int, str, int]] = LINKS) -> None:
    fill(database, len(KINDS))
    with database.writing() as session:
        for key, kind in KINDS.items():
            run(
                session,
                "UPDATE assessment SET kind = :kind, state = 'assigned' WHERE id = :id",
                {"id": key, "kind": kind},
            )
        run(session, "UPDATE subject SET parent_id = 1 WHERE id = 2")
        run(session, "UPDATE subject SET parent_id = 2 WHERE id = 5")
        for subject, link, other in links:
            insert(session, "subject_link", subject_id=subject, link=link, other_id=other)


def before(database: Database, subject: int, edges: str = RATING, programme: Programme = WARD) -> list[int]:
    with database.reading() as session:
        return [one.id for one in prerequisites(session, programme, edges, 1, subject)]


@pytest.mark.rule("HT-6.2", "HT-11.3")
def test_what_is_rated_first(database: Database) -> None:
    """Members but the head before their cell, the cell before its head, all below and beside before the ward."""
    ward(database)
    assert {key: before(database, key) for key in KINDS} == {1: [2, 3], 2: [5], 3: [], 4: [2], 5: [], 6: [3]}


@pytest.mark.rule("HT-2.2")
def test_what_is_reviewed_first(database: Database) -> None:
    """The cell and the collective before their people, the head before the deputy, government before the Party."""
    ward(database, [*LINKS, (5, "leads", 3)])
    write(database, "UPDATE assessment SET kind = 'can_bo_co_so' WHERE id = 5")
    first = {1: [3], 2: [], 3: [], 4: [2], 5: [2, 3, 4], 6: [3, 5]}
    assert {key: before(database, key, REVIEW) for key in KINDS} == first


def test_how_far_each_is_comes_along(database: Database) -> None:
    ward(database)
    with database.writing() as session:
        run(session, "UPDATE assessment SET state = 'recognised', level = 'httnv' WHERE id = 2")
        run(session, "UPDATE assessment SET state = 'reviewed', reviewed_at = :at WHERE id = 3", {"at": to_micros(NOW)})
        insert(session, "waiver", assessment_id=3, reason="Đi học", at=to_micros(NOW))
    with database.reading() as session:
        found = prerequisites(session, WARD, RATING, 1, 1)
    assert [tuple(one) for one in found] == [
        (2, "Đơn vị 2", True, True, False),
        (3, "Đơn vị 3", True, False, True),
    ]


def test_only_dossiers_of_the_round_count(database: Database) -> None:
    ward(database)
    with database.writing() as session:
        add_second_round(session)
        run(session, "UPDATE assessment SET round_id = 2 WHERE id = 2")
    assert (before(database, 1), before(database, 4)) == ([3], [])
    assert before(database, 1, "no_such_order") == []
    with database.reading() as session:
        assert graph(session, WARD, "no_such_order", 1) == []


def test_a_rating_in_another_programme_of_the_year_may_come_first(database: Database) -> None:
    """A level settles it; a round that was cancelled, or of another year, does not count."""
    edge = Edge(link=Link.SELF, first=End.FROM, from_kinds=("chi_bo_truc_thuoc",), programme="khac")
    other = WARD.model_copy(update={"order": {RATING: (edge,)}})
    ward(database)
    with database.writing() as session:
        add_second_round(session)
        run(session, "UPDATE round SET slug = 'khac' WHERE id = 2")
        columns = (
            "kind, name, group_name, sheet, closes_at, late, zeroed, leaves, scored, appraised, unreasoned, asked, "
            "tied, seq, head, chain_at, version, body, subject_id"
        )
        sql = f"INSERT INTO assessment (id, round_id, state, {columns}) SELECT 102, 2, 'assigned', {columns} "
        run(session, f"{sql} FROM assessment WHERE id = 2")
    for change, standing in (
        ("UPDATE round SET year = 2026", [(102, False)]),
        ("UPDATE assessment SET level = 'httnv' WHERE id = 102", [(102, True)]),
        ("UPDATE round SET state = 'cancelled' WHERE id = 2", []),
        ("UPDATE round SET state = 'running', year = 2025 WHERE id = 2", []),
    ):
        write(database, change)
        with database.reading() as session:
            assert [(one.id, one.settled) for one in prerequisites(session, other, RATING, 1, 2)] == standing
            assert not any(one.waived for one in prerequisites(session, other, RATING, 1, 2))


@pytest.mark.rule("HT-11.3")
def test_what_is_blocked_by_what(database: Database) -> None:
    """Who is rated, out of the round or waived blocks nobody and is blocked by nobody."""
    ward(database)
    whole = {1: (2, 3), 2: (5,), 4: (2,), 6: (3,)}
    changes = [
        ("UPDATE subject SET name = name", whole),
        ("UPDATE assessment SET state = 'recognised' WHERE id = 6", {1: (2, 3), 2: (5,), 4: (2,)}),
        ("UPDATE assessment SET state = 'deciding' WHERE id = 6", whole),
        ("UPDATE assessment SET state = 'recognised' WHERE id = 5", {1: (2, 3), 4: (2,), 6: (3,)}),
        ("UPDATE assessment SET state = 'excluded' WHERE id = 3", {1: (2,), 4: (2,)}),
        ("INSERT INTO waiver (assessment_id, reason, at) VALUES (2, 'Đi học', 0)", {}),
    ]
    for change, waiting in changes:
        write(database, change)
        with database.reading() as session:
            assert blocked(session, WARD, RATING, 1) == waiting


def test_a_circle_is_found_with_its_path(database: Database) -> None:
    ward(database)
    with database.reading() as session:
        assert circle(session, WARD, KINDS) == ()
    with database.writing() as session:
        insert(session, "subject_link", subject_id=1, link="peer_of", other_id=3)
    with database.reading() as session:
        assert circle(session, WARD, KINDS) == (1, 3, 1)
        assert circle(session, WARD, {key: kind for key, kind in KINDS.items() if key != 3}) == ()


def test_pairs_are_sorted_and_each_once() -> None:
    rows = [(4, "leads", 2), (5, "member_of", 2), (2, "parent", 1), (4, "member_of", 2), (9, "leads", 2)]
    edges = WARD.order[RATING]
    assert pairs(rows, KINDS, edges) == pairs([*reversed(rows), *rows], KINDS, edges) == [(2, 1), (2, 4), (5, 2)]
