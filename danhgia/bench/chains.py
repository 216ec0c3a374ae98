"""Verifying the history: how fast, and that what it holds in memory does not grow with the rows."""

import tracemalloc
from functools import partial

from danhgia.bench import raw, world
from danhgia.bench.cases import Result, by_hand, result, timed
from danhgia.bench.places import KINDS, fresh
from models.db import Database
from states import history

ROWS = 20
"""So many rows has each chain."""


def bench_verify(n: int = 50_000) -> list[Result]:
    """Verifying n chains of twenty rows, against reading the same rows in order and hashing them.

    The second result is what Python holds at most while it verifies chains of twenty rows, against the same chains of
    one row: 1 is flat.
    """
    return [one for kind in KINDS for one in _of_kind(kind, n)]


def _of_kind(kind: str, n: int) -> list[Result]:
    with fresh(kind) as database, by_hand(database) as raws:
        world.fill(database, n)
        short = _held(database)
        world.lengthen(database, n, times=ROWS - 1)
        raw.verify(raws)
        seconds = timed(partial(verify, database)), timed(partial(raw.verify, raws))
        long = _held(database)
    flat = Result("verify-memory", kind, ROWS * n, long, short, "MB held at most", round(short / long, 3))
    return [result("verify", kind, ROWS * n, seconds), flat]


def verify(database: Database) -> None:
    """Hold all chains against their heads."""
    with database.reading() as session:
        if history.verify(session).broken:
            raise AssertionError("the chains of the bench are broken")


def _held(database: Database) -> float:
    tracemalloc.start()
    try:
        verify(database)
        return round(tracemalloc.get_traced_memory()[1] / (1 << 20), 2)
    finally:
        tracemalloc.stop()
