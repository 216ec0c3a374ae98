"""What a page says when the database cannot be used: one sentence, and what was typed is still there."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.db import Database
from models.outages import Lost, Outage, Unclear, outage_of
from tests.actions.world import launched
from tests.conftest import Fresh
from tests.web.browser import Hands, browser_at, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail
from tests.web.unit_forms import home, was
from web import refusals
from web.answers import Page
from web.forms import Typed

BUSY = "Hệ thống đang bận hoặc đang bảo trì; vài phút nữa thử lại. Chưa có gì được ghi."
SEEN = "mở lại trang để xem đã ghi chưa rồi mới gửi lại."


def of_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (of_sqlite(sqlite3.SQLITE_BUSY), Outage.BUSY),
        (of_sqlite(sqlite3.SQLITE_IOERR | 3 << 8), Outage.BUSY),
        (of_sqlite(sqlite3.SQLITE_FULL), Outage.FULL),
        (of_sqlite(sqlite3.SQLITE_ERROR), None),
        (psycopg.errors.DiskFull(), Outage.FULL),
        (psycopg.errors.TooManyConnections(), Outage.BUSY),
        (OperationalError("SELECT 1", None, psycopg.OperationalError("connection refused")), Outage.BUSY),
        (psycopg.errors.UniqueViolation(), None),
        (NoConnectionFree(), Outage.BUSY),
        (Lost(), Outage.BUSY),
        (Unclear(), Outage.UNCLEAR),
    ],
)
def test_an_outage_is_told_from_a_fault_of_ours(error: Exception, outage: Outage | None) -> None:
    assert outage_of(error) is outage
    page = refusals.answer_to(error, method="POST", path="/a", address="/a", typed=Typed((("note", "đã gõ"),)))
    assert isinstance(page, Page)
    assert page.status == {Outage.BUSY: 503, Outage.FULL: 507, Outage.UNCLEAR: 503, None: 500}[outage]
    assert (len(page.context["sentences"]), page.context["kept"]) == (1, (("note", "đã gõ"),))
    assert page.context["again"] is (outage is not Outage.UNCLEAR)
    assert page.context["unclear"] is (outage is Outage.UNCLEAR)
    assert (SEEN in page.context["sentences"][0]) is (outage is Outage.UNCLEAR)


def test_pages_are_shown_while_another_program_holds_the_database(fresh_sqlite: Fresh) -> None:
    with fresh_sqlite() as url:
        database = Database(url, patience=0.1)
        world = launched(database, subjects=1)
        hands = Hands(world.launched_at.replace(day=world.launched_at.day + 1))
        portal = Portal(world, database, hands, place_of(database, hands))
        browser = by_mail(portal, world.officer)
        hands.at = hands.at.replace(hour=hands.at.hour + 1)
        with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            page = browser.get(home(portal))
            assert page.status_code == 200
            answer = browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": "đã gõ vào ô này"})
            assert (answer.status_code, BUSY in words(answer)) == (503, True)
            assert "đã gõ vào ô này" in answer.text
        assert browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": "đã gõ vào ô này"}).status_code == 303
        assert browser_at(portal.place).get("/healthz").status_code == 200
        database.dispose()
