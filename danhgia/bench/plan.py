"""The country on paper: what the measured rates make of a province and of all of them. Pure."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from danhgia.bench.cases import Result

DATABASE: Final = "postgresql"
PROVINCES: Final = 34


class Task(NamedTuple):
    """Something a mean province does so many times in a row, at the rate of a bench."""

    what: str
    bench: str
    times: int


TASKS: Final = (
    Task("launch the dossiers of 1,470 organisations and their invitations", "launch", 1_470),
    Task("launch those of 162,000 members", "launch", 162_000),
    Task("lock 50,000 that are due at one instant", "lock", 50_000),
    Task("hand in 162,000 dossiers, one transaction each", "advance", 162_000),
    Task("rank 162,000 with every quota", "rank", 162_000),
    Task("verify a year's 2.5 million rows of history", "verify", 2_500_000),
    Task("send 10,000 reminders of one morning", "mail", 10_000),
)


def plan(results: Iterable[Result]) -> str:
    """A table of Markdown: how long each task takes a mean province, a large one, and one machine for the country."""
    rates = {one.name: one.ours for one in results if one.database == DATABASE and one.unit == "a second"}
    head = "| task | a second | a mean province | a large one | all provinces, in turn |\n|---|--:|--:|--:|--:|\n"
    return head + "".join(_line(task, rates[task.bench]) for task in TASKS if task.bench in rates)


def _line(task: Task, rate: float) -> str:
    times = (lasting(factor * task.times / rate) for factor in (1, 3, PROVINCES))
    return f"| {task.what} | {rate:,.0f} | {' | '.join(times)} |\n"


def lasting(seconds: float) -> str:
    """A time in the unit that says something."""
    for unit, size in (("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s" if seconds >= 1 else "under 1 s"
