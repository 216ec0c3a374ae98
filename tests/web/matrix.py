"""The matrix of relations, states and routes: what the permits make one expect, and what the portal answers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from typing import Final, NamedTuple
from urllib.parse import quote

from httpx2 import Response

from config.workflow import Transition
from states.permits import VERBS
from tests.web.matrix_world import APPRAISERS, OTHER, SECRET, UNITS, WHO, Round, relation_of, secret
from web.app import DESKS
from web.asks import ABOUT_REQUESTS, DOSSIER_ID, Nobody, OfDossier, OfRequest, OfRound, Own, Step
from web.edge import Route

Verbs = Mapping[str, Sequence[str]]
ROUND_WIDE: Final = frozenset({"administrator", "lead", "authority", "secretary", "reader", "auditor"})
"""Relations that reach a round as a whole."""
DESK_PAGES: Final = (
    "/rounds/{round_id:id}/desk",
    "/rounds/{round_id:id}/criteria",
    "/rounds/{round_id:id}/differences",
)
AFTER_CONFIRMING: Final = (
    "/appraise",
    "/appraise/agree",
    "/appraise/conclude",
    "/questions",
    "/questions/{request_id:id}/withdraw",
)
"""Forms of the desk that take nothing of an appraiser who has not denied a conflict of interest."""
UNSENT: Final = frozenset({"assigned", "self_assessing"})
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
        relation, asks = relation_of(who), route.asks
        match asks:
            case Nobody():
                return True
            case Step():
                return False
            case Own():
                return who != "nobody" and (who in APPRAISERS or not route.path.startswith(DESK_PAGES))
            case OfDossier(verb=verb, trigger=trigger):
                named = (
                    {one for step in self.steps if step.do == trigger for one in step.by}
                    if trigger
                    else self.verbs[verb]
                )
                return relation in named and not (who == "undeclared" and _asks_first(route))
            case OfRound(verb=verb):
                return relation in ROUND_WIDE & set(self.verbs[verb])
            case OfRequest(verb=verb):
                return relation in self.verbs[verb]
        raise LookupError(asks)

    def refusal(self, who: str, route: Route) -> int:
        """The status of a refusal: 404 for whom the thing does not exist."""
        if who == "nobody" or isinstance(route.asks, Step):
            return 303 if route.method == "GET" else 401
        relation = relation_of(who)
        match route.asks:
            case OfDossier():
                known = frozenset(self.verbs["view"])
            case OfRequest():
                known = frozenset(one for verb in ABOUT_REQUESTS for one in self.verbs[verb])
            case _:
                known = ROUND_WIDE & set(self.verbs["view"])
        return 403 if relation in known else 404

    def is_hidden(self, who: str, state: str, route: Route) -> bool:
        """Whether what the route names is not there for an account that may come in."""
        of = route.path.removeprefix("/assessments/{assessment_id:id}")
        match of.split("/")[1:2]:
            case ["evidence"]:
                return state == "assigned" or (state in UNSENT and relation_of(who) not in UNITS)
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
            to_door = cell.status != 303 or cell.location.startswith("/sign-in")
            return cell.changed or not to_door or cell.status != self.refusal(cell.who, cell.route)
        if self.is_hidden(cell.who, cell.state, cell.route):
            return cell.status != 404
        if cell.route.method == "GET":
            return cell.status not in {200, 303} or (cell.location.startswith("/sign-in"))
        return cell.status in DENIED or cell.status >= SERVER_ERROR


def _asks_first(route: Route) -> bool:
    asks = route.asks
    if isinstance(asks, OfDossier) and asks.verb == "download":
        return True
    of = route.path.removeprefix("/assessments/{assessment_id:id}")
    return route.method == "POST" and of in AFTER_CONFIRMING


def routes() -> list[Route]:
    """Every route of the portal but the doors, where no account is needed, and what ends the walker's own session."""
    every = [route for desk in DESKS for route in desk.routes]
    return [route for route in every if not isinstance(route.asks, Nobody) and route.path != "/sign-out"]


def of_dossiers(route: Route) -> bool:
    """Whether a route is about one dossier."""
    return DOSSIER_ID in route.path


def walk(made: Round, states: Mapping[str, int], law: Law) -> list[Cell]:
    """Ask everything as everybody: pages first, then what is refused, and at the end what is done."""
    every = list(_asked(states, law))
    pages = [one for one in every if one.route.method == "GET"]
    forms = [one for one in every if one.route.method == "POST"]
    refused = [one for one in forms if not law.is_allowed(one.who, one.route)]
    taken = [one for one in forms if law.is_allowed(one.who, one.route)]
    return [*_answered(made, pages), *_refused(made, refused), *_answered(made, taken)]


def _asked(states: Mapping[str, int], law: Law) -> Iterator[Ask]:
    """Routes about a dossier are asked in every state, others once."""
    for place, (state, number) in enumerate(states.items()):
        for who, route in product(WHO, routes()):
            if of_dossiers(route):
                yield Ask(who, state, number, route)
            elif place == 0 and not (_is_own_form(route) and law.is_allowed(who, route)):
                yield Ask(who, "", number, route)


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
        if route.method == "GET":
            answer = browser.client.get(path)
        else:
            answer = browser.client.post(path, data={"csrf": browser.csrf})
        found = sorted(texts(answer))
        read = tuple(secret(*one) for one in found if may_read(made, who, number, *one))
        leaked = tuple(secret(*one) for one in found if not may_read(made, who, number, *one))
        yield Cell(who, state, route, answer.status_code, answer.headers.get("location", ""), read, leaked)


def path_of(made: Round, route: Route, number: int) -> str:
    """The address of a route about a dossier; where the dossier lacks what it names, that of another unit."""
    question = made.questions.get(number) or made.questions.get(OTHER) or 1
    values = {
        "{assessment_id:id}": made.world.assessment_ids[number],
        "{round_id:id}": made.world.round_id,
        "{request_id:id}": made.request if route.path.startswith("/opinions") else question,
        "{account_id:id}": made.actors["opinion_giver"].account_id,
        "{session_id:id}": 1,
        "{code}": quote(made.code),
    }
    if "{evidence_id:id}" in route.path:
        values["{evidence_id:id}"] = made.evidence(number)
    path = route.path
    for name, value in values.items():
        path = path.replace(name, str(value))
    return path


def texts(answer: Response) -> set[tuple[str, int]]:
    """The texts of dossiers that are in an answer, by kind and dossier."""
    told = answer.text + answer.headers.get("content-disposition", "")
    return {(kind, int(number)) for kind, number in SECRET.findall(told)}


def may_read(made: Round, who: str, own: int, kind: str, number: int) -> bool:
    """Whether a text of a dossier is for this account: units know their own, the staff what was handed in."""
    state, relation = made.states[number], relation_of(who)
    if who in {*UNITS, "neighbour"}:
        is_own = number == (own if who in UNITS else OTHER)
        return is_own and kind != "opinion" and (kind != "reason" or state == "announced")
    match kind:
        case "name":
            return relation in {*VERBS["view"], "opinion_giver"}
        case "opinion":
            return relation == "opinion_giver"
        case "content" | "file":
            return who != "undeclared" and relation in VERBS["download"] and state not in UNSENT
    return who != "undeclared" and relation in VERBS["mark"] and state not in UNSENT
