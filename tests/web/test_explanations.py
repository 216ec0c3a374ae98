"""A question on named criteria: answered there, supplemented there, and nowhere else (DN-4.2, AMB-DN-4)."""

from datetime import timedelta
from pathlib import Path

import pytest

from actions.explain import ask, expire_due
from models.assessments import items, open_requests
from models.db import Database
from models.evidence import evidence_of
from tests.actions.later import LOCKED, begun, in_appraisal
from tests.actions.world import launched, state_of, submitted
from tests.web.browser import Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_link
from tests.web.unit_forms import draft, home, officer, send, with_files

PDF = b"%PDF-1.7 bo sung"


@pytest.fixture
def asked(database: Database, tmp_path: Path) -> Portal:
    """The first dossier is asked about I.1 and I.2."""
    world = launched(database)
    submitted(database, world)
    in_appraisal(database, world=world)
    begun(database, world)
    with database.writing() as session:
        ask(session, world.first, ["I.1", "I.2"], "Nêu rõ số văn bản.", actor=world.appraiser, now=LOCKED)
    hands = Hands(LOCKED + timedelta(hours=9))
    return with_files(Portal(world, database, hands, place_of(database, hands)), tmp_path)


def question(portal: Portal) -> str:
    return f"{home(portal)}/explanations/1"


@pytest.mark.rule("DN-4.2", "AMB-DN-5")
def test_a_unit_answers_in_parts_and_adds_evidence(asked: Portal) -> None:
    browser = by_link(asked, 0, "explanation")
    assert "Có yêu cầu giải trình, bổ sung" in words(browser.get(home(asked)))
    page = browser.get(question(asked))
    assert ("Nêu rõ số văn bản." in words(page), "Thời hạn trả lời" in words(page)) == (True, True)
    first = send(browser, question(asked), [("file-I.1", ("nghi quyet.pdf", PDF))], **{"answer-I.1": "Số 05-NQ/QU"})
    assert "Giải trình được gửi đi khi trả lời đủ" in words(browser.follow(first))
    assert state_of(asked.database, asked.world.first) == "explaining"
    with asked.database.reading() as session:
        (one,) = evidence_of(session, asked.world.first)
        assert (one.request_id, one.criterion) == (1, "I.1")
    last = browser.post(question(asked), **{"answer-I.1": "Số 05-NQ/QU", "answer-I.2": "Quyết định 12"})
    assert "Đã gửi giải trình" in words(browser.follow(last))
    assert state_of(asked.database, asked.world.first) == "appraising"
    assert browser.get(f"/files/{asked.world.first}/{one.id}").content == PDF


def test_nothing_else_opens_with_a_question(asked: Portal) -> None:
    browser = officer(asked)
    fields = {"answer-II.1": "Thêm", "link-II.1": "https://danang.gov.vn/1", "points-I.1": "1", "was-I.1": "x"}
    assert browser.post(question(asked), **fields).status_code == 422
    assert browser.post(f"{home(asked)}/sheet", **fields).status_code == 422
    send(browser, question(asked), [("file-II.1", ("a.pdf", PDF))], **{"answer-I.1": "Có"})
    with asked.database.reading() as session:
        assert list(evidence_of(session, asked.world.first)) == []
        assert [one.answer for one in items(session, 1)] == ["Có", None]
    assert draft(asked)["I.1"].points == 4


def test_another_unit_sees_and_answers_nothing(asked: Portal) -> None:
    other = officer(asked, 1)
    assert other.get(question(asked)).status_code == 404
    assert other.get(f"{home(asked, 1)}/explanations/1").status_code == 404
    assert other.post(f"{home(asked, 1)}/explanations/1", **{"answer-I.1": "Của người khác"}).status_code == 404
    assert other.post(question(asked), **{"answer-I.1": "Của người khác"}).status_code == 404


def test_after_its_deadline_a_question_is_a_clear_page_and_nothing_is_lost(asked: Portal) -> None:
    browser = officer(asked)
    browser.get(question(asked))
    with asked.database.reading() as session:
        closing = open_requests(session, asked.world.first)[0].closes_at
    asked.hands.at = closing
    browser = officer(asked)
    asked.hands.at = closing
    answer = browser.post(question(asked), **{"answer-I.1": "Muộn một giây"})
    assert (answer.status_code, "Muộn một giây" in answer.text) == (422, True)
    assert "Đã quá hạn giải trình" in words(answer)
    with asked.database.writing() as session:
        expire_due(session, asked.world.round_id, now=closing + timedelta(seconds=20))
    page = browser.get(question(asked))
    assert (page.status_code, "Đã hết hạn trả lời" in words(page)) == (200, True)
    assert "answer-I.1" not in page.text


def test_a_supplement_is_taken_away_while_the_question_is_open(asked: Portal) -> None:
    browser = officer(asked)
    browser.get(question(asked))
    browser.post(question(asked), **{"link-I.1": "https://danang.gov.vn/1"})
    with asked.database.reading() as session:
        (one,) = evidence_of(session, asked.world.first)
    assert browser.post(question(asked), remove=str(one.id)).status_code == 303
    assert browser.post(question(asked), remove="99").status_code == 404
    assert browser.post(question(asked)).status_code == 422
    with asked.database.reading() as session:
        assert list(evidence_of(session, asked.world.first)) == []


def test_what_came_with_a_refused_answer_is_asked_for_again(asked: Portal) -> None:
    browser = officer(asked)
    browser.get(question(asked))
    typed = {"answer-I.1": "Số 05", "answer-I.2": "Số 12", "link-I.2": "danang.gov.vn/1"}
    answer = send(browser, question(asked), [("file-I.1", ("nghi quyet.pdf", PDF))], **typed)
    assert (answer.status_code, 'value="danang.gov.vn/1"' in answer.text) == (422, True)
    assert "Chưa nhận tệp «nghi quyet.pdf»: chọn lại rồi mới gửi." in words(answer)
    assert "Chưa nhận tệp" not in words(browser.get(question(asked)))
