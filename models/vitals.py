"""What the tables tell of how the installation runs: queues and their age, jobs, mail, when work was last done.

Read only, over indexes and few rows; `acts` alone reads the history, and only what was written in a span of time.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_micros, to_micros


class Queue(NamedTuple):
    """How many things wait, and since when the one that has waited longest does."""

    size: int = 0
    since: datetime | None = None

    def age(self, now: datetime) -> timedelta:
        """How long the oldest has waited."""
        return max(now - self.since, timedelta()) if self.since else timedelta()


class Last(NamedTuple):
    """A job of a kind that has ended: when, whether it held, and what it said."""

    at: datetime
    held: bool
    outcome: str


OUTBOX: Final = (
    "SELECT attempts, lease_until IS NULL, count(*), min(due_at) FROM outbox "
    "WHERE status = 'queued' AND (due_at <= :now OR attempts > 0) GROUP BY 1, 2"
)
SIGN_IN: Final = "SELECT count(*), min(asked_at) FROM sign_in_mail WHERE status = 'queued'"
OF_KIND: Final = "SELECT count(*), min(asked_at) FROM job WHERE status = 'waiting' AND kind = :kind"
LYING: Final = (
    "SELECT count(*), min(due_at) FROM job WHERE status = 'waiting' AND due_at <= :now "
    "AND (lease_until IS NULL OR lease_until <= :now)"
)
FAILED: Final = "SELECT count(*), min(ended_at) FROM job WHERE status = 'failed' AND ended_at > :since"
LOST: Final = "SELECT count(*), min(ended_at) FROM outbox WHERE status IN ('bounced', 'failed') AND ended_at > :since"
LAST: Final = (
    "SELECT ended_at, status, outcome FROM job WHERE kind = :kind AND status IN ('done', 'failed') "
    "ORDER BY ended_at DESC LIMIT 1"
)


def outbox(session: Session, now: datetime, waits: Sequence[timedelta]) -> Queue:
    """The mail that is due; `waits` are those after each attempt, by which what was put off has become younger."""
    rows = run(session, OUTBOX, {"now": to_micros(now)}).fetchall()
    begun = [_first_due(from_micros(at), attempts - (not free), waits) for attempts, free, _, at in rows]
    return Queue(sum(row[2] for row in rows), min(begun, default=None))


def _first_due(at: datetime, tried: int, waits: Sequence[timedelta]) -> datetime:
    return at - sum(waits[:tried], timedelta())


def sign_in_mail(session: Session) -> Queue:
    """The sign-in mail for which somebody waits before a screen."""
    return _queue(session, SIGN_IN)


def waiting(session: Session, kind: str) -> Queue:
    """The jobs of a kind that are not done yet."""
    return _queue(session, OF_KIND, kind=kind)


def lying(session: Session, now: datetime) -> Queue:
    """The jobs that are due and in nobody's hands."""
    return _queue(session, LYING, now=to_micros(now))


def failed_jobs(session: Session, since: datetime) -> Queue:
    """The jobs that ended badly since then."""
    return _queue(session, FAILED, since=to_micros(since))


def lost_mail(session: Session, since: datetime) -> Queue:
    """The mail that was refused or given up since then."""
    return _queue(session, LOST, since=to_micros(since))


def _queue(session: Session, sql: str, **given: int | str) -> Queue:
    size, since = run(session, sql, given).fetchone()
    return Queue(size, None if since is None else from_micros(since))


def last(session: Session, kind: str) -> Last | None:
    """The job of a kind that ended last."""
    row = run(session, LAST, {"kind": kind}).fetchone()
    return Last(from_micros(row[0]), row[1] == "done", row[2]) if row else None


def newest_evidence(session: Session) -> datetime | None:
    """When a file was last taken in."""
    row = run(session, "SELECT at FROM evidence WHERE file_hash <> '' ORDER BY id DESC LIMIT 1").fetchone()
    return from_micros(row[0]) if row else None


def mail_by_status(session: Session) -> dict[str, int]:
    """How many mails stand in each status."""
    return dict(run(session, "SELECT status, count(*) FROM outbox GROUP BY status").fetchall())


def jobs_left(session: Session) -> dict[tuple[str, str], int]:
    """How many jobs of each kind wait, and how many have failed."""
    sql = "SELECT kind, status, count(*) FROM job WHERE status IN ('waiting', 'failed') GROUP BY kind, status"
    return {(kind, status): count for kind, status, count in run(session, sql).fetchall()}


def jobs_done(session: Session) -> int:
    """How many jobs were done, of whatever kind: there may be a million, so only an index is read."""
    return int(run(session, "SELECT count(*) FROM job WHERE status = 'done'").fetchone()[0])


def first_launch(session: Session) -> datetime | None:
    """When the first round was launched."""
    row = run(session, "SELECT min(launched_at) FROM round").fetchone()
    return None if row[0] is None else from_micros(row[0])


def acts(session: Session, after: datetime, until: datetime | None = None) -> Counter[str]:
    """How many rows of each act the chains of rounds and dossiers hold that are newer than `after`, as far as `until`.

    Round by round, for so it is found by an index: SQLite takes a cross join in the order in which it is written.
    """
    ended = " AND h.at <= :until" if until else ""
    sql = (
        "SELECT h.act, count(*) FROM round r CROSS JOIN history h "
        f"WHERE h.round_id = r.id AND h.at > :after{ended} GROUP BY h.act"
    )
    given = {"after": to_micros(after), "until": to_micros(until) if until else 0}
    return Counter(dict(run(session, sql, given).fetchall()))


def digests(session: Session) -> list[str]:
    """The programme versions that rounds have followed."""
    sql = "SELECT DISTINCT v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id ORDER BY 1"
    return [row[0] for row in run(session, sql).fetchall()]
