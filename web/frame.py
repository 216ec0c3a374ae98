"""What stands around every page: who is signed in, whom to telephone, and the tokens that forms carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from actions.sessions import Bearer
from config.programme import Contact, Programme
from models.db import run
from states.hold import programme_of
from web.rooms import NO_ROOMS, Rooms
from web.words import HOME

DIGESTS = (
    "SELECT DISTINCT v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id "
    "WHERE r.launched_at IS NOT NULL AND r.state NOT IN ('archived', 'cancelled') ORDER BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything the layout shows."""

    path: str
    now: datetime
    language: str = HOME
    address: str = "/"
    """Where the page is found again by itself; the home page where it answers a form."""
    is_rehearsal: bool
    csrf: str
    note: str = ""
    bearer: Bearer | None = None
    contacts: tuple[Contact, ...] = ()
    rooms: Rooms = NO_ROOMS
    is_part: bool = False
    """Whether only a part of a page was asked for (by htmx)."""
    lost: tuple[str, ...] = ()
    """The files that came with a form that was refused: a browser does not choose them again."""
    request: str = ""
    """The id under which the log tells of this request."""


def contacts(session: Session, programme: Programme | None) -> tuple[Contact, ...]:
    """The telephone of the programme a page is about, else those of all rounds under way."""
    if programme is not None:
        return (programme.contact,)
    rows = run(session, DIGESTS).fetchall()
    return _different(programme_of(session, row[0]).contact for row in rows)


def _different(found: Iterable[Contact]) -> tuple[Contact, ...]:
    return tuple(dict.fromkeys(found))
