"""Tables of an Excel workbook (.xlsx): values and not formulas, merged cells, one table a worksheet."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from intake import package
from intake.encodings import refuse_old
from intake.oddities import Kind, Oddity, refuse
from intake.tables import MOST_COLUMNS, MOST_ROWS, TOO_MANY_ROWS, TOO_WIDE, Row, Table

_BROKEN: Final = (
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
)
_PLACES: Final = Decimal("0.0001")


def read_xlsx(path: Path) -> list[Table]:
    """The table of every visible worksheet that holds anything."""
    package.examine(path, package.EXCEL)
    try:
        _refuse_large(path)
        with (
            closing(openpyxl.load_workbook(path)) as written,
            closing(openpyxl.load_workbook(path, data_only=True)) as known,
        ):
            tables = [
                _table(sheet, known[sheet.title])
                for sheet in written.worksheets
                if sheet.sheet_state == "visible" and sheet.calculate_dimension() != "A1:A1"
            ]
    except _BROKEN as error:
        if isinstance(error, ValueError) and error.args[:1] in {(TOO_MANY_ROWS,), (TOO_WIDE,)}:
            raise refuse(path, str(error)) from None
        raise refuse(path, "Tệp Excel bị hỏng; hãy mở bằng Excel, lưu lại thành tệp mới rồi nhập lại.") from None
    refuse_old(path, "\n".join(cell for table in tables for row in table.rows for cell in row.cells))
    return tables


def _refuse_large(path: Path) -> None:
    """Stream the rows, one at a time, only as far as the limits go."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size may be wrong
            for count, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if count > MOST_ROWS:
                    raise ValueError(TOO_MANY_ROWS)
                if len(cells) > MOST_COLUMNS and any(cell is not None for cell in cells[MOST_COLUMNS:]):
                    raise ValueError(TOO_WIDE)


def _table(written: Worksheet, known: Worksheet) -> Table:
    oddities: list[Oddity] = []
    covered, hanging = _merged(written)
    rows = []
    for number, cells in enumerate(written.iter_rows(max_col=min(written.max_column, MOST_COLUMNS)), 1):
        texts = [_text(cell.value, known[cell.coordinate].value, number, oddities) for cell in cells]
        rows.append(Row(number, tuple(texts), covered.get(number, {})))
        if number in hanging:
            what = "Ô gộp với dòng trên; phần gộp được coi là trống ở dòng này."
            oddities.append(Oddity(number, Kind.MERGED, what))
    return Table([row for row in rows if not row.is_empty], oddities=oddities, name=written.title)


def _merged(sheet: Worksheet) -> tuple[Mapping[int, Mapping[int, int]], frozenset[int]]:
    covered: dict[int, dict[int, int]] = {}
    hanging: set[int] = set()
    for area in sheet.merged_cells.ranges:
        across = {column - 1: area.min_col - 1 for column in range(area.min_col + 1, area.max_col + 1)}
        covered.setdefault(area.min_row, {}).update(across)
        hanging.update(range(area.min_row + 1, area.max_row + 1))
    return covered, frozenset(hanging)


def _text(value: Any, known: Any, number: int, oddities: list[Oddity]) -> str:  # noqa: ANN401  a cell's value is of any type
    if isinstance(value, str) and not value.startswith("="):
        return value
    if isinstance(value, str) or type(value).__name__ == "ArrayFormula":
        what = f"Ô có công thức thay cho giá trị; đã lấy kết quả lưu trong tệp: {known}."
        if known is None:
            what = "Ô có công thức mà tệp không lưu kết quả; hãy thay bằng số."
        oddities.append(Oddity(number, Kind.FORMULA, what))
        value = known
    return "\n".join(_plain(value, number, oddities))


def _plain(value: Any, number: int, oddities: list[Oddity]) -> Iterator[str]:  # noqa: ANN401  as above
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        exact = Decimal(str(value))
        rounded = exact.quantize(_PLACES) if abs(exact) < MOST_ROWS * MOST_ROWS else exact
        if abs(rounded - exact) > _PLACES * _PLACES:
            oddities.append(Oddity(number, Kind.UNCLEAR, f"Số {value} có quá nhiều chữ số thập phân; đã làm tròn."))
        yield f"{rounded.normalize() + 0:f}"
    elif isinstance(value, datetime | date | time):
        what = f"Excel đã đổi ô thành ngày, giờ ({value}); hãy nhập lại ô đó dạng chữ hoặc số."
        oddities.append(Oddity(number, Kind.UNCLEAR, what))
    else:
        yield str(value)
