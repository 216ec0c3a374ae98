"""The table of jobs: each asked for once, claimed by a lease, ended once."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import text, tuple_
from sqlmodel import Session, col, select

from models.db import among, listed, run, run_many
from models.jobs import ASK, Job
from models.types import from_micros, to_micros

LEASE: Final = timedelta(minutes=15)
FREE: Final = "status = 'waiting' AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now)"
"""The condition under which a job is due and nobody's."""
BACKOFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Waits after each attempt that failed; when they are used up, the job has failed."""


class Errand(NamedTuple):
    """What a job is about; asking for the same again changes nothing."""

    kind: str
    target: str
    occasion: str


class Claimed(NamedTuple):
    """A job that is ours until its lease runs out; `attempts` tells our claim from later ones."""

    id: int
    errand: Errand
    attempts: int

    @property
    def number(self) -> int:
        """The id in its target: 17 of "round:17"."""
        return int(self.errand.target.rpartition(":")[2])

    @property
    def round_id(self) -> int | None:
        """The round it is about; None when it is about something else."""
        return self.number if self.errand.target.startswith("round:") else None


class Outcome(NamedTuple):
    """How a job ended, in words; `held` is False when it did its work and found something wrong."""

    text: str
    held: bool = True


def missing(session: Session, wanted: Iterable[Errand]) -> list[Errand]:
    """Those that were never asked for, in the order given."""
    errands = list(dict.fromkeys(wanted))
    own = tuple_(col(Job.kind), col(Job.target), col(Job.occasion))
    known = session.exec(select(Job.kind, Job.target, Job.occasion).where(own.in_(errands))).all() if errands else []
    return [errand for errand in errands if errand not in {Errand(*row) for row in known}]


def ask(session: Session, errands: Iterable[Errand], now: datetime) -> None:
    """Ask for jobs that were never asked for."""
    run_many(session, ASK, [{**errand._asdict(), "now": to_micros(now)} for errand in errands])


def waiting(session: Session, kinds: Collection[str], now: datetime) -> list[int]:
    """The jobs of these kinds that are due and nobody's, in the order in which they fell due."""
    sql = f"SELECT id FROM job WHERE {FREE} AND kind {among(session)} ORDER BY due_at, id"
    return [row[0] for row in run(session, sql, {"now": to_micros(now), "among": listed(session, kinds)}).fetchall()]


def next_due(session: Session) -> datetime | None:
    """When the next job falls due, or the lease on one runs out; it may lie in the past."""
    sql = "SELECT min(coalesce(lease_until, due_at)) FROM job WHERE status = 'waiting'"
    micros = run(session, sql).fetchone()[0]
    return None if micros is None else from_micros(micros)


def claim(session: Session, job_id: int, now: datetime) -> Claimed | None:
    """Lease a job; None when it is somebody's, or ended."""
    chosen = select(Job).where(Job.id == job_id, text(FREE)).with_for_update(skip_locked=True)
    found = session.exec(chosen, params={"now": to_micros(now)}).first()
    if found is None:
        return None
    found.lease_until = now + LEASE
    found.attempts += 1
    session.flush()
    return Claimed(found.id, Errand(found.kind, found.target, found.occasion), found.attempts)


def end(session: Session, job: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Write how a job ended; False when it is no longer ours, and then nothing is written."""
    status = "done" if outcome.held else "failed"
    return _write(session, job, "status = :status, ended_at = :at, outcome = :text", status, now, outcome.text)


def tell(session: Session, job: Claimed, percent: int, now: datetime) -> bool:
    """Write how far a long job has come, and keep it ours for as long again; False when it is no longer ours."""
    columns = "status = :status, lease_until = :at, outcome = :text"
    return _write(session, job, columns, "waiting", now + LEASE, f"{percent}%")


def put_off(session: Session, job: Claimed, why: str, now: datetime) -> bool:
    """Try a job again later, or give it up after its last attempt."""
    if job.attempts > len(BACKOFF):
        return end(session, job, Outcome(why, held=False), now)
    later = now + BACKOFF[job.attempts - 1]
    return _write(
        session, job, "status = :status, due_at = :at, lease_until = NULL, outcome = :text", "waiting", later, why
    )


def _write(session: Session, job: Claimed, columns: str, status: str, at: datetime, text: str) -> bool:
    sql = f"UPDATE job SET {columns} WHERE id = :id AND attempts = :attempts AND status = 'waiting'"
    parameters = {"id": job.id, "attempts": job.attempts, "status": status, "at": to_micros(at), "text": text}
    count: int = run(session, sql, parameters).rowcount
    return count == 1
