from datetime import timedelta

from pyotp import TOTP

from actions.accounts import change_address, grant
from models.db import run
from models.doors import Credential
from models.people import Account
from states.actor import Actor
from tests.actions.world import CONSOLE
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import (
    PASSWORD,
    by_mail,
    by_password,
    code_in,
    email_of,
    give_password,
    key_in,
    post,
    text_of,
    told_code,
)

MINUTE = timedelta(minutes=1)


def acts(portal: Portal, act: str) -> int:
    with portal.database.reading() as session:
        sql = "SELECT count(*) FROM history WHERE entity = 'installation:1' AND act = :act"
        return int(run(session, sql, {"act": act}).fetchone()[0])


def ask(browser: Browser, email: str) -> str:
    browser.get("/sign-in")
    answer = browser.post("/sign-in", email=email)
    assert answer.status_code == 200
    return words(answer).replace(email, "…")


def test_a_mail_signs_in_once_and_to_the_registered_address_only(portal: Portal) -> None:
    browser, email = portal.browser(), email_of(portal, portal.world.officer)
    ask(browser, email.upper())
    (mail,) = post(portal)
    assert mail.recipient == email
    assert "0236 0000 000" in text_of(mail)
    assert "Đăng nhập" in words(browser.get(key_in(mail)))
    assert "Việc của tôi" in words(browser.follow(browser.post(key_in(mail))))
    again = portal.browser()
    again.get(key_in(mail))
    assert again.post(key_in(mail)).status_code == 410


def test_unknown_and_inactive_addresses_get_the_same_answer_and_no_mail(portal: Portal) -> None:
    known = ask(portal.browser("192.0.2.9"), email_of(portal, portal.world.officer))
    with portal.database.writing() as session:
        session.get_one(Account, portal.world.head.account_id).active = False
    answers = [
        ask(portal.browser(), email) for email in ("khong-co@vi-du.example", email_of(portal, portal.world.head))
    ]
    assert answers == [known, known]
    assert [mail.recipient for mail in post(portal)] == [email_of(portal, portal.world.officer)]


def test_the_code_of_a_mail_signs_in_on_another_machine(portal: Portal) -> None:
    email = email_of(portal, portal.world.officer)
    ask(portal.browser(), email)
    (mail,) = post(portal)
    other = portal.browser("198.51.100.7")
    other.get("/sign-in/code")
    wrong = other.post("/sign-in/code", email=email, code="00000000")
    assert (wrong.status_code, "không đúng" in words(wrong)) == (422, True)
    assert other.post("/sign-in/code", email=email, code=code_in(mail)).headers["location"] == "/"
    assert other.post("/sign-in/code", email=email, code=code_in(mail)).status_code in {403, 422}


def test_a_key_expires(portal: Portal) -> None:
    browser = portal.browser()
    ask(browser, email_of(portal, portal.world.officer))
    (mail,) = post(portal)
    portal.hands.pass_by(30 * MINUTE)
    browser.get(key_in(mail))
    assert browser.post(key_in(mail)).status_code == 410


def test_who_asks_twice_gets_one_mail_and_later_another_beside_it(portal: Portal) -> None:
    browser, email = portal.browser(), email_of(portal, portal.world.officer)
    ask(browser, email)
    ask(browser, email)
    (first,) = post(portal)
    portal.hands.pass_by(2 * MINUTE)
    ask(browser, email)
    (second,) = post(portal)
    assert [browser.post(key_in(mail)).status_code for mail in (first, second)] == [303, 403]
    browser.get(key_in(second))
    assert browser.post(key_in(second)).status_code == 303


def test_a_privileged_role_does_not_come_in_by_mail(portal: Portal) -> None:
    ask(portal.browser(), email_of(portal, portal.world.administrator))
    (mail,) = post(portal)
    assert "chỉ đăng nhập bằng mật khẩu" in text_of(mail)
    assert "/s/" not in text_of(mail)


def test_a_session_by_mail_ends_when_a_privileged_role_is_given(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    assert browser.get("/").status_code == 200
    with portal.database.writing() as session:
        grant(session, portal.world.officer.account_id or 0, "lead", actor=CONSOLE, now=portal.hands.now())
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_session_ends_with_the_address_it_was_for(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    with portal.database.writing() as session:
        key = portal.world.officer.account_id or 0
        change_address(session, key, "nguoi-moi@donvi.example", actor=CONSOLE, now=portal.hands.now())
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_password_signs_a_privileged_role_in_and_that_is_recorded(portal: Portal) -> None:
    browser = by_password(portal, portal.world.administrator)
    assert "Các đợt đánh giá" in words(browser.get("/"))
    assert acts(portal, "sign_in") == 1
    by_password(portal, portal.world.officer)
    assert acts(portal, "sign_in") == 1


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(portal: Portal) -> None:
    give_password(portal, portal.world.officer)
    browser = portal.browser()
    browser.get("/sign-in/password")
    answers = [
        browser.post("/sign-in/password", email=email, password="sai rồi, sai rồi")
        for email in (email_of(portal, portal.world.officer), email_of(portal, portal.world.head), "ai@vi-du.example")
    ]
    assert {answer.status_code for answer in answers} == {422}
    assert len({words(answer) for answer in answers}) == 1


def test_a_code_by_telephone_signs_a_unit_in(portal: Portal) -> None:
    browser, code = portal.browser(), told_code(portal, portal.world.officer)
    browser.get("/sign-in/code")
    answer = browser.post("/sign-in/code", email=email_of(portal, portal.world.officer), code=f"{code[:4]} {code[4:]}")
    assert "Đơn vị 1" in words(browser.follow(answer))


def set_by_telephone(portal: Portal, actor: Actor, *, without_second: bool = False) -> tuple[Browser, str]:
    """Sign in with a code and set a password; returns where that leads."""
    browser, code = portal.browser(), told_code(portal, actor, without_second=without_second)
    browser.get("/sign-in/code")
    answer = browser.post("/sign-in/code", email=email_of(portal, actor), code=code)
    assert answer.headers["location"].startswith("/sign-in/new-password")
    assert browser.get("/").headers["location"] == "/sign-in"
    browser.follow(answer)
    weak = browser.post("/sign-in/new-password", password="ngắn", repeated="ngắn")
    assert (weak.status_code, "ít nhất 12 ký tự" in words(weak)) == (422, True)
    done = browser.post("/sign-in/new-password", password=PASSWORD, repeated=PASSWORD)
    return browser, done.headers["location"]


def test_a_code_by_telephone_lets_a_privileged_role_set_a_password_and_nothing_else(portal: Portal) -> None:
    browser, to = set_by_telephone(portal, portal.world.administrator)
    assert to == "/"
    page = browser.get("/")
    assert "Đã đặt mật khẩu." in words(page)
    assert "Đã đặt mật khẩu." not in words(browser.get("/"))
    assert acts(portal, "set_password") == acts(portal, "sign_in") == 1


def secret_of(portal: Portal, actor: Actor) -> str:
    with portal.database.reading() as session:
        found = session.get_one(Credential, actor.account_id)
        return found.totp_secret or found.totp_offered or ""


def digits(portal: Portal, actor: Actor) -> str:
    return TOTP(secret_of(portal, actor)).at(int(portal.hands.now().timestamp()))


def with_second(portal: Portal, actor: Actor) -> Browser:
    browser = by_password(portal, actor)
    browser.get("/me")
    assert "data:image/svg" in browser.post("/me/second").text
    wrong = browser.post("/me/second/confirm", digits="12")
    assert (wrong.status_code, "không đúng" in words(wrong)) == (422, True)
    assert browser.post("/me/second/confirm", digits=digits(portal, actor)).headers["location"] == "/me"
    return browser


def test_a_second_factor_is_asked_for_and_each_code_opens_once(portal: Portal) -> None:
    actor = portal.world.administrator
    with_second(portal, actor)
    portal.hands.pass_by(MINUTE)
    for expected in (303, 422):
        browser = portal.browser()
        browser.get("/sign-in/password")
        answer = browser.post("/sign-in/password", email=email_of(portal, actor), password=PASSWORD)
        assert answer.headers["location"].startswith("/sign-in/second")
        assert browser.get("/").headers["location"] == "/sign-in"
        browser.follow(answer)
        assert browser.post("/sign-in/second", digits=digits(portal, actor)).status_code == expected


def test_a_lost_second_factor_is_taken_away_by_telephone_only_when_told(portal: Portal) -> None:
    actor = portal.world.administrator
    with_second(portal, actor)
    assert set_by_telephone(portal, actor)[1] == "/sign-in/second"
    assert set_by_telephone(portal, actor, without_second=True)[1] == "/"
    assert acts(portal, "drop_second") == 1


def test_a_second_factor_is_dropped_with_a_code_of_it(portal: Portal) -> None:
    actor = portal.world.administrator
    browser = with_second(portal, actor)
    assert browser.post("/me/second/drop", digits="000000").status_code == 422
    portal.hands.pass_by(MINUTE)
    browser.get("/me")
    assert browser.post("/me/second/drop", digits=digits(portal, actor)).status_code == 303


def test_one_is_led_on_to_the_page_that_was_asked_for_and_never_elsewhere(portal: Portal) -> None:
    give_password(portal, portal.world.officer)
    address = f"/assessments/{portal.world.first}"
    for wanted, to in ((address, address), ("https://vi-du.example", "/"), ("//vi-du.example", "/"), ("/\\vi-du", "/")):
        browser = portal.browser()
        asked = browser.get(address)
        assert asked.headers["location"] == f"/sign-in?next={address}"
        browser.get("/sign-in/password")
        email = email_of(portal, portal.world.officer)
        answer = browser.post("/sign-in/password", email=email, password=PASSWORD, next=wanted)
        assert answer.headers["location"] == to
