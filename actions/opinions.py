"""Requests for opinions (lấy ý kiến): one to many bodies about many dossiers, and its end (HT-6.1 to HT-6.4).

What the bodies answer is in `actions.answers`. An opinion has no weight of its own; silence is recorded as «không có
ý kiến», which is no consent (AMB-HT-13).
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from actions.assign import of_round
from actions.statements import demand_document
from config.calendar import deadline_text
from config.graph import Opening, Transition
from config.vocabulary import Child, Relation
from models.db import among, listed, run, run_many
from models.mail import Outbox
from models.opinions import Opinion, OpinionRequest, body_names, of_request
from states import history
from states.actor import SYSTEM, Actor
from states.advance import Move, apply
from states.bulk import bulk
from states.chain import iso
from states.errors import NotAllowed, Refusal, Refused, Unknown
from states.facts import Dossier, RoundFacts
from states.hold import hold, hold_round, share_round
from states.machine import choose
from states.permits import VERBS

GIVERS = (
    "SELECT g.account_id FROM account_grant g JOIN account t ON t.id = g.account_id AND t.active WHERE g.ended_at "
    "IS NULL AND g.role = 'opinion_giver' AND (g.round_id IS NULL OR g.round_id = :round)"
)
OWN_UNITS = (
    "SELECT a.id, g.account_id FROM assessment a JOIN account_grant g ON g.ended_at IS NULL AND g.role IN "
    "('officer', 'head') AND g.subject_id = coalesce(a.agency_id, a.subject_id) WHERE a.round_id = :round AND a.id"
)
NO_DOSSIERS = Refusal("dossiers", "Phải chọn ít nhất một hồ sơ.")


class Closed(NamedTuple):
    """How many answers were never given, and the dossiers that went on, by id."""

    silent: int
    moved: tuple[int, ...]


def ask(  # noqa: PLR0913  what is asked, of whom, about what, until when, by which letter
    session: Session,
    round_id: int,
    name: str,
    assessment_ids: Collection[int],
    bodies: Collection[int],
    question: str,
    *,
    closes_at: datetime,
    document: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Ask many bodies (accounts of opinion-givers) about many dossiers at once; returns the id of the request.

    All or none: each dossier takes the step that opens opinions of this name, or stands where they are open. Nobody
    is asked about the dossier of its own unit. Each body gets one mail, which names no subject.
    """
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_document(session, document)
    held = [of_round(hold(session, one, actor=actor, now=now), round_id) for one in sorted(set(assessment_ids))]
    pairs = _pairs(session, round_id, held, bodies)
    refusals = [
        *_bad_request(question, closes_at, now),
        *_bad_bodies(session, round_id, bodies),
        *([] if held else [NO_DOSSIERS]),
        *(refusal for one in held for refusal in _unfit(one, name, document)),
        *(_own_alone(held, pairs) if bodies else ()),
    ]
    if refusals:
        raise Refused(refusals)
    made = OpinionRequest(
        round_id=round_id,
        name=name,
        question=question.strip(),
        account_id=actor.account_id,
        document_id=document,
        asked_at=now,
        closes_at=closes_at,
    )
    session.add(made)
    session.flush()
    key = made.id
    for one in held:
        _consult(session, one, key, name, document, actor)
    session.add_all(Opinion(request_id=key, assessment_id=one, account_id=body) for one, body in pairs)
    _record_request(session, facts, find(session, key), pairs, actor)
    _invite(session, facts, key, sorted({body for _, body in pairs}))
    return key


def close(session: Session, request_id: int, *, now: datetime) -> Closed:
    """End a request whose time has run out: who said nothing is silent, and dossiers go on where the system may.

    Doing it again, or too early, does nothing. A dossier stays where another guard of its step does not hold, such
    as a ballot box that is still open: then its staff takes the step.
    """
    request = find(session, request_id)
    share_round(session, request.round_id)
    keys = sorted({one.assessment_id for one in of_request(session, request_id)})
    held = [hold(session, key, actor=SYSTEM, now=now) for key in keys]
    session.expire_all()
    if request.status != "open" or now < request.closes_at:
        return Closed(0, ())
    request.status, request.ended_at = "closed", now
    silent = _silence(session, request_id)
    for facts in held:
        what = {"request": request_id, "silent": silent.get(facts.id, [])}
        history.record(session, facts.link, "close_opinions", what, actor=SYSTEM, now=now)
    moved = _move_on(session, request.round_id, held, now)
    return Closed(sum(map(len, silent.values())), tuple(moved))


def withdraw(session: Session, assessment_ids: Iterable[int]) -> None:
    """Await no more opinions on dossiers that have left the round."""
    sql = (
        "UPDATE opinion SET status = 'withdrawn', level = NULL, comment = '' "
        "WHERE assessment_id = :id AND status = 'open'"
    )
    run_many(session, sql, [{"id": one} for one in assessment_ids])
    session.expire_all()


def find(session: Session, request_id: int) -> OpinionRequest:
    """A request; Unknown when there is none."""
    request = session.get(OpinionRequest, request_id)
    if request is None:
        raise Unknown(f"yêu cầu lấy ý kiến số {request_id}")
    return request


def _pairs(session: Session, round_id: int, held: Sequence[Dossier], bodies: Collection[int]) -> list[tuple[int, int]]:
    """Dossier and body, each with each, but for a body's own unit."""
    known = {"round": round_id, "among": listed(session, [one.id for one in held])}
    own = {(key, body) for key, body in run(session, f"{OWN_UNITS} {among(session)}", known).fetchall()}
    return [(one.id, body) for one in held for body in sorted(set(bodies)) if (one.id, body) not in own]


def _bad_request(question: str, closes_at: datetime, now: datetime) -> Iterator[Refusal]:
    if not question.strip():
        yield Refusal("question", "Phải ghi nội dung đề nghị tham gia ý kiến.")
    if closes_at <= now:
        sentence = f"Hạn tham gia ý kiến phải sau thời điểm đề nghị, không nhận {deadline_text(closes_at)}."
        yield Refusal("closes_at", sentence)


def _bad_bodies(session: Session, round_id: int, bodies: Collection[int]) -> Iterator[Refusal]:
    if not bodies:
        yield Refusal("bodies", "Phải chọn ít nhất một nơi tham gia ý kiến.")
    known = {"round": round_id, "among": listed(session, bodies)}
    givers = {row[0] for row in run(session, f"{GIVERS} AND g.account_id {among(session)}", known).fetchall()}
    strangers = set(bodies) - givers
    names = body_names(session, strangers)
    for key in sorted(strangers):
        name = names.get(key, f"tài khoản số {key}")
        yield Refusal("body", f"«{name}» chưa được giao vai trò chủ thể tham gia đánh giá trong đợt này.")


def _own_alone(held: Iterable[Dossier], pairs: Iterable[tuple[int, int]]) -> Iterator[Refusal]:
    asked = {key for key, _ in pairs}
    for facts in held:
        if facts.id not in asked:
            yield Refusal("own_unit", f"«{facts.name}»: chỉ chọn chính đơn vị đó, phải có nơi khác tham gia ý kiến.")


def _unfit(facts: Dossier, name: str, document: int | None) -> Iterator[Refusal]:
    trigger = _opening(facts, name)
    if trigger is not None:
        yield from (Refusal(rule, f"«{facts.name}»: {why}") for rule, why in _against(facts, trigger, document))
    elif facts.relations.isdisjoint(VERBS["consult"]):
        raise NotAllowed
    elif name not in facts.programme.workflow.opened(facts.kind, facts.state, Child.OPINIONS):
        label = facts.programme.workflow.assessment.states[facts.state].label
        yield Refusal("state", f"«{facts.name}»: đang ở trạng thái «{label}», chưa đến bước lấy ý kiến này.")


def _opening(facts: Dossier, name: str) -> str | None:
    """The trigger that opens opinions of this name from where the dossier stands."""
    wanted = Opening.model_validate({Child.OPINIONS: name})
    return next((step.do for step in _leaving(facts) if wanted in step.opens), None)


def _leaving(facts: Dossier) -> tuple[Transition, ...]:
    return facts.programme.workflow.assessment.only_for(facts.kind).leaving(facts.state)


def _against(facts: Dossier, trigger: str, document: int | None) -> tuple[Refusal, ...]:
    try:
        choose(facts, trigger, Move(document_id=document).given())
    except Refused as refused:
        return refused.refusals
    return ()


def _consult(session: Session, facts: Dossier, request: int, name: str, document: int | None, actor: Actor) -> None:
    trigger, what = _opening(facts, name), {"request": request}
    if trigger is None:
        history.record(session, facts.link, "ask_opinions", what, actor=actor, now=facts.now)
    else:
        apply(session, facts, trigger, actor, Move(document_id=document, what=what))


def _record_request(
    session: Session, facts: RoundFacts, made: OpinionRequest, pairs: Iterable[tuple[int, int]], actor: Actor
) -> None:
    """The round's chain tells who is asked about what; the question is kept beside it."""
    dossiers, bodies = (sorted(set(part)) for part in zip(*pairs, strict=True))
    what: dict[str, Any] = {
        "request": made.id,
        "name": made.name,
        "dossiers": dossiers,
        "bodies": bodies,
        "closes_at": iso(made.closes_at),
        "document": made.document_id,
        "payload": history.keep_payload(session, facts.entity, facts.seq + 1, {"question": made.question}),
    }
    history.record(session, facts.link, "ask_opinions", what, actor=actor, now=facts.now)


def _invite(session: Session, facts: RoundFacts, request: int, bodies: Iterable[int]) -> None:
    """One mail a body, about no dossier."""
    session.add_all(
        Outbox(
            round_id=facts.id,
            message="opinion_asked",
            account_id=body,
            occasion=f"opinion_request:{request}",
            parameters=json.dumps({"request": request}),
            due_at=facts.now,
        )
        for body in bodies
    )
    session.flush()


def _silence(session: Session, request_id: int) -> dict[int, list[int]]:
    """Record everybody who said nothing, drafts gone; returns the bodies by dossier."""
    silent: dict[int, list[int]] = {}
    for one in of_request(session, request_id):
        if one.status == "open":
            silent.setdefault(one.assessment_id, []).append(one.account_id)
    sql = "UPDATE opinion SET status = 'silent', level = NULL, comment = '' WHERE request_id = :id AND status = 'open'"
    run(session, sql, {"id": request_id})
    session.expire_all()
    return silent


def _move_on(session: Session, round_id: int, held: Iterable[Dossier], now: datetime) -> list[int]:
    going: dict[str, list[int]] = {}
    for facts in held:
        for trigger in _onward(facts):
            going.setdefault(trigger, []).append(facts.id)
    done = [bulk(session, round_id, trigger, actor=SYSTEM, now=now, ids=ids) for trigger, ids in going.items()]
    return sorted(key for one in done for key in one.moved)


def _onward(facts: Dossier) -> set[str]:
    """The triggers by which the system takes a dossier on once its opinions are settled."""
    own = (step for step in _leaving(facts) if Relation.SYSTEM in step.by)
    return {step.do for step in own for call in step.guards if call.name == "opinions_settled" and not call.negated}
