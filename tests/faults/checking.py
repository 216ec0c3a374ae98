"""`python -m tests.faults.checking`: checks the files of its standard input as the program does, and tells the cost.

It loads nothing itself: a process counts as its own what its parent held when it began.
"""

import multiprocessing
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Final

from evidence.checker import Task, check
from evidence.verdict import Frozen, Verdict

CONTEXT: Final = multiprocessing.get_context("fork")


class Checked(Frozen):
    """A verdict; seconds by the wall and of the processor; the most memory the process held, in MB."""

    verdict: Verdict
    seconds: float
    processor: float
    memory: int


def measured(task: str) -> str:
    """Check one file in a process that has no other children."""
    begun = time.perf_counter()
    verdict = check(Task.model_validate_json(task))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Checked(
        verdict=verdict,
        seconds=time.perf_counter() - begun,
        processor=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss // 1024,
    ).model_dump_json()


def checked(tasks: Iterable[Task]) -> list[Checked]:
    """Check them one after the other, in a program of its own."""
    asked = "\n".join(task.model_dump_json() for task in tasks)
    command = [sys.executable, "-m", "tests.faults.checking"]
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return [Checked.model_validate_json(line) for line in done.stdout.splitlines()]


def main() -> None:
    with CONTEXT.Pool(1, maxtasksperchild=1) as pool:
        for line in pool.imap(measured, sys.stdin.read().splitlines()):
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
