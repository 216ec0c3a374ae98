from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="report", description="Lập dự thảo báo cáo khi mọi hồ sơ đã có kết quả", retries=1, retry_delay_seconds=30)
def report() -> Counts:
    return sweep("report")
