"""Gathers what is known of a dossier for its rating: nothing is guessed, what is missing stays missing."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from sqlmodel import Session

from actions import marks, shortcomings
from actions.self_assess import sheet_of
from config.calendar import local_day
from config.graph import RESTING
from config.sheet import BLANK, Criterion, Entry, Sheet
from config.statements import StatementKind
from models.db import run
from models.meetings import boxes_of
from models.people import Subject
from models.rounds import Round
from models.statements import Statement, disciplines, statements
from scoring.case import Case, Discipline, Votes
from scoring.rating import complete_months
from scoring.shares import share
from states.facts import Dossier
from states.reading import YES

if TYPE_CHECKING:
    from config.conditions import Who

GOOD = "httnv"
RELATED = {
    "subordinates": "SELECT id FROM subject WHERE parent_id = :subject AND kind IN ({party})",
    "managed": "SELECT s.id FROM subject s JOIN subject_link l ON l.other_id = s.parent_id "
    "WHERE l.subject_id = :subject AND l.link = 'leads' AND s.kind NOT IN ({people})",
    "members": "SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'member_of' "
    "AND subject_id NOT IN (SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'leads')",
    "peers": "SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'peer_of'",
    "headed": "SELECT other_id FROM subject_link WHERE subject_id = :subject AND link = 'leads'",
}
"""Whose levels count, by the links of the register: a head is weighed apart from the members of his cell (6.4)."""


def case_of(session: Session, facts: Dossier) -> Case:
    """Everything known of a dossier."""
    sheet, subject = sheet_of(facts), session.get_one(Subject, facts.subject_id)
    stated = {name: one for name, one in statements(session, facts.id).items() if _is_in_force(facts, one)}
    entries = _entries(session, facts.id)
    today, year = local_day(facts.now), session.get_one(Round, facts.round_id).year
    return Case(
        leaves=_applying(sheet, entries),
        degrees={code: entry.degree for code, entry in entries.items() if entry.degree is not None},
        total=_total(session, facts, sheet),
        related=_related(session, facts) | _civil_servant(stated),
        figures=_figures(session, facts, stated),
        declared=_declared(facts, stated),
        disciplines=_disciplines(session, facts.id),
        ballots=_ballots(session, facts.id),
        post=subject.post,
        months_in_post=_months(subject.since, today),
        polls=facts.programme.polls_of(year),
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


def share_of_others(session: Session, facts: Dossier) -> Fraction | None:
    """The share of the bodies of its level and of those under it at HTTNV or better (S2-2.2); None while unknown."""
    rating = facts.programme.rating
    scale = [level.code for level in rating.levels] if rating else []
    others = [level for whom in ("subordinates", "peers") for level in _related(session, facts)[whom]]
    return share(dict(enumerate(others)), GOOD, scale) if GOOD in scale else None


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


def _related(session: Session, facts: Dossier) -> dict[str, tuple[str | None, ...]]:
    kinds = facts.programme.subject_kinds
    named = {
        "party": [kind for kind, one in kinds.items() if one.group == kinds[facts.kind].group],
        "people": [kind for kind, one in kinds.items() if one.person],
    }
    listed = {name: ", ".join(f"'{kind}'" for kind in found) or "NULL" for name, found in named.items()}
    return {whom: _levels(session, facts, sql.format(**listed)) for whom, sql in RELATED.items()}


def _levels(session: Session, facts: Dossier, subjects: str) -> tuple[str | None, ...]:
    """Levels given or still awaited; left out is who is not rated this year, and who is waived until he is rated."""
    sql = (
        f"SELECT a.level, a.state FROM assessment a WHERE a.round_id = :round AND a.subject_id IN ({subjects}) "
        "AND (a.level IS NOT NULL OR NOT EXISTS (SELECT 1 FROM waiver w WHERE w.assessment_id = a.id)) ORDER BY a.id"
    )
    rows = run(session, sql, {"round": facts.round_id, "subject": facts.subject_id}).fetchall()
    states = facts.programme.workflow.assessment.states
    return tuple(level for level, state in rows if level is not None or states[state].kind not in RESTING)


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
