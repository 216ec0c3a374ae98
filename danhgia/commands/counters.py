"""Whether the counters kept beside a dossier are what its marks come to on its sheet."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlmodel import Session

from actions import marks
from config.sheet import Sheet
from models import assessments
from models.assessments import Assessment
from models.check import Finding, suspects
from models.rounds import ProgrammeVersion, Round
from states.hold import programme_of


class Counted(NamedTuple):
    """A counter of a dossier, what it is and what it should be."""

    name: str
    kept: int
    found: int


def miscounted(session: Session) -> list[Finding]:
    """An error for every counter of marks that is wrong."""
    return [
        Finding("error", f"assessment {key} keeps {one.name} = {one.kept}, and its marks come to {one.found}")
        for key in suspects(session)
        for one in _counters(session, session.get_one(Assessment, key))
        if one.kept != one.found
    ]


def _counters(session: Session, one: Assessment) -> Iterator[Counted]:
    """Extras may stay blank and then count as scored, but nothing counts in a copy that nobody has begun."""
    sheet = _sheet(session, one)
    own, appraised = (assessments.marks(session, one.id, copy).keys() for copy in ("self", "appraised"))
    missing = {copy: set(marks.totals(session, sheet, one.id, copy).missing) for copy in ("draft", "appraised")}
    begun = one.scored or assessments.marks(session, one.id, "draft")
    yield Counted("scored", one.scored, one.leaves - len(missing["draft"]) if begun else 0)
    waiting = missing["appraised"] | (own - appraised)
    yield Counted("appraised", one.appraised, one.leaves - len(waiting) if one.appraised or appraised else 0)


def _sheet(session: Session, one: Assessment) -> Sheet:
    found = session.get_one(Round, one.round_id)
    pinned = session.get_one(ProgrammeVersion, found.programme_version_id)
    return programme_of(session, pinned.digest).sheet_for(one.kind)
