"""Does due work at chosen instants, with mail into a folder; alone, or in several processes at once."""

import multiprocessing
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlmodel import col, select

from flows.duties import Setting
from flows.work import sweep
from models.db import Database
from models.jobs import Job
from models.mail import Outbox
from notifications.render import Origin
from notifications.send import FileTransport

ORIGIN = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example")


class Keeper:
    """A clock that stands where it is put, and the sweeps of due work."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder

    def setting(self, now: datetime) -> Setting:
        return Setting(self.database, lambda: now, FileTransport(self.folder / "mail"), ORIGIN, self.folder)

    def at(self, now: datetime) -> dict[str, Mapping[str, int]]:
        """One pass over everything due; the counts of every work that had something to do."""
        return {done.work: done.counts for done in sweep(self.setting(now)) if done.counts}

    def mails(self, *messages: str) -> list[Outbox]:
        with self.database.reading() as session:
            chosen = select(Outbox).where(col(Outbox.message).in_(messages))
            return list(session.exec(chosen.order_by(col(Outbox.id))))

    def counts(self, *messages: str) -> dict[str, int]:
        """How many mails of each of these messages there are."""
        return dict(Counter(row.message for row in self.mails(*messages)))

    def jobs(self, *kinds: str) -> list[Job]:
        with self.database.reading() as session:
            return list(session.exec(select(Job).where(col(Job.kind).in_(kinds)).order_by(col(Job.id))))


def sweep_together(url: str, folder: Path, moments: Sequence[datetime], processes: int = 2) -> None:
    """Sweep at each moment in several processes at once."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processes)
    running = [context.Process(target=_sweep, args=(url, folder, moments, barrier)) for _ in range(processes)]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0] * processes


def _sweep(url: str, folder: Path, moments: Sequence[datetime], barrier: Barrier) -> None:
    database = Database(url)
    for now in moments:
        barrier.wait(60)
        Keeper(database, folder).at(now)
    database.dispose()
