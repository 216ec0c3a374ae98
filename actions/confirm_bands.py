"""The bands of a running round are confirmed, or corrected and confirmed; until then levels are typed (VG-4.6)."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from actions.corrections import Grounds, held_for, is_over
from config.load import programme_from_document
from config.programme import LevelStatus, Programme
from config.rating import Band
from models.db import run
from models.rounds import pin, programme_version
from states import history
from states.actor import Actor
from states.errors import Refused, refuse

DECIDED = "SELECT 1 FROM assessment WHERE round_id = :round AND (level IS NOT NULL OR decided_total IS NOT NULL)"


def confirm_bands(
    session: Session, round_id: int, bands: Sequence[Band], grounds: Grounds, *, actor: Actor, now: datetime
) -> str:
    """Pin the programme with `bands` confirmed; from then on levels follow from totals. Returns its digest.

    Refused without reason and document, once a result was decided, with a level or without one, or when the round is
    over. What the bands must be like is said by ValidationError.
    """
    facts = held_for(session, round_id, actor=actor, now=now)
    refusals = [*is_over(facts), *grounds.lacking()]
    if refusals:
        raise Refused(refusals)
    if run(session, DECIDED, {"round": round_id}).fetchone():
        raise refuse(
            "decided", "Đã có hồ sơ được quyết định mức xếp loại; không xác nhận khung điểm trong đợt này nữa."
        )
    confirmed = _confirmed(facts.programme, bands)
    version = programme_version(session, slug=confirmed.slug, digest=confirmed.digest, document=confirmed.document())
    pin(session, round_id, version)
    what = {"from": facts.programme.digest, "to": confirmed.digest} | grounds.what
    history.record(session, facts.link, "confirm_bands", what, actor=actor, now=now)
    return confirmed.digest


def _confirmed(programme: Programme, bands: Sequence[Band]) -> Programme:
    levels = {"status": LevelStatus.CONFIRMED, "bands": [band.model_dump() for band in bands]}
    whole = Programme.model_validate(programme.model_dump() | {"levels": levels})
    return programme_from_document(whole.document())
