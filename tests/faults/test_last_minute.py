"""The last minute before a deadline, through two portal processes and PostgreSQL.

Nothing that was answered as kept is lost, nobody who arrived in time is refused, nobody is let in late.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

import pytest
from sqlmodel import select

from actions.lock import lock_due
from actions.sessions import hash_of
from flows.work import GRACE
from models.assessments import Assessment, marks
from models.db import Database, run
from models.mail import TaskLink
from models.types import from_micros, to_micros
from tests.actions.world import World, launched
from tests.conftest import Fresh
from tests.faults.officers import Officer, Plan, Sent, now, plans, wait_until
from tests.faults.whole import demand_whole
from tests.served import portal
from tests.web.unit_forms import best_fields

LOG = logging.getLogger(__name__)
LAG = timedelta(seconds=3)
"""As long as a request may be on its way until a portal notes its arrival."""
LATE = "sau giờ đóng"


@contextmanager
def round_that_closes(fresh: Fresh, count: int) -> Iterator[tuple[str, Database, World]]:
    """A round of so many units, a day old by the real clock."""
    with fresh() as url:
        database = Database(url)
        begun = now() - timedelta(days=1)
        world = launched(database, year=begun.year + 1, subjects=count, now=begun)
        with database.writing() as session:
            session.add_all(link(world, number) for number in range(count))
        yield url, database, world
        database.dispose()


def link(world: World, number: int) -> TaskLink:
    return TaskLink(
        token_hash=hash_of(f"lien-ket-{number}"),
        account_id=world.officers[number].account_id or 0,
        round_id=world.round_id,
        assessment_id=world.assessment_ids[number],
        task="self_assessment",
        made_at=world.launched_at,
    )


def close_at(database: Database, instant: datetime) -> None:
    """Set the deadline of the whole round."""
    with database.writing() as session:
        run(session, "UPDATE assessment SET closes_at = :at", {"at": to_micros(instant)})


@pytest.mark.parametrize(
    ("count", "seconds"), [pytest.param(20, 5, id="20"), pytest.param(200, 60, id="200", marks=pytest.mark.faults)]
)
def test_nothing_is_lost_and_nobody_wronged(count: int, seconds: int, fresh_postgresql: Fresh, tmp_path: Path) -> None:
    with round_that_closes(fresh_postgresql, count) as (url, database, world):
        with portal(url, tmp_path) as one, portal(url, tmp_path) as other:
            officers, closes_at = asyncio.run(rush(database, world, [one, other], timedelta(seconds=seconds)))
        log = officers[0].log
        tell(log)
        taken = submissions(database)
        demand_just(log, taken, world, closes_at)
        demand_kept(database, world, officers, taken)
        demand_ends(database, world, closes_at, taken)


async def rush(
    database: Database, world: World, addresses: list[str], lasts: timedelta
) -> tuple[list[Officer], datetime]:
    """All enter; then the deadline is set, and all are busy until it."""
    log: list[Sent] = []
    fields = best_fields(world.programme.sheet_for(next(iter(world.programme.subject_kinds))))
    officers = [
        Officer(number, f"/assessments/{key}", addresses, fields, log, Random(number))
        for number, key in enumerate(world.assessment_ids)
    ]
    for officer in officers:
        await officer.enter(f"/t/lien-ket-{officer.number}")
    log.clear()
    closes_at = now() + lasts + timedelta(seconds=0.5)
    close_at(database, closes_at)
    every = zip(officers, plans(len(officers), closes_at, lasts, Random(len(officers))), strict=True)
    await asyncio.gather(*(live(officer, plan, closes_at) for officer, plan in every))
    return officers, closes_at


async def live(officer: Officer, plan: Plan, closes_at: datetime) -> None:
    """Its plan, and one save after the deadline."""
    await officer.live(plan)
    await wait_until(closes_at + timedelta(seconds=officer.chance.uniform(0, 3)))
    await officer.autosave(officer.codes[0], LATE)
    await officer.client.aclose()


def tell(log: list[Sent]) -> None:
    for what in ("autosave", "save", "look", "submit"):
        took = [(one.until - one.at).total_seconds() * 1000 for one in log if one.what == what]
        statuses = {status: sum(one.status == status for one in log if one.what == what) for status in (200, 303, 422)}
        LOG.warning(
            "%s: %s requests %s, median %.0f ms, p95 %.0f ms, longest %.0f ms",
            *(what, len(took), statuses, quantiles(took, n=20)[9], quantiles(took, n=20)[18], max(took)),
        )


def submissions(database: Database) -> dict[int, list[datetime]]:
    """When each dossier was submitted, as its history has it."""
    taken: dict[int, list[datetime]] = {}
    with database.reading() as session:
        for entity, at in run(session, "SELECT entity, at FROM history WHERE act = 'submit'").fetchall():
            taken.setdefault(int(entity.partition(":")[2]), []).append(from_micros(at))
    return taken


def demand_just(log: list[Sent], taken: dict[int, list[datetime]], world: World, closes_at: datetime) -> None:
    """Every answer is true, each dossier is submitted once, and its arrival lies between its sending and its answer."""
    sent = [one for one in log if one.what == "submit"]
    assert {one.status for one in log} <= {200, 303, 422}
    assert len(taken) > len(world.assessment_ids) // 10
    told = {world.assessment_ids[one.number] for one in sent if one.status == 303}
    assert told == taken.keys()
    assert {len(instants) for instants in taken.values()} == {1}
    assert all(instants[0] < closes_at for instants in taken.values())
    assert told <= {world.assessment_ids[one.number] for one in sent if one.at < closes_at}
    assert [one for one in sent if one.at <= closes_at - LAG and one.status != 303] == []
    lags = [taken[world.assessment_ids[one.number]][0] - one.at for one in sent if one.status == 303]
    LOG.warning("%s submitted; from sending to arrival at most %s", len(taken), max(lags))


def demand_kept(database: Database, world: World, officers: list[Officer], taken: dict[int, list[datetime]]) -> None:
    """Every note that was answered as kept stands, in the draft and in what was submitted; none that came late."""
    with database.reading() as session:
        for officer in officers:
            key = world.assessment_ids[officer.number]
            for copy in ("draft", "self") if key in taken else ("draft",):
                kept = {code: mark.note for code, mark in marks(session, key, copy).items()}
                assert kept == officer.notes
                assert LATE not in kept.values()


def demand_ends(database: Database, world: World, closes_at: datetime, taken: dict[int, list[datetime]]) -> None:
    """The sweep zeroes exactly those who did not submit, and every chain is whole."""
    with database.writing() as session:
        lock_due(session, world.round_id, now=closes_at + GRACE)
    with database.reading() as session:
        demand_whole(session)
        zeroed = {one.id for one in session.exec(select(Assessment)) if one.zeroed}
        receipts = run(session, "SELECT assessment_id FROM outbox WHERE message = 'receipt'").fetchall()
    assert zeroed == set(world.assessment_ids) - taken.keys()
    assert {row[0] for row in receipts} == taken.keys()
