"""Handing mail over: to an SMTP server by kept connections, or into a folder."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from notifications.claims import Answer, Outcome
from notifications.render import Mail

TIMEOUT: Final = 30.0
IDLE: Final = 10.0
MOMENT: Final = 0.01
PERMANENT: Final = 500
STARTTLS: Final = {"required": True, "never": False}


class Unreachable(Exception):
    """No mail at all can be handed over now; the text says why."""


Handed = tuple[Mail, Answer]


class Transport(Protocol):
    """Where mail is handed over."""

    def send(self, mail: Mail) -> Answer:
        """Hand over one mail; Unreachable when none can be."""
        ...

    def send_each(self, mails: Iterator[Mail]) -> Generator[list[Handed]]:
        """Hand mails over one after the other; what is yielded is written down before more is asked for.

        Unreachable when no more can be handed over; then mails that were taken may be left without an answer.
        """
        for mail in mails:
            yield [(mail, self.send(mail))]


class FileTransport(Transport):
    """A folder of its owner's alone that takes every mail as a file named by day, message, recipient and cause."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> Answer:
        """Write the file whole or not at all; the same mail goes into the same file."""
        path = self.folder / file_name(mail)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(mail.content)
            part.replace(path)
        except OSError as error:
            raise Unreachable(str(error)) from error
        return Answer(Outcome.SENT, f"đã ghi tệp {path.name}")


def file_name(mail: Mail) -> str:
    """Such as 2026-11-10-assigned-canbo-quan-hai-chau.danang.example-1f2e3d4c.eml."""
    recipient = "".join(sign if sign.isalnum() or sign in ".-" else "-" for sign in mail.recipient.lower())
    return f"{mail.day}-{mail.name}-{recipient}-{mail.code[:8]}.eml"


class SmtpTransport(Transport):
    """Connections to the server of DANHGIA_SMTP_URL, made when first needed, kept, made again when lost.

    `smtp://` takes STARTTLS when the server offers it, insists with `?starttls=required`, and does without with
    `?starttls=never`; `smtps://` is TLS from the start. Not for use inside a running event loop.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 1,
        tls: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        idle: float = IDLE,
    ) -> None:
        self._runner = asyncio.Runner()
        self._lines = [_Line(_client(url, tls, timeout), idle) for _ in range(connections)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self._lines:
            self._runner.run(line.quit())
        self._runner.close()

    def send(self, mail: Mail) -> Answer:
        """Hand over one mail; a lost connection is a retry, a server that takes no mail at all is Unreachable."""
        return self._runner.run(self._lines[0].send(mail))

    def send_each(self, mails: Iterator[Mail]) -> Generator[list[Handed]]:
        """As by any transport, over all connections; with as many as the server lets us have at once.

        A connection takes its next mail when the answer to its last one has been taken, so of a process that dies at
        most one mail a connection has gone out unrecorded.
        """
        free, busy = list(self._lines), _Busy()
        try:
            while True:
                busy |= self._start(free, mails)
                if not busy:
                    return
                self._runner.run(_settle(busy))
                handed, refused = _take(busy, free)
                if handed:
                    yield handed
                mails = chain((mail for mail, _ in refused), mails)
                if refused and not busy and not any(line.is_connected for line in free):
                    raise refused[0][1]
        finally:
            self._runner.run(_drop(busy))

    def _start(self, free: list["_Line"], mails: Iterator[Mail]) -> "_Busy":
        """A mail for every connection that is free, as long as there are mails."""
        loop, started = self._runner.get_loop(), _Busy()
        for mail in islice(mails, len(free)):
            line = free.pop(0)
            started[loop.create_task(line.send(mail))] = (line, mail)
        return started


class _Line:
    """One connection."""

    def __init__(self, client: SMTP, idle: float) -> None:
        self._client, self._idle = client, idle
        self._fresh_until = 0.0
        self._is_used = False

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected

    async def send(self, mail: Mail) -> Answer:
        """Hand over one mail; Unreachable when the server cannot be reached or does not want us."""
        await self._connect()
        try:
            await self._announce(mail)
            answer = Answer(Outcome.SENT, (await self._client.data(mail.content)).message)
        except (SMTPRecipientRefused, SMTPDataError) as error:
            answer = Answer(_outcome(error), _said(error))
        except SMTPResponseException as error:
            answer = Answer(Outcome.RETRY, _said(error))
        except (SMTPException, OSError) as error:
            self.close()
            answer = Answer(Outcome.RETRY, str(error))
        if answer.outcome is not Outcome.SENT and self.is_connected:
            await self._answers(self._client.rset)
        self._fresh_until, self._is_used = monotonic() + self._idle, True
        return answer

    async def _announce(self, mail: Mail) -> None:
        """Name sender and recipient; once more by a new connection where the server had enough of the kept one.

        Nothing of the mail has gone out by then, so this doubles nothing.
        """
        try:
            await self._name(mail)
        except (SMTPServerDisconnected, SMTPResponseException):
            if self.is_connected or not self._is_used:
                raise
            await self._connect()
            await self._name(mail)

    async def _name(self, mail: Mail) -> None:
        options = [f"size={len(mail.content)}"] if self._client.supports_extension("size") else []
        await self._client.mail(mail.sender, options=options)
        await self._client.rcpt(mail.recipient)

    async def _connect(self) -> None:
        """Connect unless that is done; a connection that lay idle is tried first, servers close those.

        A server that has too many connections says so when it is greeted, which only a first word makes us do.
        """
        is_fresh = monotonic() < self._fresh_until
        if self.is_connected and (is_fresh or await self._answers(self._client.noop)):
            return
        self._is_used = False
        try:
            await self._client.connect()
            await self._client.noop()
        except (SMTPException, OSError) as error:
            self.close()
            raise Unreachable(_said(error) if isinstance(error, SMTPResponseException) else str(error)) from error

    async def _answers(self, ask: Callable[[], Awaitable[object]]) -> bool:
        try:
            await ask()
        except (SMTPException, OSError):
            self.close()
        return self.is_connected

    async def quit(self) -> None:
        """Take leave of the server where we are connected."""
        if self.is_connected:
            await self._answers(self._client.quit)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


class _Busy(dict["asyncio.Task[Answer]", tuple[_Line, Mail]]):
    """What is under way, and over which connection."""


async def _settle(busy: _Busy) -> None:
    """Until something has ended, and a moment longer, so that what ends together is written down together."""
    _, others = await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
    if others:
        await asyncio.wait(others, timeout=MOMENT)


def _take(busy: _Busy, free: list[_Line]) -> tuple[list[Handed], list[tuple[Mail, Unreachable]]]:
    """The answers that are there; a connection that could not be made is not free again."""
    handed: list[Handed] = []
    refused: list[tuple[Mail, Unreachable]] = []
    for task in [task for task in busy if task.done()]:
        line, mail = busy.pop(task)
        try:
            handed.append((mail, task.result()))
            free.append(line)
        except Unreachable as error:
            refused.append((mail, error))
    return handed, refused


async def _drop(busy: _Busy) -> None:
    """Give up what is under way, of whose answers nobody wants to know."""
    for task, (line, _) in busy.items():
        task.cancel()
        line.close()
    await asyncio.gather(*busy, return_exceptions=True)


def _client(url: str, tls: ssl.SSLContext | None, timeout: float) -> SMTP:
    parts = urlsplit(url)
    wanted = parse_qs(parts.query).get("starttls", [""])[0]
    return SMTP(
        hostname=parts.hostname,
        port=parts.port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls=False if parts.scheme == "smtps" else STARTTLS.get(wanted),
        tls_context=tls,
        timeout=timeout,
    )


def _said(error: SMTPResponseException) -> str:
    return f"{error.code} {error.message}"


def _outcome(error: SMTPResponseException) -> Outcome:
    return Outcome.BOUNCED if error.code >= PERMANENT else Outcome.RETRY


@contextmanager
def open_transport(smtp_url: str | None, folder: Path, connections: int = 1) -> Iterator[Transport]:
    """The transport of this installation: so many connections to its SMTP server, or a folder when it has none."""
    if smtp_url is None:
        yield FileTransport(folder)
        return
    with SmtpTransport(smtp_url, connections=connections) as transport:
        yield transport
