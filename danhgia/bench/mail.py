"""Reminders through a real SMTP server on this machine, against rendering and sending the same mails barely.

Ours takes them out of the outbox, leases them, reads what they say, mints the tokens of their links, sends them and
writes each answer down, over as many connections as an installation keeps (DANHGIA_SMTP_CONNECTIONS). The baseline has
read all that before its time begins, keeps one connection of aiosmtplib and writes nothing down; the bytes of its mails
are the same. The server is aiosmtpd, in a process of its own.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiosmtplib import SMTP
from sqlmodel import col, select

from config.settings import Settings
from danhgia.bench import world
from danhgia.bench.cases import Result, result, timed
from danhgia.bench.places import KINDS, fresh
from danhgia.bench.sink import CONTEXT, HOST
from models.db import Database, run
from models.mail import Outbox
from models.types import to_micros
from notifications.delivery import deliver
from notifications.messages import Case, letters, load
from notifications.render import Origin, render
from notifications.send import Transport, open_transport

CHUNK: Final = 500
"""So many mails are sent in a turn."""
ORIGIN: Final = Origin("danhgia@don-vi.example", "https://danhgia.don-vi.example")
TOKEN: Final = "0" * 43
QUEUED: Final = (
    "INSERT INTO outbox (round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, "
    "answer) SELECT 1, a.id, 'reminder', g.account_id, 'bench', '{\"days\": 1}', :now, 'queued', 0, '' "
    "FROM assessment a JOIN account_grant g ON g.subject_id = a.subject_id WHERE a.id BETWEEN :first AND :last "
    "ORDER BY g.id"
)


def bench_mail(n: int = 10_000) -> list[Result]:
    """So many reminders each; chunks take turns."""
    with server() as url:
        return [_of_kind(kind, url, n) for kind in KINDS]


def _of_kind(kind: str, url: str, n: int) -> Result:
    seconds = [0.0, 0.0]
    connections = Settings().smtp_connections
    with fresh(kind) as database, open_transport(url, Path(), connections) as transport:
        world.fill(database, n)
        for first in range(1, n + 1, CHUNK):
            middle = first + CHUNK // 2
            queue(database, first, middle - 1)
            seconds[0] += timed(partial(send, database, transport, CHUNK))
            queue(database, middle, first + CHUNK - 1)
            cases = taken(database)
            seconds[1] += timed(partial(send_barely, url, cases))
    return result("mail", kind, n, (seconds[0], seconds[1]))


def queue(database: Database, first: int, last: int) -> None:
    """Queue a reminder to both accounts of each dossier from `first` to `last`."""
    with database.writing() as session:
        run(session, QUEUED, {"now": to_micros(world.NOW), "first": first, "last": last})


def send(database: Database, transport: Transport, n: int) -> None:
    """Empty the outbox, in which so many mails wait, as the program does."""
    delivered = deliver(database, transport, ORIGIN, now=lambda: world.NOW)
    if delivered.sent != n:
        raise AssertionError(f"of {n} mails: {delivered}")


def taken(database: Database) -> Sequence[Case]:
    """What waits in the outbox, with all that the mails say; it waits no longer."""
    with database.writing() as session:
        rows = session.exec(select(Outbox).where(col(Outbox.status) == "queued").order_by(col(Outbox.id))).all()
        cases = load(session, rows, world.NOW)
        run(session, "UPDATE outbox SET status = 'sent' WHERE status = 'queued'")
    return cases


def send_barely(url: str, cases: Sequence[Case]) -> None:
    """Render the mails of these cases and send them, one after the other over one connection."""
    asyncio.run(_send_barely(url, cases))


async def _send_barely(url: str, cases: Sequence[Case]) -> None:
    parts = urlsplit(url)
    async with SMTP(hostname=parts.hostname, port=parts.port, start_tls=False) as client:
        for letter in letters(cases):
            mail = render(letter, ORIGIN, world.NOW, {case.row.id: TOKEN for case in letter})
            await client.sendmail(mail.sender, [mail.recipient], mail.content)


@contextmanager
def server() -> Iterator[str]:
    """URL of an SMTP server that takes every mail, in a process of its own."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"smtp://{HOST}:{ours.recv()}?starttls=never"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection) -> None:
    asyncio.run(_take_all(told))


async def _take_all(told: Connection) -> None:
    from aiosmtpd import handlers, smtp

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: smtp.SMTP(handlers.Sink()), HOST, 0)
    told.send(listening.sockets[0].getsockname()[1])
    await listening.serve_forever()
