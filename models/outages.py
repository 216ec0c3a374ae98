"""When the database cannot do what is asked although nothing is wrong with the request."""

import sqlite3
from enum import Enum
from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class Lost(Exception):
    """The connection was lost before the commit: nothing was written."""

    def __init__(self) -> None:
        super().__init__("the connection to the database was lost and nothing was written: try again")


class Unclear(Exception):
    """The connection was lost during the commit: nobody knows whether it was done."""

    def __init__(self) -> None:
        super().__init__(
            "the connection to the database was lost during the commit: look whether it was done before doing it again"
        )


class Outage(Enum):
    """What is the matter with the database."""

    BUSY = "busy"
    FULL = "full"
    UNCLEAR = "unclear"


DISK_FULL: Final = "53100"
FOR_NOW: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


def outage_of(error: Exception) -> Outage | None:
    """The outage behind an error; None when the error is a fault of ours."""
    match error.orig if isinstance(error, DBAPIError) else error:
        case Unclear():
            return Outage.UNCLEAR
        case Lost() | NoConnectionFree():
            return Outage.BUSY
        case psycopg.OperationalError() as failed:
            return Outage.FULL if failed.sqlstate == DISK_FULL else Outage.BUSY
        case sqlite3.OperationalError() as failed:
            return _of_sqlite(getattr(failed, "sqlite_errorcode", 0) & 0xFF)
    return None


def _of_sqlite(code: int) -> Outage | None:
    if code == sqlite3.SQLITE_FULL:
        return Outage.FULL
    return Outage.BUSY if code in FOR_NOW else None
