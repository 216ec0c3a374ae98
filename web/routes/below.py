"""What a superior has before it: the dossiers of those below, and what of them waits for it (HT-4.5, AMB-HT-14)."""

from typing import Final

from states import below
from web.answers import Answer, page
from web.asks import Own
from web.desk_queue import page_of
from web.edge import Desk, Here

desk: Final = Desk()
MOST: Final = 10**6


@desk.get("/below", asks=Own())
def below_page(here: Here) -> Answer:
    asked, _pages = page_of(here.query, MOST, below.PAGE)
    state = here.query.get("state", "")
    return page("below.html", found=below.listed(here.session, here.actor, state, asked), state=state)
