"""This database itself: what it was made as, and the chain of acts outside any round."""

from typing import Literal

from sqlmodel import Field, Session

from models.columns import Chained

Made = Literal["live", "rehearsal"]


class Installation(Chained, table=True):
    """The single row (id 1) of the installation."""

    id: int = Field(default=1, primary_key=True)
    made_as: str = "live"


def installation(session: Session) -> Installation:
    """The row of this installation; made by the first migration."""
    return session.get_one(Installation, 1)
