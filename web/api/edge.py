"""The edge of /api/v1: tokens instead of sessions, JSON instead of forms and pages; all else is `web.edge`.

A request bears its token in Authorization; cookies are not looked at, so nothing has to be asked against forgery. The
order is: token (401), limit (429), scope and permit (403, 404), what was sent (400, 413, 415, 422), then the work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast
from urllib.parse import quote

from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from actions import tokens
from actions.tokens import Key
from web import limits
from web.answers import Answer, Download
from web.api import problems
from web.api.bodies import LARGEST, Malformed, UnknownMedia, decoded, decoded_query
from web.api.shapes import Shape
from web.asks import Asks, Caller, admit
from web.edge import Asked, Desk, Here, Method, Route, Work, note_ids
from web.place import Place
from web.refusals import TooMany

ROOT: Final = "/api/v1"
BEARER: Final = "bearer "
JSON: Final = "application/json"


class Json(NamedTuple):
    """A value to be told as JSON; `version` is that of the dossier it is about, as its ETag."""

    value: Shape
    status: int = HTTPStatus.OK
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Here):
    """What an operation works with: as a page, and what was sent, checked; `wanted` is the version of If-Match."""

    body: Any = None
    asked: Any = None
    wanted: int | None = None


Reply = Json | Download
Does = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Route):
    """A route of the API with what its description tells. `answers` is a model, or the media type of a file."""

    name: str
    summary: str
    scope: str
    answers: type[Shape] | str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    told: int = HTTPStatus.OK

    def asked(self, place: Place, request: Request, arrival: datetime) -> "Called":
        """A request for it that has arrived."""
        return Called(place, self, request, arrival)


class Api(Desk):
    """The operations of one module, under one heading of the documentation."""

    def __init__(self, heading: str) -> None:
        super().__init__()
        self.heading = heading

    def get(self, path: str, *, asks: Asks, **told: Any) -> Callable[[Does], Does]:  # type: ignore[override] # noqa: ANN401  what an Operation tells
        """Declare what reads: one snapshot, nothing is written."""
        return partial(self._add, "GET", path, asks, told)

    def post(self, path: str, *, asks: Asks, **told: Any) -> Callable[[Does], Does]:  # type: ignore[override] # noqa: ANN401  as above
        """Declare a step, done in one transaction."""
        return partial(self._add, "POST", path, asks, told)

    def put(self, path: str, *, asks: Asks, **told: Any) -> Callable[[Does], Does]:  # noqa: ANN401  as above
        """Declare what keeps a value: sent twice it is kept once."""
        return partial(self._add, "PUT", path, asks, told)

    def _add(self, method: Method, path: str, asks: Asks, told: dict[str, Any], does: Does) -> Does:
        name = told.pop("name", does.__name__)
        work = cast("Work", does)  # an Operation is only ever done with a Call
        self.routes.append(Operation(method, f"{ROOT}{path}", asks, work, name=name, **told))
        return does


class Unauthenticated(Exception):
    """There is no token, or none that stands."""


class BeyondScope(Exception):
    """The token was not made for this: `scope` would be."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class Spent(Exception):
    """So many requests were made by the token that none is taken before `until`."""

    def __init__(self, until: datetime, now: datetime) -> None:
        super().__init__(until)
        self.seconds = max(1, -(-int((until - now).total_seconds() * 1000) // 1000))


class Called(Asked):
    """One request of a program on its way."""

    operation: Operation
    raw = b""
    key: Key | None = None

    def __init__(self, place: Place, route: Operation, request: Request, arrival: datetime) -> None:
        super().__init__(place, route, request, arrival)
        self.operation = route

    async def read(self) -> None:
        """Take the body as it is; what it says is read once it is known who sends it."""
        if self.route.method == "GET":
            return
        async for part in self.request.stream():
            self.raw += part
            if len(self.raw) > LARGEST:
                raise TooMany

    def respond(self) -> Response:
        """Know the token and count the request before anything is done."""
        try:
            self._count()
        except Exception as error:  # noqa: BLE001  the edge: whatever goes wrong becomes a problem
            return self.refuse(error)
        return super().respond()

    def refuse(self, error: Exception) -> Response:
        """The problem that tells an error."""
        return problems.response(_named(error), self.request.url.path)

    def _count(self) -> None:
        with self.place.database.reading() as session:
            key = self._known(session)
        with self.place.database.writing() as session:
            until = limits.spend(session, key.bearer.session_id, now=self.now)
        if until is not None:
            raise Spent(until, self.now)

    def _known(self, session: Session) -> Key:
        given = self.request.headers.get("authorization", "")
        text = given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else ""
        key = tokens.find(session, text, now=self.now) if text else None
        if key is None:
            raise Unauthenticated
        return key

    def _enter(self, session: Session) -> Call:
        """The token again, in the transaction, its scope, what the route asks, and then what was sent."""
        key = self._known(session)
        if self.operation.scope not in key.scopes:
            raise BeyondScope(self.operation.scope)
        path = self.request.path_params
        note_ids(key.bearer, path)
        found = admit(self.route.asks, Caller(session, key.bearer, path, self.now))
        return Call(
            session=session,
            now=self.now,
            place=self.place,
            path=path,
            query=self.request.query_params,
            typed=self.typed,
            visit=self.visit,
            bearer=key.bearer,
            found=found,
            body=self._body(),
            asked=decoded_query(self.operation.query, self.request),
            wanted=problems.wanted_version(self.request.headers.get("if-match")),
        )

    def _body(self) -> BaseModel | None:
        if self.operation.body is None:
            if self.raw.strip():
                raise Malformed
            return None
        return decoded(self.operation.body, self.raw, self.request.headers.get("content-type", ""))

    def _shown(self, answer: Answer) -> Response:
        return made(cast("Reply", answer))

    def _see(self) -> None:
        """A token says for itself when it was last used."""

    def _demand_own_page(self) -> None:
        """No browser sends a token by itself."""

    def _demand_form(self) -> None:
        """As above."""


def made(answer: Reply) -> Response:
    """The response of what an operation answers."""
    if isinstance(answer, Download):
        name = quote(answer.name)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(answer.content, media_type=answer.media_type, headers=headers)
    headers = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
    content = answer.value.model_dump_json()
    return Response(content, status_code=answer.status, media_type=JSON, headers=headers)


PLAIN: Final[Mapping[type[Exception], str]] = MappingProxyType(
    {
        Unauthenticated: "unauthenticated",
        UnknownMedia: "media-type",
        Malformed: "malformed",
        problems.NotThat: "precondition",
    }
)
"""Errors about which there is nothing to say but what they are."""


def _named(error: Exception) -> problems.Problem:
    """The problem of an error that only the API knows; `problems` has the others."""
    match error:
        case BeyondScope(scope=scope):
            return problems.of("scope", scope=tokens.SCOPES[scope], name=scope)
        case Spent(seconds=seconds):
            return problems.of("too-many", seconds=seconds)
        case ValidationError():
            return problems.invalid(error)
    return problems.of(PLAIN[type(error)]) if type(error) in PLAIN else problems.told(error)
