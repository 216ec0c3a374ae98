"""What every response carries, and how large a request may be: plain ASGI, around everything."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.refusals import TooMany

LARGEST: Final = 64 * 1024 * 1024
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR: Final = "max-age=31536000"
STATIC: Final = "/static/"


class Guard:
    """Adds the headers and stops a body that grows beyond `LARGEST`."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.headers = HEADERS | ({"Strict-Transport-Security": YEAR} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, _measured(scope, receive), self._adding(scope, send))

    def _adding(self, scope: Scope, send: Send) -> Send:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers["Cache-Control"] = _caching(scope, message["status"])
            await send(message)

        return add


def _caching(scope: Scope, status: int) -> str:
    """An asset is named by its content; a page is nobody else's and never kept."""
    is_named = scope["path"].startswith(STATIC) and scope["query_string"].startswith(b"v=") and status < 400  # noqa: PLR2004  errors begin there
    return f"public, {YEAR}, immutable" if is_named else "no-store"


def _measured(scope: Scope, receive: Receive) -> Receive:
    declared = Headers(scope=scope).get("content-length", "0")
    beyond = declared.isdecimal() and int(declared) > LARGEST
    size = 0

    async def measure() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if beyond or size > LARGEST:
            raise TooMany
        return message

    return measure
