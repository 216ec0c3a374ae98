"""Links between subjects, waivers of missing prerequisites, raised quotas."""

from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel

from models.columns import AUTO, identity, instant, long_text, reference
from models.db import run


class SubjectLink(SQLModel, table=True):
    """How a subject stands to another: leads it, is a member of it, is its same-level body (peer_of)."""

    __tablename__ = "subject_link"
    __table_args__ = (Index("ix_link_other", "other_id", "link"),)
    subject_id: int = reference("subject", primary_key=True)
    link: str = Field(primary_key=True)
    other_id: int = reference("subject", primary_key=True)


class Waiver(SQLModel, table=True):
    """A dossier without a level yet that others need not wait for (chưa xếp loại, DESIGN §7)."""

    assessment_id: int = reference("assessment", primary_key=True)
    reason: str = long_text()
    document_id: int | None = reference("document", default=None)
    account_id: int | None = reference("account", default=None)
    at: datetime = instant()


class QuotaRaise(SQLModel, table=True):
    """A deciding body's word that a body is outstanding, so that its group may have the greater share (RULES 7.3)."""

    __tablename__ = "quota_raise"
    __table_args__ = (AUTO,)
    id: int = identity()
    round_id: int = reference("round", index=True)
    body: str
    group_name: str
    reason: str = long_text()
    document_id: int | None = reference("document", default=None)
    at: datetime = instant()


def links(session: Session, round_id: int) -> list[tuple[int, str, int]]:
    """All links between subjects that have dossiers in a round, parents among them: (subject, link, other)."""
    among = "SELECT a.subject_id FROM assessment a WHERE a.round_id = :round"
    sql = (
        f"SELECT subject_id, link, other_id FROM subject_link WHERE subject_id IN ({among}) AND other_id IN ({among}) "
        f"UNION ALL SELECT id, 'parent', parent_id FROM subject WHERE id IN ({among}) AND parent_id IN ({among}) "
        "ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in run(session, sql, {"round": round_id}).fetchall()]
