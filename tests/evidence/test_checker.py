"""The process of each file: its limits, that it knows nothing of others, and what becomes of it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from evidence import checker
from evidence.checker import FORKER, PATIENCE, CheckFailed, Task, check
from evidence.verdict import Outcome, Rules
from evidence.worker import CPU, FILES, KINDNESS, MEMORY, WRITTEN
from tests.evidence import authority, papers

LONGEST = 60.0
Found = TypeVar("Found")


@pytest.fixture
def good(tmp_path: Path) -> Task:
    path = tmp_path / "a.jpg"
    path.write_bytes(papers.image("JPEG"))
    return Task(path=path, rules=Rules(), at=authority.NOW)


@pytest.fixture
def endless(good: Task, tmp_path: Path) -> Task:
    """A file that never ends."""
    path = tmp_path / "ong"
    os.mkfifo(path)
    return good.model_copy(update={"path": path})


def forker() -> int:
    assert FORKER._process is not None
    return FORKER._process.pid


def children(parent: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if (process / "stat").read_text().rpartition(")")[2].split()[1] == str(parent):
                found.append(int(process.name))
    return found


def child_of(parent: int) -> int:
    return wait_for(lambda: children(parent))[0]


def wait_for(what: Callable[[], Found]) -> Found:
    end = time.monotonic() + LONGEST
    while not (found := what()):
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.005)
    return found


def network(process: int) -> str:
    return str(Path(f"/proc/{process}/ns/net").readlink())


def may_leave_the_network() -> bool:
    command = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--user"]), "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def limits(process: int) -> Iterator[str]:
    """Each limit of a process in one line: its name, soft, hard."""
    return (" ".join(line.split()) for line in Path(f"/proc/{process}/limits").read_text().splitlines())


def test_a_file_is_held_alone_within_its_limits_and_killed_by_the_clock(
    good: Task, endless: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    FORKER.end()
    monkeypatch.setenv("DANHGIA_BALLOT_KEY", "bí mật")
    check(good)
    wait_for(lambda: not children(forker()))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(check, endless)
        guard = child_of(forker())
        reader = child_of(guard)
        wait_for(lambda: "Max core file size 0 0 bytes" in limits(reader))
        told = list(limits(reader))
        assert os.getpriority(os.PRIO_PROCESS, reader) >= KINDNESS
        assert f"Max cpu time {CPU} {CPU + 1} seconds" in told
        assert f"Max address space {MEMORY} {MEMORY} bytes" in told
        assert f"Max file size {WRITTEN} {WRITTEN} bytes" in told
        assert f"Max open files {FILES} {FILES} files" in told
        assert (network(reader) != network(os.getpid())) == may_leave_the_network()
        assert "DANHGIA" not in Path(f"/proc/{reader}/environ").read_text()
        lines = [str(each.readlink()) for each in Path(f"/proc/{reader}/fd").iterdir()]
        assert sum(line.startswith("socket:") for line in lines) == 1
        assert check(good).verdict.outcome is Outcome.ACCEPTED
        assert PATIENCE > CPU
        os.kill(guard, signal.SIGALRM)
        with pytest.raises(CheckFailed, match="stopped"):
            asked.result(LONGEST)
    wait_for(lambda: not Path(f"/proc/{reader}").exists())


def test_who_forks_is_started_again_when_it_is_gone(good: Task) -> None:
    verdict, ending = check(good)
    assert (verdict.outcome, ending.code) == (Outcome.ACCEPTED, 0)
    assert 0 < ending.memory < MEMORY >> 20
    before = forker()
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: FORKER._process is None or FORKER._process.poll() is not None)
    assert check(good).verdict == verdict
    assert forker() != before


def test_an_answer_that_is_too_long_says_nothing_of_the_file(good: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "LONGEST", 50)
    with pytest.raises(CheckFailed, match="gone or hangs"):
        check(good)
