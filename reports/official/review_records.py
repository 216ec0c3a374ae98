"""What is known of a dossier for its review: who reviews itself, what it said, earlier shortcomings, the suggestion."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from config.calendar import date_text
from models.assessments import Assessment
from models.history import History
from models.order import member_of
from models.people import Subject
from models.statements import Shortcoming, shortcomings_before
from reports.official.unit_records import UnitDossier, unit_dossier

POSTS: Final = {
    "secretary": "Bí thư",
    "deputy_secretary": "Phó Bí thư",
}
"""Posts in the Party, by their word in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A dossier before its review. `of` names the organisations that a person belongs to, `above` the superior."""

    unit: UnitDossier
    form: str
    post: str
    above: str
    of: Sequence[str]
    before: Sequence[str]
    suggested: str


def read(session: Session, assessment_id: int, now: datetime) -> Review:
    """Everything that the forms of review are filled in with."""
    unit = unit_dossier(session, assessment_id, now, working=True)
    row = session.get_one(Assessment, assessment_id)
    subject = session.get_one(Subject, row.subject_id)
    above = session.get(Subject, subject.parent_id or 0)
    return Review(
        unit=unit,
        form=unit.programme.subject_kinds[unit.facts.kind].form or "",
        post=POSTS.get(subject.post, ""),
        above=above.name if above else "",
        of=member_of(session, subject.id),
        before=[_told(one) for one in shortcomings_before(session, assessment_id)],
        suggested=_suggested(session, assessment_id),
    )


def _told(one: Shortcoming) -> str:
    if one.remedied_on is None:
        return f"{one.text.rstrip('.')}: chưa khắc phục xong."
    return f"{one.text.rstrip('.')}: đã khắc phục ngày {date_text(one.remedied_on)}. {one.remedy}".rstrip()


def _suggested(session: Session, assessment_id: int) -> str:
    """What the superior suggested to be reviewed, the last time it did (HT-4.6)."""
    chosen = select(History.body).where(History.entity == f"assessment:{assessment_id}", History.act == "suggest")
    body = session.exec(chosen.order_by(col(History.seq).desc()).limit(1)).first()
    return str(json.loads(body)["what"].get("reason", "")) if body else ""
