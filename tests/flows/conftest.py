from pathlib import Path

import pytest

from models.db import Database, run
from tests.flows.keeper import Keeper


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> Keeper:
    """In a rehearsal, which is neither verified nor copied at night."""
    with database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
    return Keeper(database, tmp_path)


@pytest.fixture
def live(database: Database, tmp_path: Path) -> Keeper:
    return Keeper(database, tmp_path)
