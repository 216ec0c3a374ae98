"""A copy brought back into an empty database."""

import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, inspect
from sqlmodel import Session

from models.backup import pg_dump
from models.check import revisions
from models.db import Database, NewerSchema, run
from models.types import to_micros

DOORS = (
    "UPDATE web_session SET ended_at = :now WHERE ended_at IS NULL AND ends_at > :now",
    "UPDATE one_time_key SET used_at = :now WHERE used_at IS NULL AND ends_at > :now",
)
HEADS = {"sqlite": b"SQLite format 3\0", "postgresql": b"PGDMP"}


class RestoreFailed(Exception):
    """Nothing was brought back; the database is as it was."""


def restore(database: Database, file: Path) -> None:
    """Replace an empty database by the copy in `file`, whole or not at all; its schema is then that of the copy.

    Raises RestoreFailed over a database that has a history and for a file that is no backup of its kind,
    NewerSchema for one that a newer release made.
    """
    _refuse_history(database)
    _refuse_other_files(database.url.get_backend_name(), file)
    if database.is_sqlite:
        _restore_sqlite(Path(str(database.url.database)), file)
    else:
        _restore_postgresql(database.url, file)


def shut_doors(session: Session, now: datetime) -> None:
    """End the sessions and the keys of sign-in that a copy holds: some were ended or used after it was made."""
    for sql in DOORS:
        run(session, sql, {"now": to_micros(now)})


def _refuse_history(database: Database) -> None:
    with database.reading() as session:
        rows = _rows_of_history(session)
    if rows:
        raise RestoreFailed(f"the database has a history of {rows} rows; a backup is restored into an empty one only")


def _rows_of_history(session: Session) -> int:
    if not inspect(session.connection()).has_table("history"):
        return 0
    count: int = run(session, "SELECT count(*) FROM history").fetchone()[0]
    return count


def _refuse_other_files(backend: str, file: Path) -> None:
    with file.open("rb") as opened:
        if not opened.read(16).startswith(HEADS[backend]):
            raise RestoreFailed(f"{file} is no backup of a {backend} database")
    log = file.with_name(f"{file.name}-wal")
    if log.is_file() and log.stat().st_size:
        raise RestoreFailed(f"{file} is a database in use, not a backup: copy it by `danhgia backup`")


def _restore_sqlite(target: Path, file: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)) as copy,
            closing(sqlite3.connect(target)) as live,
        ):
            _refuse_unknown(file, copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
            _refuse_damaged(file, copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
            copy.backup(live)
    except sqlite3.Error as error:
        raise RestoreFailed(f"{file} cannot be restored: {error}") from error


def _restore_postgresql(url: URL, file: Path) -> None:
    told = _pg_restore(url, "--data-only", "--table=alembic_version", "--file=-", file).partition("FROM stdin;\n")[2]
    _refuse_unknown(file, told.partition("\n")[0])
    address = url.set(drivername="postgresql", password=None).render_as_string()
    whole = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--no-password")
    _pg_restore(url, *whole, f"--dbname={address}", file)


def _pg_restore(url: URL, *arguments: str | Path) -> str:
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  our own arguments; the address comes from the settings
        [Path(pg_dump()).with_name("pg_restore"), *arguments],
        env=os.environ | secret,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RestoreFailed(f"pg_restore: {' '.join(done.stderr.split())}")
    return done.stdout


def _refuse_damaged(file: Path, told: str) -> None:
    """As a copy is that `cp` took while the database was written; brought back, it would bar the way to a whole one."""
    if told != "ok":
        raise RestoreFailed(f"{file} is damaged and cannot be restored: {' '.join(told.split())}")


def _refuse_unknown(file: Path, revision: str) -> None:
    if revision not in revisions():
        raise NewerSchema(
            f"{file} is of revision {revision!r}, which this release does not know: install the newer one"
        )
