"""What administrators prepare in the portal and have not done yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference


class Draft(SQLModel, table=True):
    """A register that was read (`register`), a launch (`launch`) or a rehearsal (`rehearsal`), as JSON.

    A sheet that was read (`sheet`), or a document with several tables that may be one (`sheet_tables`).

    `done_at` is when it was carried out; `result` what came of it: the number of the round of a launch.
    """

    __table_args__ = (Index("ix_draft_kind", "kind", "made_at"), AUTO)
    id: int = identity()
    kind: str
    account_id: int = reference("account")
    made_at: datetime = instant()
    done_at: datetime | None = instant(default=None)
    result: str = Field(default="")
    content: str = long_text(default="{}")


def drafts(session: Session, kind: str, most: int) -> Sequence[Draft]:
    """The newest drafts of a kind."""
    chosen = select(Draft).where(Draft.kind == kind)
    return session.exec(chosen.order_by(col(Draft.made_at).desc(), col(Draft.id).desc()).limit(most)).all()


def drafts_of(session: Session, draft_ids: Iterable[int]) -> Sequence[Draft]:
    """The drafts of these numbers that are still there."""
    return session.exec(select(Draft).where(col(Draft.id).in_(list(draft_ids)))).all()
