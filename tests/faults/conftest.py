from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import Fresh
from tests.faults.stages import Stages


@pytest.fixture(scope="session")
def sqlite_stages(fresh_sqlite: Fresh) -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(fresh_sqlite, None, stack)


@pytest.fixture(scope="session")
def postgresql_stages(fresh_postgresql: Fresh, pg_server: str) -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(fresh_postgresql, pg_server, stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def stages(request: pytest.FixtureRequest) -> Stages:
    """The stages on each kind of database."""
    found: Stages = request.getfixturevalue(f"{request.param}_stages")
    return found
