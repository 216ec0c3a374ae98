"""Links between subjects, waivers of missing prerequisites, raised quotas."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference
from models.db import run
from models.people import Subject


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


LinkRow = tuple[int, str, int]
"""Who is linked, how (a column of the register), and to whom: ids of subjects."""
PARENTS = "SELECT id AS subject_id, 'parent' AS link, parent_id AS other_id FROM subject WHERE parent_id IS NOT NULL"
ALL = f"SELECT subject_id, link, other_id FROM subject_link UNION ALL {PARENTS}"


def links_of(session: Session, subjects: Collection[int]) -> list[LinkRow]:
    """All links between some subjects, their direct superiors among them, in order."""
    rows = run(session, f"SELECT subject_id, link, other_id FROM ({ALL}) l ORDER BY 1, 2, 3").fetchall()
    return [(one, link, other) for one, link, other in rows if one in subjects and other in subjects]


def links_around(session: Session, subject_id: int) -> list[LinkRow]:
    """The links of a subject, and those of the subjects that it belongs to, leads, or is led by, in order."""
    near = (
        "SELECT other_id FROM subject_link WHERE subject_id = :id UNION SELECT subject_id FROM subject_link "
        "WHERE other_id = :id UNION SELECT CAST(:id AS BIGINT)"
    )
    sql = (
        f"SELECT subject_id, link, other_id FROM subject_link WHERE subject_id IN ({near}) OR other_id IN ({near}) "
        f"UNION SELECT subject_id, link, other_id FROM ({PARENTS}) p WHERE subject_id = :id OR other_id = :id "
        "ORDER BY 1, 2, 3"
    )
    return [(one, link, other) for one, link, other in run(session, sql, {"id": subject_id}).fetchall()]


def member_of(session: Session, subject_id: int) -> list[str]:
    """The organisations that a person is a member of, by name, in the order of the register."""
    chosen = select(Subject.name).join(SubjectLink, col(SubjectLink.other_id) == col(Subject.id))
    mine = chosen.where(SubjectLink.subject_id == subject_id, SubjectLink.link == "member_of")
    return list(session.exec(mine.order_by(col(Subject.id))))
