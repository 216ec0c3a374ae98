"""One act on many dossiers that moves no state: a history row for each, written set-based. Never commits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.db import is_sqlite, put_many, run, run_many
from models.types import from_micros
from states import chain, history
from states.actor import Actor

SQLITE = "UPDATE assessment SET seq = :seq, head = :hash, chain_at = :at, version = version + 1 WHERE id = :id"
POSTGRESQL = (
    "UPDATE assessment a SET seq = h.seq, head = h.head, chain_at = h.at, version = a.version + 1 "
    "FROM unnest(:ids::bigint[], :seqs::int[], :heads::bytea[], :ats::bigint[]) AS h(id, seq, head, at) "
    "WHERE a.id = h.id"
)


def record_all(
    session: Session, act: str, whats: Mapping[int, Mapping[str, Any]], *, actor: Actor, now: datetime
) -> None:
    """Append an act to the chain of each dossier, with what it says of each; whoever has one open sees it is stale.

    The caller holds the round against its dossiers.
    """
    rows = [chain.follow(link, act, whats[key], actor=actor.name, now=now) for key, link in _links(session, whats)]
    put_many(session, "history", history.COLUMNS, rows)
    if is_sqlite(session):
        run_many(session, SQLITE, [{"seq": one.seq, "hash": one.hash, "at": one.at, "id": _key(one)} for one in rows])
    else:
        run(session, POSTGRESQL, _columns(rows))
    session.expire_all()


def _links(session: Session, keys: Iterable[int]) -> list[tuple[int, chain.Link]]:
    among = ", ".join(str(int(key)) for key in keys) or "NULL"
    lock = "" if is_sqlite(session) else " FOR UPDATE"
    sql = f"SELECT id, round_id, seq, head, chain_at FROM assessment WHERE id IN ({among}) ORDER BY id{lock}"
    return [
        (key, chain.Link(f"assessment:{key}", round_id, seq, bytes(head), from_micros(at)))
        for key, round_id, seq, head, at in run(session, sql).fetchall()
    ]


def _key(row: chain.Row) -> int:
    return int(row.entity.partition(":")[2])


def _columns(rows: Sequence[chain.Row]) -> dict[str, list[Any]]:
    return {
        "ids": [_key(row) for row in rows],
        "seqs": [row.seq for row in rows],
        "heads": [row.hash for row in rows],
        "ats": [row.at for row in rows],
    }
