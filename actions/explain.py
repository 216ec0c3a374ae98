"""Questions to a unit on named criteria, each with its own deadline, and the answers (DN-4.2, AMB-DN-4, AMB-DN-5).

The unit's marks stay closed meanwhile (RULES vector 5). A question ends answered, withdrawn or expired; with the
last one the dossier returns to its appraisal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from actions.assign import NO_REASON, foreign, leaves_in
from actions.self_assess import sheet_of
from config.calendar import add_working_days, deadline_text, end_of, local_day
from models.assessments import ExplanationItem, ExplanationRequest, items
from models.db import run, run_many
from models.types import to_micros
from states import history
from states.actor import SYSTEM, Actor
from states.advance import Move, Moved, apply
from states.chain import iso
from states.errors import Refusal, Refused, Unknown
from states.facts import Dossier
from states.hold import hold, milestones_for, share_round
from states.machine import demand_open

ENDINGS = {"answered": "đã được trả lời", "withdrawn": "đã được rút", "expired": "đã hết hạn"}
TRIGGERS = {"answered": "answer_explanation", "withdrawn": "expire_explanation", "expired": "expire_explanation"}


def ask(
    session: Session,
    assessment_id: int,
    criteria: Sequence[str],
    question: str,
    *,
    closes_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Ask the unit to explain criteria of its sheet; returns the id of the question.

    `closes_at` is exclusive, by default the end of the programme's number of working days after today; it lies
    ahead and before the round's report is due.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_open(facts, "ask_explanation")
    closing = closes_at or default_closing(facts, now)
    refusals = [
        *_bad_question(facts, criteria, question),
        *foreign(session, facts, criteria, actor),
        *_bad_closing(session, facts, closing),
    ]
    if refusals:
        raise Refused(refusals)
    request_id = _open(session, facts, criteria, question.strip(), closing, actor)
    move = Move(
        columns={"asked": facts.asked + 1},
        what={"request": request_id, "criteria": sorted(set(criteria)), "closes_at": iso(closing)},
        payload={"question": question.strip()},
        tell={"explanation_asked": {"request": request_id}},
    )
    apply(session, facts, "ask_explanation", actor, move)
    return request_id


def default_closing(facts: Dossier, since: datetime) -> datetime:
    """The end of the last of the programme's working days for an answer; the day of `since` does not count (X-D7)."""
    programme = facts.programme
    days = programme.explanation_default_working_days
    return end_of(add_working_days(local_day(since), days, programme.days_off))


def answer(
    session: Session, request_id: int, answers: Mapping[str, str], *, actor: Actor, now: datetime
) -> Moved | None:
    """Answer criteria of a question; the last answer sends the explanation, and what has moved is returned.

    Refused once the question has ended or its deadline has come, for criteria that were not asked, and for blanks.
    """
    facts, request = _hold(session, request_id, actor, now)
    demand_open(facts, "answer_explanation")
    asked = {item.criterion: item for item in items(session, request_id)}
    refusals = [*_closed(request, max(now, facts.chain_at)), *_bad_answers(answers, asked)]
    if refusals:
        raise Refused(refusals)
    for code, text in answers.items():
        asked[code].answer, asked[code].answered_at = text.strip(), now
    what: dict[str, Any] = {"request": request_id, "criteria": sorted(answers)}
    content = {code: text.strip() for code, text in answers.items()}
    if any(item.answer is None for item in asked.values()):
        hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
        history.record(session, facts.link, "answer_in_part", what | {"payload": hashed}, actor=actor, now=now)
        return None
    return _end(session, facts, request, "answered", actor, Move(what=what, payload=content))


def withdraw(session: Session, request_id: int, reason: str, *, actor: Actor, now: datetime) -> Moved:
    """Take an open question back; the dossier goes on as if its deadline had passed."""
    facts, request = _hold(session, request_id, actor, now)
    demand_open(facts, "ask_explanation")
    refusals = [*_ended(request), *([] if reason.strip() else [NO_REASON])]
    if refusals:
        raise Refused(refusals)
    what = {"request": request_id, "reason": reason.strip()}
    history.record(session, facts.link, "withdraw_explanation", what, actor=actor, now=now)
    again, request = _hold(session, request_id, SYSTEM, now)
    return _end(session, again, request, "withdrawn", SYSTEM, Move(what={"request": request_id}))


def expire_due(session: Session, round_id: int, *, now: datetime) -> tuple[int, ...]:
    """End every question of a round whose deadline has come; returns their ids. Doing it again does nothing."""
    share_round(session, round_id)
    sql = (
        "SELECT q.id FROM explanation_request q JOIN assessment a ON a.id = q.assessment_id "
        "WHERE a.round_id = :round AND q.status = 'open' AND q.closes_at <= :now ORDER BY a.id, q.id"
    )
    due = run(session, sql, {"round": round_id, "now": to_micros(now)}).fetchall()
    return tuple(row[0] for row in due if _expire(session, row[0], now))


def close_questions(session: Session, assessment_ids: Iterable[int], *, now: datetime) -> None:
    """End all open questions of dossiers that have left the round."""
    rows = [{"id": one, "now": to_micros(now)} for one in assessment_ids]
    where = "WHERE assessment_id = :id AND status = 'open'"
    run_many(session, f"UPDATE explanation_request SET status = 'withdrawn', ended_at = :now {where}", rows)
    run_many(session, "UPDATE assessment SET asked = 0 WHERE id = :id AND asked > 0", rows)
    session.expire_all()


def _expire(session: Session, request_id: int, now: datetime) -> bool:
    facts, request = _hold(session, request_id, SYSTEM, now)
    if request.status != "open":
        return False
    _end(session, facts, request, "expired", SYSTEM, Move(what={"request": request_id}))
    return True


def _end(session: Session, facts: Dossier, request: ExplanationRequest, status: str, actor: Actor, move: Move) -> Moved:
    request.status, request.ended_at = status, facts.now
    fewer = replace(facts, asked=facts.asked - 1)
    told = {"explanation_answered": {"request": request.id}}
    return apply(session, fewer, TRIGGERS[status], actor, replace(move, columns={"asked": fewer.asked}, tell=told))


def _hold(session: Session, request_id: int, actor: Actor, now: datetime) -> tuple[Dossier, ExplanationRequest]:
    found = session.get(ExplanationRequest, request_id)
    if found is None:
        raise Unknown(f"yêu cầu giải trình số {request_id}")
    facts = hold(session, found.assessment_id, actor=actor, now=now)
    session.refresh(found)
    return facts, found


def _open(
    session: Session, facts: Dossier, criteria: Sequence[str], question: str, closing: datetime, actor: Actor
) -> int:
    made = ExplanationRequest(
        assessment_id=facts.id,
        account_id=actor.account_id,
        question=question,
        asked_at=facts.now,
        closes_at=closing,
    )
    session.add(made)
    session.flush()
    session.add_all(ExplanationItem(request_id=made.id, criterion=code) for code in sorted(set(criteria)))
    return made.id


def _bad_question(facts: Dossier, criteria: Sequence[str], question: str) -> Iterator[Refusal]:
    sheet = sheet_of(facts)
    if not criteria:
        yield Refusal("criteria", "Phải nêu ít nhất một tiêu chí cần giải trình.")
    for code in sorted(set(criteria) - set(leaves_in(sheet, ""))):
        yield Refusal("criterion", f"Biểu «{sheet.title}» không có tiêu chí {code} để giải trình.")
    if not question.strip():
        yield Refusal("question", "Phải ghi nội dung yêu cầu giải trình, bổ sung.")


def _bad_closing(session: Session, facts: Dossier, closing: datetime) -> Iterator[Refusal]:
    report = max(span.closes_at for span in milestones_for(session, facts.round_id, facts.kind).values())
    if closing <= facts.now:
        yield Refusal("closes_at", f"Hạn giải trình phải sau thời điểm yêu cầu, không nhận {deadline_text(closing)}.")
    if closing >= report:
        yield Refusal(
            "before_report",
            f"Hạn giải trình là {deadline_text(closing)}, phải trước hạn báo cáo: {deadline_text(report)}.",
        )


def _ended(request: ExplanationRequest) -> Iterator[Refusal]:
    if request.status != "open":
        yield Refusal("ended", f"Yêu cầu giải trình số {request.id} {ENDINGS[request.status]}.")


def _closed(request: ExplanationRequest, now: datetime) -> Iterator[Refusal]:
    yield from _ended(request)
    if request.status == "open" and now >= request.closes_at:
        yield Refusal("closes_at", f"Đã quá hạn giải trình: {deadline_text(request.closes_at)}.")


def _bad_answers(answers: Mapping[str, str], asked: Mapping[str, ExplanationItem]) -> Iterator[Refusal]:
    if not answers:
        yield Refusal("answers", "Chưa có nội dung giải trình nào.")
    for code in sorted(answers.keys() - asked.keys()):
        yield Refusal("not_asked", f"Tiêu chí {code}: không được yêu cầu giải trình.")
    for code in sorted(code for code, text in answers.items() if not text.strip()):
        yield Refusal("blank", f"Tiêu chí {code}: nội dung giải trình còn trống.")
