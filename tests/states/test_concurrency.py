"""Three processes pull triggers on the same dossiers at once, on each real database: one winner each (STYLE 1)."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from states.actor import SYSTEM, Actor, account
from states.history import Verified, verify
from tests.states import racers
from tests.states.racers import PATIENCE, Outcome, Try
from tests.states.worlds import STAFF, TICK, add_account, add_grant, rows_of

RACERS = 3
Race = Callable[..., list[list[Outcome]]]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """As many processes as race, each with an interpreter of its own, and one start for all."""
    context = get_context("spawn")
    start = context.Barrier(RACERS)
    with ProcessPoolExecutor(RACERS, context, initializer=racers.stand_ready, initargs=(start,)) as processes:
        yield processes


@pytest.fixture
def race(pool: ProcessPoolExecutor, database_url: str) -> Race:
    """Run a race on the database of the test; what came of each racer's tries."""

    def run_all(*plans: Sequence[Try], in_step: bool = False) -> list[list[Outcome]]:
        running = [pool.submit(racers.run_race, database_url, plan, in_step=in_step) for plan in plans]
        return [future.result(PATIENCE) for future in running]

    return run_all


def one_by_one(trigger: str, actor: Callable[[int], Actor], keys: Sequence[int], *, late: bool = False) -> list[Try]:
    """A transaction for each dossier."""
    now = CLOSES_AT if late else CLOSES_AT - TICK
    return [Try("advance", trigger, actor(key), now, (key,)) for key in keys]


def officer(key: int) -> Actor:
    return account(2 * key - 1)


def head(key: int) -> Actor:
    return account(2 * key)


def system(_: int) -> Actor:
    return SYSTEM


def staff(number: int) -> Callable[[int], Actor]:
    return lambda _: account(STAFF + number)


def appraised(database: Database, n: int) -> None:
    """Dossiers that may be decided, by two authorities, or appraised again, by a lead."""
    fill(database, n, "appraised")
    with database.writing() as session:
        run(session, "UPDATE round SET state = 'decision'")
        for number, role in enumerate(["authority", "authority", "lead"]):
            add_grant(session, 1_000 + number, add_account(session, STAFF + number), role)


def states(database: Database) -> dict[int, str]:
    with database.reading() as session:
        return dict(run(session, "SELECT id, state FROM assessment ORDER BY id").fetchall())


def assert_one_step_each(database: Database, n: int, of_the_round: int = 0) -> None:
    """Every chain is whole, and each dossier took exactly one step, which counts one version."""
    with database.reading() as session:
        assert verify(session) == Verified(rows=2 * n + of_the_round, chains=n + 2, broken=())
        found = run(session, "SELECT version, seq, count(*) FROM assessment GROUP BY version, seq").fetchall()
    assert [tuple(row) for row in found] == [(2, 2, n)]


def mails(database: Database) -> Counter[tuple[int, str]]:
    with database.reading() as session:
        found = run(session, "SELECT assessment_id, message FROM outbox").fetchall()
    return Counter((key, message) for key, message in found)


def winners(outcomes: list[list[Outcome]]) -> list[str]:
    """What was moved, of all racers together."""
    won = [outcome for each in outcomes for outcome in each if isinstance(outcome, list)]
    return [moved for each in won for moved in each]


def test_of_submissions_and_the_lock_one_wins_each_dossier(database: Database, race: Race) -> None:
    fill(database, 15)
    keys = range(1, 16)
    outcomes = race(
        one_by_one("submit", officer, keys),
        one_by_one("submit", head, keys),
        one_by_one("lock", system, keys, late=True),
        in_step=True,
    )
    found = states(database)
    assert sorted(winners(outcomes)) == sorted(f"{key} {state}" for key, state in found.items())
    assert Counter(outcome for each in outcomes for outcome in each if isinstance(outcome, str)) == {"Refused": 30}
    assert set(found.values()) <= {"submitted", "locked_zero"}
    message = {"submitted": "receipt", "locked_zero": "locked"}
    assert mails(database) == {(key, message[state]): 2 for key, state in found.items()}
    assert_one_step_each(database, 15)


def test_of_two_decisions_and_a_new_appraisal_one_wins_each_dossier(database: Database, race: Race) -> None:
    appraised(database, 15)
    keys = range(1, 16)
    outcomes = race(
        one_by_one("decide", staff(0), keys),
        one_by_one("decide", staff(1), keys),
        [Try("advance", "reopen_appraisal", account(STAFF + 2), NOW, (key,), "tính lại") for key in keys],
        in_step=True,
    )
    found = states(database)
    assert sorted(winners(outcomes)) == sorted(f"{key} {state}" for key, state in found.items())
    assert set(found.values()) <= {"decided", "appraising"}
    assert_one_step_each(database, 15)


def test_of_decisions_on_many_one_wins_them_all(database: Database, race: Race) -> None:
    appraised(database, 25)
    keys = tuple(range(1, 26))
    outcomes = race(
        [Try("advance", "decide", account(STAFF), NOW, keys)],
        [Try("advance", "decide", account(STAFF + 1), NOW, keys)],
        [Try("bulk", "decide", account(STAFF), NOW)],
    )
    assert winners(outcomes) == [f"{key} decided" for key in keys]
    assert sorted(map(str, (each[0] for each in outcomes if isinstance(each[0], str)))) in (
        ["Refused"],
        ["Refused", "Refused"],
    )
    assert_one_step_each(database, 25)


def test_a_sweep_a_closing_round_and_submissions_do_not_block_each_other(database: Database, race: Race) -> None:
    fill(database, 40)
    outcomes = race(
        [Try("bulk", "lock", SYSTEM, CLOSES_AT)] * 3,
        one_by_one("submit", officer, range(40, 0, -1)),
        [Try("round", "close_self_assessment", SYSTEM, CLOSES_AT)] * 5,
    )
    found = states(database)
    assert sorted(winners(outcomes[:2])) == sorted(f"{key} {state}" for key, state in found.items())
    assert set(found.values()) <= {"submitted", "locked_zero"}
    assert outcomes[2] == [["appraisal"], *["Refused"] * 4]
    assert_one_step_each(database, 40, of_the_round=1)


def test_a_lost_race_writes_nothing(database: Database, race: Race) -> None:
    fill(database, 1)
    outcomes = race(*[[Try("round", "close_self_assessment", SYSTEM, CLOSES_AT)]] * RACERS)
    assert sorted(map(str, (each[0] for each in outcomes))) == ["Refused", "Refused", "['appraisal']"]
    rows = rows_of(database)
    assert [row[0] for row in rows["history"]] == ["assessment:1", "round:1"]
    assert rows["outbox"] == []
