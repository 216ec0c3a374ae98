"""The history of a round as a file that anybody can verify (docs/history-format.md)."""

from collections.abc import Iterable
from pathlib import Path

from sqlmodel import Session

from reports.history_lines import lines_of_round, lines_of_seals


def write_history(session: Session, round_id: int, out: Path) -> int:
    """Write one line a history row, ordered by the bytes of entity and by seq; returns their number."""
    return _write(out, lines_of_round(session, round_id))


def write_seals(session: Session, round_id: int, out: Path) -> int:
    """Write one line a seal of the round, with its leaves; returns their number."""
    return _write(out, lines_of_seals(session, round_id))


def _write(out: Path, lines: Iterable[str]) -> int:
    count = 0
    partial = out.with_name(f".{out.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(line + "\n")
            count += 1
    partial.replace(out)
    return count
