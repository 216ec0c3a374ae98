"""Around everything: each request has an id, which its answer bears, and leaves one line in the log and one count."""

import logging
import secrets
from collections.abc import Callable
from time import perf_counter
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.logs import about, tell
from web.probes import PATHS

LOG: Final = logging.getLogger(__name__)
HEADER: Final = "X-Request-ID"
ROUTE: Final = "route"
"""Under which a request tells its route as it is declared: a path itself may hold a secret."""
DIGITS: Final = 12
"""As many as people read out by telephone, in three groups of four."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT"})
QUIET: Final = frozenset({*PATHS, "/static/{name}"})
"""Asked so often, by machines, that a line is written only when somebody wants to see everything."""
FAULT: Final = 500
Count = Callable[[str, str, int, float], None]


def new_id() -> str:
    """An id nobody can guess or choose, of digits alone."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


class Lines:
    """The outermost of all: what happens within a request is told with its id, in every line."""

    def __init__(self, app: ASGIApp, count: Count) -> None:
        self.app, self.count = app, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, key, status = perf_counter(), new_id(), FAULT

        async def marking(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = key
            await send(message)

        with about(request=key) as told:
            try:
                await self.app(scope, receive, marking)
            finally:
                self._end(scope, str(told.get(ROUTE) or _declared(scope)), status, perf_counter() - begun)

    def _end(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.count(method, route, status, seconds)
        level = logging.DEBUG if route in QUIET and status < FAULT else logging.INFO
        tell(LOG, "request", level, method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _declared(scope: Scope) -> str:
    """The route of what does not go through the edge; "none" where there is no page."""
    declared = scope.get("route")
    return str(declared.path) if declared is not None else "none"
