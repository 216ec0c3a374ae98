"""How the time of each step of a round grows with its subjects: the exponent of the curve, where 1 is linear."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from math import log
from statistics import linear_regression
from typing import Final

from actions import remind
from danhgia.bench import cases, chains, world
from danhgia.bench.cases import Result, timed
from danhgia.bench.places import KINDS, fresh
from flows.duties import batches
from models.db import Database

SIZES: Final = (500, 5_000, 50_000)
MOST: Final = 1.1
"""The greatest exponent that is asked for."""
REPEATED: Final = 5_000
"""Rounds up to this size are played twice, and the shorter time counts: small times are easily disturbed."""
FEW: Final = 20
"""A round played before the others, for whatever is read or prepared only once."""
MORNING: Final = world.CLOSES_AT - timedelta(hours=12)
"""The last day."""
Seconds = Mapping[str, float]


def bench_growth(n: int = SIZES[-1]) -> list[Result]:
    """A round of each size is launched, reminded, locked, verified and ranked with quotas."""
    sizes = (*SIZES[:-1], n)
    return [result for kind in KINDS for result in _of_kind(kind, sizes)]


def _of_kind(kind: str, sizes: Sequence[int]) -> Iterator[Result]:
    play(kind, FEW)
    found = {size: _best(kind, size) for size in sizes}
    for step in found[sizes[0]]:
        seconds = [found[size][step] for size in sizes]
        for size, own in zip(sizes, seconds, strict=True):
            allowed = seconds[0] * (size / sizes[0]) ** MOST
            yield Result(f"growth {step}", kind, size, round(own, 4), round(allowed, 4), "s", round(allowed / own, 3))
        grown = exponent(sizes, seconds)
        yield Result(f"growth {step}", kind, 0, round(grown, 3), MOST, "exponent", round(MOST / grown, 3))


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The slope of the straight line through the points where both scales are logarithms."""
    return linear_regression([log(size) for size in sizes], [log(one) for one in seconds]).slope


def _best(kind: str, n: int) -> Seconds:
    played = [play(kind, n) for _ in range(2 if n <= REPEATED else 1)]
    return {step: min(one[step] for one in played) for step in played[0]}


def play(kind: str, n: int) -> Seconds:
    """Seconds of each step of a round of n subjects, on a database of its own."""
    with fresh(kind) as database:
        world.fill_register(database, n)
        return {step: timed(work) for step, work in steps(database, n)}


def steps(database: Database, n: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """The steps, and between them what makes the next one possible."""
    yield "launch", partial(cases.launch_all, database, n)
    yield "remind", partial(_remind, database)
    yield "lock", partial(cases.lock, database)
    yield "verify", partial(chains.verify, database)
    world.give_totals(database, n)
    world.give_levels(database, n)
    yield "rank", partial(cases.rank, database, n)


def _remind(database: Database) -> None:
    """Queue the reminder of the last day to everybody, in batches as the flow does."""
    with database.reading() as session:
        one = next(one for one in remind.due(session, MORNING) if one.kind == "reminder")
        ids = remind.ids(session, one, MORNING)
    for batch in batches(ids):
        with database.writing() as session:
            remind.tell(session, one, batch, MORNING)
