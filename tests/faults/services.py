"""The processes of an installation, each by itself: a portal, the work loop, the mail; killed and started again."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

from config.clock import Clock
from danhgia.portal import main as serve
from flows.duties import Setting
from flows.work import WORKS, sweep
from models.db import Database
from notifications.delivery import deliver
from notifications.render import Origin
from notifications.send import FileTransport, SmtpTransport
from tests.faults.processes import KILLED, LONGEST, Running, running

ORIGIN: Final = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example")
PAUSE: Final = 0.02
A_CLAIM: Final = 5
"""So few mails are claimed at a time that a kill leaves some to the next process."""


def portal(url: str, folder: str, port: int) -> None:
    """The portal, as `python -m danhgia.portal` runs it."""
    address = f"http://127.0.0.1:{port}"
    os.environ.update(DANHGIA_DATABASE_URL=url, DANHGIA_VAR=folder, DANHGIA_BASE_URL=address)
    serve("127.0.0.1", port)


def worker(url: str, folder: str) -> None:
    """Everything that is due but mail, over and over."""
    database, works = Database(url), [work for work in WORKS if work.name != "mail"]
    here = Path(folder)
    setting = Setting(database, Clock().now, FileTransport(here / "mail"), ORIGIN, here)
    while True:
        with suppress(ExceptionGroup):
            sweep(setting, works)
        time.sleep(PAUSE)


def mail(url: str, smtp: str) -> None:
    """Whatever waits in the outbox, over and over."""
    database = Database(url)
    with SmtpTransport(smtp) as transport:
        while True:
            deliver(database, transport, ORIGIN, now=Clock().now, limit=A_CLAIM)
            time.sleep(PAUSE)


class Service:
    """One process, which is started again after it was killed."""

    def __init__(self, work: Callable[..., Any], *arguments: object) -> None:
        self.work, self.arguments = work, arguments
        self.kills = 0
        self._stack = ExitStack()
        self._process: Running | None = None

    def start(self) -> None:
        """Started when this returns; a portal answers then."""
        self._process = self._stack.enter_context(running(self.work, *self.arguments))
        self._process.go()
        if self.work is portal:
            wait_for_port(int(str(self.arguments[-1])))

    def kill_after(self, seconds: float) -> None:
        """SIGKILL in so many seconds; it must not have ended by itself."""
        assert self._process is not None
        assert not self._process.end_within(seconds), f"{self.work.__name__} ended"
        self.stop()
        self.kills += 1

    def stop(self) -> None:
        """SIGKILL, if it runs; it is gone when this returns."""
        if self._process is None:
            return
        self._process.kill()
        assert self._process.end() == KILLED
        self._process = None
        self._stack.close()


def wait_for_port(port: int) -> None:
    """Until somebody listens there."""
    end = time.monotonic() + LONGEST
    while not listens(port):
        assert time.monotonic() < end, "the portal does not listen"
        time.sleep(0.005)


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
