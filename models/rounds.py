"""Programme versions, rounds and their milestones."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import AUTO, Chained, identity, instant, long_text, reference
from models.db import run

NEWEST = (
    "(SELECT id FROM round WHERE launched_at IS NOT NULL "
    "ORDER BY CASE WHEN state IN ('archived', 'cancelled') THEN 1 ELSE 0 END, id DESC LIMIT 1)"
)
"""The newest open round, else the newest there was: what is about no round is told in it."""


class ProgrammeVersion(SQLModel, table=True):
    """A programme as it stood: the whole document and its SHA-256."""

    __tablename__ = "programme_version"
    __table_args__ = (AUTO,)
    id: int = identity()
    slug: str
    digest: str = Field(unique=True)
    document: str = long_text()


class Round(Chained, table=True):
    """A programme in a year (đợt)."""

    __table_args__ = (AUTO,)
    id: int = identity()
    programme_version_id: int = reference("programme_version")
    slug: str
    year: int
    title: str
    state: str
    version: int = 0
    launched_at: datetime | None = instant(default=None)
    launch_document_id: int | None = reference("document", default=None)
    report_document_id: int | None = reference("document", default=None)


class Milestone(SQLModel, table=True):
    """When a stage of a round opens and closes for a kind of subject, and what the sweep pulls then."""

    round_id: int = reference("round", primary_key=True)
    stage: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    opens_at: datetime | None = instant(default=None)
    closes_at: datetime = instant()
    late: str
    trigger: str | None = None


def programme_version(session: Session, *, slug: str, digest: str, document: str) -> ProgrammeVersion:
    """The remembered version of a programme; written the first time it is seen."""
    found = session.exec(select(ProgrammeVersion).where(ProgrammeVersion.digest == digest)).first()
    if found is None:
        found = ProgrammeVersion(slug=slug, digest=digest, document=document)
        session.add(found)
        session.flush()
    return found


def pin(session: Session, round_id: int, version: ProgrammeVersion) -> None:
    """Let a round follow another version of its programme from now on. The caller holds the round and records it."""
    sql = "UPDATE round SET programme_version_id = :version WHERE id = :id"
    run(session, sql, {"version": version.id, "id": round_id})


def milestones(session: Session, round_id: int) -> Sequence[Milestone]:
    """All milestones of a round, by instant."""
    chosen = select(Milestone).where(Milestone.round_id == round_id)
    return session.exec(chosen.order_by(col(Milestone.closes_at), Milestone.stage, Milestone.kind)).all()


def open_rounds(session: Session) -> Sequence[Round]:
    """Rounds that are launched and neither archived nor cancelled, by id."""
    chosen = select(Round).where(col(Round.launched_at).is_not(None))
    return session.exec(chosen.where(col(Round.state).not_in(["archived", "cancelled"])).order_by(col(Round.id))).all()
