"""A task link from a mail: seeing what it is for does nothing, pressing its button opens exactly that task."""

from http import HTTPStatus
from typing import Any, Final

from actions import task_links
from states.errors import Refused
from states.tasks import TASKS
from web.answers import Answer, Page, Redirect, page
from web.asks import Nobody
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
LINK: Final = Nobody("whoever holds a link from a registered mailbox is let in by it, to one task")


def _shown(here: Here, seen: task_links.Seen | None, *, problem: str = "") -> Page:
    if seen is None:
        return page("link_dead.html", status=HTTPStatus.GONE)
    template, about = _about(seen)
    return page(
        template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        address=f"/t/{here.path['token']}",
        task=_(TASKS[seen.task].label),
        is_shared=seen.is_shared,
        name=here.typed.get("name"),
        position=here.typed.get("position"),
        problem=problem,
        **about,
    )


def _about(seen: task_links.Seen) -> tuple[str, dict[str, Any]]:
    """The page of a link, and what it says the link is for."""
    facts = seen.dossier
    if facts is None:
        return "opinions/link.html", {"matter": seen.requests[0].round_title, "requests": seen.requests}
    return "link.html", {"matter": facts.programme.title, "unit": facts.name, "closes_at": facts.closes_at}


@desk.get("/t/{token}", asks=LINK)
def link_page(here: Here) -> Answer:
    """The button behind a task link; a dead link offers a new one to the registered address."""
    return _shown(here, task_links.look(here.session, here.path["token"], now=here.now))


@desk.post("/t/{token}", asks=LINK)
def open_link(here: Here) -> Answer:
    """Exchange a task link for a session on exactly its task."""
    token, name, position = here.path["token"], here.typed.line("name"), here.typed.line("position")
    try:
        opened = task_links.exchange(here.session, token, name=name, position=position, visit=here.visit, now=here.now)
    except Refused as refused:
        seen = task_links.look(here.session, token, now=here.now)
        return _shown(here, seen, problem=" ".join(one.sentence for one in refused.refusals))
    if opened is None:
        return _shown(here, None)
    return Redirect(f"/assessments/{opened.assessment_id}" if opened.assessment_id else "/", token=opened.token)
