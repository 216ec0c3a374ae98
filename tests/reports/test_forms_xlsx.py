"""The workbooks of rounds in which no points decide."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from reports.btv_xlsx import write_xlsx
from reports.contents import RoundReport
from reports.workbook import HEADER_ROW
from tests.reports.test_btv_xlsx import cells, rows, sheet

NAMES = ("rating", "scored", "spots")
Reports = dict[str, RoundReport]


def opened(report: RoundReport, path: Path) -> Workbook:
    write_xlsx(report, path / "report.xlsx", rehearsal=False)
    return openpyxl.load_workbook(path / "report.xlsx")


def test_the_sheets_are_those_of_the_form(forms: Reports, tmp_path: Path) -> None:
    assert opened(forms["rating"], tmp_path).sheetnames == [
        "Tổng hợp",
        "Đảng bộ cơ sở",
        "Chi bộ cơ sở",
        "Tập thể lãnh đạo, quản lý thành",
        "Cán bộ lãnh đạo, quản lý thành",
        "Đảng viên",
        "Cán bộ diện Ban Thường vụ Tỉnh",
        "Tỷ lệ",
        "Không, chưa xếp loại",
        "Cần xem xét",
        "Cấp trên quyết định",
        "Công nhận lại",
        "Quá hạn",
        "Trường hợp đặc biệt",
        "Cấp độ theo tiêu chí",
        "Mã kiểm chứng",
    ]
    assert opened(forms["spots"], tmp_path).sheetnames == [
        "Tổng hợp",
        "Điểm sáng thực hiện quy chế dân",
        "Điểm sáng dân vận chính quyền",
        "Theo cơ quan",
        "Chưa đủ số lượng",
        "Không công nhận",
        "Bổ sung",
        "Mã kiểm chứng",
    ]


def test_shares_are_numbers_in_per_cent(forms: Reports, tmp_path: Path) -> None:
    found = sheet(opened(forms["rating"], tmp_path), "Tổng hợp")
    first = rows(found, 7)[1]
    assert first == ("Đảng bộ cơ sở", 4, 4, 1, 0.25, 2, 0.5)
    assert found.cell(HEADER_ROW + 2, 5).number_format == "[$-42A]0.0%"
    assert rows(found, 4)[7] == ("Tổng cộng", 24, 20, 5)


def test_levels_decisions_and_days_have_cells_of_their_own(forms: Reports, tmp_path: Path) -> None:
    found = sheet(opened(forms["rating"], tmp_path), "Đảng bộ cơ sở")
    second = rows(found, 8)[2]
    assert second == (
        "Đảng bộ phường Bắc Hà",
        "Ban Thường vụ Thành ủy",
        "HTXSNV",
        "HTXSNV",
        "HTTNV",
        "213-QĐ/TU",
        datetime(2024, 12, 12),  # noqa: DTZ001  a cell has no time zone
        "Khác mức đề xuất: còn hai nhiệm vụ trọng tâm hoàn thành chậm",
    )
    assert found.cell(HEADER_ROW + 2, 7).number_format == "dd/mm/yyyy"


@pytest.mark.rule("HT-9.2")
def test_the_quota_has_a_line_for_each_group_and_body(forms: Reports, tmp_path: Path) -> None:
    found = rows(sheet(opened(forms["rating"], tmp_path), "Tỷ lệ"), 6)
    assert found[0] == ("Nhóm đối tượng", "Cấp quyết định", "Tổng số", "HTTNV", "HTXSNV", "Tối đa")
    assert [row[2:] for row in found[1:]] == [(6, 4, 1, 1), (5, 3, 2, 1), (3, 1, 1, 0), (3, 2, 0, 0), (3, 2, 1, 1)]


def test_points_have_columns_only_where_there_are_any(forms: Reports, tmp_path: Path) -> None:
    scored = opened(forms["scored"], tmp_path)
    first = rows(sheet(scored, "Khối cơ quan hành chính nhà"), 4)
    assert first[0][2:] == ("Điểm tự chấm", "Điểm thẩm định")
    assert first[1][2:] == (95, 94)
    assert "Theo tiêu chí" in scored.sheetnames
    assert "Cấp độ theo tiêu chí" not in scored.sheetnames


def test_the_addendum_has_the_days_of_recognition(forms: Reports, tmp_path: Path) -> None:
    found = rows(sheet(opened(forms["spots"], tmp_path), "Bổ sung"), 7)
    assert [(row[4], str(row[6])[:10]) for row in found[1:]] == [
        ("3310/QĐ-UBND", "2024-11-28"),
        ("3322/QĐ-UBND", "2024-11-30"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_list_can_be_filtered_and_printed(forms: Reports, name: str, tmp_path: Path) -> None:
    book = opened(forms[name], tmp_path)
    for found in book.worksheets:
        setup = found.page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, "landscape", 0)
        assert found.freeze_panes == f"A{HEADER_ROW + 2}"
        lists = found.title not in {"Tổng hợp", "Mã kiểm chứng"}
        empty = found.cell(HEADER_ROW + 2, 1).value == "Không có"
        assert bool(found.auto_filter.ref) is (lists and not empty)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_figures_give_the_same_bytes(forms: Reports, name: str, tmp_path: Path) -> None:
    copies = [tmp_path / place for place in ("one.xlsx", "two.xlsx")]
    for copy in copies:
        write_xlsx(forms[name], copy, rehearsal=True)
    assert copies[0].read_bytes() == copies[1].read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_is_a_formula(forms: Reports, name: str, tmp_path: Path) -> None:
    assert "f" not in {one.data_type for one in cells(opened(forms[name], tmp_path))}
