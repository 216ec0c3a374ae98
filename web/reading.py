"""A form as it comes in: what was typed is held, files are written and hashed piece by piece.

Files lie in the folder of evidence under names of their own and are nobody's yet: who may keep one is asked later.
"""

import asyncio
from asyncio import Future
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from evidence.store import LIMIT, Coming, Store
from web.forms import Typed, Unfinished, Unreadable, Upload, clean
from web.refusals import TooMany
from web.security import LARGEST

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FIELDS: Final = 5_000
MOST_FILES: Final = 1_000
LONGEST_FIELD: Final = 4 * 1024 * 1024
AHEAD: Final = 1024 * 1024
"""Bytes that may wait while others are taken."""
PARTS: Final = b"multipart/form-data"
PLAIN: Final = b"application/x-www-form-urlencoded"


class Room(NamedTuple):
    """How much of a form is taken: bytes of all its words, and of each of its files, of which more is not written."""

    words: int
    file: int


FOR_ACCOUNTS: Final = Room(LARGEST, LIMIT)
FOR_STRANGERS: Final = Room(2 * 1024 * 1024, 0)
"""Their files are passed over, the words beside them are kept: they may be of somebody whose session has ended."""


def may_be_large(request: Request) -> bool:
    """Whether a form may be more than what is taken of anybody."""
    kind, _options = parse_options_header(request.headers.get("content-type"))
    length = request.headers.get("content-length", "")
    return kind == PARTS or not length.isdecimal() or int(length) > FOR_STRANGERS.words


async def read(request: Request, store: Store, room: Room = FOR_ACCOUNTS) -> Typed:
    """The form of a request; Unreadable when it is none, TooMany beyond the room, Unfinished when it broke off."""
    if request.method in {"GET", "HEAD"}:
        return Typed()
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == PLAIN:
        return await run_in_threadpool(_plain, await _body(request, room.words))
    if kind != PARTS:
        return Typed()
    parts = _Parts(store, room)
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())
        await _pass_on(request.stream(), parser.write)
        return await run_in_threadpool(parts.typed)
    except BaseException as error:
        parts.drop()
        if isinstance(error, FormParserError):
            raise Unreadable(str(error)) from error
        raise


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise TooMany
    return bytes(body)


def _plain(body: bytes) -> Typed:
    """A form without files; of a large one this takes seconds, in which the server has others to serve."""
    try:
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    if any(len(value) > LONGEST_FIELD for _, value in fields):
        raise Unreadable("a field is too long")
    return Typed(tuple((clean(name), clean(value)) for name, value in fields))


async def _pass_on(pieces: AsyncIterator[bytes], take: Callable[[bytes], object]) -> None:
    """Have what came taken in a thread, as one piece, while more comes; the sender waits when it becomes much."""
    waiting: list[bytes] = []
    size = 0
    job: Future[None] | None = None
    try:
        async for piece in pieces:
            waiting.append(piece)
            size += len(piece)
            if job is None or job.done() or size >= AHEAD:
                await _done(job)
                job = asyncio.ensure_future(run_in_threadpool(_join, waiting, take))
                waiting, size = [], 0
        await _done(job)
        await run_in_threadpool(_join, waiting, take)
    finally:
        if job:
            await asyncio.wait([job])


def _join(waiting: list[bytes], take: Callable[[bytes], object]) -> None:
    take(b"".join(waiting))


async def _done(job: Future[None] | None) -> None:
    if job:
        await job


@dataclass(slots=True)
class _Part:
    """One part as far as it came: words, or a file; neither where no file was chosen."""

    disposition: bytes = b""
    name: str = ""
    words: bytearray | None = None
    filename: str = ""
    file: Coming | None = None


class _Parts:
    """What a parser found so far."""

    def __init__(self, store: Store, room: Room) -> None:
        self._store, self._room = store, room
        self._worded = 0
        self._part, self._is_whole = _Part(), False
        self._header, self._value = bytearray(), bytearray()
        self._words: list[_Part] = []
        self._files: list[_Part] = []
        self._count = 0

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_header,
            "on_header_value": self._add_to_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._add,
            "on_part_end": self._end,
            "on_end": self._end_all,
        }

    def drop(self) -> None:
        """Take every file away."""
        for part in self._files:
            if part.file:
                part.file.drop()

    def typed(self) -> Typed:
        """The form; Unfinished, with the words that came, when its end did not come."""
        words = tuple((clean(one.name), clean((one.words or b"").decode(errors="replace"))) for one in self._words)
        if not self._is_whole:
            raise Unfinished(Typed(words))
        files: dict[str, tuple[Upload, ...]] = {}
        for one in self._files:
            if one.file:
                files[one.name] = (*files.get(one.name, ()), Upload(one.filename, one.file))
        return Typed(words, files)

    def _begin(self) -> None:
        self._part = _Part()
        self._count += 1
        if self._count > MOST_FIELDS + MOST_FILES:
            raise Unreadable("a form has too many parts")

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._part.disposition = bytes(self._value)
        self._header, self._value = bytearray(), bytearray()

    def _end_headers(self) -> None:
        part, (_kind, options) = self._part, parse_options_header(self._part.disposition)
        if b"name" not in options:
            raise Unreadable("a part has no name")
        part.name = options[b"name"].decode(errors="replace")
        if b"filename" not in options:
            part.words = bytearray()
            self._words.append(part)
        elif options[b"filename"]:
            part.filename = options[b"filename"].decode(errors="replace")
            part.file = Coming(self._store, self._room.file)
            self._files.append(part)
        if len(self._words) > MOST_FIELDS or len(self._files) > MOST_FILES:
            raise Unreadable("a form has too many parts")

    def _add(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.file:
            part.file.write(memoryview(data)[start:end])
        elif part.words is not None:
            part.words += data[start:end]
            self._worded += end - start
            if self._worded > self._room.words:
                raise TooMany
            if len(part.words) > LONGEST_FIELD:
                raise Unreadable("a field is too long")

    def _end(self) -> None:
        if self._part.file:
            self._part.file.end()

    def _end_all(self) -> None:
        self._is_whole = True
