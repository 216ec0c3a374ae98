"""Documents with number and date, and the decisions they carry."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference


class Document(SQLModel, table=True):
    """A document by its number, date and signer; `file_hash` is the SHA-256 (hex) of the signed copy."""

    __table_args__ = (AUTO,)
    id: int = identity()
    kind: str
    number: str = ""
    dated: date | None = None
    signer: str = ""
    title: str = long_text(default="")
    file_hash: str = ""
    confidential: bool = False
    recorded_at: datetime = instant()


class Decision(SQLModel, table=True):
    """One decision on many dossiers; annulled and replaced, never edited."""

    __table_args__ = (AUTO,)
    id: int = identity()
    round_id: int = reference("round", index=True)
    document_id: int | None = reference("document", default=None)
    minutes_id: int | None = reference("document", default=None)
    reason: str = long_text(default="")
    decided_at: datetime = instant()
    annulled_at: datetime | None = instant(default=None)
    replaced_by: int | None = reference("decision", default=None)


class DecisionItem(SQLModel, table=True):
    """What a decision said of one dossier; kept when the decision is replaced."""

    __tablename__ = "decision_item"
    decision_id: int = reference("decision", primary_key=True)
    assessment_id: int = reference("assessment", primary_key=True, index=True)
    total: str | None = None
    level: str | None = None
    reason: str = long_text(default="")


def items_of(session: Session, assessment_id: int) -> Sequence[tuple[Decision, DecisionItem]]:
    """Every decision a dossier ever had, the oldest first."""
    chosen = select(Decision, DecisionItem).join(DecisionItem, col(DecisionItem.decision_id) == col(Decision.id))
    return session.exec(chosen.where(DecisionItem.assessment_id == assessment_id).order_by(col(Decision.id))).all()
