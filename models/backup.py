"""A whole copy of the database into one file, taken while it is in use."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from models.db import Database

DEBIAN = Path("/usr/lib/postgresql")
BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a database in use."""


class BackupFailed(Exception):
    """No copy was made; what stood under its name before is still there."""


def copy(database: Database, file: Path) -> Path:
    """Copy the database into `file`: SQLite by its online backup, PostgreSQL by pg_dump in its custom format.

    The file appears whole or not at all, for its owner alone; raises BackupFailed.
    """
    _refuse_itself(database, file)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.touch(mode=0o600)
        if database.is_sqlite:
            _copy_sqlite(Path(str(database.url.database)), partial)
        else:
            _dump_postgresql(database.url, partial)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return file


def _refuse_itself(database: Database, file: Path) -> None:
    """What is laid in the place of a database in use ruins it: its processes write on into the file that is gone."""
    if not database.is_sqlite or not file.exists():
        return
    own = Path(str(database.url.database))
    if any(part.exists() and file.samefile(part) for part in (own, *(Path(f"{own}{end}") for end in BESIDE))):
        raise BackupFailed(f"{file} is the database itself: name another file for the copy")


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as kept:
            live.backup(kept)
    except sqlite3.Error as error:
        raise BackupFailed(f"SQLite không sao chép được cơ sở dữ liệu: {error}") from error


def _dump_postgresql(url: URL, target: Path) -> None:
    dump = pg_dump()
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    command = [dump, "--format=custom", "--no-password", f"--file={target}", f"--dbname={address}"]
    done = subprocess.run(  # noqa: S603  our own arguments; the address comes from the settings
        command, env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"pg_dump không sao chép được cơ sở dữ liệu: {done.stderr.strip()}")


def pg_dump() -> str:
    """The newest pg_dump of this machine (an older one refuses a newer server); BackupFailed when there is none."""
    found = sorted(DEBIAN.glob("*/bin/pg_dump"), key=lambda path: float(path.parts[-3]))
    program = str(found[-1]) if found else shutil.which("pg_dump")
    if program is None:
        raise BackupFailed("Máy này không có pg_dump; cài gói postgresql-client rồi sao lưu lại.")
    return program
