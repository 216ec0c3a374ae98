"""Where the command line meets the world: settings, database, clock and actor come in, refusals go out."""

import os
import pwd
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import Session

from config.clock import Clock
from config.errors import ConfigError
from config.settings import Settings
from evidence.store import StoreDown, Unkept
from evidence.stores import demand_library
from models.backup import BackupFailed
from models.check import OlderSchema, demand_schema
from models.db import BUSY_SECONDS, Database, NewerSchema, Result, pool_of
from models.installation import Made, installation
from models.outages import Lost, Unclear
from models.people import account_by_email
from models.restore import RestoreFailed
from states.actor import Actor, account, console
from states.errors import DanhgiaError, Refused, Unknown, refuse


class Unusable(Exception):
    """The settings or the database cannot be used as they are; the sentence says what to do."""


FORESEEN: Final = (
    DanhgiaError,
    Unusable,
    ConfigError,
    OlderSchema,
    NewerSchema,
    BackupFailed,
    RestoreFailed,
    Lost,
    Unclear,
    Unkept,
)
"""Errors whose text is made for the person."""


@dataclass(frozen=True, slots=True)
class Edge:
    """What a command works with."""

    settings: Settings
    database: Database
    clock: Clock
    made_as: Made

    @property
    def is_live(self) -> bool:
        return self.made_as == "live"

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Do work in one transaction, again while it loses against others."""
        return self.database.act(work)


def actor_of(session: Session, email: str | None) -> Actor:
    """The account given by `--as`, else the person at the console by the name of their real user id."""
    if email is None:
        return at_console()
    found = account_by_email(session, email)
    if found is None:
        raise Unknown(f"tài khoản {email}")
    if not found.active:
        raise refuse("account_active", f"Tài khoản {email} đã ngừng hoạt động.")
    return account(found.id)


def at_console() -> Actor:
    """The person at the console, by the name of their real user id."""
    return console(_user())


def _user() -> str:
    """Not from the environment: anybody could write another name there."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


@contextmanager
def opened(patience: float = BUSY_SECONDS) -> Iterator[Edge]:
    """The database of the settings, at the schema of this release, with its clock."""
    settings = settings_of_environment()
    demand_library(settings)
    with opened_as_it_is(settings, patience=patience) as database:
        with database.reading() as session:
            demand_schema(session)
            made_as = installation(session).made_as
        yield Edge(settings, database, _clock(settings, made_as), "live" if made_as == "live" else "rehearsal")


@contextmanager
def opened_as_it_is(settings: Settings, *, create: bool = False, patience: float = BUSY_SECONDS) -> Iterator[Database]:
    """The database of the settings, whatever is in it; `create` makes the file SQLite lacks, for its owner alone."""
    database = Database(_checked_url(settings.database_url, create=create), patience=patience)
    try:
        yield database
    finally:
        database.dispose()


def settings_of_environment() -> Settings:
    """The settings; Unusable with every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = [_wrong(one["loc"], one["msg"]) for one in error.errors()]
        raise Unusable("\n".join(wrong)) from None


def _wrong(place: Sequence[str | int], sentence: str) -> str:
    return f"DANHGIA_{str(place[0]).upper()}: {sentence}" if place else sentence.removeprefix("Value error, ")


def _checked_url(text: str, *, create: bool) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise Unusable("DANHGIA_DATABASE_URL is not an address of a database") from None
    try:
        pool_of(url)
    except ValueError as error:
        raise Unusable(f"DANHGIA_DATABASE_URL: {error}") from None
    backend = url.get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise Unusable(f"DANHGIA_DATABASE_URL names {backend}; there are sqlite and postgresql")
    if backend == "sqlite":
        _demand_file(Path(url.database or ""), create=create)
    return text


def _demand_file(file: Path, *, create: bool) -> None:
    if create:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    elif not file.is_file():
        raise Unusable(f"there is no database at {file}: run `danhgia db upgrade`")


def _clock(settings: Settings, made_as: str) -> Clock:
    if settings.now is not None and made_as != "rehearsal":
        raise Unusable("DANHGIA_NOW is for rehearsals: this database is a live one, unset the variable")
    return Clock(settings.now)


def sentence_of(error: Exception) -> str | None:
    """What the person is told; None for what nobody foresaw, a fault of ours."""
    match error:
        case Refused():
            return "\n".join(refusal.sentence for refusal in error.refusals)
        case ExceptionGroup():
            return _of_all(error.exceptions)
        case OSError(filename=str() | Path() as name, strerror=str() as why):
            return f"{name}: {why}"
    if isinstance(error, StoreDown):
        return f"the store of files cannot be used: {error}"
    return str(error) if isinstance(error, FORESEEN) else _of_database(error)


def _of_all(errors: Sequence[Exception]) -> str | None:
    sentences = [sentence_of(error) for error in errors]
    return None if None in sentences else "\n".join(filter(None, sentences))


def _of_database(error: Exception) -> str | None:
    cause = error.orig if isinstance(error, DatabaseError) else error
    is_damaged = type(cause) is sqlite3.DatabaseError
    if is_damaged or isinstance(cause, sqlite3.OperationalError | psycopg.OperationalError):
        return f"the database cannot be used: {' '.join(str(cause).split())}"
    return None
