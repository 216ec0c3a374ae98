"""The matrix of relations, states and routes: what the permits make one expect, and what the portal answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Final, NamedTuple
from urllib.parse import quote

from httpx2 import Response

from config.workflow import Transition
from states.permits import VERBS
from tests.web.browser import Browser
from tests.web.matrix_world import (
    AFTER_CONFIRMING,
    APPRAISERS,
    ASKED_BY,
    LIMITED,
    OTHER,
    SECRET,
    STRANGERS,
    UNITS,
    UNSENT,
    WHO,
    Round,
    relation_of,
    secret,
)
from web.api.edge import ROOT, Operation
from web.api.routes import APIS
from web.app import DESKS
from web.asks import (
    ABOUT_REQUESTS,
    DOSSIER_ID,
    READING,
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
    Step,
)
from web.edge import Route

Verbs = Mapping[str, Sequence[str]]
ROUND_WIDE: Final = frozenset({"administrator", "lead", "authority", "secretary", "reader", "auditor"})
"""Relations that reach a round as a whole."""
DESK_PAGES: Final = (
    "/rounds/{round_id:id}/desk",
    "/rounds/{round_id:id}/criteria",
    "/rounds/{round_id:id}/differences",
)
THING: Final = re.compile(r"{\w+:id}")
"""Anything else of a path; the first one there is or would be."""
DECISION: Final = "/rounds/{round_id:id}/decisions/{decision_id:id}"
ABSENT: Final = (
    *(f"/rounds/{{round_id:id}}/{one}" for one in ("bands", "corrections/{kind}", "opinions/", "spots", "steps/")),
    *(f"/rounds/{{round_id:id}}/{one}" for one in ("difficulties/{", "documents/{", "extensions/{")),
    *("/launches/", "/register/imports/", "/rehearsals/{", "/help/{", "/help/pictures/"),
    *("/sheets/documents/", "/sheets/imports/"),
)
"""What this programme has not, or what nobody has made in this round."""
ABSENT_OF_DOSSIERS: Final = (
    *("/enclosures/{", "/members", "/spots", "/steps/"),
    *("/disciplines/{", "/documents/{", "/statements/{"),
)
FORMS_THERE: Final = {("POST", "/members")}
"""Forms that say what is wrong instead."""
NOT_YET: Final = (
    *(DECISION, "/rounds/new", "/rehearsals"),
    *("/rounds/{round_id:id}/opinions", "/rounds/{round_id:id}/corrections"),
)
"""What is there in one half of the walk only, and forms that look for something they are to name."""
READERS: Final = {
    "file": VERBS["papers"],
    "note": VERBS["papers"],
    "question": VERBS["download"],
    "reason": (*VERBS["mark"], *VERBS["audit"], *VERBS["decide"]),
    "answer": (*VERBS["consult"], *VERBS["decide"], *VERBS["meet"]),
}
"""Whose business the texts of a dossier are that was handed in; its appraisal that of who decides as well."""
RESULTS: Final = f"{ROOT}/rounds/{{round_id:id}}/results"
"""Told only when there are some."""
PULLED: Final = ("submit", "decide", "remove", "applaud")
"""Steps of the workflow, by units, by who decides and by who administers; and one that there is not."""
SERVER_ERROR: Final = 500
DENIED: Final = frozenset({401, 403, 404})


class Ask(NamedTuple):
    """What is to be asked, by whom, and of which dossier in which state ("" where the route is of none)."""

    who: str
    state: str
    number: int
    route: Route


class Cell(NamedTuple):
    """What one account was answered on one route, of a dossier in a state ("" where the route is of none).

    `read` and `leaked` are the texts of dossiers that the answer held, those for the account and those not.
    """

    who: str
    state: str
    route: Route
    status: int
    location: str
    read: tuple[str, ...]
    leaked: tuple[str, ...]
    changed: bool = False

    def __str__(self) -> str:
        """The cell as it is told when it is wrong."""
        told = f"{self.status} {self.leaked}{' wrote' * self.changed}"
        return f"{self.who:14} {self.state:14} {self.route.method:4} {self.route.path}: {told}"


@dataclass(frozen=True)
class Law:
    """Who may do what, for the judgement of cells."""

    verbs: Verbs
    steps: Sequence[Transition]

    def is_allowed(self, who: str, route: Route) -> bool:
        """Whether an account may come in at all."""
        relation = relation_of(who)
        match route.asks:
            case Nobody() | Step():
                return isinstance(route.asks, Nobody)
            case Own():
                return who != "nobody" and (who in APPRAISERS or not route.path.startswith(DESK_PAGES))
            case OfDossier(verb=verb, trigger=trigger):
                named = self._pullers(trigger) if trigger else self.verbs[verb]
                return relation in named and not (who == "undeclared" and _asks_first(route))
            case OfStep():
                return relation in self._pullers(route.path.rpartition("/")[2])
        return self._is_allowed_beyond(who, route)

    def _is_allowed_beyond(self, who: str, route: Route) -> bool:
        """The same of what is not about one dossier."""
        match route.asks:
            case OfRound(verb=verb, by_body=by_body):
                return self._reaches(who, verb, by_body=by_body)
            case Everywhere(verb=verb):
                return self._reaches(who, verb, by_body=False)
            case OfRequest(verb=verb):
                return relation_of(who) in self.verbs[verb]
            case OfApproval(part=part):
                is_own = who == ASKED_BY
                own_part = is_own if route.path.endswith("/withdraw") else part == "see" or not is_own
                return own_part and self._reaches(who, "approve", by_body=False)
            case OfMeeting() | OfBox():
                return False
        raise LookupError(route.asks)

    def _pullers(self, trigger: str) -> set[str]:
        return {one for step in self.steps if step.do == trigger for one in step.by}

    def _reaches(self, who: str, verb: str, *, by_body: bool) -> bool:
        """Whether an account may do a verb to the round, or to some body's part of it."""
        relation = LIMITED[who] if by_body and who == "beside" else relation_of(who)
        return relation in ROUND_WIDE & set(self.verbs[verb])

    def refusal(self, who: str, route: Route) -> int:
        """The status of a refusal: 404 for whom the thing does not exist."""
        if who == "nobody" or isinstance(route.asks, Step):
            return 303 if route.method == "GET" and not isinstance(route, Operation) else 401
        return 403 if self._knows(who, route.asks) else 404

    def _knows(self, who: str, asks: Asks) -> bool:
        """Whether an account is told that what a route is about is there."""
        if isinstance(asks, OfMeeting | OfBox | Everywhere):
            return isinstance(asks, Everywhere)
        if isinstance(asks, OfRound):
            return self._reaches(who, "view", by_body=asks.by_body)
        relation = relation_of(who)
        verbs: Sequence[str] = ("view",)
        match asks:
            case OfRequest():
                verbs = ABOUT_REQUESTS
            case OfApproval():
                verbs = ("approve",)
            case Own():
                return relation in ROUND_WIDE & set(self.verbs["view"])
        return any(relation in self.verbs[verb] for verb in verbs)

    def is_hidden(self, who: str, state: str, route: Route) -> bool:
        """Whether what the route names is not there for an account that may come in."""
        of = route.path.removeprefix(ROOT).removeprefix("/assessments/{assessment_id:id}")
        if isinstance(route, Operation) or _is_absent(who, route, of):
            return _is_absent(who, route, of) and not (isinstance(route, Operation) and route.body)
        match of.split("/")[1:2]:
            case ["evidence" | "files"]:
                return (
                    route.path.endswith("/thumbnail")
                    or state == "assigned"
                    or (state in UNSENT and relation_of(who) not in UNITS)
                )
            case ["report"] if route.method == "GET":
                return state in UNSENT
            case ["explanations"]:
                return state != "explaining" or relation_of(who) not in UNITS
            case ["questions"] if "request_id" in of:
                return state != "explaining"
        return False

    def is_wrong(self, cell: Cell) -> bool:
        """Whether a cell is not as it has to be."""
        if cell.leaked:
            return True
        if not self.is_allowed(cell.who, cell.route):
            return cell.changed or not (_asks_body(cell) or self._is_refused(cell))
        if self.is_hidden(cell.who, cell.state, cell.route):
            return cell.status != 404
        return not _is_taken(cell)

    def _is_refused(self, cell: Cell) -> bool:
        to_door = cell.status != 303 or cell.location.startswith("/sign-in")
        return to_door and cell.status == self.refusal(cell.who, cell.route)


def _is_taken(cell: Cell) -> bool:
    """Whether somebody was let in: to a page, or to a form that says what it lacks."""
    path = cell.route.path.removeprefix(ROOT)
    if (cell.status == 404 and path.startswith(NOT_YET)) or (cell.status == 422 and cell.route.path == RESULTS):
        return True
    if cell.route.method == "GET":
        return cell.status in {200, 303} and not cell.location.startswith("/sign-in")
    return cell.status not in DENIED and cell.status < SERVER_ERROR


def _asks_body(cell: Cell) -> bool:
    """Whether somebody answers by a program what is his own: what is sent is read before it is seen who asked."""
    is_own = isinstance(cell.route.asks, OfApproval) and cell.who == ASKED_BY
    return is_own and isinstance(cell.route, Operation) and cell.status == 422


def _is_absent(who: str, route: Route, of: str) -> bool:
    """Whether this programme or this round has nothing of the kind, in whatever state."""
    path = route.path.removeprefix(ROOT)
    if path.startswith(ABSENT) or (who == "beside" and path.startswith(DECISION)):
        return True
    return of.startswith(ABSENT_OF_DOSSIERS) and (route.method, of) not in FORMS_THERE


def _asks_first(route: Route) -> bool:
    asks = route.asks
    if isinstance(asks, OfDossier) and asks.verb in READING and not asks.trigger:
        return True
    of = route.path.removeprefix("/assessments/{assessment_id:id}")
    return route.method == "POST" and of in AFTER_CONFIRMING


def routes() -> list[Route]:
    """Every route of the portal but the doors, where no account is needed, and what ends the walker's own session."""
    every = [one for desk in (*DESKS, *APIS) for route in desk.routes for one in _steps(route)]
    return [route for route in every if not isinstance(route.asks, Nobody) and route.path != "/sign-out"]


def _steps(route: Route) -> list[Route]:
    """A route for each step that a form of the path takes; others as they are."""
    if not isinstance(route.asks, OfStep):
        return [route]
    return [replace(route, path=route.path.replace("{trigger}", trigger)) for trigger in PULLED]


def of_dossiers(route: Route) -> bool:
    """Whether a route is about one dossier."""
    return DOSSIER_ID in route.path


def walk(made: Round, states: Mapping[str, int], law: Law) -> list[Cell]:
    """Ask everything as everybody: pages first, then what is refused, and at the end what is done."""
    every = list(_asked(states, law))
    pages = [one for one in every if one.route.method == "GET"]
    forms = [one for one in every if one.route.method != "GET"]
    refused = [one for one in forms if not law.is_allowed(one.who, one.route)]
    taken = [one for one in forms if law.is_allowed(one.who, one.route)]
    return [*_answered(made, pages), *_refused(made, refused), *_answered(made, taken)]


def _asked(states: Mapping[str, int], law: Law) -> Iterator[Ask]:
    """Routes about a dossier are asked in every state, others in the end, and pages for those concerned before."""
    for (state, number), who, route in product(states.items(), WHO, routes()):
        if of_dossiers(route) and is_walked(who, state, route, law):
            yield Ask(who, state, number, route)
    for who, route in product(WHO, routes()):
        is_told = "announced" in states or (route.method == "GET" and who not in STRANGERS)
        if not of_dossiers(route) and is_told and not (_is_own_form(route) and law.is_allowed(who, route)):
            yield Ask(who, "", next(iter(states.values())), route)


def is_walked(who: str, state: str, route: Route, law: "Law") -> bool:
    """Whoever has nothing to do with a dossier, or may not do a thing, is sent away alike: two states are enough."""
    if isinstance(route, Operation):
        if state == "self_assessing" and route.method != "GET" and law.is_allowed(who, route):
            return False
        return state in ({"announced"} if who in STRANGERS else {"self_assessing", "explaining", "announced"})
    may = who not in STRANGERS and (route.method == "GET" or law.is_allowed(who, route))
    return may or state in {"submitted", "announced"}


def _is_own_form(route: Route) -> bool:
    """What an account does with itself is no matter of permits."""
    return route.method == "POST" and isinstance(route.asks, Own) and not route.path.startswith("/rounds")


def _refused(made: Round, asked: Iterable[Ask]) -> Iterator[Cell]:
    """Forms that are to be refused; where anything was written, all of the same account and dossier are marked."""
    for _, group in groupby(asked, key=lambda one: (one.who, one.number)):
        before, cells = made.rows(), list(_answered(made, group))
        changed = made.rows() != before
        yield from (cell._replace(changed=changed) for cell in cells)


def _answered(made: Round, asked: Iterable[Ask]) -> Iterator[Cell]:
    for who, state, number, route in asked:
        browser, path = made.browser(who, number), path_of(made, route, number)
        answer = asked_at(browser, route, path)
        found = sorted(texts(answer))
        read = tuple(secret(*one) for one in found if may_read(made, who, number, *one))
        leaked = tuple(secret(*one) for one in found if not may_read(made, who, number, *one))
        yield Cell(who, state, route, answer.status_code, answer.headers.get("location", ""), read, leaked)


def asked_at(browser: Browser, route: Route, path: str) -> Response:
    """The answer to a form without what it asks for, to a page, or to a program that bears a token."""
    if isinstance(route, Operation):
        sent: dict[str, str] | None = {} if route.body else None
        return browser.client.request(route.method, path, headers=browser.headers, json=sent)
    if route.method == "GET":
        return browser.client.get(path)
    return browser.client.post(path, data={"csrf": browser.csrf})


def path_of(made: Round, route: Route, number: int) -> str:
    """The address of a route about a dossier; where the dossier lacks what it names, that of another unit."""
    question = made.questions.get(number) or made.questions.get(OTHER) or 1
    values = {
        "{assessment_id:id}": made.world.assessment_ids[number],
        "{round_id:id}": made.world.round_id,
        "{request_id:id}": made.request if "/opinions" in route.path else question,
        "{account_id:id}": made.actors["opinion_giver"].account_id,
        "{session_id:id}": 1,
        "{approval_id:id}": made.approval,
        "{trigger}": "archive",
        "{name}": "commitment",
        "{step}": "open_decision",
        "{kind}": "remove",
        "{slug}": made.world.programme.slug,
        "{code}": quote(made.code),
    }
    if "{evidence_id:id}" in route.path:
        values["{evidence_id:id}"] = made.evidence(number)
    path = route.path
    for name, value in values.items():
        path = path.replace(name, str(value))
    return THING.sub("1", path)


def texts(answer: Response) -> set[tuple[str, int]]:
    """The texts of dossiers that are in an answer, by kind and dossier."""
    told = answer.text + answer.headers.get("content-disposition", "")
    return {(kind, int(number)) for kind, number in SECRET.findall(told)}


def may_read(made: Round, who: str, own: int, kind: str, number: int) -> bool:
    """Whether a text of a dossier is for this account: units know their own, the staff what was handed in.

    Whoever audits reads the history itself, where a file is named when it is laid down.
    """
    state, relation = made.states[number], relation_of(who)
    if who in {*UNITS, "neighbour"}:
        is_own = number == (own if who in UNITS else OTHER)
        return is_own and kind not in {"opinion", "answer"} and (kind != "reason" or state == "announced")
    match kind:
        case "name":
            return relation in {*VERBS["view"], "opinion_giver"}
        case "opinion":
            return relation == "opinion_giver"
        case "content":
            return who != "undeclared" and relation in VERBS["download"] and state not in UNSENT
        case "file" if relation in VERBS["audit"]:
            return True
    return who != "undeclared" and relation in READERS[kind] and state not in UNSENT
