from prefect import flow

from flows.sweep import Counts, sweep


@flow(name="mail", description="Gửi thư đang chờ", retries=1, retry_delay_seconds=30)
def mail() -> Counts:
    return sweep("mail")
