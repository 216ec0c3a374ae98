"""Bodies give their opinions on pages, by sign-in and by the link of a mail; the staff reads them side by side."""

import json
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from actions.accounts import end_grant, grant
from actions.launch import launch
from models.db import Database, run
from models.history import History, HistoryPayload
from models.people import Account, Grant
from states.history import verify
from tests.actions.consulting_world import CLOSES, consulted, programme
from tests.actions.world import CONSOLE
from tests.web.browser import Browser, words
from tests.web.letters import by_mail
from tests.web.opinion_forms import SCRIPT, browser_again, end, said, send, staff, was, write
from tests.web.opinions_world import HOUR, Asked, asked, by_link, link_of


@pytest.fixture
def one(database: Database) -> Asked:
    """The portal an hour after two bodies were asked."""
    return asked(database)


def test_a_body_finds_its_request_on_its_home_page_and_sees_its_own_alone(one: Asked) -> None:
    said(one, 1)
    said(one, 0, given=False, comment="Nháp của tôi")
    browser = by_mail(one.portal, one.world.bodies[0])
    home = browser.get("/")
    assert "Đề nghị nhận xét" in words(home)
    assert "Đã gửi 0/2 hồ sơ" in words(home)
    page = browser.get(one.address)
    assert all(name in words(page) for name in ("Đối tượng tt-1", "Đối tượng tt-2", "27/11/2024"))
    assert "Nháp của tôi" in page.text
    assert "nơi khác" not in words(page).replace("Nơi khác không đọc được", "")
    assert "co-quan-2" not in page.text


def test_who_was_not_asked_finds_nothing_and_staff_does_not_answer(one: Asked) -> None:
    outside = by_mail(one.portal, one.world.bodies[2])
    officer = by_mail(one.portal, one.world.officers["tt-1"])
    for browser in (outside, officer):
        for path in ("", "/send", "/answers", f"/letters/{one.world.asked[0]}"):
            assert browser.get(f"{one.address}{path}").status_code == 404
        assert browser.post(one.address, **{f"comment-{one.dossiers[0]}": "x"}).status_code == 404
    assert outside.get("/opinions/999999").status_code == 404
    own = one.body()
    for path in ("/answers", f"/letters/{one.world.asked[1]}"):
        assert own.get(f"{one.address}{path}").status_code == 403
    assert own.post(f"{one.address}/letters/{one.world.asked[0]}").status_code == 403
    assert staff(one).get(one.address).status_code == 403
    assert one.portal.browser().get(one.address).headers["location"] == f"/sign-in?next={one.address}"


def test_drafts_are_kept_some_are_sent_and_what_is_sent_stands(one: Asked) -> None:
    browser = one.body()
    saved = write(one, browser, ("httnv", "Đoàn kết."), ("", "Cần rõ hơn."))
    assert saved.headers["location"] == one.address
    assert (one.row(0).level, one.row(1).comment, one.row(0).status) == ("httnv", "Cần rõ hơn.", "open")
    look = browser.get(f"{one.address}/send")
    assert "Hoàn thành tốt nhiệm vụ Đoàn kết." in words(look)
    page = browser.follow(send(one, browser, 0))
    assert "Đã gửi ý kiến về 1 hồ sơ." in words(page)
    assert (one.row(0).status, one.row(1).status) == ("given", "open")
    assert f'name="comment-{one.dossiers[0]}"' not in page.text
    assert "Gửi lúc" in words(page)
    assert "Chưa có ý kiến" not in words(browser.get(f"{one.address}/send"))
    again = write(one, browser, ("khtnv", "Sửa lại"), **{f"was-{one.dossiers[0]}": "cũ"})
    assert (again.status_code, one.row(0).level) == (422, "httnv")
    assert "đã gửi hoặc không còn được hỏi" in words(again)
    assert "Sửa lại" in again.text
    assert "Đã gửi đủ ý kiến" in words(browser.follow(send(one, browser, 1)))
    with one.portal.database.reading() as session:
        assert verify(session).broken == ()


def test_the_form_leads_on_to_a_second_look_and_blank_ones_are_listed(one: Asked) -> None:
    browser = one.body()
    answer = write(one, browser, ("htnv", ""), then="send")
    assert answer.headers["location"] == f"{one.address}/send"
    assert "Chưa ghi ý kiến: 1 hồ sơ" in words(browser.follow(answer))
    nothing = browser.post(f"{one.address}/send")
    assert (nothing.status_code, "Chọn ít nhất một hồ sơ" in words(nothing)) == (422, True)
    blank = {f"was-{one.dossiers[1]}": was(browser.get(one.address))[f"was-{one.dossiers[1]}"]}
    refused = browser.post(f"{one.address}/send", send=str(one.dossiers[1]), **blank)
    assert (refused.status_code, "chưa ghi mức xếp loại" in words(refused)) == (422, True)
    done = send(one, browser, 0)
    twice = browser.post(f"{one.address}/send", send=str(one.dossiers[0]))
    assert done.status_code == twice.status_code == 303
    assert "đã được gửi trước đó" in words(browser.follow(twice))


def test_what_cannot_stand_is_told_beside_it_and_the_rest_is_kept(one: Asked) -> None:
    browser = one.body()
    answer = write(one, browser, ("xuất-sắc", "Mức lạ"), ("htnv", "Được"))
    assert answer.status_code == 422
    assert "Chọn mức xếp loại trong danh sách" in words(answer)
    assert "Mức lạ" in answer.text
    assert (one.row(0).comment, one.row(1).level) == ("", "htnv")
    long = write(one, browser, ("", "x" * 20_001))
    assert (long.status_code, "20.000 ký tự" in words(long)) == (422, True)


def test_html_in_a_comment_stays_text_for_everybody(one: Asked) -> None:
    browser = one.body()
    write(one, browser, ("", SCRIPT), ("", f"</textarea>{SCRIPT}"))
    pages = [browser.get(one.address), browser.get(f"{one.address}/send")]
    send(one, browser, 0, 1)
    pages += [browser.get(one.address), staff(one).get(f"{one.address}/answers")]
    end(one)
    pages.append(browser_again(one).get(one.address))
    for page in pages:
        assert "alert(1)" in page.text
        assert "<script>alert" not in page.text
        assert "<b>tốt</b>" not in page.text


def test_two_windows_lose_nothing(one: Asked) -> None:
    browser, key = one.body(), one.dossiers[0]
    before = was(browser.get(one.address))
    write(one, browser, ("httnv", "Bản thứ nhất"))
    second = {f"level-{key}": "htnv", f"comment-{key}": "Bản thứ hai"}
    stale = browser.post(one.address, **before, **second)
    assert stale.status_code == 409
    assert "vừa được lưu ở nơi khác" in words(stale)
    assert all(text in stale.text for text in ("Bản thứ nhất", "Bản thứ hai"))
    assert one.row().comment == "Bản thứ nhất"
    keep = re.search(rf'name="keep-{key}" value="(\w+)"', stale.text)
    assert keep is not None
    assert browser.post(one.address, **was(stale), **second, **{f"keep-{key}": keep[1]}).status_code == 303
    assert one.row().comment == "Bản thứ hai"


def test_what_another_window_changed_is_not_sent_unseen(one: Asked) -> None:
    browser, key = one.body(), one.dossiers[0]
    write(one, browser, ("httnv", "Bản thứ nhất"))
    looked = was(browser.get(f"{one.address}/send"))
    write(one, browser, ("htnv", "Bản thứ hai"))
    stale = browser.post(f"{one.address}/send", **looked, send=str(key))
    assert (stale.status_code, one.row().status) == (409, "open")
    assert "Bản thứ hai" in words(stale)
    assert browser.post(f"{one.address}/send", **was(stale), send=str(key)).status_code == 303
    assert (one.row().status, one.row().level) == ("given", "htnv")


def test_a_row_saves_itself_and_reaches_no_foreign_dossier(one: Asked) -> None:
    browser, key = one.body(), one.dossiers[0]
    fields = was(browser.get(one.address)) | {f"level-{key}": "httnv", f"comment-{key}": "Từng dòng"}
    browser.headers["HX-Request"] = "true"
    part = browser.post(f"{one.address}/dossiers/{key}", **fields)
    assert (part.status_code, "<html" in part.text) == (200, False)
    assert "Đã lưu" in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert (one.row(0).comment, one.row(1).comment) == ("Từng dòng", "")
    assert browser.post(f"{one.address}/dossiers/{key}", **fields).status_code == 200
    stale = browser.post(f"{one.address}/dossiers/{key}", **(fields | {f"comment-{key}": "Khác"}))
    assert (stale.status_code, "vừa được lưu ở nơi khác" in words(stale)) == (409, True)
    other = one.world.dossiers["db"]
    foreign = browser.post(f"{one.address}/dossiers/{other}", **{f"was-{other}": "", f"comment-{other}": "x"})
    assert foreign.status_code == 404
    bulk = browser.post(one.address, **fields, **{f"was-{other}": "", f"comment-{other}": "x"})
    assert bulk.status_code == 404


@pytest.mark.rule("AMB-HT-13")
@pytest.mark.parametrize("closed", [False, True])
def test_after_the_deadline_the_page_shows_what_was_given_and_takes_nothing(one: Asked, *, closed: bool) -> None:
    browser = one.body()
    write(one, browser, ("httnv", "Đã gửi kịp"), ("htnv", "Chưa kịp gửi"))
    send(one, browser, 0)
    form, looked = was(browser.get(one.address)), was(browser.get(f"{one.address}/send"))
    end(one, closed=closed)
    key = one.dossiers[1]
    page = browser_again(one).get(one.address)
    assert all(text in words(page) for text in ("Đã gửi kịp", "Không có ý kiến", "Đã hết hạn", "1/2 hồ sơ"))
    assert "<textarea" not in page.text
    assert ("Chưa kịp gửi" in page.text) is not closed
    late = browser_again(one)
    late.get(one.address)
    refused = late.post(one.address, **(form | {f"level-{key}": "khtnv", f"comment-{key}": "Gửi muộn"}))
    assert refused.status_code == 422
    assert all(text in words(refused) for text in ("Đã quá hạn tham gia ý kiến", "Gửi muộn", "chưa được ghi"))
    unsent = late.post(f"{one.address}/send", **looked, send=str(key))
    assert (unsent.status_code, "Đã quá hạn" in words(unsent)) == (422, True)
    assert late.get(f"{one.address}/send").headers["location"] == one.address
    assert one.row(1).status == ("silent" if closed else "open")
    assert "Đề nghị nhận xét" not in words(late.get("/"))


def test_what_is_no_longer_asked_is_shown_so_and_not_answered(one: Asked) -> None:
    browser, key = one.body(), one.dossiers[0]
    fields = was(browser.get(one.address)) | {f"comment-{key}": "Vẫn gửi"}
    with one.portal.database.writing() as session:
        sql = "UPDATE opinion SET status = 'withdrawn' WHERE assessment_id = :id"
        run(session, sql, {"id": key})
    answer = browser.post(one.address, **fields)
    assert (answer.status_code, one.row().status, one.row().comment) == (422, "withdrawn", "")
    assert "Không còn hỏi" in words(browser.get(one.address))
    assert browser.post(f"{one.address}/send", send=str(key)).status_code == 409
    assert one.row().status == "withdrawn"


def test_the_link_of_the_mail_opens_exactly_the_requests_of_its_account_in_its_round(one: Asked) -> None:
    address, browser = link_of(one, one.world.bodies[0]), one.portal.browser()
    page = browser.get(address)
    assert all(text in words(page) for text in ("Tham gia ý kiến", "Đề nghị nhận xét", "2 hồ sơ", "27/11/2024"))
    assert browser.token == ""
    answer = browser.post(address)
    assert answer.headers["location"] == "/"
    assert browser.follow(answer).headers["location"] == one.address
    assert write(one, browser, ("httnv", "Qua liên kết")).status_code == 303
    assert send(one, browser, 0).status_code == 303
    assert one.row().comment == "Qua liên kết"


def test_the_session_of_the_link_reaches_nothing_else(one: Asked) -> None:
    foreign = consulted(one.portal.database, one.world, "tt-1", bodies=one.world.asked[1:2])
    key = one.world.asked[0]
    with one.portal.database.writing() as session:
        grant(session, key, "administrator", actor=CONSOLE, now=one.portal.hands.now())
    browser = by_link(one, one.world.bodies[0])
    assert browser.get(one.address).status_code == 200
    for path in (f"/opinions/{foreign}", "/opinions/999999", f"/assessments/{one.dossiers[0]}"):
        assert browser.get(path).status_code == 404
    for path in (f"{one.address}/answers", f"{one.address}/letters/{key}"):
        assert browser.get(path).status_code == 404
    for path in ("/me", f"/rounds/{one.world.round_id}"):
        assert browser.get(path).status_code == 403
    with one.portal.database.writing() as session:
        run(session, "UPDATE task_link SET task = 'self_assessment'")
    assert browser.get(one.address).status_code == 404


def test_a_link_of_another_round_reaches_no_request(one: Asked) -> None:
    browser = by_link(one, one.world.bodies[0])
    now = one.portal.hands.now()
    with one.portal.database.writing() as session:
        other = launch(session, programme(), 2025, ["tt-1"], actor=CONSOLE, now=now, live=False, smtp=False)
        run(session, "UPDATE task_link SET round_id = :id", {"id": other})
    assert browser.get(one.address).status_code == 404
    assert "Hiện không có việc nào" in words(browser.get("/"))


def test_the_link_dies_when_every_request_is_closed_and_its_session_only_reads(one: Asked) -> None:
    body = one.world.bodies[0]
    address = link_of(one, body)
    one.portal.hands.at = CLOSES - HOUR
    second = consulted(one.portal.database, one.world, "tt-1", bodies=one.world.asked[:1], closes_at=CLOSES + HOUR)
    browser = one.portal.browser()
    browser.get(address)
    browser.post(address)
    home = browser.get("/")
    assert all(f'href="/opinions/{key}"' in home.text for key in (one.request, second))
    assert "Tài khoản" not in home.text
    form = was(browser.get(one.address))
    end(one)
    assert one.portal.browser().get(address).status_code == 200
    assert browser.post(one.address, **form, **{f"comment-{one.dossiers[0]}": "Muộn"}).status_code == 422
    one.portal.hands.at = CLOSES + HOUR
    for dead in (address, link_of_nothing()):
        assert one.portal.browser().get(dead).status_code == 410
        assert browser.post(dead).status_code == 410
    assert "Không có ý kiến" in words(browser.get(one.address))
    assert "Đã hết hạn" in words(browser.get("/"))
    one.portal.hands.pass_by(timedelta(hours=8))
    assert browser.get(one.address).status_code == 303


def link_of_nothing() -> str:
    return "/t/khong-co"


def test_the_link_opens_nothing_once_the_role_has_ended(one: Asked) -> None:
    body = one.world.bodies[0]
    address, browser = link_of(one, body), by_link_again(one)
    with one.portal.database.writing() as session:
        own = select(Grant).where(Grant.account_id == body.account_id, Grant.role == "opinion_giver")
        end_grant(session, session.exec(own).one().id, actor=CONSOLE, now=one.portal.hands.now())
    assert one.portal.browser().get(address).status_code == 410
    assert browser.get(one.address).status_code == 404


def by_link_again(one: Asked) -> Browser:
    return by_mail(one.portal, one.world.bodies[0])


def test_a_shared_mailbox_says_who_is_there_and_the_round_records_it(one: Asked) -> None:
    body = one.world.bodies[0]
    address, browser = link_of(one, body), one.portal.browser()
    with one.portal.database.writing() as session:
        session.get_one(Account, body.account_id).name = ""
    browser.get(address)
    assert browser.post(address, name="Trần Văn Mẫu").status_code == 422
    assert browser.post(address, name="Trần Văn Mẫu", position="Chánh Văn phòng").status_code == 303
    with one.portal.database.reading() as session:
        row = session.exec(select(History).where(History.act == "declare_person")).one()
        kept = session.get_one(HistoryPayload, (row.entity, row.seq))
        assert row.entity == f"round:{one.world.round_id}"
        assert json.loads(kept.content or "") == {"name": "Trần Văn Mẫu", "position": "Chánh Văn phòng"}
        assert verify(session).broken == ()
