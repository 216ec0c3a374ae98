"""Units of other programmes: the head alone submits; the signed report and a proposed level go along."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.assessments import Assessment
from models.db import Database, run
from models.decisions import Document
from models.mail import Outbox
from tests.actions.world import launched, state_of
from tests.web.browser import Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail
from tests.web.unit_forms import VERSION, draft, filled_in, head, home, officer, send, sheet_of, with_files

REPORT = {"number": "15/BC-UBND", "dated": "02/10/2024", "signer": "Nguyễn Ví Dụ"}
SCAN = [("scan", ("bao cao.pdf", b"%PDF-1.7 da ky"))]


def portal_of(database: Database, slug: str, kind: str, folder: Path) -> Portal:
    world = launched(database, slug, kinds=[kind])
    hands = Hands(world.launched_at + timedelta(days=1))
    return with_files(Portal(world, database, hands, place_of(database, hands)), folder)


@pytest.mark.rule("VG-3.1", "VG-3.2")
def test_the_signed_report_and_the_proposed_level_go_with_the_submission(database: Database, tmp_path: Path) -> None:
    portal = portal_of(database, "dan-van-chinh-quyen", "co_quan_chuyen_mon", tmp_path)
    browser = officer(portal)
    assert filled_in(portal, browser).status_code == 303
    page = browser.get(f"{home(portal)}/submit")
    found = VERSION.search(page.text)
    assert found is not None
    bare = browser.post(f"{home(portal)}/submit", version=found[1], number="15/BC-UBND", dated="32/10")
    shown = words(bare)
    assert bare.status_code == 422
    assert "Ghi ngày của báo cáo" in shown
    assert "Chọn bản chụp báo cáo đã ký" in shown
    assert 'value="15/BC-UBND"' in bare.text
    later = send(
        browser, f"{home(portal)}/submit", SCAN, version=found[1], level="tot", **REPORT | {"dated": "01/01/2030"}
    )
    assert "không được sau hôm nay" in words(later)
    odd = send(browser, f"{home(portal)}/submit", SCAN, version=found[1], level="<b>", **REPORT)
    assert odd.status_code == 422
    done = send(browser, f"{home(portal)}/submit", SCAN, version=found[1], level="tot", **REPORT)
    page = browser.follow(done)
    assert ("số 15/BC-UBND ngày 02/10/2024" in words(page), "Tốt" in words(page)) == (True, True)
    assert browser.get(f"{home(portal)}/report").content == SCAN[0][1][1]
    with database.reading() as session:
        assert session.exec(select(Document.number).where(Document.kind == "report")).all() == ["15/BC-UBND"]
        assert session.get_one(Assessment, portal.world.first).proposed_level == "tot"


def test_the_officer_presents_and_the_head_submits(database: Database, tmp_path: Path) -> None:
    portal = portal_of(database, "xep-loai-tap-the", "khoi_hanh_chinh", tmp_path)
    browser = officer(portal)
    page = browser.get(home(portal))
    assert ("Trình thủ trưởng" in words(page), "Xem lại và nộp" in words(page)) == (True, False)
    assert browser.get(f"{home(portal)}/submit").status_code == 403
    assert browser.post(f"{home(portal)}/present").status_code == 422
    assert filled_in(portal, browser).status_code == 303
    assert "Thủ trưởng 1" in words(browser.get(f"{home(portal)}/present"))
    done = browser.post(f"{home(portal)}/present")
    assert "Đã trình Thủ trưởng 1" in words(browser.follow(done))
    with database.reading() as session:
        told = session.exec(select(Outbox.account_id).where(Outbox.message == "presented")).all()
        assert told == [portal.world.head.account_id]
    above = by_mail(portal, head(portal))
    found = VERSION.search(above.get(f"{home(portal)}/submit").text)
    assert found is not None
    assert above.post(f"{home(portal)}/submit", version=found[1]).status_code == 303
    assert state_of(database, portal.world.first) == "submitted"


@pytest.mark.parametrize("kind", ["tap_the_thanh_pho", "can_bo_thanh_pho"])
def test_a_sheet_of_degrees_is_filled_in_once_the_review_was_held(
    database: Database, tmp_path: Path, kind: str
) -> None:
    portal = portal_of(database, "kiem-diem-xep-loai", kind, tmp_path)
    browser = officer(portal)
    assert "Đã giao" in words(browser.get(home(portal)))
    with database.writing() as session:
        run(session, "UPDATE assessment SET state = 'reviewed'")
    page = browser.get(home(portal))
    assert "Chọn cấp độ" in words(page)
    assert filled_in(portal, browser).status_code == 303
    assert draft(portal).keys() == {leaf.code for leaf in sheet_of(portal).leaves()}
