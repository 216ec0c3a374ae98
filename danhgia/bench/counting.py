"""Counting what a database is asked, on either one."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.pool import Pool


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement that is sent by a connection taken out of a pool meanwhile, beginnings and ends included."""
    asked: list[str] = []
    seen: list[Any] = []

    class Counting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401  the driver's signature
            asked.append(str(query))
            return super().execute(query, *rest, **more)

    def listen(connection: Any, *_: object) -> None:  # noqa: ANN401  the driver's connection
        seen.append(connection)
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(asked.append)
        else:
            connection.cursor_factory = Counting

    event.listen(Pool, "checkout", listen)
    try:
        yield asked
    finally:
        event.remove(Pool, "checkout", listen)
        for connection in seen:
            _leave(connection)


def _leave(connection: Any) -> None:  # noqa: ANN401  the driver's connection
    if isinstance(connection, sqlite3.Connection):
        connection.set_trace_callback(None)
    else:
        connection.cursor_factory = psycopg.Cursor
