"""A unit's sheet as a workbook: home, filled in, back; every cell is looked at before it is taken as if typed."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from httpx2 import Response

from config.sheet import Entry
from models.assessments import Assessment
from models.db import Database
from reports.entry_cells import choices, chosen
from tests.actions.world import best, launched
from tests.conftest import Fresh
from tests.libreoffice import filled_in
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.unit_forms import draft, fields_of, home, officer, sheet_of, was
from web.sheet_form import entry_in

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def taken_home(browser: Browser, address: str) -> Any:  # noqa: ANN401  openpyxl has no types
    """The workbook of an address."""
    answer = browser.get(f"{address}/workbook/file")
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(answer.content))


def cells(book: Any) -> dict[tuple[str, str], Any]:  # noqa: ANN401  as above
    """The cells of the table, by key and column."""
    sheet = book.worksheets[0]
    names = {cell.value: cell.column for cell in sheet[1] if cell.value}
    keys = {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2) if row[0].value}
    return {(key, name): sheet.cell(row, column) for key, row in keys.items() for name, column in names.items()}


def sent(browser: Browser, path: str, book: Any, name: str = "biểu.xlsx") -> Response:  # noqa: ANN401  as above
    """Send a workbook, or the bytes of one."""
    made = BytesIO()
    content = book if isinstance(book, bytes) else (book.save(made), made.getvalue())[1]
    files = {"file": (name, content)}
    return browser._remember(browser.client.post(path, data={"csrf": browser.csrf}, files=files))


def offered(answer: Response) -> dict[str, str]:
    """What the look of a workbook would send on."""
    return {unescape(name): unescape(text) for name, text in HIDDEN.findall(answer.text) if name != "csrf"}


NOTE = "=1+1 & <b>Đỗ Thị Hường</b>\nẵng – “ỷ” _x0041_"


def typed(browser: Browser, address: str, **fields: str) -> Response:
    """Save fields on the page of the sheet itself."""
    page = browser.get(address)
    return browser.post(f"{address}/sheet", **was(page), **fields)


def test_a_unit_fills_in_its_sheet_at_home(portal: Portal) -> None:
    browser, address, sheet = officer(portal), home(portal), sheet_of(portal)
    assert f'href="{address}/workbook"' in browser.get(address).text
    assert browser.get(f"{address}/workbook").status_code == 200
    book = taken_home(browser, address)
    own = cells(book)
    first, second, third = [leaf for leaf in sheet.leaves() if leaf.kind == "graded"][:3]
    own[first.code, "points"].value, own[first.code, "note"].value = float(first.ceiling), NOTE
    own[first.code, "note"].data_type = "s"
    own[second.code, "points"].value, own[third.code, "points"].value = 999, "=2+1"
    look = sent(browser, f"{address}/workbook", book)
    said, at = words(look), own[first.code, "points"].coordinate
    assert "Sẽ thay đổi 2 ô của 1 tiêu chí" in said
    assert f"{at} Điểm (để trống) {first.ceiling} " in said
    assert f"Ô {own[second.code, 'points'].coordinate}: Tiêu chí {second.code}: điểm phải từ 0 đến" in said
    assert f"Ô {own[third.code, 'points'].coordinate}: có công thức; hãy ghi giá trị" in said
    assert draft(portal) == {}
    assert browser.post(f"{address}/sheet", **offered(look)).status_code == 303
    kept = draft(portal)
    assert set(kept) == {first.code}
    assert (kept[first.code].points, kept[first.code].note) == (first.ceiling, NOTE)
    again = taken_home(browser, address)
    assert "giống hệt nội dung đang lưu" in words(sent(browser, f"{address}/workbook", again))


def test_what_was_changed_on_both_sides_is_told_before_and_after_the_look(portal: Portal) -> None:
    browser, address = officer(portal), home(portal)
    first, second, third = [leaf for leaf in sheet_of(portal).leaves() if leaf.kind == "graded"][:3]
    book = taken_home(browser, address)
    own = cells(book)
    typed(browser, address, **{f"points-{leaf.code}": "1" for leaf in (first, second)})
    own[first.code, "points"].value, own[third.code, "note"].value = 0, "Đã làm"
    look = sent(browser, f"{address}/workbook", book)
    said = words(look)
    assert f"Tiêu chí {second.code} được sửa trên phần mềm sau khi tải biểu" in said
    assert "1 tiêu chí vừa sửa trong tệp vừa được sửa trên phần mềm" in said
    fields, keep = offered(look), re.findall(r'name="(keep-[^"]+)" value="([^"]*)"', look.text)
    refused = browser.post(f"{address}/sheet", **fields)
    stands = draft(portal)
    assert (refused.status_code, str(stands[first.code].points), stands[third.code].note) == (409, "1.0000", "Đã làm")
    typed(browser, address, **{f"points-{first.code}": "2"})
    assert browser.post(f"{address}/sheet", **fields, **dict(keep)).status_code == 409
    keep = re.findall(r'name="(keep-[^"]+)" value="([^"]*)"', sent(browser, f"{address}/workbook", book).text)
    assert browser.post(f"{address}/sheet", **fields, **dict(keep)).status_code == 303
    assert draft(portal)[first.code].points == 0


def test_a_workbook_of_something_else_is_refused_in_one_sentence(portal: Portal) -> None:
    browser, address = officer(portal), home(portal)
    own, other = taken_home(browser, address), taken_home(officer(portal, 1), home(portal, 1))
    hidden = own["danhgia"]
    told = {}
    for row, (name, value) in enumerate(((cell[0].value, cell[1].value) for cell in hidden.iter_rows(max_col=2)), 1):
        if name in {"form", "round", "sheet", "format"}:
            hidden.cell(row, 2).value = "khác"
            told[name] = words(sent(browser, f"{address}/workbook", own))
            hidden.cell(row, 2).value = value
    assert "Tệp này là biểu khác, không phải biểu tự chấm điểm; hãy chọn đúng tệp." in told["form"]
    assert "Tệp này thuộc đợt khác" in told["round"]
    assert "Biểu tiêu chí đã được sửa sau khi tải tệp này" in told["sheet"]
    assert "Biểu này do bản phần mềm khác lập" in told["format"]
    answer = sent(browser, f"{address}/workbook", other)
    assert answer.status_code == 422
    assert "là biểu của «Đơn vị 2», không phải của «Đơn vị 1»; hãy chọn đúng tệp." in words(answer)
    assert "Tệp Excel (.xlsx) bị hỏng" in words(sent(browser, f"{address}/workbook", b"PK\x03\x04rubbish"))
    assert "Chưa chọn tệp" in words(browser.post(f"{address}/workbook"))
    with portal.database.reading() as session:
        portal.hands.at = session.get_one(Assessment, portal.world.first).closes_at
    late = sent(officer(portal), f"{address}/workbook", own)
    assert (late.status_code, "Hồ sơ không mở để điền vào lúc này" in words(late)) == (422, True)
    assert officer(portal).get(f"{address}/workbook/file").status_code == 303
    assert draft(portal) == {}


def test_a_workbook_edited_in_libreoffice_comes_back(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    """Home, edited by LibreOffice itself, which reckons the totals anew, and up again."""
    with fresh_sqlite() as url:
        database = Database(url)
        world = launched(database)
        hands = Hands(world.launched_at.replace(day=world.launched_at.day + 1))
        portal = Portal(world, database, hands, place_of(database, hands))
        browser, address, sheet = officer(portal), home(portal), sheet_of(portal)
        path = tmp_path / "bieu.xlsx"
        path.write_bytes(browser.get(f"{address}/workbook/file").content)
        own = cells(openpyxl.load_workbook(path))
        filled = best(sheet)
        typed: dict[str, float | str] = {}
        for code, one in filled.items():
            fields = fields_of(one.entry or Entry())
            for name in ("points", "done", "assigned", "units"):
                if name in fields:
                    typed[own[code, name].coordinate] = float(fields[name].replace(",", "."))
            if leaf := next((leaf for leaf in sheet.leaves() if leaf.code == code and "option" in fields), None):
                typed[own[code, "choice"].coordinate] = chosen(choices(leaf, sheet), fields)
            typed[own[code, "note"].coordinate] = NOTE
        edited = filled_in(path, typed)
        table = openpyxl.load_workbook(edited, data_only=True).worksheets[0]
        assert next(row for row in table.iter_rows(values_only=True) if "Tổng điểm" in row).count(100) == 2
        look = sent(browser, f"{address}/workbook", edited.read_bytes())
        assert browser.post(f"{address}/sheet", **offered(look)).status_code == 303
        assert {code: entry_in(mark.entry) for code, mark in draft(portal).items()} == {
            code: one.entry for code, one in filled.items()
        }
        assert {mark.note for mark in draft(portal).values()} == {NOTE}
        database.dispose()
