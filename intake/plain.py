"""Tables in text: CSV, tab-separated, or one cell a line with a tab before it and a blank line between rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from intake.encodings import decode, refuse_old
from intake.oddities import Oddity, refuse
from intake.tables import MOST_BYTES, MOST_ROWS, TOO_MANY_ROWS, Row, Table

DELIMITERS: Final = ",;\t|"
_CELL: Final = re.compile(r" *\t(.*)", re.DOTALL)
_EMPHASIS: Final = re.compile(r"^\*+|\*+$")


def read_csv(path: Path) -> list[Table]:
    """The one table of a CSV file, by the delimiter that fits it best."""
    text, oddities = _text(path)
    delimiter = max(DELIMITERS, key=lambda one: _fit(text, one))
    rows = [Row(number, tuple(cells)) for number, cells in _records(text, delimiter) if any(map(str.strip, cells))]
    return [Table(rows, oddities=oddities)]


def read_txt(path: Path) -> list[Table]:
    """The one table of a text: the lines with tabs in them."""
    text, oddities = _text(path)
    lines = text.splitlines()
    tabbed = [line for line in lines if "\t" in line]
    single = sum(_CELL.fullmatch(line) is not None and line.count("\t") == 1 for line in tabbed)
    rows, before = _by_cells(lines) if 2 * single > len(tabbed) else _by_tabs(lines)
    return [Table(rows, before, oddities)]


def _text(path: Path) -> tuple[str, list[Oddity]]:
    if path.stat().st_size > MOST_BYTES // 4:
        raise refuse(
            path, f"Tệp lớn hơn {MOST_BYTES // 4 // 1024 // 1024} MB; hãy tách riêng bảng tiêu chí rồi nhập lại."
        )
    text, oddities = decode(path, path.read_bytes())
    refuse_old(path, text)
    if text.count("\n") > 10 * MOST_ROWS:
        raise refuse(path, TOO_MANY_ROWS)
    return text, oddities


def _fit(text: str, delimiter: str) -> int:
    widths = Counter(len(cells) for _, cells in _records(text, delimiter) if len(cells) > 1)
    return max((width * count for width, count in widths.items()), default=0)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            yield start, [cell.replace("\r\n", "\n") for cell in cells]
            start = reader.line_num + 1
    except csv.Error:
        return


def _by_tabs(lines: Sequence[str]) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    before: list[str] = []
    last = max((at for at, line in enumerate(lines) if "\t" in line), default=-1)
    for at, line in enumerate(lines[: last + 1]):
        if "\t" in line:
            rows.append(Row(at + 1, tuple(line.split("\t"))))
        elif line.strip() and rows:
            rows.append(Row(at + 1, ("", line)))
        elif line.strip():
            before.append(_EMPHASIS.sub("", line.strip()))
    return rows, before


def _by_cells(lines: Sequence[str]) -> tuple[list[Row], list[str]]:
    gathered: list[tuple[int, list[str]]] = []
    before: list[str] = []
    is_open = False
    for at, line in enumerate(lines):
        cell = _CELL.fullmatch(line)
        if cell is not None:
            if not is_open:
                gathered.append((at + 1, []))
            gathered[-1][1].append(cell[1])
            is_open = True
        elif not line:
            is_open = False
        elif gathered and line.strip() and (is_open or len(gathered[-1][1]) < len(gathered[0][1])):
            gathered[-1][1][-1] += f"\n{line}"
        elif line.strip() and not gathered:
            before.append(_EMPHASIS.sub("", line.strip()))
    width = len(gathered[0][1]) if gathered else 0
    rows = [Row(number, tuple(cells)) for number, cells in gathered]
    if rows and len(rows[-1].cells) < width:
        rows[-1] = Row(rows[-1].number, rows[-1].cells, is_cut=True)
    return rows, before
