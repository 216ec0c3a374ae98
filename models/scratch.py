"""A scratch database, of a rehearsal or a drill: a file in a folder, or a database of its own on the server."""

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from models.db import pool_of


def scratch(database_url: str, out: Path, name: str) -> str:
    """URL of a new, empty database; an earlier one of that name is dropped.

    With a PostgreSQL URL the database is made on that server, else `round.db` is made in `out`.
    """
    _, url = pool_of(make_url(database_url))
    if url.get_backend_name() == "postgresql":
        _create(_told(url), name)
        return url.set(database=name).render_as_string(hide_password=False)
    for leftover in out.glob("round.db*"):
        leftover.unlink()
    return f"sqlite:///{out.resolve()}/round.db"


def _create(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        _drop(connection, name)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _told(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def drop(database_url: str, name: str) -> None:
    """Drop the scratch database of that name; a file goes with its folder."""
    _, url = pool_of(make_url(database_url))
    if url.get_backend_name() == "postgresql":
        with psycopg.connect(_told(url), autocommit=True) as connection:
            _drop(connection, name)
