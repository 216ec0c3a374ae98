"""The portal as a process of its own, on a free port of this machine."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from danhgia.portal import main as serve
from tests.faults.processes import running
from tests.notifications.smtp import free_port

PATIENCE: Final = 60.0
HOST: Final = "127.0.0.1"


@contextmanager
def portal(url: str, folder: Path, **more: str) -> Iterator[str]:
    """Its address, once it answers; it ends with the block. `more` are other variables of its environment."""
    port, environment = _laid_out(url, folder, more)
    with running(_serve, environment, port) as process:
        process.go()
        _wait_for(port, lambda: not process.end_within(0))
        yield address_of(port)
        process.stop()


@contextmanager
def installed(url: str, folder: Path, python: str, **more: str) -> Iterator[str]:
    """As `portal`, by the Python of an installation."""
    port, environment = _laid_out(url, folder, more)
    with subprocess.Popen([python, "-m", "danhgia.portal", HOST, str(port)], env=environment) as process:
        try:
            _wait_for(port, lambda: process.poll() is None)
            yield address_of(port)
        finally:
            process.terminate()


def address_of(port: int) -> str:
    return f"http://{HOST}:{port}"


def _laid_out(url: str, folder: Path, more: Mapping[str, str]) -> tuple[int, dict[str, str]]:
    port = free_port()
    ours = {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(folder), "DANHGIA_BASE_URL": address_of(port)}
    return port, {**os.environ, **ours, **more}


def _serve(environment: dict[str, str], port: int) -> None:
    os.environ.clear()
    os.environ.update(environment)
    serve(HOST, port)


def _wait_for(port: int, lives: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not _answers(port):
        assert lives(), "the portal ended"
        assert time.monotonic() < end, "the portal does not answer"
        time.sleep(0.02)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
