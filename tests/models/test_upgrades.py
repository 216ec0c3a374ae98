"""Databases of every release, with a round in the middle of its year, come to this schema whole, and the year goes on.

`releases/` holds dumps that the releases themselves made. A new release adds its own: see `releases/README.md`.
"""

import gzip
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, inspect
from sqlmodel import Session, col, select

from config.load import load_programme
from danhgia.bench import postgres
from models.assessments import Assessment
from models.check import revisions
from models.db import Database, run
from models.migrate import configuration
from models.people import Account
from states.actor import account
from tests.actions import later
from tests.actions.world import STAFF, World
from tests.faults.whole import demand_whole

RELEASES = Path(__file__).parent / "releases"
STOPS = {"0001": ["0002", "0003"], "0004": ["0005"]}
"""Revisions that no release had: one may have been stopped there in the middle of an upgrade."""
WAYS = [(first, stop) for first in ("0001", "0004", "0006") for stop in ("", *STOPS.get(first, []))]
CASES = [
    pytest.param(kind, first, stop, marks=[pytest.mark.faults] if stop or kind == "postgresql" else [])
    for kind in ("sqlite", "postgresql")
    for first, stop in WAYS
]
Rows = dict[str, list[dict[str, Any]]]


@contextmanager
def of_release(kind: str, revision: str, admin: str, folder: Path) -> Iterator[str]:
    """URL of a database as that release left it."""
    dump = gzip.decompress((RELEASES / f"{revision}.{kind}.sql.gz").read_bytes()).decode()
    if kind == "sqlite":
        with closing(sqlite3.connect(folder / "old.db")) as made:
            made.executescript(dump)
        yield f"sqlite:///{folder}/old.db"
        return
    with postgres.database(admin) as url:
        with psycopg.connect(url, autocommit=True) as made:
            made.execute("\n".join(line for line in dump.splitlines() if not line.startswith("\\")).encode())
        yield url


def rows(url: str, shape: Mapping[str, Any]) -> Rows:
    """Every row of these tables in these columns."""
    with closing_database(url) as database, database.reading() as session:
        found = {}
        for name, columns in shape.items():
            told = [tuple(row) for row in run(session, f"SELECT {', '.join(columns)} FROM {name}").fetchall()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in sorted(told, key=repr)]
        return found


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    database = Database(url)
    yield database
    database.dispose()


def shape(url: str) -> dict[str, dict[str, tuple[str, bool]]]:
    """Each table with its columns, their types, and whether they may be empty."""
    with inspected(url) as found:
        return {
            table: {
                one["name"]: (str(one["type"]), bool(one["nullable"]))
                for one in sorted(found.get_columns(table), key=lambda one: one["name"])
            }
            for table in sorted(found.get_table_names())
        }


def marks(url: str) -> dict[str, set[tuple[str, ...]]]:
    """Each table with the columns of its indexes and of what is unique in it."""
    with inspected(url) as found:
        return {
            table: {
                tuple(str(name) for name in one["column_names"])
                for one in (*found.get_indexes(table), *found.get_unique_constraints(table))
            }
            for table in sorted(found.get_table_names())
        }


@contextmanager
def inspected(url: str) -> Iterator[Any]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        yield inspect(connection)
    engine.dispose()


def stop_at(url: str, revision: str) -> None:
    config = configuration()
    with closing_database(url) as database, database._write.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@pytest.mark.parametrize(("kind", "first", "stop"), CASES)
def test_a_round_under_way_comes_through_and_its_year_goes_on(
    kind: str, first: str, stop: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fresh = request.getfixturevalue(f"fresh_{kind}")
    admin = request.getfixturevalue("pg_server") if kind == "postgresql" else ""
    with of_release(kind, first, admin, tmp_path) as url, fresh() as new:
        if stop:
            stop_at(url, stop)
        columns = {name: list(found) for name, found in shape(url).items() if name != "alembic_version"}
        before = rows(url, columns)
        with closing_database(url) as database:
            database.upgrade()
            after = rows(url, columns)
            assert {name for name in columns if after[name] != before[name]} == {"job"} & changed(before, after)
            assert shape(url) == shape(new)
            assert marks(url) == marks(new)
            go_on(database)


def changed(before: Rows, after: Rows) -> set[str]:
    """Tables that have gained rows and lost none."""
    return {name for name in before if after[name] != before[name] and all(row in after[name] for row in before[name])}


def go_on(database: Database) -> None:
    """The other dossier that was handed in is appraised; then all are decided and announced."""
    with database.reading() as session:
        demand_whole(session)
        world = world_of(session)
    later.in_decision(database, world=world, appraise=[1, 2, 3])
    later.announced(database, world, later.decided(database, world))
    with database.reading() as session:
        demand_whole(session)
        assert {one.state for one in session.exec(select(Assessment))} == {"announced"}


def world_of(session: Session) -> World:
    """The people and dossiers of the round in the dump."""
    by_email = {one.email: account(one.id) for one in session.exec(select(Account))}
    keys = list(session.exec(select(Assessment.id).order_by(col(Assessment.id))))
    launched_at = later.LOCKED
    staff = {role: by_email[f"{role}@donvi.example"] for role in STAFF}
    officers = [by_email[f"canbo{number}@donvi.example"] for number in range(1, 5)]
    heads = [by_email[f"thutruong{number}@donvi.example"] for number in range(1, 5)]
    programme = load_programme("dan-chu-co-so")
    return World(1, keys, officers, heads, **staff, launched_at=launched_at, programme=programme)


def test_there_is_a_way_from_every_revision() -> None:
    """Whoever adds a revision adds the dump of the release before it, or a stop."""
    known = {first for first, _ in WAYS} | {stop for _, stop in WAYS if stop}
    assert known >= set(revisions()[:-1])
