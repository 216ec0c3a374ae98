from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="remind", description="Nhắc việc trước hạn", retries=1, retry_delay_seconds=30)
def remind() -> Counts:
    return sweep("remind")
