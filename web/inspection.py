"""Puts the file of a dossier for inspection together: the same rows, words and permits as the page of its history."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from sqlmodel import Session

from config.sheet import Criterion, Kind, Sheet
from models import assessments
from models.assessments import Assessment, MarkRow
from models.decisions import Decision, DecisionItem, Document, items_of
from models.evidence import EvidenceRow, every_evidence_of
from models.history import seals_of
from models.installation import installation
from models.people import Subject
from models.rounds import Round
from reports import inspection as told
from reports.inspection import Inspection
from scoring.numbers import format_points
from states import timeline
from states.desk_file import Asked, questions
from states.facts import Dossier
from states.released import told_level
from states.timeline import Letter, Page, Wanted
from web import timeline as words
from web.acts import SEALS
from web.evidence_view import Piece, pieces
from web.groups import group_name
from web.sheet_view import View, view_of
from web.timeline import Shown
from web.words import _

COPIES: Final = ("self", "appraised", "decided")
QUESTIONS: Final = {
    "open": _("Đang chờ trả lời"),
    "answered": _("Đã trả lời"),
    "expired": _("Hết hạn, không trả lời"),
    "withdrawn": _("Đã rút"),
}
COVERS: Final = ("reported", "supplementary", "draft", "nightly")
"""The kinds of seals that are told, of each the newest."""


def inspection(session: Session, facts: Dossier, *, opened: bool = False) -> Inspection:
    """The file of a dossier as it stands; what is confidential only when `opened`, and then its reading is recorded.

    Whoever calls this has asked the permit "audit", as the page of the history does.
    """
    row, of = session.get_one(Assessment, facts.id), session.get_one(Round, facts.round_id)
    sheet = facts.programme.sheet_for(facts.kind)
    return Inspection(
        assessment=facts.id,
        as_of=max(facts.chain_at, of.chain_at),
        rehearsal=installation(session).made_as == "rehearsal",
        opened=opened,
        round=_round(of, facts),
        subject=_subject(session, facts),
        outcome=_outcome(row, facts),
        events=tuple(_events(session, facts, opened=opened)),
        sheet=sheet.title,
        has_points=sheet.total > 0,
        marks=tuple(_marks(session, facts, sheet)),
        evidence=tuple(map(_exhibit, pieces(session, facts, every_evidence_of(session, facts.id)))),
        questions=tuple(map(_question, reversed(questions(session, facts.id)))),
        decisions=tuple(_rulings(session, facts, opened=opened)),
        heads=(_head(facts.entity, row), _head(f"round:{of.id}", of)),
        seals=tuple(_seals(session, facts)),
    )


def _round(of: Round, facts: Dossier) -> told.RoundTold:
    return told.RoundTold(
        id=of.id,
        title=of.title,
        programme=of.slug,
        year=of.year,
        state=of.state,
        state_text=facts.programme.workflow.round.states[of.state].label,
        owner=facts.programme.bodies.owner,
    )


def _subject(session: Session, facts: Dossier) -> told.SubjectTold:
    subject = session.get_one(Subject, facts.subject_id)
    above = session.get(Subject, subject.parent_id) if subject.parent_id else None
    return told.SubjectTold(
        code=subject.code,
        name=facts.name,
        kind=facts.kind,
        kind_text=facts.programme.subject_kinds[facts.kind].label,
        group=group_name(facts.group),
        parent=above.name if above else "",
    )


def _outcome(row: Assessment, facts: Dossier) -> told.Outcome:
    levels = facts.programme.level_labels
    return told.Outcome(
        state=row.state,
        state_text=facts.programme.workflow.assessment.states[row.state].label,
        closes_at=row.closes_at,
        submitted_at=row.submitted_at,
        zeroed=row.zeroed,
        late=row.late,
        self_total=row.self_total,
        appraised_total=row.appraised_total,
        decided_total=row.decided_total,
        proposed_level=levels.get(row.proposed_level or "", row.proposed_level or ""),
        level=row.level,
        level_text=_words(facts, row.level),
        place=row.place,
        tied=row.tied,
        place_reason=row.place_reason or "",
    )


def _words(facts: Dossier, level: str | None) -> str:
    told = told_level(facts.programme, level) or ""
    return facts.programme.level_labels.get(told, told)


def _events(session: Session, facts: Dossier, *, opened: bool) -> Iterator[told.Event]:
    found = _whole(session, facts.entity)
    reader = words.reader_of(
        session,
        facts.entity,
        found,
        facts.programme,
        kind=facts.kind,
        subjects=timeline.working_subjects(session, facts.id),
        of=facts.round_id,
    )
    for one in reversed(found.entries):
        if isinstance(one, Letter):
            shown = words.entries(Page([one], None, None), reader)[0]
            yield _event(shown, one.message)
        else:
            secret = words.is_closed(one, reader.papers)
            shown = words.shown(one, reader, opened=opened)
            yield _event(shown, one.act, one.actor, confidential=secret)


def _whole(session: Session, entity: str) -> Page:
    """The whole timeline, the newest first, as its pages show it."""
    found = timeline.page(session, entity, Wanted())
    entries = list(found.entries)
    while found.seq is not None:
        found = timeline.page(session, entity, Wanted(seq=found.seq, mail=found.mail))
        entries += found.entries
    return Page(entries, None, None)


def _event(shown: Shown, act: str, by: str = "", *, confidential: bool = False) -> told.Event:
    return told.Event(
        seq=shown.seq,
        at=shown.at,
        act=act,
        title=shown.title,
        by=by,
        who=tuple(shown.who),
        before=shown.moved[0],
        after=shown.moved[1],
        facts=tuple(told.Told(label=label, value=value) for label, value in shown.facts),
        marks=tuple(
            told.MovedMark(code=one.code, label=one.label, before=one.was, after=one.now, note=one.note)
            for one in shown.marks
        ),
        copy_of=shown.copy,
        confidential=confidential,
        erased=shown.erased,
        status=shown.status,
        hash=shown.hash,
    )


class _Columns(NamedTuple):
    """The three columns: the sheet as each copy fills it in, and the words given with its marks."""

    views: Sequence[View]
    notes: Sequence[Mapping[str, str]]


def _marks(session: Session, facts: Dossier, sheet: Sheet) -> Iterator[told.Line]:
    copies = [assessments.marks(session, facts.id, copy) for copy in COPIES]
    notes = [{code: mark.note for code, mark in copy.items()} for copy in copies]
    columns = _Columns([view_of(sheet, copy) for copy in copies], notes)
    yield from _lines(sheet.criteria, columns, 0)
    known = {leaf.code for leaf in sheet.leaves()}
    for code in sorted({code for copy in copies for code in copy} - known):
        marks = [_loose(copy.get(code)) for copy in copies]
        label = _("(tiêu chí không còn trên biểu)")
        yield _line(code, label, 0, None, marks)


def _loose(mark: MarkRow | None) -> told.Mark | None:
    return None if mark is None else told.Mark(points=mark.points, text=format_points(mark.points), note=mark.note)


def _lines(criteria: Collection[Criterion], columns: _Columns, depth: int) -> Iterator[told.Line]:
    for one in criteria:
        if one.kind == Kind.GROUP:
            yield _line(one.code, one.label, depth, one, [_sum(one, *column) for column in zip(*columns, strict=True)])
            yield from _lines(one.children, columns, depth + 1)
        else:
            yield _line(one.code, one.label, depth, one, [_mark(one, *column) for column in zip(*columns, strict=True)])


def _line(
    code: str, label: str, depth: int, criterion: Criterion | None, marks: Sequence[told.Mark | None]
) -> told.Line:
    return told.Line(
        code=code,
        label=label,
        depth=depth,
        is_group=criterion is not None and criterion.kind == Kind.GROUP,
        most=criterion.max if criterion else None,
        self_mark=marks[0],
        appraised=marks[1],
        decided=marks[2],
    )


def _sum(group: Criterion, view: View, notes: Mapping[str, str]) -> told.Mark | None:
    total = view.totals.groups[group.code]
    return told.Mark(points=total, text=format_points(total)) if notes and view.has_points else None


def _mark(leaf: Criterion, view: View, notes: Mapping[str, str]) -> told.Mark | None:
    row = view.rows[leaf.code]
    return told.Mark(points=row.points, text=row.worth, note=notes[leaf.code]) if leaf.code in notes else None


def _exhibit(piece: Piece) -> told.Exhibit:
    row, check, verdict = piece.row, piece.check, piece.verdict
    return told.Exhibit(
        id=row.id,
        criterion=row.criterion,
        kind=_kind(row),
        name=row.name,
        sha256=row.file_hash,
        size=row.size,
        media_type=row.media_type,
        address=row.address,
        number=row.number,
        dated=row.dated,
        at=row.at,
        removed_at=row.removed_at,
        replaces=row.replaces_id,
        declared_at=row.declared_at,
        checked_at=check.checked_at if check else None,
        outcome=check.outcome if check else "",
        verdict=piece.badge.text if piece.badge else "",
        sentence=verdict.sentence if verdict else "",
    )


def _kind(row: EvidenceRow) -> Literal["file", "link", "confidential"]:
    if row.is_confidential:
        return "confidential"
    return "file" if row.file_hash else "link"


def _question(one: Asked) -> told.Question:
    return told.Question(
        id=one.id,
        by=one.by,
        question=one.question,
        at=one.asked_at,
        closes_at=one.closes_at,
        status=one.status,
        status_text=QUESTIONS[one.status],
        answers=tuple(told.Answer(criterion=it.criterion, answer=it.answer, at=it.answered_at) for it in one.items),
    )


def _rulings(session: Session, facts: Dossier, *, opened: bool) -> Iterator[told.Ruling]:
    for decision, item in items_of(session, facts.id):
        paper = session.get(Document, decision.document_id) if decision.document_id else None
        secret = paper is not None and paper.confidential
        yield _ruling(decision, item, None if secret and not opened else paper, facts, secret=secret)


def _ruling(
    decision: Decision, item: DecisionItem, paper: Document | None, facts: Dossier, *, secret: bool
) -> told.Ruling:
    hidden = secret and paper is None
    return told.Ruling(
        id=decision.id,
        decided_at=decision.decided_at,
        number=paper.number if paper else "",
        dated=f"{paper.dated}" if paper and paper.dated else "",
        signer=paper.signer if paper else "",
        confidential=secret,
        total=None if item.total is None else Decimal(item.total),
        level=item.level,
        level_text=_words(facts, item.level),
        reason="" if hidden else item.reason or decision.reason,
        annulled_at=decision.annulled_at,
    )


def _head(entity: str, row: Assessment | Round) -> told.Head:
    return told.Head(entity=entity, rows=row.seq, hash=row.head.hex())


def _seals(session: Session, facts: Dossier) -> Iterator[told.SealTold]:
    """Of each kind of seal the newest, the oldest of them first."""
    newest = {one.kind: one for one in seals_of(session, facts.round_id) if one.kind in COVERS}
    for one in sorted(newest.values(), key=lambda seal: seal.id):
        row = next((seq for entity, seq, _hash in json.loads(one.leaves) if entity == facts.entity), 0)
        yield told.SealTold(kind=one.kind, kind_text=SEALS[one.kind], at=one.at, seal=one.root, row=row)
