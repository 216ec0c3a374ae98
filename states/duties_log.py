"""What runs by itself for a round: its jobs with their outcomes, and whether anything that is due is left lying.

Read only, and from our own tables: with Prefect or without, what was done stands in them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_micros, to_micros
from states.overview import Watched

PAGE: Final = 50
PATIENCE: Final = timedelta(minutes=10)
"""What is due for longer than this is being left lying."""
STATES: Final = {"waiting": "'waiting'", "done": "'done'", "failed": "'failed'"}
TARGETS: Final = (
    "(j.target IN (:target, 'installation:1') OR j.target IN "
    "(SELECT 'opinion_request:' || q.id FROM opinion_request q WHERE q.round_id = :round))"
)


class Job(NamedTuple):
    """One job: asked for once, tried until it was done or given up."""

    id: int
    kind: str
    target: str
    occasion: str
    status: str
    asked_at: datetime
    due_at: datetime
    attempts: int
    lease_until: datetime | None
    ended_at: datetime | None
    outcome: str

    def is_running(self, now: datetime) -> bool:
        """Whether somebody has it in hand."""
        return self.status == "waiting" and self.lease_until is not None and self.lease_until > now

    @property
    def percent(self) -> int | None:
        """How far one that is in hand has come; None where it does not say."""
        told, _, rest = self.outcome.partition("%")
        return int(told) if self.status == "waiting" and told.isdecimal() and not rest else None


class Jobs(NamedTuple):
    """A page of jobs, the newest first; `after` is where the next one begins."""

    rows: Sequence[Job]
    after: int | None


class Pulse(NamedTuple):
    """Since when something that is due has been left lying, None where nothing is; and when each last did its work."""

    mail_since: datetime | None
    job_since: datetime | None
    mail_at: datetime | None
    job_at: datetime | None
    swept_at: datetime | None

    def is_still(self, now: datetime) -> bool:
        """Whether it seems that nothing runs any more."""
        return any(at is not None and at < now - PATIENCE for at in (self.mail_since, self.job_since))


def jobs(session: Session, watched: Watched, state: str = "", after: int | None = None) -> Jobs:
    """One page of the jobs of a round and of the whole installation."""
    conditions = [TARGETS]
    if state:
        conditions.append(f"j.status = {STATES[state]}")
    if after is not None:
        conditions.append("j.id < :after")
    sql = (
        "SELECT j.id, j.kind, j.target, j.occasion, j.status, j.asked_at, j.due_at, j.attempts, j.lease_until, "
        f"j.ended_at, j.outcome FROM job j WHERE {' AND '.join(conditions)} ORDER BY j.id DESC LIMIT {PAGE + 1}"
    )
    parameters = {"target": f"round:{watched.id}", "round": watched.id, "after": after}
    rows = [_job(row) for row in run(session, sql, parameters).fetchall()]
    return Jobs(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def pulse(session: Session, watched: Watched, now: datetime) -> Pulse:
    """What is left lying, and when work was last done, in one query."""
    free = "(lease_until IS NULL OR lease_until <= :now) AND due_at <= :now"
    parts = (
        f"SELECT min(due_at) FROM outbox WHERE status = 'queued' AND {free}",
        f"SELECT min(due_at) FROM job WHERE status = 'waiting' AND {free}",
        "SELECT ended_at FROM outbox WHERE round_id = :round AND status = 'sent' ORDER BY id DESC LIMIT 1",
        "SELECT max(ended_at) FROM job WHERE status IN ('done', 'failed')",
        "SELECT max(at) FROM history WHERE entity = :entity AND actor = 'system'",
    )
    sql = f"SELECT {', '.join(f'({part})' for part in parts)}"
    found = run(session, sql, {"now": to_micros(now), "round": watched.id, "entity": f"round:{watched.id}"}).fetchone()
    return Pulse(*(None if at is None else from_micros(at) for at in found))


def _job(row: Sequence[Any]) -> Job:
    values: list[Any] = list(row)
    for place in (5, 6, 8, 9):
        values[place] = None if row[place] is None else from_micros(row[place])
    return Job._make(values)
