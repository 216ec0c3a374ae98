"""The scratch database of a rehearsal: a file beside its papers, or a database of its own on the server."""

from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from models.db import pool_of


def scratch(database_url: str, out: Path, name: str) -> str:
    """URL of a new, empty database for a rehearsal; the one of an earlier rehearsal of that name is dropped.

    With a PostgreSQL URL the database is made on that server, else `round.db` is made in `out`.
    """
    _, url = pool_of(make_url(database_url))
    if url.get_backend_name() == "postgresql":
        _create(url.set(drivername="postgresql").render_as_string(hide_password=False), name)
        return url.set(database=name).render_as_string(hide_password=False)
    for leftover in out.glob("round.db*"):
        leftover.unlink()
    return f"sqlite:///{out.resolve()}/round.db"


def _create(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
