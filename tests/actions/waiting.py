"""Two people at one thing: who came second waits for who came first."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sqlmodel import Session

from models.db import Database, run
from tests.flows.serving import until

WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def behind(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> Future[object]:
    """The outcome of `second`, which begins before the transaction of `first` has ended and waits for it."""

    def come_second() -> object:
        with database.writing() as session:
            return second(session)

    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        first(session)
        waiting = pool.submit(come_second)
        until(lambda: waiting.running() and _somebody_waits(database))
    return waiting


def _somebody_waits(database: Database) -> bool:
    """Whether a transaction waits for a lock; SQLite tells nobody, there it is enough that one has begun."""
    with database.reading() as session:
        return database.is_sqlite or bool(run(session, WAITING).fetchone())
