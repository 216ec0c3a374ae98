"""What is thrown away after years: nothing of a dossier, its round, its history or its mail."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from flows import jobs
from flows.jobs import Errand, Outcome
from models import retention
from models.db import Database
from models.doors import Attempt, OneTimeKey, SignInMail, WebSession
from tests.actions.later import announced, decided, in_decision
from tests.actions.world import World
from tests.faults.whole import content

YEARS = timedelta(days=3 * 365)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def test_a_finished_year_keeps_every_byte_of_its_dossiers(kind: str, request: pytest.FixtureRequest) -> None:
    with request.getfixturevalue(f"fresh_{kind}")() as url:
        database = Database(url)
        demand_kept(database)
        database.dispose()


def demand_kept(database: Database) -> None:
    world = in_decision(database)
    announced(database, world, decided(database, world))
    before = content(database)
    with database.writing() as session:
        fill(session, world)
    with database.writing() as session:
        assert set(retention.tidy(session, world.launched_at + timedelta(days=1)).values()) == {0}
    with database.writing() as session:
        gone = retention.tidy(session, world.launched_at + YEARS)
    assert set(gone.values()) == {1}
    after = content(database)
    touched = {rule.table for rule in retention.RULES.values()}
    assert {name for name in after if after[name] != before[name]} <= touched
    assert [row["declared_name"] for row in after["web_session"]] == ["Nguyễn Khai Tên"]
    assert [row["kind"] for row in after["job"]] == ["report"]


def fill(session: Session, world: World) -> None:
    """Of each kind one row that may go, and beside it one that has to stay."""
    now, key = world.launched_at, world.officer.account_id or 0
    session.add_all(opened(key, number, name, now) for number, name in enumerate(("", "Nguyễn Khai Tên")))
    session.add(Attempt(door="mail", client="address:192.0.2.1", whose=bytes(32), at=now))
    session.add(
        OneTimeKey(
            account_id=key,
            email="a@x.example",
            way="mail",
            token_hash=bytes(32),
            code_hash="",
            made_at=now,
            ends_at=now,
        )
    )
    for status in ("sent", "queued"):
        session.add(SignInMail(account_id=key, asked_at=now, due_at=now, status=status, ended_at=now))
    for kind in ("verify", "report"):
        jobs.ask(session, [Errand(kind, "installation:1", "2024-10-01")], now)
        job = jobs.claim(session, jobs.waiting(session, [kind], now)[0], now)
        assert job is not None
        jobs.end(session, job, Outcome("xong"), now)


def opened(key: int, number: int, declared: str, now: datetime) -> WebSession:
    return WebSession(
        account_id=key,
        email="a@x.example",
        way="mail",
        declared_name=declared,
        token_hash=bytes([number] * 32),
        device_hash=bytes(32),
        started_at=now,
        seen_at=now,
        ends_at=now + timedelta(hours=8),
    )
