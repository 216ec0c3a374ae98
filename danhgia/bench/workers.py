"""Mail by two processes that share the outbox, against one process alone: the ratio is what the second one gains.

Each begins with parts of its own and goes on with what the other has left; the seconds are those of the mail server,
from the first mail to the last. Every mail has to come, and none twice.
"""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from danhgia.bench import world
from danhgia.bench.cases import Result, result
from danhgia.bench.places import KINDS, fresh
from danhgia.bench.sink import CONTEXT, Sink, sink
from flows import work
from flows.duties import Setting
from models.db import Database, run
from models.types import to_micros
from notifications.render import Origin
from notifications.send import open_transport

ORIGIN: Final = Origin("danhgia@don-vi.example", "https://danhgia.don-vi.example")
CONNECTIONS: Final = 4
SIZE: Final = "DANHGIA_BENCH_MAILS"
QUEUED: Final = (
    "INSERT INTO outbox (round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, "
    "answer) SELECT 1, a.id, 'assigned', g.account_id, 'bench', '{}', :now, 'queued', 0, '' "
    "FROM assessment a JOIN account_grant g ON g.subject_id = a.subject_id"
)


def bench_workers(n: int = 50_000) -> list[Result]:
    """So many mails, or as many as DANHGIA_BENCH_MAILS says."""
    size = int(os.environ.get(SIZE, n))
    with sink() as server:
        return [_of_kind(kind, server, size) for kind in KINDS]


def _of_kind(kind: str, server: Sink, n: int) -> Result:
    return result("workers", kind, n, (_seconds(kind, server, n, 2), _seconds(kind, server, n, 1)))


def _seconds(kind: str, server: Sink, n: int, workers: int) -> float:
    with fresh(kind) as database:
        queue(database, n)
        url = database.url.render_as_string(hide_password=False)
        parts = work.find("mail").shares(database, world.NOW)
        with ExitStack() as running:
            for number in range(workers):
                process = CONTEXT.Process(target=send, args=(url, server.url, parts[number::workers]))
                process.start()
                running.callback(process.join)
    taken = server.taken()
    if len(taken.ids) != n or taken.ids.total() != n:
        raise AssertionError(f"of {n} mails {len(taken.ids)} came, {taken.ids.total()} times")
    return taken.seconds


def queue(database: Database, n: int) -> None:
    """Queue n mails, two to each of n / 2 dossiers."""
    world.fill(database, n // 2)
    with database.writing() as session:
        run(session, QUEUED, {"now": to_micros(world.NOW)})


def send(url: str, smtp: str, parts: list[work.Ids]) -> None:
    """What a worker does: its own parts, and what others leave."""
    database = Database(url)
    with open_transport(smtp, Path(), CONNECTIONS) as transport:
        setting = Setting(database, lambda: world.NOW, transport, ORIGIN, Path())
        for part in parts:
            work.find("mail").do(setting, part)
    database.dispose()
