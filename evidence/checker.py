"""A file is examined in a process of its own, so that whatever it does to its reader it does to nobody else."""

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

from evidence.kinds import kind_of
from evidence.verdict import Frozen, Rules, Verdict, refused

NOT_THE_FILE: Final = 3
"""Exit code when the examination failed for a reason that does not lie in the file."""
PATIENCE: Final = 120
"""Seconds by the wall after which an examination is given up: a file's own time is measured by the processor."""
STOPPED: Final = frozenset(-sign for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL))
"""How the process ends that somebody else ends."""


class CheckFailed(RuntimeError):
    """The file could not be examined, and that says nothing about it: to be tried again."""


class Task(Frozen):
    """What the process is asked, as JSON on its standard input."""

    path: Path
    rules: Rules
    roots: Path | None = None
    at: datetime
    thumbnail: Path | None = None


def check(task: Task) -> Verdict:
    """Examine a file; REFUSED when the examination did not end within its limits of processor time and memory.

    CheckFailed when the reason does not lie in the file: it was stopped, or the machine had no time for it.
    """
    asked = task.model_dump_json()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "evidence.worker"],
            input=asked,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={"PATH": "", "LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired as error:
        raise CheckFailed(f"not examined within {PATIENCE} seconds") from error
    if done.returncode == NOT_THE_FILE or done.returncode in STOPPED:
        raise CheckFailed(done.stderr.strip())
    return Verdict.model_validate_json(done.stdout) if done.returncode == 0 else _given_up(task)


def _given_up(task: Task) -> Verdict:
    why = "Tệp quá phức tạp hoặc bị hỏng nên không đọc được; hãy chụp hoặc quét lại văn bản rồi gửi lại."
    return refused(kind_of(task.path), why)
