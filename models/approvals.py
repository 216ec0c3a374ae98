"""Acts that wait for a second person (DESIGN §5)."""

from datetime import datetime

from sqlmodel import Index, SQLModel

from models.columns import AUTO, identity, instant, long_text, reference


class Approval(SQLModel, table=True):
    """An act that one account asks for and another has to approve; `round_id` is None for one of the whole house.

    `parameters` is the typed act as JSON, `title` what it is for people,
    `digest` the plan that the requester saw, `effects` its lines as JSON.
    `status` is waiting, approved, refused or withdrawn; one that waits past `ends_at` has expired.
    """

    __table_args__ = (
        Index("ix_approval_waiting", "status", "ends_at"),
        Index("ix_approval_round", "round_id", "status"),
        AUTO,
    )
    id: int = identity()
    kind: str
    title: str = long_text()
    round_id: int | None = reference("round", default=None)
    parameters: str = long_text()
    reason: str = long_text()
    document_id: int | None = reference("document", default=None)
    digest: str
    effects: str = long_text(default="[]")
    asked_by: int = reference("account")
    asked_at: datetime = instant()
    ends_at: datetime = instant()
    status: str = "waiting"
    answered_by: int | None = reference("account", default=None)
    answered_at: datetime | None = instant(default=None)
    answer: str = long_text(default="")
