"""Tables as they come: every one read to the right structure, and every repair and doubt told with its row."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl

from config.sheet import load_sheet
from intake.oddities import Kind
from intake.sheets import Imported, read_sheet
from tests.intake.writing import excel, semicolons_csv, tabs_txt, word

HEAD = ("TT", "Nội dung", "Điểm tối đa", "Tự chấm")


def imported(folder: Path, rows: Sequence[Sequence[str]], before: Sequence[str] = ("BIỂU CHẤM ĐIỂM",)) -> Imported:
    return read_sheet(word(folder / "bieu.docx", rows, before))


def told(found: Imported, kind: Kind) -> list[int | None]:
    return [oddity.row for oddity in found.oddities if oddity.kind == kind]


def shape(found: Imported) -> list[tuple[str, str, Decimal | None]]:
    assert found.sheet is not None, [oddity.what for oddity in found.oddities if oddity.blocks]
    return [(leaf.code, str(leaf.kind), leaf.max) for leaf in found.sheet.leaves()]


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


def test_numbers_stand_in_the_wording_when_there_is_no_column_for_them(tmp_path: Path) -> None:
    rows = [
        ("Tiêu chí", "Thang điểm"),
        ("I. Công khai", "10 điểm"),
        ("1. Niêm yết thủ tục tại trụ sở", "04 điểm"),
        ("2) Đăng trên cổng thông tin", "06 điểm"),
        ("II. Đối thoại", "5 điểm"),
        ("a) Đối thoại định kỳ với Nhân dân", "5 điểm"),
    ]
    found = imported(tmp_path, rows)
    assert [code for code, *_ in shape(found)] == ["I.1", "I.2", "II.a"]
    assert found.sheet is not None
    assert found.sheet.leaf("I.2").label == "Đăng trên cổng thông tin"
    assert told(found, Kind.HEADING) == []


def test_numbering_that_is_repeated_missing_or_wrong_is_told_and_kept_apart(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("I", "Nhóm thứ nhất", "6", ""),
        ("1", "Việc thứ nhất của nhóm", "1", ""),
        ("2", "Việc thứ hai của nhóm", "2", ""),
        ("2", "Việc thứ ba in nhầm số", "1", ""),
        ("5", "Việc thứ tư sau chỗ thiếu", "2", ""),
        ("II", "Nhóm thứ hai đánh số tiếp", "4", ""),
        ("6", "Việc tiếp theo nhóm trước", "4", ""),
    ]
    found = imported(tmp_path, rows)
    assert [code for code, *_ in shape(found)] == ["I.1", "I.2", "I.2-2", "I.5", "II.6"]
    assert (told(found, Kind.REPEATED), told(found, Kind.SEQUENCE), told(found, Kind.CODE)) == ([5], [6], [5])
    assert any("3, 4" in oddity.what for oddity in found.oddities)


def test_options_without_numbers_and_a_repeated_heading(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("(1)", "(2)", "(3)", "(4)"),
        ("1", "Tiếp công dân (chọn một trong ba mức sau)", "4", ""),
        ("", "Đủ các kỳ trong năm", "4", ""),
        HEAD,
        ("", "Thiếu một kỳ", "2", ""),
        ("", "Thiếu từ hai kỳ", "0", ""),
        ("2", "Việc khác trong năm", "1", ""),
    ]
    found = imported(tmp_path, rows)
    assert shape(found) == [("1", "choice", Decimal(4)), ("2", "graded", Decimal(1))]
    assert found.sheet is not None
    assert [option.code for option in found.sheet.leaf("1").options] == ["1.1", "1.2", "1.3"]
    assert (told(found, Kind.HEADING), told(found, Kind.CODE)) == ([2, 5], [4, 6, 7])


def test_a_choice_that_says_nothing_is_taken_by_its_points_and_told(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("1", "Kết quả giải quyết đơn thư", "5", ""),
        ("a", "Trên 95% đúng hạn", "5", ""),
        ("b", "Từ 80% đến 90% đúng hạn", "3", ""),
        ("c", "Dưới 85% đúng hạn", "1", ""),
        ("2", "Thư cảm ơn (Chấm 1 trong 3 tiêu chí sau)", "2", ""),
        ("2.1", "Có thư", "1", ""),
        ("2.2", "Không có thư", "0", ""),
    ]
    found = imported(tmp_path, rows)
    assert found.sheet is None
    assert (told(found, Kind.ASSUMED_CHOICE), told(found, Kind.OVERLAP), told(found, Kind.GAP)) == ([2], [2], [2])
    assert (told(found, Kind.CHOICE_COUNT), told(found, Kind.UNREACHABLE)) == ([6], [6])
    assert [oddity.row for oddity in found.oddities if oddity.blocks] == [6]


def test_sums_that_disagree_are_told_and_not_mended(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("I", "Nhóm không thể đạt", "10", ""),
        ("1", "Việc của nhóm đầu", "4", ""),
        ("II", "Nhóm bị vượt", "3", ""),
        ("1", "Việc của nhóm sau", "5", ""),
        ("2", "Việc chưa ghi điểm", "", ""),
        ("3", "Việc có điểm lạ", "xem phụ lục", ""),
        ("", "Tổng cộng", "90", ""),
    ]
    found = imported(tmp_path, rows)
    assert found.sheet is None
    assert (told(found, Kind.UNREACHABLE), told(found, Kind.UNCLEAR)) == ([2], [7])
    assert (told(found, Kind.NO_POINTS), found.total) == ([6, 7], Decimal(90))
    assert found.as_yaml().startswith("# Còn phải giải quyết trước khi dùng:\n# Dòng 2: Điểm 10 của I không thể đạt")
    mended = [("I", "Nhóm không thể đạt", "4", ""), rows[2], ("II", "Nhóm bị vượt", "5", ""), rows[4]]
    found = imported(tmp_path, [HEAD, *mended, ("", "Tổng cộng", "90", "")])
    assert (told(found, Kind.TOTAL), found.sheet) == ([6], None)


def test_bonus_and_penalty_stand_outside_and_subtotals_are_no_criteria(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("A", "Nội dung chấm", "10", ""),
        ("1", "Việc được chấm trong năm", "10", ""),
        ("", "Cộng mục A", "10", ""),
        ("B", "Điểm thưởng", "5", ""),
        ("1", "Được khen thưởng cấp tỉnh", "+2", ""),
        ("2", "Có mô hình mới", "+2", ""),
        ("C", "Điểm trừ", "", ""),
        ("1", "Báo cáo chậm", "-1,5", ""),
        ("", "Tổng điểm", "10", ""),
        ("", "Ghi chú: điểm thưởng không quá 5 điểm.", "", ""),
    ]
    found = imported(tmp_path, rows)
    assert shape(found) == [
        ("A.1", "graded", Decimal(10)),
        ("B.1", "bonus", Decimal(2)),
        ("B.2", "bonus", Decimal(2)),
        ("C.1", "penalty", Decimal("1.5")),
    ]
    assert (told(found, Kind.EXTRA), told(found, Kind.SUBTOTAL)) == ([5, 6, 7, 8, 9], [4])
    assert (told(found, Kind.FOOTNOTE), found.total) == ([11], Decimal(10))
    assert any("Trần 5" in oddity.what for oddity in found.oddities)


def test_formulas_in_words_details_and_points_in_the_wording(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ("1", "Hòa giải ở cơ sở. Điểm = (số vụ hòa giải thành / tổng số vụ đã nhận) x 4", "4", ""),
        ("2", "Tuyên truyền, gồm:", "6", ""),
        ("-", "Trên hệ thống truyền thanh", "", ""),
        ("-", "Tại các cuộc họp thôn", "", ""),
        ("3", "Ban hành quy chế (tối đa 05 điểm)", "", ""),
        ("4", "Tổ chức hội nghị: 2,2 điểm", "0-2,2", ""),
    ]
    found = imported(tmp_path, rows)
    assert found.sheet is not None
    assert shape(found) == [
        ("1", "ratio", Decimal(4)),
        ("2", "graded", Decimal(6)),
        ("3", "graded", Decimal(5)),
        ("4", "graded", Decimal("2.2")),
    ]
    ratio, detailed = found.sheet.criteria[:2]
    assert (ratio.done_label, ratio.assigned_label) == ("số vụ hòa giải thành", "tổng số vụ đã nhận")
    assert detailed.label == "Tuyên truyền, gồm:\n- Trên hệ thống truyền thanh\n- Tại các cuộc họp thôn"
    assert (told(found, Kind.RATIO), told(found, Kind.DETAIL), told(found, Kind.FROM_TEXT)) == ([2], [4, 5], [6])
    assert (told(found, Kind.RANGE), found.sheet.step) == ([7], Decimal("0.1"))


def test_criteria_without_points_are_checks(tmp_path: Path) -> None:
    rows = [
        ("TT", "Tiêu chí", "Ghi chú"),
        ("I", "Tiêu chí chung", ""),
        ("1", "Có địa chỉ", ""),
        ("2", "Có kế hoạch", ""),
    ]
    found = imported(tmp_path, rows)
    assert [(code, kind) for code, kind, _ in shape(found)] == [("I.1", "check"), ("I.2", "check")]
    assert (found.total, len(told(found, Kind.NO_POINTS))) == (Decimal(0), 1)


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


def test_wording_said_twice_is_suspected_and_letters_become_codes(tmp_path: Path) -> None:
    twice = "Tổ chức hội nghị đối thoại với Nhân dân trong năm"
    rows = [
        ("1", "Ba việc", "3", ""),
        ("d)", twice, "1", ""),
        ("đ)", f"{twice}.", "1", ""),
        ("e)", "Ý khác", "1", ""),
    ]
    found = imported(tmp_path, [HEAD, *rows])
    assert [code for code, *_ in shape(found)] == ["1.d", "1.dd", "1.e"]
    assert (told(found, Kind.DUPLICATE), told(found, Kind.SEQUENCE), told(found, Kind.LETTERS)) == ([4], [3], [])


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
