"""A short way to the portal: no thread of its own for each request, as the client of Starlette has."""

from asyncio import Runner
from typing import Final

from httpx2 import ASGITransport, BaseTransport, Request, Response
from starlette.types import ASGIApp


class Line(BaseTransport):
    """Asks the application in one loop that waits between the requests; for those who ask thousands of times."""

    def __init__(self, app: ASGIApp) -> None:
        """Ring up an application."""
        self.runner: Final = Runner()
        self.app: Final = ASGITransport(app)

    def handle_request(self, request: Request) -> Response:
        """Ask, and read the whole answer."""
        return self.runner.run(self._asked(request))

    async def _asked(self, request: Request) -> Response:
        found = await self.app.handle_async_request(request)
        content = await found.aread()
        return Response(found.status_code, headers=found.headers, content=content, extensions=found.extensions)

    def close(self) -> None:
        """Hang up."""
        self.runner.close()
