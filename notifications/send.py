"""Handing mail over: to an SMTP server or into a folder; and the loop that empties the outbox.

Rows are claimed in a short transaction, rendered and sent outside any, and recorded one mail at a time: after a
crash at most the mail in flight goes out again, with the same Message-ID.
"""

import asyncio
import os
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from jinja2 import TemplateError

from models.db import Database
from models.mail import Outbox
from notifications.claims import Answer, Outcome, claim, record
from notifications.links import mint
from notifications.messages import Case, letters, load, needless
from notifications.render import Mail, Origin, render

__all__ = ["Delivered", "FileTransport", "SmtpTransport", "Transport", "Unreachable", "claim", "deliver", "record"]

TIMEOUT: Final = 30.0
IDLE: Final = 10.0
MARGIN: Final = timedelta(minutes=2)
PERMANENT: Final = 500
STARTTLS: Final = {"required": True, "never": False}
CANNOT_TELL: Final = (LookupError, TemplateError, TypeError, ValueError)


class Unreachable(Exception):
    """No mail at all can be handed over now; the text says why."""


class Transport(Protocol):
    """Where mail is handed over."""

    def send(self, mail: Mail) -> Answer:
        """Hand over one mail; Unreachable when none can be."""


class FileTransport:
    """A folder that takes every mail as a file named by day, message, recipient and cause."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> Answer:
        """Write the file whole or not at all; the same mail goes into the same file."""
        path = self.folder / file_name(mail)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
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


class SmtpTransport:
    """One connection to the server of DANHGIA_SMTP_URL, made when first needed, made again when lost.

    `smtp://` takes STARTTLS when the server offers it, insists with `?starttls=required`, and does without with
    `?starttls=never`; `smtps://` is TLS from the start. Not for use inside a running event loop.
    """

    def __init__(
        self, url: str, *, tls: ssl.SSLContext | None = None, timeout: float = TIMEOUT, idle: float = IDLE
    ) -> None:
        parts = urlsplit(url)
        wanted = parse_qs(parts.query).get("starttls", [""])[0]
        self._runner = asyncio.Runner()
        self._idle, self._fresh_until = idle, 0.0
        self._client = SMTP(
            hostname=parts.hostname,
            port=parts.port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=False if parts.scheme == "smtps" else STARTTLS.get(wanted),
            tls_context=tls,
            timeout=timeout,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._quit())
        self._runner.close()

    def send(self, mail: Mail) -> Answer:
        """Hand over one mail; a lost connection is a retry, a server that takes no mail at all is Unreachable."""
        answer = self._runner.run(self._send(mail))
        self._fresh_until = monotonic() + self._idle
        return answer

    async def _send(self, mail: Mail) -> Answer:
        await self._connect()
        try:
            _, answer = await self._client.sendmail(mail.sender, [mail.recipient], mail.content)
        except SMTPRecipientsRefused as error:
            return Answer(_outcome(error.recipients[0]), _said(error.recipients[0]))
        except SMTPDataError as error:
            return Answer(_outcome(error), _said(error))
        except SMTPResponseException as error:
            return Answer(Outcome.RETRY, _said(error))
        except (SMTPException, OSError) as error:
            self._client.close()
            return Answer(Outcome.RETRY, str(error))
        return Answer(Outcome.SENT, answer)

    async def _connect(self) -> None:
        """Connect unless that is done; a connection that lay idle is tried first, servers close those."""
        if self._client.is_connected and (monotonic() < self._fresh_until or await self._answers()):
            return
        try:
            await self._client.connect()
        except (SMTPException, OSError) as error:
            self._client.close()
            raise Unreachable(_said(error) if isinstance(error, SMTPResponseException) else str(error)) from error

    async def _answers(self) -> bool:
        try:
            await self._client.noop()
        except (SMTPException, OSError):
            self._client.close()
        return self._client.is_connected

    async def _quit(self) -> None:
        if self._client.is_connected:
            try:
                await self._client.quit()
            except (SMTPException, OSError):
                self._client.close()


def _said(error: SMTPResponseException) -> str:
    return f"{error.code} {error.message}"


def _outcome(error: SMTPResponseException) -> Outcome:
    return Outcome.BOUNCED if error.code >= PERMANENT else Outcome.RETRY


@contextmanager
def open_transport(smtp_url: str | None, folder: Path) -> Iterator[Transport]:
    """The transport of this installation: its SMTP server, or a folder when it has none."""
    if smtp_url is None:
        yield FileTransport(folder)
        return
    with SmtpTransport(smtp_url) as transport:
        yield transport


class Delivered(NamedTuple):
    """How many mails were sent, refused for good, put off, given up, and not sent because nobody wants them."""

    sent: int = 0
    bounced: int = 0
    retried: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, outcome: Outcome) -> "Delivered":
        """Count one more mail."""
        field = "retried" if outcome is Outcome.RETRY else outcome.value
        return self._replace(**{field: self[self._fields.index(field)] + 1})


def deliver(
    database: Database, transport: Transport, origin: Origin, *, now: Callable[[], datetime], limit: int = 100
) -> Delivered:
    """Send all that is due, `limit` mails a claim, until nothing is or the transport cannot be reached."""
    delivery = _Delivery(database, transport, origin, now)
    while not delivery.unreachable and (rows := delivery.take(limit)):
        delivery.empty(rows)
    return delivery.delivered


class _Delivery:
    """One run over the outbox."""

    def __init__(self, database: Database, transport: Transport, origin: Origin, now: Callable[[], datetime]) -> None:
        self.database, self.transport, self.origin, self.now = database, transport, origin, now
        self.delivered = Delivered()
        self.unreachable: str | None = None

    def take(self, limit: int) -> list[Outbox]:
        with self.database.writing() as session:
            return claim(session, self.now(), limit)

    def empty(self, rows: Sequence[Outbox]) -> None:
        """Send or record every mail of a claim, as long as its lease lasts."""
        wanted = [case for case in self._cases(rows) if not self._is_dropped(case)]
        with self.database.writing() as session:
            tokens = mint(session, [case.row for case in wanted], self.now())
        for letter in letters(wanted):
            if self.now() < (letter[0].row.lease_until or self.now()) - MARGIN:
                self._record([case.row for case in letter], self._answer(letter, tokens))

    def _cases(self, rows: Sequence[Outbox]) -> list[Case]:
        """The cases of a claim; one row that cannot be read does not keep back the others."""
        try:
            with self.database.reading() as session:
                return load(session, rows, self.now())
        except CANNOT_TELL as error:
            if len(rows) > 1:
                return [case for row in rows for case in self._cases([row])]
            self._record(rows, Answer(Outcome.FAILED, f"không đọc được dữ liệu của thư: {error}"))
            return []

    def _is_dropped(self, case: Case) -> bool:
        reason = needless(case, self.now())
        if reason is not None:
            self._record([case.row], Answer(Outcome.SKIPPED, reason))
        return reason is not None

    def _answer(self, letter: Sequence[Case], tokens: Mapping[int, str]) -> Answer:
        if self.unreachable is not None:
            return Answer(Outcome.RETRY, self.unreachable)
        try:
            mail = render(letter, self.origin, self.now(), tokens)
        except CANNOT_TELL as error:
            return Answer(Outcome.FAILED, f"không soạn được thư: {error}")
        try:
            return self.transport.send(mail)
        except Unreachable as error:
            self.unreachable = str(error)
            return Answer(Outcome.RETRY, self.unreachable)

    def _record(self, rows: Sequence[Outbox], answer: Answer) -> None:
        with self.database.writing() as session:
            outcome = record(session, rows, answer, self.now())
        self.delivered = self.delivered.plus(outcome)
