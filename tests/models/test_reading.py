"""A snapshot for reading: nothing can be written in it, and reading costs the driver nothing it has prepared."""

import sqlite3

import psycopg
import pytest
from sqlmodel import select

from models.db import Database, run
from models.people import Account
from tests.conftest import Fresh

NAME = "SELECT name FROM account WHERE id = :id"
PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT name FROM account %%'"


ADD = "INSERT INTO account (email, name, position, active, reminders) VALUES (:email, 'A', '', true, true)"


def test_nothing_can_be_written_in_a_snapshot(database: Database) -> None:
    refused = pytest.raises((sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction), match=r"read-?only")
    with refused, database.reading() as session:
        run(session, ADD, {"email": "a@donvi.example"})


def test_nothing_is_kept_of_what_was_tried(database: Database) -> None:
    with database.trying() as session:
        run(session, ADD, {"email": "a@donvi.example"})
        assert len(session.exec(select(Account)).all()) == 1
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
