"""A mail server that takes every mail as fast as Python can and remembers which: for measuring who sends."""

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final, NamedTuple, cast

HOST: Final = "127.0.0.1"
END: Final = b"\r\n.\r\n"
MESSAGE_ID: Final = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)
CONTEXT: Final = get_context("spawn")


class Taken(NamedTuple):
    """What came in: how often each Message-ID, and the seconds from the first mail to the last."""

    ids: Counter[bytes]
    seconds: float


class Sink:
    """The server as a process of its own."""

    def __init__(self, line: Connection) -> None:
        self._line = line
        self.url = f"smtp://{HOST}:{line.recv()}?starttls=never"

    def taken(self) -> Taken:
        """What has come in since this was asked last."""
        return cast("Taken", self._ask("closed"))

    def count(self) -> int:
        """How many mails have come in since then."""
        return cast("int", self._ask("count"))

    def answer_up_to(self, mails: int) -> None:
        """Take further mails than so many without a word, until there is another limit."""
        self._ask("answer_up_to", mails)

    def _ask(self, name: str, *arguments: int) -> object:
        self._line.send((name, arguments))
        return self._line.recv()


@contextmanager
def sink() -> Iterator[Sink]:
    """A server on a free port of this machine."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield Sink(ours)
    finally:
        process.terminate()
        process.join()


def _serve(line: Connection) -> None:
    asyncio.run(_take_all(line))


async def _take_all(line: Connection) -> None:
    loop, book = asyncio.get_running_loop(), _Book()

    def tell() -> None:
        name, arguments = line.recv()
        line.send(getattr(book, name)(*arguments))

    listening = await loop.create_server(lambda: _Talk(book), HOST, 0)
    line.send(listening.sockets[0].getsockname()[1])
    loop.add_reader(line.fileno(), tell)
    await listening.serve_forever()


class _Book:
    """What has come in, and who waits for an answer."""

    def __init__(self) -> None:
        self._ids: Counter[bytes] = Counter()
        self._first = self._last = 0.0
        self._limit, self._waiting = sys.maxsize, list[asyncio.Transport]()

    def write(self, mail: bytes, sender: asyncio.Transport) -> None:
        found = MESSAGE_ID.search(mail)
        self._ids[found[1] if found else b""] += 1
        self._last = perf_counter()
        self._first = self._first or self._last
        self._waiting.append(sender)
        if self.count() <= self._limit:
            self._answer()

    def _answer(self) -> None:
        while self._waiting:
            self._waiting.pop().write(b"250 2.0.0 taken\r\n")

    def count(self) -> int:
        return self._ids.total()

    def answer_up_to(self, mails: int) -> None:
        self._limit = mails
        if self.count() <= mails:
            self._answer()

    def closed(self) -> Taken:
        """Everything so far; a new page begins."""
        taken = Taken(self._ids, self._last - self._first)
        self._ids, self._first = Counter(), 0.0
        return taken


class _Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, book: _Book) -> None:
        self._book, self._left, self._in_mail = book, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._left += data
        while (found := self._left.partition(END if self._in_mail else b"\r\n"))[1]:
            line, _, self._left = found
            if self._in_mail:
                self._in_mail = False
                self._book.write(line, self._transport)
            else:
                self._transport.write(self._answer(line))

    def _answer(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-sink\r\n250 SIZE 10000000\r\n"
            case b"DATA":
                self._in_mail = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
        return b"250 2.0.0 ok\r\n"
