"""Gathers the figures of a round's report in a constant number of queries."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from config.calendar import LOCAL
from config.load import programme_from_document
from config.programme import Programme
from config.vocabulary import Late
from models.assessments import Assessment, ExplanationItem, ExplanationRequest, Extension
from models.decisions import Decision, DecisionItem, Document
from models.history import History, Seal
from models.rounds import Milestone, ProgrammeVersion, Round, milestones
from models.types import from_scaled
from reports.contents import Board, Closing, CriterionPoints, Head, Removed, Result, RoundReport, Sealed, Special
from reports.rating_figures import rating_part
from reports.records import grounded, own_paper, paper_of
from reports.spots_figures import spots_part
from reports.values import Outcome, Paper, Redecided
from reports.view import RoundView, carries_points
from states.errors import Unknown

MOST_CRITERIA: Final = 100_000
"""Rows of criteria up to which a report carries them."""
_SEALS: Final = ("reported", "supplementary", "draft")
_COPIES: Final = ("self", "appraised", "decided")
_MARKS: Final = text(
    "SELECT m.assessment_id, m.copy_name, m.criterion, m.points, m.note FROM mark m "
    "JOIN assessment a ON a.id = m.assessment_id WHERE a.round_id = :round AND m.copy_name <> 'draft'"
)


def gather(session: Session, round_id: int, *, by_criterion: bool = True) -> RoundReport:
    """Everything the report on a round says; Unknown when there is no such round.

    The points of single criteria, which only the workbook tells, are most of what it takes to hold it.
    """
    found = session.get(Round, round_id)
    if found is None:
        raise Unknown(f"đợt số {round_id}")
    view = RoundView(found, _programme(session, found), _assessments(session, round_id))
    paper, sealed = own_paper(_document(session, found.report_document_id)), _seal(session, round_id)
    asked, explained = _explanations(session, round_id)
    redecided = _redecided(session, view)
    return RoundReport(
        round_id=round_id,
        slug=found.slug,
        year=found.year,
        title=found.title,
        subject=view.programme.title,
        head=_head(view),
        paper=paper,
        draft=not paper.number or paper.dated is None,
        made_at=_made_at(found, paper, sealed),
        boards=_boards(view),
        forwarded=tuple(map(view.result, view.forwarded)),
        removed=_removed(session, view),
        specials=_specials(session, view),
        redecided=redecided,
        closings=_closings(milestones(session, round_id), view),
        states=_states(view),
        asked=asked,
        explained=explained,
        zero_rule=any(deadline.late is Late.ZERO for deadline in view.programme.workflow.deadlines),
        levels=view.levels,
        seal=sealed,
        criteria=_criteria(session, view) if by_criterion else (),
        rating=rating_part(session, view, redecided) if view.programme.rating else None,
        spots=spots_part(session, view, paper.dated) if view.is_open else None,
    )


def _programme(session: Session, found: Round) -> Programme:
    return programme_from_document(session.get_one(ProgrammeVersion, found.programme_version_id).document)


def _assessments(session: Session, round_id: int) -> dict[int, Assessment]:
    rows = session.exec(select(Assessment).where(Assessment.round_id == round_id).order_by(col(Assessment.id)))
    return {row.id: row for row in rows}


def _document(session: Session, document_id: int | None) -> Document | None:
    return None if document_id is None else session.get(Document, document_id)


def _seal(session: Session, round_id: int) -> Sealed | None:
    chosen = select(Seal).where(Seal.round_id == round_id, col(Seal.kind).in_(_SEALS))
    seal = session.exec(chosen.order_by(col(Seal.id).desc()).limit(1)).first()
    return None if seal is None else Sealed(seal.root, seal.at)


def _made_at(found: Round, paper: Paper, sealed: Sealed | None) -> datetime:
    if paper.dated is not None:
        return datetime.combine(paper.dated, time.min, LOCAL).astimezone(UTC)
    return found.chain_at if sealed is None else sealed.at


def _head(view: RoundView) -> Head:
    """Where many decide, or the one who decides is who is told, the report is of the body that gathers it (HT-12.2)."""
    programme = view.programme
    letterhead, bodies = programme.letterhead, programme.bodies
    recipient = bodies.report_to if view.is_open else bodies.results_to or bodies.report_to
    return Head(
        layout=programme.layout,
        parent=letterhead.parent or "",
        issuer=letterhead.issuer,
        abbreviation=letterhead.abbreviation,
        place=letterhead.place,
        signed_for=letterhead.signed_for or "",
        signer_post=letterhead.signer_post,
        sender=bodies.owner if view.is_open or recipient == bodies.authority else bodies.authority,
        appraiser=bodies.appraiser,
        recipient=recipient,
        bases=programme.bases,
        receivers=programme.receivers,
    )


def _boards(view: RoundView) -> tuple[Board, ...]:
    kinds = list(view.programme.subject_kinds)
    by_group = view.programme.ranking.within == "group"
    first: dict[str, int] = {}
    for row in view.inside:
        first.setdefault(row.group_name, row.id)

    def board(row: Assessment) -> tuple[int, str]:
        return (first[row.group_name], row.group_name) if by_group else (kinds.index(row.kind), "")

    ranked = sorted((row for row in view.inside if row.kind in view.decided_here), key=board)
    return tuple(_board(group, list(rows), view) for (_, group), rows in groupby(ranked, board))


def _board(group: str, rows: Sequence[Assessment], view: RoundView) -> Board:
    kinds = dict.fromkeys(view.label(row.kind) for row in rows)
    return Board("; ".join(kinds), group, _in_order(rows, view))


def _in_order(rows: Iterable[Assessment], view: RoundView) -> tuple[Result, ...]:
    ordered = sorted(rows, key=lambda row: (row.place is None, row.place or 0, row.id))
    return tuple(map(view.result, ordered))


def _states(view: RoundView) -> tuple[tuple[str, int], ...]:
    """How many dossiers stand in each state, in the order of the workflow; the empty ones are left out."""
    counts = Counter(row.state for row in view.assessments.values())
    states = view.programme.workflow.assessment.states
    return tuple((state.label, counts[name]) for name, state in states.items() if counts[name])


def _closings(rows: Sequence[Milestone], view: RoundView) -> tuple[Closing, ...]:
    times: dict[tuple[str, datetime], list[str]] = {}
    for row in rows:
        times.setdefault((row.stage, row.closes_at), []).append(row.kind)
    shared = Counter(stage for stage, _ in times)
    return tuple(
        Closing(_stage(view, stage, kinds), closes_at, tuple(map(view.label, kinds)) if shared[stage] > 1 else ())
        for (stage, closes_at), kinds in times.items()
    )


def _stage(view: RoundView, stage: str, kinds: Sequence[str]) -> str:
    deadlines = [deadline for deadline in view.programme.workflow.deadlines if deadline.stage == stage]
    covering = (deadline for deadline in deadlines if deadline.covers(*kinds))
    return next((deadline.label for deadline in (*covering, *deadlines)), stage)


def _specials(session: Session, view: RoundView) -> tuple[Special, ...]:
    chosen = select(Extension, Document).join(Document, col(Document.id) == Extension.document_id, isouter=True)
    of_round = chosen.join(Assessment, col(Assessment.id) == Extension.assessment_id)
    granted = of_round.where(Assessment.round_id == view.round.id, col(Extension.granted).is_(True))
    return tuple(
        _special(extension, document, view)
        for extension, document in session.exec(granted.order_by(col(Extension.id)))
        if view.assessments[extension.assessment_id].state not in view.out
    )


def _special(extension: Extension, document: Document | None, view: RoundView) -> Special:
    row, paper = view.assessments[extension.assessment_id], paper_of(document)
    return Special(
        name=row.name,
        kind=view.label(row.kind),
        reason=grounded(extension.reason, paper).reason,
        paper=paper,
        until=extension.until or row.closes_at,
        submitted_at=row.submitted_at,
    )


def _explanations(session: Session, round_id: int) -> tuple[int, int]:
    """How many dossiers were asked to explain, and how many of them explained at least one criterion."""
    answered = col(ExplanationItem.answered_at).is_not(None)
    counted = select(
        func.count(func.distinct(ExplanationRequest.assessment_id)),
        func.count(func.distinct(ExplanationRequest.assessment_id)).filter(answered),
    )
    joined = counted.join(Assessment, col(Assessment.id) == ExplanationRequest.assessment_id).join(
        ExplanationItem, col(ExplanationItem.request_id) == ExplanationRequest.id, isouter=True
    )
    asked, explained = session.exec(joined.where(Assessment.round_id == round_id)).one()
    return asked, explained


def _removed(session: Session, view: RoundView) -> tuple[Removed, ...]:
    steps = view.programme.workflow.assessment.transitions
    acts = {step.do for step in steps if step.target in view.out}
    chosen = select(History.entity, History.body).where(History.round_id == view.round.id, col(History.act).in_(acts))
    said = {entity: json.loads(body)["what"] for entity, body in session.exec(chosen)}
    numbered = {what["document"] for what in said.values() if "document" in what}
    documents = session.exec(select(Document).where(col(Document.id).in_(numbered)))
    papers = {document.id: paper_of(document) for document in documents}
    rows = [row for row in view.assessments.values() if row.state in view.out]
    return tuple(_taken_out(row, view, said.get(f"assessment:{row.id}", {}), papers) for row in rows)


def _taken_out(row: Assessment, view: RoundView, said: Mapping[str, str | int], papers: Mapping[int, Paper]) -> Removed:
    paper = papers.get(int(said.get("document", 0)), Paper())
    given = grounded(str(said.get("reason", "")), paper)
    return Removed(row.name, view.label(row.kind), view.state(row), given.reason, paper)


def _redecided(session: Session, view: RoundView) -> tuple[Redecided, ...]:
    repeated = (
        select(DecisionItem.assessment_id)
        .join(Assessment, col(Assessment.id) == DecisionItem.assessment_id)
        .where(Assessment.round_id == view.round.id)
        .group_by(col(DecisionItem.assessment_id))
        .having(func.count() > 1)
    )
    chosen = (
        select(DecisionItem, Decision, Document)
        .join(Decision, col(Decision.id) == DecisionItem.decision_id)
        .join(Document, col(Document.id) == Decision.document_id, isouter=True)
        .where(col(DecisionItem.assessment_id).in_(repeated))
        .order_by(col(DecisionItem.assessment_id), col(DecisionItem.decision_id))
    )
    by_subject = groupby(session.exec(chosen), lambda found: found[0].assessment_id)
    return tuple(made for key, found in by_subject for made in _replacements(view.assessments[key], list(found), view))


_Decided = tuple[DecisionItem, Decision, Document | None]


def _replacements(row: Assessment, decided: Sequence[_Decided], view: RoundView) -> Iterator[Redecided]:
    for before, after in pairwise(decided):
        reason = grounded(after[0].reason or after[1].reason, paper_of(after[2])).reason
        yield Redecided(row.name, view.label(row.kind), _outcome(before, view), _outcome(after, view), reason)


def _outcome(decided: _Decided, view: RoundView) -> Outcome:
    item, _, document = decided
    total = None if item.total is None else Decimal(item.total)
    return Outcome(total, view.level(item.level), paper_of(document))


def _criteria(session: Session, view: RoundView) -> tuple[CriterionPoints, ...]:
    if sum(row.leaves for row in view.inside) > MOST_CRITERIA:
        return ()
    found = session.connection().execute(_MARKS, {"round": view.round.id})
    marks = {(key, copy, code): (from_scaled(points), note) for key, copy, code, points, note in found}
    return tuple(row for assessment in view.inside for row in _of_subject(assessment, view, marks))


_Marks = Mapping[tuple[int, str, str], tuple[Decimal, str]]


def _of_subject(assessment: Assessment, view: RoundView, marks: _Marks) -> Iterator[CriterionPoints]:
    for leaf in filter(carries_points, view.programme.sheet_for(assessment.kind).leaves()):
        own, appraised, decided = (marks.get((assessment.id, copy, leaf.code)) for copy in _COPIES)
        yield CriterionPoints(
            kind=view.label(assessment.kind),
            name=assessment.name,
            code=leaf.code,
            label=leaf.label,
            most=leaf.ceiling,
            self_points=own and own[0],
            appraised_points=appraised and appraised[0],
            decided_points=decided and decided[0],
            note=appraised[1] if appraised else "",
        )
