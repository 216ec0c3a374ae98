"""A file of 25 MB through the whole portal to the disk, against writing the same stream to the same disk.

Ours is the portal without a network, in a loop of its own as a server has it: the form is read in pieces of 64 KB, the
file is written and hashed while it comes, looked at by its head, synced and linked, its row and its history written,
the transaction committed, and what changes on the page made. The form is what the browser of an officer sends who
chooses a file: what stands in the fields of the criterion, and the file. The baseline writes the same pieces into a new
file and syncs file and folder: it knows neither forms nor hashes nor rows. All pieces are there before the time begins,
each another, so that neither reads what a cache still holds. The second result holds what Python has allocated at most
during an upload of 25 MB against one of 8 MB: 1 is flat.
"""

import asyncio
import os
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from starlette.types import ASGIApp

from config.settings import Settings
from danhgia.bench import page, world
from danhgia.bench.cases import Result, result, timed
from danhgia.bench.page import Asked
from danhgia.bench.places import KINDS, fresh
from models.db import Database
from web.app import create_app
from web.forms import CSRF
from web.place import Place
from web.sheet_form import NAMES

MEGABYTES: Final = 24
"""With the rest of its form within the 25 MB that a file may have."""
FEW: Final = 8
PIECE: Final = 64 * 1024
OK: Final = 200
BOUNDARY: Final = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
"""As Chromium writes it: a parser is the faster the longer it is."""
WAS: Final = "was-"


def bench_upload(n: int = 10) -> list[Result]:
    """Uploads and writes take turns."""
    return [one for kind in KINDS for one in _upload(kind, n)]


def _upload(kind: str, n: int) -> list[Result]:
    home = os.environ.get("DANHGIA_BENCH_DIR")
    with fresh(kind) as database, TemporaryDirectory(dir=home) as name:
        folder = Path(name)
        app, forms = fill(database, folder)
        seconds = asyncio.run(_take_turns(app, forms, folder, n))
        held = [_held(app, forms[0], -size, size) for size in (MEGABYTES, FEW)]
    flat = Result("upload-memory", kind, MEGABYTES, held[0], held[1], "MB held at most", round(held[1] / held[0], 3))
    return [result("upload", kind, n * MEGABYTES, seconds, "MB a second"), flat]


async def _take_turns(app: ASGIApp, forms: Sequence["Form"], folder: Path, n: int) -> tuple[float, float]:
    """Seconds of n uploads and of n writes; the first upload of all finds what every later one has, and counts not."""
    seconds = [0.0, 0.0]
    await _send(app, forms[0], forms[0].pieces(0, FEW))
    for number in range(1, n + 1):
        form = forms[number % len(forms)]
        pieces = list(form.pieces(number, MEGABYTES))
        begun = perf_counter()
        await _send(app, form, pieces)
        seconds[0] += perf_counter() - begun
        seconds[1] += timed(partial(_write, folder / f"{number}", pieces))
    return seconds[0], seconds[1]


class Fields(HTMLParser):
    """What a browser would send of a page's fields, files apart."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: dict[str, str] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A field; of those to be chosen from, the one that is chosen."""
        given = {name: value or "" for name, value in attrs}
        self._open = given.get("name", "") if tag == "textarea" else ""
        is_left = given.get("type") == "file" or (given.get("type") in {"radio", "checkbox"} and "checked" not in given)
        if tag in {"input", "textarea"} and "name" in given and not is_left:
            self.found[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """The end of a large field."""
        if tag == "textarea":
            self._open = ""

    def handle_data(self, data: str) -> None:
        """What stands in a large field."""
        if self._open:
            self.found[self._open] += data


class Form:
    """What the page of a unit gives out to its browser for the first criterion, with what stands in its fields."""

    def __init__(self, asked: Asked, text: str) -> None:
        """Read it from the page."""
        self.asked = asked
        fields = Fields(text).found
        self.criterion = next(name for name in fields if name.startswith(WAS)).removeprefix(WAS)
        self.fields = {name: value for name, value in fields.items() if name in {CSRF, *self._own()}}

    def _own(self) -> set[str]:
        return {f"{name}-{self.criterion}" for name in (*NAMES, "was")}

    def pieces(self, number: int, megabytes: int) -> Iterator[bytes]:
        """The body, in pieces."""
        for name, value in self.fields.items():
            yield b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % (BOUNDARY, name.encode())
            yield value.encode() + b"\r\n"
        yield b'--%s\r\nContent-Disposition: form-data; name="file-%s"; filename="%d.pdf"\r\n\r\n' % (
            BOUNDARY,
            self.criterion.encode(),
            number,
        )
        yield from _content(number, megabytes)
        yield b"\r\n--%s--\r\n" % BOUNDARY


def _content(number: int, megabytes: int) -> Iterator[bytes]:
    """Another file for each number, every piece of it another: what comes from afar lies in no cache."""
    chance = Random(number)
    yield (b"%%PDF-1.7 %d\n" % number).ljust(PIECE)
    yield from (chance.randbytes(PIECE) for _ in range(megabytes * (1 << 20) // PIECE - 1))


def portal(database: Database, folder: Path) -> ASGIApp:
    """The portal on a database, with its files in a folder."""
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=url, var=folder)
    return create_app(Place(settings, database, lambda: world.NOW, is_rehearsal=False))


def fill(database: Database, folder: Path, units: int = page.UNITS) -> tuple[ASGIApp, list[Form]]:
    """The portal on a round of units that score themselves, and the form that each has open."""
    asked, app = page.fill(database, units), portal(database, folder)
    pages = asyncio.run(page.ask(app, asked, len(asked)))
    return app, [Form(one, body.decode()) for one, body in zip(asked, pages, strict=True)]


def send(app: ASGIApp, form: Form, number: int, megabytes: int) -> None:
    """Upload a file of that size."""
    asyncio.run(_send(app, form, form.pieces(number, megabytes)))


async def _send(app: ASGIApp, form: Form, pieces: Iterable[bytes]) -> None:
    sent = await _post(app, form, iter(pieces), ends=True)
    if sent[0]["status"] != OK:
        raise AssertionError(f"the portal answers {sent[0]['status']}: {page.body(sent).decode()}")


def answer(app: ASGIApp, form: Form, pieces: Iterator[bytes], *, ends: bool = True) -> tuple[int, str]:
    """Status and body of the answer to a form of those pieces, after which the line ends or breaks off."""
    sent = asyncio.run(_post(app, form, pieces, ends=ends))
    return sent[0]["status"], page.body(sent).decode()


async def _post(app: ASGIApp, form: Form, pieces: Iterator[bytes], *, ends: bool) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        piece = next(pieces, None)
        if piece is None and not ends:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    async def tell(message: Any) -> None:  # noqa: ANN401  a message of ASGI
        sent.append(message)

    scope = page.scope(form.asked)
    kind = b"multipart/form-data; boundary=" + BOUNDARY
    scope |= {"method": "POST", "path": f"{form.asked.path}/criteria/{form.criterion}"}
    scope["headers"] = [*scope["headers"], (b"content-type", kind), (b"hx-request", b"true")]
    await app(scope, receive, tell)
    return sent


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _held(app: ASGIApp, form: Form, number: int, megabytes: int) -> float:
    tracemalloc.start()
    try:
        send(app, form, number, megabytes)
        return round(tracemalloc.get_traced_memory()[1] / (1 << 20), 2)
    finally:
        tracemalloc.stop()
