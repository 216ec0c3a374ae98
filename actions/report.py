"""The report to whom the round is for: drafted, numbered, reported and sealed, archived (DN-6.2, DN-7.1)."""

from datetime import datetime

from sqlmodel import Session

from actions.decide import paper
from config.graph import RESTING
from models.db import run
from models.history import Seal
from states import history
from states.actor import Actor
from states.advance import Move, Moved, advance_round, apply
from states.bulk import bulk
from states.errors import refuse
from states.hold import hold_round
from states.permits import demand_round


def draft(session: Session, round_id: int, *, actor: Actor, now: datetime) -> Seal:
    """Seal the round as it stands for a draft of its report (*dự thảo*)."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "report", round_id)
    history.record(session, facts.link, "draft_report", {}, actor=actor, now=now)
    return history.seal(session, round_id, "draft", now=now)


def number_report(session: Session, round_id: int, document_id: int, *, actor: Actor, now: datetime) -> None:
    """Give the report its document, or record that the document was completed; not once it is reported."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "administer", round_id)
    state = facts.programme.workflow.round.states[facts.state]
    if state.kind in RESTING:
        raise refuse("state", f"Đợt đang ở trạng thái «{state.label}»; không ghi số báo cáo được nữa.")
    content = paper(session, document_id, instead_of=_document_of(session, round_id))
    sql = "UPDATE round SET report_document_id = :document WHERE id = :id"
    run(session, sql, {"document": document_id, "id": round_id})
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"document": document_id, "payload": hashed}
    history.record(session, facts.link, "number_report", what, actor=actor, now=now)


def report(session: Session, round_id: int, *, actor: Actor, now: datetime) -> Seal:
    """Report the round and every announced dossier; returns the seal over the heads after those rows.

    Refused until every dossier is announced and the report bears its number and signed copy.
    """
    facts = hold_round(session, round_id, actor=actor, now=now)
    apply(session, facts, "report", actor, Move(document_id=_document_of(session, round_id)))
    bulk(session, round_id, "report", actor=actor, now=now)
    return history.seal(session, round_id, "reported", now=now)


def supplement(session: Session, round_id: int, *, actor: Actor, now: datetime) -> Seal:
    """After the report: report what was decided again and announced since; returns a supplementary seal."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "report", round_id)
    state = facts.programme.workflow.round.states[facts.state]
    if state.kind not in RESTING:
        raise refuse("state", f"Đợt đang ở trạng thái «{state.label}»; chưa có báo cáo để bổ sung.")
    if not bulk(session, round_id, "report", actor=actor, now=now).moved:
        raise refuse("supplement", "Không có kết quả quyết định lại nào để báo cáo bổ sung.")
    return history.seal(session, round_id, "supplementary", now=now)


def archive(session: Session, round_id: int, *, actor: Actor, now: datetime) -> Moved:
    """Put a reported round into the archive; results may still be decided again."""
    return advance_round(session, round_id, "archive", actor=actor, now=now)


def _document_of(session: Session, round_id: int) -> int | None:
    sql = "SELECT report_document_id FROM round WHERE id = :id"
    document_id: int | None = run(session, sql, {"id": round_id}).fetchone()[0]
    return document_id
