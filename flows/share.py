from prefect import flow

from flows.sweep import Counts, do_all


@flow(name="share", description="Làm một phần việc đã chia cho nhiều máy", retries=1, retry_delay_seconds=30)
def share(name: str, batches: list[list[int]]) -> Counts:
    """Do some batches of one kind of work."""
    return do_all(name, [tuple(ids) for ids in batches])
