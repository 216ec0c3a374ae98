"""The auditor's pages of a dossier: everything that happened, compared, checked, handed out, and its readings kept."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session

from models.db import Database, run
from reports.history_lines import lines_of_chain
from states.actor import SYSTEM
from states.record import record_all
from tests.actions.later import acts, is_whole
from tests.actions.later import chain as rows_of
from tests.conftest import Fresh
from tests.states.tampering import tamper
from tests.web.audit_world import ANSWER, CONFLICT, FILE, LOWERED, REASON, audited, code_of, declare
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.test_desk import counted


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> Portal:
    return audited(database, tmp_path)


def history(portal: Portal, number: int = 0) -> str:
    return f"/assessments/{portal.world.assessment_ids[number]}/history"


def auditor(portal: Portal) -> Browser:
    return by_password(portal, portal.world.auditor)


def test_the_pages_tell_what_happened(portal: Portal) -> None:
    everything_is_told(portal)
    it_is_narrowed_by_kind_and_day(portal)
    two_points_are_compared(portal)


def everything_is_told(portal: Portal) -> None:
    declare(portal, "Nguyễn Khai", "Chánh Văn phòng")
    browser, world = auditor(portal), portal.world
    told = words(browser.get(history(portal)))
    for expected in (
        "Nộp bản tự đánh giá",
        "Đang tự đánh giá → Đã nộp",
        "Cán bộ 1",
        "(cán bộ đơn vị)",
        "(cấp có thẩm quyền)",
        f"{code_of(world)}: {FILE}",
        f"Máy chủ thư trả lời {ANSWER}",
        "Bị từ chối",
        LOWERED,
        "Khai báo người thực hiện",
        "Người thực hiện tự khai: Nguyễn Khai, Chánh Văn phòng",
        "Tổng điểm",
        "hết ngày 09/12/2024 (trước ngày 10/12)",
    ):
        assert expected in told, expected
    third = words(browser.get(history(portal, 2)))
    for expected in (f"Lý do {REASON}", "số 01-CV/BDVTU", "hết ngày 22/12/2024", "Gia hạn (trường hợp đặc biệt)"):
        assert expected in third, expected


def it_is_narrowed_by_kind_and_day(portal: Portal) -> None:
    browser = auditor(portal)
    mail = words(browser.get(f"{history(portal)}?kind=mail"))
    assert "Biên nhận bản tự đánh giá" in mail
    assert "Dòng 1" not in mail
    marks = words(browser.get(f"{history(portal)}?kind=marks"))
    assert "Kết thúc thẩm định" in marks
    assert "Thêm minh chứng" not in marks
    first_day = words(browser.get(f"{history(portal)}?until=01/10/2024"))
    assert "Dòng 1" in first_day
    assert "Dòng 2" not in first_day
    assert "không phải" in words(browser.get(f"{history(portal)}?until=31/02/2024"))


def two_points_are_compared(portal: Portal) -> None:
    browser, first = auditor(portal), portal.world.first
    path = f"{history(portal)}/difference"
    done = acts(portal.database, f"assessment:{first}")
    submitted, concluded = done.index("submit") + 1, done.index("conclude_appraisal") + 1
    told = words(browser.get(f"{path}?from={concluded}&to={submitted}"))
    assert f"Từ · dòng {submitted}" in told
    assert "Trạng thái Đã nộp Đã thẩm định" in told
    assert "Người thẩm định" in told
    assert f"{code_of(portal.world)} " in told
    assert "– → 0,5" in told
    same = words(browser.get(f"{path}?from={concluded}&to={concluded}"))
    assert "không khác nhau" in same
    assert browser.get(f"{path}?from=0&to=99999").status_code == 200
    whole = words(browser.get(path))
    assert f"Minh chứng thêm vào – {code_of(portal.world)}: {FILE}" in whole


def test_a_chain_is_checked_at_once(portal: Portal) -> None:
    browser, entity = auditor(portal), f"assessment:{portal.world.first}"
    count = len(rows_of(portal.database, entity))
    assert f"đã tính lại {count} dòng" in words(browser.get(f"{history(portal)}/check"))
    sql = "UPDATE history SET body = replace(body, 'submitted', 'appraised') WHERE entity = :e AND act = 'submit'"
    tamper(portal.database, sql, e=entity)
    told = words(browser.get(f"{history(portal)}/check"))
    row = acts(portal.database, entity).index("submit") + 1
    assert "không còn nguyên vẹn" in told
    assert f"Dòng {row}: nội dung không khớp mã băm" in told
    assert "Nguyên vẹn" in words(browser.get(f"{history(portal, 1)}/check"))


def test_what_is_handed_out_is_the_chain_and_is_recorded(portal: Portal) -> None:
    browser = auditor(portal)
    for form in ("jsonl", "csv"):
        is_handed_out(portal, browser, form)
    assert is_whole(portal.database, portal.world.round_id)


def is_handed_out(portal: Portal, browser: Browser, form: str) -> None:
    entity = f"assessment:{portal.world.first}"
    browser.get(history(portal))
    answer = browser.post(f"{history(portal)}/export", form=form)
    last = rows_of(portal.database, entity)[-1]
    assert (last.act, last.actor) == ("export", portal.world.auditor.name)
    assert json.loads(last.body)["what"] == {"form": form, "of": "history"}
    if form == "jsonl":
        with portal.database.reading() as session:
            assert answer.text.splitlines() == list(lines_of_chain(session, entity))
    else:
        assert len(answer.content.decode("utf-8-sig").splitlines()) == last.seq + 1
    assert "Xuất dữ liệu" in words(browser.get(f"{history(portal)}?kind=reading"))


def test_what_is_confidential_is_opened_by_an_act_that_is_kept(portal: Portal) -> None:
    browser, entity = auditor(portal), f"assessment:{portal.world.first}"
    row = acts(portal.database, entity).index("declare_conflict") + 1
    assert CONFLICT not in browser.get(history(portal)).text
    assert CONFLICT in words(browser.post(f"{history(portal)}/{row}/open"))
    last = rows_of(portal.database, entity)[-1]
    assert (last.act, json.loads(last.body)["what"]) == ("read_confidential", {"of": row})
    told = browser.get(history(portal))
    assert CONFLICT not in told.text
    assert f"Đọc nội dung mật auditor (kiểm tra, giám sát) Nội dung dòng {row}" in words(told)
    assert browser.post(f"{history(portal)}/999/open").status_code == 404
    assert len(rows_of(portal.database, entity)) == last.seq


def test_a_secret_document_is_not_shown_in_passing(portal: Portal) -> None:
    with portal.database.writing() as session:
        run(session, "UPDATE document SET confidential = :yes WHERE number = '01-CV/BDVTU'", {"yes": True})
    browser = auditor(portal)
    row = acts(portal.database, f"assessment:{portal.world.assessment_ids[2]}").index("reopen") + 1
    assert "01-CV/BDVTU" not in browser.get(history(portal, 2)).text
    assert "số 01-CV/BDVTU" in words(browser.post(f"{history(portal, 2)}/{row}/open"))


def test_nobody_else_reads_a_history(portal: Portal) -> None:
    world = portal.world
    paths = [history(portal), f"{history(portal)}/difference", f"{history(portal)}/check"]
    others = {
        404: [by_mail(portal, world.officers[1]), by_password(portal, world.reader)],
        403: [by_mail(portal, world.officer), by_mail(portal, world.appraiser), by_password(portal, world.authority)],
    }
    for status, browsers in others.items():
        for browser in browsers:
            assert [browser.get(path).status_code for path in paths] == [status] * len(paths)
            before = len(rows_of(portal.database, f"assessment:{world.first}"))
            assert browser.post(f"{history(portal)}/export", form="csv").status_code == status
            assert browser.post(f"{history(portal)}/1/open").status_code == status
            assert len(rows_of(portal.database, f"assessment:{world.first}")) == before
            assert browser.get("/audit").status_code == 403
            assert browser.get(f"/rounds/{world.round_id}/history").status_code in {403, 404}


def lengthen(session: Session, portal: Portal, rows: int) -> None:
    for number in range(rows):
        what = {portal.world.first: {"criteria": [str(number)]}}
        record_all(session, "appraise", what, actor=SYSTEM, now=portal.hands.at)


def walk(browser: Browser, path: str) -> list[int]:
    """The rows of all pages, one after the other."""
    seen: list[int] = []
    while path:
        page = browser.get(path).text
        seen += [int(part.partition('"')[0]) for part in page.split('id="d')[1:]]
        older = page.rpartition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        path = older.replace("&amp;", "&")
    return seen


def test_pages_show_every_row_once_in_as_many_queries(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    with fresh_sqlite() as url:
        database = Database(url)
        portal = audited(database, tmp_path)
        browser, found = auditor(portal), []
        for rows in (0, 60, 300):
            with database.writing() as session:
                lengthen(session, portal, rows)
            browser.get(history(portal))
            with counted(database) as asked:
                assert browser.get(history(portal)).status_code == 200
            found.append(len([one for one in asked if one.startswith("SELECT")]))
        last = len(rows_of(database, f"assessment:{portal.world.first}"))
        assert walk(browser, history(portal)) == list(range(last, 0, -1))
        assert walk(browser, f"{history(portal)}?kind=evidence") == [3]
        database.dispose()
    assert found[0] == found[1] == found[2] <= 16
