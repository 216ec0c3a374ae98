"""The page on which a unit scores itself, against a bare FastAPI and Jinja2 page of the same bytes.

Ours is the whole portal without a network: session, permit, the dossier with its marks, evidence and questions from the
database, the template, headers. The officers came by the link of their mail, every unit has other marks, and the units
take turns.

The baseline knows nothing of a database, a session or a language. It is one FastAPI route, a plain function as ours
run in a thread, that renders one Jinja2 template: tags are its text, and every text between tags and every value of an
attribute is a value that Jinja looks up and escapes. It has no loop, condition or filter to evaluate: a template that
people could maintain would be slower.
"""

import asyncio
import re
from collections.abc import Sequence
from html import unescape
from random import Random
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from jinja2 import Environment, Template
from sqlmodel import Session
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from actions import self_assess
from actions.sessions import Visit, hash_of, start
from config.programme import Programme
from config.settings import Settings
from danhgia.bench import world
from danhgia.bench.cases import Result, result, timed
from danhgia.bench.places import KINDS, fresh
from danhgia.rehearse.cast import scores
from models.db import Database
from models.mail import TaskLink
from models.people import Account
from states.actor import account
from web.app import create_app
from web.place import Place

UNITS: Final = 40
DILIGENCE: Final = 70
CHUNKS: Final = 6
DEVICE: Final = "may-cua-can-bo"
VALUE: Final = re.compile(r'(?<=>)[^<]*[^<\s][^<]*(?=<)|(?<==")[^"]+(?=")')


class Asked(NamedTuple):
    """A page and the cookies of who asks for it."""

    path: str
    cookie: str = ""


class Bare(NamedTuple):
    """A template without anything but values, and its values."""

    template: Template
    values: Sequence[str]


def bench_page(n: int = 1_200) -> list[Result]:
    """The page of a unit that scores itself; chunks take turns."""
    return [_page(kind, n) for kind in KINDS]


def _page(kind: str, n: int) -> Result:
    seconds, chunk = [0.0, 0.0], n // CHUNKS
    with fresh(kind) as database:
        asked = fill(database)
        ours = create_app(_place(database))
        pages = [body.decode() for body in asyncio.run(ask(ours, asked, len(asked)))]
        bare, their_asked = _bare([_cut(page) for page in pages]), [Asked(f"/{key}") for key in range(len(pages))]
        if [body.decode() for body in asyncio.run(ask(bare, their_asked, len(pages)))] != pages:
            raise AssertionError("the baseline does not give the same bytes")
        for _ in range(CHUNKS):
            seconds[0] += timed(lambda: asyncio.run(ask(ours, asked, chunk)))
            seconds[1] += timed(lambda: asyncio.run(ask(bare, their_asked, chunk)))
    return result("page", kind, chunk * CHUNKS, (seconds[0], seconds[1]))


def _place(database: Database) -> Place:
    url = database.url.render_as_string(hide_password=False)
    return Place(Settings(database_url=url), database, lambda: world.NOW, is_rehearsal=False)


def fill(database: Database, units: int = UNITS) -> list[Asked]:
    """Units whose officers score themselves, and the page of each."""
    programme = world.fill(database, units).programme
    with database.writing() as session:
        return [_officer(session, programme, key) for key in range(1, units + 1)]


def _officer(session: Session, programme: Programme, key: int) -> Asked:
    """Let an officer score what it has by now, and come by a link."""
    filled = scores(programme.sheet_for(world.KIND), DILIGENCE, Random(key))
    self_assess.save(session, key, filled, actor=account(2 * key - 1), now=world.NOW)
    link = _link(key)
    session.add(link)
    session.flush()
    officer = session.get_one(Account, 2 * key - 1)
    _, token = start(session, officer, "task_link", Visit(hash_of(DEVICE)), task_link_id=link.id, now=world.NOW)
    return Asked(f"/assessments/{key}", f"danhgia={token}; danhgia-may={DEVICE}")


def _link(key: int) -> TaskLink:
    return TaskLink(
        token_hash=hash_of(f"{key}"),
        account_id=2 * key - 1,
        round_id=1,
        assessment_id=key,
        task="self_assessment",
        made_at=world.NOW,
    )


def _cut(page: str) -> Bare:
    values = [unescape(value) for value in VALUE.findall(page)]
    tags = [f"{{% raw %}}{tag}{{% endraw %}}" for tag in VALUE.split(page)]
    holes = (f"{tag}{{{{ v[{number}] }}}}" for number, tag in enumerate(tags[:-1]))
    environment = Environment(autoescape=True, keep_trailing_newline=True)
    return Bare(environment.from_string("".join(holes) + tags[-1]), values)


def _bare(pages: Sequence[Bare]) -> FastAPI:
    app = FastAPI()

    @app.get("/{key}", response_class=HTMLResponse)
    def page(key: int) -> HTMLResponse:
        template, values = pages[key]
        return HTMLResponse(template.render(v=values))

    return app


async def ask(app: ASGIApp, asked: Sequence[Asked], times: int) -> list[bytes]:
    """Ask for the pages in turn, one after the other."""
    return [await _get(app, asked[number % len(asked)]) for number in range(times)]


async def _get(app: ASGIApp, one: Asked) -> bytes:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401  a message of ASGI
        sent.append(message)

    await app(scope(one), receive, send)
    if sent[0]["status"] != 200:  # noqa: PLR2004  the status of a page
        raise AssertionError(f"{one.path}: {sent[0]['status']}")
    return body(sent)


def body(sent: Sequence[Any]) -> bytes:
    """The body of an answer, put together."""
    return b"".join(message.get("body", b"") for message in sent[1:])


def scope(one: Asked) -> dict[str, Any]:
    """The request for a page, as a server hands it on."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": one.path,
        "raw_path": one.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"cookie", one.cookie.encode())],
        "client": ("192.0.2.1", 50_000),
        "server": ("127.0.0.1", 8_000),
    }
