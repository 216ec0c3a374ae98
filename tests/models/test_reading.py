"""A snapshot for reading: nothing written in it is kept, and reading costs the driver nothing it has prepared."""

from sqlmodel import select

from models.db import Database, run
from models.people import Account
from tests.conftest import Fresh

NAME = "SELECT name FROM account WHERE id = :id"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT name FROM account %%'"


def test_nothing_written_in_a_snapshot_is_kept(database: Database) -> None:
    sql = "INSERT INTO account (email, name, position, active, reminders) VALUES (:email, 'A', '', true, true)"
    with database.reading() as session:
        run(session, sql, {"email": "a@donvi.example"})
    with database.reading() as session:
        assert session.exec(select(Account)).all() == []


def test_what_the_driver_has_prepared_outlives_a_snapshot(fresh_postgresql: Fresh) -> None:
    with fresh_postgresql() as url:
        database = Database(url)
        for key in range(10):
            with database.reading() as session:
                run(session, NAME, {"id": key})
        with database.reading() as session:
            assert run(session, PREPARED).fetchone() == (1,)
        database.dispose()
