from hypothesis import given, settings
from hypothesis import strategies as st

from danhgia.bench.world import NOW
from models.db import Database, run
from models.types import GENESIS
from states.actor import console
from states.chain import follow
from states.history import (
    INSERT,
    Broken,
    Verified,
    parameters,
    record_installation,
    verify,
)
from states.hold import hold
from tests.states.tampering import (
    COPY,
    HEAD_DIFFERS,
    ROOT,
    against,
    broken,
    forge,
    live,
    row_of,
    tamper,
    tampering,
    verified,
)
from tests.states.worlds import rows_of, write


def test_an_untouched_history_is_whole(database: Database) -> None:
    sealed = live(database)
    assert verified(database) == Verified(rows=10, chains=5, broken=())
    assert verified(database, 1) == Verified(rows=9, chains=4, broken=())
    assert against(database, sealed) == against(database, sealed.upper()) == []


def test_an_empty_history_is_whole(database: Database) -> None:
    assert verified(database) == Verified(rows=0, chains=1, broken=())


def test_odd_names_do_not_break_a_chain(database: Database) -> None:
    live(database)
    with database.writing() as session:
        for number, name in enumerate(('"', "\\", "quản trị", "\n\x1f\x7f\u2028", "%s", "😀")):
            what = {"name": f"{name}\x00", "number": number}
            record_installation(session, name, what, actor=console(name), now=NOW)
    assert verified(database) == Verified(rows=16, chains=5, broken=())


def test_a_flipped_byte_is_found_where_it_is(database: Database) -> None:
    live(database)
    places = [(one[0], one[1]) for one in rows_of(database)["history"]]

    @settings(max_examples=25)
    @given(st.sampled_from(places), st.integers(0, 10_000), st.characters(exclude_categories=["Cs"], min_codepoint=1))
    def is_found(place: tuple[str, int], offset: int, other: str) -> None:
        body: str = row_of(database, *place)[3]
        index = offset % len(body)
        flipped = body[:index] + other + body[index + 1 :]
        with database.trying() as session:
            with tampering(session):
                sql = "UPDATE history SET body = :body WHERE entity = :entity AND seq = :seq"
                run(session, sql, {"body": flipped, "entity": place[0], "seq": place[1]})
            expected = () if flipped == body else (Broken(*place, "body and hash disagree"),)
            assert verify(session).broken == expected

    is_found()


def test_a_changed_hash_is_found(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET hash = :hash WHERE entity = 'assessment:1' AND seq = 2", hash=GENESIS)
    assert broken(database) == [Broken("assessment:1", 2, "body and hash disagree")]


def test_a_changed_link_is_found(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET prev_hash = :hash WHERE entity = 'assessment:1' AND seq = 3", hash=GENESIS)
    assert broken(database) == [Broken("assessment:1", 3, "does not follow the row before it")]


COLUMNS = [
    "actor = 'account:9'",
    "act = 'discard_revision'",
    "at = at + 1",
    "at = at - 1",
    "round_id = 2",
    "round_id = NULL",
    "v = 2",
]


def test_a_changed_column_is_found(database: Database) -> None:
    live(database)
    for change in COLUMNS:
        with database.trying() as session:
            with tampering(session):
                run(session, f"UPDATE history SET {change} WHERE entity = 'assessment:1' AND seq = 3")
            found = verify(session).broken
        assert (change, found) == (change, (Broken("assessment:1", 3, "columns and body disagree"),))


def test_a_row_moved_out_of_its_round_is_found_in_the_round(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET round_id = 2 WHERE entity = 'assessment:1' AND seq = 3")
    assert broken(database, 1) == [Broken("assessment:1", 3, "row is missing")]


def test_a_renumbered_row_is_found(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET seq = 9 WHERE entity = 'assessment:1' AND seq = 4")
    assert broken(database) == [Broken("assessment:1", 4, "row is missing")]


def test_a_renamed_chain_is_found(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET entity = 'assessment:9' WHERE entity = 'assessment:2'")
    assert broken(database) == [
        Broken("assessment:2", 1, "chain is gone"),
        Broken("assessment:9", 1, "columns and body disagree"),
    ]


def test_a_missing_row_is_found(database: Database) -> None:
    live(database)
    for seq in (1, 2, 3):
        with database.trying() as session:
            with tampering(session):
                run(session, "DELETE FROM history WHERE entity = 'assessment:1' AND seq = :seq", {"seq": seq})
            expected = (Broken("assessment:1", seq, "row is missing"),)
            assert verify(session).broken == verify(session, 1).broken == expected


def test_a_missing_last_row_is_found_by_the_head_beside_it(database: Database) -> None:
    live(database)
    tamper(database, "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 4")
    assert broken(database) == [Broken("assessment:1", 3, HEAD_DIFFERS)]


def test_a_changed_head_is_found(database: Database) -> None:
    live(database)
    write(database, "UPDATE assessment SET seq = 1 WHERE id = 3")
    write(database, "UPDATE installation SET head = :head", head=GENESIS)
    write(database, "UPDATE round SET seq = 2")
    assert broken(database) == [
        Broken("assessment:3", 2, HEAD_DIFFERS),
        Broken("installation:1", 1, HEAD_DIFFERS),
        Broken("round:1", 1, HEAD_DIFFERS),
    ]


def test_a_row_added_to_a_chain_is_found_by_the_head_beside_it(database: Database) -> None:
    live(database)
    with database.writing() as session:
        row = follow(hold(session, 1, actor=ROOT, now=NOW).link, "revise", {}, actor="account:1", now=NOW)
        run(session, INSERT, parameters(row))
    assert broken(database) == [Broken("assessment:1", 5, HEAD_DIFFERS)]


def test_a_forged_row_at_the_end_is_found(database: Database) -> None:
    live(database)
    write(
        database,
        f"INSERT INTO history ({COPY}) SELECT entity, 5, v, body, hash, hash, round_id, at, actor, act FROM history "
        "WHERE entity = 'assessment:1' AND seq = 4",
    )
    assert broken(database) == [Broken("assessment:1", 5, "body and hash disagree")]


def test_deleted_chains_are_found(database: Database) -> None:
    live(database)
    tamper(database, "DELETE FROM history WHERE entity <> 'assessment:1'")
    gone = ("assessment:2", "assessment:3", "installation:1", "round:1")
    assert broken(database) == [Broken(entity, 1, "chain is gone") for entity in gone]


def test_a_chain_of_something_that_is_not_there_is_found(database: Database) -> None:
    live(database)
    write(database, "DELETE FROM outbox")
    write(database, "DELETE FROM assessment WHERE id = 2")
    assert broken(database) == [Broken("assessment:2", 2, HEAD_DIFFERS)]


def test_every_break_is_told_once_and_the_first_row_of_each(database: Database) -> None:
    live(database)
    tamper(database, "UPDATE history SET body = replace(body, 'v', 'w') WHERE entity IN ('assessment:1', 'round:1')")
    assert broken(database) == [
        Broken("assessment:1", 1, "body and hash disagree"),
        Broken("round:1", 1, "body and hash disagree"),
    ]
    assert verified(database).rows == 10


def test_a_chain_with_a_row_taken_out_and_the_rest_linked_again_is_found(database: Database) -> None:
    live(database)
    tamper(database, "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 2")
    forge(database, "assessment:1", 1, lambda _: None)
    assert broken(database) == [Broken("assessment:1", 2, "row is missing")]


def test_a_chain_linked_to_something_else_is_found(database: Database) -> None:
    live(database)
    forge(database, "assessment:1", 3, lambda _: b"\x01" * 32)
    assert broken(database) == [Broken("assessment:1", 3, "does not follow the row before it")]
