"""What units have asked of a round's owner: more time, and answers to their difficulties. Read only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_day, from_micros
from states.overview import Watched, narrowed

PAGE: Final = 50
OWN: Final = "a.id = x.assessment_id AND a.round_id = :round"
HERE: Final = "CROSS JOIN assessment a"
"""In this order: what waits is little, the dossiers of a round are many (SQLite keeps to the order of CROSS JOIN)."""


class Extension(NamedTuple):
    """A request for more time, or more time that was given unasked (then without `asked_at`)."""

    id: int
    assessment_id: int
    name: str
    state: str
    closes_at: datetime
    asked_at: datetime | None
    reason: str
    until: datetime | None
    answered_at: datetime | None
    granted: bool | None
    answer: str
    number: str | None
    dated: date | None


class Difficulty(NamedTuple):
    """A difficulty and, once given, its answer."""

    id: int
    assessment_id: int
    name: str
    state: str
    question: str
    raised_at: datetime
    answer: str | None
    answered_at: datetime | None
    who: str


class Older(NamedTuple):
    """A page of what was answered, the newest first; `after` is where the next one begins."""

    rows: Sequence[Any]
    after: int | None


def extensions_asked(session: Session, watched: Watched) -> list[Extension]:
    """The requests for more time that wait for an answer, the oldest first."""
    return [_extension(row) for row in _extensions(session, watched, "x.granted IS NULL", "x.id", None)]


def extensions_answered(session: Session, watched: Watched, after: int | None) -> Older:
    """The requests that were answered, and what was given unasked."""
    rows = _extensions(session, watched, "x.granted IS NOT NULL", "x.id DESC", after)
    return _older([_extension(row) for row in rows])


def _extensions(
    session: Session, watched: Watched, which: str, order: str, after: int | None
) -> Sequence[Sequence[Any]]:
    columns = (
        "x.id, a.id, a.name, a.state, a.closes_at, x.asked_at, x.reason, x.until, x.answered_at, x.granted, x.answer, "
        "d.number, d.dated"
    )
    tables = f"extension x LEFT JOIN document d ON d.id = x.document_id {HERE}"
    return _rows(session, watched, f"SELECT {columns} FROM {tables}", which, order, after)


def difficulties_open(session: Session, watched: Watched) -> list[Difficulty]:
    """The difficulties that wait for an answer, the oldest first."""
    return [_difficulty(row) for row in _difficulties(session, watched, "x.answered_at IS NULL", "x.id", None)]


def difficulties_answered(session: Session, watched: Watched, after: int | None) -> Older:
    """The difficulties that were answered."""
    rows = _difficulties(session, watched, "x.answered_at IS NOT NULL", "x.id DESC", after)
    return _older([_difficulty(row) for row in rows])


def _difficulties(
    session: Session, watched: Watched, which: str, order: str, after: int | None
) -> Sequence[Sequence[Any]]:
    columns = (
        "x.id, a.id, a.name, a.state, x.question, x.raised_at, x.answer, x.answered_at, "
        "coalesce(nullif(t.name, ''), t.email, '')"
    )
    tables = f"difficulty x LEFT JOIN account t ON t.id = x.account_id {HERE}"
    return _rows(session, watched, f"SELECT {columns} FROM {tables}", which, order, after)


def _rows(
    session: Session, watched: Watched, select: str, which: str, order: str, after: int | None
) -> Sequence[Sequence[Any]]:
    condition, given = narrowed(watched.bodies)
    beyond = "" if after is None else " AND x.id < :after"
    sql = f"{select} WHERE {which}{beyond} AND {OWN} AND {condition} ORDER BY {order} LIMIT {PAGE + 1}"
    rows: Sequence[Sequence[Any]] = run(session, sql, {"round": watched.id, "after": after, **given}).fetchall()
    return rows


def _older(rows: Sequence[Any]) -> Older:
    return Older(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _extension(row: Sequence[Any]) -> Extension:
    values: list[Any] = list(row)
    values[4], values[5] = from_micros(row[4]), _instant(row[5])
    values[7], values[8] = _instant(row[7]), _instant(row[8])
    values[9] = None if row[9] is None else bool(row[9])
    values[12] = from_day(row[12])
    return Extension._make(values)


def _difficulty(row: Sequence[Any]) -> Difficulty:
    values: list[Any] = list(row)
    values[5], values[7] = from_micros(row[5]), _instant(row[7])
    return Difficulty._make(values)
