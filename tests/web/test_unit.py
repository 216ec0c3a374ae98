"""The sheet of a unit: filling in, autosave, two windows, submitting, revising."""

from datetime import timedelta
from decimal import Decimal

from sqlmodel import select

from actions.lock import lock_due
from models.assessments import Assessment
from models.mail import Outbox
from states.history import verify
from tests.actions.world import state_of
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_link
from tests.web.unit_forms import best_fields, draft, filled_in, handed_in, home, officer, sheet_of, was

PART = {"hx-request": "true"}


def closes_in(portal: Portal) -> timedelta:
    with portal.database.reading() as session:
        return session.get_one(Assessment, portal.world.first).closes_at - portal.hands.at


def lock(portal: Portal) -> None:
    portal.hands.pass_by(closes_in(portal) + timedelta(seconds=15))
    with portal.database.writing() as session:
        lock_due(session, portal.world.round_id, now=portal.hands.at)


def criterion(browser: Browser, portal: Portal, code: str, **fields: str) -> tuple[int, str]:
    """Save one criterion as the script does."""
    browser.headers = PART
    named = {f"{name}-{code}": text for name, text in fields.items()}
    answer = browser.post(f"{home(portal)}/criteria/{code}", **named)
    browser.headers = {}
    return answer.status_code, answer.text


def test_the_page_says_what_to_do_until_when_and_what_happens_then(portal: Portal) -> None:
    page = words(by_link(portal, 0).get(home(portal)))
    assert "Hết ngày 09/12/2024 (trước ngày 10/12)" in page
    assert "điểm tự đánh giá được xác định là 0 (không) điểm" in page
    assert "Đã chấm 0/24 tiêu chí" in page
    assert "0236 0000 000" in page
    assert "Mục I: 5 tiêu chí chưa chấm" in page


def test_an_officer_fills_in_submits_and_has_the_receipt(portal: Portal) -> None:
    browser = officer(portal)
    assert filled_in(portal, browser).headers["location"] == home(portal)
    answer = handed_in(portal, browser)
    page = words(browser.follow(answer))
    assert ("Biên nhận" in page, "100 / 100" in page, "Nộp trong thời hạn" in page) == (True, True, True)
    assert state_of(portal.database, portal.world.first) == "submitted"
    with portal.database.reading() as session:
        told = session.exec(select(Outbox.account_id).where(Outbox.message == "receipt")).all()
        assert set(told) == {portal.world.officer.account_id, portal.world.head.account_id}
        assert verify(session).broken == ()


def test_a_double_click_on_submit_is_one_submission(portal: Portal) -> None:
    browser = officer(portal)
    filled_in(portal, browser)
    first = handed_in(portal, browser)
    again = browser.post(f"{home(portal)}/submit", version="2")
    assert (first.status_code, again.status_code) == (303, 303)
    assert "đã được nộp trước đó" in words(browser.follow(again))


def test_good_entries_are_kept_and_bad_ones_shown_where_they_were_typed(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    typed = {"points-I.1": "9", "note-I.1": "Nghị quyết 05", "points-I.3": "3,5", "done-I.4": "mười"}
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **typed)
    assert answer.status_code == 422
    assert 'value="9"' in answer.text
    assert 'value="mười"' in answer.text
    assert "điểm phải từ 0 đến 4" in words(answer)
    kept = draft(portal)
    assert (kept["I.3"].points, kept["I.1"].note, kept["I.1"].points) == (Decimal("3.5"), "Nghị quyết 05", Decimal(0))
    assert "I.4" not in kept


def test_a_note_may_come_before_its_points(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    assert browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": "Chờ số liệu"}).status_code == 303
    page = browser.get(home(portal))
    assert ("Chờ số liệu" in page.text, "Đã chấm 0/24" in words(page)) == (True, True)
    assert browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": ""}).status_code == 303
    assert draft(portal) == {}


def test_the_script_saves_one_criterion_and_totals_run_along(portal: Portal) -> None:
    browser = officer(portal)
    print_of = was(browser.get(home(portal)))["was-I.1"]
    status, text = criterion(browser, portal, "I.1", was=print_of, points="3,5", note="x")
    assert (status, "<html" in text) == (200, False)
    assert "3,5 <span" in text
    assert "✓ Đã lưu" in text
    assert 'hx-swap-oob="true"' in text
    assert draft(portal)["I.1"].points == Decimal("3.5")


def test_two_windows_on_different_criteria_both_save(portal: Portal) -> None:
    one, other = officer(portal), officer(portal)
    page = one.get(home(portal))
    assert one.post(f"{home(portal)}/sheet", **was(page), **{"points-I.1": "2"}).status_code == 303
    assert other.post(f"{home(portal)}/sheet", **was(page), **{"points-I.3": "1"}).status_code == 303
    assert {code: mark.points for code, mark in draft(portal).items()} == {"I.1": 2, "I.3": 1}


def test_a_stale_form_overwrites_nothing_and_loses_nothing_typed(portal: Portal) -> None:
    one, other = officer(portal), officer(portal)
    page = one.get(home(portal))
    one.post(f"{home(portal)}/sheet", **was(page), **{"points-I.1": "2", "note-I.1": "Bản thứ nhất"})
    mine = {"points-I.1": "3", "note-I.1": "Bản thứ hai", "points-I.3": "4"}
    answer = other.post(f"{home(portal)}/sheet", **was(page), **mine)
    assert answer.status_code == 409
    assert ("Bản thứ nhất" in answer.text, "Bản thứ hai" in answer.text) == (True, True)
    assert (draft(portal)["I.1"].note, draft(portal)["I.3"].points) == ("Bản thứ nhất", Decimal(4))
    keep = answer.text.partition('name="keep-I.1" value="')[2].partition('"')[0]
    again = other.post(f"{home(portal)}/sheet", **was(answer), **mine, **{"keep-I.1": keep})
    assert again.status_code == 303
    assert draft(portal)["I.1"].note == "Bản thứ hai"


def test_what_was_saved_since_the_second_look_is_looked_at_again(portal: Portal) -> None:
    browser = officer(portal)
    filled_in(portal, browser)
    page = browser.get(f"{home(portal)}/submit")
    version = page.text.partition('name="version" value="')[2].partition('"')[0]
    criterion(browser, portal, "I.1", was=was(browser.get(home(portal)))["was-I.1"], points="2", note="Giảm")
    answer = browser.post(f"{home(portal)}/submit", version=version)
    assert (answer.status_code, "98" in words(answer)) == (409, True)
    assert state_of(portal.database, portal.world.first) == "self_assessing"
    for bad in ("", "x", "9" * 40):
        assert browser.post(f"{home(portal)}/submit", version=bad).status_code == 409


def test_what_is_missing_is_told_with_links(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    browser.post(f"{home(portal)}/sheet", **was(page), **(best_fields(sheet_of(portal)) | {"points-I.1": ""}))
    answer = browser.get(f"{home(portal)}/submit")
    assert "Chưa nộp được" in words(answer)
    assert f'href="{home(portal)}#k1"' in answer.text
    with portal.database.reading() as session:
        version = session.get_one(Assessment, portal.world.first).version
    refused = browser.post(f"{home(portal)}/submit", version=str(version))
    assert (refused.status_code, state_of(portal.database, portal.world.first)) == (422, "self_assessing")


def test_revising_keeps_what_was_submitted_in_force_until_it_is_sent_or_thrown_away(portal: Portal) -> None:
    browser = officer(portal)
    filled_in(portal, browser)
    handed_in(portal, browser)
    browser.get(home(portal))
    page = browser.follow(browser.post(f"{home(portal)}/revise"))
    assert "Bản đã nộp vẫn có hiệu lực" in words(page)
    browser.post(f"{home(portal)}/sheet", **was(page), **{"points-I.1": "1", "note-I.1": "Sửa"})
    assert "Khác với bản đã nộp ở các tiêu chí: I.1" in words(browser.get(f"{home(portal)}/submit")).replace(" .", ".")
    browser.get(home(portal))
    page = browser.follow(browser.post(f"{home(portal)}/discard"))
    assert "bản đã nộp giữ nguyên" in words(page)
    assert draft(portal)["I.1"].points == 4


def test_in_the_instant_of_the_lock_nothing_is_taken_and_all_is_shown(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    portal.hands.pass_by(closes_in(portal) - timedelta(microseconds=1))
    browser = officer_again(portal, browser)
    assert browser.post(f"{home(portal)}/sheet", **was(page), **{"points-I.1": "4"}).status_code == 303
    page = browser.get(home(portal))
    portal.hands.pass_by(timedelta(microseconds=1))
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **{"points-I.3": "4", "note-I.3": "Một phút cuối"})
    assert (answer.status_code, "Một phút cuối" in answer.text) == (422, True)
    assert "Đã hết thời hạn tự đánh giá" in words(answer)
    status, text = criterion(browser, portal, "I.3", was=was(page)["was-I.3"], points="4")
    assert (status, "Đã quá thời hạn" in text) == (422, True)
    assert draft(portal).keys() == {"I.1"}


def officer_again(portal: Portal, before: Browser) -> Browser:
    """A session outlives no week: the officer signs in again, with the form of before."""
    again = officer(portal, 0)
    assert again.token != before.token
    portal.hands.pass_by(timedelta(minutes=-3))
    return again


def test_after_the_lock_there_is_a_clear_page_with_the_draft_and_what_to_do(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    browser.post(f"{home(portal)}/sheet", **was(page), **{"points-I.1": "2", "note-I.1": "Dở dang"})
    lock(portal)
    browser = officer(portal)
    answer = browser.get(home(portal))
    shown = words(answer)
    assert answer.status_code == 200
    assert "Biểu chấm điểm đã khóa" in shown
    assert "0 (không) điểm" in shown
    assert "Dở dang" in shown
    assert "Đề nghị gia hạn" in shown
    assert 'name="points-I.1"' not in answer.text
    browser.get(f"{home(portal)}/extension")
    asked = browser.post(f"{home(portal)}/extension", reason="Bão lụt", until="15/12/2024")
    assert "Đã gửi đề nghị gia hạn" in words(browser.follow(asked))
    assert browser.post(f"{home(portal)}/extension", reason="Nữa").status_code == 422
    assert browser.get(f"{home(portal)}/submit").headers["location"] == home(portal)


def test_the_printed_sheet_has_everything(portal: Portal) -> None:
    browser = officer(portal)
    filled_in(portal, browser)
    shown = words(browser.get(f"{home(portal)}/preview"))
    assert ("Bản nháp, chưa nộp" in shown, "Tổng điểm" in shown) == (True, True)
    assert all(leaf.label in shown for leaf in sheet_of(portal).leaves())


def test_difficulties_are_raised_once_and_shown_with_their_answers(portal: Portal) -> None:
    browser = officer(portal)
    browser.get(f"{home(portal)}/difficulties")
    question = "Tiêu chí II.3 chấm thế nào?"
    first, again = (browser.post(f"{home(portal)}/difficulties", question=question) for _ in range(2))
    assert [first.status_code, again.status_code] == [303, 303]
    shown = words(browser.follow(again))
    assert shown.count("Tiêu chí II.3 chấm thế nào?") == 1
    assert browser.post(f"{home(portal)}/difficulties", question=" ").status_code == 422


def test_who_types_on_while_another_submits_is_told_how_to_go_on(portal: Portal) -> None:
    browser = officer(portal)
    filled_in(portal, browser)
    page = browser.get(home(portal))
    handed_in(portal, browser)
    typed = {"was": was(page)["was-I.1"], "points": "4", "note": "Gõ ở thẻ thứ hai"}
    status, text = criterion(browser, portal, "I.1", **typed)
    assert (status, "Cần sửa thì mở lại trang hồ sơ và bấm «Sửa bản đã nộp»." in text) == (422, True)
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": "Gõ ở thẻ thứ hai"})
    assert ("Sửa bản đã nộp" in words(answer), "Gõ ở thẻ thứ hai" in answer.text) == (True, True)
