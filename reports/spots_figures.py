"""Gathers what the report on bright spots says, in a constant number of queries (NA-4.1, NA-4.2, ANO-NA-3)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from sqlmodel import Session, col, select

from config.calendar import local_day
from config.vocabulary import StateKind
from models.assessments import Assessment
from models.people import Subject
from reports.records import Act, Papers, acts_of, cited, grounds, last, papers_of
from reports.spots_contents import Shortage, Spot, SpotsPart
from reports.values import Grounds
from reports.view import RoundView

RECOGNISING: Final = ("recognise",)
REFUSING: Final = ("refuse", "lapse", "annul")
WITHDRAWING: Final = ("withdraw", "lapse")
_Ending = Literal["", "recognised", "refused", "withdrawn"]


def spots_part(session: Session, view: RoundView, reported_on: date | None) -> SpotsPart:
    """Everything that such a report says beside what all reports say."""
    agencies = _agencies(session, view)
    acts = acts_of(session, view, *RECOGNISING, *REFUSING, *WITHDRAWING)
    papers = papers_of(session, cited(acts))
    reader = _Reader(view, agencies, papers, reported_on)
    spots = tuple(reader.spot(row, last(acts, row.id, *reader.bearing(row))) for row in reader.rows)
    return SpotsPart(
        gathered_with=view.programme.bodies.results_to or "",
        kinds=tuple(map(view.label, view.programme.subject_kinds)),
        agencies=tuple(agencies.values()),
        spots=spots,
        shortages=tuple(_shortages(view, spots, list(agencies.values()))),
    )


def _agencies(session: Session, view: RoundView) -> dict[int, str]:
    """The names of the agencies of the round, by id."""
    wanted = {row.agency_id for row in view.inside if row.agency_id is not None}
    chosen = select(Subject.id, Subject.name).where(col(Subject.id).in_(wanted)).order_by(col(Subject.id))
    return dict(session.exec(chosen).all())


def _shortages(view: RoundView, spots: Sequence[Spot], agencies: Sequence[str]) -> Iterator[Shortage]:
    needed = view.programme.at_least_each_kind
    registered = Counter((spot.agency, spot.kind) for spot in spots if spot.registered)
    for agency in agencies:
        for kind in map(view.label, view.programme.subject_kinds):
            if registered[agency, kind] < needed:
                yield Shortage(agency, kind, needed, registered[agency, kind])


class _Reader:
    """Reads the dossiers of a round as spots, by kind and agency."""

    def __init__(self, view: RoundView, agencies: Mapping[int, str], papers: Papers, reported_on: date | None) -> None:
        self.view, self.agencies, self.papers, self.reported_on = view, agencies, papers, reported_on
        self.machine = view.programme.workflow.assessment
        self.final = self.machine.of_kind(StateKind.FINAL)
        self.refused = view.entered_by(*REFUSING) - self.final
        self.settled = self.machine.of_kind(StateKind.SETTLED) - self.refused

    @property
    def rows(self) -> list[Assessment]:
        kinds = list(self.view.programme.subject_kinds)
        return sorted(self.view.inside, key=lambda row: (kinds.index(row.kind), row.agency_id or 0, row.id))

    def ending(self, row: Assessment) -> _Ending:
        if row.state in self.settled:
            return "recognised"
        if row.state in self.refused:
            return "refused"
        return "withdrawn" if row.state in self.final else ""

    def bearing(self, row: Assessment) -> tuple[str, ...]:
        """The acts that led to where a spot has ended."""
        return {"recognised": RECOGNISING, "refused": REFUSING, "withdrawn": WITHDRAWING, "": ()}[self.ending(row)]

    def spot(self, row: Assessment, act: Act | None) -> Spot:
        ending = self.ending(row)
        day = local_day(act.at) if act and ending == "recognised" else None
        return Spot(
            agency=self.agencies.get(row.agency_id or 0, ""),
            kind=self.view.label(row.kind),
            name=row.name,
            state=self.view.state(row),
            registered=row.state not in self.final | {self.machine.start},
            ending=ending,
            grounds=self._grounds(act),
            day=day,
            later=day is not None and self.reported_on is not None and day >= self.reported_on,
        )

    def _grounds(self, act: Act | None) -> Grounds:
        """The reason given, or that the time ran out and how far the spot had come (NA-5.1)."""
        given = grounds(act, self.papers)
        if act is None or act.what.get("reason") or act.do not in REFUSING:
            return given
        came = self.machine.states.get(str(act.what.get("from", "")))
        stage = f" khi hồ sơ ở bước «{came.label}»" if came else ""
        return Grounds(f"Hết thời gian{stage}", given.paper, given.minutes)
