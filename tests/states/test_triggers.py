import sqlite3
from typing import Any

import psycopg
import pytest

from models.db import Database, run
from models.triggers import POSTGRESQL, SQLITE, missing
from tests.states.tampering import COPY, REFUSAL, live
from tests.states.worlds import rows_of, write

VALUES = "'assessment:1', 1, 1, '{}', hash, hash, 1, 0, 'nobody', 'nothing' FROM history WHERE seq = 1"
ON_CONFLICT = "ON CONFLICT (entity, seq)"
SEALED = "id, round_id, kind, at, root, leaves"
SEAL = "1, 1, 'draft', 0, 'aa', '[]'"
BOTH = [
    "UPDATE history SET act = 'nothing' WHERE entity = 'assessment:1'",
    "UPDATE history SET body = body",
    "DELETE FROM history WHERE entity = 'assessment:1' AND seq = 2",
    "DELETE FROM history",
    f"INSERT INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1' {ON_CONFLICT} DO UPDATE SET body = 'x'",
    "UPDATE seal SET leaves = '[]'",
    "DELETE FROM seal",
    f"INSERT INTO seal ({SEALED}) VALUES ({SEAL}) ON CONFLICT (id) DO UPDATE SET root = 'aa'",
]
ONLY = {
    "sqlite": [
        f"INSERT OR REPLACE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        f"INSERT OR IGNORE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        f"REPLACE INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'",
        "UPDATE OR REPLACE history SET seq = 2 WHERE entity = 'assessment:1' AND seq = 1",
        f"INSERT OR REPLACE INTO seal ({SEALED}) VALUES ({SEAL})",
    ],
    "postgresql": ["TRUNCATE history", "TRUNCATE history, seal", "TRUNCATE seal", "TRUNCATE round CASCADE"],
}


def test_history_and_seals_are_neither_changed_nor_deleted_nor_replaced(database: Database) -> None:
    live(database)
    before = rows_of(database)
    for statement in BOTH + ONLY["sqlite" if database.is_sqlite else "postgresql"]:
        with pytest.raises(REFUSAL, match="never"):
            write(database, statement)
        assert (statement, rows_of(database) == before) == (statement, True)


def test_a_row_that_is_there_is_not_written_twice(database: Database) -> None:
    live(database)
    before = rows_of(database)
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.UniqueViolation)):
        write(database, f"INSERT INTO history ({COPY}) SELECT {VALUES} AND entity = 'assessment:1'")
    assert rows_of(database) == before


def test_a_dropped_trigger_is_named(database: Database) -> None:
    for name in SQLITE if database.is_sqlite else POSTGRESQL:
        on = "" if database.is_sqlite else f" ON {name.partition('_')[0]}"
        with database.trying() as session:
            run(session, f"DROP TRIGGER {name}{on}")
            assert missing(session) == [name]
    with database.reading() as session:
        assert missing(session) == []


def test_a_disabled_trigger_is_named(fresh_postgresql: Any) -> None:  # noqa: ANN401  the fixture's own type
    with fresh_postgresql() as url:
        database = Database(url)
        with database.trying() as session:
            run(session, "ALTER TABLE history DISABLE TRIGGER history_no_change")
            run(session, "ALTER TABLE seal DISABLE TRIGGER USER")
            assert missing(session) == ["history_no_change", "seal_no_change", "seal_no_truncate"]
        database.dispose()
