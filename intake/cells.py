"""Cells of an Excel workbook that is read row by row: what each holds as text, and why it cannot be taken."""

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from config.errors import ConfigError
from intake import package
from intake.encodings import against_old
from intake.oddities import refuse

MOST_AREAS: Final = 200
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    OSError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
)
"""What openpyxl raises over a file that is not as it should be."""
_DIGITS: Final = 15
"""As many digits as Excel itself keeps of a number."""


class Area(NamedTuple):
    """Merged cells, all four edges included."""

    left: int
    top: int
    right: int
    bottom: int

    def hides(self, row: int, column: int) -> bool:
        """Whether a cell lies in it under another one."""
        inside = self.top <= row <= self.bottom and self.left <= column <= self.right
        return inside and (row, column) != (self.top, self.left)


def merged_in(path: Path, sheet: Any) -> list[Area]:  # noqa: ANN401  as above
    """The merged cells; a sheet that is read row by row does not tell of them."""
    with sheet.parent._archive.open(sheet._worksheet_path) as file:  # noqa: SLF001  nothing else leads to it
        areas = [Area(*range_boundaries(found[1].decode())) for found in _MERGED.finditer(file.read())]
    if len(areas) > MOST_AREAS:
        raise refuse(path, f"Trang «{sheet.title}» có quá nhiều ô gộp; hãy bỏ gộp ô rồi tải lên lại.")
    return areas


def against(cell: Any, *, may_be_day: bool = False) -> str:  # noqa: ANN401  as above
    """Why the content of a cell cannot be taken for a value; empty when it can."""
    value = None if cell is None else cell.value
    if cell is not None and cell.data_type == "f":
        return "có công thức; hãy ghi giá trị (chữ bắt đầu bằng dấu = + - thì gõ dấu ' ở trước)."
    if isinstance(value, datetime | date | time | timedelta) and not (may_be_day and isinstance(value, date)):
        return "bị Excel đổi thành ngày, giờ; hãy ghi lại dạng số hoặc chữ."
    if isinstance(value, bool) or (cell is not None and cell.data_type == "e"):
        return f"có giá trị «{plain(value)}» không dùng được; hãy ghi lại."
    old = against_old(value) if isinstance(value, str) else None
    return f"chữ {old}" if old else ""


def plain(value: object) -> str:
    """What a cell holds as text: a number with a decimal comma and no more digits than Excel keeps."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.{_DIGITS}g}'):f}".replace(".", ",")
    return unicodedata.normalize("NFC", str(value))


class Unfit(NamedTuple):
    """A cell that cannot be taken: its row, the heading of its column, and why."""

    row: int
    heading: str
    sentence: str


def unfit_cells(path: Path) -> list[Unfit]:
    """What cannot be taken in a list: on the first sheet, below a row of headings; ConfigError for a broken file."""
    package.examine(path, package.EXCEL)
    try:
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            return list(_unfit(path, book.worksheets[0]))
    except BROKEN as error:
        if isinstance(error, ConfigError):
            raise
        raise refuse(path, "Tệp Excel bị hỏng; hãy mở bằng Excel, lưu lại thành tệp mới rồi tải lên lại.") from None


def _unfit(path: Path, sheet: Any) -> Iterator[Unfit]:  # noqa: ANN401  openpyxl has no types
    areas = merged_in(path, sheet)
    rows = sheet.iter_rows()
    headings = [plain(cell.value) for cell in next(rows, ())]
    for number, row in enumerate(rows, 2):
        for place, heading in enumerate(headings):
            cell = row[place] if place < len(row) else None
            sentence = against(cell, may_be_day=True)
            if any(area.hides(number, place + 1) for area in areas):
                sentence = "bị gộp với ô khác; hãy bỏ gộp ô rồi ghi lại giá trị."
            if sentence:
                yield Unfit(number, heading, sentence)
