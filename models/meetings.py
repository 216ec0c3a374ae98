"""Meetings, ballot boxes, their tallies and rolls (phiên họp, hòm phiếu). Never who voted what (X-A2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, identity, instant, long_text, reference


class Meeting(SQLModel, table=True):
    """A sitting of a deciding body or of a unit; `status` is prepared, open or closed.

    `electronic` lets it vote on screens; `chair_id` is the account of who chairs, one of the two keys that close a box.
    """

    __table_args__ = (AUTO,)
    id: int = identity()
    round_id: int = reference("round", index=True)
    body: str = ""
    title: str
    place: str = ""
    held_at: datetime = instant()
    chair: str = ""
    chair_id: int | None = reference("account", default=None)
    electronic: bool = False
    status: str = "prepared"
    account_id: int | None = reference("account", default=None)
    minutes_document_id: int | None = reference("document", default=None)


class Attendance(SQLModel, table=True):
    """One person summoned to a meeting; without an account only on paper."""

    __table_args__ = (AUTO,)
    id: int = identity()
    meeting_id: int = reference("meeting", index=True)
    account_id: int | None = reference("account", default=None)
    name: str
    position: str = ""
    present: bool = False


class AgendaItem(SQLModel, table=True):
    """A dossier that a meeting considers, by its place on the agenda."""

    __tablename__ = "agenda_item"
    meeting_id: int = reference("meeting", primary_key=True)
    assessment_id: int = reference("assessment", primary_key=True)
    position: int


class BallotBox(SQLModel, table=True):
    """One ballot paper over many dossiers; `name` is what the workflow opens, `status` open or closed.

    `options` are the codes of the paper as JSON. Of an electronic box `returned` is the number of votes cast, and
    `closing_by` the account that turned the first of the two keys that close it.
    """

    __tablename__ = "ballot_box"
    __table_args__ = (AUTO,)
    id: int = identity()
    round_id: int = reference("round", index=True)
    meeting_id: int | None = reference("meeting", default=None, index=True)
    name: str
    electronic: bool = False
    status: str = "open"
    options: str = long_text()
    summoned: int = 0
    issued: int | None = None
    returned: int | None = None
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(default=None)
    closing_by: int | None = reference("account", default=None)
    minutes_document_id: int | None = reference("document", default=None)


class BallotItem(SQLModel, table=True):
    """One dossier on a ballot paper, with its tally once the box is closed.

    `options` (JSON) where they differ from the paper's; `counts` by option (JSON); `sealed` holds the ballots of an
    electronic box, encrypted and sorted, until it is closed.
    """

    __tablename__ = "ballot_item"
    __table_args__ = (Index("ix_ballot_dossier", "assessment_id"),)
    box_id: int = reference("ballot_box", primary_key=True)
    assessment_id: int = reference("assessment", primary_key=True)
    options: str | None = long_text(default=None)
    counts: str | None = long_text(default=None)
    valid: int | None = None
    invalid: int | None = None
    winner: str | None = None
    sealed: bytes | None = None


class BallotCount(SQLModel, table=True):
    """What one person counted of a paper box, as JSON; two that agree close it."""

    __tablename__ = "ballot_count"
    box_id: int = reference("ballot_box", primary_key=True)
    account_id: int = reference("account", primary_key=True)
    entered_at: datetime = instant()
    body: str = long_text()


class Roll(SQLModel, table=True):
    """Who may vote in an electronic box, and whether he has; every row of a box is rewritten at each vote."""

    box_id: int = reference("ballot_box", primary_key=True)
    account_id: int = reference("account", primary_key=True)
    token_hash: bytes | None = None
    voted: bool = False
    blur: bytes = Field(default=b"")


def attendance_of(session: Session, meeting_id: int) -> Sequence[Attendance]:
    """Everybody summoned to a meeting, in the order of the list."""
    chosen = select(Attendance).where(Attendance.meeting_id == meeting_id)
    return session.exec(chosen.order_by(col(Attendance.id))).all()


def agenda_of(session: Session, meeting_id: int) -> list[int]:
    """The dossiers that a meeting considers, in the order of its agenda."""
    chosen = select(AgendaItem.assessment_id).where(AgendaItem.meeting_id == meeting_id)
    return list(session.exec(chosen.order_by(col(AgendaItem.position))))


def meetings_of(session: Session, round_id: int) -> Sequence[Meeting]:
    """The meetings of a round, by the time they are held."""
    chosen = select(Meeting).where(Meeting.round_id == round_id)
    return session.exec(chosen.order_by(col(Meeting.held_at), col(Meeting.id))).all()


def boxes_at(session: Session, meeting_id: int) -> Sequence[BallotBox]:
    """The ballot boxes of a meeting, the oldest first."""
    chosen = select(BallotBox).where(BallotBox.meeting_id == meeting_id)
    return session.exec(chosen.order_by(col(BallotBox.id))).all()


def open_boxes(session: Session, round_id: int) -> Sequence[BallotBox]:
    """The ballot boxes of a round in which is still voted or counted, the oldest first."""
    chosen = select(BallotBox).where(BallotBox.round_id == round_id, BallotBox.status == "open")
    return session.exec(chosen.order_by(col(BallotBox.id))).all()


def boxes_of(session: Session, assessment_id: int) -> Sequence[tuple[BallotBox, BallotItem]]:
    """The ballot boxes of a dossier, the oldest first."""
    chosen = select(BallotBox, BallotItem).join(BallotItem, col(BallotItem.box_id) == col(BallotBox.id))
    return session.exec(chosen.where(BallotItem.assessment_id == assessment_id).order_by(col(BallotBox.id))).all()


def lock_box(session: Session, box_id: int) -> BallotBox | None:
    """A ballot box as it stands, locked; whoever votes in it or counts it waits here for the others."""
    chosen = select(BallotBox).where(BallotBox.id == box_id)
    return session.exec(chosen.with_for_update().execution_options(populate_existing=True)).first()


def items_in(session: Session, box_id: int) -> Sequence[BallotItem]:
    """The dossiers on a ballot paper as they stand, by id."""
    chosen = select(BallotItem).where(BallotItem.box_id == box_id).order_by(col(BallotItem.assessment_id))
    return session.exec(chosen.execution_options(populate_existing=True)).all()


def counts_in(session: Session, box_id: int) -> Sequence[BallotCount]:
    """What was counted of a paper box, the first count first."""
    chosen = select(BallotCount).where(BallotCount.box_id == box_id)
    return session.exec(chosen.order_by(col(BallotCount.entered_at), col(BallotCount.account_id))).all()


def roll_of(session: Session, box_id: int) -> Sequence[Roll]:
    """The voters of an electronic box as they stand, by account; nobody once it is closed."""
    chosen = select(Roll).where(Roll.box_id == box_id).order_by(col(Roll.account_id))
    return session.exec(chosen.execution_options(populate_existing=True)).all()
