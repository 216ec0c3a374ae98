"""Against a real Prefect server and runner, started as `danhgia serve` starts them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.schedules import RRuleSchedule
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Running
from sqlmodel import select

from flows.mail import mail
from flows.pool import give_up_orphans
from flows.runner import FLOWS
from flows.schedules import DAILY, planned
from models.db import Database, run
from models.history import History
from models.types import to_micros
from tests.actions.world import World, state_of
from tests.flows.serving import close, prefect, settings_in, underway, until
from tests.notifications import smtp
from tests.notifications.smtp import Postbox


class Here(NamedTuple):
    """A round in our database, and Prefect beside it."""

    database: Database
    world: World
    client: SyncPrefectClient

    def deployment(self, flow: str) -> UUID:
        return self.client.read_deployment_by_name(f"{flow}/danhgia").id

    def schedules(self, flow: str) -> dict[str, object]:
        """The names of a flow's schedules; none while it is not registered."""
        try:
            found = self.client.read_deployment_schedules(self.deployment(flow))
        except ObjectNotFound:
            return {}
        return {one.slug or "": one.schedule for one in found}


@pytest.fixture(scope="module")
def postbox() -> Iterator[Postbox]:
    """A mail server, which the environment names to Prefect's processes; it also tells Prefect to plan often."""
    opened = Postbox()
    with smtp.serving(opened) as port, pytest.MonkeyPatch.context() as environment:
        environment.setenv("PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS", "3")
        environment.setenv("DANHGIA_SMTP_URL", f"smtp://localhost:{port}?starttls=never")
        yield opened


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, postbox: Postbox) -> Iterator[Here]:
    assert postbox.received == []
    settings = settings_in(tmp_path_factory.mktemp("prefect"))
    database = Database(settings.database_url)
    world = underway(database, subjects=3)
    with prefect(settings) as served:
        told = served.environment()
        ours = {PREFECT_API_URL: told["PREFECT_API_URL"], PREFECT_API_AUTH_STRING: told["PREFECT_API_AUTH_STRING"]}
        with temporary_settings(ours), get_client(sync_client=True) as client:
            yield Here(database, world, client)
    database.dispose()


def test_a_round_has_a_schedule_for_each_milestone(here: Here) -> None:
    name = f"{here.world.round_id}/self_assessment"
    wanted = {flow: {"daily"} for flow in DAILY} | {"lock": {"daily", name, f"{here.world.round_id}/report"}}
    until(lambda: bool(here.schedules(list(DAILY)[-1])))
    assert {flow.name: set(here.schedules(flow.name)) for flow in FLOWS} == wanted
    found = here.schedules("lock")[name]
    assert isinstance(found, RRuleSchedule)
    year = (here.world.launched_at + timedelta(days=1)).year + 1
    assert found.rrule == f"DTSTART:{year}1210T000015\nRRULE:FREQ=DAILY;COUNT=1"
    assert found.timezone == "Asia/Ho_Chi_Minh"


def test_a_milestone_that_moves_moves_its_schedule_and_prefect_plans_the_run(here: Here) -> None:
    closing = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
    name = f"{here.world.round_id}/report"
    with here.database.writing() as session:
        moved = {"at": to_micros(closing), "round": here.world.round_id}
        run(session, "UPDATE milestone SET closes_at = :at WHERE round_id = :round AND stage = 'report'", moved)
    wanted = {one.rule for one in planned(here.database, datetime.now(UTC)) if one.name == name}
    until(lambda: {getattr(here.schedules("lock").get(name), "rrule", "")} == wanted)
    until(lambda: planned_at(here, closing + timedelta(seconds=15)))


def planned_at(here: Here, at: datetime) -> bool:
    """Whether Prefect has a run for that very instant."""
    second = timedelta(seconds=1)
    near = FlowRunFilterExpectedStartTime.model_validate({"after_": at - second, "before_": at + second})
    found = here.client.read_flow_runs(flow_run_filter=FlowRunFilter(expected_start_time=near))
    return any(run.expected_start_time == at for run in found)


def run_of(here: Here, flow: str, **parameters: str) -> UUID:
    """Let the runner run a flow; returns its run when it has completed."""
    until(lambda: bool(here.schedules(flow)))
    run_id = here.client.create_flow_run_from_deployment(here.deployment(flow), parameters=parameters).id
    until(lambda: here.client.read_flow_run(run_id).state_type in {"COMPLETED", "FAILED", "CRASHED"})
    assert here.client.read_flow_run(run_id).state_name == "Completed"
    return run_id


def test_the_lock_flow_waits_for_the_deadline_and_locks(here: Here) -> None:
    closing = datetime.now(UTC) - timedelta(seconds=5)
    close(here.database, here.world, closing, 0, 1, 2)
    run_id = run_of(here, "lock", milestone="thử", closes_at=closing.isoformat())
    assert [state_of(here.database, key) for key in here.world.assessment_ids] == ["locked_zero"] * 3
    with here.database.reading() as session:
        locked_at = session.exec(select(History.at).where(History.act == "lock")).first()
    assert locked_at is not None
    assert locked_at >= closing + timedelta(seconds=15)
    assert shown(here, run_id) == {"lock-ket-qua", "lock-tien-do"}
    until(lambda: {"lượt khóa: thử", "lock: {'locked_zero': 3}"} <= said(here, run_id))


def said(here: Here, flow_run: UUID) -> set[str]:
    """The lines in the log of a run."""
    return {line.message for line in here.client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run])))}


def test_the_mail_flow_hands_mail_to_the_server(here: Here, postbox: Postbox) -> None:
    run_of(here, "mail")
    recipients = {address for recipients in postbox.recipients() for address in recipients}
    assert {f"canbo{number}@donvi.example" for number in (1, 2, 3)} <= recipients


def test_runs_that_a_killed_runner_left_behind_are_given_up(here: Here) -> None:
    left = here.client.create_flow_run(mail, state=Running())
    asyncio.run(give_up_orphans(datetime.now(UTC)))
    assert here.client.read_flow_run(left.id).state_name == "Crashed"


def shown(here: Here, flow_run: UUID) -> set[str]:
    """The keys of the artifacts on the page of a run."""
    of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run]))
    only = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run]))
    found = here.client.read_artifacts(artifact_filter=of_run, flow_run_filter=only)
    return {one.key or "" for one in found}


@pytest.mark.usefixtures("here")
def test_prefect_answers_nobody_without_the_word() -> None:
    with temporary_settings({PREFECT_API_AUTH_STRING: "danhgia:guessed"}), get_client(sync_client=True) as client:
        with pytest.raises(PrefectHTTPStatusError) as refused:
            client.read_flow_runs()
        assert refused.value.response.status_code == 401
