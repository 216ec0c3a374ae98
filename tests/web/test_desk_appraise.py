"""One dossier is appraised: saved, refused, overtaken, agreed with, concluded, opened again."""

import re
from decimal import Decimal

import pytest

from actions.assign import declare_conflict
from models.assessments import marks
from models.db import Database, run
from tests.actions.later import LOCKED, acts, dossier, is_whole
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal, lead_of, opened, other_appraiser
from tests.web.letters import by_mail

SCRIPT = "<script>alert('x')</script> & \"<b>\" ' {{ 7 * 7 }}"
WAS = re.compile(r'name="was-([^"]+)" value="([^"]*)"')


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


def given(portal: Portal, number: int = 0) -> dict[str, tuple[Decimal, str]]:
    """Appraised points and reasons of a dossier."""
    with portal.database.reading() as session:
        found = marks(session, portal.world.assessment_ids[number], "appraised")
        return {code: (mark.points, mark.note) for code, mark in found.items()}


def stamps(browser: Browser, address: str) -> dict[str, str]:
    """The stamps that a page's forms bring back."""
    return dict(WAS.findall(browser.get(address).text))


def mark(code: str, points: str, note: str = "", *, was: str = "") -> dict[str, str]:
    """The fields of one criterion."""
    return {f"was-{code}": was, f"points-{code}": points, f"note-{code}": note}


@pytest.mark.rule("X-N5", "DN-4.2")
def test_self_and_appraised_marks_stand_side_by_side(portal: Portal) -> None:
    browser, address = opened(portal)
    answer = browser.post(address, **mark("I.1", "1,5", "Thiếu văn bản"))
    assert answer.headers["location"] == f"{address}#tc-I.2"
    told = words(browser.follow(answer))
    assert "Đã lưu 1 tiêu chí." in told
    assert "Điểm thẩm định 1,5 / 100 Tự chấm 100 Đã thẩm định 1/24 tiêu chí" in told
    assert given(portal) == {"I.1": (Decimal("1.5"), "Thiếu văn bản")}
    assert dossier(portal.database, portal.world.first).state == "appraising"
    assert acts(portal.database, f"assessment:{portal.world.first}")[-2:] == ["start_appraisal", "appraise"]


@pytest.mark.rule("AMB-DN-11")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (mark("I.1", "1,5"), "Tiêu chí I.1: khác với tự chấm điểm thì phải ghi lý do."),
        (mark("I.1", "9", "Vượt"), "Tiêu chí I.1: điểm phải từ 0 đến 4, không nhận 9."),
        (mark("I.1", "1,1", "Lẻ"), "Tiêu chí I.1: điểm theo bước 0,25, không nhận 1,1."),
        (mark("I.1", "bốn", "Chữ"), "Tiêu chí I.1: «bốn» không phải là số"),
        (mark("I.1", "", "Chỉ lý do"), "Tiêu chí I.1: đã ghi lý do nhưng chưa có điểm thẩm định."),
        ({"was-I.5": "", "option-I.5": "I.9", "note-I.5": "Lạ"}, "Tiêu chí I.5: chỉ được chọn"),
        ({"was-I.4": "", "done-I.4": "5", "assigned-I.4": "0", "note-I.4": "x"}, "Tiêu chí I.4: «Tổng số tổ chức"),
    ],
)
def test_what_cannot_stand_is_told_where_it_was_typed(portal: Portal, fields: dict[str, str], sentence: str) -> None:
    browser, address = opened(portal)
    answer = browser.post(address, **fields, **mark("II.2", "4"))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert all(value in answer.text for name, value in fields.items() if not name.startswith("option"))
    assert given(portal) == {}
    assert "start_appraisal" not in acts(portal.database, f"assessment:{portal.world.first}")


def test_html_and_script_in_a_reason_stay_text(portal: Portal) -> None:
    browser, address = opened(portal)
    answer = browser.follow(browser.post(address, **mark("I.1", "0", SCRIPT)))
    assert "<script>alert" not in answer.text
    assert SCRIPT in words(answer)
    assert given(portal)["I.1"] == (Decimal(0), SCRIPT)
    for path in ("differences", "criteria/I.1"):
        assert "<script>alert" not in browser.get(f"/rounds/{portal.world.round_id}/{path}").text


def test_a_stale_form_loses_nothing_and_overwrites_nothing(portal: Portal) -> None:
    browser, address = opened(portal)
    browser.post(address, **mark("I.1", "1", "Trang thứ nhất"))
    answer = browser.post(address, **mark("I.1", "2", "Trang thứ hai"), **mark("II.2", "4"))
    assert answer.status_code == 409
    told = words(answer)
    assert "đã được ghi khác đi: 1; «Trang thứ nhất»." in told
    assert "Trang thứ hai" in told
    assert given(portal) == {"I.1": (Decimal(1), "Trang thứ nhất")}
    now = dict(WAS.findall(answer.text))
    again = browser.post(address, **mark("I.1", "2", "Trang thứ hai", was=now["I.1"]), **mark("II.2", "4"))
    assert again.status_code == 303
    assert given(portal) == {"I.1": (Decimal(2), "Trang thứ hai"), "II.2": (Decimal(4), "")}


def test_a_second_click_saves_once(portal: Portal) -> None:
    browser, address = opened(portal)
    key = f"assessment:{portal.world.first}"
    first = browser.post(address, **mark("I.1", "1", "Một"))
    rows = acts(portal.database, key)
    second = browser.post(address, **mark("I.1", "1", "Một"))
    assert (first.status_code, second.status_code) == (303, 303)
    assert acts(portal.database, key) == rows


def test_a_part_answers_with_what_has_changed(portal: Portal) -> None:
    browser, address = opened(portal)
    browser.headers = {"HX-Request": "true"}
    answer = browser.post(address, part="1", **mark("I.1", "1", "Một"))
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "✓ Đã lưu" in answer.text
    assert 'id="tong" class="sum" hx-swap-oob="true"' in answer.text
    assert "Đang thẩm định" in answer.text
    refused = browser.post(address, part="1", **mark("I.1", "9", "Một"))
    assert "không nhận 9" in refused.text
    stale = browser.post(address, part="1", **mark("I.1", "3", "Ba"))
    assert "đã được ghi khác đi: 1; «Một»" in stale.text
    assert given(portal) == {"I.1": (Decimal(1), "Một")}


def test_a_mark_is_taken_back_by_emptying_it(portal: Portal) -> None:
    browser, address = opened(portal)
    browser.post(address, **mark("I.1", "1", "Một"))
    was = stamps(browser, address)["I.1"]
    assert browser.post(address, **mark("I.1", "", "", was=was)).status_code == 303
    assert given(portal) == {}


def test_another_criterion_group_is_shown_and_closed(portal: Portal) -> None:
    actor = other_appraiser(portal, part="II")
    browser, address = opened(portal, actor=actor)
    text = browser.get(address).text
    assert 'name="points-II.2"' in text
    assert 'name="points-I.1"' not in text
    answer = browser.post(address, **mark("I.1", "4"))
    assert answer.status_code == 422
    assert "Tiêu chí I.1: không thuộc nhóm tiêu chí được giao thẩm định." in words(answer)
    assert browser.post(address, **mark("II.2", "4")).status_code == 303
    assert browser.post(f"{address}/agree", group="I", code=["I.1"]).status_code == 409
    assert "I.1" not in given(portal)


def test_two_appraisers_of_one_dossier_do_not_hinder_each_other(portal: Portal) -> None:
    first, address = opened(portal)
    second, _ = opened(portal, actor=other_appraiser(portal, part="II"))
    assert first.post(address, **mark("I.1", "4")).status_code == 303
    assert second.post(address, **mark("II.2", "4")).status_code == 303
    assert set(given(portal)) == {"I.1", "II.2"}


def test_agreement_is_by_the_list_that_was_shown(portal: Portal) -> None:
    browser, address = opened(portal)
    browser.post(address, **mark("I.1", "1", "Một"))
    told = words(browser.get(f"{address}/agree?of=I"))
    assert "Đồng ý với 4 điểm tự chấm" in told
    assert "I.1 Ban hành" not in told
    codes = ["I.2", "I.3", "I.4", "I.5"]
    assert browser.post(f"{address}/agree", group="I", code=codes[:2]).status_code == 409
    answer = browser.post(f"{address}/agree", group="I", code=codes)
    assert "Đã đồng ý với điểm tự chấm của 4 tiêu chí." in words(browser.follow(answer))
    assert sorted(given(portal)) == ["I.1", *codes]
    assert browser.post(f"{address}/agree", group="I", code=codes).status_code == 409
    assert "Không còn tiêu chí nào" in words(browser.get(f"{address}/agree?of=I"))


def version_in(browser: Browser, address: str) -> str:
    """The version that the concluding form sends."""
    found = re.search(r'name="version" value="(\d+)"', browser.get(address).text)
    assert found is not None
    return found[1]


def agreed(portal: Portal) -> tuple[Browser, str]:
    """The first dossier with every self mark agreed with."""
    browser, address = opened(portal)
    browser.post(address, **mark("I.1", "1", "Một"))
    codes = re.findall(r'name="code" value="([^"]+)"', browser.get(f"{address}/agree").text)
    assert browser.post(f"{address}/agree", group="", code=codes).status_code == 303
    return browser, address


def test_what_is_missing_is_told_and_linked(portal: Portal) -> None:
    browser, address = opened(portal)
    browser.post(address, **mark("I.1", "1", "Một"))
    answer = browser.get(address)
    assert '<a class="near" href="#tc-I.2">I.2</a>' in answer.text
    assert "và 11 tiêu chí khác" in words(answer)
    refused = browser.post(f"{address}/conclude", version=version_in(browser, address))
    assert refused.status_code == 422
    assert "Còn 23 tiêu chí thành phần chưa có điểm thẩm định." in words(refused)


def test_a_dossier_is_concluded_and_the_next_one_comes(portal: Portal) -> None:
    browser, address = agreed(portal)
    version, was = version_in(browser, address), stamps(browser, address)["I.1"]
    assert browser.post(f"{address}/conclude", version="1").status_code == 409
    assert browser.post(f"{address}/conclude", version="x").status_code == 409
    answer = browser.post(f"{address}/conclude?sort=name", version=version)
    key = portal.world.assessment_ids[1]
    assert answer.headers["location"] == f"/assessments/{key}/appraise?sort=name"
    assert "Đã kết thúc thẩm định «Đơn vị 1»." in words(browser.follow(browser.follow(answer)))
    assert dossier(portal.database, portal.world.first).appraised_total == Decimal(97)
    closed = browser.get(address)
    assert "Đã thẩm định" in words(closed)
    assert 'name="points-I.1"' not in closed.text
    assert browser.post(address, **mark("I.1", "2", "Sau", was=was)).status_code == 422
    assert browser.post(f"{address}/conclude", version=version).status_code == 409


def test_a_locked_dossier_is_concluded_with_nothing(portal: Portal) -> None:
    browser, address = opened(portal, 2)
    assert "Đơn vị chưa nộp bản tự đánh giá lần nào" in words(browser.get(address))
    browser.post(address, **mark("I.1", "0"))
    assert browser.post(f"{address}/conclude", version=version_in(browser, address)).status_code == 303
    assert dossier(portal.database, portal.world.assessment_ids[2]).state == "appraised"


def test_only_the_lead_opens_it_again_and_says_why(portal: Portal) -> None:
    browser, address = agreed(portal)
    browser.post(f"{address}/conclude", version=version_in(browser, address))
    assert browser.post(f"{address}/reopen", reason="Tôi muốn").status_code == 403
    lead = lead_of(portal)
    key = portal.world.first
    lead.get(f"/assessments/{key}/conflict")
    lead.post(f"/assessments/{key}/conflict/none")
    assert "Mở lại thẩm định" in words(lead.get(address))
    assert lead.post(f"{address}/reopen", reason=" ").status_code == 422
    assert lead.post(f"{address}/reopen", reason="Có tài liệu mới").status_code == 303
    assert dossier(portal.database, key).state == "appraising"
    assert is_whole(portal.database, portal.world.round_id)


def test_before_the_lock_nothing_can_be_marked(portal: Portal) -> None:
    key = portal.world.first
    with portal.database.writing() as session:
        run(session, "UPDATE assessment SET closes_at = closes_at + 864000000000 WHERE id = :id", {"id": key})
    browser, address = opened(portal)
    answer = browser.get(address)
    assert 'name="points-I.1"' not in answer.text
    assert browser.post(address, **mark("I.1", "4")).status_code == 422
    assert given(portal) == {}


def test_a_conflict_declared_in_another_window_closes_this_one(portal: Portal) -> None:
    browser, address = opened(portal)
    with portal.database.writing() as session:
        declare_conflict(session, portal.world.first, "Người thân", actor=portal.world.appraiser, now=LOCKED)
    assert browser.post(address, **mark("I.1", "4")).status_code == 404


def test_an_officer_sends_an_appraisers_form_in_vain(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    address = f"/assessments/{portal.world.first}/appraise"
    assert browser.post(address, **mark("I.1", "4")).status_code == 403
    assert browser.post(f"{address}/reopen", reason="x").status_code == 403
    assert given(portal) == {}
