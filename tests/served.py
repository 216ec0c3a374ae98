"""The portal as a process of its own, on a free port of this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.notifications.smtp import free_port

PATIENCE = 30.0


@contextmanager
def portal(url: str, folder: Path, python: str = sys.executable, **more: str) -> Iterator[str]:
    """Its address, once it answers; it ends with the block. `more` are other variables of its environment."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    ours = {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(folder), "DANHGIA_BASE_URL": address, **more}
    command = [python, "-m", "danhgia.portal", "127.0.0.1", str(port)]
    with subprocess.Popen(command, env=os.environ | ours) as process:
        try:
            wait_for(process, port)
            yield address
        finally:
            process.terminate()


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE
    while not _answers(port):
        assert process.poll() is None, "the portal ended"
        assert time.monotonic() < end, "the portal does not answer"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
