"""Subjects, accounts, and who stands in which relation to what."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference


class Subject(SQLModel, table=True):
    """What is assessed: a unit, a collective, a Party organisation, a person (đối tượng).

    `post` and `since` are of a person (or the founding day of a body); `body` is the code of the body that decides
    on it, where the programme does not say.
    """

    __table_args__ = (AUTO,)
    id: int = identity()
    code: str = Field(unique=True)
    name: str
    kind: str
    group_name: str = ""
    parent_id: int | None = reference("subject", default=None, index=True)
    valid_from: date | None = None
    valid_to: date | None = None
    active: bool = True
    post: str = ""
    since: date | None = None
    body: str = ""


class SubjectName(SQLModel, table=True):
    """A name a subject bore from a day on (X-A3)."""

    subject_id: int = reference("subject", primary_key=True)
    since: date = Field(primary_key=True)
    name: str


class Account(SQLModel, table=True):
    """A person or a shared mailbox that signs in."""

    __table_args__ = (AUTO,)
    id: int = identity()
    email: str = Field(unique=True)
    name: str = ""
    position: str = ""
    active: bool = True
    reminders: bool = True


class AccountVersion(SQLModel, table=True):
    """Name, position and address of an account as they were from an instant on."""

    account_id: int = reference("account", primary_key=True)
    since: datetime = instant(primary_key=True)
    email: str
    name: str
    position: str


class Grant(SQLModel, table=True):
    """A role of an account, limited to a subject, to a round, or to neither; `body`: only where that body decides."""

    __tablename__ = "account_grant"
    __table_args__ = (
        Index("ix_grant_subject", "subject_id", "role"),
        Index("ix_grant_account", "account_id"),
        Index("ix_grant_role", "role", "round_id"),
        AUTO,
    )
    id: int = identity()
    account_id: int = reference("account")
    role: str
    subject_id: int | None = reference("subject", default=None)
    round_id: int | None = reference("round", default=None)
    body: str | None = None
    granted_at: datetime = instant()
    ended_at: datetime | None = instant(default=None)


class Assignment(SQLModel, table=True):
    """An appraiser's dossier, whole or for one criterion group."""

    __table_args__ = (UniqueConstraint("assessment_id", "account_id", "criterion_group"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment", index=True)
    account_id: int = reference("account", index=True)
    criterion_group: str = ""


class Conflict(SQLModel, table=True):
    """A conflict of interest declared by an appraiser on a dossier."""

    assessment_id: int = reference("assessment", primary_key=True)
    account_id: int = reference("account", primary_key=True)
    reason: str = long_text()
    declared_at: datetime = instant()


def account_by_email(session: Session, email: str) -> Account | None:
    """The account of an address, whatever its case."""
    return session.exec(select(Account).where(Account.email == email.strip().lower())).first()


def subjects_by_code(session: Session, codes: Iterable[str]) -> dict[str, Subject]:
    """Subjects by their register code."""
    rows = session.exec(select(Subject).where(col(Subject.code).in_(list(codes))))
    return {row.code: row for row in rows}


def live_grants(session: Session, role: str, *, subject_id: int | None = None) -> list[Grant]:
    """Grants of a role that have not ended, on one subject or on none."""
    chosen = select(Grant).where(Grant.role == role, col(Grant.ended_at).is_(None))
    return list(session.exec(chosen.where(Grant.subject_id == subject_id).order_by(col(Grant.id))))


def role_holders(session: Session, roles: Iterable[str]) -> list[tuple[str, Account]]:
    """Who holds roles in all rounds, by role and name."""
    joined = select(Grant.role, Account).join(Account, col(Account.id) == col(Grant.account_id))
    everywhere = joined.where(col(Grant.round_id).is_(None), col(Grant.subject_id).is_(None), col(Grant.body).is_(None))
    chosen = everywhere.where(col(Grant.ended_at).is_(None), col(Grant.role).in_(list(roles)), col(Account.active))
    return list(session.exec(chosen.order_by(col(Grant.role), col(Account.name), col(Account.id))).all())
