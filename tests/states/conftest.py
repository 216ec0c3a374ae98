from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from models.db import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def two_databases(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    """Two new, migrated, empty databases of a kind, once of each kind."""
    fresh = request.getfixturevalue(f"fresh_{request.param}")
    with ExitStack() as stack:
        first, second = (Database(stack.enter_context(fresh())) for _ in range(2))
        stack.callback(first.dispose)
        stack.callback(second.dispose)
        yield first, second
