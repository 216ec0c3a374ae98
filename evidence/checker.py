"""A file is examined in a process of its own, so that whatever it does to its reader it does to nobody else.

`evidence.worker` has read the libraries and forks such a process for each file; it is started when first needed, and
again when it is gone.
"""

import atexit
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from pydantic import ValidationError

from evidence.kinds import kind_of
from evidence.verdict import Frozen, Rules, Verdict, refused

NOT_THE_FILE: Final = 3
"""Exit code when the examination failed for a reason that does not lie in the file."""
PATIENCE: Final = 120
"""Seconds by the wall after which an examination is killed: a file's own time is measured by the processor."""
GRACE: Final = 10
"""Seconds longer, within which the end of a killed examination is told."""
LONGEST: Final = 1 << 20
"""Bytes of an answer."""
STOPPED: Final = frozenset(-sign for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL))
"""How the process ends that somebody else ends."""


class CheckFailed(RuntimeError):
    """The file could not be examined, and that says nothing about it: to be tried again."""


class Task(Frozen):
    """What the process is asked, as JSON on its socket."""

    path: Path
    rules: Rules
    roots: Path | None = None
    at: datetime
    thumbnail: Path | None = None


class Ending(Frozen):
    """How the process ended (the negative number of a signal), and what it used: seconds of the processor, MB."""

    code: int
    processor: float
    memory: int


class Checked(NamedTuple):
    """The verdict on a file, and what finding it took."""

    verdict: Verdict
    ending: Ending


def check(task: Task) -> Checked:
    """Examine a file; REFUSED when the examination did not end within its limits of processor time and memory.

    CheckFailed when the reason does not lie in the file: it was stopped, or the machine had no time for it.
    """
    said, ending = _ask(task)
    if ending.code == NOT_THE_FILE or ending.code in STOPPED:
        raise CheckFailed(said.decode(errors="replace") or f"the examination was stopped ({ending.code})")
    return Checked(Verdict.model_validate_json(said) if ending.code == 0 else _given_up(task), ending)


def _given_up(task: Task) -> Verdict:
    why = "Tệp quá phức tạp hoặc bị hỏng nên không đọc được; hãy chụp hoặc quét lại văn bản rồi gửi lại."
    return refused(kind_of(task.path), why)


def _ask(task: Task) -> tuple[bytes, Ending]:
    """What the process of this file says, and how it ended."""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            FORKER.pass_on(theirs)
        try:
            ours.sendall(task.model_dump_json().encode())
            ours.shutdown(socket.SHUT_WR)
            said, _, ending = _heard(ours).rpartition(b"\n")
            return said, Ending.model_validate_json(ending)
        except (OSError, ValidationError) as error:
            raise CheckFailed("the process that examines files is gone or hangs") from error


def _heard(line: socket.socket) -> bytes:
    said = bytearray()
    line.settimeout(PATIENCE + GRACE)
    while len(said) <= LONGEST and (piece := line.recv(LONGEST)):
        said += piece
    return bytes(said)


class _Forker:
    """The process that forks, as this process knows it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def pass_on(self, line: socket.socket) -> None:
        """Have a process forked that takes its task from that line."""
        with self._lock:
            control = self._running()
            try:
                socket.send_fds(control, [b"."], [line.fileno()])
            except OSError:
                self.end()
                socket.send_fds(self._running(), [b"."], [line.fileno()])

    def end(self) -> None:
        """Let it end, which it does when nobody is there to ask it."""
        if self._control and self._process and self._owner == os.getpid():
            self._control.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        self._control = self._process = None

    def _running(self) -> socket.socket:
        """Its socket; a process that was forked from one that had it starts its own."""
        if self._control and self._process and self._owner == os.getpid() and self._process.poll() is None:
            return self._control
        self.end()
        self._owner = os.getpid()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "evidence.worker"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={"PATH": "", "LANG": "C.UTF-8"},
            )
        return self._control


FORKER: Final = _Forker()
atexit.register(FORKER.end)
