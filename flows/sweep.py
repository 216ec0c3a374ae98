"""What every flow does: ask our tables what is due, hand it out in batches, and show what became of it."""

from collections import Counter
from typing import TYPE_CHECKING, cast

from prefect import get_run_logger, task
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE

from config.settings import Settings
from flows import work
from flows.setting import opened

if TYPE_CHECKING:
    from uuid import UUID

Counts = dict[str, int]


@task(task_run_name="{name} {ids}", retries=2, retry_delay_seconds=[2, 10], cache_policy=NO_CACHE)
def batch(name: str, ids: list[int]) -> Counts:
    """Do one batch of one kind of work; doing it again does no harm."""
    with opened(Settings()) as setting:
        return dict(work.find(name).do(setting, tuple(ids)))


def sweep(name: str) -> Counts:
    """Do everything due of one kind of work, a task a batch."""
    with opened(Settings()) as setting:
        due = work.find(name).due(setting.database, setting.now())
    logger = get_run_logger()
    if not due:
        logger.info("%s: không có việc đến hạn", name)
        return {}
    counts = _batches(name, due)
    create_table_artifact(
        key=f"{name}-ket-qua",
        table=[{"Kết quả": key, "Số lượng": count} for key, count in counts.items()],
        description=f"Kết quả của lượt «{name}»",
    )
    logger.info("%s: %s", name, counts)
    return counts


def _batches(name: str, due: list[work.Ids]) -> Counts:
    total: Counter[str] = Counter()
    made = create_progress_artifact(0.0, key=f"{name}-tien-do", description=f"Tiến độ của lượt «{name}»")
    progress = cast("UUID", made)  # a coroutine only where the caller is one
    for number, ids in enumerate(due, 1):
        total.update(batch(name, list(ids)))
        update_progress_artifact(progress, 100 * number / len(due))
    return dict(total)
