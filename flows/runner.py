"""The child of `danhgia serve` that registers the deployments, keeps their schedules, and runs what falls due.

Where there is a work pool, its workers run what falls due (`prefect worker start`), and this calls them.
"""

import asyncio
import logging
import signal
from typing import Any, Final

from anyio import to_thread
from httpx import HTTPError
from prefect import Flow
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from config.settings import Settings
from flows import pool
from flows.explain import explain
from flows.lock import lock
from flows.mail import mail
from flows.nightly import nightly
from flows.opinions import opinions
from flows.pool import give_up_orphans
from flows.remind import remind
from flows.report import report
from flows.schedules import Planned, planned, refresh
from flows.setting import opened
from flows.share import share
from flows.sweep import DEPLOYMENT

FLOWS: Final[tuple[Flow[..., Any], ...]] = (lock, explain, opinions, remind, report, nightly, mail)
POLL_SECONDS: Final = 5.0
AT_ONCE: Final = 2
LOG: Final = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run until told to stop; ends when the server stays away, and then the supervisor starts it again."""
    if settings.work_pool:
        await pool.register(settings.work_pool, (*FLOWS, share))
        await asyncio.gather(_keep_schedules(settings), pool.call_workers(settings, POLL_SECONDS))
    else:
        await _run_here()


async def _run_here() -> None:
    await give_up_orphans(pool.REAL.now())
    runner = Runner(name=DEPLOYMENT, query_seconds=POLL_SECONDS, limit=AT_ONCE, pause_on_shutdown=False)
    for flow in FLOWS:
        deployment = await flow.ato_deployment(
            DEPLOYMENT, concurrency_limit=1, entrypoint_type=EntrypointType.MODULE_PATH
        )
        await runner.aadd_deployment(deployment)
    await _until_stopped(runner)


async def _until_stopped(runner: Runner) -> None:
    """Prefect's own answer to SIGTERM forgets to await its stop, so ours takes its place once it has started."""
    tasks = {asyncio.create_task(runner.start()), asyncio.create_task(_keep_schedules(Settings()))}
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: tasks.add(loop.create_task(runner.astop())))
    ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    for task in ended:
        task.result()


async def _keep_schedules(settings: Settings) -> None:
    """Reconcile at once, and whenever the calendar in our tables has changed."""
    known: set[Planned] = set()
    while True:
        try:
            found = await to_thread.run_sync(_planned, settings)
            if found != known:
                await to_thread.run_sync(refresh, settings)
                known = found
        except HTTPError as error:
            LOG.warning("schedules are not reconciled: %s", error)
        await asyncio.sleep(POLL_SECONDS)


def _planned(settings: Settings) -> set[Planned]:
    with opened(settings) as setting:
        return planned(setting.database, setting.now())


if __name__ == "__main__":
    asyncio.run(serve(Settings()))
