"""Long jobs asked for in one transaction and done by the flows."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Field, Index, Session, SQLModel, UniqueConstraint, col, select

from models.columns import AUTO, identity, instant, long_text
from models.db import run
from models.types import to_micros


class Job(SQLModel, table=True):
    """One job; unique on kind, target and occasion, so asking twice is asking once."""

    __table_args__ = (UniqueConstraint("kind", "target", "occasion"), Index("ix_job_due", "status", "due_at"), AUTO)
    id: int = identity()
    kind: str
    target: str
    occasion: str
    status: str = "waiting"
    asked_at: datetime = instant()
    due_at: datetime = instant()
    attempts: int = Field(default=0)
    lease_until: datetime | None = instant(default=None)
    ended_at: datetime | None = instant(default=None)
    outcome: str = long_text(default="")


ASK: Final = (
    "INSERT INTO job (kind, target, occasion, status, asked_at, due_at, attempts, outcome) "
    "VALUES (:kind, :target, :occasion, 'waiting', :now, :now, 0, '') ON CONFLICT DO NOTHING"
)
"""Asking for what was asked for does nothing."""


def ask_job(session: Session, *, kind: str, target: str, occasion: str, now: datetime) -> None:
    """Ask for a job in the transaction of what needs it."""
    run(session, ASK, {"kind": kind, "target": target, "occasion": occasion, "now": to_micros(now)})


def jobs_about(session: Session, targets: Collection[str], kinds: Collection[str], *, most: int) -> Sequence[Job]:
    """The last jobs of these kinds on these targets, the newest first."""
    chosen = select(Job).where(col(Job.target).in_(targets), col(Job.kind).in_(kinds))
    return session.exec(chosen.order_by(col(Job.id).desc()).limit(most)).all()


def waiting_jobs(session: Session, kind: str) -> int:
    """How many jobs of a kind wait or are under way."""
    sql = "SELECT count(*) FROM job WHERE kind = :kind AND status = 'waiting'"
    return int(run(session, sql, {"kind": kind}).fetchone()[0])
