"""`danhgia serve`: the portal, the Prefect server, its runner and the plain work loop under one supervisor.

The work loop runs in this process and needs nothing of Prefect: while that is down, everything due is still done.
"""

import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from config.logs import set_up, tell
from config.settings import Settings
from danhgia.child import Child
from danhgia.edge import opened, settings_of_environment
from danhgia.front import STOP_SECONDS, Portal, demand_free
from evidence.stores import store_of
from flows import work
from flows.duties import Setting
from flows.setting import origin_of
from flows.work import Work
from notifications import sign_in
from notifications.send import open_transport

LOOPBACK: Final = "127.0.0.1"
PREFECT_PORT: Final = 4200
WATCH_SECONDS: Final = 0.25
HEALTH_SECONDS: Final = 0.5
LOOP: Final = timedelta(seconds=5)
SHORTEST: Final = timedelta(seconds=1)
POST_SECONDS: Final = 1.0
WATCH_BESIDE: Final = 2.0
LOG: Final = logging.getLogger("danhgia.serve")
TUNING: Final = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "PREFECT_SERVER_API_HOST": LOOPBACK,
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
}


class Prefect:
    """The Prefect server and, once it answers, the runner of our flows."""

    def __init__(self, settings: Settings, port: int = PREFECT_PORT) -> None:
        self.home = settings.var.resolve() / "prefect"
        self.home.mkdir(parents=True, exist_ok=True)
        self.server = Child("Prefect server", self.home / "server.log")
        self.runner = Child("Prefect runner", self.home / "runner.log")
        self._ours = ours(settings)
        self._outside = os.environ.get("PREFECT_API_URL")
        self._auth = _auth_string(self.home / "auth")
        self._port = port
        self._healthy = False
        self._asked = 0.0

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def watch(self) -> None:
        """Start what is down and may start; the server only where PREFECT_API_URL names none elsewhere."""
        if self._outside:
            self._healthy = True
        elif not self.server.is_running():
            self._healthy = False
            if self.server.may_start():
                self._port = _free_port(self._port)
                arguments = ("prefect", "server", "start", "--host", LOOPBACK, "--port", str(self._port))
                self.server.start(arguments, self.environment())
        if not self.runner.is_running() and self._is_healthy() and self.runner.may_start():
            self.runner.start(("flows.runner",), self.environment())

    def _is_healthy(self) -> bool:
        if not self._healthy and time.monotonic() - self._asked > HEALTH_SECONDS:
            self._asked = time.monotonic()
            self._healthy = answers(self._port, self._auth)
            if self._healthy:
                LOG.info("Prefect answers at %s", self.address)
        return self._healthy

    def environment(self) -> dict[str, str]:
        here = {**TUNING, **self._ours, "PREFECT_HOME": str(self.home)}
        if self._outside:
            return here
        return {
            **here,
            "PREFECT_SERVER_API_PORT": str(self._port),
            "PREFECT_API_URL": f"{self.address}/api",
            "PREFECT_SERVER_API_AUTH_STRING": self._auth,
            "PREFECT_API_AUTH_STRING": self._auth,
        }

    def stop(self) -> None:
        """Runner first, so that it can still tell the server; all are gone when this returns."""
        deadline = time.monotonic() + STOP_SECONDS
        self.runner.tell_to_stop()
        self.runner.end(deadline - STOP_SECONDS / 2)
        self.server.tell_to_stop()
        self.server.end(deadline)


def answers(port: int, auth: str) -> bool:
    """Whether our own Prefect server is ready at a port of this machine: another one does not know the word."""
    word = b64encode(auth.encode()).decode()
    connection = HTTPConnection(LOOPBACK, port, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {word}"})
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def ours(settings: Settings) -> dict[str, str]:
    """What a child is told of the settings, wherever it stands."""
    found = {"DANHGIA_VAR": str(settings.var.resolve()), "DANHGIA_DATABASE_URL": absolute(settings)}
    folders = {"DANHGIA_TRUSTED_ROOTS": settings.trusted_roots, "DANHGIA_BACKUP": settings.backup}
    return found | {name: str(folder.resolve()) for name, folder in folders.items() if folder}


def absolute(settings: Settings) -> str:
    """The database's address as a child in another folder needs it."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        url = url.set(database=str(Path(url.database).resolve()))
    return url.render_as_string(hide_password=False)


def _auth_string(file: Path) -> str:
    """The word by which our processes know each other, kept over restarts; nobody else may read it."""
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(f"danhgia:{secrets.token_urlsafe(32)}")
    return file.read_text()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise OSError("no free port")


def work_on(setting: Setting, stopping: threading.Event) -> None:
    """The plain work loop: what is due, every few seconds or when the next thing falls due, until told to stop."""
    while not stopping.is_set():
        pause = LOOP
        try:
            _sweep(setting, work.WORKS)
            now = setting.now()
            pause = min(LOOP, (work.next_due(setting.database, now) or now + LOOP) - now)
        except Exception:
            LOG.exception("the work loop goes on after")
        stopping.wait(max(SHORTEST, pause).total_seconds())


def _sweep(setting: Setting, works: Sequence[Work]) -> None:
    for done in work.sweep(setting, works):
        if done.counts:
            tell(LOG, "work", work=done.work, **done.counts)


def do_beside(setting: Setting, works: Sequence[Work], stopping: threading.Event) -> None:
    """What takes minutes, one at a time, so that nothing that is due waits for it."""
    while not stopping.wait(WATCH_BESIDE):
        try:
            _sweep(setting, works)
        except Exception:
            LOG.exception("work beside the rest goes on after")


def post_mail(settings: Settings, setting: Setting, stopping: threading.Event) -> None:
    """Empty the outbox by connections of its own; told to stop, it ends with what is on its way."""
    with open_transport(settings.smtp_url, settings.var / "mail", settings.smtp_connections) as transport:
        do_beside(setting._replace(transport=transport, stopped=stopping.is_set), work.MAIL, stopping)


def post_keys(settings: Settings, setting: Setting, stopping: threading.Event) -> None:
    """Send sign-in mail within seconds, by a connection of its own: nobody waits behind the mail of a launch."""
    with open_transport(settings.smtp_url, settings.var / "mail") as transport:
        while not stopping.wait(POST_SECONDS):
            try:
                sign_in.deliver(setting.database, transport, setting.origin, now=setting.now)
            except Exception:
                LOG.exception("sign-in mail goes on after")


def main(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; `host` and `port` are those of the portal."""
    demand_free(host, port)
    serve(Portal(host, port, ours(settings_of_environment())))


def serve(portal: Portal) -> None:
    """Serve until SIGTERM or SIGINT; Prefect is started once the portal has answered."""
    told = settings_of_environment()
    set_up(told.log_level, told.log_format)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with _setting() as (settings, setting), _working(settings, setting, stopping):
        prefect = Prefect(settings)
        try:
            while not stopping.is_set():
                portal.watch()
                if portal.has_answered():
                    prefect.watch()
                stopping.wait(WATCH_SECONDS)
        finally:
            stopping.set()
            portal.stop()
            prefect.stop()


@contextmanager
def _working(settings: Settings, setting: Setting, stopping: threading.Event) -> Iterator[None]:
    """The threads of due work; at the end those that hold a lease or a connection are waited for."""
    own = [_thread("work", work_on, setting, stopping)]
    own += [_thread(post.__name__, post, settings, setting, stopping) for post in (post_keys, post_mail)]
    beside = [_thread(works[0].name, do_beside, setting, works, stopping) for works in (work.LONG, work.EVIDENCE)]
    for thread in (*own, *beside):
        thread.start()
    yield
    for thread in own:
        thread.join(STOP_SECONDS)


def _thread(name: str, call: Callable[..., None], *arguments: object) -> threading.Thread:
    return threading.Thread(target=call, args=arguments, name=name, daemon=True)


@contextmanager
def _setting() -> Iterator[tuple[Settings, Setting]]:
    with opened() as here:
        own = here.settings
        with open_transport(own.smtp_url, own.var / "mail") as transport:
            origin = origin_of(own, here.database)
            files = (own.var, own.trusted_roots, own.clamd, store_of(own), own.backup)
            yield own, Setting(here.database, here.clock.now, transport, origin, *files)


if __name__ == "__main__":
    main(LOOPBACK, int(sys.argv[1]))
