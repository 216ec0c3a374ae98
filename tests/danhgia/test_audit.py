import json
from collections.abc import Callable
from hashlib import sha256

import pytest
from sqlmodel import Session

from models.db import Database, is_sqlite, run
from models.history import History, history_of
from models.triggers import POSTGRESQL, SQLITE
from models.types import GENESIS
from states.history import seal
from tests.actions.world import World, launched, submitted
from tests.danhgia.conftest import Shell

Tampering = Callable[[Session, str], None]


def disarm(session: Session) -> None:
    """Drop the triggers, as somebody who owns the tables could."""
    sqlite = is_sqlite(session)
    for name in SQLITE if sqlite else POSTGRESQL:
        run(session, f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {name.partition('_')[0]}"))


def rewrite(session: Session, row: History, body: str, prev_hash: bytes) -> bytes:
    """Put another body into a row, with the hash that goes with it."""
    hashed = sha256(prev_hash + body.encode()).digest()
    sql = "UPDATE history SET body = :body, prev_hash = :prev, hash = :hash WHERE entity = :entity AND seq = :seq"
    run(session, sql, {"body": body, "prev": prev_hash, "hash": hashed, "entity": row.entity, "seq": row.seq})
    return hashed


def keep_head(session: Session, entity: str, seq: int, head: bytes) -> None:
    sql = "UPDATE assessment SET seq = :seq, head = :head WHERE id = :id"
    run(session, sql, {"seq": seq, "head": head, "id": int(entity.partition(":")[2])})


def flip_a_byte(session: Session, entity: str) -> None:
    sql = "UPDATE history SET body = replace(body, '\"start_self\"', '\"start_selg\"') WHERE entity = :entity"
    run(session, sql, {"entity": entity})


def recompute_after_an_edit(session: Session, entity: str) -> None:
    head = GENESIS
    for row in history_of(session, entity):
        head = rewrite(session, row, row.body.replace('"dang_bo_quan_huyen"', '"dang_bo_xa_phuong"'), head)
    keep_head(session, entity, 3, head)


def cut_the_tail(session: Session, entity: str) -> None:
    last = history_of(session, entity)[1]
    for table in ("history", "history_payload"):
        run(session, f"DELETE FROM {table} WHERE entity = :entity AND seq = 3", {"entity": entity})
    keep_head(session, entity, last.seq, last.hash)


def delete_the_chain(session: Session, entity: str) -> None:
    for table in ("history", "history_payload"):
        run(session, f"DELETE FROM {table} WHERE entity = :entity", {"entity": entity})
    keep_head(session, entity, 0, GENESIS)


def delete_chain_and_seals(session: Session, entity: str) -> None:
    delete_the_chain(session, entity)
    run(session, "DELETE FROM seal")


@pytest.fixture
def world(database: Database, rehearsal: Shell) -> World:  # noqa: ARG001  the database is then a rehearsal's
    """A launched round whose first dossier is handed in."""
    made = launched(database)
    submitted(database, made)
    return made


@pytest.fixture
def sealed(database: Database, world: World) -> str:
    """The seal over the round, as an auditor keeps it outside."""
    with database.writing() as session:
        return seal(session, world.round_id, "draft", now=world.launched_at).root


def test_a_whole_history_is_whole_also_with_rows_after_the_seal(
    rehearsal: Shell, database: Database, world: World, sealed: str
) -> None:
    submitted(database, world, 1)
    printed = " ".join(sealed[start : start + 8].upper() for start in range(0, 64, 8))
    ran = rehearsal.script("audit", "verify", "--round", world.round_id, "--seal", printed)
    assert (ran.code, ran.out, ran.err) == (0, "8 rows in 4 chains: whole\n", "")


def test_a_flipped_byte_is_found_without_a_seal(rehearsal: Shell, database: Database, world: World) -> None:
    entity = f"assessment:{world.first}"
    with database.writing() as session:
        disarm(session)
        flip_a_byte(session, entity)
    ran = rehearsal("audit", "verify")
    assert (ran.code, ran.err) == (1, f"{entity}, row 2: body and hash disagree\n")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL takes nothing of the kind
@pytest.mark.parametrize(
    ("column", "content", "why"),
    [
        ("body", "CAST(x'7b22ff' AS TEXT)", "body and hash disagree"),
        ("body", "x'00'", "body and hash disagree"),
        ("at", "'yesterday'", "columns and body disagree"),
        ("actor", "x'00'", "columns and body disagree"),
        ("prev_hash", "'none'", "does not follow the row before it"),
        ("hash", "7", "body and hash disagree"),
    ],
)
def test_what_is_no_text_or_no_number_is_found_too(
    column: str, content: str, why: str, rehearsal: Shell, database: Database, world: World
) -> None:
    entity = f"assessment:{world.first}"
    with database.writing() as session:
        disarm(session)
        run(session, f"UPDATE history SET {column} = {content} WHERE entity = '{entity}' AND seq = 2")
    ran = rehearsal("audit", "verify")
    assert (ran.code, ran.err) == (1, f"{entity}, row 2: {why}\n")


@pytest.mark.parametrize(
    ("tamper", "place", "why"),
    [
        (recompute_after_an_edit, "assessment:1, row 3", "sealed row was rewritten"),
        (cut_the_tail, "assessment:1, row 3", "sealed row is gone"),
        (delete_the_chain, "assessment:1, row 3", "sealed row is gone"),
        (
            delete_chain_and_seals,
            "seal, row 0",
            "no seal with this code was ever stored here: the history was replaced",
        ),
    ],
)
def test_what_recomputed_hashes_hide_is_found_against_an_outside_seal(
    tamper: Tampering, place: str, why: str, rehearsal: Shell, database: Database, world: World, sealed: str
) -> None:
    with database.writing() as session:
        disarm(session)
        tamper(session, f"assessment:{world.first}")
    assert rehearsal("audit", "verify").code == 0
    ran = rehearsal("audit", "verify", "--seal", sealed, "--json")
    assert (ran.code, ran.err) == (1, f"{place}: {why}\n")
    assert [f"{one['entity']}, row {one['seq']}" for one in json.loads(ran.out)["broken"]] == [place]
    check = rehearsal("db", "check")
    assert check.code == 1
    assert "is missing or disabled" in check.err


def test_a_chain_is_shown_by_dossier_and_by_subject(rehearsal: Shell, world: World) -> None:
    by_number = rehearsal("audit", "history", world.first, "--json", "--as", "auditor@donvi.example")
    by_code = rehearsal("audit", "history", "dv-1", "--json")
    assert by_number.out == by_code.out
    acts = [(row["seq"], row["body"]["act"], row["body"]["by"]) for row in json.loads(by_code.out)]
    officer = f"account:{world.officer.account_id}"
    assert acts == [(1, "assigned", "console:kiem-thu"), (2, "start_self", officer), (3, "submit", officer)]
    assert rehearsal("audit", "history", world.first, "--as", "reader@donvi.example").code == 1
    shown = rehearsal("audit", "history", f"round:{world.round_id}").out
    assert "preparing → self_assessment" in shown


def test_an_export_is_recorded_and_only_for_those_who_may(rehearsal: Shell, database: Database, world: World) -> None:
    denied = rehearsal("audit", "export", world.round_id, "--out", "no.jsonl", "--as", "canbo1@donvi.example")
    assert (denied.code, list(rehearsal.directory.glob("no*"))) == (1, [])
    ran = rehearsal("audit", "export", world.round_id, "--out", "h.jsonl", "--as", "auditor@donvi.example")
    assert (ran.code, ran.out) == (0, "7 rows in h.jsonl\n0 seals in h.seals.jsonl\n")
    with database.reading() as session:
        last = history_of(session, f"round:{world.round_id}")[-1]
    assert (last.act, last.actor) == ("export", f"account:{world.auditor.account_id}")
    lines = [json.loads(line) for line in (rehearsal.directory / "h.jsonl").read_text().splitlines()]
    assert [(line["entity"], line["seq"]) for line in lines] == sorted((line["entity"], line["seq"]) for line in lines)
    assert lines[-1]["hash"] == last.hash.hex()
