"""Prefect's schedules, made from our tables: whatever stands in Prefect and not there is removed, and the reverse."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule, RRuleSchedule

from config.calendar import LOCAL
from config.settings import Settings
from flows.setting import opened
from flows.sweep import DEPLOYMENT
from flows.work import GRACE
from models.db import Database, run
from models.opinions import open_requests
from models.types import from_micros, to_micros

SLACK: Final = timedelta(seconds=5)
ZONE: Final = LOCAL.key
DAILY: Final = {
    "lock": "5 0 * * *",
    "explain": "10 0 * * *",
    "opinions": "12 0 * * *",
    "remind": "0 8,18 * * *",
    "report": "15 6,12,18 * * *",
    "nightly": "0 2 * * *",
    "mail": "0 * * * *",
}
"""Sweeps of every flow, local time: what no milestone announces, such as the end of an extension.

Seldom, for every run is kept: the plain work loop looks every few seconds.
"""


class Planned(NamedTuple):
    """A schedule of a flow; two with the same name that differ elsewhere are not the same."""

    flow: str
    name: str
    rule: str
    parameters: tuple[tuple[str, str], ...] = ()


class Difference(NamedTuple):
    """The schedules that were created and removed."""

    created: tuple[Planned, ...]
    removed: tuple[Planned, ...]


def planned(database: Database, now: datetime) -> set[Planned]:
    """The daily schedules, and one for every closing that lies ahead, named `round/stage` or `round/opinions-id`."""
    daily = {Planned(flow, "daily", cron) for flow, cron in DAILY.items()}
    return daily | {_once(*one) for one in _closings(database, now)} | set(_requests(database, now))


def _closings(database: Database, now: datetime) -> Iterator[tuple[str, datetime]]:
    sql = (
        "SELECT DISTINCT m.round_id, m.stage, m.closes_at FROM milestone m JOIN round r ON r.id = m.round_id "
        "WHERE r.launched_at IS NOT NULL AND m.closes_at > :now ORDER BY 1, 2, 3"
    )
    with database.reading() as session:
        rows = run(session, sql, {"now": to_micros(now - GRACE)}).fetchall()
    names: set[str] = set()
    for round_id, stage, micros in rows:
        closes_at, name = from_micros(micros), f"{round_id}/{stage}"
        yield (name if name not in names else f"{name}/{closes_at.astimezone(LOCAL):%Y-%m-%dT%H:%M}"), closes_at
        names.add(name)


def _requests(database: Database, now: datetime) -> Iterator[Planned]:
    """The flow that closes them does not wait as `lock` does, so it is planned after the half second of being early."""
    with database.reading() as session:
        found = open_requests(session, now - GRACE)
    for request in found:
        yield Planned("opinions", f"{request.round_id}/opinions-{request.id}", _at(request.closes_at + GRACE + SLACK))


def _once(name: str, closes_at: datetime) -> Planned:
    parameters = (("closes_at", closes_at.isoformat()), ("milestone", name))
    return Planned("lock", name, _at(closes_at + GRACE), parameters)


def _at(instant: datetime) -> str:
    return f"DTSTART:{instant.astimezone(LOCAL):%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;COUNT=1"


def reconcile(database: Database, client: SyncPrefectClient, now: datetime) -> Difference:
    """Make Prefect's schedules those of our tables."""
    wanted = planned(database, now)
    parts = [_reconcile(client, flow, {one for one in wanted if one.flow == flow}) for flow in DAILY]
    return Difference(
        tuple(one for part in parts for one in part.created), tuple(one for part in parts for one in part.removed)
    )


def _reconcile(client: SyncPrefectClient, flow: str, wanted: set[Planned]) -> Difference:
    deployment = client.read_deployment_by_name(f"{flow}/{DEPLOYMENT}").id
    standing = {_read(flow, one): one.id for one in client.read_deployment_schedules(deployment)}
    gone, new = sorted(standing.keys() - wanted), sorted(wanted - standing.keys())
    for one in gone:
        client.delete_deployment_schedule(deployment, standing[one])
    if new:
        client.create_deployment_schedules(deployment, [_create(one) for one in new])
    return Difference(tuple(new), tuple(gone))


def _create(one: Planned) -> DeploymentScheduleCreate:
    schedule = (
        RRuleSchedule(rrule=one.rule, timezone=ZONE)
        if one.rule.startswith("DTSTART")
        else CronSchedule(cron=one.rule, timezone=ZONE)
    )
    return DeploymentScheduleCreate(schedule=schedule, slug=one.name, parameters=dict(one.parameters), active=True)


def _read(flow: str, one: DeploymentSchedule) -> Planned:
    rule = one.schedule.rrule if isinstance(one.schedule, RRuleSchedule) else ""
    rule = one.schedule.cron if isinstance(one.schedule, CronSchedule) else rule
    return Planned(flow, one.slug or "", rule, tuple(sorted(one.parameters.items())))


def refresh(settings: Settings) -> Difference:
    """Reconcile with the server and the tables of this process's settings."""
    with opened(settings) as setting, get_client(sync_client=True) as client:
        return reconcile(setting.database, client, setting.now())
