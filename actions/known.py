"""Gathers what is known of a dossier for its rating: nothing is guessed, what is missing stays missing."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sqlmodel import Session

from actions import marks, shortcomings
from actions.self_assess import sheet_of
from config.calendar import local_day
from config.sheet import BLANK, Criterion, Entry, Sheet
from config.statements import StatementKind
from models.meetings import boxes_of
from models.people import Subject
from models.rounds import Round
from models.statements import Statement, disciplines, statements
from scoring.case import Case, Discipline, Votes
from scoring.rating import complete_months
from states.facts import Dossier
from states.reading import YES
from states.related import related

if TYPE_CHECKING:
    from config.conditions import Who


def case_of(session: Session, facts: Dossier) -> Case:
    """Everything known of a dossier; a vote that no calendar of polls names was held where it was counted (HT-8.4)."""
    sheet, subject = sheet_of(facts), session.get_one(Subject, facts.subject_id)
    stated = {name: one for name, one in statements(session, facts.id).items() if _is_in_force(facts, one)}
    entries = _entries(session, facts.id)
    today, year = local_day(facts.now), session.get_one(Round, facts.round_id).year
    ballots = _ballots(session, facts.id)
    return Case(
        leaves=_applying(sheet, entries),
        degrees={code: entry.degree for code, entry in entries.items() if entry.degree is not None},
        total=_total(session, facts, sheet),
        related=related(facts) | _civil_servant(stated),
        figures=_figures(session, facts, stated),
        declared=_declared(facts, stated),
        disciplines=_disciplines(session, facts.id),
        ballots=ballots,
        post=subject.post,
        months_in_post=_months(subject.since, today),
        polls=facts.programme.polls_of(year) | (ballots.keys() - facts.programme.polls.keys()),
    )


def _is_in_force(facts: Dossier, one: Statement) -> bool:
    return facts.file.stated(one.name) is not None


def _kind(facts: Dossier, name: str) -> StatementKind | None:
    rating = facts.programme.rating
    return rating.statements[name].kind if rating and name in rating.statements else None


def _entries(session: Session, assessment_id: int) -> dict[str, Entry]:
    """The appraised entries, and the unit's own where nothing was appraised."""
    own, appraised = (marks.entries(session, assessment_id, copy) for copy in ("self", "appraised"))
    return {**own, **appraised}


def _figures(session: Session, facts: Dossier, stated: Mapping[str, Statement]) -> dict[str, int]:
    """Figures that are stated, and the shortcomings of earlier years as they are recorded."""
    counts = {name: int(one.value) for name, one in stated.items() if _kind(facts, name) is StatementKind.COUNT}
    left = shortcomings.figures(session, facts.id)
    return counts | ({"shortcomings": left.of, "shortcomings_remedied": left.remedied} if left.of else {})


def _total(session: Session, facts: Dossier, sheet: Sheet) -> Decimal | None:
    """The total of the appraised marks once all are there, until then the unit's own."""
    if facts.appraised < facts.leaves:
        return facts.self_total
    return marks.totals(session, sheet, facts.id, "appraised").total


def _applying(sheet: Sheet, entries: Mapping[str, Entry]) -> tuple[Criterion, ...]:
    return tuple(leaf for leaf in sheet.leaves() if not entries.get(leaf.code, BLANK).not_applicable)


def _civil_servant(stated: Mapping[str, Statement]) -> dict[str, tuple[str | None, ...]]:
    """The level as a civil servant is an input (AMB-HT-17); where none is stated, it is none."""
    return {"civil_servant": tuple(one.value for name, one in stated.items() if name == "civil_servant")}


def _declared(facts: Dossier, stated: Mapping[str, Statement]) -> dict[str, bool]:
    """Yes and no in force; an exception that needs two keys and was not claimed is no (AMB-HT-14)."""
    rating = facts.programme.rating
    known = rating.statements if rating else {}
    asked = {name: one for name, one in known.items() if one.kind is StatementKind.YES_NO and one.is_for(facts.kind)}
    return {
        name: name in stated and stated[name].value == YES
        for name, one in asked.items()
        if name in stated or one.two_keys
    }


def _disciplines(session: Session, assessment_id: int) -> tuple[Discipline, ...]:
    found = disciplines(session, assessment_id)
    return tuple(
        Discipline(cast("Who", one.who), one.remedied and one.accepted_at is not None, one.corruption) for one in found
    )


def _ballots(session: Session, assessment_id: int) -> dict[str, Votes]:
    closed = [(box, item) for box, item in boxes_of(session, assessment_id) if box.status == "closed"]
    return {
        box.name: Votes(json.loads(item.counts or "{}"), item.valid or 0, box.issued or 0, box.summoned)
        for box, item in closed
    }


def _months(since: date | None, today: date) -> int | None:
    return None if since is None else complete_months(since, today)
