"""What documents say of bright spots: the list an agency registers, and the recognition of one (NA-3.2, NA-5.3)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from actions.spots import of_agency
from config.vocabulary import StateKind
from models.assessments import Assessment
from models.decisions import Document
from models.history import History
from models.registered import Holder, places
from models.rounds import Round
from models.statements import enclosures
from reports.official.unit_records import UnitDossier, unit_dossier
from reports.records import paper_of
from reports.spots_contents import SpotsPart
from reports.spots_figures import spots_part
from reports.values import Paper
from reports.view import RoundView
from states.errors import refuse

REGISTERING: Final = ("register", "register_late")
ENDING: Final = ("recognise", "refuse", "lapse", "annul")


class Spot(NamedTuple):
    """One spot of a list: its name with its address, empty while it has none of its own, and the papers it rests on."""

    name: str
    papers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an agency registers of one kind; `paper` is the letter by which all of it was registered."""

    own: UnitDossier
    officer: str
    spots: Sequence[Spot]
    paper: Paper

    @property
    def kind(self) -> str:
        return self.own.programme.subject_kinds[self.own.facts.kind].label

    @property
    def recipients(self) -> tuple[str, ...]:
        """Those to whom lists of this kind go."""
        return self.own.programme.subject_kinds[self.own.facts.kind].registered_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """A spot that is recognised, and the decision on it."""

    own: UnitDossier
    decision: Paper
    at: datetime

    @property
    def kind(self) -> str:
        return self.own.programme.subject_kinds[self.own.facts.kind].label


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyYear:
    """What became of the spots of an agency in a year, by kind, and of which kind it registered too few."""

    own: UnitDossier
    part: SpotsPart


def agency_year(session: Session, assessment_id: int, now: datetime) -> AgencyYear:
    """The year of the agency that entered this spot."""
    own, row = unit_dossier(session, assessment_id, now), session.get_one(Assessment, assessment_id)
    entered = {one.id: one for one in of_agency(session, row.round_id, row.agency_id or row.subject_id)}
    view = RoundView(session.get_one(Round, row.round_id), own.programme, entered)
    return AgencyYear(own=own, part=spots_part(session, view, None))


def registration(session: Session, assessment_id: int, now: datetime) -> Registration:
    """The list of the agency that entered this spot, of all its spots of the same kind that were not withdrawn."""
    own = unit_dossier(session, assessment_id, now)
    row = session.get_one(Assessment, assessment_id)
    agency = row.agency_id or row.subject_id
    gone = own.programme.workflow.assessment.of_kind(StateKind.FINAL)
    listed = [one for one in of_agency(session, row.round_id, agency) if one.kind == row.kind and one.state not in gone]
    if not listed:
        raise refuse("spots", "Cơ quan không còn điểm sáng nào để đăng ký nên chưa lập được danh sách.")
    acts = _last(session, [one.id for one in listed], REGISTERING)
    letters = {key: _paper(session, act) for key, act in acts.items()}
    registered = set(letters.values())
    return Registration(
        own=own,
        officer=_officer(places(session, [agency]), agency),
        spots=[_spot(session, own, one, acts.get(one.id)) for one in listed],
        paper=registered.pop() if len(registered) == 1 and len(letters) == len(listed) else Paper(),
    )


def recognition(session: Session, assessment_id: int, now: datetime) -> Recognition:
    """The recognition of a spot; Refused while it is not recognised, and when that was annulled."""
    own = unit_dossier(session, assessment_id, now)
    act = _last(session, [assessment_id], ENDING).get(assessment_id)
    if act is None or act.act != "recognise":
        raise refuse("recognised", "Điểm sáng này chưa được công nhận nên chưa lập được giấy công nhận.")
    return Recognition(own=own, decision=_paper(session, act), at=act.at)


def _spot(session: Session, own: UnitDossier, one: Assessment, act: History | None) -> Spot:
    """A spot with the papers that were there when it was registered."""
    labels, unnamed = own.programme.part_labels, f"{own.programme.subject_kinds[one.kind].label}: {own.issuer}"
    papers = [
        " ".join(
            word for word in (labels.get(enclosure.part, ""), f"số {paper.number}" if paper.number else "") if word
        )
        for enclosure, paper in enclosures(session, one.id)
        if act is None or enclosure.at <= act.at
    ]
    return Spot("" if one.name == unnamed else one.name, papers)


def _officer(held: Mapping[tuple[int, str], Sequence[Holder]], agency: int) -> str:
    """Who is in charge, where the account is of a person (NA-3.1)."""
    found = next(iter(held.get((agency, "officer"), ())), Holder("", "", ""))
    return found.name if found.position else ""


def _last(session: Session, keys: Iterable[int], acts: Sequence[str]) -> dict[int, History]:
    """The last of these acts on each dossier."""
    entities = {f"assessment:{key}": key for key in keys}
    chosen = select(History).where(col(History.entity).in_(entities), col(History.act).in_(acts))
    return {entities[row.entity]: row for row in session.exec(chosen.order_by(col(History.seq)))}


def _paper(session: Session, act: History) -> Paper:
    key = json.loads(act.body)["what"].get("document")
    return paper_of(session.get(Document, int(key)) if key else None)
