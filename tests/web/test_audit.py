"""The auditor's way in, and a round's own history: found without marks, checked as a job, handed out whole."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from danhgia.commands.history_file import write_history
from flows import duties, jobs
from models.db import Database, run
from models.history import seals_of
from notifications.render import Origin
from states.history import seal
from tests.actions.later import chain
from tests.states.tampering import tamper
from tests.web.audit_world import audited
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import Postbox, by_password


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> Portal:
    return audited(database, tmp_path)


def work(portal: Portal, folder: Path) -> None:
    """Do every check that was asked for."""
    origin = Origin("khong-tra-loi@danhgia.example", "http://portal.example")
    setting = duties.Setting(portal.database, portal.hands.now, Postbox(), origin, folder)
    with portal.database.reading() as session:
        waiting = jobs.waiting(session, duties.NIGHTLY_KINDS, portal.hands.now())
    for job_id in waiting:
        duties.perform(setting, job_id)


def test_a_unit_is_found_by_a_name_without_marks_or_a_code(portal: Portal) -> None:
    browser = by_password(portal, portal.world.auditor)
    with portal.database.writing() as session:
        sql = "INSERT INTO subjectname (subject_id, since, name) VALUES (1, '2020-01-01', 'Huyện Hòa Vang cũ')"
        run(session, sql)
    assert "2 dòng lịch sử" not in words(browser.get("/audit"))
    found = words(browser.get("/audit?q=DON+vi+2"))
    assert "Đơn vị 2 dv-2" in found
    assert "Đơn vị 1" not in found
    assert "2024" in found
    assert "Tên trước đây: Huyện Hòa Vang cũ" in words(browser.get("/audit?q=hoa+vang"))
    assert "3 đơn vị" in words(browser.get("/audit?q=dv-"))
    assert "Không tìm thấy" in words(browser.get("/audit?q=dv-9"))
    own = f"/rounds/{portal.world.round_id}/history/dossiers"
    assert "1 đơn vị" in words(browser.get(f"{own}?q=dv-2"))


def test_a_round_is_checked_and_handed_out(portal: Portal, tmp_path: Path) -> None:
    browser, world = by_password(portal, portal.world.auditor), portal.world
    home = f"/rounds/{world.round_id}/history"
    with portal.database.writing() as session:
        root = seal(session, world.round_id, "reported", now=portal.hands.at).root
    told = words(browser.get(home))
    for expected in ("Phát động đợt", "Ghi số quyết định", "số 07-QĐ/BDVTU"):
        assert expected in told
    browser.get(f"{home}/check")
    assert browser.post(f"{home}/check").status_code == 303
    grouped = " ".join(root[at : at + 8] for at in range(0, 64, 8)).upper()
    assert browser.post(f"{home}/seal", seal=grouped).status_code == 303
    assert words(browser.get(f"{home}/check")).count("Đang chờ") == 2
    work(portal, tmp_path)
    told = words(browser.get(f"{home}/check"))
    assert told.count("Nguyên vẹn") == 2
    assert f"Mã {root[:8]}… khớp" in told
    for wrong, why in (("12 34", "64 chữ số"), ("ab" * 32, "chưa từng lưu")):
        answer = browser.post(f"{home}/seal", seal=wrong)
        assert (answer.status_code, why in words(answer), wrong in answer.text) == (422, True, True)
    archive = ZipFile(BytesIO(browser.post(f"{home}/export").content))
    last = chain(portal.database, f"round:{world.round_id}")[-1]
    assert (last.act, json.loads(last.body)["what"]) == ("export", {"of": "history", "form": "jsonl"})
    with portal.database.reading() as session:
        write_history(session, world.round_id, tmp_path / "cli.jsonl")
        assert len(archive.read("history.seals.jsonl").splitlines()) == len(seals_of(session, world.round_id))
    assert archive.read("history.jsonl") == (tmp_path / "cli.jsonl").read_bytes()
    _breaks(portal, home, grouped, tmp_path)


def _breaks(portal: Portal, home: str, sealed: str, folder: Path) -> None:
    """A row is changed: the next check of the round names it, and the seal no longer fits."""
    sql = "UPDATE history SET hash = prev_hash WHERE entity = :entity AND seq = 2"
    tamper(portal.database, sql, entity=f"assessment:{portal.world.first}")
    portal.hands.at = portal.hands.at.replace(minute=5)
    browser = by_password(portal, portal.world.auditor)
    browser.get(f"{home}/check")
    browser.post(f"{home}/check")
    work(portal, folder)
    told = words(browser.get(f"{home}/check"))
    assert f"Lịch sử bị hỏng ở 1 chuỗi: hồ sơ số {portal.world.first}, dòng 2" in told
    assert "Có sai lệch" in told
    assert sealed
