"""The counts of a round are the number of its dossiers in each state, whoever moves them at the same time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Event

from danhgia.bench.world import CLOSES_AT, KIND, NOW, fill
from models.check import findings
from models.counts import SPARE, Key, counts, crowded, differing, fold
from models.db import Database, run
from states.actor import SYSTEM, account
from states.advance import Move, advance
from states.bulk import bulk
from tests.states.worlds import column

SUBMITTED = Move(columns={"self_total": Decimal(80), "submitted_at": NOW})


def of_states(database: Database) -> dict[str, int]:
    with database.reading() as session:
        assert list(differing(session)) == []
        return {key.state: n for key, n in counts(session, [1]).get(1, {}).items()}


def submit(database: Database, keys: Sequence[int]) -> None:
    for key in keys:
        with database.writing() as session:
            advance(session, key, "submit", actor=account(2 * key - 1), now=NOW, move=SUBMITTED)


def lock(database: Database) -> None:
    with database.writing() as session:
        bulk(session, 1, "lock", actor=SYSTEM, now=CLOSES_AT, due=True)


def folded(database: Database) -> int:
    with database.writing() as session:
        return fold(session, 1)


def test_every_step_is_counted_and_folding_changes_nothing(database: Database) -> None:
    fill(database, 6)
    submit(database, (1, 2))
    lock(database)
    expected = {"submitted": 2, "locked_zero": 4}
    assert of_states(database) == expected
    assert folded(database) == 4
    assert of_states(database) == expected
    rows = column(database, "SELECT left_state || '>' || state || n FROM round_count ORDER BY state")
    assert rows == [">locked_zero4", ">submitted2"]
    assert folded(database) == 2
    assert of_states(database) == expected


def test_a_count_that_is_wrong_is_found(database: Database) -> None:
    fill(database, 3)
    with database.writing() as session:
        run(session, "UPDATE round_count SET n = 4")
    with database.reading() as session:
        assert f"round 1 counts 4 of ({KIND}, self_assessing), and there are 3" in [
            one.what for one in findings(session)
        ]
        assert counts(session, [1]) == {1: {Key("", KIND, "", "self_assessing"): 4}}
        assert counts(session, []) == {}


def test_only_what_is_crowded_is_folded(database: Database) -> None:
    fill(database, SPARE + 1)
    submit(database, range(1, SPARE + 1))
    with database.reading() as session:
        assert crowded(session) == []
    submit(database, [SPARE + 1])
    with database.reading() as session:
        assert crowded(session) == [1]
    folded(database)
    with database.reading() as session:
        assert crowded(session) == []
    assert of_states(database) == {"submitted": SPARE + 1}


def test_the_counts_hold_while_many_submit_and_somebody_folds(database: Database) -> None:
    """Four threads hand in two hundred dossiers at the last minute; two fold all the while; every look adds up."""
    fill(database, 200)
    done = Event()
    with ThreadPoolExecutor(7) as pool:
        submitting = [pool.submit(submit, database, range(first, 201, 4)) for first in range(1, 5)]
        folding = [pool.submit(_fold_until, database, done) for _ in range(2)]
        looking = pool.submit(_look_until, database, done)
        for one in submitting:
            one.result()
        done.set()
        assert all(one.result() for one in folding)
        assert looking.result() == {200}
    assert of_states(database) == {"submitted": 200}


def _fold_until(database: Database, done: Event) -> bool:
    folded(database)
    while not done.wait(0.01):
        folded(database)
    return True


def _look_until(database: Database, done: Event) -> set[int]:
    totals = {sum(of_states(database).values())}
    while not done.wait(0.005):
        totals.add(sum(of_states(database).values()))
    return totals
