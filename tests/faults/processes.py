"""Processes that do real work beside the tests, and die by SIGKILL when told to."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any, Final

# Each process is a fresh fork of one that has read all modules and done nothing: it starts in a few milliseconds.
CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.faults.child", "tests.faults.services", "tests.faults.uploads"])
KILLED: Final = -signal.SIGKILL
LONGEST: Final = 60.0


class Running:
    """A process that waits for `go`, works, and may send something back."""

    def __init__(self, process: ForkServerProcess, line: Connection) -> None:
        self.process, self.line = process, line
        line.recv()

    def go(self) -> None:
        self.line.send(None)

    def kill(self) -> None:
        """SIGKILL; a process that has ended already is left in peace."""
        if self.process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and its end: what it was asked to finish it has finished then."""
        self.process.terminate()
        self.end()

    def answer(self) -> Any:  # noqa: ANN401  whatever the work sent
        assert self.line.poll(LONGEST), "no answer came"
        return self.line.recv()

    def end_within(self, seconds: float) -> bool:
        """Wait that long for its end, and no longer; whether it has ended."""
        self.process.join(seconds)
        return not self.process.is_alive()

    def end(self) -> int:
        """Wait for its end; the exit code."""
        self.process.join(LONGEST)
        code = self.process.exitcode
        assert code is not None, "the process hangs"
        return code


@contextmanager
def running(work: Callable[..., Any], *arguments: object) -> Iterator[Running]:
    """A new process that is ready to do `work(*arguments)`; it does not outlive the block."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_run, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    started = Running(process, ours)
    try:
        yield started
    finally:
        started.kill()
        process.join()
        process.close()
        ours.close()


def _run(line: Connection, work: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    line.send(None)
    line.recv()
    result = work(*arguments)
    if isinstance(result, int):
        sys.exit(result)
    line.send(result)


def timed(work: Callable[..., int], *arguments: object) -> tuple[int, float]:
    """Let it work undisturbed; its exit code and how long it took in seconds."""
    with running(work, *arguments) as process:
        begun = time.perf_counter()
        process.go()
        return process.end(), time.perf_counter() - begun


def killed_after(seconds: float, work: Callable[..., int], *arguments: object) -> int:
    """Kill it after that time; the exit code, which is KILLED unless it was quicker."""
    with running(work, *arguments) as process:
        process.go()
        process.end_within(seconds)
        process.kill()
        return process.end()
