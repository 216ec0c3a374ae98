"""What watches over the portal asks: whether it lives, whether it can work, and its figures."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from secrets import compare_digest
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from config.settings import Networks, Settings
from web.glimpse import Glimpse
from web.health import READY, Check, readiness
from web.metrics import Metrics
from web.place import Place

FRESH: Final = timedelta(seconds=2)
STALE: Final = timedelta(seconds=15)
CLOSED: Final = "metrics are not open to you: DANHGIA_METRICS_FROM or DANHGIA_METRICS_TOKEN says to whom they are\n"
Answers = tuple[Callable[..., Any], ...]
PATHS: Final = ("/healthz", "/readyz", "/metrics")


async def lives() -> Response:
    """Whether the process answers at all: of nothing beside it."""
    return PlainTextResponse("ok\n")


class Probes:
    """The other two, on one place."""

    def __init__(self, place: Place, metrics: Metrics) -> None:
        self._settings, self._metrics = place.settings, metrics
        self._ready = Glimpse(lambda: readiness(place), place.now, fresh=FRESH, stale=STALE)

    def stand_in(self, app: FastAPI) -> None:
        """Let them be asked of an application."""
        answers: Answers = (lives, self.ready, self.metrics)
        for path, answer in zip(PATHS, answers, strict=True):
            app.add_api_route(path, answer, include_in_schema=False, response_model=None)

    def ready(self) -> Response:
        """Each check by its name, `ok` or `failed`; `unknown` while a look does not come back."""
        checks: list[Check] = self._ready.value() or []
        is_ready = bool(checks) and all(check.ok for check in checks)
        told = dict.fromkeys(READY, "unknown") | {check.name: "ok" if check.ok else "failed" for check in checks}
        status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": is_ready, "checks": told}, status)

    def metrics(self, request: Request) -> Response:
        """The figures, for those to whom the settings open them."""
        if not may_read(self._settings, request):
            return PlainTextResponse(CLOSED, HTTPStatus.FORBIDDEN)
        return Response(self._metrics.text(), media_type=CONTENT_TYPE_LATEST)


def may_read(settings: Settings, request: Request) -> bool:
    """Whether a request comes from where metrics are open, or bears the token; nobody may while neither is set."""
    token = settings.metrics_token
    given = request.headers.get("authorization", "").encode("latin-1")
    if token is not None and compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
        return True
    return request.client is not None and _is_among(request.client.host, settings.metrics_from)


def _is_among(host: str, networks: Networks) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
