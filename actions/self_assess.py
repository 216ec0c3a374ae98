"""A unit scores itself: draft, submit, revise (DN-4.1, AMB-DN-3, AMB-DN-7)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from actions import marks
from actions.marks import Filled
from config.programme import Programme
from config.sheet import Sheet
from config.vocabulary import Relation
from models.db import run
from scoring.marks import Totals
from states import history
from states.actor import Actor
from states.advance import Move, Moved, apply, seen
from states.errors import Refusal, Refused, refuse
from states.facts import Dossier
from states.hold import hold
from states.machine import demand_open
from states.permits import demand_held

UNIT = frozenset({Relation.OFFICER.value, Relation.HEAD.value})
"""Who drafts; that the head alone may submit does not close the draft to the officer."""
SEALING = ("submit", "open_self_ballot", "self_rate", "send_dossier")


class Saved(NamedTuple):
    """The version to send back with the next save, and the totals as they run along."""

    version: int
    totals: Totals


def sheet_of(facts: Dossier) -> Sheet:
    """The sheet a dossier is scored on: exactly one, by its kind (DN-2.3)."""
    return facts.programme.sheet_for(facts.kind)


def save(
    session: Session,
    assessment_id: int,
    filled: Mapping[str, Filled],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Saved:
    """Keep a draft; raises as `begin`, and Refused for entries against the sheet."""
    facts = begin(session, assessment_id, actor=actor, now=now, version=version)
    sheet = sheet_of(facts)
    totals = marks.put(session, sheet, assessment_id, "draft", filled, actor=actor, now=now)
    return Saved(_count(session, facts, totals), totals)


def begin(session: Session, assessment_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Dossier:
    """Hold a draft that is about to be changed; the first change starts the self-assessment.

    Raises Stale when somebody saved since `version`, Refused after the deadline.
    """
    facts = seen(hold(session, assessment_id, actor=actor, now=now), version)
    if facts.programme.workflow.assessment.steps("start_self", facts.state):
        apply(session, facts, "start_self", actor)
        facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "draft")
    demand_open(replace(facts, relations=UNIT), sealing(facts))
    return facts


def sealing(facts: Dossier) -> str:
    """The step that will put the working copy in force from where the dossier stands: until then it is open."""
    steps = facts.programme.workflow.assessment.leaving(facts.state)
    own = {step.do for step in steps if not step.kinds or facts.kind in step.kinds}
    return next((trigger for trigger in SEALING if trigger in own), SEALING[0])


def _count(session: Session, facts: Dossier, totals: Totals) -> int:
    sql = "UPDATE assessment SET scored = :scored, version = version + 1 WHERE id = :id"
    run(session, sql, {"scored": facts.leaves - len(totals.missing), "id": facts.id})
    session.expire_all()
    return facts.version + 1


def submit(
    session: Session,
    assessment_id: int,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    proposed_level: str | None = None,
    document_id: int | None = None,
) -> Moved:
    """Put the working copy in force and mail the receipt; late where the programme only flags lateness.

    `proposed_level` and the signed report (`document_id`) go with it where the programme asks (VG-3.1, VG-3.2).
    Raises Refused when a component is unscored, something is not there, or the deadline has passed (X-D1).
    """
    facts = seen(hold(session, assessment_id, actor=actor, now=now), version)
    demand_open(facts, "submit")
    demand_whole(facts.programme, proposed_level, document_id)
    totals = marks.totals(session, sheet_of(facts), assessment_id, "draft")
    columns = {
        "self_total": totals.total,
        "submitted_at": now,
        "late": facts.late or now >= facts.closes_at,
        "proposed_level": proposed_level,
        "signed_report_id": document_id,
    }
    payload = {"marks": marks.snapshot(session, assessment_id, "draft"), "total": f"{totals.total:.4f}"}
    what = {"late": True} if columns["late"] else {}
    move = Move(columns=columns, payload=payload, what=what, document_id=document_id)
    moved = apply(session, facts, "submit", actor, move)
    marks.take_over(session, assessment_id, "draft", "self")
    return moved


def demand_whole(programme: Programme, proposed_level: str | None, document_id: int | None) -> None:
    """Refused when the programme wants a proposed level or the signed report at once, and it is not there."""
    refusals = []
    if programme.proposes_level and not proposed_level:
        refusals.append(Refusal("proposed_level", "Phải ghi mức xếp loại mà đơn vị đề nghị."))
    if programme.submission.report == "at_once" and document_id is None:
        sentence = "Phải kèm báo cáo tự đánh giá đã ký: số, ngày, người ký và bản chụp."
        refusals.append(Refusal("signed_report", sentence))
    if refusals:
        raise Refused(refusals)


def add_report(session: Session, assessment_id: int, document_id: int, *, actor: Actor, now: datetime) -> None:
    """Name the signed report after submitting, where the programme allows some days for it."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "draft")
    if facts.submitted_at is None or facts.programme.submission.report != "within_days":
        raise refuse("signed_report", "Chương trình này không nhận báo cáo đã ký sau khi nộp.")
    if now >= facts.submitted_at + timedelta(days=facts.programme.submission.days or 0):
        raise refuse("signed_report", "Đã quá số ngày được bổ sung báo cáo đã ký sau khi nộp.")
    run(
        session,
        "UPDATE assessment SET signed_report_id = :document WHERE id = :id",
        {"document": document_id, "id": facts.id},
    )
    history.record(session, facts.link, "add_report", {"document": document_id}, actor=actor, now=now)


def revise(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Moved:
    """Open the working copy again; what was submitted stays in force (AMB-DN-7)."""
    return apply(session, hold(session, assessment_id, actor=actor, now=now), "revise", actor)


def discard_revision(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Moved:
    """Throw the working copy away and return to what was submitted, as far as it stands on a sheet corrected since."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    moved = apply(session, facts, "discard_revision", actor)
    marks.take_over(session, assessment_id, "self", "draft")
    marks.fit(session, sheet_of(facts), assessment_id)
    return moved
