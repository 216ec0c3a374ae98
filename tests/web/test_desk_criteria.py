"""One criterion across units, and the report of differences."""

import re
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from actions.appraise_seen import save_over
from actions.assign import confirm_no_conflict
from actions.marks import Filled
from config.sheet import Entry
from models.assessments import marks
from models.db import Database
from tests.actions.later import LOCKED, acts
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal, lead_of, opened, other_appraiser
from tests.web.letters import by_mail

SCRIPT = "=<script>alert('x')</script>; \"& <b>"
WAS = re.compile(r'name="was-I\.1@(\d+)" value="([^"]*)"')


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


def points(portal: Portal, number: int, code: str = "I.1") -> Decimal | None:
    with portal.database.reading() as session:
        found = marks(session, portal.world.assessment_ids[number], "appraised").get(code)
        return found.points if found else None


def both(portal: Portal) -> tuple[Browser, str]:
    """The appraiser with two dossiers opened, and the address of the column of I.1."""
    browser, _ = opened(portal)
    key = portal.world.assessment_ids[1]
    browser.post(f"/assessments/{key}/conflict/none")
    return browser, f"/rounds/{portal.world.round_id}/criteria/I.1"


def row(key: int, given: str, note: str = "", *, was: str = "") -> dict[str, str]:
    """The fields of one dossier's row."""
    return {f"was-I.1@{key}": was, f"points-I.1@{key}": given, f"note-I.1@{key}": note}


def test_one_criterion_is_appraised_across_units(portal: Portal) -> None:
    browser, address = both(portal)
    first, second, third = portal.world.assessment_ids
    text = browser.get(address).text
    assert f'name="points-I.1@{first}"' in text
    assert f'name="points-I.1@{third}"' not in text
    assert "Khai báo để mở hồ sơ" in text
    answer = browser.post(address, **row(first, "4"), **row(second, "2", "Thiếu"))
    assert answer.headers["location"] == f"{address}?sheet=bieu-1-mau"
    assert "Đã lưu 2 hồ sơ." in words(browser.follow(answer))
    assert (points(portal, 0), points(portal, 1)) == (Decimal(4), Decimal(2))


def test_a_row_that_cannot_stand_is_no_obstacle_to_the_others(portal: Portal) -> None:
    browser, address = both(portal)
    first, second, third = portal.world.assessment_ids
    answer = browser.post(address, **row(first, "1"), **row(second, "3", "Thiếu"), **row(third, "0"))
    told = words(answer)
    assert answer.status_code == 422
    assert "Đã lưu 1 hồ sơ. Còn 2 hồ sơ chưa lưu được" in told
    assert "Tiêu chí I.1: khác với tự chấm điểm thì phải ghi lý do." in told
    assert (points(portal, 0), points(portal, 1), points(portal, 2)) == (None, Decimal(3), None)
    assert "start_appraisal" not in acts(portal.database, f"assessment:{first}")


def test_a_stale_row_is_told_and_can_be_sent_again(portal: Portal) -> None:
    browser, address = both(portal)
    key = portal.world.first
    browser.post(address, **row(key, "1", "Một"))
    answer = browser.post(address, **row(key, "2", "Hai"))
    assert "đã được ghi khác đi: 1; Một." in words(answer)
    was = dict(WAS.findall(answer.text))[str(key)]
    part = browser.post(address, part="1", **row(key, "2", "Hai", was=was))
    assert "✓ Đã lưu" in part.text
    assert points(portal, 0) == Decimal(2)


def test_a_part_for_a_row_of_nobody_is_unknown(portal: Portal) -> None:
    browser, address = both(portal)
    assert browser.post(address, part="1", **row(999, "2", "Hai")).status_code == 404
    assert browser.get(f"/rounds/{portal.world.round_id}/criteria/IX.9").status_code == 404


def test_another_group_is_shown_and_closed(portal: Portal) -> None:
    browser, _ = opened(portal, actor=other_appraiser(portal, part="II"))
    address = f"/rounds/{portal.world.round_id}/criteria/I.1"
    key = portal.world.first
    assert f'name="points-I.1@{key}"' not in browser.get(address).text
    assert browser.post(address, **row(key, "4")).status_code == 422
    assert points(portal, 0) is None


def test_an_officer_has_no_column(portal: Portal) -> None:
    browser = by_mail(portal, portal.world.officer)
    browser.get("/me")
    address = f"/rounds/{portal.world.round_id}/criteria/I.1"
    assert browser.get(address).status_code == 404
    assert browser.post(address, **row(portal.world.first, "4")).status_code == 404


def different(portal: Portal) -> None:
    """Two dossiers differ from their self marks, one with a script for a reason."""
    world = portal.world
    with portal.database.writing() as session:
        for key, note in zip(world.assessment_ids, (SCRIPT, "Thiếu"), strict=False):
            confirm_no_conflict(session, key, actor=world.appraiser, now=LOCKED)
            filled = {"I.1": Filled(Entry(points=Decimal("1.5")), note)}
            save_over(session, key, filled, {}, actor=world.appraiser, now=LOCKED)


@pytest.mark.rule("AMB-DN-11")
def test_all_differences_with_their_reasons(portal: Portal) -> None:
    different(portal)
    address = f"/rounds/{portal.world.round_id}/differences"
    answer = by_mail(portal, portal.world.appraiser).get(address)
    assert "2 tiêu chí ở 2 hồ sơ" in words(answer)
    assert "4 1,5 −2,5 Thiếu" in words(answer)
    assert "<script>alert" not in answer.text
    actor = other_appraiser(portal, part="II", number=1)
    hidden = by_mail(portal, actor)
    assert "Chưa có điểm thẩm định nào khác" in words(hidden.get(address))


def test_the_lead_takes_the_table_along_and_that_is_recorded(portal: Portal) -> None:
    different(portal)
    browser = lead_of(portal)
    address = f"/rounds/{portal.world.round_id}/differences"
    assert "Tải bảng (CSV)" in words(browser.get(address))
    answer = browser.post(f"{address}/csv")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Đơn vị;Tiêu chí;Nội dung;Tự chấm;Thẩm định;Chênh lệch;Lý do"
    assert text.splitlines()[2].endswith(";4;1,5;−2,5;Thiếu")
    assert "'=<script>" in text
    assert answer.headers["content-disposition"].startswith("attachment")
    assert acts(portal.database, f"round:{portal.world.round_id}")[-1] == "export"
    sheet = load_workbook(BytesIO(browser.post(f"{address}/xlsx").content)).active
    assert sheet is not None
    head, *lines = list(sheet.iter_rows(min_row=5))
    assert [cell.value for cell in head][3:] == ["Tự chấm", "Thẩm định", "Chênh lệch", "Lý do"]
    assert [[cell.value for cell in line][3:] for line in lines] == [[4, 1.5, -2.5, SCRIPT], [4, 1.5, -2.5, "Thiếu"]]
    assert [(cell.data_type, cell.quotePrefix) for cell in (lines[0][6], lines[0][5])] == [("s", True), ("n", False)]
    assert acts(portal.database, f"round:{portal.world.round_id}")[-2:] == ["export", "export"]
    appraiser = by_mail(portal, portal.world.appraiser)
    appraiser.get("/me")
    assert {appraiser.post(f"{address}/{form}").status_code for form in ("csv", "xlsx")} <= {403, 404}
