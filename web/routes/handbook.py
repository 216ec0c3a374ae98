"""The handbook, for anyone who is signed in; and the language in which pages are said, for anyone at all."""

from typing import Final

from states.errors import Unknown
from web.answers import Answer, Download, Redirect, page
from web.asks import Nobody, Own
from web.edge import Desk, Here
from web.help import chapters, picture
from web.routes.doors import safe_next
from web.words import HOME, LANGUAGES, _

desk: Final = Desk()
PNG: Final = "image/png"


@desk.post("/language", asks=Nobody("whoever reads chooses the language of the pages"))
def choose_language(here: Here) -> Answer:
    """Let the browser keep the language in which its pages are said."""
    wanted = here.typed.get("language")
    return Redirect(safe_next(here.typed.get("back")), language=wanted if wanted in LANGUAGES else HOME)


@desk.get("/help", asks=Own(by_link=True))
def contents_page(_here: Here) -> Answer:
    """The handbook from its beginning."""
    first = next(iter(chapters()))
    return _chapter_page(first)


@desk.get("/help/{chapter}", asks=Own(by_link=True))
def chapter_page(here: Here) -> Answer:
    """A chapter of the handbook."""
    return _chapter_page(here.path["chapter"])


def _chapter_page(slug: str) -> Answer:
    found = chapters().get(slug)
    if found is None:
        raise Unknown(_("trang này"))
    return page("help.html", chapters=list(chapters().values()), one=found)


@desk.get("/help/pictures/{name}", asks=Own(by_link=True))
def picture_file(here: Here) -> Answer:
    """A picture of the handbook."""
    found = picture(here.path["name"])
    if found is None:
        raise Unknown(_("trang này"))
    return Download(found.read_bytes(), found.name, PNG)
