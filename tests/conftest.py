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

# Two cores shared with a database server are too uneven to time single examples.
hypothesis.settings.register_profile("danhgia", deadline=None)
hypothesis.settings.load_profile("danhgia")


def pytest_configure() -> None:
    postgres.claim_home()


@pytest.fixture(scope="session")
def pg_server() -> str:
    """URL of a PostgreSQL role that may create databases."""
    return postgres.server()


@pytest.fixture(scope="session")
def fresh_postgresql(pg_server: str) -> Iterator[Fresh]:
    """Opens new, migrated, empty databases: a context with the URL."""
    with postgres.database(pg_server) as template:
        _migrate(template)
        yield partial(postgres.database, pg_server, template)


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
