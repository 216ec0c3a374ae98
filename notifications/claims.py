"""Taking rows out of the outbox for a while, and writing down what became of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, type_coerce
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from models.db import among, listed, run, run_many
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


Span = tuple[int, int]
"""The first and the last id of a part of the outbox."""
ALL: Final[Span] = (0, 2**62)
PART: Final = 2_000
"""Rows of a part: a claim looks at no more, so a long queue costs a mail no more than a short one."""


HASTEN: Final = (
    "UPDATE outbox SET due_at = :now, attempts = 0 "
    "WHERE status = 'queued' AND attempts > 0 AND due_at > :now AND lease_until IS NULL"
)


SPANS: Final = (
    "SELECT min(id), max(id) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / :size AS part FROM outbox "
    "WHERE status = 'queued' AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now) "
    "AND id BETWEEN :first AND :last) due "
    "GROUP BY part ORDER BY part"
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


def claim(session: Session, now: datetime, limit: int, within: Span = ALL) -> list[Outbox]:
    """Lease the rows of the next `limit` mails that are due; the rows of a digest are taken together.

    A row whose lease ran out is taken again. Two sessions never hold a row at the same time.
    """
    first = select(Outbox).where(_is_due(Outbox, now), _leads(now), col(Outbox.id).between(*within))
    leaders = session.exec(
        first.order_by(col(Outbox.due_at), col(Outbox.id)).limit(limit).with_for_update(skip_locked=True)
    ).all()
    rows = [*leaders, *_followers(session, leaders, now)]
    _lease(session, rows, now + LEASE)
    return sorted(rows, key=lambda row: (row.due_at, row.id))


def _lease(session: Session, rows: Sequence[Outbox], until: datetime) -> None:
    """One statement for all; the rows in hand are as they are then."""
    sql = f"UPDATE outbox SET lease_until = :until, attempts = attempts + 1 WHERE id {among(session)}"
    run(session, sql, {"until": to_micros(until), "among": listed(session, [row.id for row in rows])})
    for row in rows:
        set_committed_value(row, "lease_until", until)
        set_committed_value(row, "attempts", row.attempts + 1)


def spans(session: Session, now: datetime, within: Span = ALL) -> list[Span]:
    """What is due and nobody's, in parts of `PART` rows, by id."""
    parameters = {"now": to_micros(now), "size": PART, "first": within[0], "last": within[1]}
    return [tuple(row) for row in run(session, SPANS, parameters).fetchall()]


def hasten(session: Session, now: datetime) -> int:
    """Make what was put off after an attempt due now, with all its attempts ahead of it; returns how many rows."""
    return int(run(session, HASTEN, {"now": to_micros(now)}).rowcount)


def _is_due(table: Any, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401  the table or an alias of it
    free = or_(col(table.lease_until).is_(None), col(table.lease_until) <= now)
    return and_(col(table.status) == "queued", col(table.due_at) <= now, free)


def _leads(now: datetime) -> ColumnElement[bool]:
    """Whether a row is the first of its digest: the one by which all of it is locked and taken.

    A value that is looked up for a row: PostgreSQL, when it has not counted a queue that was just filled, would else
    hold every row of it against every other.
    """
    other = aliased(Outbox)
    same = [getattr(other, name) == getattr(Outbox, name) for name in ("round_id", "message", "account_id")]
    at_once = _plain(other.due_at) == _plain(Outbox.due_at)
    first = select(func.min(other.id)).where(*same, at_once, *_waits(other, now))
    return or_(col(Outbox.message).not_in(DIGESTED), col(Outbox.id) == first.scalar_subquery())


def _followers(session: Session, leaders: Sequence[Outbox], now: datetime) -> list[Outbox]:
    """The other rows of the digests: asked for column by column, as an index looks them up, and sorted out here."""
    keys = {key(row): row.id for row in leaders if row.message in DIGESTED}
    rounds, messages, accounts = ({part[place] for part in keys} for place in range(3))
    near = (col(Outbox.round_id).in_(rounds), col(Outbox.message).in_(messages), col(Outbox.account_id).in_(accounts))
    found = session.exec(select(Outbox).where(*near, *_waits(Outbox, now))).all() if keys else []
    return [row for row in found if keys.get(key(row), row.id) != row.id]


def _waits(table: Any, now: datetime) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401  as above
    """As `_is_due`, put so that no index of the queue serves, where that of the digest is the right one."""
    free = or_(col(table.lease_until).is_(None), col(table.lease_until) <= now)
    return (col(table.status) + "" == "queued", _plain(table.due_at) <= to_micros(now), free)


def _plain(due_at: Any) -> ColumnElement[int]:  # noqa: ANN401  a column of the table or of its alias
    """An instant as the number it is stored as."""
    return type_coerce(due_at, BigInteger) + 0


def record(session: Session, told: Iterable[tuple[Sequence[Outbox], Answer]], now: datetime) -> list[Outcome]:
    """Write the answers to mails, each to all rows of its mail; returns what these are now.

    `RETRY` is queued again, or `FAILED`. A row whose lease was lost to somebody else is left to them.
    """
    decided = [(rows, *_decided(answer, rows[0].attempts)) for rows, answer in told]
    written = [_written(row, outcome, text, now) for rows, outcome, text in decided for row in rows]
    run_many(session, RECORD, written)
    return [outcome for _, outcome, _ in decided]


def _decided(answer: Answer, attempts: int) -> Answer:
    is_last = answer.outcome is Outcome.RETRY and attempts > len(BACKOFF)
    return answer._replace(outcome=Outcome.FAILED) if is_last else answer


def _written(row: Outbox, outcome: Outcome, text: str, now: datetime) -> dict[str, Any]:
    again = outcome is Outcome.RETRY
    return {
        "id": row.id,
        "lease": to_micros(row.lease_until or now),
        "status": "queued" if again else outcome.value,
        "due_at": to_micros(now + BACKOFF[row.attempts - 1] if again else row.due_at),
        "ended_at": None if again else to_micros(now),
        "answer": text,
    }
