"""Dossiers and their marks, extensions, explanations and difficulties."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Text, text
from sqlmodel import Field, Index, Session, SQLModel, UniqueConstraint, col, select

from models.columns import AUTO, Chained, Totals, identity, instant, long_text, points, reference
from models.db import among, listed, run
from models.types import from_micros, from_scaled

UNOPENED = "opened_at IS NULL AND scored = 0 AND submitted_at IS NULL"
"""Nobody of the unit has signed in since the launch, and nothing was filled in or handed in on its behalf."""
FULL = "scored >= leaves AND leaves > 0 AND submitted_at IS NULL AND NOT zeroed"
"""Everything is scored, nothing was ever handed in, and it has not been locked."""
LATE = "late"
BYTES = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its bytes."""


def _listed(name: str, condition: str) -> Index:
    """An index of the dossiers that meet a condition, by name."""
    where = text(condition)
    return Index(name, "round_id", "sort_name", "id", "state", sqlite_where=where, postgresql_where=where)


def _open(name: str, condition: str) -> Index:
    """An index of what still waits for an answer."""
    where = text(condition)
    return Index(name, "assessment_id", sqlite_where=where, postgresql_where=where)


class Assessment(Chained, Totals, table=True):
    """One subject in one round (hồ sơ); name, kind and group as of the round.

    `leaves` is the number of scored criteria of its sheet. `scored` counts those filled in the working
    copy, `appraised` those with an appraised mark, `unreasoned` the appraised marks that differ from the
    self marks without a reason, `asked` the open explanation requests. `agency_id` is the subject that entered it and
    whose officers and head work on it (intake: open), else the subject itself. `body` is the code of the deciding body.
    `sort_name` is the name as it is searched and ordered; `opened_at` is when an officer or the head first signed in.
    """

    __table_args__ = (
        UniqueConstraint("round_id", "subject_id"),
        Index("ix_assessment_due", "round_id", "state", "closes_at"),
        Index("ix_assessment_name", "round_id", "sort_name", "id"),
        Index("ix_assessment_state", "round_id", "state", "sort_name", "id"),
        Index("ix_assessment_body", "round_id", "body", "kind"),
        Index("ix_assessment_group", "round_id", "kind", "group_name", "sort_name", "id"),
        _listed("ix_assessment_unopened", UNOPENED),
        _listed("ix_assessment_full", FULL),
        _listed("ix_assessment_late", LATE),
        AUTO,
    )
    id: int = identity()
    round_id: int = reference("round")
    subject_id: int = reference("subject", index=True)
    agency_id: int | None = reference("subject", default=None, index=True)
    body: str = ""
    name: str
    sort_name: str = Field(default="", sa_type=BYTES)
    kind: str
    group_name: str = ""
    sheet: str
    state: str
    version: int = 0
    closes_at: datetime = instant()
    late: bool = False
    zeroed: bool = False
    opened_at: datetime | None = instant(default=None)
    submitted_at: datetime | None = instant(default=None)
    reviewed_at: datetime | None = instant(default=None)
    leaves: int = 0
    scored: int = 0
    appraised: int = 0
    unreasoned: int = 0
    asked: int = 0
    proposed_level: str | None = None
    level: str | None = None
    place: int | None = None
    tied: bool = False
    place_reason: str | None = long_text(default=None)
    decision_id: int | None = reference("decision", default=None, index=True)
    signed_report_id: int | None = reference("document", default=None)


class Mark(SQLModel, table=True):
    """One criterion in one of the copies `draft`, `self`, `appraised`, `decided`: never one over another (X-N5)."""

    assessment_id: int = reference("assessment", primary_key=True)
    copy_name: str = Field(primary_key=True)
    criterion: str = Field(primary_key=True)
    entry: str = long_text()
    points: Decimal = points()
    note: str = long_text(default="")
    account_id: int | None = reference("account", default=None)
    at: datetime = instant()


class MarkRow(NamedTuple):
    """One criterion in one of the copies, to read: pages hold hundreds of them."""

    entry: str
    points: Decimal
    note: str
    account_id: int | None
    at: datetime


class Extension(SQLModel, table=True):
    """A special case (trường hợp đặc biệt): asked by the unit or granted by the owner (AMB-DN-1)."""

    __table_args__ = (_open("ix_extension_open", "granted IS NULL"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment", index=True)
    asked_at: datetime | None = instant(default=None)
    reason: str = long_text()
    until: datetime | None = instant(default=None)
    document_id: int | None = reference("document", default=None)
    answered_at: datetime | None = instant(default=None)
    granted: bool | None = None
    answer: str = long_text(default="")


class ExplanationRequest(SQLModel, table=True):
    """A question on named criteria with its own deadline (giải trình)."""

    __tablename__ = "explanation_request"
    __table_args__ = (Index("ix_explanation_due", "status", "closes_at"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment", index=True)
    account_id: int | None = reference("account", default=None)
    question: str = long_text()
    asked_at: datetime = instant()
    closes_at: datetime = instant()
    status: str = "open"
    ended_at: datetime | None = instant(default=None)


class ExplanationItem(SQLModel, table=True):
    """One criterion of a question, and its answer."""

    __tablename__ = "explanation_item"
    request_id: int = reference("explanation_request", primary_key=True)
    criterion: str = Field(primary_key=True)
    answer: str | None = long_text(default=None)
    answered_at: datetime | None = instant(default=None)


class Difficulty(SQLModel, table=True):
    """A difficulty raised by a unit and its answer (phản ánh vướng mắc, DN-6.3)."""

    __table_args__ = (_open("ix_difficulty_open", "answered_at IS NULL"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment", index=True)
    account_id: int | None = reference("account", default=None)
    question: str = long_text()
    raised_at: datetime = instant()
    answer: str | None = long_text(default=None)
    answered_at: datetime | None = instant(default=None)


def marks(session: Session, assessment_id: int, copy_name: str) -> dict[str, MarkRow]:
    """The marks of one copy, by criterion."""
    return marks_of(session, [assessment_id], copy_name)[assessment_id]


def marks_of(session: Session, ids: Iterable[int], copy_name: str) -> dict[int, dict[str, MarkRow]]:
    """The marks of one copy of many dossiers, by dossier and criterion."""
    found: dict[int, dict[str, MarkRow]] = {key: {} for key in ids}
    sql = (
        "SELECT assessment_id, criterion, entry, points, note, account_id, at FROM mark "
        f"WHERE assessment_id {among(session)} AND copy_name = :copy ORDER BY assessment_id, criterion"
    )
    where = {"among": listed(session, found), "copy": copy_name}
    for key, code, entry, worth, note, account_id, at in run(session, sql, where):
        found[key][code] = mark_row(entry, worth, note, account_id, at)
    return found


def mark_row(entry: str, worth: int, note: str, account_id: int | None, at: int) -> MarkRow:
    """A mark of the columns as the database keeps them."""
    return MarkRow(entry, from_scaled(worth), note, account_id, from_micros(at))


def of_round(session: Session, round_id: int) -> Sequence[Assessment]:
    """All dossiers of a round, by group and name."""
    chosen = select(Assessment).where(Assessment.round_id == round_id)
    return session.exec(
        chosen.order_by(Assessment.kind, Assessment.group_name, Assessment.name, col(Assessment.id))
    ).all()


def open_requests(session: Session, assessment_id: int) -> Sequence[ExplanationRequest]:
    """The questions still open on a dossier, by id."""
    chosen = select(ExplanationRequest).where(ExplanationRequest.assessment_id == assessment_id)
    return session.exec(chosen.where(ExplanationRequest.status == "open").order_by(col(ExplanationRequest.id))).all()


def items(session: Session, request_id: int) -> Sequence[ExplanationItem]:
    """The criteria of a question."""
    chosen = select(ExplanationItem).where(ExplanationItem.request_id == request_id)
    return session.exec(chosen.order_by(ExplanationItem.criterion)).all()
