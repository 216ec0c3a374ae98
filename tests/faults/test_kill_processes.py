"""`kill -9` of portals, work loop and mail: nothing lost, nothing doubled, and the pages told the truth.

Officers work and deadlines pass all the while. A kill comes at a random moment, every second one of a portal while a
form is on its way. The leases of who was killed run out at once, as if the minutes had gone by.
"""

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk
from sqlmodel import Session

from models.assessments import marks
from models.db import Database, run
from models.types import to_micros
from tests.actions.world import World
from tests.faults.officers import now
from tests.faults.processes import LONGEST
from tests.faults.services import Service, mail, portal, worker
from tests.faults.steadfast import Steadfast
from tests.faults.test_last_minute import round_that_closes
from tests.faults.whole import demand_whole
from tests.notifications.smtp import Postbox, free_port, serving
from tests.web.unit_forms import best_fields

LOG = logging.getLogger(__name__)
OPEN = "('assigned', 'self_assessing', 'submitted')"
GRACE = timedelta(seconds=15)
PATIENCE = 3 * LONGEST
TOO_LATE = 0.5
"""So many seconds officers still try after the closing."""


class Plan(NamedTuple):
    """How many kills, officers, and units that do nothing; how long before it the closing is set; for which seed."""

    kills: int
    officers: int
    sleepers: int
    lead: timedelta
    seed: int


SHORT = Plan(6, 3, 3, -GRACE, 0)
LONG = [Plan(50, 6, 6, timedelta(seconds=2), seed) for seed in range(1, 6)]
PLANS = [
    pytest.param(plan, id=str(plan.seed), marks=[pytest.mark.faults, pytest.mark.timeout(900)] if plan.seed else [])
    for plan in (SHORT, *LONG)
]


class Slow(Postbox):
    """Takes its time over every mail."""

    async def handle_DATA(self, server: SMTP, session: Talk, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        await asyncio.sleep(0.01)
        return await super().handle_DATA(server, session, envelope)


class Season:
    """One round with its processes, and whoever kills them."""

    def __init__(self, database: Database, world: World, plan: Plan, services: dict[str, Service]) -> None:
        self.database, self.world, self.plan, self.services = database, world, plan, services
        self.chance = Random(plan.seed)
        self.officers: list[Steadfast] = []
        self.over = threading.Event()

    @property
    def dead(self) -> Counter[str]:
        """How often each kind of process was killed."""
        found: Counter[str] = Counter()
        for name, service in self.services.items():
            found[name.partition(" ")[0]] += service.kills
        return found

    @property
    def kills(self) -> int:
        return self.dead.total()

    @property
    def mail_kills(self) -> int:
        """How often one was killed that may have had mail in flight."""
        return self.dead["mail"]

    def rage(self) -> None:
        """Kill until it is enough; then close the round."""
        while self.kills < self.plan.kills:
            self.close_one()
            self.kill_one()
        self.end_round()

    def kill_one(self) -> None:
        """Kill a process, and start it again."""
        name = self.chance.choice(list(self.services))
        if name.startswith("portal") and self.chance.random() < 0.5:
            self.wait(self.is_a_form_on_its_way)
        service = self.services[name]
        service.kill_after(self.chance.uniform(0, 0.25))
        self.let_leases_end(name)
        service.start()

    def end_round(self) -> None:
        """Its closing comes while officers still try; then wait until nothing is left to do."""
        self.close(self.world.assessment_ids, self.plan.lead)
        time.sleep(max(0.0, self.plan.lead.total_seconds()) + TOO_LATE)
        self.over.set()
        self.wait(lambda: all(officer.has_stopped for officer in self.officers))
        self.wait(lambda: self.count("state IN ('assigned', 'self_assessing')", "assessment") == 0)
        self.wait(lambda: self.count("status = 'waiting'", "job") == 0)
        self.wait(lambda: self.count("status = 'queued'", "outbox") == 0)

    def close_one(self) -> None:
        """Another of those who sleep has its deadline behind it."""
        asleep = self.world.assessment_ids[self.plan.officers :]
        number = self.kills * len(asleep) // self.plan.kills
        self.close([asleep[number]], -GRACE)

    def close(self, dossiers: list[int], lead: timedelta) -> None:
        sql = f"UPDATE assessment SET closes_at = :at WHERE id = :id AND state IN {OPEN}"
        at = to_micros(now() + lead)
        with self.database.writing() as session:
            for key in dossiers:
                run(session, sql, {"id": key, "at": at})

    def let_leases_end(self, name: str) -> None:
        """Time passes for what the killed process had taken; nobody else takes the same."""
        table = {"mail": "outbox", "worker": "job"}.get(name)
        if table:
            with self.database.writing() as session:
                run(session, f"UPDATE {table} SET lease_until = 1 WHERE lease_until IS NOT NULL")

    def is_a_form_on_its_way(self) -> bool:
        return any(officer.is_posting for officer in self.officers)

    def count(self, which: str, table: str) -> int:
        with self.database.reading() as session:
            found: int = run(session, f"SELECT count(*) FROM {table} WHERE {which}").fetchone()[0]
            return found

    @staticmethod
    def wait(happens: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not happens():
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.002)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def test_whoever_dies_nothing_is_lost_or_doubled_and_pages_tell_the_truth(
    kind: str, plan: Plan, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fresh = request.getfixturevalue(f"fresh_{kind}")
    postbox, ports = Slow(), [free_port(), free_port()]
    with round_that_closes(fresh, plan.officers + plan.sleepers) as (url, database, world), serving(postbox) as port:
        services = {
            **{f"portal {one}": Service(portal, url, str(tmp_path), one) for one in ports},
            "worker": Service(worker, url, str(tmp_path)),
            "mail": Service(mail, url, f"smtp://localhost:{port}?starttls=never"),
        }
        season = Season(database, world, plan, services)
        try:
            for service in services.values():
                service.start()
            asyncio.run(work(season, [f"http://127.0.0.1:{one}" for one in ports]))
        finally:
            for service in services.values():
                service.stop()
        tell(season, postbox)
        demand_kept(season)
        demand_locked(season)
        demand_mailed(season, postbox)


async def work(season: Season, addresses: list[str]) -> None:
    """Officers work while somebody kills; afterwards each looks at the page once more."""
    fields = best_fields(season.world.programme.sheet_for(next(iter(season.world.programme.subject_kinds))))
    for number, key in enumerate(season.world.assessment_ids[: season.plan.officers]):
        officer = Steadfast(number, f"/assessments/{key}", addresses, fields, [], Random(number))
        await officer.enter(f"/t/lien-ket-{number}")
        season.officers.append(officer)
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(season.rage))
        for officer in season.officers:
            group.create_task(officer.work_until(season.over.is_set))
    for officer in season.officers:
        await officer.look_again()
        await officer.client.aclose()


def tell(season: Season, postbox: Postbox) -> None:
    LOG.warning(
        "%s kills %s; %s requests, %s lost their answer; %s submissions told; %s mails, %s of them twice",
        *(
            season.kills,
            dict(season.dead),
            sum(len(one.log) for one in season.officers),
            sum(one.lost for one in season.officers),
        ),
        *(sum(len(one.proofs) for one in season.officers), len(postbox.received)),
        len(postbox.received) - len(set(postbox.ids())),
    )


def demand_kept(season: Season) -> None:
    """What was told to be kept or submitted is there, and each submission once."""
    with season.database.reading() as session:
        sql = "SELECT entity, count(*) FROM history WHERE act = 'submit' GROUP BY entity"
        submits = dict(run(session, sql).fetchall())
        for officer in season.officers:
            key = season.world.assessment_ids[officer.number]
            assert notes(session, key, "self") == officer.submitted
            assert officer.lost or submits.get(f"assessment:{key}", 0) == len(officer.proofs)
            told = {code: note for code, note in officer.notes.items() if note}
            assert told.items() <= notes(session, key, "draft").items()


def notes(session: Session, key: int, copy: str) -> dict[str, str]:
    return {code: mark.note for code, mark in marks(session, key, copy).items()}


def demand_locked(season: Season) -> None:
    """All who submitted nothing have their zero, once; all is whole; the night's work was done once."""
    with season.database.reading() as session:
        demand_whole(session)
        zeroed = {row[0] for row in run(session, "SELECT id FROM assessment WHERE zeroed")}
        locks = Counter(row[0] for row in run(session, "SELECT entity FROM history WHERE act = 'lock'"))
        seals = run(session, "SELECT count(*) FROM history WHERE act = 'sealed'").fetchone()[0]
        jobs = run(session, "SELECT kind, status FROM job").fetchall()
    handed_in = {season.world.assessment_ids[one.number] for one in season.officers if one.proofs}
    assert zeroed == set(season.world.assessment_ids) - handed_in
    assert set(locks.values()) == {1}
    assert seals == 1
    assert {status for _, status in jobs} == {"done"}


def demand_mailed(season: Season, postbox: Postbox) -> None:
    """Every mail has come, but for reminders that came too late; one more of it at most for each kill of the mail."""
    with season.database.reading() as session:
        ended = Counter(row[0] for row in run(session, "SELECT status FROM outbox"))
    names = postbox.ids()
    assert ended["sent"] == len(set(names))
    assert ended.keys() <= {"sent", "skipped"}
    assert len(names) - len(set(names)) <= season.mail_kills
