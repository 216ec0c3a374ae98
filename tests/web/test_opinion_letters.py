"""The staff reads opinions side by side, and enters the letters of bodies that answer on paper."""

import pytest
from sqlmodel import select

from actions.accounts import grant
from models.db import Database
from models.decisions import Document
from tests.actions.consulting_world import giver
from tests.actions.world import CONSOLE
from tests.web.browser import words
from tests.web.letters import by_mail, by_password
from tests.web.opinion_forms import LETTER, browser_again, end, said, staff
from tests.web.opinions_world import HOUR, Asked, asked


@pytest.fixture
def one(database: Database) -> Asked:
    """The portal an hour after two bodies were asked."""
    return asked(database)


@pytest.mark.rule("AMB-HT-13")
def test_the_staff_reads_all_that_was_sent_side_by_side(one: Asked) -> None:
    said(one, 1)
    said(one, 0, given=False, comment="Nháp chưa gửi")
    browser = staff(one)
    assert f'href="{one.address}/answers"' in browser.get("/").text
    page = browser.get(f"{one.address}/answers")
    assert "co-quan-2 : Hoàn thành tốt nhiệm vụ" in words(page)
    assert all(text in words(page) for text in ("Ý kiến của nơi khác", "Chưa trả lời: co-quan-1", "không có trọng số"))
    assert "Nháp chưa gửi" not in page.text
    end(one)
    one.portal.hands.pass_by(HOUR)
    after = staff(one).get(f"{one.address}/answers")
    assert all(text in words(after) for text in ("Không có ý kiến: co-quan-1", "Đã hết hạn"))


def test_staff_of_another_scope_finds_nothing(one: Asked) -> None:
    with one.portal.database.writing() as session:
        other = giver(session, 9, one.portal.hands.now())
        grant(session, other.account_id or 0, "appraiser", actor=CONSOLE, now=one.portal.hands.now())
    browser = by_mail(one.portal, other)
    assert browser.get(f"{one.address}/answers").status_code == 404
    assert "Lấy ý kiến các nơi" not in words(browser.get("/"))
    authority = by_password(one.portal, one.world.staff["authority"])
    assert authority.get(f"{one.address}/answers").status_code == 403


@pytest.mark.rule("AMB-HT-13")
@pytest.mark.parametrize("late", [False, True])
def test_a_letter_is_entered_on_behalf_with_its_number_and_told_as_late(one: Asked, *, late: bool) -> None:
    if late:
        end(one)
        one.portal.hands.pass_by(HOUR)
    browser, key = staff(one), one.dossiers[0]
    path = f"{one.address}/letters/{one.world.asked[0]}"
    assert ("sau thời hạn" in words(browser.get(path))) is late
    fields = {f"level-{key}": "htnv", f"comment-{key}": "Theo thư", f"comment-{one.dossiers[1]}": " "}
    answer = browser.post(path, **LETTER, **fields)
    page = browser.follow(answer)
    assert "Đã nhập văn bản của co-quan-1: ý kiến về 1 hồ sơ." in words(page)
    assert "Nhập từ văn bản số 15-CV/ĐU ngày 20/11/2024, người ký: Trần Ví Dụ" in words(page)
    row = one.row()
    assert (row.status, row.level, row.late, row.entered_by) == ("given", "htnv", late, one.world.owner.account_id)
    assert one.row(1).status == ("silent" if late else "open")
    assert "Đối tượng tt-1" not in words(browser.get(path))
    own = words(browser_again(one).get(one.address))
    assert "Cơ quan tổng hợp nhập từ văn bản số 15-CV/ĐU" in own
    assert ("Sau thời hạn" in own) is late


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"number": " "}, "Ghi số của văn bản."),
        ({"dated": "31/02/2024"}, "Ghi ngày của văn bản"),
        ({"dated": "31/12/2024"}, "không được sau hôm nay"),
        ({"signer": ""}, "Ghi người ký"),
        ({"level": "lạ"}, "Chọn mức xếp loại trong danh sách"),
        ({"level": "", "comment": ""}, "ít nhất một hồ sơ"),
    ],
)
def test_a_letter_that_lacks_something_is_kept_on_the_page_and_nowhere_else(
    one: Asked, bad: dict[str, str], told: str
) -> None:
    browser, key = staff(one), one.dossiers[0]
    path = f"{one.address}/letters/{one.world.asked[0]}"
    browser.get(path)
    given = {**LETTER, "level": "htnv", "comment": "Theo thư", **bad}
    fields = {f"{name}-{key}" if name in {"level", "comment"} else name: text for name, text in given.items()}
    answer = browser.post(path, **fields)
    assert (answer.status_code, told in words(answer)) == (422, True)
    assert all(text in answer.text for text in given.values() if text.strip() and text != "lạ")
    assert one.row().status == "open"
    with one.portal.database.reading() as session:
        assert session.exec(select(Document).where(Document.number == LETTER["number"])).first() is None


def test_a_letter_overwrites_no_answer_and_is_of_nobody_else(one: Asked) -> None:
    said(one, 0)
    browser, key = staff(one), one.dossiers[0]
    path = f"{one.address}/letters"
    browser.get(f"{path}/{one.world.asked[0]}")
    again = browser.post(f"{path}/{one.world.asked[0]}", **LETTER, **{f"comment-{key}": "Đè lên"})
    assert (again.status_code, "không còn nhập ý kiến được" in words(again)) == (422, True)
    assert one.row().comment == "Ý kiến của nơi khác"
    assert browser.get(f"{path}/{one.world.asked[2]}").status_code == 404
    assert browser.get(f"{path}/999999").status_code == 404
