"""A short way to the portal: no thread of its own for each request, as the client of Starlette has."""

from asyncio import Runner
from threading import local
from typing import Final

from httpx2 import ASGITransport, BaseTransport, Request, Response
from starlette.types import ASGIApp

HERE: Final = ("127.0.0.1", 123)


class _Runners(local):
    """A loop for each thread, which waits between the requests."""

    def __init__(self) -> None:
        self.own: Final = Runner()


RUNNERS: Final = _Runners()


class Line(BaseTransport):
    """Asks the application from one network address and reads each answer to its end."""

    def __init__(self, app: ASGIApp, client: tuple[str, int] = HERE) -> None:
        """Ring up an application."""
        self.app: Final = ASGITransport(app, client=client)

    def handle_request(self, request: Request) -> Response:
        """Ask, and read the whole answer."""
        request.read()
        return RUNNERS.own.run(self._asked(request))

    async def _asked(self, request: Request) -> Response:
        found = await self.app.handle_async_request(request)
        content = await found.aread()
        return Response(found.status_code, headers=found.headers, content=content, extensions=found.extensions)
