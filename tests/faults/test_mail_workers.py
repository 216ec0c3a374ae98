"""Several processes empty one outbox: each mail goes once, also when one of them is killed in the midst (DESIGN §6).

Of a process that is killed, the mail in flight on each of its connections may come twice, with the same Message-ID.
"""

import time
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from danhgia.bench.sink import Sink, sink
from danhgia.bench.workers import CONNECTIONS, queue, send
from models.db import Database, run
from tests.faults.processes import KILLED, LONGEST, running

RUNS = [(400, 0), *(pytest.param(4_000, seed, marks=pytest.mark.faults) for seed in range(1, 6))]


@pytest.fixture(scope="module")
def server() -> Iterator[Sink]:
    with sink() as opened:
        yield opened


@pytest.mark.parametrize(("n", "seed"), RUNS)
def test_one_worker_is_killed_and_the_other_finishes(n: int, seed: int, database: Database, server: Sink) -> None:
    queue(database, n)
    url, half = database.url.render_as_string(hide_password=False), n // 2
    with (
        running(send, url, server.url, [(1, half)]) as doomed,
        running(send, url, server.url, [(half + 1, n)]) as other,
    ):
        server.answer_up_to(moment := 1 + Random(seed).randrange(half))
        doomed.go()
        until_taken(server, min(moment, 10))
        other.go()
        until_taken(server, moment + 1)
        doomed.kill()
        assert doomed.end() == KILLED
        server.answer_up_to(2 * n)
        other.answer()
    left = statuses(database)["queued"]
    assert left <= leased(database), "the other one left what was nobody's"
    forget_leases(database)
    with running(send, url, server.url, [(1, n)]) as third:
        third.go()
        third.answer()
    assert statuses(database) == Counter(sent=n)
    taken = server.taken().ids
    assert len(taken) == n
    assert taken.total() - n <= CONNECTIONS


def test_what_one_sends_the_others_leave(database: Database, server: Sink) -> None:
    """All begin at the same place."""
    n = 300
    queue(database, n)
    url = database.url.render_as_string(hide_password=False)
    with running(send, url, server.url, [()]) as one, running(send, url, server.url, [()]) as other:
        one.go()
        other.go()
        one.answer()
        other.answer()
    assert statuses(database) == Counter(sent=n)
    assert Counter(server.taken().ids.values()) == Counter({1: n})


def until_taken(server: Sink, mails: int) -> None:
    end = time.monotonic() + LONGEST
    while server.count() < mails:
        assert time.monotonic() < end, "nothing is sent"
        time.sleep(0.005)


def statuses(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(dict(run(session, "SELECT status, count(*) FROM outbox GROUP BY status").fetchall()))


def leased(database: Database) -> int:
    with database.reading() as session:
        return int(run(session, "SELECT count(*) FROM outbox WHERE lease_until IS NOT NULL").fetchone()[0])


def forget_leases(database: Database) -> None:
    """As if the minutes had gone by."""
    with database.writing() as session:
        run(session, "UPDATE outbox SET lease_until = NULL WHERE lease_until IS NOT NULL")
