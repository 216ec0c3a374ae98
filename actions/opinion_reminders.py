"""Reminders to the bodies that have not answered: when they fall, and one mail a body and slot (AMB-HT-13)."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from actions.remind import REMINDERS, Slot
from models.db import run_many
from models.opinions import OpinionRequest, awaited, open_requests
from models.rounds import ProgrammeVersion, Round
from models.types import to_micros
from states.hold import programme_of

QUEUE = (
    "INSERT INTO outbox (round_id, message, account_id, occasion, parameters, due_at, status, attempts, answer) "
    "VALUES (:round, 'opinion_due', :account, :occasion, :about, :due_at, 'queued', 0, '') ON CONFLICT DO NOTHING"
)


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
    about = json.dumps({"request": one.request.id})
    occasion = f"opinion_request:{one.request.id}/{one.slot.code}"
    common = {"round": one.request.round_id, "occasion": occasion, "about": about, "due_at": to_micros(one.slot.at)}
    told = [common | {"account": account_id} for account_id in awaited(session, one.request.id)]
    run_many(session, QUEUE, told)
    return len(told)


def _slots(session: Session, request: OpinionRequest) -> Iterator[Slot]:
    """Those of the questions to units: the mornings two days and one day before the closing."""
    version = session.get_one(ProgrammeVersion, session.get_one(Round, request.round_id).programme_version_id)
    slots = REMINDERS["explanation_due"].slots(programme_of(session, version.digest), request.closes_at)
    yield from (slot for slot in slots if slot.at < request.closes_at)
