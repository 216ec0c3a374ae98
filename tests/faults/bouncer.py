"""PgBouncer in front of a test's database: a connection of the server is lent for one transaction."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import SplitResult, urlsplit

import psycopg

from danhgia.bench.postgres import OWNER
from tests.faults.processes import LONGEST
from tests.notifications.smtp import free_port

PROGRAM = "/usr/sbin/pgbouncer"
LENT = 3
"""Connections to the server, fewer than those who ask at once."""


@contextmanager
def bouncer(url: str) -> Iterator[str]:
    """The database's address through the proxy, which may run as another user than we."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with _running(urlsplit(url), folder) as through:
            yield through


@contextmanager
def _running(parts: SplitResult, folder: Path) -> Iterator[str]:
    port = free_port()
    configuration = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": LENT,
        "max_client_conn": 500,
        "unix_socket_dir": "",
    }
    lines = [f"{name} = {value}" for name, value in configuration.items()]
    through = f"* = host={parts.hostname} port={parts.port} user={parts.username}"
    file = folder / "pgbouncer.ini"
    file.write_text("\n".join(["[databases]", through, "[pgbouncer]", *lines, ""]))
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, file], user=OWNER, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    through_proxy = parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()
    try:
        until_it_answers(process, through_proxy)
        yield f"{through_proxy}?prepare=no&pool=20"
    finally:
        process.terminate()
        process.wait()


def until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + LONGEST
    while True:
        assert process.poll() is None, "PgBouncer has ended"
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < end, "PgBouncer does not answer"
            time.sleep(0.05)
        else:
            return
