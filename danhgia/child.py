"""A process of the supervisor: started again when it dies, and gone when the supervisor is.

Run as `python -m danhgia.child PID MODULE [ARGUMENT…]` this is the other side: it becomes the module, and ends as
soon as its parent is no longer the process PID.
"""

import logging
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

FIRST_BACKOFF: Final = 1.0
LONGEST_BACKOFF: Final = 60.0
STEADY_SECONDS: Final = 60.0
WATCH_SECONDS: Final = 1.0
LOG: Final = logging.getLogger(__name__)


class Child:
    """A process that is started again, after ever longer waits, whenever it dies.

    What it says goes to the end of a file, or to where the supervisor's own words go.
    """

    def __init__(self, name: str, log: Path | None = None) -> None:
        self.name, self.log = name, log
        self.process: subprocess.Popen[bytes] | None = None
        self._started = self._not_before = 0.0
        self._backoff = FIRST_BACKOFF

    def is_running(self) -> bool:
        """Whether it runs; notices a death, and then sets the time of the next start."""
        if self.process is None:
            return False
        if self.process.poll() is None:
            return True
        now = time.monotonic()
        wait = FIRST_BACKOFF if now - self._started > STEADY_SECONDS else self._backoff
        LOG.warning("%s ended with %s, again in %.0f s", self.name, self.process.returncode, wait)
        self._not_before, self._backoff = now + wait, min(wait * 2, LONGEST_BACKOFF)
        self._kill_group()
        self.process = None
        return False

    def may_start(self) -> bool:
        return self.process is None and time.monotonic() >= self._not_before

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start it in a process group of its own, so that nothing it starts survives it."""
        with self._log() as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "danhgia.child", str(os.getpid()), *arguments],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started = time.monotonic()
        LOG.info("%s started, process %d", self.name, self.process.pid)

    @contextmanager
    def _log(self) -> Iterator[IO[bytes] | None]:
        if self.log is None:
            yield None
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            yield log

    def tell_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it until `deadline`, then kill what is left of it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            LOG.warning("%s did not stop in time and is killed", self.name)
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def become(parent: int, module: str, *arguments: str) -> None:
    """Run a module as the main one, for as long as the parent lives."""
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    become(int(sys.argv[1]), *sys.argv[2:])
