"""An appraiser works in Excel: one workbook for its dossiers; every change is looked at, then taken as if typed."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from httpx2 import Response

from models.assessments import MarkRow, marks
from models.db import Database
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal, opened, other_appraiser
from tests.web.letters import by_mail
from tests.web.test_workbooks import cells, sent

HIDDEN = re.compile(r'<input type="hidden" name="(rows-\d+)" value="([^"]*)">')


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


def given(portal: Portal, number: int = 0) -> dict[str, MarkRow]:
    with portal.database.reading() as session:
        return marks(session, portal.world.assessment_ids[number], "appraised")


def address(portal: Portal) -> str:
    return f"/rounds/{portal.world.round_id}/desk/workbook"


def taken_home(browser: Browser, portal: Portal) -> Any:  # noqa: ANN401  openpyxl has no types
    answer = browser.get(f"{address(portal)}/file")
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(answer.content))


def take(browser: Browser, portal: Portal, look: Response, **more: Any) -> Response:  # noqa: ANN401  as a form has it
    rows = {unescape(name): unescape(text) for name, text in HIDDEN.findall(look.text)}
    return browser.post(f"{address(portal)}/take", take=[name[5:] for name in rows], **rows, **more)


def test_many_dossiers_are_appraised_in_one_workbook(portal: Portal) -> None:
    first, second, _third = portal.world.assessment_ids
    browser, _page = opened(portal, 0)
    assert "1 hồ sơ đang thẩm định được" in words(browser.get(address(portal)))
    opened(portal, 1)
    book = taken_home(browser, portal)
    own = cells(book)
    assert {int(key.rpartition("@")[2]) for key, _name in own} == {first, second}
    codes = [key.partition("@")[0] for key, name in own if name == "points" and key.endswith(f"@{first}")]
    one, two, three = codes[:3]
    for code in codes[:3]:
        cell = own[f"{code}@{first}", "own"]
        own[f"{code}@{first}", "points"].value = cell.value
        own[f"{code}@{second}", "points"].value = cell.value
    own[f"{one}@{first}", "points"].value = 0
    own[f"{one}@{first}", "note"].value = "Chưa có văn bản – “ẵng”"
    own[f"{two}@{first}", "points"].value = 0
    own[f"{three}@{first}", "points"].value = "=1"
    look = sent(browser, address(portal), book)
    said = words(look)
    at = own[f"{two}@{first}", "note"].coordinate
    assert f"Ô {at}: Tiêu chí {two}: khác với tự chấm điểm thì phải ghi lý do." in said
    assert f"Ô {own[f'{three}@{first}', 'points'].coordinate}: có công thức" in said
    assert "Ghi 1 tiêu chí của hồ sơ này" in said
    assert "Ghi 3 tiêu chí của hồ sơ này" in said
    assert given(portal) == given(portal, 1) == {}
    done = take(browser, portal, look)
    assert done.status_code == 303
    assert "Đã ghi 4 tiêu chí của 2 hồ sơ." in words(browser.get(done.headers["location"]))
    assert {code: mark.note for code, mark in given(portal).items()} == {one: "Chưa có văn bản – “ẵng”"}
    assert set(given(portal, 1)) == {one, two, three}
    again = taken_home(browser, portal)
    assert "giống hệt nội dung đang lưu" in words(sent(browser, address(portal), again))


def test_marks_written_meanwhile_are_told_and_not_overwritten_unasked(portal: Portal) -> None:
    browser, page = opened(portal, 0)
    key = portal.world.first
    book = taken_home(browser, portal)
    own = cells(book)
    code = next(row.partition("@")[0] for row, name in own if name == "points")
    own[f"{code}@{key}", "points"].value, own[f"{code}@{key}", "note"].value = 0, "Lý do trong tệp"

    def typed(note: str) -> None:
        shown = re.search(rf'name="was-{re.escape(code)}" value="([^"]*)"', browser.get(page).text)
        assert shown is not None
        fields = {f"was-{code}": shown[1], f"points-{code}": "0", f"note-{code}": note}
        assert browser.post(page, **fields).status_code == 303

    before = sent(browser, address(portal), book)
    typed("Ghi trên phần mềm")
    late = take(browser, portal, before)
    assert late.status_code == 409
    assert "Kể cả 1 tiêu chí đã được ghi khác đi" in words(late)
    assert take(browser, portal, late).status_code == 303
    assert given(portal)[code].note == "Ghi trên phần mềm"
    assert take(browser, portal, late, keep=str(key)).status_code == 303
    assert (given(portal)[code].note, str(given(portal)[code].points)) == ("Lý do trong tệp", "0.0000")
    stranger = by_mail(portal, other_appraiser(portal, number=1))
    stranger.get(address(portal))
    assert "không phải của «Người thứ hai»" in words(sent(stranger, address(portal), book))
    forged = {f"rows-{key}": unescape(dict(HIDDEN.findall(before.text))[f"rows-{key}"]), "take": str(key)}
    refused = stranger.post(f"{address(portal)}/take", **forged)
    assert (refused.status_code, "Không còn được giao" in words(refused)) == (409, True)
    assert stranger.post(f"{address(portal)}/take", **{f"rows-{key}": "[", "take": str(key)}).status_code == 422
    assert given(portal)[code].note == "Lý do trong tệp"
