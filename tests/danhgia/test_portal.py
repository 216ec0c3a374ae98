import socket
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config.settings import Settings
from danhgia.edge import Unusable
from danhgia.front import Portal, demand_free
from danhgia.serve import LOOPBACK, ours
from tests.conftest import Fresh
from tests.notifications.smtp import free_port

PATIENCE = 30.0


def answers(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=1)
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


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        with pytest.raises(Unusable, match="cannot listen"):
            demand_free(LOOPBACK, other.getsockname()[1])
