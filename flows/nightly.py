from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="nightly", description="Niêm phong, kiểm tra lịch sử và sao lưu hằng đêm", retries=1, retry_delay_seconds=30)
def nightly() -> Counts:
    return sweep("nightly")
