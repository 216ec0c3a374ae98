"""Writes tables and sheets as the documents that the import reads: text in two forms, CSV, Word, Excel."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl

from config.sheet import Criterion, Sheet

Cells = Sequence[str]
Parts = Sequence[tuple[Sequence[str], Sequence[Cells]]]
"""Tables of a document, each with the lines before it."""
HEADING = ("STT", "Nội dung tiêu chí", "Thang điểm", "Tự chấm", "Thẩm định", "Tài liệu minh chứng", "Ghi chú")


ODD: Sequence[Cells] = (
    ("TT", "Nội dung", "Điểm tối đa"),
    ("I", "Nhóm không thể đạt", "10"),
    ("1", "Việc thứ nhất của nhóm", "4"),
    ("2", "Việc chưa ghi điểm", ""),
    ("", "Giải thích thêm cho việc thứ hai.", ""),
    ("II", "Thư của Nhân dân", "2"),
    ("a", "Có thư cảm ơn", "2"),
    ("f", "Không có thư", "1"),
    ("", "Tổng cộng", "90"),
)
"""A table in which something has to be settled: points, a continuation, a choice that says nothing, a letter, a sum."""


def several(count: int) -> list[tuple[list[str], list[Cells]]]:
    """Tables of a document: a list of tasks, then so many sheets, the first of them the longest."""
    tasks: list[Cells] = [
        ("TT", "Nội dung công việc", "Đơn vị thực hiện"),
        ("1", "Xây dựng kế hoạch tự kiểm tra", "Văn phòng"),
    ]
    sheets: list[list[Cells]] = [
        [("TT", "Nội dung", "Điểm tối đa"), ("1", f"Việc thứ nhất của biểu {at}", "4"), ("", "Tổng", "4")]
        for at in range(1, count + 1)
    ]
    sheets[0][2:] = [("2", "Việc thứ hai của biểu 1", "6"), ("", "Tổng", "10")]
    return [(["PHÂN CÔNG"], tasks), *(([f"BIỂU SỐ {at}"], rows) for at, rows in enumerate(sheets, 1))]


def cells_txt(path: Path, rows: Sequence[Cells], before: Sequence[str] = ()) -> Path:
    """One cell a line, a tab before it, a blank line between rows."""
    blocks = ["".join(f"\t{cell}\n" for cell in row) for row in rows]
    path.write_text("".join(f"{line}\n\n" for line in before) + "\n".join(blocks), encoding="utf-8")
    return path


def tabs_txt(path: Path, rows: Sequence[Cells], before: Sequence[str] = ()) -> Path:
    """One row a line, tabs between its cells."""
    lines = [*before, *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def semicolons_csv(path: Path, rows: Sequence[Cells], before: Sequence[str] = ()) -> Path:
    """As Excel saves CSV in Vietnam: semicolons, a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([*([line] for line in before), *rows])
    return path


def word(path: Path, rows: Sequence[Cells], before: Sequence[str] = ()) -> Path:
    """A Word document with the lines as paragraphs and the rows as one table."""
    document = docx.Document()
    for line in before:
        document.add_paragraph(line)
    table = document.add_table(len(rows), len(rows[0]))
    for row, written in zip(rows, table.rows, strict=True):
        for cell, place in zip(row, written.cells, strict=False):
            place.text = cell
    document.save(str(path))
    return path


def word_of(path: Path, parts: Parts) -> Path:
    """A Word document of several tables, each with its lines before it."""
    document = docx.Document()
    for before, rows in parts:
        for line in before:
            document.add_paragraph(line)
        table = document.add_table(0, len(rows[0]))
        for row in rows:
            for cell, place in zip(row, table.add_row().cells, strict=True):
                place.text = cell
    document.save(str(path))
    return path


def excel_of(path: Path, sheets: Mapping[str, Sequence[Cells]]) -> Path:
    """A workbook of several worksheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_value(cell) for cell in row])
    book.save(path)
    return path


def excel(path: Path, rows: Sequence[Cells], before: Sequence[str] = ()) -> Path:
    """A workbook with the lines and the rows in one worksheet; plain points are numbers in it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [*([line] for line in before), *rows]:
        sheet.append([_value(cell) for cell in row])
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(path)
    return path


def _value(cell: str) -> str | float | None:
    return float(cell.replace(",", ".")) if cell.replace(",", "").isdigit() and len(cell) < 6 else cell or None


WRITERS: Mapping[str, Callable[..., Path]] = {
    "cells.txt": cells_txt,
    "tabs.txt": tabs_txt,
    "table.csv": semicolons_csv,
    "table.docx": word,
    "table.xlsx": excel,
}


def printed(points: Decimal | None) -> str:
    """Points as a sheet prints them."""
    return "" if points is None else f"{points:f}".replace(".", ",")


def rows_of(sheet: Sheet) -> list[Cells]:
    """A sheet as the rows of an official table: numbers, wording, points, evidence, notes; a total at the end."""
    rows = [row for criterion in sheet.criteria for row in _rows(criterion)]
    return [HEADING, *rows, ("", "Tổng điểm", printed(sheet.total), "", "", "", "")]


def _rows(criterion: Criterion) -> Iterator[Cells]:
    number = criterion.code.rpartition(".")[2]
    evidence = "\n".join(criterion.evidence)
    yield (number, criterion.label, printed(criterion.max), "", "", evidence, criterion.note or "")
    for option in criterion.options:
        worth = printed(option.points)
        number = option.code.rpartition(".")[2].replace("dd", "đ")
        yield (number, option.label, f"tối đa {worth}" if criterion.kind == "capped_choice" else worth, "", "", "", "")
    for child in criterion.children:
        yield from _rows(child)
