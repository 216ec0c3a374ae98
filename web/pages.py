"""Templates and their filters, and the responses they become."""

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response, StreamingResponse

from config.calendar import LOCAL, date_text, local_day
from config.sheet import Criterion
from evidence.store import Absent, Store
from notifications.wording import in_fours, upper_first
from scoring.numbers import format_points
from states.errors import Unknown
from web import oidc, sessions
from web.answers import Answer, Download, Leave, Page, Redirect, Stored
from web.frame import Frame
from web.place import Place
from web.sentences import told
from web.spoken import deadline_text, left, minute, moment
from web.words import HOME, LANGUAGES, _, language, settled, translated

OWN: Final = files("web") / "static"
HTMX: Final = files("js_lib_htmx") / "static" / "htmx"
SOURCES: Final = {"app.css": OWN, "app.js": OWN, "favicon.svg": OWN, "htmx.min.js": HTMX}
SEE_OTHER: Final = 303
INERT: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'"
"""The policy of somebody's file: it runs, loads and sends nothing. Browsers style a bare picture in line."""
UNCOMPOSED: Final = str.maketrans("đĐ", "dD")
UNSAFE: Final = re.compile(r"[^A-Za-z0-9._ -]+")
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


def second(instant: datetime) -> str:
    """The local time of day to the second: 09:41:05."""
    return f"{instant.astimezone(LOCAL):%H:%M:%S}"


def local_iso(instant: datetime) -> str:
    """An instant for <time datetime>."""
    return instant.astimezone(LOCAL).isoformat()


RULES: Final = re.compile(r"\s*\((?:(?:AMB|ANO|[A-Z][A-Z0-9])-[\w.-]+(?:, )?)+\)")


def without_rules(text: str) -> str:
    """A note of a sheet without the numbers of our rules, which mean nothing to whoever fills it in."""
    return RULES.sub("", text)


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


def pretty(value: object) -> str:
    """A JSON value as people read it."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def labelled(text: str) -> str:
    """A word of the vocabulary in the reader's language; any other word as it is."""
    return _(str(text))


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
    "labelled": labelled,
    "minute": minute,
    "moment": moment,
    "pretty": pretty,
    "second": second,
    "upper_first": upper_first,
    "without_rules": without_rules,
}


@cache
def _said(text: str, _language: str) -> Markup:
    return Markup(translated(text))  # noqa: S704  texts are the templates' own


def said(text: str, **values: object) -> Markup:
    """A text of a template in the reader's language; what is put into it is escaped. As Jinja's own, and quicker."""
    whole = _said(text, language()) % values
    return whole if language() == HOME else Markup(settled(whole))  # noqa: S704  only an "(s)" has changed


def counted(one: str, _many: str, num: int, **values: object) -> Markup:
    """A text about so many things: its noun follows the number where the reader's language wants that."""
    return said(one, num=num, **values)


@cache
def environment(name: str = HOME) -> Environment:
    """The templates for a language, escaping everything, refusing what is not there, speaking through gettext."""
    made = Environment(
        finalize=None if name == HOME else told,
        loader=PackageLoader("web"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Callable[..., None] = made.install_gettext_callables  # type: ignore[attr-defined] # the extension's
    install(said, counted, newstyle=True)
    made.filters |= FILTERS
    made.globals |= {
        "_": said,
        "gettext": said,
        "ngettext": counted,
        "asset": asset,
        "languages": LANGUAGES,
        "left": left,
        "once": once,
    }
    return made


class Same:
    """A criterion of one version of a sheet as a key: that very one, and no equal one."""

    __slots__ = ("leaf",)

    def __init__(self, leaf: Criterion) -> None:
        self.leaf = leaf

    def __hash__(self) -> int:
        return id(self.leaf)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.leaf is self.leaf


@lru_cache(maxsize=20_000)
def _made(macro: Macro, same: Same, _language: str, *given: Hashable) -> str:
    return macro(same.leaf, *given)


def once(macro: Macro, leaf: Criterion, *given: Hashable) -> str:
    """What a macro without context makes of a criterion of a sheet and of what is given: kept, for it is always so."""
    return _made(macro, Same(leaf), language(), *given)


def html(page: Page, frame: Frame) -> str:
    """The HTML of a page in its frame."""
    return environment(language()).get_template(page.template).render({"frame": frame, **page.context})


def respond(place: Place, cookies: sessions.Cookies, answer: Answer, frame: Frame) -> Response:
    """The response of an answer, with the cookies that go with it."""
    response = _response(place, cookies, answer, frame)
    sessions.set_device(place, response, cookies)
    token = None if isinstance(answer, Download | Stored | Leave) else answer.token
    if token is not None:
        sessions.set_token(place, response, token)
    if isinstance(answer, Redirect) and answer.language:
        sessions.set_language(place, response, answer.language)
    if isinstance(answer, Redirect) and answer.note:
        sessions.set_note(place, response, cookies, answer.note)
    elif isinstance(answer, Page) and cookies.note:
        sessions.drop_note(place, response)
    if frame.is_part and isinstance(answer, Redirect):
        return _to_htmx(response, answer)
    return response


def _response(place: Place, cookies: sessions.Cookies, answer: Answer, frame: Frame) -> Response:
    match answer:
        case Page(status=status):
            return HTMLResponse(html(answer, frame), status_code=status)
        case Redirect(to=to):
            return RedirectResponse(to, status_code=SEE_OTHER)
        case Stored():
            return _stored(place.store, answer)
        case Leave():
            return _leaving(place, cookies, answer, frame)
    headers = {"Content-Disposition": disposition(answer.name)}
    return Response(answer.content, media_type=answer.media_type, headers=headers)


def _leaving(place: Place, cookies: sessions.Cookies, answer: Leave, frame: Frame) -> Response:
    """The provider is asked where it wants people, so this too comes after the transaction."""
    away = sessions.Away(secrets.token_urlsafe(32), answer.next)
    response = RedirectResponse(oidc.address(answer.provider, away.secret, now=frame.now), status_code=SEE_OTHER)
    sessions.set_away(place, response, cookies, away)
    return response


def _stored(store: Store, answer: Stored) -> Response:
    """The content, as it comes out of the store; Unknown when it is not there."""
    try:
        found = store.open_thumbnail(answer.file_hash) if answer.small else store.open(answer.file_hash)
    except Absent:
        raise Unknown(answer.what) from None
    shown = disposition(answer.name, shows=answer.shows)
    headers = {"Content-Disposition": shown, "Content-Security-Policy": INERT}
    if found.path:
        return FileResponse(found.path, media_type=answer.media_type, headers=headers)
    headers["Content-Length"] = str(found.size)
    return StreamingResponse(found.pieces, media_type=answer.media_type, headers=headers)


def disposition(name: str, *, shows: bool = False) -> str:
    """What a browser does with a file and how it calls it (RFC 6266): the whole name, and one of plain letters."""
    letters = unicodedata.normalize("NFKD", name.translate(UNCOMPOSED)).encode("ascii", "ignore").decode()
    plain = UNSAFE.sub("_", letters).strip("_ ") or "tep"
    return f"{'inline' if shows else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _to_htmx(response: Response, answer: Redirect) -> Response:
    """Htmx follows by itself only with a header of its own; the cookies stay."""
    response.status_code = 200
    del response.headers["location"]
    response.headers["HX-Redirect"] = answer.to
    return response
