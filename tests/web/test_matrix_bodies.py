"""Where bodies decide: every account on every route of a round, its dossiers, meetings and ballot boxes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import pytest
from sqlmodel import Session

from actions.accounts import add_account, grant
from models.db import Database, run
from models.decisions import Decision, DecisionItem
from models.meetings import BallotBox
from models.tables import METADATA
from states.actor import Actor, account
from states.permits import VERBS
from tests.actions.ha_tinh_world import LAUNCHED
from tests.actions.world import CONSOLE
from tests.web.browser import Browser
from tests.web.committee_world import BODY, Committee, committee
from tests.web.line import Line
from tests.web.matrix import ROUND_WIDE, SERVER_ERROR, asked_at, routes
from tests.web.matrix_world import enter, other_round, secret
from tests.web.test_meetings import figures, minutes, opened
from web.api.edge import Operation
from web.app import create_app
from web.asks import Asks, Everywhere, OfBox, OfDossier, OfMeeting, OfRound
from web.edge import Route

Fields = Mapping[str, str | list[str]]
NOTHING: Final[Fields] = {}
ALL: Final = ("m1", "m2", "m3", "m4", "m5")
ELECTRONIC: Final = ALL[:3]
BOTH: Final = ("electronic", "paper")


class Place(NamedTuple):
    """What an account is: its role, and how far it reaches."""

    role: str
    reach: str


WHO: Final = {
    "nobody": Place("", ""),
    "ungranted": Place("", ""),
    "neighbour": Place("officer", "none"),
    "officer": Place("officer", "dossier"),
    "head": Place("head", "dossier"),
    "superior": Place("superior", "dossier"),
    "secretary": Place("secretary", "body"),
    "authority": Place("authority", "body"),
    "manager": Place("administrator", "body"),
    "secretary beside": Place("secretary", "beside"),
    "authority beside": Place("authority", "beside"),
    "manager beside": Place("administrator", "beside"),
    "elsewhere": Place("secretary", "none"),
    "administrator": Place("administrator", "round"),
    "auditor": Place("auditor", "round"),
    "reader": Place("reader", "round"),
    "chair": Place("member", "none"),
    "member": Place("member", "none"),
}
SUMMONED: Final = {"chair", "member"}
STRANGE: Final = {
    "nobody",
    "ungranted",
    "neighbour",
    "secretary beside",
    "authority beside",
    "manager beside",
    "elsewhere",
}
"""To whom the dossiers that the body decides on are not even named."""


class Cell(NamedTuple):
    """What one account was answered, which dossiers the answer named, and whether a refusal wrote."""

    who: str
    route: Route
    which: str
    status: int
    named: frozenset[str]
    wrote: bool = False


class World(NamedTuple):
    """A committee with an electronic box that is open and one of paper that is counted, and everybody's browser."""

    one: Committee
    boxes: Mapping[str, str]
    meetings: Mapping[str, str]
    browsers: Mapping[str, Browser]


def world(database: Database) -> World:
    one = committee(database, ALL)
    first, second = (one.enter(who) for who in one.secretaries)
    paper = opened(replace(one, codes=ALL[3:]), first)
    first.post(f"{paper}/count", **figures(replace(one, codes=ALL[3:])))
    second.get(paper)
    second.post(f"{paper}/count", **figures(replace(one, codes=ALL[3:])), **minutes())
    electronic = opened(replace(one, codes=ELECTRONIC), first, electronic=True)
    boxes = dict(zip(BOTH, (electronic, paper), strict=True))
    meetings = {}
    with database.writing() as session:
        for name, box in boxes.items():
            meetings[name] = str(session.get_one(BallotBox, int(box.rpartition("/")[2])).meeting_id)
        people = _people(session, one)
        for number, code in enumerate(ALL):
            run(session, "UPDATE assessment SET name = :name WHERE id = :id", _named(one, number, code))
        _decide(session, one)
        chair = {"chair": people["chair"].account_id, "id": meetings["electronic"]}
        run(session, "UPDATE meeting SET chair_id = :chair WHERE id = :id", chair)
    line = Line(create_app(one.portal.place))
    now = one.portal.hands.at
    return World(one, boxes, meetings, {who: enter(database, line, people.get(who), now=now) for who in WHO})


def _decide(session: Session, one: Committee) -> None:
    """One decision on dossiers of two bodies, as somebody makes who decides for all."""
    made = Decision(round_id=one.ward.round_id, decided_at=one.portal.hands.at)
    session.add(made)
    session.flush()
    items = [DecisionItem(decision_id=made.id, assessment_id=one.ward.ids[code], level="htnv") for code in ("m5", "bt")]
    session.add_all(items)


def _named(one: Committee, number: int, code: str) -> dict[str, object]:
    return {"name": secret("name", number), "id": one.ward.ids[code]}


def _people(session: Session, one: Committee) -> dict[str, Actor]:
    ward, other = one.ward, other_round(session, one.ward.round_id)
    known = {
        "neighbour": ward.officers["c2"],
        "officer": ward.officers["m1"],
        "head": ward.heads["m1"],
        "superior": ward.heads["c1"],
        "secretary": one.secretaries[0],
        "authority": one.authority,
        "authority beside": ward.authorities["btv"],
        "administrator": ward.administrator,
        "chair": one.members[0],
        "member": one.members[1],
        "ungranted": _hired(session, "ungranted", ""),
        "elsewhere": _hired(session, "elsewhere", "secretary", round_id=other),
    }
    rest = {who: place for who, place in WHO.items() if who not in {*known, "nobody"}}
    limited = {who: _hired(session, who, one.role, body=BODIES[one.reach]) for who, one in rest.items()}
    return known | limited


BODIES: Final = {"body": BODY, "beside": "btv", "round": None}


def _hired(session: Session, who: str, role: str, *, round_id: int | None = None, body: str | None = None) -> Actor:
    email = f"{who.replace(' ', '-')}@ma-tran.example"
    key = add_account(session, email, name=who, actor=CONSOLE, now=LAUNCHED)
    if role:
        grant(session, key, role, round_id=round_id, body=body, actor=CONSOLE, now=LAUNCHED)
    return account(key)


def may(who: str, asks: Asks, which: str) -> bool:
    """What the permits say of an account, in words of their own."""
    role, reach = WHO[who]
    decides = reach in {"body", "round"}
    match asks:
        case OfDossier(verb=verb, trigger=""):
            return role in VERBS[verb] and (decides or reach == "dossier")
        case OfRound(verb=verb, by_body=by_body):
            reaches = {"round", "body", "beside"} if by_body else {"round"}
            return role in ROUND_WIDE & set(VERBS[verb]) and reach in reaches
        case Everywhere(verb=verb):
            return role in VERBS[verb] and reach == "round"
        case OfMeeting(part=part) | OfBox(part=part):
            return PARTS[part](who, decides and role in VERBS["meet"], which)
    raise LookupError(asks)


def _reads(who: str, holds: bool, _which: str) -> bool:  # noqa: FBT001  one of PARTS
    reads = {one for verb in ("decide", "audit") for one in VERBS[verb]}
    return holds or who in SUMMONED or (WHO[who].reach in {"body", "round"} and WHO[who].role in reads)


PARTS: Final[Mapping[str, Callable[[str, bool, str], bool]]] = {
    "hold": lambda _who, holds, _which: holds,
    "read": _reads,
    "close": lambda who, holds, _which: holds or who == "chair",
    "vote": lambda who, _holds, which: who in SUMMONED and which == "electronic",
}


def is_allowed(who: str, route: Route, which: str) -> bool:
    """The same of a route; a meeting is planned for the body that is named, which is the one that decides here."""
    is_planned = (route.method, route.path) in PLANNING
    return may(who, route.asks, which) and not (is_planned and WHO[who].reach == "beside")


def refusal(who: str, route: Route, which: str) -> int:
    """404 for whom the thing does not exist, 403 for others who may not; nobody is sent to the door."""
    if who == "nobody":
        return 303 if route.method == "GET" and not isinstance(route, Operation) else 401
    match route.asks:
        case OfDossier():
            known = may(who, OfDossier("view"), which)
        case OfRound(by_body=by_body):
            known = may(who, OfRound("view", by_body=by_body), which)
        case Everywhere():
            known = True
        case OfMeeting():
            known = may(who, OfMeeting("read"), which)
        case _:
            known = may(who, OfBox("read"), which)
    return 403 if known else 404


def asked() -> list[tuple[Route, str]]:
    """Every route of a round, and those of meetings and boxes once for each of the two."""
    found = [one for one in routes() if isinstance(one.asks, OfDossier | OfRound | Everywhere | OfMeeting | OfBox)]
    simple = [one for one in found if not isinstance(one.asks, OfDossier) or not one.asks.trigger]
    return [(one, which) for one in simple for which in BOTH[: 1 + isinstance(one.asks, OfMeeting | OfBox)]]


PLANNING: Final = {
    ("GET", "/rounds/{round_id:id}/meetings/new"),
    ("POST", "/rounds/{round_id:id}/meetings"),
}


def path_of(made: World, route: Route, which: str) -> str:
    values = {
        "{round_id:id}": made.one.ward.round_id,
        "{assessment_id:id}": made.one.ward.ids["m1"],
        "{meeting_id:id}": made.meetings[which],
        "{box_id:id}": made.boxes[which].rpartition("/")[2],
        "{slug}": "kiem-diem-xep-loai",
        "{trigger}": "archive",
        "{step}": "refer_up",
        "{kind}": "remove_subject",
        "{code}": "1",
    }
    path = route.path
    for name, value in values.items():
        path = path.replace(name, str(value))
    return re.sub(r"{\w+(:id)?}", "1", path)


def answered(made: World, who: str, route: Route, which: str, fields: Fields = NOTHING) -> Cell:
    browser, path = made.browsers[who], path_of(made, route, which)
    if route.method == "POST" and not isinstance(route, Operation):
        answer = browser.client.post(path, data={"csrf": browser.csrf, "body": BODY} | dict(fields))
    else:
        answer = asked_at(browser, route, f"{path}?body={BODY}" if (route.method, route.path) in PLANNING else path)
    told = answer.text + answer.headers.get("content-disposition", "")
    return Cell(who, route, which, answer.status_code, frozenset(NAMED.findall(told)))


def foreign(made: World) -> Fields:
    """What a form may name, all of it another body's: dossiers, their levels and reasons, a meeting."""
    ids = [str(made.one.ward.ids[code]) for code in ALL]
    of_each = {f"{name}-{key}": value for key in ids for name, value in (("level", "htnv"), ("reason", "Vì vậy"))}
    several = dict.fromkeys(("dossier", "id", "ids", "assessment", "source"), ids)
    dates = {"until": "25/12/2024", "reason": "Vì vậy", "meeting": made.meetings["paper"], "kind": "remove_subject"}
    return several | of_each | dates | {"decision-number": "1-QĐ", "decision-dated": "25/11/2024"}


NAMED: Final = re.compile(r"mat-name-\d+z")


def rows(database: Database) -> list[int]:
    """How many rows the tables have that any form might add to."""
    with database.reading() as session:
        counts = ", ".join(
            f"(SELECT count(*) FROM {one.name})" for one in METADATA.sorted_tables if one.name != "session"
        )
        return list(run(session, f"SELECT {counts}").fetchone())


def walk(database: Database, made: World) -> list[Cell]:
    """Pages first, then what is to be refused, and at the end what may be done."""
    every = [(who, route, which) for who in WHO for route, which in asked()]
    allowed = {one: is_allowed(*one) for one in every}
    pages = [answered(made, *one) for one in every if one[1].method == "GET"]
    refused = []
    forms = [one for one in every if one[1].method != "GET"]
    for _who, group in groupby((one for one in forms if not allowed[one]), key=itemgetter(0)):
        before, cells = rows(database), [answered(made, *one) for one in group]
        refused += [one._replace(wrote=rows(database) != before) for one in cells]
    before = rows(database)
    tried = [answered(made, *one, foreign(made)) for one in forms if allowed[one] and WHO[one[0]].reach == "beside"]
    wrote = rows(database) != before
    done = [answered(made, *one) for one in forms if allowed[one] and WHO[one[0]].reach != "beside"]
    return [*pages, *refused, *(one._replace(wrote=wrote) for one in tried), *done]


def is_wrong(cell: Cell) -> bool:
    own = {"officer": {secret("name", 0)}, "head": {secret("name", 0)}, "reader": set[str]()}
    if cell.wrote or cell.named - own.get(cell.who, cell.named - (cell.named if cell.who in STRANGE else set())):
        return True
    if not is_allowed(cell.who, cell.route, cell.which):
        return cell.status != refusal(cell.who, cell.route, cell.which)
    is_beside = cell.route.method != "GET" and WHO[cell.who].reach == "beside"
    return cell.status >= SERVER_ERROR or (cell.status in {401, 403} and not is_beside)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def cells(request: pytest.FixtureRequest) -> Iterator[list[Cell]]:
    with request.getfixturevalue(f"fresh_{request.param}")() as url:
        database = Database(url)
        yield walk(database, world(database))
        database.dispose()


def test_where_a_body_decides_every_answer_is_as_the_permits_want_it(cells: list[Cell]) -> None:
    wrong = [
        f"{one.who:16} {one.which:10} {one.route.method:4} {one.route.path}: {one.status} {sorted(one.named)}"
        for one in cells
        if is_wrong(one)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_walk_shows_what_it_should(cells: list[Cell]) -> None:
    """Whoever may read sees the names on the agenda; voting is tried by all."""
    meetings = [one for one in cells if one.route.path == "/meetings/{meeting_id:id}" and one.status == HTTPStatus.OK]
    shown = {(one.who, one.which, len(one.named)) for one in meetings}
    readers = ("secretary", "manager", "administrator", "authority", "auditor", "member", "chair")
    assert shown == {(who, which, count) for who in readers for which, count in (("electronic", 3), ("paper", 2))}
    votes = {(one.who, one.status) for one in cells if one.route.path == "/boxes/{box_id:id}/vote"}
    assert {who for who, status in votes if status not in {401, 403, 404}} == SUMMONED


def test_a_leak_and_a_write_are_found(cells: list[Cell]) -> None:
    refused = next(one for one in cells if one.who == "manager beside" and one.status == HTTPStatus.FORBIDDEN)
    assert not is_wrong(refused)
    for worse in ({"named": frozenset({secret("name", 0)})}, {"wrote": True}, {"status": 404}, {"status": 200}):
        assert is_wrong(refused._replace(**worse))
