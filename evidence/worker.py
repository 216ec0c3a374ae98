"""The process that forks one for each file: what examines a file has its libraries and nothing else of others.

It reads no file itself. For every socket that comes on its standard input it forks a guard, and the guard forks who
examines: the guard waits for the end, kills what takes too long, and tells on the socket how it ended.
"""

import ctypes
import gc
import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from evidence import signatures  # noqa: F401  read here once: it takes longer than looking at a file
from evidence.checker import NOT_THE_FILE, PATIENCE, Ending, Task
from evidence.examine import examine
from evidence.verdict import BadRoots

MEMORY: Final = 1536 * 1024 * 1024
CPU: Final = 20
"""Seconds of the processor; a second later it is killed, should the first sign not be heard."""
KINDNESS: Final = 5
"""How far it stands behind those who serve people."""
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
WRITTEN: Final = 4 * 1024 * 1024
FILES: Final = 64


def main() -> None:
    """Fork for whoever asks, until nobody can."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as control:
        while lines := socket.recv_fds(control, 1, 1)[1]:
            with socket.socket(fileno=lines[0]) as line:
                _fork(_guard, line, control)


def _fork(work: Callable[[socket.socket], int], line: socket.socket, *others: socket.socket) -> int:
    """A process that does this work and no more; returns its id, in the process that forks."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _forget(*others)
            code = work(line)
        finally:
            os._exit(code)
    return child


def _forget(*others: socket.socket) -> None:
    """Let go of every file and line but its own."""
    for other in others:
        other.close()
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    os.close(nothing)


def _guard(line: socket.socket) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = _fork(_work, line)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(PATIENCE)
    _, status, used = os.wait4(child, 0)
    signal.alarm(0)
    ending = Ending(
        code=os.waitstatus_to_exitcode(status),
        processor=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss // 1024,
    )
    with suppress(OSError):
        line.sendall(b"\n" + ending.model_dump_json().encode())
    return 0


def _work(line: socket.socket) -> int:
    """Take away from this process what it needs no more of, then examine."""
    os.nice(KINDNESS)
    _leave_the_network()
    for what, soft, hard in (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_CPU, CPU, CPU + 1),
        (resource.RLIMIT_FSIZE, WRITTEN, WRITTEN),
        (resource.RLIMIT_NOFILE, FILES, FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
    with line.makefile("rb") as asked:
        task = Task.model_validate_json(asked.read())
    try:
        found = examine(task.path, task.rules, task.roots, task.at, task.thumbnail)
    except (BadRoots, FileNotFoundError, PermissionError) as error:
        line.sendall(str(error).encode())
        return NOT_THE_FILE
    line.sendall(found.model_dump_json().encode())
    return 0


def _leave_the_network() -> None:
    """Stand in a network of its own, in which there is nobody, where the system lets it."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "unshare"):  # only Linux has it
        libc.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER)


if __name__ == "__main__":
    main()
