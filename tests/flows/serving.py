"""Real Prefect servers and supervisors, each with a folder of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.settings import Settings
from danhgia.serve import Prefect
from models.db import Database, run
from models.types import to_micros
from tests.actions.world import World, launched
from tests.notifications.smtp import free_port

PATIENCE = 150.0


def until(happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something to happen; a machine under load is given time."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def settings_in(folder: Path) -> Settings:
    """The settings of a new, migrated database in a folder."""
    settings = Settings(database_url=f"sqlite:///{folder}/danhgia.db", var=folder)
    database = Database(settings.database_url)
    database.upgrade()
    database.dispose()
    return settings


def underway(database: Database, subjects: int) -> World:
    """A round launched yesterday by the real clock; its closings lie in the next year."""
    now = datetime.now(UTC)
    return launched(database, year=now.year + 1, subjects=subjects, now=now - timedelta(days=1))


def close(database: Database, world: World, closing: datetime, *numbers: int) -> None:
    """Let dossiers close at another instant than they were launched with."""
    with database.writing() as session:
        for number in numbers:
            moved = {"id": world.assessment_ids[number], "at": to_micros(closing)}
            run(session, "UPDATE assessment SET closes_at = :at WHERE id = :id", moved)


@contextmanager
def prefect(settings: Settings) -> Iterator[Prefect]:
    """A Prefect server with its runner, and no plain work loop."""
    here = Prefect(settings, free_port())
    try:
        until(lambda: _has_runner(here))
        yield here
    finally:
        here.stop()


def _has_runner(here: Prefect) -> bool:
    here.watch()
    return here.runner.is_running()


@contextmanager
def supervisor(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`danhgia serve` as a process; killed with all its children if a test leaves it running."""
    ours = {"DANHGIA_DATABASE_URL": settings.database_url, "DANHGIA_VAR": str(settings.var)}
    with (settings.var / "serve.log").open("wb") as log:
        command = [sys.executable, "-m", "danhgia.serve", str(free_port())]
        process = subprocess.Popen(command, env=os.environ | ours, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
