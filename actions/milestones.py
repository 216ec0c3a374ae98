"""Moving a milestone of a round, for all subjects or for one kind; what has locked reopens only when that is stated."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlmodel import Session

from actions.corrections import Effect, Grounds, Plan, held_for, is_over
from config.calendar import deadline_text
from config.graph import RESTING
from models import rounds
from models.assessments import Assessment, of_round
from models.db import run_many
from models.types import to_micros
from states import history
from states.actor import Actor
from states.advance import Move
from states.bulk import bulk, tell_all
from states.chain import iso
from states.errors import Refusal
from states.facts import RoundFacts, Span
from states.hold import milestones_for, own_stage
from states.keys import demand_two
from states.record import record_all

PUT = "UPDATE milestone SET closes_at = :at WHERE round_id = :round AND stage = :stage AND kind = :kind"
CLOSE = "UPDATE assessment SET closes_at = :at WHERE id = :id"
REOPEN = (
    "UPDATE assessment SET closes_at = :at, self_total = CASE WHEN zeroed THEN NULL ELSE self_total END, "
    "zeroed = :no, late = :no WHERE id = :id"
)


class Shift(NamedTuple):
    """A stage that closes at another instant, for some kinds, whose present spans these are.

    `trigger` is what reopens the dossiers that it finds closed; None leaves no such dossier alone, but refuses.
    """

    stage: str
    closes_at: datetime
    spans: dict[str, Span]
    trigger: str | None


class Found(NamedTuple):
    """What a shift would do, the dossiers still open that it moves, and the closed ones it reopens."""

    plan: Plan
    moved: list[int]
    reopened: list[int]


def plan_move_milestone(
    session: Session,
    round_id: int,
    stage: str,
    closes_at: datetime,
    *,
    kind: str | None = None,
    trigger: str | None = None,
    actor: Actor,
    now: datetime,
) -> Plan:
    """What moving a milestone would do."""
    facts = held_for(session, round_id, actor=actor, now=now)
    return _found(session, facts, _shift(session, facts, stage, closes_at, kind, trigger)).plan


def move_milestone(  # noqa: PLR0913  what, for whom, why, by whom and when
    session: Session,
    round_id: int,
    stage: str,
    closes_at: datetime,
    grounds: Grounds,
    *,
    kind: str | None = None,
    trigger: str | None = None,
    actor: Actor,
    now: datetime,
) -> Plan:
    """Let a stage close at another instant (exclusive), for all kinds or one; returns what was done.

    Dossiers that still have the old instant move with it, those with an extension stay. Where the old instant has
    passed they are closed, and `trigger` has to be stated ("reopen"): it reopens those it can, without their 0 and
    their lateness, and takes two people.
    """
    facts = held_for(session, round_id, actor=actor, now=now)
    shift = _shift(session, facts, stage, closes_at, kind, trigger)
    found = _found(session, facts, shift)
    if found.reopened:
        demand_two(actor)
    found.plan.demand(grounds)
    run_many(
        session,
        PUT,
        [{"at": to_micros(closes_at), "round": round_id, "stage": stage, "kind": one} for one in shift.spans],
    )
    _record(session, facts, shift, found, grounds, actor)
    _move(session, found.moved, shift, grounds, actor, now)
    _reopen(session, round_id, found.reopened, shift, grounds, actor, now)
    return found.plan


def _shift(
    session: Session, facts: RoundFacts, stage: str, closes_at: datetime, kind: str | None, trigger: str | None
) -> Shift:
    spans = {
        one.kind: Span(one.opens_at, one.closes_at)
        for one in rounds.milestones(session, facts.id)
        if one.stage == stage and kind in {None, one.kind}
    }
    return Shift(stage, closes_at, spans, trigger)


def _found(session: Session, facts: RoundFacts, shift: Shift) -> Found:
    machine = facts.programme.workflow.assessment
    dossiers = [
        one
        for one in of_round(session, facts.id)
        if one.kind in shift.spans and machine.states[one.state].kind not in RESTING
    ]
    carrying = [one for one in dossiers if _carries(facts, shift, one)]
    closed = [one for one in carrying if one.closes_at <= facts.now]
    moved = [one for one in carrying if one.closes_at > facts.now]
    reopened = [one for one in closed if shift.trigger and machine.steps(shift.trigger, one.state)]
    problems = [
        *is_over(facts),
        *_bad_instant(facts, shift),
        *_out_of_order(session, facts, shift),
        *_outlived(session, facts, shift, dossiers),
        *_bad_trigger(facts, shift, closed),
    ]
    return Found(Plan(tuple(_effects(facts, shift, moved, reopened)), tuple(problems)), _ids(moved), _ids(reopened))


def _ids(dossiers: Sequence[Assessment]) -> list[int]:
    return sorted(one.id for one in dossiers)


def _carries(facts: RoundFacts, shift: Shift, one: Assessment) -> bool:
    is_own = own_stage(facts.programme.workflow, one.kind) == shift.stage
    return is_own and one.closes_at == shift.spans[one.kind].closes_at


def _effects(
    facts: RoundFacts, shift: Shift, moved: Sequence[Assessment], reopened: Sequence[Assessment]
) -> Iterator[Effect]:
    new = deadline_text(shift.closes_at)
    label = facts.programme.workflow.assessment.triggers.get(shift.trigger or "", "")
    for one in moved:
        yield Effect(one.id, one.name, f"hạn {deadline_text(one.closes_at)} thành {new}")
    for one in reopened:
        yield Effect(one.id, one.name, f"«{label}», hạn mới {new}")


def _bad_instant(facts: RoundFacts, shift: Shift) -> Iterator[Refusal]:
    if not shift.spans:
        yield Refusal("milestone", f"Đợt không có mốc «{shift.stage}» cho loại đối tượng này.")
    elif all(span.closes_at == shift.closes_at for span in shift.spans.values()):
        yield Refusal("same", f"Mốc này đã là {deadline_text(shift.closes_at)}.")
    if shift.closes_at <= facts.now:
        yield Refusal("past", f"Thời hạn mới đã qua: {deadline_text(shift.closes_at)}.")
    if any(span.opens_at is not None and span.opens_at >= shift.closes_at for span in shift.spans.values()):
        yield Refusal("opens", "Thời hạn mới trước ngày bắt đầu của giai đoạn này.")


def _out_of_order(session: Session, facts: RoundFacts, shift: Shift) -> Iterator[Refusal]:
    workflow = facts.programme.workflow
    labels = {deadline.stage: deadline.label for deadline in workflow.deadlines}
    wrong = dict.fromkeys(pair for kind in shift.spans for pair in _reversed(session, facts, shift, kind))
    for earlier, later in wrong:
        yield Refusal("order", f"«{labels[later]}» không được hết hạn trước «{labels[earlier]}».")


def _reversed(session: Session, facts: RoundFacts, shift: Shift, kind: str) -> Iterator[tuple[str, str]]:
    spans = milestones_for(session, facts.id, kind)
    closings = {stage: span.closes_at for stage, span in spans.items()} | {shift.stage: shift.closes_at}
    stages = [stage for stage in facts.programme.workflow.stages if stage in closings]
    yield from ((one, other) for one, other in pairwise(stages) if closings[other] < closings[one])


def _outlived(session: Session, facts: RoundFacts, shift: Shift, dossiers: Sequence[Assessment]) -> Iterator[Refusal]:
    workflow = facts.programme.workflow
    own = {
        one.kind: one.closes_at
        for one in rounds.milestones(session, facts.id)
        if own_stage(workflow, one.kind) == one.stage
    }
    for one in dossiers:
        if own_stage(workflow, one.kind) != shift.stage and one.closes_at > max(shift.closes_at, own[one.kind]):
            until = deadline_text(one.closes_at)
            yield Refusal("extension", f"«{one.name}» được gia hạn đến {until}, sau thời hạn mới.")


def _bad_trigger(facts: RoundFacts, shift: Shift, closed: Sequence[Assessment]) -> Iterator[Refusal]:
    steps = facts.programme.workflow.assessment.transitions
    reopening = {step.do for step in steps if "extension_granted" in step.tells}
    if shift.trigger is not None and shift.trigger not in reopening:
        yield Refusal("trigger", f"Quy trình không có bước mở lại «{shift.trigger}».")
    elif shift.trigger is None and closed:
        why = "phải nêu rõ bước mở lại, hoặc gia hạn cho từng đơn vị."
        yield Refusal("locked", f"Thời hạn cũ đã qua, {len(closed)} hồ sơ đã khóa; {why}")


def _record(session: Session, facts: RoundFacts, shift: Shift, found: Found, grounds: Grounds, actor: Actor) -> None:
    what = {
        "stage": shift.stage,
        "closes_at": iso(shift.closes_at),
        "was": {kind: iso(span.closes_at) for kind, span in shift.spans.items()},
        "moved": len(found.moved),
        "reopened": len(found.reopened),
    }
    history.record(session, facts.link, "move_milestone", what | grounds.what, actor=actor, now=facts.now)


def _move(session: Session, ids: Sequence[int], shift: Shift, grounds: Grounds, actor: Actor, now: datetime) -> None:
    run_many(session, CLOSE, [{"at": to_micros(shift.closes_at), "id": one} for one in ids])
    what = {"stage": shift.stage, "closes_at": iso(shift.closes_at)} | grounds.what
    record_all(session, "move_milestone", dict.fromkeys(ids, what), actor=actor, now=now)
    tell_all(session, "round_changed", ids, {"reason": grounds.reason.strip()}, now)


def _reopen(
    session: Session, round_id: int, ids: Sequence[int], shift: Shift, grounds: Grounds, actor: Actor, now: datetime
) -> None:
    if shift.trigger is None:
        return
    about = {"closes_at": iso(shift.closes_at)}
    move = Move(grounds.reason, grounds.document_id, what=about, tell={"extension_granted": about})
    reopened = bulk(session, round_id, shift.trigger, actor=actor, now=now, ids=ids, move=move).moved
    run_many(session, REOPEN, [{"at": to_micros(shift.closes_at), "id": one, "no": False} for one in reopened])
    session.expire_all()
