"""Two processes submit, sweep and decide the same dossiers at once: each step has one winner."""

from collections import Counter

import pytest

from models.db import Database, run
from models.types import to_micros
from tests.faults.contest import DECIDING, OPEN, SUBJECTS, Won, contend, prepare
from tests.faults.processes import running
from tests.faults.whole import demand_whole

SEEDS = [*range(3), *(pytest.param(seed, marks=pytest.mark.faults) for seed in range(3, 30))]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_step_has_one_winner(seed: int, database_url: str) -> None:
    database = Database(database_url)
    world = prepare(database)
    before = written(database)
    database.dispose()
    won = both(database_url, seed)
    assert Counter(won) == written(database) - before
    demand_one_end_each(won, world.assessment_ids)
    with database.reading() as session:
        demand_whole(session)
        decided = run(session, "SELECT count(*), count(DISTINCT decision_id) FROM assessment").fetchone()
        decisions = run(session, "SELECT count(*) FROM decision WHERE decided_at = :at", {"at": to_micros(DECIDING)})
        assert decisions.fetchone()[0] == decided[1]
    database.dispose()


def both(url: str, seed: int) -> Won:
    with running(contend, url, 0, seed) as one, running(contend, url, 1, seed) as other:
        one.go()
        other.go()
        return [*one.answer(), *other.answer()]


def written(database: Database) -> Counter[tuple[str, int]]:
    """How often each act stands in the history of each dossier."""
    sql = "SELECT act, entity FROM history WHERE act IN ('submit', 'lock', 'decide')"
    with database.reading() as session:
        rows = run(session, sql).fetchall()
    return Counter((act, int(entity.partition(":")[2])) for act, entity in rows)


def demand_one_end_each(won: Won, ids: list[int]) -> None:
    """Whoever could still submit either did so or was locked, and whoever was locked is decided, each once."""
    ends = Counter(won)
    assert set(ends.values()) == {1}
    submitted, locked, decided = ({key for act, key in won if act == name} for name in ("submit", "lock", "decide"))
    assert (submitted | locked, submitted & locked) == (set(ids[:OPEN]), set())
    assert decided == locked | set(ids[OPEN:])
    assert len(ids) == SUBJECTS
