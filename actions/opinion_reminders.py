"""Reminders to the bodies that have not answered: when they fall, and one mail a body and slot (AMB-HT-13)."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, select

from actions.opinion_page import may
from actions.opinions import find
from actions.remind import REMINDERS, Slot
from config.calendar import local_day
from models.db import run_many
from models.mail import Outbox
from models.opinions import OpinionRequest, awaited, open_requests
from models.rounds import ProgrammeVersion, Round
from models.types import to_micros
from states import history
from states.actor import Actor
from states.errors import NotAllowed, Refusal, Refused
from states.hold import hold_round, programme_of

QUEUE = (
    "INSERT INTO outbox (round_id, message, account_id, occasion, parameters, due_at, status, attempts, answer) "
    "VALUES (:round, 'opinion_due', :account, :occasion, :about, :due_at, 'queued', 0, '') ON CONFLICT DO NOTHING"
)


OVER = Refusal("closes_at", "Đã hết hạn tham gia ý kiến; không nhắc nữa.")
ANSWERED = Refusal("answered", "Mọi nơi đã trả lời đủ; không còn nơi nào để nhắc.")
TOLD = Refusal("told", "Hôm nay đã gửi thư nhắc; mai mới gửi thêm được.")


class Due(NamedTuple):
    """A reminder of a request whose slot has passed."""

    request: OpinionRequest
    slot: Slot


def due(session: Session, now: datetime) -> list[Due]:
    """The newest reminder of each open request; none that fell before the request was made."""
    found = []
    for request in open_requests(session, now):
        passed = [slot for slot in _slots(session, request) if request.asked_at < slot.at <= now]
        if passed:
            found.append(Due(request, max(passed, key=lambda slot: slot.at)))
    return found


def next_slot(session: Session, now: datetime) -> datetime | None:
    """The next moment at which a reminder falls; None when none is in sight."""
    ahead = (slot.at for request in open_requests(session, now) for slot in _slots(session, request))
    return min((at for at in ahead if at > now), default=None)


def tell(session: Session, one: Due) -> int:
    """Queue the reminder for every body that has not answered on all its dossiers; returns how many are told."""
    return _queue(session, one.request, f"opinion_request:{one.request.id}/{one.slot.code}", one.slot.at)


def _queue(session: Session, request: OpinionRequest, occasion: str, due_at: datetime) -> int:
    about = json.dumps({"request": request.id})
    common = {"round": request.round_id, "occasion": occasion, "about": about, "due_at": to_micros(due_at)}
    told = [common | {"account": account_id} for account_id in awaited(session, request.id)]
    run_many(session, QUEUE, told)
    return len(told)


def tell_now(session: Session, request_id: int, *, actor: Actor, now: datetime) -> int:
    """Remind every body that has not answered, by hand, at most once a day; returns how many are told.

    By those who consult; refused once the time has run out, when all have answered, and a second time that day.
    """
    request = find(session, request_id)
    if not may(session, actor, "consult", request_id):
        raise NotAllowed
    facts = hold_round(session, request.round_id, actor=actor, now=now)
    told = awaited(session, request_id)
    occasion = f"opinion_request:{request_id}/hand-{local_day(now)}"
    refusals = [] if request.status == "open" and now < request.closes_at else [OVER]
    refusals += [] if told else [ANSWERED]
    if session.exec(select(Outbox.id).where(Outbox.occasion == occasion).limit(1)).first() is not None:
        refusals.append(TOLD)
    if refusals:
        raise Refused(refusals)
    _queue(session, request, occasion, now)
    history.record(
        session, facts.link, "remind_opinions", {"request": request_id, "to": list(told)}, actor=actor, now=now
    )
    return len(told)


def _slots(session: Session, request: OpinionRequest) -> Iterator[Slot]:
    """Those of the questions to units: the mornings two days and one day before the closing."""
    version = session.get_one(ProgrammeVersion, session.get_one(Round, request.round_id).programme_version_id)
    slots = REMINDERS["explanation_due"].slots(programme_of(session, version.digest), request.closes_at)
    yield from (slot for slot in slots if slot.at < request.closes_at)
