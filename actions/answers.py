"""What bodies answer to a request for opinions: drafted, sent, entered from a letter, put side by side (AMB-HT-13).

No body sees what another one was asked or said, and a draft is nobody's but its writer's.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlmodel import Session

from actions.opinions import NO_DOSSIERS, find
from actions.statements import demand_document
from config.calendar import deadline_text
from config.graph import RESTING
from models.opinions import Opinion, OpinionRequest, body_names, dossier_names, of_body, of_request
from models.rounds import ProgrammeVersion, Round
from states import history
from states.actor import Actor
from states.desk import undenied
from states.errors import NotAllowed, Refusal, Refused, Unknown
from states.facts import Dossier
from states.hold import hold, programme_of
from states.permits import VERBS, visible

SEES_ALL = ("consult", "decide", "meet")
"""The verbs of those who may read what all bodies said: the staff of the round, never a unit and never a body."""
UNDENIED = "Hãy mở hồ sơ từ bàn thẩm định và xác nhận không có xung đột lợi ích trước khi nhập ý kiến về hồ sơ đó."


class Answer(NamedTuple):
    """What a body says of a dossier: a level of the programme, a comment, or both."""

    level: str | None = None
    comment: str = ""


class Asked(NamedTuple):
    """A dossier on which a body is asked, and what it has written."""

    assessment_id: int
    name: str
    status: str
    answer: Answer


class Mine(NamedTuple):
    """A request as one body sees it: its own dossiers alone."""

    request: OpinionRequest
    asked: tuple[Asked, ...]


class Said(NamedTuple):
    """The opinion of one body on a dossier."""

    body: str
    answer: Answer
    late: bool
    document_id: int | None


class Consolidated(NamedTuple):
    """All opinions on a dossier: how many for each level, best first, who said what, who stayed silent, who may yet.

    `closed`: nothing of that is told, for the reader appraises it and has not denied a conflict of interest.
    """

    assessment_id: int
    name: str
    levels: Mapping[str, int]
    said: tuple[Said, ...]
    silent: tuple[str, ...]
    awaited: tuple[str, ...]
    closed: bool = False


def save(session: Session, request_id: int, answers: Mapping[int, Answer], *, actor: Actor, now: datetime) -> None:
    """Keep a body's drafts, by dossier; refused once they are sent, and after the deadline."""
    request, own = _own(session, request_id, answers, actor, now)
    bad = (refusal for one in own for refusal in _bad_answer(one, answers[one.facts.id]))
    _refuse_all(_past(request, now) or bad)
    for one in own:
        _write(one.opinion, answers[one.facts.id])
    session.flush()


def send(
    session: Session,
    request_id: int,
    assessment_ids: Collection[int] | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Give what a body has written, on some dossiers or on all it has not answered; returns their ids.

    All or none: refused with every blank, and after the deadline.
    """
    known = of_body(session, request_id, actor.account_id or 0)
    still = [key for key, one in known.items() if one.status not in {"given", "withdrawn"}]
    request, own = _own(session, request_id, still if assessment_ids is None else assessment_ids, actor, now)
    bad = (refusal for one in own for refusal in _bad_sending(one))
    _refuse_all(_past(request, now) or (bad if own else [NO_DOSSIERS]))
    for one in own:
        _give(session, one, "give_opinion", {}, actor)
    return tuple(one.facts.id for one in own)


def enter(
    session: Session,
    request_id: int,
    account_id: int,
    answers: Mapping[int, Answer],
    document: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter the letter of a body that answers on paper, also after the deadline, which is then told for ever.

    By those who consult. All or none; refused where the body has answered or the dossier has its result, NotAllowed
    where whoever enters it appraises the dossier and has not denied a conflict of interest.
    """
    demand_document(session, document)
    if undenied(session, actor, find(session, request_id).round_id, answers):
        raise NotAllowed(UNDENIED)
    request, own = _held(session, request_id, account_id, answers, "consult", actor, now)
    bad = [refusal for one in own for refusal in _bad_letter(one, answers[one.facts.id])]
    _refuse_all(bad if own else [NO_DOSSIERS])
    late = bool(_past(request, now))
    for one in own:
        _write(one.opinion, answers[one.facts.id])
        one.opinion.late, one.opinion.entered_by, one.opinion.document_id = late, actor.account_id, document
        _give(session, one, "enter_opinion", {"document": document, "late": late}, actor)


def mine(session: Session, request_id: int, *, actor: Actor) -> Mine:
    """A request as the acting body sees it; Unknown when it was not asked."""
    own = of_body(session, request_id, actor.account_id or 0)
    if not own:
        raise Unknown(f"yêu cầu lấy ý kiến số {request_id}")
    request = find(session, request_id)
    if not own.keys() <= set(visible(session, actor, "opine", request.round_id)):
        raise NotAllowed
    names = dossier_names(session, own)
    return Mine(request, tuple(Asked(key, names[key], one.status, answer_of(one)) for key, one in own.items()))


def consolidated(session: Session, request_id: int, *, actor: Actor) -> list[Consolidated]:
    """What all bodies said, by dossier, on those that the actor works on as staff; NotAllowed when on none.

    Drafts are left out: until it is sent an opinion is awaited. What is `closed` to the actor is named and no more.
    """
    request = find(session, request_id)
    shown = {key for verb in SEES_ALL for key in visible(session, actor, verb, request.round_id)}
    opinions = [one for one in of_request(session, request_id) if one.assessment_id in shown]
    if not opinions:
        raise NotAllowed
    levels, names = _levels(session, request), dossier_names(session, {one.assessment_id for one in opinions})
    bodies = body_names(session, {one.account_id for one in opinions})
    closed = undenied(session, actor, request.round_id, names)
    found = groupby(opinions, key=lambda one: one.assessment_id)
    return [
        Consolidated(key, names[key], dict.fromkeys(levels, 0), (), (), (), closed=True)
        if key in closed
        else _side_by_side(key, names[key], levels, list(group), bodies)
        for key, group in found
    ]


def answer_of(opinion: Opinion) -> Answer:
    """What stands in a row."""
    return Answer(opinion.level, opinion.comment)


def _levels(session: Session, request: OpinionRequest) -> Iterable[str]:
    version = session.get_one(ProgrammeVersion, session.get_one(Round, request.round_id).programme_version_id)
    return programme_of(session, version.digest).level_labels


def _side_by_side(
    key: int, name: str, levels: Iterable[str], opinions: Collection[Opinion], bodies: Mapping[int, str]
) -> Consolidated:
    def names(status: str) -> tuple[str, ...]:
        return tuple(bodies[one.account_id] for one in opinions if one.status == status)

    given = [one for one in opinions if one.status == "given"]
    said = (Said(bodies[one.account_id], answer_of(one), one.late, one.document_id) for one in given)
    counts = {level: sum(one.level == level for one in given) for level in levels}
    return Consolidated(key, name, counts, tuple(said), names("silent"), names("open"))


class _Own(NamedTuple):
    facts: Dossier
    opinion: Opinion


def _own(
    session: Session, request_id: int, assessment_ids: Iterable[int], actor: Actor, now: datetime
) -> tuple[OpinionRequest, list[_Own]]:
    account_id = actor.account_id or 0
    if not of_body(session, request_id, account_id):
        raise Unknown(f"yêu cầu lấy ý kiến số {request_id}")
    return _held(session, request_id, account_id, assessment_ids, "opine", actor, now)


def _held(
    session: Session,
    request_id: int,
    account_id: int,
    assessment_ids: Iterable[int],
    verb: str,
    actor: Actor,
    now: datetime,
) -> tuple[OpinionRequest, list[_Own]]:
    """The request and what a body was asked in it, the dossiers held and the rows read after that."""
    held = [hold(session, one, actor=actor, now=now) for one in sorted(set(assessment_ids))]
    if any(one.relations.isdisjoint(VERBS[verb]) for one in held):
        raise NotAllowed
    session.expire_all()
    request, own = find(session, request_id), of_body(session, request_id, account_id)
    for facts in held:
        if facts.id not in own:
            raise Unknown(f"hồ sơ số {facts.id} trong phần hỏi nơi này của yêu cầu số {request_id}")
    return request, [_Own(facts, own[facts.id]) for facts in held]


def _refuse_all(found: Iterable[Refusal]) -> None:
    refusals = list(found)
    if refusals:
        raise Refused(refusals)


def _past(request: OpinionRequest, now: datetime) -> list[Refusal]:
    if request.status == "open" and now < request.closes_at:
        return []
    sentence = (
        f"Đã quá hạn tham gia ý kiến: {deadline_text(request.closes_at)}; gửi văn bản để cơ quan tổng hợp ghi nhận."
    )
    return [Refusal("closes_at", sentence)]


def _bad_answer(one: _Own, answer: Answer) -> Iterator[Refusal]:
    levels, name = one.facts.programme.level_labels, one.facts.name
    if one.opinion.status == "given":
        yield Refusal("given", f"«{name}»: ý kiến đã gửi, không sửa được.")
    if one.opinion.status == "withdrawn":
        yield Refusal("withdrawn", f"«{name}»: hồ sơ đã ra khỏi đợt, không cần tham gia ý kiến nữa.")
    if answer.level is not None and answer.level not in levels:
        labels = "; ".join(levels.values())
        yield Refusal("level", f"«{name}»: không có mức xếp loại «{answer.level}»; chọn một trong các mức: {labels}.")


def _bad_letter(one: _Own, answer: Answer) -> Iterator[Refusal]:
    facts = one.facts
    yield from _bad_answer(one, answer)
    yield from _blank(facts, answer)
    if facts.programme.workflow.assessment.states[facts.state].kind in RESTING:
        yield Refusal("state", f"«{facts.name}»: đã có kết quả hoặc đã ra khỏi đợt, không ghi thêm ý kiến được.")


def _bad_sending(one: _Own) -> Iterator[Refusal]:
    if one.opinion.status == "given":
        yield Refusal("given", f"«{one.facts.name}»: ý kiến đã gửi rồi.")
    elif one.opinion.status == "withdrawn":
        yield Refusal("withdrawn", f"«{one.facts.name}»: hồ sơ đã ra khỏi đợt, không cần tham gia ý kiến nữa.")
    else:
        yield from _blank(one.facts, answer_of(one.opinion))


def _blank(facts: Dossier, answer: Answer) -> Iterator[Refusal]:
    if answer.level is None and not answer.comment.strip():
        yield Refusal("blank", f"«{facts.name}»: chưa ghi mức xếp loại hoặc ý kiến nào.")


def _write(opinion: Opinion, answer: Answer) -> None:
    opinion.level, opinion.comment = answer.level, answer.comment.strip()


def _give(session: Session, one: _Own, act: str, more: Mapping[str, Any], actor: Actor) -> None:
    facts, opinion = one
    opinion.status, opinion.given_at = "given", facts.now
    content = {"level": opinion.level, "comment": opinion.comment}
    what = {
        "request": opinion.request_id,
        "account": opinion.account_id,
        "status": opinion.status,
        "payload": history.keep_payload(session, facts.entity, facts.seq + 1, content),
    }
    history.record(session, facts.link, act, what | dict(more), actor=actor, now=facts.now)
