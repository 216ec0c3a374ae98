"""A history of two rounds, and hands that tamper with it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import psycopg
from sqlmodel import Session

from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, is_sqlite, run
from models.triggers import SQLITE, missing
from models.types import GENESIS
from states.actor import SYSTEM, account, console
from states.advance import Move, advance, advance_round
from states.bulk import bulk
from states.history import (
    Broken,
    Verified,
    record_installation,
    seal,
    verify,
    verify_seal,
)

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


def exonerate(content: dict[str, Any]) -> None:
    content["by"] = "account:9"
