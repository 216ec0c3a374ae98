from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from config.calendar import LOCAL
from reports.btv_xlsx import write_xlsx
from reports.contents import Board, RoundReport
from reports.wording import REHEARSAL
from reports.workbook import HEADER_ROW, pattern

Reports = dict[str, RoundReport]
LAYOUTS = ("party", "administrative")
DISTRICT, DEPARTMENT = "Đảng bộ quận, huyện", "Sở, ngành, đơn vị thuộc Ủy ban"


def opened(report: RoundReport, path: Path, *, rehearsal: bool = False) -> Workbook:
    write_xlsx(report, path / "report.xlsx", rehearsal=rehearsal)
    return openpyxl.load_workbook(path / "report.xlsx")


def sheet(book: Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def rows(found: Worksheet, count: int) -> list[tuple[object, ...]]:
    """The heading and the rows below it, the first cells of each."""
    return [row[:count] for row in found.iter_rows(min_row=HEADER_ROW + 1, values_only=True)]


def cells(book: Workbook) -> Iterable[Cell]:
    return (cell for found in book.worksheets for row in found.iter_rows() for cell in row if isinstance(cell, Cell))


def named(report: RoundReport, *names: str) -> RoundReport:
    """The report with other names for its first kind's subjects."""
    board = report.boards[0]
    results = tuple(replace(one, name=name) for one, name in zip(board.results, names, strict=False))
    return replace(report, boards=(replace(board, results=results),))


def test_the_sheets_are_those_of_the_report(reports: Reports, tmp_path: Path) -> None:
    assert opened(reports["party"], tmp_path).sheetnames == [
        "Tổng hợp",
        DISTRICT,
        DEPARTMENT,
        "Điểm 0",
        "Quá hạn",
        "Trường hợp đặc biệt",
        "Chênh lệch",
        "Ra khỏi đợt",
        "Quyết định lại",
        "Theo tiêu chí",
        "Mã kiểm chứng",
    ]


def test_the_overview_has_the_figures_as_numbers(reports: Reports, tmp_path: Path) -> None:
    found = rows(sheet(opened(reports["party"], tmp_path), "Tổng hợp"), 6)
    assert found[1:3] == [
        (DISTRICT, 3, 3, 95.25, 89.5, 93.33),
        ("Sở, ngành, đơn vị thuộc Ủy ban nhân dân thành phố", 3, 3, 98, 0, 62.71),
    ]
    facts = {row[0]: row[1] for row in found[5:]}
    assert facts["Số báo cáo"] == "127"
    assert (facts["Số đơn vị"], facts["Được xác định 0 điểm"], facts["Hồ sơ đã giải trình"]) == (6, 1, 1)
    assert facts["Tình trạng: Đã đưa ra khỏi đợt"] == 1
    assert facts["Thời hạn: Tự đánh giá, chấm điểm"] == "Hết ngày 09/12/2024 (trước ngày 10/12)"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_kind_has_its_ranking_as_gathered(reports: Reports, layout: str, tmp_path: Path) -> None:
    report = reports[layout]
    book = opened(report, tmp_path)
    for board, found in zip(report.boards, book.worksheets[1:], strict=False):
        expected = [
            (one.place, one.name, number(one.self_total), number(one.appraised_total), number(one.decided_total))
            for one in board.results
        ]
        assert rows(found, 5)[1:] == expected


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def test_times_are_local_times(reports: Reports, tmp_path: Path) -> None:
    report = reports["party"]
    found = sheet(opened(report, tmp_path), DISTRICT)
    submitted = report.boards[0].results[0].submitted_at
    assert submitted is not None
    cell = found.cell(HEADER_ROW + 2, 8)
    assert (cell.value, cell.number_format) == (submitted.astimezone(LOCAL).replace(tzinfo=None), "dd/mm/yyyy hh:mm")


def test_lists_hold_what_was_gathered(reports: Reports, tmp_path: Path) -> None:
    book = opened(reports["party"], tmp_path)
    assert rows(sheet(book, "Điểm 0"), 1)[1:] == [("Sở Giao thông vận tải",)]
    assert rows(sheet(book, "Quá hạn"), 1)[1:] == [("Không có",)]
    special = rows(sheet(book, "Trường hợp đặc biệt"), 5)[1]
    assert special[2:4] == ("Khắc phục hậu quả mưa lũ tại các xã phía tây", "125-CV/BDVTU ngày 08/12/2024")
    assert [row[4] for row in rows(sheet(book, "Chênh lệch"), 5)[1:]] == [-2.25, 1.5, -2.25, -0.875]
    assert rows(sheet(book, "Ra khỏi đợt"), 4)[1][3] == "Đã giải thể, sáp nhập"
    assert rows(sheet(book, "Quyết định lại"), 3)[1][1:] == (
        "97,75 điểm (40-QĐ/BDVTU ngày 20/12/2024)",
        "98 điểm (44-QĐ/BDVTU ngày 20/12/2024)",
    )


def test_criteria_have_a_line_each(reports: Reports, tmp_path: Path) -> None:
    found = rows(sheet(opened(reports["party"], tmp_path), "Theo tiêu chí"), 9)[1:]
    assert len(found) == len(reports["party"].criteria)
    assert found[0][2:3] + found[0][4:] == ("I.1", 4, 4, 2.5, 2.5, "Thiếu kế hoạch năm")


def test_a_large_round_has_no_sheet_of_criteria(reports: Reports, tmp_path: Path) -> None:
    assert "Theo tiêu chí" not in opened(replace(reports["party"], criteria=()), tmp_path).sheetnames


def test_the_seal_is_printed_in_groups(reports: Reports, tmp_path: Path) -> None:
    found = rows(sheet(opened(reports["party"], tmp_path), "Mã kiểm chứng"), 1)
    assert found[1] == (" ".join(["01234567", "89abcdef"] * 4),)
    unsealed = opened(replace(reports["party"], seal=None), tmp_path)
    assert rows(sheet(unsealed, "Mã kiểm chứng"), 1)[1:] == [("Không có",)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_figures_give_the_same_bytes(reports: Reports, layout: str, tmp_path: Path) -> None:
    copies = [tmp_path / name for name in ("one.xlsx", "two.xlsx")]
    for copy in copies:
        write_xlsx(reports[layout], copy, rehearsal=True)
    assert copies[0].read_bytes() == copies[1].read_bytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_sheet_prints_on_a4_with_its_heading(reports: Reports, layout: str, tmp_path: Path) -> None:
    for found in opened(reports[layout], tmp_path).worksheets:
        setup = found.page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, "landscape", 0)
        assert found.sheet_properties.pageSetUpPr is not None
        assert found.sheet_properties.pageSetUpPr.fitToPage
        assert found.print_title_rows == f"${HEADER_ROW + 1}:${HEADER_ROW + 1}"
        assert found.freeze_panes == f"A{HEADER_ROW + 2}"


def test_a_rehearsal_and_a_draft_say_so_on_every_sheet(reports: Reports, tmp_path: Path) -> None:
    book = opened(reports["administrative"], tmp_path, rehearsal=True)
    assert {found["A3"].value for found in book.worksheets} == {f"{REHEARSAL} – DỰ THẢO"}
    assert {found["A3"].value for found in opened(reports["party"], tmp_path).worksheets} == {None}


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example")', "{=1}"])
def test_nothing_typed_becomes_a_formula_or_a_link(reports: Reports, formula: str, tmp_path: Path) -> None:
    book = opened(named(reports["party"], formula), tmp_path)
    cell = sheet(book, DISTRICT).cell(HEADER_ROW + 2, 2)
    assert (cell.value, cell.data_type, cell.hyperlink) == (formula, "s", None)
    assert cell.quotePrefix is (formula[0] in "=+-@")
    assert "f" not in {one.data_type for one in cells(book)}


def test_hostile_names_are_kept(reports: Reports, tmp_path: Path) -> None:
    book = opened(named(reports["party"], "A & <B> ]]> “Ỹ”", "A\x00B\x0bC", "x" * 40_000), tmp_path)
    found = rows(sheet(book, DISTRICT), 2)
    assert [row[1] for row in found[1:]] == ["A & <B> ]]> “Ỹ”", "A B C", "x" * 32_767]


def test_names_of_sheets_are_made_to_fit(reports: Reports, tmp_path: Path) -> None:
    kinds = ["Khối [1]: a/b\\c?*'", "Tổng hợp", "x" * 40, "X" * 40, " ", "'Khối'"]
    boards = tuple(Board(kind, "", ()) for kind in kinds)
    names = opened(replace(reports["party"], boards=boards), tmp_path).sheetnames
    assert names[1:7] == [
        "Khối (1)- a b c  ’",
        "Tổng hợp (2)",
        "x" * 31,
        "X" * 27 + " (2)",
        "Nhóm",
        "’Khối’",
    ]


def test_groups_stand_in_the_names_of_their_sheets(reports: Reports, tmp_path: Path) -> None:
    boards = tuple(replace(reports["party"].boards[0], group=group) for group in ("Khối A", "Khối B"))
    names = opened(replace(reports["party"], boards=boards), tmp_path).sheetnames
    assert names[1:3] == ["Đảng bộ quận, huyện – Khối A", "Đảng bộ quận, huyện – Khối B"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("90.0000"), "#,##0"), (Decimal("92.5"), "#,##0.##"), (Decimal("33.3333"), "#,##0.####"), (-7, "#,##0")],
)
def test_a_number_shows_no_comma_that_nothing_follows(value: Decimal | int, shown: str) -> None:
    assert pattern(value) == f"[$-42A]{shown}"
