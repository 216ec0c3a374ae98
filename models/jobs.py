"""Long jobs asked for in one transaction and done by the flows."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from models.columns import AUTO, identity, instant, long_text


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
