"""The staff reads opinions side by side, and enters the letters of bodies that answer on paper."""

import pytest
from sqlmodel import select

from actions.accounts import add_account, grant
from actions.answers import Answer, enter
from actions.assign import assign
from actions.documents import put_document
from models.db import Database
from models.decisions import Document
from states.actor import account
from states.errors import NotAllowed
from tests.actions.consulting_world import giver
from tests.actions.world import CONSOLE
from tests.web.browser import words
from tests.web.letters import by_mail, by_password
from tests.web.opinion_forms import LETTER, browser_again, end, said, staff
from tests.web.opinions_world import HOUR, Asked, asked
from tests.web.programs import program


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


@pytest.mark.rule("DN-4.2")
def test_an_appraiser_reads_and_enters_no_opinion_before_denying_a_conflict(one: Asked) -> None:
    """The question comes first here as at the desk: dossier by dossier, by page and by program."""
    said(one, 1)
    now, asked_of = one.portal.hands.now(), one.dossiers
    with one.portal.database.writing() as session:
        whose = add_account(session, "tham-dinh@hatinh.example", actor=CONSOLE, now=now)
        grant(session, whose, "appraiser", actor=CONSOLE, now=now)
        assign(session, one.world.round_id, asked_of, whose, actor=one.world.staff["lead"], now=now)
    appraiser, lead = by_mail(one.portal, account(whose)), by_password(one.portal, one.world.staff["lead"])
    path, letter = f"{one.address}/answers", f"{one.address}/letters/{one.world.asked[0]}"
    given = {**LETTER, f"comment-{asked_of[0]}": "Theo thư"}
    machine = program(one.portal, account(whose))
    for browser in (appraiser, lead):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Ý kiến của nơi khác" not in page.text
        assert "co-quan-2" not in page.text
        assert all(f'href="/assessments/{key}/conflict"' in page.text for key in asked_of)
        assert "Đối tượng tt-1" not in browser.get(letter).text
        assert (browser.post(letter, **given).status_code, one.row().status) == (422, "open")
    shown = machine.get(f"{path.removesuffix('answers')}consolidated")
    assert [(row["closed"], row["said"], row["awaited"]) for row in shown.json()["items"]] == [(True, [], [])] * 2
    assert appraiser.get(f"/assessments/{asked_of[0]}/file").status_code == 403
    with one.portal.database.writing() as session:
        paper = put_document(session, kind="letter", number="1", dated=now.date(), signer="A", now=now).id
    words_of = {asked_of[0]: Answer(None, "Theo thư")}
    with pytest.raises(NotAllowed), one.portal.database.writing() as session:
        enter(session, one.request, one.world.asked[0], words_of, paper, actor=account(whose), now=now)
    assert appraiser.post(f"/assessments/{asked_of[0]}/conflict/none").status_code == 303
    page = appraiser.get(path)
    assert "Ý kiến của nơi khác" in page.text
    assert f'href="/assessments/{asked_of[0]}/conflict"' not in page.text
    assert f'href="/assessments/{asked_of[1]}/conflict"' in page.text
    shown = machine.get(f"{path.removesuffix('answers')}consolidated").json()["items"]
    assert [(row["closed"], len(row["said"])) for row in shown] == [(False, 1), (True, 0)]
    assert "Đối tượng tt-2" not in appraiser.get(letter).text
    assert appraiser.post(letter, **given).status_code == 303
    assert "Ý kiến của nơi khác" not in lead.get(path).text


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
