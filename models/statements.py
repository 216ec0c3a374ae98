"""What is stated of a dossier beside its marks: figures, declarations, disciplines, shortcomings, enclosures."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference
from models.db import run
from models.decisions import Document


class Statement(SQLModel, table=True):
    """A figure, a day, a level or a yes/no by its name; with two keys it counts once the superior accepted it."""

    assessment_id: int = reference("assessment", primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    document_id: int | None = reference("document", default=None)
    account_id: int | None = reference("account", default=None)
    stated_at: datetime = instant()
    accepted_by: int | None = reference("account", default=None)
    accepted_at: datetime | None = instant(default=None)


class Discipline(SQLModel, table=True):
    """A disciplinary decision that bears on a dossier: of itself, a member or a subordinate (HT-7, HT-11.9).

    `remedied` is the unit's word that it found and remedied the matter itself; it counts once the superior accepted it.
    """

    __table_args__ = (AUTO,)
    id: int = identity()
    assessment_id: int = reference("assessment", index=True)
    who: str
    name: str = ""
    acted_on: date | None = None
    effective_on: date
    document_id: int | None = reference("document", default=None)
    corruption: bool = False
    remedied: bool = False
    account_id: int | None = reference("account", default=None)
    stated_at: datetime = instant()
    accepted_by: int | None = reference("account", default=None)
    accepted_at: datetime | None = instant(default=None)


class Shortcoming(SQLModel, table=True):
    """A shortcoming concluded of a subject; open ones open the next dossier of the subject (HT-3.2)."""

    __table_args__ = (AUTO,)
    id: int = identity()
    subject_id: int = reference("subject", index=True)
    assessment_id: int | None = reference("assessment", default=None)
    text: str = long_text()
    concluded_on: date
    document_id: int | None = reference("document", default=None)
    remedied_in: int | None = reference("assessment", default=None)
    remedied_on: date | None = None
    remedy: str = long_text(default="")


class Enclosure(SQLModel, table=True):
    """A document that a dossier holds as one of its parts or forms."""

    __table_args__ = (Index("ix_enclosure_part", "assessment_id", "part"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment")
    part: str
    document_id: int = reference("document")
    account_id: int | None = reference("account", default=None)
    at: datetime = instant()


class Proposal(SQLModel, table=True):
    """The level proposed for a dossier by the conditions, with the whole explanation as JSON (DESIGN §7)."""

    assessment_id: int = reference("assessment", primary_key=True)
    made_at: datetime = instant()
    level: str | None = None
    flagged: bool = False
    body: str = long_text()


def statements(session: Session, assessment_id: int) -> dict[str, Statement]:
    """What is stated of a dossier, by name."""
    chosen = select(Statement).where(Statement.assessment_id == assessment_id).order_by(Statement.name)
    return {one.name: one for one in session.exec(chosen)}


def disciplines(session: Session, assessment_id: int) -> Sequence[Discipline]:
    """The disciplinary decisions that bear on a dossier, by id."""
    chosen = select(Discipline).where(Discipline.assessment_id == assessment_id)
    return session.exec(chosen.order_by(col(Discipline.id))).all()


def enclosures(session: Session, assessment_id: int) -> Sequence[tuple[Enclosure, Document]]:
    """The documents that a dossier holds, the oldest first."""
    return session.exec(_ENCLOSURES, params={"assessment": assessment_id}).all()


_ENCLOSURES: Final = (
    select(Enclosure, Document)
    .join(Document, col(Document.id) == col(Enclosure.document_id))
    .where(Enclosure.assessment_id == bindparam("assessment"))
    .order_by(col(Enclosure.id))
)
"""Built once: every page of a dossier asks it."""


def open_shortcomings(session: Session, subject_id: int) -> Sequence[Shortcoming]:
    """What was concluded of a subject and is not remedied, the oldest first."""
    chosen = select(Shortcoming).where(Shortcoming.subject_id == subject_id)
    return session.exec(chosen.where(col(Shortcoming.remedied_on).is_(None)).order_by(col(Shortcoming.id))).all()


def shortcomings_of(session: Session, assessment_id: int) -> Sequence[Shortcoming]:
    """What was concluded with a dossier, by id."""
    chosen = select(Shortcoming).where(Shortcoming.assessment_id == assessment_id)
    return session.exec(chosen.order_by(col(Shortcoming.id))).all()


def shortcomings_before(session: Session, assessment_id: int) -> Sequence[Shortcoming]:
    """What earlier years concluded of the dossier's subject and nobody remedied before its own year, the oldest first.

    Without a dossier of its own a shortcoming is of the year of the day on which it was concluded (HT-3.2).
    """
    own = (
        "SELECT s.id FROM assessment a JOIN round r ON r.id = a.round_id JOIN shortcoming s ON "
        "s.subject_id = a.subject_id LEFT JOIN assessment c ON c.id = s.assessment_id LEFT JOIN round cr ON "
        "cr.id = c.round_id LEFT JOIN assessment m ON m.id = s.remedied_in LEFT JOIN round mr ON mr.id = m.round_id "
        "WHERE a.id = :id AND coalesce(cr.year, CAST(substr(CAST(s.concluded_on AS TEXT), 1, 4) AS INTEGER)) < r.year "
        "AND (s.remedied_on IS NULL OR mr.year >= r.year)"
    )
    ids = [row[0] for row in run(session, own, {"id": assessment_id}).fetchall()]
    return session.exec(select(Shortcoming).where(col(Shortcoming.id).in_(ids)).order_by(col(Shortcoming.id))).all()
