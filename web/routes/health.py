"""The health of the installation, in words: what is well, what is not, since when, and what to do."""

from typing import Final

from web.answers import Answer, page
from web.asks import Everywhere
from web.edge import Desk, Here
from web.health import look
from web.health_words import WORDS

desk: Final = Desk()


@desk.get("/health", asks=Everywhere("administer"))
def health_page(here: Here) -> Answer:
    """Show the health of the installation: what is well, what is not, since when, and what to do."""
    checks = look(here.session, here.place, here.now)
    wrong = sorted((check for check in checks if not check.ok), key=lambda check: not check.is_urgent)
    return page("health.html", wrong=wrong, well=[check for check in checks if check.ok], words=WORDS)
