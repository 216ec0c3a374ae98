"""What is measured: the program's own way and the baseline, one after the other on fresh databases of the same rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from time import perf_counter
from typing import NamedTuple

from actions.launch import launch
from actions.rank import rank_round
from config.load import load_programme
from config.programme import Programme
from danhgia.bench import raw, world
from danhgia.bench.places import KINDS, fresh
from models.db import Database
from states import history
from states.actor import SYSTEM, account, console
from states.advance import Move, advance
from states.bulk import bulk

TOTAL = Decimal("87.5")
CHUNKS = 6
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
    """One transition with guards, permits and outbox, a transaction each; chunks take turns."""
    return [_advance(kind, n) for kind in KINDS]


def _advance(kind: str, n: int) -> Result:
    chunk, seconds = n // (2 * CHUNKS), [0.0, 0.0]
    with fresh(kind) as database, _by_hand(database) as by_hand:
        world.fill(database, n)
        for start in range(1, 2 * CHUNKS * chunk, 2 * chunk):
            seconds[0] += timed(partial(_submit_all, database, range(start, start + chunk)))
            seconds[1] += timed(partial(_raw_all, by_hand, range(start + chunk, start + 2 * chunk)))
    return result("advance", kind, chunk * CHUNKS, (seconds[0], seconds[1]))


def _submit_all(database: Database, ids: range) -> None:
    for key in ids:
        with database.writing() as session:
            move = Move(columns={"self_total": TOTAL, "submitted_at": world.NOW})
            advance(session, key, "submit", actor=account(2 * key - 1), now=world.NOW, move=move)


def _raw_all(by_hand: raw.Raw, ids: range) -> None:
    for key in ids:
        raw.submit(by_hand, key, 875_000)


def bench_lock(n: int = 50_000) -> list[Result]:
    """The lock of n dossiers that were never submitted, in one transaction, with their mails."""
    return [result("lock", kind, n, (_lock_ours(kind, n), _lock_raw(kind, n))) for kind in KINDS]


def _lock_ours(kind: str, n: int) -> float:
    with fresh(kind) as database:
        world.fill(database, n)
        return timed(lambda: _lock(database))


def _lock(database: Database) -> None:
    columns = {"locked_zero": {"self_total": Decimal(0), "zeroed": True}}
    with database.writing() as session:
        bulk(session, 1, "lock", actor=SYSTEM, now=world.CLOSES_AT, due=True, columns=columns)


def _lock_raw(kind: str, n: int) -> float:
    with fresh(kind) as database, _by_hand(database) as by_hand:
        world.fill(database, n)
        return timed(lambda: raw.lock_all(by_hand))


@contextmanager
def _by_hand(database: Database) -> Iterator[raw.Raw]:
    by_hand = raw.connect(database.url.render_as_string(hide_password=False))
    yield by_hand
    by_hand.connection.close()


def bench_verify(n: int = 10_000) -> list[Result]:
    """Verifying n chains of eleven rows, against reading the same rows in order and hashing them."""
    return [_verify_both(kind, n) for kind in KINDS]


def _verify_both(kind: str, n: int) -> Result:
    with fresh(kind) as database, _by_hand(database) as by_hand:
        world.fill(database, n)
        world.lengthen(database, n, times=10)
        raw.verify(by_hand)
        seconds = timed(partial(_verify, database)), timed(partial(raw.verify, by_hand))
        return result("verify", kind, 11 * n, seconds)


def _verify(database: Database) -> None:
    with database.reading() as session:
        if history.verify(session).broken:
            raise AssertionError("the chains of the bench are broken")


def bench_launch(n: int = 50_000) -> list[Result]:
    """The launch of n subjects with their invitations, against writing the same rows by hand."""
    return [result("launch", kind, n, (_launch_ours(kind, n), _launch_raw(kind, n))) for kind in KINDS]


def _launch_ours(kind: str, n: int) -> float:
    with fresh(kind) as database:
        programme = world.fill_register(database, n).programme
        return timed(partial(_launch, database, programme, n))


def _launch(database: Database, programme: Programme, n: int) -> None:
    codes = [f"DV{number:06}" for number in range(1, n + 1)]
    with database.writing() as session:
        launch(session, programme, world.YEAR, codes, actor=CONSOLE, now=world.NOW, live=False, smtp=False)


def _launch_raw(kind: str, n: int) -> float:
    with fresh(kind) as database, _by_hand(database) as by_hand:
        world.fill_register(database, n)
        with database.writing() as session:
            world.launch_frame(session, load_programme(world.SLUG))
        return timed(lambda: raw.launch(by_hand, n))


def bench_rank(n: int = 50_000) -> list[Result]:
    """Ranking n dossiers, against ten times the ranking of n/10: a ratio of 1 is linear."""
    results = []
    for kind in KINDS:
        few, many = _rank(kind, n // 10), _rank(kind, n)
        results.append(result("rank", kind, n, (many, 10 * few)))
    return results


def _rank(kind: str, n: int) -> float:
    with fresh(kind) as database:
        world.fill(database, n, state="decided")
        world.give_totals(database, n)
        return timed(partial(_rank_round, database))


def _rank_round(database: Database) -> None:
    with database.writing() as session:
        rank_round(session, 1, actor=CONSOLE, now=world.NOW)
