"""An Excel workbook as reports need it: figures as numbers, times as times, every text as text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from config.calendar import LOCAL, date_text
from reports import wording
from reports.contents import RoundReport
from reports.frame import about, marks, verification

Value = str | int | Decimal | Fraction | datetime | date | None
"""What a cell may hold: a fraction is a share and shown in per cent."""
Row = TypeVar("Row")
HEADER_ROW: Final = 4
"""The row of the headings, counted from 0; above it stand what the sheet is, what it is about, and its marks."""
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 32_767
_FORBIDDEN: Final = str.maketrans("[]:*?/\\'", "()-    ’")
DANGEROUS: Final = ("=", "+", "-", "@")
A4: Final = 9
_LOCALE: Final = "[$-42A]"
_LINE: Final = 16.5
_HIGHEST: Final = 409.0
_ROOM: Final = 0.95


class Field(NamedTuple, Generic[Row]):
    """One column: its heading, its width in characters, and what it takes from a row."""

    heading: str
    width: int
    value: Callable[[Row], Value]


class Cover(NamedTuple):
    """What stands at the head of every sheet (what it is about, and its marks) and in the properties of the file."""

    about: str
    mark: str
    title: str
    author: str
    made_at: datetime


class Book:
    """A workbook whose sheets share their head, their print setup and a few formats."""

    def __init__(self, cover: Cover, to: Path | BytesIO) -> None:
        self.cover = cover
        self.book = Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties(
            {
                "title": cover.about[:255],
                "subject": cover.title[:255],
                "author": cover.author,
                "created": cover.made_at,
            }
        )
        self.names: set[str] = set()
        self.format = cache(self._format)

    def close(self) -> None:
        self.book.close()

    def table(
        self, name: str, title: str, fields: Sequence[Field[Row]], rows: Sequence[Row], *, filtered: bool = False
    ) -> None:
        """Add a sheet with a frozen heading, one line for each row; without rows it says so."""
        sheet = self.sheet(name, title, [field.width for field in fields])
        self.lines(sheet, HEADER_ROW, fields, rows)
        if not rows:
            sheet.write_string(HEADER_ROW + 1, 0, "Không có", self.format())
        elif filtered:
            sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(fields) - 1)

    def sheet(self, name: str, title: str, widths: Sequence[int]) -> Any:  # noqa: ANN401  XlsxWriter has no types
        """Add an empty sheet: its head, the widths of its columns, A4 crosswise, headings on every page."""
        sheet = self.book.add_worksheet(self.name(name))
        for row, words in enumerate(filter(None, (title, self.cover.about, self.cover.mark))):
            sheet.write_string(row, 0, wording.printable(words), self.format(bold=True))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.freeze_panes(HEADER_ROW + 1, 0)
        sheet.set_footer('&C&"Times New Roman"&12&P/&N')
        return sheet

    def lines(self, sheet: Any, row: int, fields: Sequence[Field[Row]], rows: Sequence[Row]) -> int:  # noqa: ANN401
        """Write headings and rows, as high as their text; returns the row after them."""
        for column, field in enumerate(fields):
            sheet.write_string(row, column, field.heading, self.format(bold=True, centred=True, bordered=True))
        sheet.set_row(row, height((field.heading, field.width) for field in fields))
        for number, one in enumerate(rows, row + 1):
            values = [field.value(one) for field in fields]
            sheet.set_row(number, height(zip(values, (field.width for field in fields), strict=True)))
            for column, value in enumerate(values):
                self.put(sheet, number, column, value)
        return row + len(rows) + 1

    def put(self, sheet: Any, row: int, column: int, value: Value) -> None:  # noqa: ANN401
        """Write one cell by the type of its value: what looks like a formula is a text all the same."""
        match value:
            case None:
                sheet.write_blank(row, column, None, self.format(bordered=True))
            case str():
                shown = wording.printable(value)[:_LONGEST_TEXT]
                quoted = shown.startswith(DANGEROUS)
                sheet.write_string(row, column, shown, self.format(bordered=True, wrapped=True, quoted=quoted))
            case datetime():
                local = value.astimezone(LOCAL).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self.format(bordered=True, pattern="dd/mm/yyyy hh:mm"))
            case date():
                midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001  Excel has no time zones
                sheet.write_datetime(row, column, midnight, self.format(bordered=True, pattern="dd/mm/yyyy"))
            case Fraction():
                sheet.write_number(row, column, float(value), self.format(bordered=True, pattern=f"{_LOCALE}0.0%"))
            case _:
                sheet.write_number(row, column, value, self.format(bordered=True, pattern=pattern(value)))

    def name(self, wanted: str) -> str:
        """Make a name that Excel takes: short, without its forbidden signs, unlike the others."""
        whole = wording.printable(wanted).translate(_FORBIDDEN).strip() or "Nhóm"
        endings = ("", *(f" ({number})" for number in range(2, len(self.names) + 2)))
        names = (_cut(whole, _LONGEST_NAME - len(ending)) + ending for ending in endings)
        name: str = next(name for name in names if name.casefold() not in self.names)
        self.names.add(name.casefold())
        return name

    def _format(
        self,
        *,
        bold: bool = False,
        centred: bool = False,
        bordered: bool = False,
        wrapped: bool = False,
        quoted: bool = False,
        pattern: str = "General",
    ) -> object:
        return self.book.add_format(
            {
                "font_name": "Times New Roman",
                "font_size": 12,
                "bold": bold,
                "border": int(bordered),
                "text_wrap": wrapped or centred,
                "align": "center" if centred or pattern != "General" else "left",
                "valign": "vcenter",
                "quote_prefix": quoted,
                "num_format": pattern,
            }
        )


class ReportBook(Book):
    """The workbook of a report on a round."""

    def __init__(self, report: RoundReport, path: Path, *, rehearsal: bool) -> None:
        mark = " – ".join(marks(report, rehearsal=rehearsal))
        super().__init__(Cover(about(report), mark, report.title, report.head.sender, report.made_at), path)
        self.report = report


def height(cells: Iterable[tuple[Value, int]]) -> float:
    """The height in points of a row with these cells and widths; a program that opens it need not reckon."""
    lines = (
        sum(len(part) * _ROOM // width + 1 for part in cell.split("\n"))
        for cell, width in cells
        if isinstance(cell, str)
    )
    return min(_LINE * max(lines, default=1), _HIGHEST)


def pattern(value: Decimal | int) -> str:
    """The format of a number: thousands parted, no needless zeros and no comma that nothing follows."""
    if value == int(value):
        return f"{_LOCALE}#,##0"
    return f"{_LOCALE}#,##0.##" if 100 * value == int(100 * value) else f"{_LOCALE}#,##0.####"


def _cut(words: str, longest: int) -> str:
    if len(words) <= longest:
        return words
    return words[: longest + 1].rpartition(" ")[0].rstrip(" ,;–-") or words[:longest]


Fact = tuple[str, Value]


def fact_fields(width: int = 56) -> tuple[Field[Fact], ...]:
    """The columns of the general figures below an overview, the first as wide as the overview's."""
    return (
        Field("Số liệu chung", width, lambda fact: fact[0]),
        Field("Giá trị", 24, lambda fact: fact[1]),
    )


def paper_facts(report: RoundReport) -> Iterator[Fact]:
    """The number, the day and the signer of the report."""
    yield "Số báo cáo", report.paper.number
    yield "Ngày báo cáo", "" if report.paper.dated is None else date_text(report.paper.dated)
    yield "Người ký", report.paper.signer


def seal_sheet(book: ReportBook) -> None:
    """Add the sheet with the seal and how to check it."""
    fields: tuple[Field[str], ...] = (Field("Mã kiểm chứng dữ liệu", 110, lambda line: line),)
    sealed = verification(book.report)
    book.table("Mã kiểm chứng", "Mã kiểm chứng dữ liệu", fields, [line for line in sealed if line])
