"""The edge: a request comes in, one transaction is done, an answer goes out.

The arrival of the request is `now`; what it asks for is asked before anything is done; pages are rendered after the
transaction. Work that loses against another transaction is done again. A request lives for LIFE: what would be written
later than that is not written, for the sweep that locks a round counts on it. What comes so slowly that this would be
too short counts from the end of its reading (docs/decisions/0013).
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as HttpRoute

from actions import sessions as kept
from actions.sessions import Bearer, Visit
from config.logs import known, note
from models.outages import outage_of
from states.actor import Actor
from states.errors import DanhgiaError
from states.facts import Dossier
from web import forms, reading, refusals, sessions, words
from web.answers import Answer, Page
from web.asks import BOX_ID, DOSSIER_ID, ROUND_ID, Asks, Caller, NotSignedIn, admit, round_behind
from web.forms import Typed
from web.frame import Frame, contacts
from web.pages import respond
from web.place import Place
from web.reading import Room
from web.refusals import Forged, TooSlow
from web.rooms import rooms_of

LIFE: Final = timedelta(seconds=10)
READING: Final = timedelta(minutes=10)
"""As long as a form may be on its way."""


class Id(Convertor[int]):
    """An id in a path, `{assessment_id:id}`: nothing that no database could hold."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        """The id of its digits."""
        return int(value)

    def to_string(self, value: int) -> str:
        """The digits of an id."""
        return str(value)


register_url_convertor("id", Id())


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """What a route works with. `dossier` is there when the route asks a verb or trigger of one, unlocked.

    `before` is what the route's `first` found outside the transaction.
    """

    session: Session
    now: datetime
    place: Place
    path: Mapping[str, Any]
    query: Mapping[str, str]
    typed: Typed
    visit: Visit
    bearer: Bearer | None
    away: sessions.Away = field(default_factory=sessions.Away)
    found: Dossier | None = None
    before: Any = None

    @property
    def account(self) -> Bearer:
        """Who is signed in."""
        if self.bearer is None:
            raise NotSignedIn
        return self.bearer

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.account.actor

    @property
    def dossier(self) -> Dossier:
        """The dossier of the path."""
        if self.found is None:
            raise LookupError("this route asks nothing of a dossier")
        return self.found


Method = Literal["GET", "POST", "PUT"]
Work = Callable[[Here], Answer]
First = Callable[[Here], Any]


class Outside(NamedTuple):
    """What a `first` leaves to be done when its transaction has ended: it takes time, and the database is not asked."""

    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Route:
    """A route as it was declared. `first` runs before the transaction, for what takes time (hashing, files)."""

    method: Method
    path: str
    asks: Asks
    work: Work
    first: First | None = None

    def asked(self, place: Place, request: Request, arrival: datetime) -> "Asked":
        """A request for it that has arrived."""
        return Asked(place, self, request, arrival)


class Desk:
    """The routes of one module; each says what it asks."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, path: str, *, asks: Asks) -> Callable[[Work], Work]:
        """Declare a page: it reads one snapshot and writes nothing."""
        return partial(self._declare, "GET", path, asks, None)

    def post(self, path: str, *, asks: Asks, first: First | None = None) -> Callable[[Work], Work]:
        """Declare what a form does, in one transaction."""
        return partial(self._declare, "POST", path, asks, first)

    def _declare(self, method: Method, path: str, asks: Asks, first: First | None, work: Work) -> Work:
        self.routes.append(Route(method, path, asks, work, first))
        return work


def routes_on(place: Place, *desks: Desk) -> Iterator[HttpRoute]:
    """The routes of all desks, on one place."""
    for route in (route for desk in desks for route in desk.routes):
        made = HttpRoute(route.path, Endpoint(place, route).answer, include_in_schema=False)
        made.methods = {route.method}
        yield made


class Endpoint:
    """One route on one place, as the framework calls it."""

    def __init__(self, place: Place, route: Route) -> None:
        self.place, self.route = place, route

    async def answer(self, request: Request) -> Response:
        """Read what was sent, then do the rest in a thread of its own."""
        note(route=self.route.path)
        asked = self.route.asked(self.place, request, self.place.now())
        try:
            async with asyncio.timeout(READING.total_seconds()):
                await asked.read()
        except (OSError, forms.Unfinished, forms.Unreadable, refusals.TooMany) as error:
            unread = TooSlow() if isinstance(error, TimeoutError) else error
            return await run_in_threadpool(asked.refuse, unread)
        asked.read_at = self.place.now()
        return await run_in_threadpool(asked.respond)


class Asked:
    """One request on its way; `frame` grows as it goes, so that a refusal is told in as much of it as there is."""

    def __init__(self, place: Place, route: Route, request: Request, arrival: datetime) -> None:
        self.place, self.route, self.request = place, route, request
        self.now = self.read_at = arrival
        self.typed = Typed()
        self.cookies = sessions.read_cookies(place, request)
        self.visit = sessions.visit_of(request, self.cookies)
        words.read_in(self.cookies.language)
        self.frame = Frame(
            path=request.url.path,
            language=words.language(),
            address=str(request.url.replace(scheme="", netloc="")) if request.method == "GET" else "/",
            now=arrival,
            is_rehearsal=place.is_rehearsal,
            csrf=sessions.forgery_token(self.cookies, signed_in=False),
            note=sessions.take_note(self.cookies),
            is_part=request.headers.get("hx-request") == "true",
            request=known("request"),
        )

    async def read(self) -> None:
        """Read the form that was sent; files only of those who are signed in."""
        is_large = self.route.method != "GET" and reading.may_be_large(self.request)
        room = await run_in_threadpool(self._room) if is_large else reading.FOR_STRANGERS
        try:
            self.typed = await reading.read(self.request, self.place.store, room)
        except forms.Unfinished as error:
            self.typed = error.typed
            raise

    def _room(self) -> Room:
        """How much is taken of whoever sends it; while the database does not answer, as much as of an account."""
        try:
            bearer = self.place.database.look(self._bearer)
        except Exception as error:
            if outage_of(error) is None:
                raise
            return reading.FOR_ACCOUNTS
        return reading.FOR_ACCOUNTS if bearer is not None and bearer.may_act else reading.FOR_STRANGERS

    def _bearer(self, session: Session) -> Bearer | None:
        return kept.find(session, self.cookies.token, now=self.now) if self.cookies.token else None

    def respond(self) -> Response:
        """Do the route's work and answer; whatever goes wrong becomes a page."""
        try:
            answer = self._read() if self.route.method == "GET" else self._write()
            return self._shown(answer)
        except Exception as error:  # noqa: BLE001  the edge: nothing typed may be lost to a fault of ours
            return self.refuse(error)
        finally:
            self.typed.drop_files()

    def refuse(self, error: Exception) -> Response:
        """The response that tells an error."""
        url = self.request.url
        address = f"{url.path}?{url.query}" if url.query else url.path
        answer = refusals.answer_to(
            error, method=self.route.method, path=quote(address), address=address, typed=self.typed
        )
        return self._shown(answer)

    def _shown(self, answer: Answer) -> Response:
        is_refused = isinstance(answer, Page) and answer.status >= HTTPStatus.BAD_REQUEST
        lost = tuple(one.filename for files in self.typed.files.values() for one in files) if is_refused else ()
        return respond(self.place, self.cookies, answer, replace(self.frame, lost=lost))

    def _read(self) -> Answer:
        answer = self.place.database.look(lambda session: self.route.work(self._enter(session)))
        self._see()
        return answer

    def _write(self) -> Answer:
        self._demand_own_page()
        if self._is_over():
            self._count_from_reading()
        before = self._first() if self.route.first else None
        try:
            return self.place.database.act(partial(self._once, before))
        except TooSlow:
            self._count_from_reading()
            return self.place.database.act(partial(self._once, before))

    def _is_over(self) -> bool:
        return self.place.now() - self.now > LIFE

    def _count_from_reading(self) -> None:
        """Take the end of reading for the instant that counts; TooSlow when that does not help either."""
        self.now = self.read_at
        self.frame = replace(self.frame, now=self.now)
        if self._is_over():
            raise TooSlow

    def _first(self) -> Any:  # noqa: ANN401  whatever the route's own `first` finds
        with self.place.database.reading() as session:
            here = self._enter(session)
            self._demand_form()
            found = self.route.first(here) if self.route.first else None
        return found.work() if isinstance(found, Outside) else found

    def _once(self, before: Any, session: Session) -> Answer:  # noqa: ANN401  as above
        here = replace(self._enter(session), before=before)
        self._demand_form()
        answer = self.route.work(here)
        if self._is_over():
            raise TooSlow
        return answer

    def _enter(self, session: Session) -> Here:
        """Find out who asks, build the frame, and ask what the route asks."""
        bearer = self._bearer(session)
        self.frame = replace(
            self.frame,
            bearer=bearer,
            csrf=sessions.forgery_token(self.cookies, signed_in=bearer is not None),
        )
        path = self.request.path_params
        note_ids(bearer, path)
        found = self._admit(Caller(session, bearer, path, self.now))
        note(round=found.round_id if found else None)
        self.frame = replace(self.frame, contacts=contacts(session, found.programme if found else None))
        if bearer is not None and bearer.may_act and not bearer.by_link:
            self.frame = replace(self.frame, rooms=rooms_of(session, bearer.actor, _round_of(session, path, found)))
        return Here(
            session=session,
            now=self.now,
            place=self.place,
            path=path,
            query=self.request.query_params,
            typed=self.typed,
            visit=self.visit,
            bearer=bearer,
            away=sessions.take_away(self.cookies),
            found=found,
        )

    def _admit(self, caller: Caller) -> Dossier | None:
        """Ask what the route asks; a refusal still tells whom to telephone."""
        try:
            return admit(self.route.asks, caller)
        except (DanhgiaError, NotSignedIn):
            self.frame = replace(self.frame, contacts=contacts(caller.session, None))
            raise

    def _demand_own_page(self) -> None:
        if sessions.is_from_elsewhere(self.request, self.place.settings.base_url):
            raise Forged("elsewhere")

    def _demand_form(self) -> None:
        given = self.typed.get(forms.CSRF) or self.request.headers.get("x-csrf-token", "")
        if self.cookies.is_new:
            raise Forged("cookies")
        if not sessions.is_ours(self.cookies, given, signed_in=self.frame.bearer is not None):
            raise Forged("stale")

    def _see(self) -> None:
        """Remember now and then that a session is in use."""
        bearer = self.frame.bearer
        if bearer is None or self.now - bearer.seen_at <= kept.SEEN:
            return
        try:
            with self.place.database.writing() as session:
                kept.see(session, bearer.session_id, now=self.now)
        except Exception as error:
            if outage_of(error) is None:
                raise


def note_ids(bearer: Bearer | None, path: Mapping[str, Any]) -> None:
    """Tell the log by whom, in which round and of which dossier something is asked; at a ballot box, not by whom."""
    account = bearer.account_id if bearer and BOX_ID not in path else None
    note(account=account, round=path.get(ROUND_ID), dossier=path.get(DOSSIER_ID))


def _round_of(session: Session, path: Mapping[str, Any], found: Dossier | None) -> int | None:
    if found is not None:
        return found.round_id
    return path.get(ROUND_ID) or round_behind(session, path)
