from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from models.assessments import Assessment
from models.db import run
from models.people import Account
from states.errors import NotAllowed, Refusal, Refused, Stale, Unknown
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail
from tests.web.unit_forms import draft, home, officer, was
from web.answers import Answer, Download, page, redirect_with_note
from web.asks import Nobody, Own
from web.edge import LIFE, Desk, Here

TYPED = "Niêm yết 11/11 nội dung tại trụ sở"
FAULTS = {
    "refused": Refused([Refusal("a", "Điều thứ nhất."), Refusal("b", "Điều thứ hai.")]),
    "not-allowed": NotAllowed(),
    "stale": Stale(),
    "unknown": Unknown("hồ sơ số 7"),
    "fault": RuntimeError("secret of the house"),
}
STATUSES = {"refused": 422, "not-allowed": 403, "stale": 409, "unknown": 404, "fault": 500}
SEEN: list[datetime] = []
"""As of when each name was given."""
desk = Desk()


@desk.post("/try/fail/{how}", asks=Own())
def fail(here: Here) -> Answer:
    rename(here, "Không được ghi")
    raise FAULTS[here.path["how"]]


@desk.post("/try/name", asks=Own())
def name(here: Here) -> Answer:
    SEEN.append(here.now)
    rename(here, here.typed.line("name"))
    return redirect_with_note("/", "Đã ghi.")


@desk.get("/try/write", asks=Own())
def write_in_a_page(here: Here) -> Answer:
    rename(here, "Ghi khi chỉ xem")
    return page("link_dead.html")


@desk.get("/try/file", asks=Nobody("a test"))
def file(_here: Here) -> Answer:
    return Download(b"a;b", "Bảng điểm.csv", "text/csv")


@desk.get("/try/broken", asks=Nobody("a test"))
def broken(_here: Here) -> Answer:
    return page("dossier.html")


def rename(here: Here, to: str) -> None:
    sql = "UPDATE account SET name = :name WHERE id = :id"
    run(here.session, sql, {"id": here.account.account_id, "name": to})


@pytest.fixture
def browser(portal: Portal) -> Browser:
    portal.desks = (desk,)
    found = by_mail(portal, portal.world.officer)
    found.get("/me")
    return found


def name_of(portal: Portal) -> str:
    with portal.database.reading() as session:
        return session.get_one(Account, portal.world.officer.account_id).name


@pytest.mark.parametrize("how", FAULTS)
def test_a_refusal_is_a_page_that_keeps_what_was_typed_and_nothing_is_written(
    portal: Portal, browser: Browser, how: str
) -> None:
    before = name_of(portal)
    answer = browser.post(f"/try/fail/{how}", note=TYPED, empty="")
    assert answer.status_code == STATUSES[how]
    assert TYPED in answer.text
    assert "secret of the house" not in answer.text
    assert "0236 0000 000" in answer.text
    assert name_of(portal) == before


def test_every_refusal_is_told(browser: Browser) -> None:
    answer = browser.post("/try/fail/refused")
    assert "Điều thứ nhất. Điều thứ hai." in words(answer)


def test_a_part_of_a_page_is_refused_in_part(browser: Browser) -> None:
    browser.headers = {"hx-request": "true"}
    answer = browser.post("/try/fail/stale", note=TYPED)
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "Hồ sơ đã có thay đổi" in answer.text
    done = browser.post("/try/name", name="A")
    assert (done.status_code, done.headers["hx-redirect"]) == (200, "/")


def test_what_a_form_did_is_kept_and_told_once(portal: Portal, browser: Browser) -> None:
    answer = browser.post("/try/name", name=" Tra\u0302\u0300n  Văn Mẫu ")
    assert "Đã ghi." in words(browser.follow(answer))
    assert name_of(portal) == "Trần Văn Mẫu"


def test_a_page_writes_nothing(portal: Portal, browser: Browser) -> None:
    before = name_of(portal)
    browser.get("/try/write")
    assert name_of(portal) == before


class Ticking:
    """A clock that says one instant after the other, and the last for ever; `slow` is a browser by it."""

    def __init__(self, portal: Portal, browser: Browser, *after: timedelta) -> None:
        self.instants = [portal.hands.now() + later for later in after]
        portal.place = portal.place._replace(now=self.now)
        self.slow = portal.browser()
        self.slow.client.cookies, self.slow.csrf = browser.client.cookies, browser.csrf

    def now(self) -> datetime:
        return self.instants.pop(0) if len(self.instants) > 1 else self.instants[0]


ZERO, MOMENT = timedelta(), timedelta(microseconds=1)


def test_what_took_too_long_is_not_written(portal: Portal, browser: Browser) -> None:
    """The clock moves between the reading of a request and its end: a long wait for a lock."""
    before = name_of(portal)
    late = Ticking(portal, browser, ZERO, ZERO, ZERO, LIFE + MOMENT).slow.post("/try/name", name=TYPED)
    assert (late.status_code, TYPED in late.text, name_of(portal)) == (503, True, before)
    assert Ticking(portal, browser, ZERO, ZERO, ZERO, LIFE).slow.post("/try/name", name="Kịp").status_code == 303
    assert name_of(portal) == "Kịp"


@pytest.mark.parametrize(
    ("read", "done", "counts"),
    [
        (LIFE, LIFE, ZERO),
        (LIFE, LIFE + MOMENT, LIFE),
        (6 * LIFE, 7 * LIFE, 6 * LIFE),
        (6 * LIFE, 7 * LIFE + MOMENT, None),
    ],
)
def test_what_comes_slowly_counts_from_the_end_of_its_reading(
    portal: Portal, browser: Browser, read: timedelta, done: timedelta, counts: timedelta | None
) -> None:
    """Read and done so long after its arrival, a form counts as of an instant, or is not written at all."""
    begun, seen = portal.hands.now(), len(SEEN)
    answer = Ticking(portal, browser, ZERO, read, read, done).slow.post("/try/name", name="Chậm")
    assert answer.status_code == (303 if counts is not None else 503)
    assert (name_of(portal) == "Chậm") is (counts is not None)
    assert SEEN[seen:][-1:] == ([] if counts is None else [begun + counts])


@pytest.mark.parametrize(("ends", "status", "kept"), [(MOMENT, 200, [TYPED]), (ZERO, 422, [])])
def test_an_upload_begun_in_time_is_kept_when_it_has_come_whole_in_time(
    portal: Portal, ends: timedelta, status: int, kept: list[str]
) -> None:
    """Its body comes in two pieces; between them the clock goes on to just before the closing, or to it."""
    with portal.database.reading() as session:
        closes_at = session.get_one(Assessment, portal.world.first).closes_at
    portal.hands.at = closes_at - timedelta(hours=1)
    browser, path = officer(portal), f"{home(portal)}/criteria/I.1"
    portal.hands.at = closes_at - 2 * LIFE

    def body() -> Iterator[bytes]:
        yield urlencode({"csrf": browser.csrf, **was(shown), "points-I.1": "1"}).encode()
        portal.hands.at = closes_at - ends
        yield f"&{urlencode({'note-I.1': TYPED})}".encode()

    shown = browser.get(home(portal))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.client.post(path, content=body(), headers=headers)
    assert answer.status_code == status, words(answer)
    assert [mark.note for mark in draft(portal).values()] == kept


def test_a_download_has_its_name(browser: Browser) -> None:
    answer = browser.get("/try/file")
    assert answer.content == b"a;b"
    assert answer.headers["content-disposition"].endswith("B%E1%BA%A3ng%20%C4%91i%E1%BB%83m.csv")


def test_a_template_that_fails_is_a_page_too(browser: Browser) -> None:
    answer = browser.get("/try/broken")
    assert (answer.status_code, "mã yêu cầu" in words(answer)) == (500, True)


def test_a_database_that_does_not_answer_is_told(portal: Portal, browser: Browser) -> None:
    with portal.database.writing() as session:
        run(session, "ALTER TABLE web_session RENAME TO gone")
    answer = browser.get("/")
    assert (answer.status_code in {500, 503}, "ghi" in words(answer)) == (True, True)


def test_methods_that_a_page_does_not_take_are_told(browser: Browser) -> None:
    assert browser.client.put("/me").status_code == 404
