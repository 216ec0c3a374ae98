from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="explain", description="Kết thúc yêu cầu giải trình đã hết hạn", retries=1, retry_delay_seconds=30)
def explain() -> Counts:
    return sweep("explain")
