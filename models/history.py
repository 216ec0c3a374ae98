"""The tables of the history: rows that nobody changes, salted payloads, seals (DESIGN §5)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Index, Session, SQLModel, col, select

from models.columns import AUTO, ID, identity, instant, long_text, reference
from models.types import Hash


class History(SQLModel, table=True):
    """One row of a chain; the columns beside `body` derive from it."""

    __table_args__ = (Index("ix_history_round", "round_id", "at"),)
    entity: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    v: int
    body: str = long_text()
    prev_hash: bytes = Field(sa_type=Hash)
    hash: bytes = Field(sa_type=Hash)
    round_id: int | None = Field(default=None, sa_type=ID)
    at: datetime = instant()
    actor: str
    act: str


class HistoryPayload(SQLModel, table=True):
    """Content a history row points to by hash; `salt` and `content` are None once erased by a recorded act."""

    __tablename__ = "history_payload"
    entity: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    hash: str
    salt: bytes | None = None
    content: str | None = long_text(default=None)


class Seal(SQLModel, table=True):
    """A Merkle root over the heads of a round, with its leaves as JSON [[entity, seq, hash hex], …]."""

    __table_args__ = (AUTO,)
    id: int = identity()
    round_id: int = reference("round", index=True)
    kind: str
    at: datetime = instant()
    root: str = Field(index=True)
    leaves: str = long_text()


def history_of(session: Session, entity: str) -> Sequence[History]:
    """One chain, in order."""
    return session.exec(select(History).where(History.entity == entity).order_by(col(History.seq))).all()


def seals_of(session: Session, round_id: int) -> Sequence[Seal]:
    """The seals of a round, the oldest first."""
    return session.exec(select(Seal).where(Seal.round_id == round_id).order_by(col(Seal.id))).all()
