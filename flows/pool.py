"""Flows that are done by the workers of a Prefect work pool, here and on other machines."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from anyio import to_thread
from httpx import HTTPError
from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.exceptions import ObjectAlreadyExists
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from config.clock import Clock
from config.settings import Settings
from flows import work
from flows.setting import opened
from flows.sweep import DEPLOYMENT

LONGEST: Final = timedelta(hours=1)
"""No flow takes as long: a run that does has lost its worker."""
REAL: Final = Clock(None)
"""The clock that Prefect goes by, also in a rehearsal."""
LOG: Final = logging.getLogger(__name__)


async def register(pool: str, flows: Sequence[Flow[..., Any]]) -> None:
    """Make the pool unless it is there, and let its workers find every flow in the installed program."""
    template = ProcessWorker.get_default_base_job_template()
    async with get_client() as client:
        try:
            await client.create_work_pool(
                WorkPoolCreate(name=pool, type=ProcessWorker.type, base_job_template=template)
            )
        except ObjectAlreadyExists:
            LOG.info("the work pool %s is there", pool)
    for flow in flows:
        deployment = await flow.ato_deployment(
            DEPLOYMENT, work_pool_name=pool, entrypoint_type=EntrypointType.MODULE_PATH
        )
        await deployment.aapply()


async def call_workers(settings: Settings, pause: float) -> None:
    """Share out mail that would take one process long, at most once a minute, and give up runs whose worker died."""
    while True:
        try:
            if await to_thread.run_sync(_parts_of_mail, settings) > 1:
                await _ask_for_mail(REAL.now())
            await give_up_orphans(REAL.now() - LONGEST)
        except HTTPError as error:
            LOG.warning("workers are not called: %s", error)
        await asyncio.sleep(pause)


def _parts_of_mail(settings: Settings) -> int:
    with opened(settings) as setting:
        return len(work.find("mail").shares(setting.database, setting.now()))


async def _ask_for_mail(now: datetime) -> None:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(f"mail/{DEPLOYMENT}")
        once = f"mail/{now:%Y-%m-%dT%H:%M}"
        await client.create_flow_run_from_deployment(deployment.id, idempotency_key=once)


async def give_up_orphans(before: datetime) -> None:
    """Give up runs from before an instant: a killed process leaves them standing as running, and others wait."""
    left = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING])),
        expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": before}),
    )
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=left):
            await client.set_flow_run_state(run.id, Crashed(message="tiến trình chạy đã dừng đột ngột"), force=True)
