"""The history of a round as a file that anybody can verify (docs/history-format.md)."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from models.db import is_sqlite, stream
from models.history import Seal, seals_of
from states.chain import iso

COLUMNS = ("entity", "seq", "v", "body", "prev_hash", "hash")


def write_history(session: Session, round_id: int, out: Path) -> int:
    """Write one line a history row, ordered by the bytes of entity and by seq; returns their number."""
    return _write(out, (_line(row) for row in _rows(session, round_id)))


def write_seals(session: Session, round_id: int, out: Path) -> int:
    """Write one line a seal of the round, with its leaves; returns their number."""
    return _write(out, (_seal_line(seal) for seal in seals_of(session, round_id)))


def _write(out: Path, lines: Iterable[str]) -> int:
    count = 0
    partial = out.with_name(f".{out.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
    partial.replace(out)
    return count


def _rows(session: Session, round_id: int) -> Iterator[tuple[Any, ...]]:
    order = "entity" if is_sqlite(session) else 'entity COLLATE "C"'
    sql = f"SELECT {', '.join(COLUMNS)} FROM history WHERE round_id = {int(round_id)} ORDER BY {order}, seq"
    return stream(session, sql)


def _line(row: tuple[Any, ...]) -> str:
    entity, seq, v, body, prev_hash, hashed = row
    kept = (entity, seq, v, body, prev_hash.hex(), hashed.hex())
    return json.dumps(dict(zip(COLUMNS, kept, strict=True)), ensure_ascii=False, separators=(",", ":"))


def _seal_line(seal: Seal) -> str:
    told = {"seal": seal.root, "kind": seal.kind, "at": iso(seal.at), "leaves": json.loads(seal.leaves)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
