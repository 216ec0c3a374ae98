"""Several questions sent in one go, withdrawn, answered."""

import re

import pytest

from actions.explain import answer
from models.db import Database
from states.desk_file import Asked, questions
from tests.actions.later import acts, dossier, mails
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import LATER, desk_portal, opened, other_appraiser
from tests.web.letters import by_mail

SCRIPT = "<script>alert('x')</script> & <b>"


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


def asked(portal: Portal, number: int = 0) -> list[Asked]:
    with portal.database.reading() as session:
        return questions(session, portal.world.assessment_ids[number])


def desk_and_page(portal: Portal) -> tuple[Browser, str]:
    """The appraiser's browser on the page of questions, and its address."""
    browser, address = opened(portal)
    page = address.replace("appraise", "questions")
    browser.get(f"{page}?code=I.1")
    return browser, page


@pytest.mark.rule("DN-4.2", "AMB-DN-4")
def test_the_deadline_is_three_working_days_unless_said_otherwise(portal: Portal) -> None:
    browser, page = desk_and_page(portal)
    told = browser.get(f"{page}?code=I.1")
    assert 'name="until" value="13/12/2024"' in told.text
    assert 'value="I.1" checked' in told.text
    browser.post(page, code="I.1", common="Nêu số, ngày của văn bản.", until="")
    (one,) = asked(portal)
    assert (one.closes_at.isoformat(), one.status) == ("2024-12-13T17:00:00+00:00", "open")
    assert dossier(portal.database, portal.world.first).state == "explaining"


@pytest.mark.rule("AMB-DN-5")
def test_several_questions_are_sent_in_one_go(portal: Portal) -> None:
    browser, page = desk_and_page(portal)
    fields = {"code": ["I.1", "I.2"], "common": SCRIPT, "text-II.1": "Vì sao?", "text-I.2": " ", "until": "16/12/2024"}
    answer_ = browser.post(page, **fields)
    told = browser.follow(answer_)
    assert "Đã gửi 2 yêu cầu giải trình đến đơn vị." in words(told)
    assert "<script>alert" not in told.text
    found = {one.question: [item.criterion for item in one.items] for one in asked(portal)}
    assert found == {SCRIPT: ["I.1", "I.2"], "Vì sao?": ["II.1"]}
    assert len(mails(portal.database, "explanation_asked")) == 4
    assert "Đang chờ đơn vị giải trình" in words(browser.get(page.replace("questions", "appraise")))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"common": "Hỏi"}, "Chọn ít nhất một tiêu chí"),
        ({"code": ["I.1"]}, "Tiêu chí I.1: chưa ghi nội dung cần giải trình."),
        ({"code": ["I.1"], "common": "Hỏi", "until": "hôm nay"}, "«hôm nay» không phải là ngày"),
        ({"code": ["I.1"], "common": "Hỏi", "until": "2024-12-30"}, "phải trước hạn báo cáo"),
        ({"code": ["I.1"], "common": "Hỏi", "until": "2024-12-09"}, "Hạn giải trình phải sau thời điểm yêu cầu"),
        ({"code": ["I.1"], "common": "Hỏi", "until": "9999-12-31"}, "không phải là ngày"),
        ({"code": ["IX.9"], "common": "Hỏi"}, "không có tiêu chí IX.9"),
    ],
)
def test_all_are_sent_or_none(portal: Portal, fields: dict[str, object], sentence: str) -> None:
    browser, page = desk_and_page(portal)
    refused = browser.post(page, **{"text-II.1": "Vì sao?"} | fields if "code" in fields else fields)
    assert refused.status_code == 422
    assert sentence in words(refused)
    assert asked(portal) == []
    if "code" in fields:
        assert "Vì sao?" in refused.text
    assert "start_appraisal" not in acts(portal.database, f"assessment:{portal.world.first}")


def test_another_group_is_not_the_appraisers_to_ask_about(portal: Portal) -> None:
    actor = other_appraiser(portal, part="II")
    browser, address = opened(portal, actor=actor)
    page = address.replace("appraise", "questions")
    assert 'value="I.1"' not in browser.get(page).text
    assert browser.post(page, code="I.1", common="Hỏi").status_code == 422
    assert asked(portal) == []
    first, own = desk_and_page(portal)
    first.post(own, code="I.1", common="Hỏi")
    browser.get(page)
    assert browser.post(f"{page}/{asked(portal)[0].id}/withdraw", reason="x").status_code == 403


def test_a_question_is_withdrawn_for_a_reason_and_once(portal: Portal) -> None:
    browser, page = desk_and_page(portal)
    browser.post(page, code="I.1", common="Hỏi")
    (one,) = asked(portal)
    address = f"{page}/{one.id}/withdraw"
    assert browser.post(address, reason="").status_code == 422
    assert browser.post(address, reason="Đã rõ").status_code == 303
    assert asked(portal)[0].status == "withdrawn"
    assert browser.post(address, reason="Đã rõ").status_code == 422
    assert browser.post(f"{page}/{one.id + 9}/withdraw", reason="x").status_code == 404
    other = portal.world.assessment_ids[1]
    browser.get(f"/assessments/{other}/conflict")
    browser.post(f"/assessments/{other}/conflict/none")
    assert browser.post(f"/assessments/{other}/questions/{one.id}/withdraw", reason="x").status_code == 404


def test_answers_stand_beside_the_criterion(portal: Portal) -> None:
    browser, page = desk_and_page(portal)
    browser.post(page, code=["I.1", "I.2"], common="Hỏi")
    (one,) = asked(portal)
    with portal.database.writing() as session:
        answer(session, one.id, {"I.1": SCRIPT}, actor=portal.world.officer, now=LATER)
    shown = browser.get(page.replace("questions", "appraise"))
    section = re.search(r'id="tc-I\.1".*?</section>', shown.text, re.DOTALL)
    assert section is not None
    assert "&lt;script&gt;alert" in section[0]
    assert "chưa trả lời" in words(browser.get(page))


def test_a_unit_does_not_ask_itself(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    page = f"/assessments/{portal.world.first}/questions"
    assert browser.get(page).status_code == 403
    assert browser.post(page, code="I.1", common="Hỏi").status_code == 403
