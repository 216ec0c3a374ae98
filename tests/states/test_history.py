import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, is_sqlite, run
from models.history import HistoryPayload, seals_of
from models.triggers import POSTGRESQL, SQLITE, missing
from models.types import GENESIS, to_micros
from states.actor import SYSTEM, account, console
from states.advance import Move, advance, advance_round
from states.bulk import bulk
from states.chain import follow
from states.errors import Unknown
from states.history import (
    INSERT,
    Broken,
    Verified,
    erase_payload,
    heads_of_round,
    parameters,
    record,
    record_installation,
    seal,
    verify,
    verify_seal,
)
from states.hold import hold
from states.merkle import Leaf, root
from tests.states.worlds import column, rows_of, write

ROOT = console("root")
REFUSAL = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
HEAD_DIFFERS = "chain and the head kept beside it disagree"
COPY = "entity, seq, v, body, prev_hash, hash, round_id, at, actor, act"
NO_ROW = "no seal with this code was ever stored here: the history was replaced"


def live(database: Database) -> str:
    """Three dossiers: 1 submitted, revised and submitted again, 2 and 3 locked; a seal over them, which is returned."""
    fill(database, 3)
    for trigger in ("submit", "revise", "submit"):
        with database.writing() as session:
            advance(session, 1, trigger, actor=account(1), now=NOW, move=Move(payload={"total": "87.5"}))
    with database.writing() as session:
        bulk(session, 1, "lock", actor=SYSTEM, now=CLOSES_AT, due=True)
        record_installation(session, "restore", {"file": "ban-sao.db"}, actor=ROOT, now=NOW)
        advance_round(session, 1, "close_self_assessment", actor=SYSTEM, now=CLOSES_AT)
        return seal(session, 1, "reported", now=CLOSES_AT).root


def verified(database: Database, round_id: int | None = None) -> Verified:
    with database.reading() as session:
        return verify(session, round_id)


def broken(database: Database, round_id: int | None = None) -> list[Broken]:
    return list(verified(database, round_id).broken)


def against(database: Database, sealed: str) -> list[Broken]:
    with database.reading() as session:
        return list(verify_seal(session, sealed))


@contextmanager
def tampering(session: Session) -> Iterator[None]:
    """The triggers are off, as for whoever owns the tables, and then on again."""
    if is_sqlite(session):
        for name in SQLITE:
            run(session, f"DROP TRIGGER {name}")
        yield
        for statement in SQLITE.values():
            run(session, statement)
    else:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("history", "seal"):
                run(session, f"ALTER TABLE {table} {switch} TRIGGER USER")
            if switch == "DISABLE":
                yield


def tamper(database: Database, *statements: str, **parameters: object) -> None:
    with database.writing() as session:
        with tampering(session):
            for statement in statements:
                run(session, statement, parameters)
        assert missing(session) == []


Edit = Callable[[dict[str, Any]], bytes | None]


def forge(database: Database, entity: str, seq: int, edit: Edit) -> None:
    """Edit the body of a row, or link it to what `edit` returns; recompute the chain and the head kept beside it."""
    with database.writing() as session, tampering(session):
        rows = run(session, "SELECT seq, body FROM history WHERE entity = :e ORDER BY seq", {"e": entity})
        head = GENESIS
        for number, body in rows.fetchall():
            content = json.loads(body)
            if number == seq:
                head = edit(content) or head
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            values = {"e": entity, "s": number, "body": text, "prev": head, "act": content["act"], "by": content["by"]}
            head = sha256(head + text.encode()).digest()
            run(
                session,
                "UPDATE history SET body = :body, prev_hash = :prev, hash = :hash, act = :act, actor = :by "
                "WHERE entity = :e AND seq = :s",
                values | {"hash": head},
            )
        table, _, key = entity.partition(":")
        run(session, f"UPDATE {table} SET head = :head WHERE id = :id", {"head": head, "id": int(key)})


def row_of(database: Database, entity: str, seq: int) -> tuple[Any, ...]:
    with database.reading() as session:
        sql = f"SELECT {COPY} FROM history WHERE entity = :entity AND seq = :seq"
        return tuple(run(session, sql, {"entity": entity, "seq": seq}).fetchone())


VALUES = "'assessment:1', 1, 1, '{}', hash, hash, 1, 0, 'nobody', 'nothing' FROM history WHERE seq = 1"
ON_CONFLICT = "ON CONFLICT (entity, seq)"
SEALED = "id, round_id, kind, at, root, leaves"
SEAL = "1, 1, 'draft', 0, 'aa', '[]'"
BOTH = [
    "UPDATE history SET act = 'nothing' WHERE entity = 'assessment:1'",
    "UPDATE history SET body = body",
    "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 2",
    "DELETE FROM history",
    f"INSERT INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1' {ON_CONFLICT} DO UPDATE SET body = 'x'",
    "UPDATE seal SET leaves = '[]'",
    "DELETE FROM seal",
    f"INSERT INTO seal ({SEALED}) VALUES ({SEAL}) ON CONFLICT (id) DO UPDATE SET root = 'aa'",
]
ONLY = {
    "sqlite": [
        f"INSERT OR REPLACE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        f"INSERT OR IGNORE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        f"REPLACE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        "UPDATE OR REPLACE history SET seq = 2 WHERE entity = 'assessment:1' AND seq = 1",
        f"INSERT OR REPLACE INTO seal ({SEALED}) VALUES ({SEAL})",
    ],
    "postgresql": ["TRUNCATE history", "TRUNCATE history, seal", "TRUNCATE seal", "TRUNCATE round CASCADE"],
}


def test_history_and_seals_are_neither_changed_nor_deleted_nor_replaced(database: Database) -> None:
    live(database)
    before = rows_of(database)
    for statement in BOTH + ONLY["sqlite" if database.is_sqlite else "postgresql"]:
        with pytest.raises(REFUSAL, match="never"):
            write(database, statement)
        assert (statement, rows_of(database) == before) == (statement, True)


def test_a_row_that_is_there_is_not_written_twice(database: Database) -> None:
    live(database)
    before = rows_of(database)
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.UniqueViolation)):
        write(database, f"INSERT INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'")
    assert rows_of(database) == before


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
        with database.reading() as session:
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
        with database.reading() as session:
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
        with database.reading() as session:
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


def exonerate(content: dict[str, Any]) -> None:
    content["by"] = "account:9"


def test_a_chain_with_a_row_taken_out_and_the_rest_linked_again_is_found(database: Database) -> None:
    live(database)
    tamper(database, "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 2")
    forge(database, "assessment:1", 1, lambda _: None)
    assert broken(database) == [Broken("assessment:1", 2, "row is missing")]


def test_a_chain_linked_to_something_else_is_found(database: Database) -> None:
    live(database)
    forge(database, "assessment:1", 3, lambda _: b"\x01" * 32)
    assert broken(database) == [Broken("assessment:1", 3, "does not follow the row before it")]


def test_a_chain_recomputed_after_an_edit_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    assert row_of(database, "assessment:1", 2)[8] == "account:9"
    assert broken(database) == []
    assert against(database, sealed) == [Broken("assessment:1", 4, "sealed row was rewritten")]


def test_a_cut_tail_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    cut = "UPDATE assessment SET seq = 3, head = :head WHERE id = 1"
    tamper(database, "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 4")
    write(database, cut, head=row_of(database, "assessment:1", 3)[5])
    assert broken(database) == []
    assert against(database, sealed) == [Broken("assessment:1", 4, "sealed row is gone")]


def test_a_deleted_chain_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    tamper(database, "DELETE FROM history WHERE entity IN ('assessment:2', 'round:1')")
    for table, key in (("assessment", 2), ("round", 1)):
        write(database, f"UPDATE {table} SET seq = 0, head = :head WHERE id = :id", head=GENESIS, id=key)
    assert broken(database) == []
    assert against(database, sealed) == [
        Broken("assessment:2", 2, "sealed row is gone"),
        Broken("round:1", 1, "sealed row is gone"),
    ]


def test_a_replaced_seal_is_found_by_the_one_outside(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    with database.writing() as session, tampering(session):
        leaves = heads_of_round(session, 1)
        values = {"root": root(leaves), "leaves": json.dumps(leaves)}
        run(session, "UPDATE seal SET root = :root, leaves = :leaves", values)
    assert (broken(database), against(database, root(leaves))) == ([], [])
    assert against(database, sealed) == [Broken("seal", 0, NO_ROW)]


def test_leaves_replaced_under_the_same_code_are_found(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    with database.writing() as session, tampering(session):
        run(session, "UPDATE seal SET leaves = :leaves", {"leaves": json.dumps(heads_of_round(session, 1))})
    assert against(database, sealed) == [Broken("seal", 0, "the stored leaves do not give this code")]


def test_another_code_is_no_seal(database: Database) -> None:
    live(database)
    for code in ("", "00" * 32, "' OR 1 = 1 --"):
        assert against(database, code) == [Broken("seal", 0, NO_ROW)]


def test_a_seal_holds_the_heads_as_they_stood(database: Database) -> None:
    sealed = live(database)
    with database.reading() as session:
        (kept,) = seals_of(session, 1)
        leaves = [Leaf(*one) for one in json.loads(kept.leaves)]
        assert leaves == heads_of_round(session, 1)
    ends = [("assessment:1", 4), ("assessment:2", 2), ("assessment:3", 2), ("round:1", 1)]
    assert leaves == [Leaf(*end, row_of(database, *end)[5].hex()) for end in ends]
    assert (kept.round_id, kept.kind, kept.at, kept.root, root(leaves)) == (1, "reported", CLOSES_AT, sealed, sealed)


def test_later_rows_do_not_break_a_seal(database: Database) -> None:
    sealed = live(database)
    grounds = Move("bão lũ", 7)
    with database.writing() as session:
        advance(session, 2, "reopen", actor=ROOT, now=CLOSES_AT, move=grounds)
        bulk(session, 1, "cancel", actor=ROOT, now=CLOSES_AT, move=grounds)
        advance_round(session, 1, "cancel", actor=ROOT, now=CLOSES_AT, move=grounds)
        again = seal(session, 1, "supplement", now=CLOSES_AT).root
    assert verified(database) == Verified(rows=15, chains=5, broken=())
    assert again != sealed
    assert against(database, sealed) == against(database, again) == []
    forge(database, "assessment:2", 3, exonerate)
    assert against(database, sealed) == []
    assert against(database, again) == [Broken("assessment:2", 4, "sealed row was rewritten")]


def test_what_has_no_history_yet_is_sealed_as_nothing(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        sealed = seal(session, 1, "nightly", now=NOW).root
        advance_round(session, 1, "close_self_assessment", actor=SYSTEM, now=CLOSES_AT)
    assert against(database, sealed) == []


def test_acts_are_chained_beside_transitions(database: Database) -> None:
    live(database)
    with database.writing() as session:
        facts = hold(session, 1, actor=ROOT, now=NOW)
        row = record(session, facts.link, "assign", {"account": 9}, actor=ROOT, now=NOW)
        assert hold(session, 1, actor=ROOT, now=NOW).link == facts.link._replace(seq=5, head=row.hash)
    assert row_of(database, "assessment:1", 5) == (*row[:4], *(bytes(one) for one in row[4:6]), *row[6:])
    assert verified(database) == Verified(rows=11, chains=5, broken=())
    assert column(database, "SELECT version FROM assessment WHERE id = 1") == [4]


def test_erased_content_leaves_the_chain_whole(database: Database) -> None:
    sealed = live(database)
    before = row_of(database, "assessment:1", 2)
    with database.writing() as session:
        link = hold(session, 1, actor=ROOT, now=NOW).link
        erased = erase_payload(session, link, 2, "hết thời hạn lưu", actor=ROOT, now=CLOSES_AT)
    with database.reading() as session:
        kept = session.get_one(HistoryPayload, ("assessment:1", 2))
        assert (kept.salt, kept.content) == (None, None)
        assert session.get_one(HistoryPayload, ("assessment:1", 4)).content == '{"total":"87.5"}'
    assert json.loads(before[3])["what"]["payload"] == kept.hash
    assert row_of(database, "assessment:1", 2) == before
    assert (erased.act, erased.at) == ("erase_payload", to_micros(CLOSES_AT))
    assert json.loads(erased.body)["what"] == {"of": 2, "reason": "hết thời hạn lưu"}
    assert (broken(database), against(database, sealed)) == ([], [])


def test_there_is_nothing_to_erase_beside_an_act_without_content(database: Database) -> None:
    live(database)
    before = rows_of(database)
    with pytest.raises(Unknown, match="nội dung kèm dòng 1 của assessment:1"), database.writing() as session:
        erase_payload(session, hold(session, 1, actor=ROOT, now=NOW).link, 1, "nhầm", actor=ROOT, now=NOW)
    assert rows_of(database) == before


def test_a_dropped_trigger_is_named(database: Database) -> None:
    for name in SQLITE if database.is_sqlite else POSTGRESQL:
        on = "" if database.is_sqlite else f" ON {name.partition('_')[0]}"
        with database.reading() as session:
            run(session, f"DROP TRIGGER {name}{on}")
            assert missing(session) == [name]
    with database.reading() as session:
        assert missing(session) == []


def test_a_disabled_trigger_is_named(fresh_postgresql: Any) -> None:  # noqa: ANN401  the fixture's own type
    with fresh_postgresql() as url:
        database = Database(url)
        with database.reading() as session:
            run(session, "ALTER TABLE history DISABLE TRIGGER history_no_change")
            run(session, "ALTER TABLE seal DISABLE TRIGGER USER")
            assert missing(session) == ["history_no_change", "seal_no_change", "seal_no_truncate"]
        database.dispose()
