"""What lies beside the dossiers of a round that rates: proposals, decisions, waivers, acts, ballots, degrees."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import case, text
from sqlmodel import Session, col, or_, select

from config.sheet import Entry
from models.assessments import Assessment
from models.decisions import Decision, DecisionItem
from models.meetings import BallotBox, BallotItem
from models.order import QuotaRaise, Waiver
from models.people import Subject
from models.statements import Proposal
from reports.rating_contents import CriterionDegree
from reports.records import Acts, Papers, acts_of, cited, grounded, papers_of
from reports.values import Grounds, Paper
from reports.view import RoundView, carries_points

MOST_DEGREES: Final = 100_000
"""Rows of criteria up to which a report carries their degrees."""
ACTS: Final = ("set_aside", "exclude", "remove", "cancel", "send_up", "record_superior_decision", "annul_and_recognise")
BOXES: Final = ("decision", "second_decision")
_WORDS: Final = {"waiver": "cho xếp loại trước"}
_DEGREES: Final = text(
    "SELECT m.assessment_id, m.copy_name, m.criterion, m.entry, m.note FROM mark m "
    "JOIN assessment a ON a.id = m.assessment_id WHERE a.round_id = :round AND m.copy_name IN ('self', 'appraised')"
)


def code_in_words(code: str) -> str:
    """The code of a flag as it is cited; what is no rule of a source is said in words."""
    return _WORDS.get(code, code)


class Proposed(NamedTuple):
    """The level that the conditions propose; its explanation only where it is flagged or leaves several open."""

    level: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Records:
    """The dossiers of a round with all that is recorded of them, by id."""

    view: RoundView
    proposals: Mapping[int, Proposed]
    decisions: Mapping[int, Decision]
    items: Sequence[DecisionItem]
    waivers: Mapping[int, Waiver]
    raises: Sequence[QuotaRaise]
    acts: Acts
    votes: Mapping[int, str]
    papers: Papers
    names: Mapping[str, str]

    @cached_property
    def words(self) -> Mapping[str, tuple[str, str]]:
        """The levels by code, best first: as they are abbreviated, and whole."""
        rating = self.view.programme.rating
        return {level.code: (level.short, level.label) for level in rating.levels} if rating else {}

    @cached_property
    def not_rated(self) -> frozenset[str]:
        return self.view.entered_by("set_aside")

    @cached_property
    def excluded(self) -> frozenset[str]:
        return self.view.entered_by("exclude")

    @cached_property
    def subjects(self) -> tuple[Assessment, ...]:
        """Who belongs to the round and is to be rated."""
        return tuple(row for row in self.view.inside if row.state not in self.excluded)

    @cached_property
    def reasons(self) -> Mapping[int, str]:
        """The reason that the decision in force gives of a dossier, unless it is *Mật*."""
        in_force = {row.id: row.decision_id for row in self.subjects}
        given = [one for one in self.items if in_force.get(one.assessment_id) == one.decision_id]
        return {one.assessment_id: grounded(one.reason, self._paper(one.decision_id)).reason for one in given}

    def _paper(self, decision_id: int) -> Paper:
        return self.papers[self.decisions[decision_id].document_id]

    @cached_property
    def replaced(self) -> frozenset[int]:
        """Those whose level was annulled and recognised again (HT-11.8)."""
        return frozenset(key for key, acts in self.acts.items() if "annul_and_recognise" in acts)

    @property
    def superior(self) -> str:
        """The body to which results go, and which decides on whom it manages (HT-10.2)."""
        bodies = self.view.programme.bodies
        return bodies.results_to or bodies.report_to

    @cached_property
    def managed_above(self) -> frozenset[str]:
        steps = self.view.programme.workflow.assessment.transitions
        return frozenset(kind for step in steps if step.do == "send_up" for kind in step.kinds)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The deciding bodies: the programme's own in their order, then others as they come."""
        return tuple(dict.fromkeys((*self.view.programme.authorities, *(row.body for row in self.subjects))))

    def place(self, row: Assessment) -> int:
        return self.codes.index(row.body)

    def body(self, row: Assessment) -> str:
        """The body that decides on a dossier, in words."""
        return self.superior if row.kind in self.managed_above else self.named(row.body)

    def named(self, code: str) -> str:
        own = self.view.programme.authorities.get(code)
        return own.label if own else self.names.get(code, self.view.programme.bodies.authority)

    def short(self, given: str | None) -> str:
        """A level as it is abbreviated; other words stay."""
        return self.words.get(given or "", (given or "", ""))[0]

    def proposed(self, key: int) -> tuple[str, ...]:
        found = self.proposals.get(key)
        if found is None:
            return ()
        return tuple(map(self.short, (found.level,) if found.level else found.body.get("possible", ())))

    def flags(self, key: int) -> Sequence[Mapping[str, str]]:
        found = self.proposals.get(key)
        return found.body.get("flags", ()) if found else ()

    def flag_words(self, key: int) -> tuple[str, ...]:
        """What its flags are called; the codes of rules are for who traces them, in the workbook."""
        return tuple(dict.fromkeys(_WORDS[flag["code"]] for flag in self.flags(key) if flag["code"] in _WORDS))

    def waived_on(self, waiver: Waiver) -> Grounds:
        return grounded(waiver.reason, self.papers[waiver.document_id])


def read_records(session: Session, view: RoundView) -> Records:
    """Read everything once."""
    number, acts = view.round.id, acts_of(session, view, *ACTS)
    decisions = session.exec(select(Decision).where(Decision.round_id == number)).all()
    waivers = session.exec(select(Waiver).join(Assessment).where(Assessment.round_id == number)).all()
    chosen = select(QuotaRaise).where(QuotaRaise.round_id == number).order_by(col(QuotaRaise.id))
    raises = session.exec(chosen).all()
    rested = [one.document_id for one in decisions] + [one.minutes_id for one in decisions]
    numbers = rested + [one.document_id for one in waivers] + [one.document_id for one in raises]
    return Records(
        view=view,
        proposals=dict(_proposals(session, number)),
        decisions={one.id: one for one in decisions},
        items=_items(session, number),
        waivers={one.assessment_id: one for one in waivers},
        raises=raises,
        acts=acts,
        votes=_votes(session, number),
        papers=papers_of(session, (*numbers, *cited(acts))),
        names=_names(session, view),
    )


def _proposals(session: Session, round_id: int) -> Iterator[tuple[int, Proposed]]:
    needed = or_(col(Proposal.flagged), col(Proposal.level).is_(None))
    body = case((needed, col(Proposal.body)), else_="{}")
    chosen = select(Proposal.assessment_id, Proposal.level, body).join(Assessment)
    for key, level, explained in session.exec(chosen.where(Assessment.round_id == round_id)):
        yield key, Proposed(level, json.loads(explained))


def _items(session: Session, round_id: int) -> Sequence[DecisionItem]:
    chosen = select(DecisionItem).join(Decision).where(Decision.round_id == round_id)
    return session.exec(chosen.order_by(col(DecisionItem.decision_id), col(DecisionItem.assessment_id))).all()


def _votes(session: Session, round_id: int) -> dict[int, str]:
    """The level that won the last ballot on each dossier; never who voted what (X-A2)."""
    chosen = select(BallotItem.assessment_id, BallotItem.winner).join(BallotBox).where(BallotBox.round_id == round_id)
    won = chosen.where(col(BallotBox.name).in_(BOXES), col(BallotItem.winner).is_not(None))
    return {key: winner for key, winner in session.exec(won.order_by(col(BallotBox.id))) if winner is not None}


def _names(session: Session, view: RoundView) -> dict[str, str]:
    """The names of the deciding bodies that are subjects themselves."""
    wanted = {row.body for row in view.inside} - view.programme.authorities.keys()
    return dict(session.exec(select(Subject.code, Subject.name).where(col(Subject.code).in_(wanted))).all())


def degrees_of(session: Session, records: Records) -> tuple[CriterionDegree, ...]:
    """The degrees of all criteria that carry no points; nothing when the round is too large for them."""
    if sum(row.leaves for row in records.subjects) > MOST_DEGREES:
        return ()
    found = session.connection().execute(_DEGREES, {"round": records.view.round.id})
    graded = {(key, copy, code): (entry, note) for key, copy, code, entry, note in found}
    return tuple(one for row in records.subjects for one in _graded(row, records, graded))


_Graded = Mapping[tuple[int, str, str], tuple[str, str]]


def _graded(row: Assessment, records: Records, graded: _Graded) -> Iterator[CriterionDegree]:
    for leaf in records.view.programme.sheet_for(row.kind).leaves():
        if carries_points(leaf):
            continue
        own, appraised = (graded.get((row.id, copy, leaf.code), ("{}", "")) for copy in ("self", "appraised"))
        kind = records.view.label(row.kind)
        degrees = (_degree(own[0]), _degree(appraised[0]))
        yield CriterionDegree(kind, row.name, leaf.code, leaf.label, *degrees, appraised[1])


def _degree(entry: str) -> str:
    read = Entry.model_validate_json(entry)
    if read.not_applicable:
        return "Không áp dụng"
    return read.degree.label if read.degree else ""
