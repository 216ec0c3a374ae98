"""The example for nginx: taken by nginx, and people come through it to a real portal as they should."""

import getpass
import subprocess
from contextlib import ExitStack
from http.client import HTTPSConnection
from pathlib import Path

import httpx2

from models.db import Database, run
from tests.actions.world import launched
from tests.conftest import Fresh
from tests.deploy.proxy import NGINX, Door, lay_out, prepared, proxy
from tests.served import portal
from tests.web.browser import CSRF
from web.security import LARGEST


def test_people_come_through_nginx_as_they_are(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    door = prepared(tmp_path)
    with fresh_sqlite() as url:
        database = Database(url)
        launched(database)
        with ExitStack() as stack:
            settings = {"DANHGIA_BASE_URL": door.address, "DANHGIA_METRICS_FROM": "127.0.0.0/8"}
            with portal(url, tmp_path, **settings) as address:
                main = lay_out(door, address.rpartition("/")[2], getpass.getuser())
                checked = subprocess.run([NGINX, "-t", "-q", "-c", main], check=False, capture_output=True, text=True)
                assert (checked.returncode, checked.stderr) == (0, "")
                stack.enter_context(proxy(door, main))
                behind_the_name(door)
                inside_alone(door, address)
                is_known_by_its_own_address(door, database)
                is_told_that_it_is_too_large(door)
            with door.browser() as browser:
                resting = browser.get("/sign-in")
                assert (resting.status_code, resting.headers["retry-after"]) == (503, "60")
                assert "vài phút nữa mở lại trang" in resting.text
        database.dispose()
    log = (tmp_path / "access.log").read_text()
    assert "POST 303" in log or "POST 200" in log
    assert "sign-in" not in log + (tmp_path / "error.log").read_text()


def behind_the_name(door: Door) -> None:
    """Everybody is led to https, where the page is the portal's own."""
    plain = httpx2.get(f"http://127.0.0.1:{door.plain}/t/x?y=1", headers={"host": "localhost"})
    assert (plain.status_code, plain.headers["location"]) == (301, f"{door.address}/t/x?y=1")
    with door.browser() as browser:
        page = browser.get("/sign-in")
        assert (page.status_code, page.http_version) == (200, "HTTP/1.1")
        assert "max-age" in page.headers["strict-transport-security"]
        assert page.headers["x-request-id"].isdecimal()
        assert "__Host-" in page.headers["set-cookie"]


def inside_alone(door: Door, address: str) -> None:
    """What is for machines is asked of a process itself, and not through the name."""
    with door.browser() as browser:
        assert [browser.get(path).status_code for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
    told = httpx2.get(f"{address}/metrics")
    assert 'danhgia_request_seconds_count{method="GET",route="/sign-in",status="200"}' in told.text


def is_known_by_its_own_address(door: Door, database: Database) -> None:
    """Not by the proxy's, and not by what it says of itself."""
    with door.browser("127.0.0.7") as browser:
        browser.headers["x-forwarded-for"] = "203.0.113.9"
        csrf = CSRF.search(browser.get("/sign-in").text)
        assert csrf is not None
        answer = browser.post("/sign-in", data={"csrf": csrf[1], "email": "ai@vi-du.example"})
        assert answer.status_code in {200, 303}, answer.text
    with database.reading() as session:
        assert {row[0] for row in run(session, "SELECT client FROM attempt").fetchall()} == {"address:127.0.0.7"}


def is_told_that_it_is_too_large(door: Door) -> None:
    """At once, before it is sent, in one sentence."""
    connection = HTTPSConnection("localhost", door.secure, context=door.authority, timeout=60)
    connection.putrequest("POST", "/sign-in")
    connection.putheader("Content-Length", str(LARGEST + 1))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "lớn hơn 64 MB nên chưa nhận" in answer.read().decode()
    connection.close()
