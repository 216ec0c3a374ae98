"""Watching a running round: its board, and the lists of dossiers that every figure leads to."""

from typing import Final

from states.listing import listed
from states.overview import closings, overview, unit_states, waiting, watch
from states.permits import ANY_BODY, can_round
from web import watch as ways
from web.answers import Answer, page
from web.asks import OfRound
from web.edge import Desk, Here

desk: Final = Desk()
LOOKS_ON: Final = OfRound("view", by_body=True)


@desk.get("/rounds/{round_id:id}", asks=LOOKS_ON)
def board_page(here: Here) -> Answer:
    """The board of a round: how many dossiers stand where, what is late, what comes next."""
    watched = watch(here.session, here.actor, here.path["round_id"])
    found, ends = overview(here.session, watched), closings(here.session, watched)
    waits = waiting(here.session, watched, here.now)
    owns = _owns(here)
    return page(
        "watch/board.html",
        watched=watched,
        found=found,
        waits=waits,
        owns=owns,
        todo=ways.todo(found, waits, ends, here.now) if owns and not watched.is_over else [],
        bars=ways.bars(found),
        closings=ends,
        ahead=next((one for one in ends if one.at > here.now), None),
        reading=ways.Reading(watched.programme),
        ways=ways,
    )


@desk.get("/rounds/{round_id:id}/units", asks=LOOKS_ON)
def units_page(here: Here) -> Answer:
    """The dossiers of a round, filtered, in pages."""
    watched = watch(here.session, here.actor, here.path["round_id"])
    wanted, found = ways.wanted_of(here.query, watched), overview(here.session, watched)
    return page(
        "watch/units.html",
        watched=watched,
        found=found,
        wanted=wanted,
        owns=_owns(here),
        own_states=unit_states(watched.workflow),
        shown=listed(here.session, watched, wanted),
        reading=ways.Reading(watched.programme),
        ways=ways,
    )


def _owns(here: Here) -> bool:
    return can_round(here.session, here.actor, "administer", here.path["round_id"], target=ANY_BODY)
