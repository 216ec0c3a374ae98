"""Cookies: the session's token, the browser's own mark, a note for the next page; and the tokens against forgery."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from actions.sessions import Visit, hash_of
from web.place import Place

YEAR: Final = 365 * 24 * 3600
TRIP: Final = 600
"""Seconds within which one has to be back from a provider."""
LONGEST_COOKIE: Final = 256
LONGEST_AGENT: Final = 200
SAFE: Final = ("GET", "HEAD")


class Cookies(NamedTuple):
    """The values a browser brought; empty where it brought none. `is_new` when it has no mark of its own yet."""

    token: str
    device: str
    note: str
    is_new: bool
    language: str = ""
    away: str = ""


class Away(NamedTuple):
    """What a browser takes along to a provider: the secret of its trip, and where it wants to go afterwards."""

    secret: str = ""
    next: str = "/"


def names(place: Place) -> Mapping[str, str]:
    """The cookies by what they are for; with HTTPS no other host can set them."""
    prefix = "__Host-" if place.is_secure else ""
    parts = {"token": "", "device": "-may", "note": "-tin", "language": "-ngu", "away": "-di"}
    return {use: f"{prefix}danhgia{part}" for use, part in parts.items()}


def read_cookies(place: Place, request: Request) -> Cookies:
    """The cookies of a request, with a fresh mark for a browser that has none."""
    brought = {use: request.cookies.get(name, "") for use, name in names(place).items()}
    device = brought["device"] if 0 < len(brought["device"]) <= LONGEST_COOKIE else ""
    token = brought["token"] if len(brought["token"]) <= LONGEST_COOKIE else ""
    kept = (brought["language"], brought["away"])
    return Cookies(token, device or secrets.token_urlsafe(32), brought["note"], not device, *kept)


def visit_of(request: Request, cookies: Cookies) -> Visit:
    """The browser as it is kept with a session."""
    client = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "").encode("ascii", "replace").decode()
    return Visit(hash_of(cookies.device), client, agent[:LONGEST_AGENT])


def forgery_token(cookies: Cookies, *, signed_in: bool) -> str:
    """What every form has to bring back: of the session, or of the browser before it signs in."""
    key = cookies.token if signed_in else cookies.device
    return _mac(key, "form")


def is_ours(cookies: Cookies, given: str, *, signed_in: bool) -> bool:
    """Whether a form was given out to this browser, for this session."""
    return hmac.compare_digest(forgery_token(cookies, signed_in=signed_in).encode(), given.encode())


def is_from_elsewhere(request: Request, base_url: str) -> bool:
    """Whether the browser itself says that another site sent the form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    own = {base_url.rstrip("/"), f"{request.url.scheme}://{request.headers.get('host', '')}"}
    return origin is not None and origin not in own


def set_token(place: Place, response: Response, token: str) -> None:
    """Begin the browser's session, or end it with an empty token."""
    name = names(place)["token"]
    if token:
        response.set_cookie(name, token, httponly=True, secure=place.is_secure, samesite="lax", path="/")
    else:
        response.delete_cookie(name, httponly=True, secure=place.is_secure, samesite="lax", path="/")


def set_device(place: Place, response: Response, cookies: Cookies) -> None:
    """Mark a browser that came without a mark."""
    if cookies.is_new:
        name = names(place)["device"]
        response.set_cookie(
            name, cookies.device, max_age=YEAR, httponly=True, secure=place.is_secure, samesite="lax", path="/"
        )


def set_note(place: Place, response: Response, cookies: Cookies, note: str) -> None:
    """Leave a note for the next page of this browser."""
    name, value = names(place)["note"], _signed(cookies, "note", note)
    response.set_cookie(name, value, max_age=60, httponly=True, secure=place.is_secure, samesite="lax", path="/")


def set_language(place: Place, response: Response, language: str) -> None:
    """Let the browser keep the language in which its pages are said."""
    name = names(place)["language"]
    response.set_cookie(name, language, max_age=YEAR, httponly=True, secure=place.is_secure, samesite="lax", path="/")


def take_note(cookies: Cookies) -> str:
    """The note left for this page; nothing when anybody else wrote it."""
    return str(_read(cookies, "note", cookies.note) or "")


def set_away(place: Place, response: Response, cookies: Cookies, away: Away) -> None:
    """Let this browser, and no other, take along what its way back will be held against."""
    name, value = names(place)["away"], _signed(cookies, "away", away)
    response.set_cookie(name, value, max_age=TRIP, httponly=True, secure=place.is_secure, samesite="lax", path="/")


def take_away(cookies: Cookies) -> Away:
    """What was taken along; nothing when anybody else wrote it."""
    return Away(*(_read(cookies, "away", cookies.away) or ()))


def _signed(cookies: Cookies, use: str, value: object) -> str:
    body = urlsafe_b64encode(json.dumps(value).encode()).decode()
    return f"{body}.{_mac(cookies.device, f'{use}.{body}')}"


def _read(cookies: Cookies, use: str, value: str) -> Any:  # noqa: ANN401  whatever was signed
    """What this browser was given for that use; None when anybody else wrote it."""
    body, _, mac = value.partition(".")
    if not mac or not hmac.compare_digest(_mac(cookies.device, f"{use}.{body}").encode(), mac.encode()):
        return None
    return json.loads(urlsafe_b64decode(body))


def drop_note(place: Place, response: Response) -> None:
    """The note was shown."""
    response.delete_cookie(names(place)["note"], httponly=True, secure=place.is_secure, samesite="lax", path="/")


def _mac(key: str, text: str) -> str:
    return urlsafe_b64encode(hmac.digest(key.encode(), text.encode(), sha256)).rstrip(b"=").decode()
