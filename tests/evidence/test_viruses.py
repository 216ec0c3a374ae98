"""Debian's clamd on a socket of its own, with one signature of its own: the EICAR test."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from hashlib import md5
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep
from zipfile import ZipFile

import pytest

from evidence.viruses import CHUNK, Finding, Scan, ScannerDown, scan
from tests.evidence import papers

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
SETTINGS = "LocalSocket {0}/s\nDatabaseDirectory {0}/db\nForeground yes\nStreamMaxLength 30M\nUser {1}\n"
PATIENCE = 60


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    """The address of a scanner; its folder has a short name, for a socket's may not be long."""
    assert CLAMD, "install Debian's clamav-daemon"
    with TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        (folder / "db").mkdir()
        (folder / "db" / "thu.hdb").write_text(f"{md5(EICAR).hexdigest()}:{len(EICAR)}:Thu.Eicar\n")  # noqa: S324  what clamd's file of hashes holds
        (folder / "clamd.conf").write_text(SETTINGS.format(folder, Path.home().owner()))
        with subprocess.Popen([CLAMD, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(process, folder / "s")
                yield f"unix://{folder}/s"
            finally:
                process.terminate()


def wait_for(process: subprocess.Popen[bytes], address: Path) -> None:
    end = monotonic() + PATIENCE
    while not address.exists():
        assert process.poll() is None, "clamd ended"
        assert monotonic() < end, "clamd does not listen"
        sleep(0.05)


def packed(content: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("a.txt", content)
    return made.getvalue()


def test_what_is_clean_and_what_is_found(clamd: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, finding in (
        (papers.image(), Finding(Scan.CLEAN)),
        (papers.saved(papers.scanned(3)) + bytes(5 * CHUNK), Finding(Scan.CLEAN)),
        (b"", Finding(Scan.CLEAN)),
        (EICAR, Finding(Scan.FOUND, "Thu.Eicar.UNOFFICIAL")),
        (packed(EICAR), Finding(Scan.FOUND, "Thu.Eicar.UNOFFICIAL")),
    ):
        path.write_bytes(content)
        assert scan(clamd, path) == finding


def test_more_than_the_scanner_takes_is_no_verdict(clamd: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(31 * 1024 * 1024)
    with pytest.raises(ScannerDown):
        scan(clamd, path)


def test_a_scanner_that_is_down_gives_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(EICAR)
    for address in (f"unix://{tmp_path}/s", "tcp://127.0.0.1:9", "unix://", "x"):
        with pytest.raises(ScannerDown):
            scan(address, path)


@pytest.mark.parametrize("said", [b"", b"stream: OK", b"stream: loi ERROR\0", b"\xff\0", b"x" * 5_000])
def test_an_answer_that_is_none_gives_no_verdict(said: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a")
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer, args=(server, said))
        thread.start()
        with pytest.raises(ScannerDown):
            scan(f"tcp://127.0.0.1:{server.getsockname()[1]}", path)
        thread.join()


def answer(server: socket.socket, said: bytes) -> None:
    line, _ = server.accept()
    with line:
        line.recv(CHUNK)
        line.sendall(said)
