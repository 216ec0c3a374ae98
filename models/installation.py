"""This database itself: what it was made as, and the chain of acts outside any round."""

from datetime import datetime
from typing import Literal

from sqlmodel import Field, Session

from models.columns import Chained
from models.db import run
from models.types import from_micros

Made = Literal["live", "rehearsal"]


class Installation(Chained, table=True):
    """The single row (id 1) of the installation."""

    id: int = Field(default=1, primary_key=True)
    made_as: str = "live"


def installation(session: Session) -> Installation:
    """The row of this installation; made by the first migration."""
    return session.get_one(Installation, 1)


def restored_at(session: Session) -> datetime | None:
    """When a copy was last brought back into this database; None when it never was."""
    sql = "SELECT max(at) FROM history WHERE entity = 'installation:1' AND act = 'restore'"
    micros = run(session, sql).fetchone()[0]
    return None if micros is None else from_micros(micros)
