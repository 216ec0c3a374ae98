"""A real PostgreSQL server from Debian's binaries, one for all workers of a test session or of a bench.

It starts when first asked for and ends, with its files, when the session's process does, however that ends. Tests take
one that never waits for the disk; benches take one that keeps what it has committed, as an installation does.
"""

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import urlsplit

import psycopg

HOME = "DANHGIA_TEST_POSTGRES_HOME"
URL = "DANHGIA_TEST_POSTGRES_URL"
MISSING = f"no PostgreSQL server binaries: install Debian's package 'postgresql', or set {URL}"
OWNER = "postgres" if os.geteuid() == 0 else None
OPTIONS = {"listen_addresses": "127.0.0.1", "max_connections": "300"}
FIRST_WITH_STRATEGIES = 150_000
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# A Vietnamese collation, as a Vietnamese machine has: an order that leans on bytes shows.
LOCALE = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=vi")
END = 'tail --pid="$1" --sleep-interval=0.2 -f /dev/null; "$2" -D "$3/data" -m immediate stop; rm -rf "$3"'


def claim_home() -> None:
    """Name the server's directory, bound to this process; workers and children inherit it."""
    os.environ.setdefault(HOME, f"{gettempdir()}/danhgia-tests-{secrets.token_hex(4)}.{os.getpid()}")


def server(*, durable: bool = False) -> str:
    """URL of a role that may create databases: the one given by the environment, or the session's own."""
    home = Path(os.environ[HOME])
    return os.environ.get(URL) or (
        _shared(home.with_name(f"durable-{home.name}"), OPTIONS) if durable else _shared(home, OPTIONS | CARELESS)
    )


def database(admin: str, template: str | None = None) -> AbstractContextManager[str]:
    """URL of a new database, dropped afterwards, copied from another (to which nobody is connected)."""
    return _made(admin, partial(_execute, admin), _name_of(template) if template else "template1")


@contextmanager
def copier(admin: str, template: str) -> Iterator[Callable[[], AbstractContextManager[str]]]:
    """Opens many databases as `database` does, over one connection and in the quickest way the server has."""
    with psycopg.connect(admin, autocommit=True) as connection:
        quickly = "STRATEGY FILE_COPY" if connection.info.server_version >= FIRST_WITH_STRATEGIES else ""
        yield partial(_made, admin, lambda sql: connection.execute(sql.encode()), f"{_name_of(template)} {quickly}")


@contextmanager
def _made(admin: str, execute: Callable[[str], object], template: str) -> Iterator[str]:
    name = f"danhgia_{secrets.token_hex(8)}"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield urlsplit(admin)._replace(path=f"/{name}").geturl()
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


def _name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _execute(admin: str, statement: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(statement.encode())


def _shared(home: Path, options: Mapping[str, str]) -> str:
    home.mkdir(exist_ok=True)
    url = home / "url"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not url.exists():
            url.write_text(_start(home, options))
    return url.read_text()


def _start(home: Path, options: Mapping[str, str]) -> str:
    binaries, data, port = _binaries(), home / "data", _free_port()
    home.chmod(0o755)
    if OWNER:
        shutil.chown(home, OWNER)
    _run(binaries / "initdb", "-D", data, "--username=danhgia", "--auth=trust", "--no-sync", *LOCALE)
    given = " ".join(f"-c {name}={value}" for name, value in options.items())
    _run("setsid", "--fork", "sh", "-c", END, "sh", home.suffix.removeprefix("."), binaries / "pg_ctl", home)
    _run(
        binaries / "pg_ctl",
        *("-D", data, "-l", data / "log", "-w", "start"),
        *("-o", f"-p {port} -k {data} {given}"),
    )
    return f"postgresql://danhgia@127.0.0.1:{port}/postgres"


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError(MISSING)
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(*command: str | Path) -> None:
    subprocess.run(
        command,
        check=True,
        cwd="/",
        user=OWNER,
        group=OWNER,
        extra_groups=[] if OWNER else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
