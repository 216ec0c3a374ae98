"""A missing prerequisite is waived by the authority: those behind it need not wait (DESIGN §7)."""

from datetime import datetime

from sqlmodel import Session

from actions.statements import demand_document
from config.graph import RESTING
from config.vocabulary import Need
from models.order import Waiver
from states import history
from states.actor import Actor
from states.errors import refuse
from states.hold import hold
from states.machine import NEED_SENTENCES
from states.permits import demand_held


def waive(
    session: Session, assessment_id: int, reason: str, document_id: int | None, *, actor: Actor, now: datetime
) -> None:
    """Let nobody wait for a dossier: it stays *chưa xếp loại*, outside the shares, and may be rated late.

    Refused without a reason, or when it has a result already. What depends on it is flagged when it is proposed.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "waive")
    demand_document(session, document_id)
    if not reason.strip():
        raise refuse("needs_reason", NEED_SENTENCES[Need.REASON])
    if facts.programme.workflow.assessment.states[facts.state].kind in RESTING:
        raise refuse("waive", f"«{facts.name}» đã có kết quả, không cần cho qua.")
    if session.get(Waiver, assessment_id) is not None:
        raise refuse("waive", f"«{facts.name}» đã được cho qua trước đây.")
    waiver = Waiver(assessment_id=assessment_id, reason=reason.strip(), document_id=document_id, at=now)
    waiver.account_id = actor.account_id
    session.add(waiver)
    what = {"reason": reason.strip()} | ({"document": document_id} if document_id else {})
    history.record(session, facts.link, "waive", what, actor=actor, now=now)
