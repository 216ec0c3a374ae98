"""The queue, the question about conflicts of interest, and who is kept out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from actions.appraise import agree_untouched, untouched
from actions.appraise_seen import begin, save_over
from actions.assign import assign, confirm_no_conflict
from actions.marks import Filled
from config.sheet import Entry
from models.db import Database
from models.names import folded
from states.desk import name_key
from states.errors import NotAllowed
from tests.actions.later import LOCKED, acts, chain, in_appraisal, is_whole
from tests.conftest import Fresh
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal, lead_of, opened, without_desk
from tests.web.letters import by_mail, by_password

SCRIPT = "<script>alert('x')</script> & <b>"


def queue_of(portal: Portal) -> str:
    return f"/rounds/{portal.world.round_id}/desk"


def names(browser: Browser, path: str) -> list[str]:
    """The dossiers that a queue lists, in its order."""
    text = browser.get(path).text
    return [part.partition("</a>")[0].partition(">")[2] for part in text.split('class="name"')[1:]]


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


@pytest.mark.rule("DN-4.2")
def test_the_queue_shows_what_was_given_and_when_the_report_is_due(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.appraiser)
    answer = browser.get(queue_of(portal))
    assert answer.status_code == 200
    told = words(answer)
    assert "Hết ngày 29/12/2024 (trước ngày 30/12) còn 19 ngày" in told
    assert "3 hồ sơ Đã nộp (2) Đã khóa: chưa hoàn thành, 0 điểm (1)" in told
    assert names(browser, queue_of(portal)) == ["Đơn vị 1", "Đơn vị 2", "Đơn vị 3"]


FILTERED = {
    "?q=DON VI 2": ["2"],
    "?q=%25": [],
    "?state=locked_zero": ["3"],
    "?kind=dang_bo_quan_huyen": ["2", "1", "3"],
    "?kind=none": [],
    "?waiting=1": [],
    "?differs=1": ["2"],
    "?days=30": ["2", "1", "3"],
    "?days=14": [],
    "?days=x&sort=nothing&page=99999999": ["2", "1", "3"],
    "?sort=name": ["1", "2", "3"],
    "?sort=progress": ["2", "1", "3"],
    "?sort=state": ["1", "3", "2"],
    "?sort=total": ["1", "2", "3"],
}


def test_the_queue_is_filtered_sorted_and_searched(portal: Portal) -> None:
    world = portal.world
    with portal.database.writing() as session:
        filled = {"I.1": Filled(Entry.model_validate({"points": "1"}), "Thiếu")}
        save_over(session, world.assessment_ids[1], filled, {}, actor=world.appraiser, now=LOCKED)
    browser = by_mail(portal, world.appraiser)
    found = {query: names(browser, f"{queue_of(portal)}{query}") for query in FILTERED}
    assert found == {query: [f"Đơn vị {number}" for number in numbers] for query, numbers in FILTERED.items()}


def test_names_are_ordered_as_people_order_them() -> None:
    given = ["Đơn vị 10", "Dơn vị 2", "Đơn vị 2", "Ân", "An", "Ấn"]
    assert sorted(given, key=name_key) == ["An", "Ân", "Ấn", "Dơn vị 2", "Đơn vị 2", "Đơn vị 10"]
    assert folded("  Đảng bộ  PHƯỜNG Ô Chợ Dừa ") == "dang bo phuong o cho dua"


def test_pages_follow_each_other_without_gap_or_repetition(database: Database) -> None:
    portal = desk_portal(database, subjects=33, handed_in=0)
    browser = by_mail(portal, portal.world.appraiser)
    first, second = (names(browser, f"{queue_of(portal)}?page={number}") for number in (1, 2))
    assert (len(first), second) == (30, ["Đơn vị 31", "Đơn vị 32", "Đơn vị 33"])
    assert "Trang 1/2" in words(browser.get(queue_of(portal)))


@pytest.mark.rule("DN-4.2")
def test_a_dossier_opens_only_after_the_question_about_conflicts(portal: Portal) -> None:
    world, key = portal.world, portal.world.first
    browser = by_mail(portal, world.appraiser)
    for path in ("appraise", "questions", "appraise/agree?of=I"):
        answer = browser.get(f"/assessments/{key}/{path}")
        assert answer.headers["location"] == f"/assessments/{key}/conflict"
    browser.get(f"/assessments/{key}/conflict")
    assert browser.post(f"/assessments/{key}/appraise", **{"was-I.1": "", "points-I.1": "4"}).status_code == 403
    assert browser.post(f"/assessments/{key}/appraise/agree", group="I", code=["I.1"]).status_code == 403
    assert browser.post(f"/assessments/{key}/questions", code="I.1", common="Hỏi").status_code == 403
    assert browser.post(f"/assessments/{key}/appraise/conclude", version="1").status_code == 403
    assert browser.post(f"/assessments/{key}/conflict/none").headers["location"] == f"/assessments/{key}/appraise"
    assert browser.get(f"/assessments/{key}/appraise").status_code == 200
    browser.post(f"/assessments/{key}/conflict/none")
    assert acts(portal.database, f"assessment:{key}").count("confirm_no_conflict") == 1
    assert json.loads(chain(portal.database, f"assessment:{key}")[-1].body)["what"] == {
        "account": world.appraiser.account_id
    }
    assert is_whole(portal.database, world.round_id)


def test_a_conflict_closes_the_dossier_and_leaves_a_trace(portal: Portal) -> None:
    browser, address = opened(portal)
    key = portal.world.first
    refused = browser.post(f"/assessments/{key}/conflict", reason="  ")
    assert refused.status_code == 422
    assert "Phải ghi lý do" in words(refused)
    answer = browser.post(f"/assessments/{key}/conflict", reason=SCRIPT)
    told = words(browser.follow(answer))
    assert "Đã ghi nhận khai báo xung đột lợi ích đối với «Đơn vị 1»" in told
    assert SCRIPT in told
    assert SCRIPT not in browser.get(queue_of(portal)).text
    assert names(browser, queue_of(portal)) == ["Đơn vị 2", "Đơn vị 3"]
    assert browser.get(address).status_code == 404
    assert browser.post(address, **{"was-I.1": "", "points-I.1": "4"}).status_code == 404
    assert browser.post(f"/assessments/{key}/conflict", reason="lần nữa").status_code == 404


def test_nobody_at_a_console_states_to_have_no_conflict(database: Database) -> None:
    world = in_appraisal(database)
    with database.writing() as session, pytest.raises(NotAllowed):
        confirm_no_conflict(session, world.first, actor=world.reader, now=LOCKED)


OF_A_DOSSIER = ["conflict", "appraise", "questions", "appraise/agree"]
OF_A_ROUND = ["desk", "criteria", "criteria/I.1", "differences"]
OF_THE_LEAD = ["appraisers", "assignments"]


def statuses(browser: Browser, portal: Portal, key: int) -> dict[str, list[int]]:
    """What each page answers, and what each form answers, without a word typed."""
    world = portal.world
    dossier = [f"/assessments/{key}/{path}" for path in OF_A_DOSSIER]
    forms = [*dossier, f"/assessments/{key}/conflict/none", f"/assessments/{key}/appraise/conclude"]
    browser.get("/me")
    return {
        "dossier": [browser.get(path).status_code for path in dossier],
        "forms": [browser.post(path).status_code for path in forms],
        "round": [browser.get(f"/rounds/{world.round_id}/{path}").status_code for path in OF_A_ROUND],
        "lead": [browser.get(f"/rounds/{world.round_id}/{path}").status_code for path in OF_THE_LEAD],
        "export": [browser.post(f"/rounds/{world.round_id}/differences/csv").status_code],
    }


def test_an_appraiser_without_the_dossier_is_kept_out(portal: Portal) -> None:
    browser = by_mail(portal, without_desk(portal))
    found = statuses(browser, portal, portal.world.first)
    assert set(found["dossier"]) == set(found["forms"]) == {404}
    assert set(found["round"]) == {200}
    assert set(found["lead"]) == set(found["export"]) == {404}
    assert names(browser, queue_of(portal)) == []


def test_officers_of_the_unit_are_kept_out(portal: Portal) -> None:
    found = statuses(by_mail(portal, portal.world.officer), portal, portal.world.first)
    assert set(found["dossier"]) == {403}
    assert set(found["forms"]) == {403}
    assert set(found["round"]) == set(found["lead"]) == set(found["export"]) == {404}


def test_officers_of_another_unit_are_kept_out(portal: Portal) -> None:
    found = statuses(by_mail(portal, portal.world.officers[1]), portal, portal.world.first)
    assert {status for each in found.values() for status in each} == {404}


@pytest.mark.parametrize(("role", "expected"), [("administrator", 403), ("authority", 403), ("auditor", 403)])
def test_other_staff_looks_on_but_does_not_appraise(portal: Portal, role: str, expected: int) -> None:
    browser = by_password(portal, getattr(portal.world, role))
    found = statuses(browser, portal, portal.world.first)
    assert set(found["dossier"]) == set(found["forms"]) == set(found["round"]) == {expected}


def test_another_round_is_another_desk(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.appraiser)
    for path in OF_A_ROUND:
        assert browser.get(f"/rounds/{portal.world.round_id + 1}/{path}").status_code == 404


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Every statement that SQLite is asked."""
    asked: list[str] = []

    def listen(connection: Any, *_: object) -> None:  # noqa: ANN401  the driver's connection
        connection.set_trace_callback(asked.append)

    for engine in (database._read, database._write):
        engine.dispose()
        event.listen(engine, "connect", listen)
    yield asked


PAGES = ["/rounds/{round}/desk", "/rounds/{round}/criteria/I.1", "/assessments/{first}/appraise"]
PAGES += ["/rounds/{round}/differences", "/assessments/{first}/questions"]
LEADS = ["/rounds/{round}/desk", "/rounds/{round}/appraisers", "/rounds/{round}/assignments"]


def queries(database: Database, subjects: int, kind: str) -> dict[str, int]:
    """How many statements each page needs, with everything opened and some marks given."""
    portal = desk_portal(database, subjects=subjects, handed_in=subjects, kind=kind)
    world = portal.world
    with database.writing() as session:
        for key in world.assessment_ids:
            confirm_no_conflict(session, key, actor=world.appraiser, now=LOCKED)
            begin(session, key, actor=world.appraiser, now=LOCKED)
            codes = untouched(session, key, actor=world.appraiser)
            agree_untouched(session, key, "", codes, actor=world.appraiser, now=LOCKED)
        assign(session, world.round_id, world.assessment_ids, world.lead.account_id or 0, actor=world.lead, now=LOCKED)
    found: dict[str, int] = {}
    for browser, paths in ((by_mail(portal, world.appraiser), PAGES), (lead_of(portal), LEADS)):
        for path in (path.format(round=world.round_id, first=world.first) for path in paths):
            browser.get(path)
            with counted(database) as asked:
                assert browser.get(path).status_code == 200
            found[f"{path} {len(found) < len(PAGES)}"] = len([one for one in asked if one.startswith("SELECT")])
    return found


def test_neither_units_nor_criteria_change_the_number_of_queries(fresh_sqlite: Fresh) -> None:
    found = []
    for subjects, kind in ((1, "dang_bo_quan_huyen"), (9, "dang_bo_quan_huyen"), (2, "so_nganh")):
        with fresh_sqlite() as url:
            database = Database(url)
            found.append(queries(database, subjects, kind))
            database.dispose()
    assert found[0] == found[1] == found[2]
    assert max(found[0].values()) <= 25
