"""Requests for opinions and the answers of each body (lấy ý kiến)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.assessments import Assessment
from models.columns import AUTO, identity, instant, long_text, reference
from models.people import Account


class OpinionRequest(SQLModel, table=True):
    """One request to many bodies for many dossiers; `name` is what the workflow opens. `status` is open or closed."""

    __tablename__ = "opinion_request"
    __table_args__ = (Index("ix_opinion_due", "status", "closes_at"), AUTO)
    id: int = identity()
    round_id: int = reference("round", index=True)
    name: str
    question: str = long_text()
    account_id: int | None = reference("account", default=None)
    document_id: int | None = reference("document", default=None)
    asked_at: datetime = instant()
    closes_at: datetime = instant()
    status: str = "open"
    ended_at: datetime | None = instant(default=None)


class Opinion(SQLModel, table=True):
    """What one body says of one dossier; the body is the account asked.

    `status`: open (also while it is being written), given, silent («không có ý kiến», AMB-HT-13), or withdrawn when
    the dossier left the round. A paper letter names who entered it and the letter; `late` is told for ever.
    """

    __table_args__ = (Index("ix_opinion_dossier", "assessment_id", "status"), Index("ix_opinion_body", "account_id"))
    request_id: int = reference("opinion_request", primary_key=True)
    assessment_id: int = reference("assessment", primary_key=True)
    account_id: int = reference("account", primary_key=True)
    level: str | None = None
    comment: str = long_text(default="")
    status: str = Field(default="open")
    given_at: datetime | None = instant(default=None)
    late: bool = False
    entered_by: int | None = reference("account", default=None)
    document_id: int | None = reference("document", default=None)


def due_requests(session: Session, now: datetime) -> Sequence[OpinionRequest]:
    """Open requests whose time has run out, by id."""
    chosen = select(OpinionRequest).where(OpinionRequest.status == "open", col(OpinionRequest.closes_at) <= now)
    return session.exec(chosen.order_by(col(OpinionRequest.id))).all()


def of_request(session: Session, request_id: int) -> Sequence[Opinion]:
    """All answers to a request, by dossier and body."""
    chosen = select(Opinion).where(Opinion.request_id == request_id)
    return session.exec(chosen.order_by(col(Opinion.assessment_id), col(Opinion.account_id))).all()


def of_body(session: Session, request_id: int, account_id: int) -> dict[int, Opinion]:
    """What one body was asked in a request, by dossier, ascending."""
    chosen = select(Opinion).where(Opinion.request_id == request_id, Opinion.account_id == account_id)
    return {one.assessment_id: one for one in session.exec(chosen.order_by(col(Opinion.assessment_id)))}


def open_requests(session: Session, now: datetime) -> Sequence[OpinionRequest]:
    """Requests that are open and close later than now, by id."""
    chosen = select(OpinionRequest).where(OpinionRequest.status == "open", col(OpinionRequest.closes_at) > now)
    return session.exec(chosen.order_by(col(OpinionRequest.id))).all()


def awaited(session: Session, request_id: int) -> Sequence[int]:
    """The bodies that have not answered on every dossier of a request, by id."""
    chosen = select(Opinion.account_id).where(Opinion.request_id == request_id, Opinion.status == "open")
    return session.exec(chosen.distinct().order_by(col(Opinion.account_id))).all()


def dossier_names(session: Session, assessment_ids: Collection[int]) -> dict[int, str]:
    """The names of dossiers by id."""
    return dict(
        session.exec(select(Assessment.id, Assessment.name).where(col(Assessment.id).in_(assessment_ids))).all()
    )


def body_names(session: Session, account_ids: Collection[int]) -> dict[int, str]:
    """What bodies are called, by account: the name, or the address where there is none."""
    chosen = select(Account.id, Account.name, Account.email).where(col(Account.id).in_(account_ids))
    return {key: name or email for key, name, email in session.exec(chosen)}
