"""`make run`: a round half-way through its year, served, with a way in for each role."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import Client

from tests.notifications.smtp import free_port
from tests.web.browser import Browser, words

LINK = re.compile(r"http://127\.0\.0\.1:\d+/s/[\w-]+")
ROLES = 8


@contextmanager
def shown(folder: Path, now: str = "2026-12-07T09:00:00+07:00") -> Iterator[list[str]]:
    """The links that the demonstration shows, while it is served."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DANHGIA_")}
    environment |= {"DANHGIA_VAR": str(folder), "DANHGIA_NOW": now}
    command = [sys.executable, "-u", "-m", "danhgia.demo", str(free_port())]
    with (folder / "printed").open("w") as printed:
        running = subprocess.Popen(command, env=environment, stdout=printed, stderr=subprocess.STDOUT)
    try:
        yield _links(folder / "printed", running)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=60)


def _links(printed: Path, running: subprocess.Popen[bytes]) -> list[str]:
    while len(found := LINK.findall(printed.read_text())) < ROLES:
        assert running.poll() is None, printed.read_text()
        time.sleep(0.2)
    return found


def page(address: str) -> str:
    """A page of the portal, as soon as it answers."""
    at = urlsplit(address)
    while True:
        asked = HTTPConnection(at.netloc, timeout=60)
        try:
            asked.request("GET", at.path)
            return asked.getresponse().read().decode()
        except ConnectionError:
            time.sleep(0.2)
        finally:
            asked.close()


def test_each_role_has_a_link_that_opens(tmp_path: Path) -> None:
    with shown(tmp_path) as links:
        assert len(set(links)) == ROLES
        assert all("<form" in page(link) for link in links)
        address = "the portal is at {0.scheme}://{0.netloc}".format(urlsplit(links[0]))
        while address not in (tmp_path / "printed").read_text():
            time.sleep(0.1)


@pytest.mark.faults
def test_a_round_locks_before_ones_eyes(tmp_path: Path) -> None:
    with shown(tmp_path, "2026-12-09T23:59:45+07:00") as links:
        link = urlsplit(links[1])
        page(links[1])
        officer = Browser(Client(base_url=f"http://{link.netloc}", follow_redirects=False))
        officer.get(link.path)
        home = officer.follow(officer.post(link.path))
        assert "Đang tự đánh giá" in words(home)
        ends = time.monotonic() + 60
        while "Đã khóa: chưa hoàn thành, 0 điểm" not in words(officer.get("/")):
            assert time.monotonic() < ends
            time.sleep(0.5)
