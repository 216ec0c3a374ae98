"""A corrected sheet in a running round: another version of its programme is pinned, and what it affects reopens.

A criterion is affected when it is new, gone, or scored otherwise; other wording affects nothing. The working copy
of a unit is kept as far as it still stands; what a unit submitted stays in force until it submits again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from actions import marks
from actions.corrections import Effect, Grounds, Plan, held_for, is_over
from config.calendar import deadline_text
from config.programme import Programme
from config.sheet import Criterion, Sheet
from config.vocabulary import StateKind
from models.assessments import Assessment, of_round
from models.db import run
from models.rounds import pin, programme_version
from states import history
from states.actor import Actor
from states.advance import Move, apply
from states.bulk import tell_all
from states.errors import Refusal
from states.facts import RoundFacts
from states.hold import hold
from states.keys import demand_two
from states.record import record_all

SHEET = "UPDATE assessment SET sheet = :sheet, leaves = :leaves WHERE id = :id"


class Correction(NamedTuple):
    """What correcting sheets would do; `criteria` are those affected, by kind of subject.

    Dossiers that are `kept` stay where they are, those `reopened` go back to their units.
    """

    plan: Plan
    criteria: Mapping[str, tuple[str, ...]]
    kept: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()


def plan_correct_sheet(
    session: Session, round_id: int, programme: Programme, *, live: bool = True, actor: Actor, now: datetime
) -> Correction:
    """What pinning `programme`, which differs in its sheets alone, would do to the dossiers of a round."""
    facts = held_for(session, round_id, actor=actor, now=now)
    problems = [*is_over(facts), *_other_changes(facts.programme, programme), *_samples(programme, live=live)]
    if problems:
        return Correction(Plan((), tuple(problems)), {})
    return _correction(facts, programme, of_round(session, round_id))


def correct_sheet(
    session: Session,
    round_id: int,
    programme: Programme,
    grounds: Grounds,
    *,
    live: bool = True,
    actor: Actor,
    now: datetime,
) -> Correction:
    """Pin a programme with corrected sheets to a round and tell the units; returns what was done.

    Refused when dossiers that it affects are in appraisal or beyond, or can no longer be submitted in time. Takes two
    people.
    """
    facts = held_for(session, round_id, actor=actor, now=now)
    correction = plan_correct_sheet(session, round_id, programme, live=live, actor=actor, now=now)
    demand_two(actor)
    correction.plan.demand(grounds)
    _pin(session, facts, programme, correction, grounds, actor)
    lost = {one: _keep(session, one, programme, correction) for one in correction.kept}
    what = {one: {"lost": list(codes)} | grounds.what for one, codes in lost.items()}
    record_all(session, "correct_sheet", what, actor=actor, now=now)
    tell_all(session, "round_changed", correction.kept, {"reason": grounds.reason.strip()}, now)
    for one in correction.reopened:
        _reopen(session, one, programme, correction, grounds, actor, now)
    return correction


def affected(old: Sheet, new: Sheet) -> tuple[str, ...]:
    """Codes of the criteria that are new, gone, or scored otherwise; all when the sheet's own rules changed."""
    before, after = ({leaf.code: _scored(sheet, leaf) for leaf in sheet.leaves()} for sheet in (old, new))
    rules = [(sheet.total, sheet.not_applicable, sheet.bonus_above_total) for sheet in (old, new)]
    codes = dict.fromkeys((*after, *before))
    return tuple(code for code in codes if rules[0] != rules[1] or before.get(code) != after.get(code))


def _scored(sheet: Sheet, leaf: Criterion) -> tuple[object, ...]:
    options = tuple((option.code, option.points) for option in leaf.options)
    return leaf.kind, leaf.max, sheet.step_of(leaf), options, leaf.per_unit


def _other_changes(pinned: Programme, programme: Programme) -> Iterator[Refusal]:
    if programme.digest == pinned.digest:
        yield Refusal("same", "Bản chương trình này đang được áp dụng; không có gì thay đổi.")
    before, after = (one.model_dump(exclude={"sheets"}) for one in (pinned, programme))
    others = [name for name in before if before[name] != after[name]]
    if others:
        yield Refusal("others", f"Chỉ được sửa biểu chấm điểm; bản mới còn thay đổi: {', '.join(others)}.")


def _samples(programme: Programme, *, live: bool) -> Iterator[Refusal]:
    for use in programme.sheets:
        if live and use.sheet.status == "sample":
            yield Refusal("sample", f"Biểu «{use.sheet.title}» là biểu mẫu, chỉ dùng để chạy thử.")


def _correction(facts: RoundFacts, programme: Programme, dossiers: Sequence[Assessment]) -> Correction:
    pinned, gone = facts.programme, facts.programme.workflow.assessment.of_kind(StateKind.FINAL)
    sheets = {kind: (pinned.sheet_for(kind), programme.sheet_for(kind)) for kind in pinned.subject_kinds}
    criteria = {kind: affected(old, new) for kind, (old, new) in sheets.items() if old != new}
    concerned = [one for one in dossiers if one.kind in criteria and one.state not in gone]
    kept = [one for one in concerned if not _reopens(facts, criteria, one)]
    reopened = [one for one in concerned if _reopens(facts, criteria, one)]
    problems = [*_too_far(facts, criteria, kept), *_too_late(facts, reopened)]
    effects = [
        *(Effect(one.id, one.name, _text("giữ nguyên trạng thái", criteria[one.kind])) for one in kept),
        *(Effect(one.id, one.name, _text("mở lại để chấm", criteria[one.kind])) for one in reopened),
    ]
    plan = Plan(tuple(effects), tuple(problems))
    return Correction(plan, criteria, tuple(one.id for one in kept), tuple(one.id for one in reopened))


def _reopens(facts: RoundFacts, criteria: Mapping[str, Sequence[str]], one: Assessment) -> bool:
    return bool(criteria[one.kind] and facts.programme.workflow.assessment.steps("correct", one.state))


def _text(what: str, codes: Sequence[str]) -> str:
    return f"{what}; tiêu chí thay đổi: {', '.join(codes)}" if codes else f"{what}; chỉ sửa lời văn của biểu"


def _too_far(facts: RoundFacts, criteria: Mapping[str, Sequence[str]], kept: Sequence[Assessment]) -> Iterator[Refusal]:
    machine = facts.programme.workflow.assessment
    for one in kept:
        filling = machine.steps("submit", one.state) or machine.steps("start_self", one.state)
        if criteria[one.kind] and not filling and machine.states[one.state].kind is not StateKind.LOCKED:
            label = machine.states[one.state].label
            yield Refusal("state", f"«{one.name}» đang ở trạng thái «{label}»; không sửa được tiêu chí đang dùng.")


def _too_late(facts: RoundFacts, reopened: Sequence[Assessment]) -> Iterator[Refusal]:
    """What is submitted anew after its deadline would be refused, or flagged late for what is not the unit's doing."""
    for one in reopened:
        if one.closes_at <= facts.now and not one.late:
            why = f"đã hết hạn ({deadline_text(one.closes_at)}); phải dời mốc hoặc gia hạn trước khi sửa biểu."
            yield Refusal("late", f"«{one.name}» {why}")


def _pin(
    session: Session, facts: RoundFacts, programme: Programme, correction: Correction, grounds: Grounds, actor: Actor
) -> None:
    version = programme_version(session, slug=programme.slug, digest=programme.digest, document=programme.document())
    pin(session, facts.id, version)
    what = {
        "from": facts.programme.digest,
        "to": programme.digest,
        "criteria": {kind: list(codes) for kind, codes in correction.criteria.items()},
        "kept": len(correction.kept),
        "reopened": len(correction.reopened),
    }
    history.record(session, facts.link, "correct_sheet", what | grounds.what, actor=actor, now=facts.now)


def _keep(session: Session, assessment_id: int, programme: Programme, correction: Correction) -> tuple[str, ...]:
    """Fit a dossier that stays where it is to its new sheet; returns the criteria its working copy lost."""
    kind = session.get_one(Assessment, assessment_id).kind
    sheet = programme.sheet_for(kind)
    lost = marks.fit(session, sheet, assessment_id) if correction.criteria[kind] else ()
    run(session, SHEET, {"id": assessment_id, "sheet": sheet.slug, "leaves": len(sheet.leaves())})
    session.expire_all()
    return lost


def _reopen(
    session: Session,
    assessment_id: int,
    programme: Programme,
    correction: Correction,
    grounds: Grounds,
    actor: Actor,
    now: datetime,
) -> None:
    facts = hold(session, assessment_id, actor=actor, now=now)
    sheet = programme.sheet_for(facts.kind)
    lost = marks.lost(sheet, marks.entries(session, assessment_id, "self"))
    move = Move(
        grounds.reason,
        grounds.document_id,
        columns={"sheet": sheet.slug, "leaves": len(sheet.leaves())},
        what={"criteria": list(correction.criteria[facts.kind]), "lost": list(lost)},
        tell={"round_changed": {"reason": grounds.reason.strip()}},
    )
    apply(session, facts, "correct", actor, move)
    marks.take_over(session, assessment_id, "self", "draft")
    marks.fit(session, sheet, assessment_id)
