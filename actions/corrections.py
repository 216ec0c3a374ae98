"""Corrections after the launch: each says first what it would change (`plan_…`), and needs a reason and a document.

Whatever a plan finds against a correction refuses it. All of them lock the round against its dossiers, are recorded
on the chains of what they change, and tell the units concerned.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from actions import launch
from actions.assign import NO_REASON, of_round
from actions.explain import close_questions
from actions.opinions import withdraw
from config.calendar import deadline_text
from config.graph import RESTING
from config.vocabulary import MESSAGES, Need, StateKind
from models import assessments
from models.assessments import Assessment
from models.db import run
from models.mail import Outbox
from models.meetings import items_in, open_boxes
from models.rounds import Round
from states import history
from states.actor import Actor
from states.advance import Move, advance_round, apply
from states.bulk import bulk, tell_all
from states.create import Newcomer, create
from states.errors import Refusal, Refused, Unknown
from states.facts import Dossier, Facts, RoundFacts
from states.hold import hold, hold_round, milestones_for, own_stage
from states.keys import demand_two
from states.machine import NEED_SENTENCES, choose
from states.permits import DOSSIER, clauses, demand_round

NO_DOCUMENT = Refusal("needs_document", NEED_SENTENCES[Need.DOCUMENT])
ALL_NEEDS = frozenset(Need)


class Grounds(NamedTuple):
    """Why something is corrected, and by which document."""

    reason: str
    document_id: int | None

    @property
    def what(self) -> dict[str, Any]:
        """What a history row says of them."""
        return {"reason": self.reason.strip(), "document": self.document_id}

    def lacking(self) -> Iterator[Refusal]:
        """One refusal for each that is missing."""
        if not self.reason.strip():
            yield NO_REASON
        if self.document_id is None:
            yield NO_DOCUMENT


class Effect(NamedTuple):
    """What a correction would do to a dossier; of one yet to be made, `assessment_id` is None."""

    assessment_id: int | None
    name: str
    what: str


class Plan(NamedTuple):
    """What a correction would do, and everything that stands against it."""

    effects: tuple[Effect, ...]
    problems: tuple[Refusal, ...] = ()

    def demand(self, grounds: Grounds) -> None:
        """Refused with everything that stands against the correction or is missing for it."""
        refusals = [*grounds.lacking(), *self.problems]
        if refusals:
            raise Refused(refusals)

    @property
    def ids(self) -> list[int]:
        """The dossiers it would change."""
        return [effect.assessment_id for effect in self.effects if effect.assessment_id is not None]


def held_for(session: Session, round_id: int, *, actor: Actor, now: datetime) -> RoundFacts:
    """The round, locked for a correction; NotAllowed for anybody but its administrator."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "administer", round_id)
    return facts


def is_over(facts: RoundFacts) -> Iterator[Refusal]:
    """One refusal when the round has been reported or cancelled."""
    state = facts.programme.workflow.round.states[facts.state]
    if state.kind in RESTING:
        yield Refusal("state", f"Đợt đang ở trạng thái «{state.label}»; không điều chỉnh được nữa.")


def plan_add_subject(
    session: Session,
    round_id: int,
    code: str,
    *,
    closes_at: datetime | None = None,
    live: bool = True,
    actor: Actor,
    now: datetime,
) -> Plan:
    """What adding a subject of the register would do."""
    plan, _ = _newcomer(session, held_for(session, round_id, actor=actor, now=now), code, closes_at, live=live)
    return plan


def add_subject(
    session: Session,
    round_id: int,
    code: str,
    grounds: Grounds,
    *,
    closes_at: datetime | None = None,
    live: bool = True,
    actor: Actor,
    now: datetime,
) -> int:
    """Give a subject of the register a dossier in a running round and invite it; returns the dossier's id.

    It closes with the others of its kind, or at `closes_at`, which is needed once that deadline has passed.
    """
    facts = held_for(session, round_id, actor=actor, now=now)
    plan, newcomer = _newcomer(session, facts, code, closes_at, live=live)
    plan.demand(grounds)
    if newcomer is None:
        raise Refused(plan.problems)
    if not milestones_for(session, round_id, newcomer.kind):
        session.add_all(launch.milestones(facts.programme, round_id, _year(session, round_id), {newcomer.kind}))
    made = create(session, round_id, [newcomer], actor=actor, now=now)
    what = {"assessment": made[0]} | grounds.what
    history.record(session, facts.link, "add_subject", what, actor=actor, now=now)
    tell_all(session, "assigned", made, {}, now)
    return made[0]


def plan_remove_subject(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Plan:
    """What taking a dossier out of its round would do."""
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise Unknown(f"hồ sơ số {assessment_id}")
    return _removal(session, found.round_id, [assessment_id], None, actor, now)


def remove_subject(session: Session, assessment_id: int, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
    """Take a dossier out of its round; what was written in it is kept, its open questions end."""
    plan = plan_remove_subject(session, assessment_id, actor=actor, now=now)
    plan.demand(grounds)
    _remove(session, plan.ids, grounds, {}, actor, now)


def plan_merge(
    session: Session, round_id: int, sources: Sequence[int], into: int, *, actor: Actor, now: datetime
) -> Plan:
    """What merging dossiers into another would do."""
    return _removal(session, round_id, sources, into, actor, now)


def merge(
    session: Session,
    round_id: int,
    sources: Sequence[int],
    into: int,
    grounds: Grounds,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Merge units: their dossiers leave the round, the one they are merged into stays as it is and says so.

    Marks are not moved: the unit that remains scores for all.
    """
    plan = plan_merge(session, round_id, sources, into, actor=actor, now=now)
    plan.demand(grounds)
    target = hold(session, into, actor=actor, now=now)
    what = {"merged": sorted(sources)} | grounds.what
    history.record(session, target.link, "merge", what, actor=actor, now=now)
    tell_all(session, "round_changed", [into], {"reason": grounds.reason.strip()}, now)
    _remove(session, sorted(sources), grounds, {"merged_into": into}, actor, now)


def plan_resend(
    session: Session, assessment_id: int, message: str, account_id: int, *, actor: Actor, now: datetime
) -> Plan:
    """What sending a message again would do."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_round(session, actor, "administer", facts.round_id)
    problems = []
    if message not in MESSAGES or _sent(session, assessment_id, message) is None:
        problems.append(Refusal("message", f"«{facts.name}»: chưa từng có thư «{message}» để gửi lại."))
    elif account_id not in _audience(session, assessment_id, message):
        problems.append(Refusal("account", f"«{facts.name}»: tài khoản số {account_id} không nhận thư này."))
    label = MESSAGES[message].label if message in MESSAGES else message
    effect = Effect(assessment_id, facts.name, f"gửi lại thư «{label}» cho tài khoản số {account_id}")
    return Plan((effect,), tuple(problems))


def resend(
    session: Session,
    assessment_id: int,
    message: str,
    account_id: int,
    grounds: Grounds,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Send the last message of a kind again to one account, at the address that it has now."""
    plan_resend(session, assessment_id, message, account_id, actor=actor, now=now).demand(grounds)
    facts = hold(session, assessment_id, actor=actor, now=now)
    what = {"message": message, "account": account_id} | grounds.what
    row = history.record(session, facts.link, "resend", what, actor=actor, now=now)
    mail = Outbox(
        round_id=facts.round_id,
        assessment_id=assessment_id,
        message=message,
        account_id=account_id,
        occasion=f"{row.entity}/{row.seq}",
        parameters=_sent(session, assessment_id, message) or "{}",
        due_at=now,
    )
    session.add(mail)
    session.flush()


def plan_cancel_round(session: Session, round_id: int, *, actor: Actor, now: datetime) -> Plan:
    """What cancelling a round would do."""
    facts = held_for(session, round_id, actor=actor, now=now)
    steps = facts.programme.workflow.assessment
    open_ones = [one for one in assessments.of_round(session, round_id) if steps.steps("cancel", one.state)]
    effects = (Effect(one.id, one.name, f"hủy, đang ở «{steps.states[one.state].label}»") for one in open_ones)
    voting = _voting(session, facts, [one.id for one in open_ones])
    return Plan(tuple(effects), (*_against(facts, "cancel"), *voting))


def cancel_round(session: Session, round_id: int, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
    """Cancel a round and every dossier in it, and tell all units; nothing written is lost. Takes two people."""
    plan = plan_cancel_round(session, round_id, actor=actor, now=now)
    demand_two(actor)
    plan.demand(grounds)
    about = {"reason": grounds.reason.strip()}
    move = Move(grounds.reason, grounds.document_id, tell={"round_cancelled": about})
    advance_round(session, round_id, "cancel", actor=actor, now=now, move=move)
    bulk(session, round_id, "cancel", actor=actor, now=now, ids=plan.ids, move=move)
    close_questions(session, plan.ids, now=now)
    withdraw(session, plan.ids)
    tell_all(session, "round_cancelled", plan.ids, about, now)


def _voting(session: Session, facts: RoundFacts, ids: Collection[int]) -> Iterator[Refusal]:
    """One refusal for each open ballot box over one of the dossiers: who votes in it would vote on nothing."""
    for box in open_boxes(session, facts.id):
        if any(item.assessment_id in ids for item in items_in(session, box.id)):
            label = facts.programme.boxes[box.name].label
            yield Refusal("box", f"Hòm phiếu số {box.id} («{label}») đang mở; kiểm phiếu hoặc hủy hòm phiếu trước.")


def _against(facts: Facts, trigger: str) -> tuple[Refusal, ...]:
    try:
        choose(facts, trigger, ALL_NEEDS)
    except Refused as refused:
        return refused.refusals
    return ()


def _newcomer(
    session: Session, facts: RoundFacts, code: str, closes_at: datetime | None, *, live: bool
) -> tuple[Plan, Newcomer | None]:
    year = _year(session, facts.id)
    planned = launch.plan(session, facts.programme, year, [code], now=facts.now, live=live)
    line, made = planned.lines[0], planned.lines[0].newcomer
    problems = [*is_over(facts), *(problem for problem in planned.problems if problem.rule == "sample")]
    if line.problem:
        problems.append(line.problem)
    if made is None:
        problems += [] if line.problem else [Refusal("inactive", f"{line.name} không còn hoạt động.")]
        return Plan((), tuple(problems)), None
    spans = milestones_for(session, facts.id, made.kind)
    own = own_stage(facts.programme.workflow, made.kind)
    usual = spans[own].closes_at if own in spans else made.closes_at
    closing, last = closes_at or usual, max([usual, *(span.closes_at for span in spans.values())])
    problems += [*_already(session, facts.id, made), *_bad_closing(facts, closing)]
    if closing > last:
        problems.append(Refusal("before_report", f"Hạn riêng phải trước hạn báo cáo: {deadline_text(last)}."))
    effect = Effect(None, made.name, f"thêm vào đợt, hạn {deadline_text(closing)}")
    return Plan((effect,), tuple(problems)), made._replace(closes_at=closing)


def _already(session: Session, round_id: int, made: Newcomer) -> Iterator[Refusal]:
    chosen = select(Assessment).where(Assessment.round_id == round_id, Assessment.subject_id == made.subject_id)
    for one in session.exec(chosen):
        yield Refusal("already", f"{made.name} đã có hồ sơ số {one.id} trong đợt này.")


def _bad_closing(facts: RoundFacts, closing: datetime) -> Iterator[Refusal]:
    if closing <= facts.now:
        yield Refusal("closes_at", f"Thời hạn đã qua ({deadline_text(closing)}); phải nêu hạn riêng cho đơn vị này.")


def _year(session: Session, round_id: int) -> int:
    return session.get_one(Round, round_id).year


def _removal(
    session: Session, round_id: int, sources: Sequence[int], into: int | None, actor: Actor, now: datetime
) -> Plan:
    of_it = held_for(session, round_id, actor=actor, now=now)
    problems = [*is_over(of_it), *_voting(session, of_it, sources)]
    if into in sources or (into is not None and not sources):
        problems.append(Refusal("merge", "Phải nêu hồ sơ được sáp nhập, khác với hồ sơ nhận sáp nhập."))
    everybody = sorted({*sources, *([] if into is None else [into])})
    found = {one: of_round(hold(session, one, actor=actor, now=now), round_id) for one in everybody}
    target = found[into] if into is not None else None
    if target is not None and _kind(target) in RESTING:
        problems.append(Refusal("state", f"«{target.name}»: đã có kết quả hoặc đã ra khỏi đợt."))
    leaving = [found[one] for one in sorted(set(sources))]
    for facts in leaving:
        problems += [Refusal(rule, f"«{facts.name}»: {why}") for rule, why in _against(facts, "remove")]
    what = "đưa ra khỏi đợt" if target is None else f"đưa ra khỏi đợt, sáp nhập vào «{target.name}»"
    return Plan(tuple(Effect(facts.id, facts.name, what) for facts in leaving), tuple(problems))


def _kind(facts: Dossier) -> StateKind:
    return facts.programme.workflow.assessment.states[facts.state].kind


def _remove(
    session: Session, ids: Sequence[int], grounds: Grounds, what: dict[str, Any], actor: Actor, now: datetime
) -> None:
    for one in ids:
        move = Move(grounds.reason, grounds.document_id, what=what)
        apply(session, hold(session, one, actor=actor, now=now), "remove", actor, move)
    close_questions(session, ids, now=now)
    withdraw(session, ids)
    tell_all(session, "round_changed", ids, {"reason": grounds.reason.strip()}, now)


def _sent(session: Session, assessment_id: int, message: str) -> str | None:
    """The parameters a message last went out with about a dossier; None when it never did."""
    chosen = select(Outbox.parameters).where(Outbox.assessment_id == assessment_id, Outbox.message == message)
    return session.exec(chosen.order_by(col(Outbox.id).desc())).first()


def _audience(session: Session, assessment_id: int, message: str) -> set[int]:
    audience = " OR ".join(f"({clause})" for clause in clauses(MESSAGES[message].audience, DOSSIER))
    sql = f"SELECT g.account_id FROM assessment a JOIN account_grant g ON {audience} WHERE a.id = :id"
    return {row[0] for row in run(session, sql, {"id": assessment_id}).fetchall()}
