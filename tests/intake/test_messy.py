"""Tables as they come: every one read to the right structure, and every repair and doubt told with its row."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pytest

from config.sheet import load_sheet
from intake.oddities import Kind
from intake.questions import held, rest
from intake.settled import by_key
from intake.sheets import Imported, read_sheet
from tests.intake.messy_tables import HEAD, MESSY, Messy
from tests.intake.writing import excel, semicolons_csv, tabs_txt, word


def imported(folder: Path, rows: Sequence[Sequence[str]], before: Sequence[str] = ("BIỂU CHẤM ĐIỂM",)) -> Imported:
    return read_sheet(word(folder / "bieu.docx", rows, before))


def told(found: Imported, kind: Kind) -> list[int | None]:
    return [oddity.row for oddity in found.oddities if oddity.kind == kind]


def shape(found: Imported) -> list[tuple[str, str, Decimal | None]]:
    assert found.sheet is not None, [oddity.what for oddity in found.oddities if oddity.blocks]
    return [(leaf.code, str(leaf.kind), leaf.max) for leaf in found.sheet.leaves()]


@pytest.mark.parametrize("messy", MESSY, ids=lambda messy: messy.name)
def test_a_messy_table_is_read_and_every_repair_and_doubt_is_told(messy: Messy, tmp_path: Path) -> None:
    found = imported(tmp_path, messy.rows)
    assert {kind: told(found, kind) for kind in messy.told} == messy.told
    leaves = [f"{one['code']} {one['kind']} {one.get('max', '')}" for one in found._leaves()]
    assert leaves == list(messy.leaves)
    assert [oddity.row for oddity in found.oddities if oddity.blocks] == list(messy.blocked)
    assert (found.sheet is None) == bool(messy.blocked)
    assert all(any(words in oddity.what for oddity in found.oddities) for words in messy.said)
    labels = {one["code"]: one["label"] for one in found._leaves()}
    assert {**labels, **messy.labels} == labels
    assert held(found.source, by_key(rest(found))).document == found.document


def test_columns_in_another_order_and_a_heading_of_two_rows(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(4, 5)
    rows = [
        ("Ghi chú", "Điểm", "", "Nội dung tiêu chí", "STT"),
        ("", "Đơn vị tự chấm", "Tối đa", "", ""),
        ("Làm sớm", "", "2,5", "Xây dựng kế hoạch năm", "1"),
        ("", "", "1.25", "Báo cáo đúng hạn", "2"),
    ]
    for row, cells in zip(rows, table.rows, strict=True):
        for cell, place in zip(row, cells.cells, strict=True):
            place.text = cell
    table.cell(0, 1).merge(table.cell(0, 2))
    document.save(str(tmp_path / "bieu.docx"))
    found = read_sheet(tmp_path / "bieu.docx")
    assert shape(found) == [("1", "graded", Decimal("2.5")), ("2", "graded", Decimal("1.25"))]
    assert found.sheet is not None
    assert found.sheet.criteria[0].note == "Làm sớm"
    assert found.total == Decimal("3.75")


def test_a_table_without_a_heading_is_known_by_what_stands_in_it(tmp_path: Path) -> None:
    rows = [
        ("I", "Công tác chỉ đạo của người đứng đầu", "5"),
        ("1", "Ban hành kế hoạch thực hiện trong quý I", "2"),
        ("2", "Kiểm tra việc thực hiện ở đơn vị trực thuộc", "3"),
    ]
    found = read_sheet(tabs_txt(tmp_path / "bieu.txt", rows))
    assert shape(found) == [("I.1", "graded", Decimal(2)), ("I.2", "graded", Decimal(3))]
    assert len(told(found, Kind.COLUMNS)) == 4


def test_a_table_in_two_parts_and_another_sheet_after_it(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_table(1, 2).cell(0, 0).text = "ỦY BAN NHÂN DÂN XÃ"
    document.add_paragraph("BIỂU SỐ 1 NĂM 2024")
    parts = [
        [HEAD, ("I", "Nhóm chung", "3", ""), ("1", "Việc phần đầu", "1", "")],
        [("2", "Việc phần sau", "2", ""), ("", "Tổng", "3", "")],
        [HEAD, ("I", "Biểu khác", "5", ""), ("1", "Việc của biểu khác", "5", "")],
    ]
    for rows in parts:
        table = document.add_table(0, 4)
        for cells in rows:
            for cell, place in zip(cells, table.add_row().cells, strict=True):
                place.text = cell
        document.add_paragraph("")
    document.save(str(tmp_path / "bieu.docx"))
    found = read_sheet(tmp_path / "bieu.docx")
    assert [code for code, *_ in shape(found)] == ["I.1", "I.2"]
    assert (told(found, Kind.PARTS), found.document["title"]) == ([None, 4], "BIỂU SỐ 1 NĂM 2024")


def test_automatic_numbers_of_word_are_numbers(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 3)
    for cell, place in zip(("TT", "Nội dung", "Điểm tối đa"), table.rows[0].cells, strict=True):
        place.text = cell
    for text, points in (("Việc đầu", "1"), ("Việc sau", "2")):
        cells = table.add_row().cells
        cells[1].text, cells[2].text = text, points
        number = cells[0].paragraphs[0]
        list_number = document.styles["List Number"].element.find(".//{*}numPr")
        assert list_number is not None
        number._p.get_or_add_pPr().append(list_number.__copy__())
    document.save(str(tmp_path / "bieu.docx"))
    found = read_sheet(tmp_path / "bieu.docx")
    assert [code for code, *_ in shape(found)] == ["1", "2"]
    assert told(found, Kind.CODE) == []


def test_an_excel_of_formulas_merged_cells_and_two_sheets(tmp_path: Path) -> None:
    path = excel(tmp_path / "bieu.xlsx", [HEAD, ("I. Nhóm gộp ô", "", "5", ""), ("1", "Việc thứ nhất", "2", "1")])
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.append([None, "Việc thứ hai trong ô gộp", 2.33333])
    sheet.append(["3", "Việc có công thức", "=1+1"])
    sheet.merge_cells("A2:B2")
    sheet.merge_cells("A3:A4")
    book.create_sheet("Biểu 2").append(["TT", "Nội dung", "Điểm tối đa"])
    book["Biểu 2"].append(["1", "Việc của biểu hai", 3])
    book.create_sheet("Ẩn").sheet_state = "hidden"
    book.save(path)
    found = read_sheet(path)
    assert found.sheet is None
    assert [found.rows[code] for code in ("I", "I.1", "I.2", "I.3")] == [2, 3, 4, 5]
    assert (told(found, Kind.FORMULA), told(found, Kind.MERGED), told(found, Kind.FILLED)) == ([5], [4], [4])
    assert (told(found, Kind.FILLED_IN), told(found, Kind.PARTS), told(found, Kind.UNCLEAR)) == ([3], [None], [4])
    assert "Biểu 2" in next(oddity.what for oddity in found.oddities if oddity.kind == Kind.PARTS)


def test_a_csv_with_breaks_in_cells_and_hidden_characters(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("1.", "Công khai\u200b «đủ & đúng»; &lt;50% thì không", " 3 ", ""),
        ("2.", "Họp dân:\nhai kỳ", "2", ""),
    ]
    path = semicolons_csv(tmp_path / "bieu.csv", rows)
    found = read_sheet(path)
    assert found.sheet is not None
    assert [leaf.label for leaf in found.sheet.leaves()] == [
        "Công khai «đủ & đúng»; <50% thì không",
        "Họp dân:\nhai kỳ",
    ]
    assert (told(found, Kind.SPACES), told(found, Kind.MARKUP), told(found, Kind.LINES)) == ([2], [2], [3])
    (tmp_path / "out.yaml").write_text(found.as_yaml(), encoding="utf-8")
    assert load_sheet(tmp_path / "out.yaml") == found.sheet


def test_an_outline_that_asks_for_more_than_the_sheet_is_told(tmp_path: Path) -> None:
    before = [
        "ĐỀ CƯƠNG BÁO CÁO",
        "I. CẢI CÁCH HÀNH CHÍNH (số điểm đạt được là .../6 điểm)",
        "- Công tác xây dựng chính quyền điện tử, chính quyền số và quản lý văn thư (kết quả, hạn chế);",
        "- Tần suất tổ chức hoạt động giúp dân trong năm.",
        "+ Mỗi năm tổ chức ít nhất một hoạt động giúp dân, kể cả ngoài giờ hành chính",
        "BIỂU CHẤM ĐIỂM",
    ]
    rows = [
        HEAD,
        ("I", "Cải cách hành chính", "5", ""),
        ("1", "Xây dựng chính quyền điện tử", "3", ""),
        ("2", "Mỗi năm tổ chức ít nhất một hoạt động giúp dân", "2", ""),
    ]
    found = imported(tmp_path, rows, before)
    assert [oddity.what for oddity in found.oddities if oddity.kind == Kind.OUTLINE] == [
        "Đề cương ghi 6 điểm cho mục I, bảng ghi 5.",
        "Đề cương ghi thêm so với I.1: «chính quyền số và quản lý văn thư»; chấm theo bảng.",
        "Đề cương hỏi tần suất, I.2 chỉ đòi «ít nhất»; chấm theo bảng.",
    ]
