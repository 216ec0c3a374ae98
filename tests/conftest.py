import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from os import environ
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import hypothesis
import pytest

from danhgia.bench import postgres
from models.db import Database

Fresh = Callable[[], AbstractContextManager[str]]
MEMORY = "/dev/shm"  # noqa: S108  each directory made there has a name of its own
ROOM = 8 << 30
"""Bytes that must be free there: `make test` takes less than one GB at a time, `make faults` more."""

# Two cores shared with a database server are too uneven to time examples, or how they are drawn.
hypothesis.settings.register_profile("danhgia", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("danhgia")


def pytest_configure() -> None:
    _write_to_memory()
    postgres.claim_home()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it is not looked through again whenever memory is collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _write_to_memory() -> None:
    """Let tests wait for no disk where memory has room for what they write, unless TMPDIR says where to."""
    if "TMPDIR" in environ or not Path(MEMORY).is_dir():
        return
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC:
        environ["TMPDIR"] = MEMORY
        tempfile.tempdir = None


@pytest.fixture(scope="session")
def pg_server() -> str:
    """URL of a PostgreSQL role that may create databases."""
    return postgres.server()


@pytest.fixture(scope="session")
def fresh_postgresql(pg_server: str) -> Iterator[Fresh]:
    """Opens new, migrated, empty databases: a context with the URL."""
    with postgres.database(pg_server) as template:
        _migrate(template)
        with postgres.copier(pg_server, template) as fresh:
            yield fresh


@pytest.fixture(scope="session")
def fresh_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Opens new, migrated, empty databases: a context with the URL. A migrated file may be named, to save the time."""
    home = tmp_path_factory.mktemp("sqlite")
    if migrated := environ.get("DANHGIA_TEST_SQLITE_TEMPLATE"):
        copyfile(migrated, home / "template.db")
    else:
        _migrate(f"sqlite:///{home}/template.db")
    return partial(_copy, home / "template.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a new, migrated, empty database, once of each kind."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    with fresh() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@contextmanager
def _copy(template: Path) -> Iterator[str]:
    with TemporaryDirectory(dir=template.parent) as directory:
        copyfile(template, f"{directory}/danhgia.db")
        yield f"sqlite:///{directory}/danhgia.db"


def _migrate(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.dispose()
