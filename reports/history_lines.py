"""The history as lines that anybody can verify (docs/history-format.md): one a row, one a seal."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlmodel import Session

from models.db import is_sqlite, stream
from models.history import Seal, seals_of
from states.chain import iso

COLUMNS: Final = ("entity", "seq", "v", "body", "prev_hash", "hash")


def lines_of_round(session: Session, round_id: int) -> Iterator[str]:
    """The chains of a round and of all its dossiers, ordered by the bytes of entity and by seq."""
    order = "entity" if is_sqlite(session) else 'entity COLLATE "C"'
    return _lines(session, f"round_id = {int(round_id)} ORDER BY {order}, seq")


def lines_of_chain(session: Session, entity: str) -> Iterator[str]:
    """One chain, "assessment:ID" or "round:ID"."""
    table, _, key = entity.partition(":")
    return _lines(session, f"entity = '{table}:{int(key)}' ORDER BY seq")


def lines_of_seals(session: Session, round_id: int) -> Iterator[str]:
    """The seals of a round with their leaves, the oldest first."""
    return map(_seal_line, seals_of(session, round_id))


def _lines(session: Session, where: str) -> Iterator[str]:
    return map(_line, stream(session, f"SELECT {', '.join(COLUMNS)} FROM history WHERE {where}"))


def _line(row: tuple[Any, ...]) -> str:
    entity, seq, v, body, prev_hash, hashed = row
    kept = (entity, seq, v, body, bytes(prev_hash).hex(), bytes(hashed).hex())
    return json.dumps(dict(zip(COLUMNS, kept, strict=True)), ensure_ascii=False, separators=(",", ":"))


def _seal_line(seal: Seal) -> str:
    told = {"seal": seal.root, "kind": seal.kind, "at": iso(seal.at), "leaves": json.loads(seal.leaves)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
