from pathlib import Path

import pytest

from config.settings import Settings
from flows.setting import opened
from models.check import OlderSchema
from models.db import Database, NewerSchema, run
from tests.conftest import Fresh


@pytest.mark.parametrize(("revision", "refused"), [("0001", OlderSchema), ("9999", NewerSchema)])
def test_a_worker_of_another_release_leaves_the_database_alone(
    fresh_sqlite: Fresh, tmp_path: Path, revision: str, refused: type[Exception]
) -> None:
    with fresh_sqlite() as url:
        settings, database = Settings(database_url=url, var=tmp_path), Database(url)
        with opened(settings) as here:
            assert here.copies == tmp_path / "backup"
        with database.writing() as session:
            run(session, "UPDATE alembic_version SET version_num = :revision", {"revision": revision})
        with pytest.raises(refused), opened(settings):
            pass
        database.dispose()
