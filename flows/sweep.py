"""What every flow does: ask our tables what is due, hand it out in batches, and show what became of it.

Where there is a work pool, what comes in several batches is shared out: a run for each of its parts, to be done by
whichever worker is free. Nothing leans on such a run: what a dead worker left is due again, and whoever looks next
does it.
"""

from collections import Counter
from typing import TYPE_CHECKING, Final, cast

from prefect import get_run_logger, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client

from config.settings import Settings
from flows import work
from flows.setting import opened

if TYPE_CHECKING:
    from uuid import UUID

Counts = dict[str, int]
DEPLOYMENT: Final = "danhgia"
SHARE: Final = "share/" + DEPLOYMENT
MOST_SHARES: Final = 8
"""Runs that one sweep asks for: each is a process of a second and 90 MB, whatever it does."""


@task(task_run_name="{name} {ids}", retries=2, retry_delay_seconds=[2, 10], cache_policy=NO_CACHE)
def batch(name: str, ids: list[int]) -> Counts:
    """Do one batch of one kind of work; doing it again does no harm."""
    with opened(Settings()) as setting:
        return dict(work.find(name).do(setting, tuple(ids)))


def sweep(name: str) -> Counts:
    """Do everything due of one kind of work, a task a batch; or share it out, where there are others to do it."""
    settings = Settings()
    with opened(settings) as setting:
        found, now = work.find(name), setting.now()
        due = found.shares(setting.database, now) if settings.work_pool else found.due(setting.database, now)
    if not due:
        get_run_logger().info("%s: không có việc đến hạn", name)
        return {}
    if settings.work_pool and len(due) > 1:
        return _share_out(name, due)
    return do_all(name, due)


def do_all(name: str, due: list[work.Ids]) -> Counts:
    """Do batches of one kind of work, and show what became of them."""
    counts = _batches(name, due)
    create_table_artifact(
        key=f"{name}-ket-qua",
        table=[{"Kết quả": key, "Số lượng": count} for key, count in counts.items()],
        description=f"Kết quả của lượt «{name}»",
    )
    get_run_logger().info("%s: %s", name, counts)
    return counts


def _share_out(name: str, due: list[work.Ids]) -> Counts:
    shares = [due[first::MOST_SHARES] for first in range(min(MOST_SHARES, len(due)))]
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(SHARE).id
        for share in shares:
            client.create_flow_run_from_deployment(deployment, parameters={"name": name, "batches": share})
    get_run_logger().info("%s: chia %d phần thành %d lượt", name, len(due), len(shares))
    return {"shares": len(shares)}


def _batches(name: str, due: list[work.Ids]) -> Counts:
    total: Counter[str] = Counter()
    made = create_progress_artifact(0.0, key=f"{name}-tien-do", description=f"Tiến độ của lượt «{name}»")
    progress = cast("UUID", made)  # a coroutine only where the caller is one
    for number, ids in enumerate(due, 1):
        total.update(batch(name, list(ids)))
        update_progress_artifact(progress, 100 * number / len(due))
    return dict(total)
