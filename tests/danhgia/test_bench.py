"""Benches: that ours and the baseline do the same work, and that what is measured is written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from danhgia.bench import cases, chains, growth, mail, raw, world, written
from danhgia.bench.cases import Result, by_hand
from danhgia.bench.command import BENCHES
from danhgia.bench.plan import TASKS
from models.db import Database, run
from notifications.send import open_transport
from tests.conftest import Fresh

TABLES = {
    "assessment": "*",
    "history": "*",
    "outbox": f"{raw.OUTBOX}, ended_at, lease_until",
    "round_count": "round_id, body, kind, group_name, left_state, state, n",
}


@contextmanager
def opened(fresh: Fresh) -> Iterator[Database]:
    with fresh() as url:
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    found: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    return found


def written_rows(database: Database) -> dict[str, list[Any]]:
    """What stands about dossiers, without the ids that a database gives."""
    with database.reading() as session:
        found = {name: run(session, f"SELECT {columns} FROM {name}").fetchall() for name, columns in TABLES.items()}
    found["history"] = [row for row in found["history"] if row[0].startswith("assessment:")]
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


def test_ours_and_the_baseline_write_the_same_rows(fresh: Fresh) -> None:
    with opened(fresh) as ours, opened(fresh) as theirs, by_hand(theirs) as raws:
        for database in (ours, theirs):
            world.fill(database, 5)
        cases.submit(ours, [2])
        raw.submit(raws, 2, 875_000)
        cases.lock(ours)
        assert raw.lock_all(raws) == 4
        assert written_rows(ours) == written_rows(theirs)
        assert raw.verify(raws) == 10
        chains.verify(theirs)


def test_ours_and_the_baseline_launch_the_same_rows(fresh: Fresh) -> None:
    with opened(fresh) as ours, opened(fresh) as theirs, by_hand(theirs) as raws:
        for database in (ours, theirs):
            world.fill_register(database, 3)
        cases.launch_all(ours, 3)
        with theirs.writing() as session:
            world.launch_frame(session, world.pinned(world.SLUG))
        assert raw.launch(raws, 3) == 3
        assert written_rows(ours) == written_rows(theirs)


def test_a_round_is_played_through_all_its_steps(database: Database) -> None:
    world.fill_register(database, 12)
    steps = []
    for name, work in growth.steps(database, 12):
        work()
        steps.append(name)
    assert steps == ["launch", "remind", "lock", "verify", "rank"]
    with database.reading() as session:
        assert run(session, "SELECT count(*) FROM assessment WHERE place IS NOT NULL").fetchone()[0] == 12
        assert run(session, "SELECT message, count(*) FROM outbox GROUP BY message ORDER BY message").fetchall() == [
            ("assigned", 24),
            ("locked", 24),
            ("reminder", 24),
        ]
    world.lengthen(database, 12, times=3)
    chains.verify(database)


def test_the_exponent_is_that_of_the_curve() -> None:
    assert growth.exponent((10, 100, 1_000), (0.5, 5.0, 50.0)) == pytest.approx(1)
    assert growth.exponent((10, 100, 1_000), (1.0, 100.0, 10_000.0)) == pytest.approx(2)


def test_both_ways_of_mail_reach_a_server(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    with (
        opened(fresh_sqlite) as database,
        mail.server() as url,
        open_transport(url, tmp_path, 2) as transport,
    ):
        world.fill(database, 4)
        mail.queue(database, 1, 3)
        mail.send(database, transport, 6)
        mail.queue(database, 4, 4)
        left = mail.taken(database)
        assert [case.account.id for case in left] == [7, 8]
        mail.send_barely(url, left)
        assert mail.taken(database) == []


def test_figures_are_kept_and_shown(tmp_path: Path) -> None:
    page = tmp_path / written.PAGE
    page.write_text("before\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n<!-- plan -->\n<!-- /plan -->\n")
    grown = [
        Result("growth lock", "sqlite", 500, 0.1, 0.1, "s", 1.0),
        Result("growth lock", "sqlite", 50_000, 9.0, 15.8, "s", 1.8),
        Result("growth lock", "sqlite", 0, 0.98, 1.1, "exponent", 1.122),
    ]
    written.write([Result("lock", "sqlite", 50_000, 5_000.0, 9_000.0, "a second", 0.556), *grown], tmp_path)
    written.write([Result("lock", "sqlite", 50_000, 6_000.0, 9_000.0, "a second", 0.667)], tmp_path)
    written.write([Result("mail", "postgresql", 10_000, 250.0, 300.0, "a second", 0.833)], tmp_path)
    assert page.read_text() == (
        "before\n<!-- figures -->\n"
        "| bench | database | n | ours | baseline | unit | ratio | asked |\n|---|---|--:|--:|--:|---|--:|--:|\n"
        "| lock | sqlite | 50,000 | 6,000 | 9,000 | a second | 0.67 | 0.50 |\n"
        "| growth lock | sqlite |  | 0.98 | 1.1 | exponent | 1.12 | 1.00 |\n"
        "| mail | postgresql | 10,000 | 250 | 300 | a second | 0.83 | 0.80 |\n"
        "<!-- /figures -->\nafter\n<!-- plan -->\n"
        "| task | a second | a mean province | a large one | all provinces, in turn |\n|---|--:|--:|--:|--:|\n"
        "| send 10,000 reminders of one morning | 250 | 40 s | 2 min | 23 min |\n"
        "<!-- /plan -->\n"
    )
    for name in ("ratios", "growth-sqlite"):
        drawn = (tmp_path / f"performance/{name}.svg").read_text()
        assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 360 ')
        assert drawn.endswith("</svg>\n")


def test_what_is_asked_is_measured() -> None:
    assert {name for name, _ in written.ASKED} <= BENCHES.keys()
    assert {task.bench for task in TASKS} <= BENCHES.keys()
