"""The special case (trường hợp đặc biệt): a unit asks for more time, the round's owner grants or refuses (AMB-DN-1)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from config.calendar import deadline_text, end_of
from config.workflow import Workflow
from models.assessments import Extension
from states.actor import Actor
from states.advance import Move, Moved, apply
from states.bulk import tell_all
from states.chain import iso
from states.errors import Refusal, Refused, Unknown, refuse
from states.facts import Dossier, Span
from states.history import record
from states.hold import hold, milestones_for
from states.machine import demand_open
from states.permits import demand, demand_held


def ask_extension(
    session: Session, assessment_id: int, reason: str, *, until: date | None = None, actor: Actor, now: datetime
) -> int:
    """Ask for more time, before or after the lock, through the day `until` when named; returns the request's id."""
    demand(session, actor, "draft", assessment_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    closes_at = end_of(until) if until else None
    _refuse_all([*_in_state(session, facts), *_reasoned(reason), *_in_time(session, facts, closes_at)])
    made = Extension(assessment_id=assessment_id, asked_at=now, reason=reason.strip(), until=closes_at)
    session.add(made)
    session.flush()
    key = made.id
    what = {"extension": key, "reason": made.reason, "closes_at": iso(closes_at) if closes_at else None}
    record(session, facts.link, "ask_extension", what, actor=actor, now=now)
    return key


def grant_extension(
    session: Session, assessment_id: int, *, until: date, reason: str, document: int, actor: Actor, now: datetime
) -> Moved:
    """Keep a dossier open to the end of the day `until` (X-D6), asked for or not, before or after the lock.

    The 0 and the lateness go, what was drafted and what was submitted stays. Refused when the new closing is not
    later than the present one and than now, or not before the report is due.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_open(facts, "reopen")
    closes_at = end_of(until)
    _refuse_all([*_reasoned(reason), *_in_time(session, facts, closes_at)])
    columns: dict[str, Any] = {"closes_at": closes_at, "zeroed": False, "late": False}
    if facts.zeroed:
        columns["self_total"] = None
    about = {"closes_at": iso(closes_at)}
    move = Move(reason, document, columns=columns, what=about, tell={"extension_granted": about})
    moved = apply(session, facts, "reopen", actor, move)
    granted = _asked(session, assessment_id) or Extension(assessment_id=assessment_id, reason=reason.strip())
    granted.until, granted.document_id = closes_at, document
    granted.answered_at, granted.granted, granted.answer = now, True, reason.strip()
    session.add(granted)
    session.flush()
    return moved


def refuse_extension(session: Session, extension_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Answer a request with no, and tell the unit why; the deadline stays what it is."""
    asked = session.get(Extension, extension_id)
    if asked is None:
        raise Unknown(f"đề nghị gia hạn số {extension_id}")
    facts = hold(session, asked.assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "administer")
    session.refresh(asked)
    if asked.granted is not None:
        raise refuse("answered", "Đề nghị gia hạn này đã được trả lời.")
    _refuse_all([*_reasoned(reason)])
    asked.answered_at, asked.granted, asked.answer = now, False, reason.strip()
    what = {"extension": extension_id, "reason": reason.strip()}
    record(session, facts.link, "refuse_extension", what, actor=actor, now=now)
    tell_all(session, "extension_refused", [facts.id], {"reason": reason.strip()}, now)


def _asked(session: Session, assessment_id: int) -> Extension | None:
    chosen = select(Extension).where(Extension.assessment_id == assessment_id, col(Extension.granted).is_(None))
    return session.exec(chosen).first()


def _refuse_all(found: list[Refusal]) -> None:
    if found:
        raise Refused(found)


def _in_state(session: Session, facts: Dossier) -> Iterator[Refusal]:
    machine = facts.programme.workflow.assessment
    if not machine.steps("reopen", facts.state):
        label = machine.states[facts.state].label
        yield Refusal("state", f"Hồ sơ đang ở trạng thái «{label}», không còn gia hạn được.")
    if _asked(session, facts.id) is not None:
        yield Refusal("asked", "Đơn vị đã có một đề nghị gia hạn đang chờ trả lời.")


def _reasoned(reason: str) -> Iterator[Refusal]:
    if not reason.strip():
        yield Refusal("reason", "Phải ghi lý do.")


def _in_time(session: Session, facts: Dossier, closes_at: datetime | None) -> Iterator[Refusal]:
    """One refusal for each way in which a new closing of a dossier is untimely."""
    if closes_at is not None:
        spans = milestones_for(session, facts.round_id, facts.kind)
        yield from untimely(facts.programme.workflow, spans, closes_at, present=facts.closes_at, now=facts.now)


def untimely(
    workflow: Workflow, spans: Mapping[str, Span], closes_at: datetime, *, present: datetime, now: datetime
) -> Iterator[Refusal]:
    """The new closing lies after the present one and after now, and not after the last stage of the round."""
    wanted = f"Thời hạn mới là {deadline_text(closes_at)}"
    if closes_at <= max(now, present):
        yield Refusal(
            "until", f"{wanted}; phải sau thời điểm hiện tại và sau thời hạn đang có, {deadline_text(present)}."
        )
    stage, last = max(spans.items(), key=lambda item: item[1].closes_at)
    if closes_at > last.closes_at:
        label = next(one.label for one in workflow.deadlines if one.stage == stage)
        yield Refusal("until", f"{wanted}; phải trước hạn «{label}», {deadline_text(last.closes_at)}.")
