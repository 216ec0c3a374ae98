"""What is measured: the program's own way and the baseline, one after the other on fresh databases of the same rows."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from statistics import median
from time import perf_counter
from typing import NamedTuple

from actions.launch import launch
from actions.quotas import what_if
from actions.rank import rank_round
from danhgia.bench import raw, world
from danhgia.bench.places import KINDS, fresh
from models.db import Database
from states.actor import SYSTEM, account, console
from states.advance import Move, advance
from states.bulk import bulk

TOTAL = Decimal("87.5")
CHUNK = 50
ZEROED = {"locked_zero": {"self_total": Decimal(0), "zeroed": True}}
CONSOLE = console("bench")


class Result(NamedTuple):
    """One figure: rows a second of ours and of the baseline, and their ratio."""

    name: str
    database: str
    n: int
    ours: float
    baseline: float
    unit: str
    ratio: float


def result(name: str, kind: str, n: int, seconds: tuple[float, float], unit: str = "a second") -> Result:
    """A result from the seconds of ours and of the baseline for n rows."""
    ours, baseline = n / seconds[0], n / seconds[1]
    return Result(name, kind, n, round(ours, 1), round(baseline, 1), unit, round(ours / baseline, 3))


def timed(work: Callable[[], object]) -> float:
    """Seconds a piece of work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def bench_advance(n: int = 3_000) -> list[Result]:
    """One transition with guards, permits and outbox, a transaction each; chunks take turns, their medians count."""
    return [_advance(kind, n) for kind in KINDS]


def _advance(kind: str, n: int) -> Result:
    with fresh(kind) as database, by_hand(database) as raws:
        world.fill(database, n)
        seconds = [
            (
                timed(partial(submit, database, range(start, start + CHUNK))),
                timed(partial(_raw_all, raws, range(start + CHUNK, start + 2 * CHUNK))),
            )
            for start in range(1, n - 2 * CHUNK + 2, 2 * CHUNK)
        ]
    ours, baseline = (median(own) for own in zip(*seconds, strict=True))
    return result("advance", kind, CHUNK, (ours, baseline))._replace(n=CHUNK * len(seconds))


def submit(database: Database, ids: Iterable[int]) -> None:
    """Submit dossiers, a transaction each."""
    for key in ids:
        with database.writing() as session:
            move = Move(columns={"self_total": TOTAL, "submitted_at": world.NOW})
            advance(session, key, "submit", actor=account(2 * key - 1), now=world.NOW, move=move)


def _raw_all(raws: raw.Raw, ids: Iterable[int]) -> None:
    for key in ids:
        raw.submit(raws, key, 875_000)


def bench_lock(n: int = 50_000) -> list[Result]:
    """The lock of n dossiers that were never submitted, in one transaction, with their mails."""
    return [_better("lock", kind, n, _lock_ours, _lock_raw) for kind in KINDS]


def _better(
    name: str, kind: str, n: int, ours: Callable[[str, int], float], baseline: Callable[[str, int], float]
) -> Result:
    """What is done at once cannot take turns: both are done twice, and the better time of each counts."""
    seconds = [(ours(kind, n), baseline(kind, n)) for _ in range(2)]
    first, second = (min(own) for own in zip(*seconds, strict=True))
    return result(name, kind, n, (first, second))


def _lock_ours(kind: str, n: int) -> float:
    with fresh(kind) as database:
        world.fill(database, n)
        return timed(partial(lock, database))


def lock(database: Database) -> None:
    """Lock whatever is due in the round."""
    with database.writing() as session:
        bulk(session, 1, "lock", actor=SYSTEM, now=world.CLOSES_AT, due=True, columns=ZEROED)


def _lock_raw(kind: str, n: int) -> float:
    with fresh(kind) as database, by_hand(database) as raws:
        world.fill(database, n)
        return timed(partial(raw.lock_all, raws))


@contextmanager
def by_hand(database: Database) -> Iterator[raw.Raw]:
    """A raw connection to the same database."""
    raws = raw.connect(database.url.render_as_string(hide_password=False))
    yield raws
    raws.connection.close()


def bench_launch(n: int = 50_000) -> list[Result]:
    """The launch of n subjects with their invitations, against writing the same rows by hand."""
    return [_better("launch", kind, n, _launch_ours, _launch_raw) for kind in KINDS]


def _launch_ours(kind: str, n: int) -> float:
    with fresh(kind) as database:
        world.fill_register(database, n)
        return timed(partial(launch_all, database, n))


def launch_all(database: Database, n: int) -> None:
    """Launch a round of n subjects."""
    codes = [f"DV{number:06}" for number in range(1, n + 1)]
    with database.writing() as session:
        programme = world.pinned(world.SLUG)
        launch(session, programme, world.YEAR, codes, actor=CONSOLE, now=world.NOW, live=False, smtp=False)


def _launch_raw(kind: str, n: int) -> float:
    with fresh(kind) as database, by_hand(database) as raws:
        world.fill_register(database, n)
        with database.writing() as session:
            world.launch_frame(session, world.pinned(world.SLUG))
        return timed(partial(raw.launch, raws, n))


def bench_rank(n: int = 50_000) -> list[Result]:
    """Ranking n dossiers and trying every quota, against ten times the same of n/10: a ratio of 1 is linear."""
    results = []
    for kind in KINDS:
        few, many = (_rank(kind, size) for size in (n // 10, n))
        results.append(result("rank", kind, n, (many, 10 * few)))
    return results


def _rank(kind: str, n: int) -> float:
    with fresh(kind) as database:
        world.fill(database, n, state="decided")
        world.give_totals(database, n)
        world.give_levels(database, n)
        return timed(partial(rank, database, n))


def rank(database: Database, n: int) -> None:
    """Give every dossier its place, then say what the levels come to in each group of each body."""
    with database.writing() as session:
        rank_round(session, 1, actor=CONSOLE, now=world.NOW)
    quota = world.pinned(world.RATED).quota
    if quota is None:
        raise AssertionError("the programme of the bench has no quota")
    with database.reading() as session:
        effects = [what_if(session, quota, 1, body, {}) for body in sorted({*map(world.body_of, range(1, n + 1))})]
    if not all(effects):
        raise AssertionError("a body of the bench has no group")
