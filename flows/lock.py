import time
from datetime import datetime

from prefect import flow, get_run_logger

from config.clock import Clock
from config.settings import Settings
from flows.schedules import refresh
from flows.sweep import Counts, sweep
from flows.work import GRACE

LONGEST_WAIT = 60.0


@flow(name="lock", description="Khóa hồ sơ hết hạn, đóng giai đoạn của đợt", retries=1, retry_delay_seconds=10)
def lock(milestone: str = "", closes_at: datetime | None = None) -> Counts:
    """Lock what has run out, in every round; `closes_at` is what this run was planned for.

    Prefect may start it half a second early, so it waits by our own clock; a deadline that has been moved away is
    not waited for.
    """
    get_run_logger().info("lượt khóa: %s", milestone or "hằng ngày")
    if closes_at is not None:
        ahead = (closes_at + GRACE - Clock(Settings().now).now()).total_seconds()
        time.sleep(min(max(ahead, 0.0), LONGEST_WAIT))
    counts = sweep("lock")
    refresh(Settings())
    return counts
