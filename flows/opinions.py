from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="opinions", description="Kết thúc lấy ý kiến đã hết hạn", retries=1, retry_delay_seconds=30)
def opinions() -> Counts:
    return sweep("opinions")
