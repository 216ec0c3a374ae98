"""Every route asks: what is declared, what is registered, and what each ask lets through."""

from typing import get_args

import pytest
from starlette.routing import BaseRoute

from actions import box_page, meeting_page
from actions.sessions import STRONG
from config.load import list_programmes, load_programme
from config.vocabulary import RELATIONS
from states.permits import VERBS
from states.tasks import PRIVILEGED, TASKS, UNIT
from tests.web.browser import Hands, browser_at, place_of
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from web.answers import Answer, page
from web.app import API, DESKS, create_app
from web.asks import (
    APPROVAL_ID,
    BOX_ID,
    DOSSIER_ID,
    MEETING_ID,
    REQUEST_ID,
    ROUND_ID,
    TRIGGER,
    Asks,
    Everywhere,
    Nobody,
    OfApproval,
    OfBox,
    OfDossier,
    OfMeeting,
    OfRequest,
    OfRound,
    OfStep,
    Own,
)
from web.edge import Desk, Endpoint, Here, Route

WITHOUT_ASKING = {"/static/{name}", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"}
"""What is nobody's: files that ship with the portal, what watches over it asks, and the description of the API."""


def declared() -> list[Route]:
    return [route for desk in (*DESKS, *API) for route in desk.routes]


def asking(route: BaseRoute) -> bool:
    """Whether a route of the application goes through the edge."""
    return isinstance(getattr(getattr(route, "endpoint", None), "__self__", None), Endpoint)


def silent(routes: list[BaseRoute]) -> set[str]:
    return {str(getattr(route, "path", route)) for route in routes if not asking(route)}


def test_every_route_asks_or_is_known_to_be_nobodys(portal: Portal) -> None:
    routes = create_app(portal.place).routes
    assert silent(routes) == WITHOUT_ASKING
    assert sum(asking(route) for route in routes) == len(declared())


def test_a_route_that_asks_nothing_is_found(portal: Portal) -> None:
    app = create_app(portal.place)
    app.add_api_route("/everything", lambda: "all marks")
    assert silent(app.routes) == WITHOUT_ASKING | {"/everything"}


def triggers() -> set[str]:
    programmes = [load_programme(slug) for slug in list_programmes()]
    return {step.do for one in programmes for step in one.workflow.assessment.transitions}


@pytest.mark.parametrize("route", declared(), ids=lambda route: f"{route.method} {route.path}")
def test_what_a_route_asks_is_known(route: Route) -> None:
    match route.asks:
        case OfDossier(verb=verb, trigger=trigger):
            assert DOSSIER_ID in route.path
            assert trigger in triggers() if trigger else verb in VERBS
        case OfRound(verb=verb):
            assert ROUND_ID in route.path
            assert verb in VERBS
        case OfRequest(verb=verb):
            assert REQUEST_ID in route.path
            assert verb in VERBS
        case OfMeeting(part=part):
            assert MEETING_ID in route.path
            assert part in get_args(meeting_page.Part)
        case OfBox(part=part):
            assert BOX_ID in route.path
            assert part in get_args(box_page.Part)
        case OfApproval():
            assert APPROVAL_ID in route.path
        case OfStep():
            assert DOSSIER_ID in route.path
            assert TRIGGER in route.path
        case Everywhere(verb=verb):
            assert verb in VERBS
        case Nobody(why=why):
            assert why


def test_only_pages_of_doors_ask_nobody() -> None:
    open_paths = {route.path for route in declared() if isinstance(route.asks, Nobody)}
    doors = {"/sign-in", "/sign-in/password", "/sign-in/code", "/s/{token}", "/t/{token}"}
    assert open_paths == doors | {"/sign-in/oidc", "/sign-in/oidc/back", "/api/v1/docs", "/language"}


def test_tasks_speak_of_verbs_and_triggers_that_there_are() -> None:
    assert {verb for task in TASKS.values() for verb in task.verbs} <= VERBS.keys()
    assert {trigger for task in TASKS.values() for trigger in task.triggers} <= triggers()
    assert not UNIT & PRIVILEGED
    assert set(RELATIONS) >= UNIT | PRIVILEGED
    assert "mail" not in STRONG
    assert "task_link" not in STRONG


ASKS: list[tuple[Asks, str]] = [
    (OfDossier("view"), "/try/{assessment_id:id}/view"),
    (OfDossier("draft"), "/try/{assessment_id:id}/draft"),
    (OfDossier("mark"), "/try/{assessment_id:id}/mark"),
    (OfDossier(trigger="submit"), "/try/{assessment_id:id}/submit"),
    (OfDossier(trigger="decide"), "/try/{assessment_id:id}/decide"),
    (OfRound("view"), "/try/round/{round_id:id}/view"),
    (OfRound("administer"), "/try/round/{round_id:id}/administer"),
    (Everywhere("administer"), "/try/everywhere"),
    (Own(), "/try/own"),
    (OfStep(), "/try/{assessment_id:id}/steps/{trigger}"),
]
EXPECTED = {
    "officer": [200, 200, 403, 200, 403, 404, 404, 403, 200, 200],
    "other": [404, 404, 404, 404, 404, 404, 404, 403, 200, 404],
    "administrator": [200, 403, 403, 403, 403, 200, 200, 200, 200, 403],
    "authority": [200, 403, 403, 403, 200, 200, 403, 403, 200, 403],
    "nobody": [303] * 10,
}


def desk_of(asks: list[tuple[Asks, str]]) -> Desk:
    desk = Desk()
    for one, path in asks:
        desk.get(path, asks=one)(nothing)
    return desk


def nothing(_here: Here) -> Answer:
    return page("link_dead.html")


@pytest.mark.parametrize("who", EXPECTED)
def test_each_ask_lets_in_whom_it_should(portal: Portal, who: str) -> None:
    portal.desks, world = (desk_of(ASKS),), portal.world
    actor = {"officer": world.officer, "other": world.officers[1]}.get(who)
    if actor is not None:
        browser = by_mail(portal, actor)
    elif who == "nobody":
        browser = portal.browser()
    else:
        browser = by_password(portal, {"administrator": world.administrator, "authority": world.authority}[who])
    paths = [
        path.replace("{assessment_id:id}", str(world.first)).replace("{round_id:id}", str(world.round_id))
        for _, path in ASKS
    ]
    found = [browser.get(path.replace("{trigger}", "submit")).status_code for path in paths]
    assert found == EXPECTED[who]


def test_the_portal_answers_without_a_round(portal: Portal) -> None:
    assert browser_at(place_of(portal.database, Hands(portal.hands.at))).get("/healthz").text == "ok\n"
