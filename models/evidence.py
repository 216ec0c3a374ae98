"""Evidence of a unit (*minh chứng*): files by their content and links, to one criterion each."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference


class Evidence(SQLModel, table=True):
    """A file or a link to one criterion of a dossier; a row is never deleted, what was taken away has `removed_at`.

    A file is `file_hash` (SHA-256, hex), under which its content lies; a link is `address`. With `request_id` it came
    as a supplement to that question. What was there at `assessment.submitted_at` went with the submission.
    """

    __table_args__ = (Index("ix_evidence_assessment", "assessment_id", "criterion"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment")
    criterion: str
    request_id: int | None = reference("explanation_request", default=None)
    name: str = long_text(default="")
    file_hash: str = Field(default="", index=True)
    size: int = 0
    media_type: str = ""
    address: str = long_text(default="")
    account_id: int | None = reference("account", default=None)
    at: datetime = instant()
    removed_at: datetime | None = instant(default=None)
    removed_by: int | None = reference("account", default=None)


def evidence_of(session: Session, assessment_id: int) -> Sequence[Evidence]:
    """What stands with a dossier now, in the order in which it came."""
    chosen = select(Evidence).where(Evidence.assessment_id == assessment_id, col(Evidence.removed_at).is_(None))
    return session.exec(chosen.order_by(col(Evidence.id))).all()


def changed_since(session: Session, assessment_id: int, instant: datetime) -> Sequence[Evidence]:
    """What came or went after an instant, supplements to questions apart."""
    own = select(Evidence).where(Evidence.assessment_id == assessment_id, col(Evidence.request_id).is_(None))
    changed = own.where((col(Evidence.at) > instant) | (col(Evidence.removed_at) > instant))
    return session.exec(changed.order_by(col(Evidence.id))).all()


def in_force(session: Session, assessment_id: int, submitted_at: datetime) -> Sequence[Evidence]:
    """What went with a submission, and the supplements to questions: what an appraisal looks at."""
    gone = col(Evidence.removed_at)
    then = (col(Evidence.request_id).is_(None)) & (col(Evidence.at) <= submitted_at)
    sent = then & (gone.is_(None) | (gone > submitted_at))
    supplement = col(Evidence.request_id).is_not(None) & gone.is_(None)
    chosen = select(Evidence).where(Evidence.assessment_id == assessment_id, sent | supplement)
    return session.exec(chosen.order_by(col(Evidence.id))).all()
