import socket
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

import danhgia.portal
from config.settings import Settings
from danhgia.edge import Unusable, opened
from danhgia.front import Portal, demand_free
from danhgia.serve import LOOPBACK, ours
from models.db import BUSY_SECONDS, run
from tests.conftest import Fresh
from tests.notifications.smtp import free_port
from web.edge import LIFE

PATIENCE = 60.0


def answers(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def until_answers(portal: Portal, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while not answers(port):
        assert time.monotonic() < end
        portal.watch()
        time.sleep(0.05)


def test_the_portal_answers_is_started_again_when_it_dies_and_stops(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    with fresh_sqlite() as url:
        port = free_port()
        portal = Portal(LOOPBACK, port, ours(Settings(database_url=url, var=tmp_path)))
        until_answers(portal, port)
        assert portal.process.process is not None
        portal.process.process.kill()
        portal.process.process.wait()
        assert not answers(port)
        until_answers(portal, port)
        portal.stop()
        assert not answers(port)


def test_who_writes_while_another_program_holds_the_database_is_told_in_the_life_of_the_request(
    fresh_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_sqlite() as url:
        monkeypatch.setenv("DANHGIA_DATABASE_URL", url)
        with opened(danhgia.portal.PATIENCE) as portal, opened() as command, portal.database.writing() as session:
            (waits,) = run(session, "PRAGMA busy_timeout").fetchone()
            with command.database.reading() as other:
                (longer,) = run(other, "PRAGMA busy_timeout").fetchone()
    assert 0 < waits < LIFE.total_seconds() * 1000 < longer == BUSY_SECONDS * 1000


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        with pytest.raises(Unusable, match="cannot listen"):
            demand_free(LOOPBACK, other.getsockname()[1])
