"""What runs by itself for a round: jobs with their outcomes, what is left lying, what comes next."""

from typing import Final

from actions import remind
from states import duties_log
from states.overview import closings, watch
from web import watch as ways
from web.answers import Answer, page
from web.asks import OfRound
from web.edge import Desk, Here

desk: Final = Desk()


@desk.get("/rounds/{round_id:id}/jobs", asks=OfRound("administer", by_body=True))
def jobs_page(here: Here) -> Answer:
    """What runs by itself in the round: when it is due, how it went."""
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    state = here.query.get("state", "")
    state = state if state in duties_log.STATES else ""
    return page(
        "watch/jobs.html",
        watched=watched,
        state=state,
        jobs=duties_log.jobs(here.session, watched, state, ways.number(here.query, "after")),
        pulse=duties_log.pulse(here.session, watched, here.now),
        reminder=remind.next_slot(here.session, here.now),
        ahead=[one for one in closings(here.session, watched) if one.at > here.now],
        ways=ways,
    )
