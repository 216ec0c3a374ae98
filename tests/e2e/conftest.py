"""A portal as people meet it: a process of its own, a real browser, mail in a folder."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from config.calendar import LOCAL
from models.db import Database, run
from tests.actions.world import World, launched
from tests.conftest import Fresh
from tests.notifications.smtp import free_port

NOW = datetime(2026, 12, 3, 9, 41, tzinfo=LOCAL)
PATIENCE = 30.0
EXPECTING = 15_000.0
"""Milliseconds in which a page must show what is expected: two cores shared with other work take their time."""


@dataclass
class Site:
    """A portal that runs, the round in it, and its database."""

    address: str
    world: World
    database: Database


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Not for the whole session: while it runs, other tests can run no event loop."""
    path = shutil.which("chromium")
    assert path is not None, "install Debian's package chromium (deploy/test-setup.sh does, as root)"
    expect.set_options(timeout=EXPECTING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Site]:
    """A portal on a rehearsal's round, six days before it closes."""
    with fresh_sqlite() as url:
        database = Database(url)
        world = launched(database, year=2026, now=datetime(2026, 11, 10, 1, tzinfo=UTC))
        with database.writing() as session:
            run(session, "UPDATE installation SET made_as = 'rehearsal'")
        port = free_port()
        with _running(url, tmp_path, port):
            yield Site(f"http://127.0.0.1:{port}", world, database)
        database.dispose()


def _running(url: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    ours = {
        "DANHGIA_DATABASE_URL": url,
        "DANHGIA_VAR": str(folder),
        "DANHGIA_BASE_URL": f"http://127.0.0.1:{port}",
        "DANHGIA_NOW": NOW.isoformat(),
    }
    command = [sys.executable, "-m", "danhgia.portal", "127.0.0.1", str(port)]
    process = _Served(command, env=os.environ | ours)
    process.wait_for(port)
    return process


class _Served(subprocess.Popen[bytes]):
    """The portal's process; leaving it ends it."""

    def __exit__(self, *_: object) -> None:
        self.terminate()
        self.wait()

    def wait_for(self, port: int) -> None:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            assert self.poll() is None, "the portal ended"
            assert time.monotonic() < end, "the portal does not answer"
            time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
