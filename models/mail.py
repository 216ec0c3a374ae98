"""Mail still to be sent, and links into tasks (DESIGN §6)."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from models.columns import AUTO, identity, instant, long_text, reference
from models.types import Hash


class Outbox(SQLModel, table=True):
    """One mail to one account: message and parameters, never a body.

    `status` is queued, sent, bounced (refused for good) or failed (attempts used up);
    `occasion` tells one cause from another, so a cause mails once.
    """

    __table_args__ = (
        UniqueConstraint("round_id", "message", "account_id", "occasion"),
        Index("ix_outbox_due", "status", "due_at"),
        Index("ix_outbox_assessment", "assessment_id"),
        Index("ix_outbox_round", "round_id", "status", "id"),
        AUTO,
    )
    id: int = identity()
    round_id: int = reference("round")
    assessment_id: int | None = reference("assessment", default=None)
    message: str
    account_id: int = reference("account")
    occasion: str
    parameters: str = long_text(default="{}")
    due_at: datetime = instant()
    status: str = "queued"
    attempts: int = 0
    lease_until: datetime | None = instant(default=None)
    answer: str = long_text(default="")
    ended_at: datetime | None = instant(default=None)


class TaskLink(SQLModel, table=True):
    """A link into one task of one account; only the hash of its token is kept."""

    __tablename__ = "task_link"
    __table_args__ = (AUTO,)
    id: int = identity()
    token_hash: bytes = Field(sa_type=Hash, unique=True)
    account_id: int = reference("account", index=True)
    round_id: int = reference("round")
    assessment_id: int | None = reference("assessment", default=None)
    task: str
    made_at: datetime = instant()
    opened_at: datetime | None = instant(default=None)
    ended_at: datetime | None = instant(default=None)
