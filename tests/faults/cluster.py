"""A PostgreSQL server and small disks of a test's own, to be stopped, filled and used up."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from danhgia.bench import postgres
from models.db import Database
from tests.notifications.smtp import free_port

BALLOON = "balloon"
PIECE = 4096


class Cluster:
    """One server; it may be restarted, and takes few connections."""

    def __init__(self, home: Path, connections: int) -> None:
        self.data, self.port, self.connections = home / "data", free_port(), connections
        self._programs = postgres._binaries()
        postgres._run(
            *(self._programs / "initdb", "-D", self.data, "--username=danhgia", "--auth=trust", "--no-sync"),
            *postgres.LOCALE,
        )

    @property
    def admin(self) -> str:
        return f"postgresql://danhgia@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        given = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1 -c max_connections={self.connections}"
        self._control("-l", self.data / "log", "-o", given, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self._control("-m", mode, "-w", "stop")

    def _control(self, *arguments: str | Path) -> None:
        postgres._run(self._programs / "pg_ctl", "-D", self.data, *arguments)

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A new, migrated database."""
        with postgres.database(self.admin) as url:
            database = Database(url)
            database.upgrade()
            database.dispose()
            yield url


@contextmanager
def cluster(connections: int = 40) -> Iterator[Cluster]:
    """A running server, gone with the block."""
    home = owned(Path(mkdtemp(prefix="danhgia-cluster-")))
    made = Cluster(home, connections)
    made.start()
    try:
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):
            made.stop("immediate")
        shutil.rmtree(home)


def owned(folder: Path) -> Path:
    """A folder that the server may write into."""
    folder.chmod(0o755)
    if postgres.OWNER:
        shutil.chown(folder, postgres.OWNER)
    return folder


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of that size; only root may mount one."""
    folder = Path(mkdtemp(prefix="danhgia-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def fill(disk: Path) -> None:
    """Leave no room at all."""
    with (disk / BALLOON).open("ab", buffering=0) as balloon, suppress(OSError):
        while True:
            balloon.write(bytes(PIECE))


def make_room(disk: Path) -> None:
    (disk / BALLOON).unlink()
