import asyncio
import re
from datetime import timedelta

import pytest
from starlette.types import Message, Receive, Scope, Send

from models.db import run
from tests.web.browser import ADDRESS, Browser, browser_at, words
from tests.web.conftest import Portal
from tests.web.letters import by_link, by_mail, email_of, lay_link, post, text_of
from web.refusals import TooMany
from web.security import LARGEST, Guard

INLINE = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
LONG = "Niêm yết đủ 11 nội dung. " * 200


def pages(portal: Portal) -> list[tuple[Browser, str]]:
    stranger, officer = portal.browser(), by_mail(portal, portal.world.officer)
    return [
        *((stranger, path) for path in ("/sign-in", "/sign-in/password", "/sign-in/code", "/s/x", "/t/x", "/nothing")),
        (stranger, lay_link(portal, 0)),
        *((officer, path) for path in ("/", "/me", "/me/password", f"/assessments/{portal.world.first}")),
    ]


def test_every_page_is_guarded_by_its_headers_and_has_a_telephone(portal: Portal) -> None:
    for browser, path in pages(portal):
        answer = browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert INLINE.search(answer.text) is None, path
        assert "0236 0000 000" in answer.text, path


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    address = lay_link(portal, 0)
    browser.get(address)
    answer = browser.post(address)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("danhgia=")]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_over_https_cookies_are_secure_and_bound_to_the_host(portal: Portal) -> None:
    settings = portal.place.settings.model_copy(update={"base_url": "https://portal.example"})
    browser = browser_at(portal.place._replace(settings=settings))
    answer = browser.get("/sign-in")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-danhgia-may=")
    assert "Secure" in cookie.split("; ")
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("csrf", ["", "x", None])
def test_a_form_without_the_token_of_its_session_does_nothing(portal: Portal, csrf: str | None) -> None:
    browser = by_mail(portal, portal.world.officer)
    stranger = portal.browser()
    stranger.get("/sign-in")
    browser.csrf = stranger.csrf if csrf is None else csrf
    assert browser.post("/sign-out").status_code == 403
    assert browser.get("/").status_code == 200


def test_a_token_from_before_signing_in_is_none_afterwards(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    before = browser.csrf
    by_mail(portal, portal.world.officer, browser)
    browser.csrf = before
    assert browser.post("/me/reminders").status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://vi-du.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_of_another_site_is_refused_even_with_the_token(portal: Portal, headers: dict[str, str]) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    browser.headers = headers
    answer = browser.post("/me/reminders", note=LONG)
    assert answer.status_code == 403
    assert "Gửi lại" not in words(answer)
    browser.headers = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
    assert browser.post("/me/reminders").status_code == 303


def test_a_stale_form_keeps_what_was_typed_and_may_be_sent_again(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.csrf = "old"
    answer = browser.post("/me/reminders", reminders="on", note=LONG, password="bí mật lắm đó")
    assert answer.status_code == 403
    assert LONG.strip() in answer.text
    assert "bí mật lắm đó" not in answer.text
    assert browser.post("/me/reminders", reminders="on", note=LONG).status_code == 303


def test_a_form_sent_after_the_session_keeps_what_was_typed(portal: Portal) -> None:
    browser = by_link(portal, 0)
    portal.hands.pass_by(timedelta(hours=9))
    answer = browser.post("/me/reminders", **{"note-1.1": LONG})
    assert answer.status_code == 401
    assert answer.text.count(LONG.strip()) == 2
    assert "Phiên làm việc đã kết thúc" in words(answer)


def test_without_cookies_one_is_told_so(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    browser.client.cookies.clear()
    answer = browser.post("/sign-in", email="ai@vi-du.example")
    assert (answer.status_code, "Bật cookie" in words(answer)) == (403, True)


def test_markup_that_is_typed_is_shown_as_text(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    evil = '"><script>alert(1)</script>@vi-du.example'
    answer = browser.post("/sign-in", email=evil)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_note_that_others_wrote_is_not_shown(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    browser.post("/me/reminders")
    note = browser.client.cookies["danhgia-tin"]
    browser.client.cookies.delete("danhgia-tin")
    browser.client.cookies.set("danhgia-tin", note[:-2] + "xx")
    assert "thư nhắc." not in words(browser.get("/"))


def test_another_units_dossier_looks_like_none(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    foreign = browser.get(f"/assessments/{portal.world.assessment_ids[1]}")
    missing = browser.get("/assessments/99")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "Đơn vị 2" not in foreign.text
    assert browser.get(f"/rounds/{portal.world.round_id}").status_code == 404
    for key in (2**62, 2**64, "9" * 5000, "-1", "1.5", "x"):
        assert browser.get(f"/assessments/{key}").status_code == 404


def test_a_body_beyond_all_measure_is_refused(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", email="a" * LARGEST)
    assert (answer.status_code, "quá lớn" in words(answer)) == (413, True)


def test_a_body_longer_than_it_declares_is_measured() -> None:
    """Sent in chunks, a body is as long as it is, whatever its header says beside that."""
    came: list[int] = []

    async def swallow(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            came.append(len((await receive())["body"]))

    async def receive() -> Message:
        return {"type": "http.request", "body": bytes(LARGEST // 4), "more_body": True}

    scope = {"type": "http", "path": "/", "headers": [(b"content-length", b"5")]}
    with pytest.raises(TooMany):
        asyncio.run(Guard(swallow, secure=False)(scope, receive, lambda _message: asyncio.sleep(0)))
    assert sum(came) == LARGEST


def test_a_body_that_is_no_form_is_refused(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    headers = {"content-type": "multipart/form-data"}
    answer = browser.client.post("/sign-in", content=b"nonsense", headers=headers)
    assert (answer.status_code, "không đọc được" in words(answer)) == (400, True)


@pytest.mark.parametrize(
    "end", [b"--x", b'--x\r\nContent-Disposition: form-data; name="t"; filename="a.pdf"\r\n\r\n%PDF']
)
def test_a_form_that_breaks_off_is_told_and_shows_what_came(portal: Portal, end: bytes) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    field = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nai@vi-du.example\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = browser.client.post("/sign-in", content=field + end, headers=headers)
    assert (answer.status_code, "bị đứt giữa chừng" in words(answer)) == (400, True)
    assert "ai@vi-du.example" in words(answer)
    assert "Gửi lại nội dung" not in words(answer)


def test_what_no_database_takes_is_left_out_of_what_is_typed(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    assert (
        browser.post("/sign-in", email="a\x00b@vi-du.example\ud800".encode("utf-8", "surrogatepass")).status_code == 200
    )
    with portal.database.reading() as session:
        assert run(session, "SELECT count(*) FROM attempt").fetchone()[0] == 1


def test_no_page_tells_an_address_back_to_whoever_did_not_type_it(portal: Portal) -> None:
    page = portal.browser().get(lay_link(portal, 0))
    assert email_of(portal, portal.world.officer) not in page.text


def test_a_host_that_a_request_claims_is_written_nowhere(portal: Portal) -> None:
    browser = portal.browser()
    browser.headers = {"Host": "evil.example"}
    answers = [browser.get("/sign-in"), browser.get("/"), browser.get("/nothing")]
    answers.append(browser.post("/sign-in", email=email_of(portal, portal.world.officer)))
    for answer in answers:
        assert "evil.example" not in f"{answer.text} {answer.headers}"
    (mail,) = post(portal)
    assert "evil.example" not in text_of(mail)
