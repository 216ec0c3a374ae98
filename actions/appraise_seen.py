"""Appraised marks kept over what the appraiser had before it: two tabs, or two appraisers, lose nothing (DN-4.2)."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from actions import appraise
from actions.marks import Filled
from actions.self_assess import Saved
from config.sheet import Entry
from models import assessments
from models.assessments import MarkRow
from states.actor import Actor
from states.errors import Stale
from states.hold import hold


class Overtaken(Stale):
    """Other marks were written in the meantime: `codes` are those of the criteria."""

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        self.codes = codes


def stamp(mark: MarkRow | None) -> str:
    """What tells one state of a mark from another."""
    return "" if mark is None else sha256(f"{mark.entry}\n{mark.note}".encode()).hexdigest()[:16]


def save_over(
    session: Session,
    assessment_id: int,
    filled: Mapping[str, Filled],
    seen: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> Saved:
    """Keep appraised marks where `seen`, the stamps the actor was shown, still hold; the first begins the appraisal.

    Overtaken, and nothing kept, when a criterion that is changed here was changed elsewhere to something else.
    Else raises as `appraise.save_marks`.
    """
    hold(session, assessment_id, actor=actor, now=now)
    stands = assessments.marks(session, assessment_id, "appraised")
    codes = tuple(code for code, one in filled.items() if _is_overtaken(stands.get(code), one, seen.get(code, "")))
    if codes:
        raise Overtaken(codes)
    begin(session, assessment_id, actor=actor, now=now)
    return appraise.save_marks(session, assessment_id, filled, actor=actor, now=now)


def begin(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> None:
    """Begin the appraisal where it has not begun: the first mark, agreement or question does so."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    if facts.programme.workflow.assessment.steps("start_appraisal", facts.state):
        appraise.start(session, assessment_id, actor=actor, now=now)


def _is_overtaken(stands: MarkRow | None, given: Filled, seen: str) -> bool:
    return stamp(stands) != seen and not is_same(stands, given)


def is_same(stands: MarkRow | None, given: Filled) -> bool:
    """Whether a mark is already what is given."""
    if stands is None:
        return given.entry is None
    return (Entry.model_validate_json(stands.entry), stands.note) == (given.entry, given.note.strip())
