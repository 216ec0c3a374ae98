"""Taking rows out of the outbox for a while, and writing down what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from models.db import run
from models.mail import Outbox
from models.types import to_micros
from notifications.messages import DIGESTED, key

LEASE: Final = timedelta(minutes=10)
BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480, 720, 720, 720))
"""Waits after each attempt that may be repeated; when they are used up, after two days, the mail has failed."""


RECORD: Final = (
    "UPDATE outbox SET status = :status, due_at = :due_at, ended_at = :ended_at, answer = :answer, lease_until = NULL "
    "WHERE id = :id AND status = 'queued' AND lease_until = :lease"
)


class Outcome(StrEnum):
    """What became of an attempt; all but `RETRY` are also the status of the row."""

    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRY = "retry"


class Answer(NamedTuple):
    """The outcome of an attempt and the words of the server, or ours when it was not asked."""

    outcome: Outcome
    text: str


def claim(session: Session, now: datetime, limit: int) -> list[Outbox]:
    """Lease the rows of the next `limit` mails that are due; the rows of a digest are taken together.

    A row whose lease ran out is taken again. Two sessions never hold a row at the same time.
    """
    first = select(Outbox).where(_is_due(Outbox, now), _leads(now)).order_by(col(Outbox.due_at), col(Outbox.id))
    leaders = session.exec(first.limit(limit).with_for_update(skip_locked=True)).all()
    rows = [*leaders, *_followers(session, leaders, now)]
    for row in rows:
        row.lease_until = now + LEASE
        row.attempts += 1
        session.add(row)
    session.flush()
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def _is_due(table: Any, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401  the table or an alias of it
    free = or_(col(table.lease_until).is_(None), col(table.lease_until) <= now)
    return and_(col(table.status) == "queued", col(table.due_at) <= now, free)


def _leads(now: datetime) -> ColumnElement[bool]:
    """Whether a row is the first of its digest: the one by which all of it is locked and taken."""
    other = aliased(Outbox)
    same = [getattr(other, name) == getattr(Outbox, name) for name in ("round_id", "message", "account_id", "due_at")]
    earlier = exists().where(*same, other.id < col(Outbox.id), _is_due(other, now))
    return or_(col(Outbox.message).not_in(DIGESTED), ~earlier)


def _followers(session: Session, leaders: Sequence[Outbox], now: datetime) -> Sequence[Outbox]:
    keys = [key(row) for row in leaders if row.message in DIGESTED]
    own = tuple_(col(Outbox.round_id), col(Outbox.message), col(Outbox.account_id), col(Outbox.due_at))
    taken = [row.id for row in leaders]
    return session.exec(select(Outbox).where(_is_due(Outbox, now), own.in_(keys), col(Outbox.id).not_in(taken))).all()


def record(session: Session, rows: Sequence[Outbox], answer: Answer, now: datetime) -> Outcome:
    """Write an answer to the rows of one mail; returns what they are now (`RETRY`: queued again, or `FAILED`).

    A row whose lease was lost to somebody else is left to them.
    """
    outcome, attempts = answer.outcome, rows[0].attempts
    if outcome is Outcome.RETRY and attempts > len(BACKOFF):
        outcome = Outcome.FAILED
    again = outcome is Outcome.RETRY
    values = {
        "status": "queued" if again else outcome.value,
        "due_at": to_micros(now + BACKOFF[attempts - 1] if again else rows[0].due_at),
        "ended_at": None if again else to_micros(now),
        "answer": answer.text,
    }
    for row in rows:
        run(session, RECORD, {**values, "id": row.id, "lease": to_micros(row.lease_until or now)})
    return outcome
