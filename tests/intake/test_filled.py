"""Workbooks that come back broken, huge, tampered with or in an old encoding: one sentence each, with what to do."""

import resource
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from config.errors import ConfigError
from intake.filled import FORMAT, Form, read_form
from reports.form_book import Choice, Column, FormBook, Head, Input, Table

MADE = datetime(2026, 11, 22, tzinfo=UTC)
CHOICES = (Choice("a – Đạt (2 điểm)", "option", "I.a"), Choice("Không áp dụng", "not_applicable", "1"))
TCVN3 = "§¶ lµm c«ng t¸c d©n vËn"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A workbook of three rows, as it goes out."""
    columns = [Column("choice", "Mức", 20), Column("points", "Điểm", 10), Column("note", "Thuyết minh", 30)]
    book = FormBook({"form": "unit"}, MADE)
    table = Table(book, "Biểu", columns, Head("Biểu thử", []))
    for key in ("I.1", "I.2", "I.3"):
        cells = {"choice": table.choosing(CHOICES, ""), "points": Input("1,5", is_number=True), "note": Input("ẵng")}
        table.line(cells, key=key, was="x", choices=CHOICES)
    path = tmp_path / "form.xlsx"
    path.write_bytes(book.written())
    return path


def changed(path: Path, change: Callable[[Worksheet, Any], object]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0], book)
    book.save(path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_form(path)
    (problem,) = caught.value.problems
    return problem.message


def wrong(form: Form) -> list[str]:
    return [one.sentence for line in form.lines.values() for one in line.wrong]


def put(address: str, value: Any) -> Callable[[Worksheet, Any], None]:  # noqa: ANN401  whatever a cell holds
    def change(sheet: Worksheet, _book: object) -> None:
        sheet[address] = value

    return change


@pytest.mark.parametrize(
    ("address", "value", "said"),
    [
        ("F5", "=1+1", "Ô F5: có công thức; hãy ghi giá trị"),
        ("F5", datetime(2026, 7, 5), "Ô F5: bị Excel đổi thành ngày, giờ; hãy ghi lại dạng số hoặc chữ."),  # noqa: DTZ001
        ("F5", True, "Ô F5: có giá trị «True» không dùng được; hãy ghi lại."),
        ("E5", "b", "Ô E5: «b» không có trong danh sách; hãy chọn một mục trong danh sách của ô."),
        ("G5", TCVN3, "Ô G5: chữ dùng bảng mã cũ TCVN3 (ABC); hãy chuyển sang Unicode rồi nhập lại"),
        ("G5", "Ñaõ laøm coâng taùc daân vaän", "Ô G5: chữ dùng bảng mã cũ VNI Windows; hãy chuyển sang Unicode"),
    ],
)
def test_a_cell_that_holds_no_value_is_told_by_its_address(
    sound: Path,
    address: str,
    value: Any,  # noqa: ANN401  as above
    said: str,
) -> None:
    (sentence,) = wrong(read_form(changed(sound, put(address, value))))
    assert sentence.startswith(said)


def test_cells_that_can_be_read_are(sound: Path) -> None:
    def change(sheet: Worksheet, _book: object) -> None:
        typed: list[tuple[str | None, Any]] = [("A", 0.1 + 0.2), (" không  áp dụng ", "02"), (None, 7)]
        for row, (choice, points) in enumerate(typed, 5):
            sheet[f"E{row}"], sheet[f"F{row}"] = choice, points
        sheet["G5"], sheet["G6"] = "«Báo cáo» «Tháng» «Ba»", None
        sheet.insert_rows(6)

    form = read_form(changed(sound, change))
    assert [dict(line.fields) for line in form.lines.values()] == [
        {"option": "I.a", "points": "0,3", "note": "«Báo cáo» «Tháng» «Ba»"},
        {"not_applicable": "1", "points": "02"},
        {"points": "7", "note": "ẵng"},
    ]
    assert form.lines["I.3"].places["points"] == "F8"


def test_merged_cells_copied_rows_and_second_sheets_are_told(sound: Path) -> None:
    original = sound.read_bytes()
    merged = read_form(changed(sound, lambda sheet, _book: sheet.merge_cells("F5:F6")))
    assert wrong(merged) == ["Ô F6: bị gộp với ô khác; hãy bỏ gộp ô rồi ghi lại giá trị."]
    sound.write_bytes(original)
    assert "có hai lần trong tệp (E5 và E6)" in refusal(changed(sound, put("A6", "I.1")))
    sound.write_bytes(original)
    twice = changed(sound, lambda sheet, book: book.copy_worksheet(sheet))
    assert "hai trang biểu trở lên («Biểu», «Biểu Copy»); hãy xóa trang thừa" in refusal(twice)
    sound.write_bytes(original)
    assert "không còn trang biểu đã tải về" in refusal(changed(sound, put("A1", None)))
    sound.write_bytes(original)
    strange = changed(sound, lambda _sheet, book: book.remove(book["danhgia"]))
    assert "không phải biểu tải từ phần mềm" in refusal(strange)
    sound.write_bytes(original)
    beside = changed(sound, lambda _sheet, book: book.create_sheet("Nháp của tôi").append(["x", "=1+1"]))
    assert len(read_form(beside).lines) == 3
    assert read_form(beside).about == {"format": FORMAT, "form": "unit"}


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one part added or in place of another."""
    made = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    path.write_bytes(made.getvalue())
    return path


def test_files_that_are_no_sound_workbook_are_refused(sound: Path, tmp_path: Path) -> None:
    original = sound.read_bytes()
    assert "có macro nên không được đọc" in refusal(with_part(sound, "xl/vbaProject.bin", b"x"))
    sound.write_bytes(original)
    sound.write_bytes(original[: len(original) // 2])
    assert "bị hỏng; hãy mở bằng Office" in refusal(sound)
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))
    assert "có đặt mật khẩu mở; hãy bỏ mật khẩu" in refusal(locked)
    sound.write_bytes(original)
    assert "bị hỏng" in refusal(with_part(sound, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r='x'"))
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"PK\x03\x04" + b"\0" * (21 * 1024 * 1024))
    assert "Tệp lớn hơn 20 MB" in refusal(large)


def test_a_million_rows_cost_little_time_and_memory(sound: Path) -> None:
    """What a file unfolds to is looked at before it is opened; then rows are read one at a time, up to the limit."""
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    first = b'<row r="1"><c r="A1" t="inlineStr"><is><t>danhgia</t></is></c></row>'
    rows = [b'<row r="%d"><c r="A%d"/></row>' % (number, number) for number in range(2, 600_000)]
    for count, said in ((25_000, "hơn 20.000 dòng; hãy xóa dòng thừa"), (600_000, "quá nhiều dòng, ô; hãy xóa dòng")):
        content = head + first + b"".join(rows[:count]) + b"</sheetData></worksheet>"
        with_part(sound, "xl/worksheets/sheet1.xml", content)
        before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        assert said in refusal(sound)
        assert time.process_time() - began < 5
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\0" * (41 * 1024 * 1024), "giãn ra hơn 40 MB"), (b"<si/>" * 1_600_000, "quá nhiều dòng, ô")],
)
def test_what_a_part_is_called_hides_nothing_that_it_unfolds_to(sound: Path, content: bytes, said: str) -> None:
    """Any part may be named as the strings of a workbook, which are read whole."""
    assert said in refusal(with_part(sound, "xl/strings.dat", content))


def test_many_choices_for_many_rows_cost_no_more_than_both_together(sound: Path) -> None:
    def change(sheet: Worksheet, book: Any) -> None:  # noqa: ANN401  openpyxl has no types
        for number in range(2000):
            book["danhgia"].append([None, None, None, "l", f"mục {number}", "option", str(number)])
            sheet.append([f"II.{number}", "x", "l", "choice", "mục 1999"])

    changed(sound, change)
    began = time.process_time()
    form = read_form(sound)
    assert form.lines["II.7"].fields == {"option": "1999"}
    assert time.process_time() - began < 3
