"""Difficulties that units raise, and the answers of the round's owner (phản ánh vướng mắc, DN-6.3)."""

from datetime import datetime

from sqlmodel import Session

from models.assessments import Difficulty
from states.actor import Actor
from states.bulk import tell_all
from states.errors import Unknown, refuse
from states.history import keep_payload, record
from states.hold import hold
from states.permits import demand, demand_held


def raise_difficulty(session: Session, assessment_id: int, question: str, *, actor: Actor, now: datetime) -> int:
    """Raise a difficulty on a dossier, in whatever state, and tell the round's owner; returns its id."""
    demand(session, actor, "draft", assessment_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    asked = _filled(question, "Phải ghi nội dung vướng mắc.")
    made = Difficulty(assessment_id=assessment_id, account_id=actor.account_id, question=asked, raised_at=now)
    session.add(made)
    session.flush()
    key = made.id
    payload = keep_payload(session, facts.entity, facts.seq + 1, {"question": asked})
    record(session, facts.link, "raise_difficulty", {"difficulty": key, "payload": payload}, actor=actor, now=now)
    tell_all(session, "difficulty_raised", [assessment_id], {"difficulty": key}, now)
    return key


def answer_difficulty(session: Session, difficulty_id: int, answer: str, *, actor: Actor, now: datetime) -> None:
    """Answer a difficulty, once, and tell the unit."""
    raised = session.get(Difficulty, difficulty_id)
    if raised is None:
        raise Unknown(f"vướng mắc số {difficulty_id}")
    facts = hold(session, raised.assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "administer")
    session.refresh(raised)
    if raised.answered_at is not None:
        raise refuse("answered", "Vướng mắc này đã được trả lời.")
    raised.answer, raised.answered_at = _filled(answer, "Phải ghi nội dung trả lời."), now
    payload = keep_payload(session, facts.entity, facts.seq + 1, {"answer": raised.answer})
    what = {"difficulty": difficulty_id, "payload": payload}
    record(session, facts.link, "answer_difficulty", what, actor=actor, now=now)
    tell_all(session, "difficulty_answered", [facts.id], {"difficulty": difficulty_id}, now)


def _filled(written: str, otherwise: str) -> str:
    if not written.strip():
        raise refuse("empty", otherwise)
    return written.strip()
