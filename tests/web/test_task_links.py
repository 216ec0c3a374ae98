import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from actions.accounts import change_address, end_grant, grant
from actions.lock import lock_due
from models.assessments import Assessment
from models.db import run
from models.history import History, HistoryPayload
from models.people import Account, Grant
from tests.actions.world import CONSOLE, submitted
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_link, lay_link

DAY = timedelta(days=1)


def closing(portal: Portal) -> timedelta:
    """How long it still is until the first dossier closes."""
    with portal.database.reading() as session:
        return session.get_one(Assessment, portal.world.first).closes_at - portal.hands.now()


def unname(portal: Portal, number: int) -> None:
    """Make the mailbox of a unit's officer a shared one."""
    with portal.database.writing() as session:
        session.get_one(Account, portal.world.officers[number].account_id).name = ""


def opened_at(portal: Portal) -> list[object]:
    with portal.database.reading() as session:
        return [row[0] for row in run(session, "SELECT opened_at FROM task_link").fetchall()]


def test_looking_at_a_link_does_nothing_and_its_button_opens_the_task_at_a_clean_address(portal: Portal) -> None:
    address, browser = lay_link(portal, 0), portal.browser()
    page = browser.get(address)
    assert "Tự đánh giá, chấm điểm Đơn vị 1" in words(page)
    assert "Hết ngày" in words(page)
    assert (opened_at(portal), browser.token) == ([None], "")
    answer = browser.post(address)
    assert answer.headers["location"] == f"/assessments/{portal.world.first}"
    assert "Đơn vị 1" in words(browser.follow(answer))
    assert opened_at(portal) != [None]


def test_a_link_opens_several_times_in_several_browsers(portal: Portal) -> None:
    address = lay_link(portal, 0)
    tokens = set()
    for _ in range(2):
        browser = portal.browser()
        browser.get(address)
        assert browser.post(address).status_code == 303
        tokens.add(browser.token)
    assert len(tokens) == 2


def test_the_session_of_a_link_reaches_no_other_dossier_and_nothing_of_the_account(portal: Portal) -> None:
    with portal.database.writing() as session:
        other = session.get_one(Assessment, portal.world.assessment_ids[1]).subject_id
        key = portal.world.officer.account_id or 0
        grant(session, key, "officer", subject_id=other, actor=CONSOLE, now=portal.hands.now())
    browser = by_link(portal, 0)
    assert browser.get("/").headers["location"] == f"/assessments/{portal.world.first}"
    assert browser.get(f"/assessments/{portal.world.assessment_ids[1]}").status_code == 404
    assert browser.get("/assessments/999999").status_code == 404
    for path in ("/me", "/me/password", f"/rounds/{portal.world.round_id}"):
        assert browser.get(path).status_code == 403
    assert browser.post("/me/reminders").status_code == 403


def test_a_privileged_role_does_not_act_by_a_link(portal: Portal) -> None:
    key = portal.world.officer.account_id or 0
    with portal.database.writing() as session:
        grant(session, key, "administrator", actor=CONSOLE, now=portal.hands.now())
    browser = by_link(portal, 0)
    assert browser.get(f"/assessments/{portal.world.first}").status_code == 200
    assert browser.get(f"/rounds/{portal.world.round_id}").status_code == 403
    with portal.database.writing() as session:
        own = session.exec(select(Grant).where(Grant.account_id == key, Grant.role == "officer")).one().id
        end_grant(session, own, actor=CONSOLE, now=portal.hands.now())
    assert browser.get(f"/assessments/{portal.world.first}").status_code == 404


def test_unknown_ended_foreign_and_expired_links_get_the_same_answer(portal: Portal) -> None:
    ended, moved, gone, late = (lay_link(portal, number % 3, suffix=str(number)) for number in range(4))
    with portal.database.writing() as session:
        run(session, "UPDATE task_link SET ended_at = 1 WHERE id = 1")
        key = portal.world.officers[1].account_id or 0
        now = portal.hands.now() + timedelta(minutes=1)
        change_address(session, key, "nguoi-moi@donvi.example", actor=CONSOLE, now=now)
        session.get_one(Account, portal.world.officers[2].account_id).active = False
    portal.hands.pass_by(closing(portal))
    links = [ended, moved, gone, late, "/t/khong-co", "/t/%00", f"/t/{'a' * 5000}"]
    answers = [portal.browser().get(link) for link in links]
    browser = portal.browser()
    browser.get("/sign-in")
    answers += [browser.post(link) for link in links]
    assert {answer.status_code for answer in answers} == {410}
    assert len({words(answer) for answer in answers}) == 1


def test_a_link_dies_with_its_stage_and_its_session_shows_what_became_of_the_dossier(portal: Portal) -> None:
    address, browser = lay_link(portal, 1), by_link(portal, 0)
    portal.hands.pass_by(closing(portal) - timedelta(hours=1))
    assert portal.browser().get(address).status_code == 200
    browser = by_link(portal, 0, suffix="b")
    portal.hands.pass_by(timedelta(hours=1))
    assert portal.browser().get(address).status_code == 410
    with portal.database.writing() as session:
        lock_due(session, portal.world.round_id, now=portal.hands.now())
    assert "Đã khóa" in words(browser.get(f"/assessments/{portal.world.first}"))


def test_a_link_into_a_result_lives_while_there_is_one(portal: Portal) -> None:
    assert portal.browser().get(lay_link(portal, 0, "result")).status_code == 410
    assert portal.browser().get(lay_link(portal, 0, "difficulty", suffix="c")).status_code == 200
    assert portal.browser().get(lay_link(portal, 0, "explanation", suffix="d")).status_code == 410


def test_the_session_of_a_link_is_short(portal: Portal) -> None:
    browser = by_link(portal, 0)
    portal.hands.pass_by(timedelta(hours=8))
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_shared_mailbox_says_who_is_there_and_that_is_recorded_as_declared(portal: Portal) -> None:
    unname(portal, 0)
    address, browser = lay_link(portal, 0), portal.browser()
    browser.get(address)
    nobody = browser.post(address, name="Trần Văn Mẫu", position=" ")
    assert (nobody.status_code, "Trần Văn Mẫu" in nobody.text) == (422, True)
    assert opened_at(portal) == [None]
    answer = browser.post(address, name=" Trần  Văn Mẫu", position="Chánh Văn phòng")
    assert "Trần Văn Mẫu, Chánh Văn phòng" in browser.follow(answer).text
    with portal.database.reading() as session:
        own = History.entity == f"assessment:{portal.world.first}"
        row = session.exec(select(History).where(own, History.act == "declare_person")).one()
        payload = session.get_one(HistoryPayload, (row.entity, row.seq))
    assert json.loads(payload.content or "") == {"name": "Trần Văn Mẫu", "position": "Chánh Văn phòng"}
    assert "Trần" not in row.body


def test_who_has_a_name_may_be_stood_in_for_and_else_declares_nothing(portal: Portal) -> None:
    by_link(portal, 0)
    address, browser = lay_link(portal, 1), portal.browser()
    browser.get(address)
    browser.post(address, name="Lê Thị Mẫu", position="Văn thư")
    with portal.database.reading() as session:
        chosen = select(History.entity).where(History.act == "declare_person")
        found = session.exec(chosen.order_by(col(History.entity))).all()
    assert found == [f"assessment:{portal.world.assessment_ids[1]}"]


@pytest.mark.parametrize("task", ["self_assessment", "explanation"])
def test_a_link_is_for_its_own_units_work_only(portal: Portal, task: str) -> None:
    """After submitting, the unit may still revise until the closing, and there is nothing to explain."""
    submitted(portal.database, portal.world)
    expected = {"self_assessment": 200, "explanation": 410}[task]
    assert portal.browser().get(lay_link(portal, 0, task)).status_code == expected
