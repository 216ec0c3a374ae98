"""A portal as people meet it: a process of its own, a real browser, mail in a folder."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from config.calendar import LOCAL
from models.db import Database, run
from tests.actions.world import World, launched
from tests.conftest import Fresh
from tests.e2e.hands import PATIENCE
from tests.served import portal

NOW = datetime(2026, 12, 3, 9, 41, tzinfo=LOCAL)


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
    expect.set_options(timeout=PATIENCE)
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
        with portal(url, tmp_path, DANHGIA_NOW=NOW.isoformat()) as address:
            yield Site(address, world, database)
        database.dispose()
