"""Templates and their filters, and the responses they become."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from config.calendar import LOCAL, date_text, deadline_text, local_day
from notifications.wording import in_fours, minute, moment, time_left, upper_first
from scoring.numbers import format_points
from web import sessions
from web.answers import Answer, Download, Page, Redirect
from web.frame import Frame
from web.place import Place
from web.words import TRANSLATIONS

OWN: Final = files("web") / "static"
HTMX: Final = files("js_lib_htmx") / "static" / "htmx"
SOURCES: Final = {"app.css": OWN, "app.js": OWN, "favicon.svg": OWN, "htmx.min.js": HTMX}
SEE_OTHER: Final = 303
MEGABYTE: Final = 1024 * 1024


@cache
def asset(name: str) -> str:
    """The address of a file that never changes under it."""
    return f"/static/{name}?v={sha256((SOURCES[name] / name).read_bytes()).hexdigest()[:12]}"


def source(name: str) -> Traversable | None:
    """The file of an asset; None when there is none of this name."""
    return SOURCES[name] / name if name in SOURCES else None


def clock(instant: datetime) -> str:
    """The local time of day: 09:41."""
    return f"{instant.astimezone(LOCAL):%H:%M}"


def local_iso(instant: datetime) -> str:
    """An instant for <time datetime>."""
    return instant.astimezone(LOCAL).isoformat()


BROWSERS: Final = {
    "coc_coc": "Cốc Cốc",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS: Final = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser(agent: str) -> str:
    """What a browser calls itself, in two words a person knows."""
    known = (next((name for sign, name in each.items() if sign in agent), "") for each in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in known if name)


def filesize(size: int) -> str:
    """A size as people say it: 320 KB, 1,4 MB."""
    if size < MEGABYTE:
        return f"{-(-size // 1024)} KB"
    return f"{size / MEGABYTE:.1f} MB".replace(".", ",")


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "browser": browser,
    "clock": clock,
    "date": lambda instant: date_text(local_day(instant)),
    "day": date_text,
    "deadline_text": deadline_text,
    "filesize": filesize,
    "format_points": format_points,
    "fours": in_fours,
    "iso": local_iso,
    "minute": minute,
    "moment": moment,
    "upper_first": upper_first,
}


@cache
def environment() -> Environment:
    """The templates, escaping everything, refusing what is not there, speaking through gettext."""
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Callable[..., None] = made.install_gettext_translations  # type: ignore[attr-defined] # the extension's
    install(TRANSLATIONS, newstyle=True)
    made.filters |= FILTERS
    made.globals |= {"asset": asset, "left": time_left}
    return made


def html(page: Page, frame: Frame) -> str:
    """The HTML of a page in its frame."""
    return environment().get_template(page.template).render({"frame": frame, **page.context})


def respond(place: Place, cookies: sessions.Cookies, answer: Answer, frame: Frame) -> Response:
    """The response of an answer, with the cookies that go with it."""
    response = _response(answer, frame)
    sessions.set_device(place, response, cookies)
    token = None if isinstance(answer, Download) else answer.token
    if token is not None:
        sessions.set_token(place, response, token)
    if isinstance(answer, Redirect) and answer.note:
        sessions.set_note(place, response, cookies, answer.note)
    elif isinstance(answer, Page) and cookies.note:
        sessions.drop_note(place, response)
    if frame.is_part and isinstance(answer, Redirect):
        return _to_htmx(response, answer)
    return response


def _response(answer: Answer, frame: Frame) -> Response:
    match answer:
        case Page(status=status):
            return HTMLResponse(html(answer, frame), status_code=status)
        case Redirect(to=to):
            return RedirectResponse(to, status_code=SEE_OTHER)
    name = quote(answer.name)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(answer.content, media_type=answer.media_type, headers=headers)


def _to_htmx(response: Response, answer: Redirect) -> Response:
    """Htmx follows by itself only with a header of its own; the cookies stay."""
    response.status_code = 200
    del response.headers["location"]
    response.headers["HX-Redirect"] = answer.to
    return response
