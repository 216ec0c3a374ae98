"""Flows done by process workers of a Prefect work pool, as on several machines: own folders, one database."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from config.settings import Settings
from danhgia.bench.sink import sink
from danhgia.bench.workers import queue
from danhgia.serve import Prefect
from models.db import Database, run
from tests.conftest import Fresh
from tests.faults.test_mail_workers import forget_leases, statuses
from tests.flows.serving import until
from tests.notifications.smtp import free_port

MAILS = 6_000
HELD = 1_000
POOL = "may-lam-viec"


@contextmanager
def worker(here: Prefect, folder: Path, **ours: str) -> Iterator[subprocess.Popen[bytes]]:
    """`prefect worker start`, told nothing but where the server, the database and the mail server are."""
    folder.mkdir()
    told = here.environment()
    shared = {name: told[name] for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "DO_NOT_TRACK")}
    own = {"PREFECT_HOME": str(folder / "prefect"), "DANHGIA_VAR": str(folder / "var")}
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, env=os.environ | shared | own | ours, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """A worker with all that it runs."""
    if process.poll() is None:
        for one in (psutil.Process(process.pid), *running_in(process)):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()


def running_in(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of its runs."""
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_workers_share_the_mail_and_one_goes_on_when_the_other_is_killed(
    fresh_postgresql: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_postgresql() as url, sink() as server:
        database = Database(url)
        queue(database, MAILS)
        with database.writing() as session:
            run(session, "UPDATE outbox SET due_at = 0")
        ours = {"DANHGIA_DATABASE_URL": url, "DANHGIA_SMTP_URL": server.url, "DANHGIA_WORK_POOL": POOL}
        for name, value in ours.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PREFECT_API_URL", raising=False)
        here = Prefect(Settings(var=tmp_path / "server"), free_port())
        try:
            with worker_pair(here, tmp_path, ours) as (first, second):
                server.answer_up_to(HELD)
                until(lambda: watched(here) and server.count() > HELD)
                kill(first)
                server.answer_up_to(2 * MAILS)
                until(lambda: watched(here) and not unclaimed(database) and not running_in(second))
                forget_leases(database)
                until(lambda: watched(here) and asked_again(here))
                until(lambda: watched(here) and statuses(database) == Counter(sent=MAILS))
        finally:
            here.stop()
            database.dispose()
        taken = server.taken().ids
    assert len(taken) == MAILS
    assert taken.total() - MAILS <= 8 * Settings().smtp_connections


@contextmanager
def worker_pair(
    here: Prefect, folder: Path, ours: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]]:
    """Two workers, once the server answers."""
    until(lambda: watched(here) and here.runner.is_running())
    with worker(here, folder / "one", **ours) as first, worker(here, folder / "two", **ours) as second:
        yield first, second


def watched(here: Prefect) -> bool:
    """What `danhgia serve` does all the time."""
    here.watch()
    return True


def unclaimed(database: Database) -> int:
    with database.reading() as session:
        sql = "SELECT count(*) FROM outbox WHERE status = 'queued' AND lease_until IS NULL"
        return int(run(session, sql).fetchone()[0])


def asked_again(here: Prefect) -> bool:
    """A further run of the flow, as its schedule asks for every hour."""
    told = here.environment()
    ours = {PREFECT_API_URL: told["PREFECT_API_URL"], PREFECT_API_AUTH_STRING: told["PREFECT_API_AUTH_STRING"]}
    with temporary_settings(ours), get_client(sync_client=True) as client:
        return bool(client.create_flow_run_from_deployment(client.read_deployment_by_name("mail/danhgia").id))
