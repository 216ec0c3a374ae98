from datetime import timedelta

from actions.sessions import LIVES
from config.calendar import LOCAL
from models.db import run
from models.people import Account
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import PASSWORD, by_mail, by_password, email_of, give_password


def session_ids(portal: Portal) -> list[int]:
    with portal.database.reading() as session:
        return [row[0] for row in run(session, "SELECT id FROM web_session ORDER BY id").fetchall()]


def test_sessions_are_listed_and_ended_one_by_one(portal: Portal) -> None:
    first, second = by_mail(portal, portal.world.officer), by_mail(portal, portal.world.officer)
    page = words(second.get("/me"))
    assert page.count("Thư đăng nhập") == 2
    assert "Phiên này" in page
    assert second.post(f"/me/sessions/{session_ids(portal)[0]}/end").headers["location"] == "/me"
    assert "Đã kết thúc phiên làm việc." in words(second.get("/me"))
    assert first.get("/").headers["location"] == "/sign-in"
    assert second.get("/").status_code == 200


def test_all_other_sessions_are_ended_at_once(portal: Portal) -> None:
    first, second = by_mail(portal, portal.world.officer), by_mail(portal, portal.world.officer)
    stranger = by_mail(portal, portal.world.head)
    second.get("/me")
    second.post("/me/sessions/end-others")
    assert [one.get("/").status_code for one in (first, second, stranger)] == [303, 200, 200]


def test_nobody_ends_the_session_of_another(portal: Portal) -> None:
    own, other = by_mail(portal, portal.world.officer), by_mail(portal, portal.world.head)
    other.get("/me")
    assert other.post(f"/me/sessions/{session_ids(portal)[0]}/end").status_code == 404
    assert other.post(f"/me/sessions/{2**70}/end").status_code == 404
    assert own.get("/").status_code == 200


def test_signing_out_ends_the_session_wherever_its_token_is(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    token = browser.token
    browser.get("/")
    assert "Đã đăng xuất." in words(browser.follow(browser.post("/sign-out")))
    browser.client.cookies.set("danhgia", token)
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_session_ends_by_itself(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    portal.hands.pass_by(LIVES["mail"] - timedelta(minutes=4))
    assert browser.get("/").status_code == 200
    portal.hands.pass_by(timedelta(minutes=4))
    assert browser.get("/").headers["location"] == "/sign-in"


def test_signing_in_gives_a_new_token_and_leaves_none_in_the_database(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    first = browser.token
    by_mail(portal, portal.world.officer, browser)
    assert browser.token not in {"", first}
    with portal.database.reading() as session:
        kept = run(session, "SELECT token_hash FROM web_session").fetchall()
    assert browser.token.encode() not in {bytes(row[0]) for row in kept}


def test_a_new_password_ends_every_session_and_is_asked_for_with_the_old_one(portal: Portal) -> None:
    other, browser = by_password(portal, portal.world.officer), portal.browser()
    browser.get("/sign-in/password")
    browser.post("/sign-in/password", email=email_of(portal, portal.world.officer), password=PASSWORD)
    browser.get("/me/password")
    new = "một câu khác, cũng dễ nhớ"
    wrong = browser.post("/me/password", old_password="không phải", password=new, repeated=new)
    assert (wrong.status_code, "hiện tại không đúng" in words(wrong)) == (422, True)
    other_words = browser.post("/me/password", old_password=PASSWORD, password=new, repeated=PASSWORD)
    assert "không giống nhau" in words(other_words)
    assert browser.post("/me/password", old_password=PASSWORD, password=new, repeated=new).status_code == 303
    assert [one.get("/").status_code for one in (other, browser)] == [303, 303]


def test_an_account_that_is_closed_is_out_at_once(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    with portal.database.writing() as session:
        session.get_one(Account, portal.world.officer.account_id).active = False
    assert browser.get("/").headers["location"] == "/sign-in"


def test_last_use_is_remembered_to_within_minutes(portal: Portal) -> None:
    give_password(portal, portal.world.officer)
    browser = by_mail(portal, portal.world.officer)
    for minutes in (6, 7):
        portal.hands.pass_by(timedelta(minutes=minutes))
        browser.get("/")
    assert f"{portal.hands.at.astimezone(LOCAL):%H:%M}" in words(browser.get("/me"))


def test_reminders_are_turned_off_and_on(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    for fields, wanted in (({}, False), ({"reminders": "on"}, True)):
        browser.post("/me/reminders", **fields)
        with portal.database.reading() as session:
            assert session.get_one(Account, portal.world.officer.account_id).reminders is wanted


def test_a_token_that_somebody_else_laid_is_never_taken_over(portal: Portal) -> None:
    """Session fixation: what stood in the browser before signing in opens nothing afterwards."""
    laid, browser, thief = "do-ke-gian-dat", portal.browser(), portal.browser()
    for one in (browser, thief):
        one.client.cookies.set("danhgia", laid)
    by_mail(portal, portal.world.officer, browser)
    assert {one.value for one in browser.client.cookies.jar if one.name == "danhgia"} - {laid}
    assert thief.get("/").headers["location"] == "/sign-in"
