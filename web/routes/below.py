"""What a superior has before it: the dossiers of those below, what of them waits for it, and what they came to."""

from typing import Final

from reports.comparison_xlsx import Compared, compared_below, has_points, levels_in, written_xlsx
from states import below, history
from states.desk import Desk as Found
from states.desk import round_as_desk
from states.errors import Unknown
from states.hold import hold_round
from states.outcomes import rounds_below, years_below
from web.answers import Answer, Download, page
from web.asks import Own
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.routes.history import number
from web.routes.results import FORMS
from web.words import _

desk: Final = Desk()
MOST: Final = 10**6


@desk.get("/below", asks=Own())
def below_page(here: Here) -> Answer:
    """Dossiers of the units below one's own."""
    asked, _pages = page_of(here.query, MOST, below.PAGE)
    state = here.query.get("state", "")
    return page("below.html", found=below.listed(here.session, here.actor, state, asked), state=state)


@desk.get("/below/results", asks=Own())
def results_page(here: Here) -> Answer:
    """The results of those below in a round, gathered; of none named in the newest."""
    rounds = rounds_below(here.session, here.actor)
    if not rounds:
        return page("results/below.html", round=None)
    own = _round(here, rounds, number(here.query, "round") or rounds[0][0])
    told = compared_below(here.session, here.actor, own, now=here.now)
    return page(
        "results/below.html",
        round=own,
        rounds=rounds,
        rollups=told.rollups,
        levels=levels_in(own.programme, told.found),
        has_points=has_points(told.found),
    )


def _round(here: Here, rounds: list[tuple[int, str]], round_id: int) -> Found:
    if round_id not in dict(rounds):
        raise Unknown(_("hồ sơ cấp dưới trong đợt này"))
    return round_as_desk(here.session, round_id)


def _asked(here: Here) -> Found:
    round_id = number(dict(here.typed.fields), "round") or 0
    return _round(here, rounds_below(here.session, here.actor), round_id)


def _workbook(here: Here) -> bytes:
    own = _asked(here)
    told: Compared = compared_below(here.session, here.actor, own, now=here.now)
    return written_xlsx(told, years_below(here.session, here.actor, own.programme.slug))


@desk.post("/below/results", asks=Own(), first=_workbook)
def results_file(here: Here) -> Answer:
    """The same as a workbook, with the years before."""
    own = _asked(here)
    facts = hold_round(here.session, own.id, actor=here.actor, now=here.now)
    what = {"of": "results", "form": "xlsx"}
    history.record(here.session, facts.link, "export", what, actor=here.actor, now=here.now)
    return Download(here.before, _("%(title)s, cấp dưới.xlsx") % {"title": own.title}, FORMS["xlsx"])
