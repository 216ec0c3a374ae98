"""The database: two engines on SQLite, one on PostgreSQL, and the only commit."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from models.outages import Lost, Unclear

Result = TypeVar("Result")
Parameters = Mapping[str, Any]
BUSY_SECONDS = 30
PAGE = 5_000
READ, WRITE = "BEGIN", "BEGIN IMMEDIATE"
ATTEMPTS = 5
AGAIN = frozenset({"40001", "40P01"})
"""SQLSTATEs of a transaction that lost against another and may be tried again: serialisation, deadlock."""


class NewerSchema(Exception):
    """The database was made by a newer release than this one."""


class Pool(NamedTuple):
    """How one process uses a PostgreSQL server; `?pool=30&prepare=yes` in the database's URL.

    `pool` is the most connections held at once; `prepare=no` is for a proxy that gives a connection to a transaction
    (PgBouncer's transaction pooling), where a prepared statement is not found again.
    """

    size: int = 30
    prepares: bool = True

    @property
    def kept(self) -> int:
        """How many of them stay open while nobody asks for them."""
        return max(1, self.size // 3)


def pool_of(url: URL) -> tuple[Pool, URL]:
    """How the server is used, and the URL that the driver understands; ValueError when the former makes no sense."""
    size, prepare = str(url.query.get("pool", Pool().size)), url.query.get("prepare", "yes")
    if not size.isdecimal() or int(size) < 1 or prepare not in {"yes", "no"}:
        raise ValueError("expected pool=NUMBER, 1 or more, and prepare=yes or prepare=no")
    return Pool(int(size), prepare == "yes"), url.difference_update_query(("pool", "prepare"))


class Database:
    """One database by its URL; `entropy(n)` gives n random bytes (seeded in rehearsals).

    `patience` is for how many seconds a write waits while another one holds SQLite; one that is not `durable`, and may
    be lost with the machine, does not wait for the disk.
    """

    def __init__(
        self,
        url: str,
        *,
        entropy: Callable[[int], bytes] = os.urandom,
        patience: float = BUSY_SECONDS,
        durable: bool = True,
    ) -> None:
        pool, self.url = pool_of(make_url(url))
        self.entropy = entropy
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        synced = f"synchronous={'FULL' if durable else 'OFF'}"
        self._write = _sqlite(self.url, patience, WRITE, synced) if self.is_sqlite else _postgresql(self.url, pool)
        self._read = _sqlite(self.url, patience, READ, "query_only=ON") if self.is_sqlite else self._write

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._session(self._write) as session:
            yield session
            try:
                session.commit()
            except (DatabaseError, psycopg.Error) as failed:
                if _is_lost(session):
                    raise Unclear from failed
                raise

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Do work in one transaction, again while it loses against others or loses its connection."""
        return _again(self.writing, work)

    def look(self, work: Callable[[Session], Result]) -> Result:
        """Do work that reads in one snapshot, again when it loses its connection."""
        return _again(self.reading, work)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot for reading, in which nothing can be written.

        It is committed: a rollback makes psycopg forget all statements it has prepared.
        """
        with self._session(self._read, locks=False) as session:
            yield session
            session.commit()

    @contextmanager
    def trying(self) -> Iterator[Session]:
        """One transaction to see what would become; nothing of it is kept."""
        with self._session(self._write) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, *, locks: bool = True) -> Iterator[Session]:
        info = {"entropy": self.entropy, "sqlite": self.is_sqlite, "locks": locks and not self.is_sqlite}
        with Borrowing(engine, info) as session:
            if self.is_sqlite:
                session.info["driver"].execute(WRITE if locks else READ)
            elif not locks:
                _see_one_moment(session.info["driver"].dbapi_connection)
            try:
                yield session
            except (DatabaseError, psycopg.Error) as failed:
                if not _is_lost(session):
                    raise
                self._forget(session)
                raise Lost from failed
            except Unclear:
                self._forget(session)
                raise

    def _forget(self, session: Session) -> None:
        """Whatever broke a connection has broken the others too: the next one is new."""
        session.invalidate()
        self._write.dispose()

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


class Borrowing(Session):
    """A session on a borrowed connection; the mapper joins in when it is first asked.

    Most of what is written goes by plain statements, which need nothing of what SQLAlchemy builds around a connection.
    """

    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        super().__init__(expire_on_commit=False, info=info)
        self._engine = engine
        self._mapped: Connection | None = None
        self._borrowed = self.info["driver"] = engine.raw_connection()

    def get_bind(self, *_: object, **__: object) -> Connection:
        """The mapper's view of the borrowed connection."""
        if self._mapped is None:
            self._mapped = Connection(self._engine, self._borrowed)
        return self._mapped

    def commit(self) -> None:
        """Commit what the mapper has written, and what was written past it."""
        if self.in_transaction():
            super().commit()
        self._borrowed.commit()

    def invalidate(self) -> None:
        """Give the connection back as one that is broken."""
        super().invalidate()
        if self._borrowed.is_valid:
            self._borrowed.invalidate()

    def close(self) -> None:
        """Give the connection back; what was not committed is rolled back."""
        if self._mapped is not None or self.in_transaction():
            super().close()
        if self._borrowed.is_valid:
            self._borrowed.close()


def _again(opened: Callable[[], AbstractContextManager[Session]], work: Callable[[Session], Result]) -> Result:
    for _ in range(ATTEMPTS - 1):
        try:
            with opened() as session:
                return work(session)
        except (DatabaseError, psycopg.Error, Lost) as failed:
            if not may_be_tried_again(failed):
                raise
    with opened() as session:
        return work(session)


def _is_lost(session: Session) -> bool:
    """Whether PostgreSQL is no longer behind the session's connection."""
    connection = session.info["driver"].dbapi_connection
    return connection is None or bool(getattr(connection, "closed", False))


def may_be_tried_again(failed: Exception) -> bool:
    """Whether PostgreSQL broke the transaction off in favour of another one, or went away before its commit."""
    if isinstance(failed, Lost):
        return True
    cause = failed.orig if isinstance(failed, DatabaseError) else failed
    return isinstance(cause, psycopg.Error) and cause.sqlstate in AGAIN


def _sqlite(url: URL, patience: float, begin: str, *pragmas: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's connection
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "recursive_triggers=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401  SQLAlchemy's connection
        driver = connection.connection.dbapi_connection
        if not driver.in_transaction:
            driver.execute(begin)

    return engine


def _postgresql(url: URL, pool: Pool) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool.kept,
        max_overflow=pool.size - pool.kept,
        pool_pre_ping=False,
        connect_args={} if pool.prepares else {"prepare_threshold": None},
    )

    @event.listens_for(engine, "checkin")
    def _see_all_again(connection: psycopg.Connection | None, _record: object) -> None:
        if connection is not None and connection.read_only:
            connection.isolation_level, connection.read_only = None, None

    return engine


def is_sqlite(session: Session) -> bool:
    """Whether the session talks to SQLite."""
    sqlite: bool = session.info["sqlite"]
    return sqlite


def locks_rows(session: Session) -> bool:
    """Whether rows are locked one by one: not on SQLite, which locks the whole, nor in a snapshot for reading."""
    locks: bool = session.info["locks"]
    return locks


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


def _see_one_moment(connection: psycopg.Connection) -> None:
    """Let the transactions of a connection read and nothing else, and all their statements see the same moment."""
    connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True


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


def put_many(session: Session, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows of those columns in the fastest way the database has (COPY on PostgreSQL)."""
    cursor = driver(session).cursor()
    if is_sqlite(session):
        marks = ", ".join("?" * len(columns.split(", ")))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        return
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def stream(session: Session, sql: str) -> Iterator[Any]:
    """The rows of a large query, page by page, without holding them all."""
    connection = driver(session)
    if is_sqlite(session):
        yield from connection.execute(sql)
        return
    with connection.cursor(name="stream") as cursor:
        cursor.itersize = PAGE
        yield from cursor.execute(sql, binary=True)


def bytes_of(session: Session, column: str) -> str:
    """SQL that gives the bytes of a text as they are stored, whatever they are."""
    return f"CAST({column} AS BLOB)" if is_sqlite(session) else f"convert_to({column}, 'UTF8')"


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
