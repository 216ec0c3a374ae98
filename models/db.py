"""The database: two engines on SQLite, one on PostgreSQL, and the only commit."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session

Result = TypeVar("Result")
Parameters = Mapping[str, Any]
BUSY_SECONDS = 30
PAGE = 5_000
ATTEMPTS = 5
UNWRITTEN = "SELECT pg_current_xact_id_if_assigned() IS NULL"
AGAIN = frozenset({"40001", "40P01"})
"""SQLSTATEs of a transaction that lost against another and may be tried again: serialisation, deadlock."""


class NewerSchema(Exception):
    """The database was made by a newer release than this one."""


class Database:
    """One database by its URL; `entropy(n)` gives n random bytes (seeded in rehearsals)."""

    def __init__(self, url: str, *, entropy: Callable[[int], bytes] = os.urandom) -> None:
        self.url = make_url(url)
        self.entropy = entropy
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write = _sqlite(self.url, "BEGIN IMMEDIATE") if self.is_sqlite else _postgresql(self.url)
        self._read = _sqlite(self.url, "BEGIN") if self.is_sqlite else _snapshots(self._write)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._session(self._write) as session:
            yield session
            session.commit()

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Do work in one transaction, again while it loses against others."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._once(work)
            except (DatabaseError, psycopg.Error) as failed:
                if not may_be_tried_again(failed):
                    raise
        return self._once(work)

    def _once(self, work: Callable[[Session], Result]) -> Result:
        with self.writing() as session:
            return work(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot for reading; nothing written in it is kept."""
        with self._session(self._read) as session:
            yield session
            if not self.is_sqlite:
                _end_reading(session.info["driver"])

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with Session(
            engine, expire_on_commit=False, info={"entropy": self.entropy, "sqlite": self.is_sqlite}
        ) as session:
            session.info["driver"] = session.connection().connection
            yield session

    def upgrade(self) -> None:
        """Bring the schema to this release; a newer schema is a NewerSchema."""
        from models.migrate import upgrade  # noqa: PLC0415  Alembic is slow to import and rarely needed

        if self.is_sqlite and self.url.database not in {None, "", ":memory:"}:
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        upgrade(self._write)

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._write.dispose()
        self._read.dispose()


def _end_reading(connection: Any) -> None:  # noqa: ANN401  the driver's connection
    """Commit a transaction that wrote nothing: a rollback makes psycopg forget all statements it has prepared."""
    if connection.execute(UNWRITTEN).fetchone()[0]:
        connection.commit()


def may_be_tried_again(failed: Exception) -> bool:
    """Whether PostgreSQL broke the transaction off in favour of another one."""
    cause = failed.orig if isinstance(failed, DatabaseError) else failed
    return isinstance(cause, psycopg.Error) and cause.sqlstate in AGAIN


def _sqlite(url: Any, begin: str) -> Engine:  # noqa: ANN401  SQLAlchemy's URL, only handed on
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's connection
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401  SQLAlchemy's connection
        connection.connection.dbapi_connection.execute(begin)

    return engine


def _postgresql(url: Any) -> Engine:  # noqa: ANN401  SQLAlchemy's URL, only handed on
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=20, pool_pre_ping=False)


def is_sqlite(session: Session) -> bool:
    """Whether the session talks to SQLite."""
    sqlite: bool = session.info["sqlite"]
    return sqlite


def among(session: Session) -> str:
    """The end of a condition that holds for any of the values `listed` gives as parameter :among."""
    return "IN (SELECT value FROM json_each(:among))" if is_sqlite(session) else "= ANY(:among)"


def listed(session: Session, values: Iterable[str | int]) -> object:
    """Any number of values as one parameter."""
    return json.dumps(list(values)) if is_sqlite(session) else list(values)


def entropy(session: Session, size: int) -> bytes:
    """Random bytes from the database's own source."""
    source: Callable[[int], bytes] = session.info["entropy"]
    return source(size)


def _snapshots(engine: Engine) -> Engine:
    """The same connections, in transactions whose statements all see the same moment."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def driver(session: Session) -> Any:  # noqa: ANN401  the driver's connection
    """The driver's own connection, in the session's transaction, with everything pending flushed."""
    session.flush()
    return session.info["driver"]


def run(session: Session, sql: str, parameters: Parameters | None = None) -> Any:  # noqa: ANN401  the driver's cursor
    """Run one statement with `:name` parameters on the driver's cursor, inside the session's transaction."""
    cursor = driver(session).cursor()
    cursor.execute(sql if is_sqlite(session) else _to_psycopg(sql), parameters or {})
    return cursor


def run_many(session: Session, sql: str, rows: Sequence[Parameters]) -> None:
    """Run one statement for every row of parameters."""
    driver(session).cursor().executemany(sql if is_sqlite(session) else _to_psycopg(sql), rows)


def stream(session: Session, sql: str) -> Iterator[Any]:
    """The rows of a large query, page by page, without holding them all."""
    connection = driver(session)
    if is_sqlite(session):
        yield from connection.execute(sql)
        return
    with connection.cursor(name="stream") as cursor:
        cursor.itersize = PAGE
        yield from cursor.execute(sql)


@lru_cache(maxsize=512)
def _to_psycopg(sql: str) -> str:
    return re.sub(r"(?<!:):([a-z_]\w*)", r"%(\1)s", sql)


def reserve_ids(session: Session, table: str, count: int) -> list[int]:
    """`count` fresh ids of a table, ascending, never given again."""
    if is_sqlite(session):
        row = run(session, "SELECT seq FROM sqlite_sequence WHERE name = :table", {"table": table}).fetchone()
        first = (row[0] if row else 0) + 1
        return list(range(first, first + count))
    rows = run(
        session,
        "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)",
        {"table": table, "count": count},
    )
    return sorted(row[0] for row in rows.fetchall())


def is_reachable(database: Database) -> bool:
    """Whether the database answers."""
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
    except OperationalError:
        return False
    return True
