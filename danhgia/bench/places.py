"""Where benchmarks run: a fresh SQLite file and a fresh PostgreSQL database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from danhgia.bench import postgres
from models.db import Database

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """A new, migrated, empty database of a kind, dropped afterwards."""
    with _url(kind) as url:
        database = Database(url)
        database.upgrade()
        yield database
        database.dispose()


@contextmanager
def _url(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with TemporaryDirectory(dir=os.environ.get("DANHGIA_BENCH_DIR")) as home:
            yield f"sqlite:///{home}/bench.db"
    else:
        postgres.claim_home()
        with postgres.database(postgres.server(durable=True)) as url:
            yield url
