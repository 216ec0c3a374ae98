"""The report on a round as an Excel workbook: figures as numbers, times as times, every text as text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from config.calendar import LOCAL, date_text
from reports import wording
from reports.contents import Board, CriterionPoints, Redecided, Removed, Result, RoundReport, Special
from reports.narrative import LEVEL_HEADINGS, about, marks, verification
from reports.rows import board_name, outcome

Value = str | int | Decimal | datetime | None
Row = TypeVar("Row")
HEADER_ROW: Final = 4
"""The row of the headings, counted from 0; above it stand what the sheet is, what it is about, and its marks."""
_LONGEST_NAME: Final = 31
_LONGEST_TEXT: Final = 32_767
_FORBIDDEN: Final = str.maketrans("[]:*?/\\'", "()-    ’")
_DANGEROUS: Final = ("=", "+", "-", "@")
_A4: Final = 9
_LOCALE: Final = "[$-42A]"
_LINE: Final = 16.5
_HIGHEST: Final = 409.0
_ROOM: Final = 0.95


class Field(NamedTuple, Generic[Row]):
    """One column: its heading, its width in characters, and what it takes from a row."""

    heading: str
    width: int
    value: Callable[[Row], Value]


def write_xlsx(report: RoundReport, path: Path, *, rehearsal: bool) -> None:
    """Write the workbook; the same figures give the same bytes. A rehearsal says so on every sheet."""
    book = _Book(report, path, rehearsal=rehearsal)
    _overview(book)
    for board in report.boards:
        book.table(board_name(board), board_name(board), _board_fields(report), board.results)
    book.table("Điểm 0", "Đơn vị được xác định 0 điểm do chưa hoàn thành tự đánh giá", _ZEROS, report.zeros)
    book.table("Quá hạn", "Đơn vị quá thời hạn", _LATE, report.late)
    book.table("Trường hợp đặc biệt", "Trường hợp đặc biệt được gia hạn", _SPECIALS, report.specials)
    book.table("Chênh lệch", "Chênh lệch giữa điểm tự chấm và điểm thẩm định", _DIFFERING, report.differing)
    book.table("Ra khỏi đợt", "Đơn vị được đưa ra khỏi đợt đánh giá", _REMOVED, report.removed)
    book.table("Quyết định lại", "Kết quả được quyết định lại", _REDECIDED, report.redecided)
    if report.criteria:
        book.table("Theo tiêu chí", "Điểm theo từng tiêu chí", _CRITERIA, report.criteria)
    _seal(book)
    book.close()


class _Book:
    """A workbook whose sheets share their head, their print setup and a few formats."""

    def __init__(self, report: RoundReport, path: Path, *, rehearsal: bool) -> None:
        self.report, self.mark = report, " – ".join(marks(report, rehearsal=rehearsal))
        self.book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties(
            {
                "title": about(report)[:255],
                "subject": report.title[:255],
                "author": report.head.sender,
                "created": report.made_at,
            }
        )
        self.names: set[str] = set()
        self.format = cache(self._format)

    def close(self) -> None:
        self.book.close()

    def table(self, name: str, title: str, fields: Sequence[Field[Row]], rows: Sequence[Row]) -> None:
        """Add a sheet with a frozen heading, one line for each row; without rows it says so."""
        sheet = self.sheet(name, title, [field.width for field in fields])
        self.lines(sheet, HEADER_ROW, fields, rows)
        if not rows:
            sheet.write_string(HEADER_ROW + 1, 0, "Không có", self.format())

    def sheet(self, name: str, title: str, widths: Sequence[int]) -> Any:  # noqa: ANN401  XlsxWriter has no types
        """Add an empty sheet: its head, the widths of its columns, A4 crosswise, headings on every page."""
        sheet = self.book.add_worksheet(self.name(name))
        for row, words in enumerate(filter(None, (title, about(self.report), self.mark))):
            sheet.write_string(row, 0, wording.printable(words), self.format(bold=True))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(_A4)
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
        sheet.set_row(row, _height((field.heading, field.width) for field in fields))
        for number, one in enumerate(rows, row + 1):
            values = [field.value(one) for field in fields]
            sheet.set_row(number, _height(zip(values, (field.width for field in fields), strict=True)))
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
                quoted = shown.startswith(_DANGEROUS)
                sheet.write_string(row, column, shown, self.format(bordered=True, wrapped=True, quoted=quoted))
            case datetime():
                local = value.astimezone(LOCAL).replace(tzinfo=None)
                sheet.write_datetime(row, column, local, self.format(bordered=True, pattern="dd/mm/yyyy hh:mm"))
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


def _height(cells: Iterable[tuple[Value, int]]) -> float:
    """The height in points of a row with these cells and widths; a program that opens it need not reckon."""
    lines = (
        len(part) * _ROOM // width + 1 for cell, width in cells if isinstance(cell, str) for part in cell.split("\n")
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


def _overview(book: _Book) -> None:
    report = book.report
    sheet = book.sheet("Tổng hợp", "Tổng hợp kết quả", [field.width for field in _SUMMARY])
    after = book.lines(sheet, HEADER_ROW, _SUMMARY, report.boards)
    book.lines(sheet, after + 1, _FACTS, list(_facts(report)))


_Fact = tuple[str, Value]


def _facts(report: RoundReport) -> Iterator[_Fact]:
    results = list(report.results)
    dated = "" if report.paper.dated is None else date_text(report.paper.dated)
    yield "Số báo cáo", report.paper.number
    yield "Ngày báo cáo", dated
    yield "Người ký", report.paper.signer
    yield "Số đơn vị", len(results)
    yield "Đã nộp bản tự đánh giá", sum(result.submitted_at is not None for result in results)
    yield "Được xác định 0 điểm", len(report.zeros)
    yield "Quá thời hạn", len(report.late)
    yield "Trường hợp đặc biệt", len(report.specials)
    yield "Hồ sơ phải giải trình, bổ sung", report.asked
    yield "Hồ sơ đã giải trình", report.explained
    for label, number in report.states:
        yield f"Tình trạng: {label}", number
    for closing in report.closings:
        yield f"Thời hạn: {closing.label}", wording.due(closing.closes_at)
    for result in report.forwarded:
        yield f"{result.name} (hồ sơ gửi cấp trên): điểm tự chấm", result.self_total


_SUMMARY: Final[tuple[Field[Board], ...]] = (
    Field("Nhóm đối tượng", 56, board_name),
    Field("Số đơn vị", 24, lambda board: len(board.results)),
    Field("Đã có kết quả", 14, lambda board: len(board.decided)),
    Field("Điểm cao nhất", 14, lambda board: max(board.decided, default=None)),
    Field("Điểm thấp nhất", 14, lambda board: min(board.decided, default=None)),
    Field("Điểm bình quân", 14, lambda board: wording.average(board.decided)),
)
_FACTS: Final[tuple[Field[_Fact], ...]] = (
    Field("Số liệu chung", 56, lambda fact: fact[0]),
    Field("Giá trị", 24, lambda fact: fact[1]),
)
_ZEROS: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 44, lambda row: row.name),
    Field("Nhóm đối tượng", 44, lambda row: row.kind),
    Field("Thời điểm tự động khóa", 22, lambda row: row.closes_at),
    Field("Điểm quyết định", 16, lambda row: row.decided_total),
)
_LATE: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 40, lambda row: row.name),
    Field("Nhóm đối tượng", 36, lambda row: row.kind),
    Field("Thời hạn", 34, lambda row: wording.due(row.closes_at)),
    Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
    Field("Quá hạn", 12, wording.delay),
)
_SPECIALS: Final[tuple[Field[Special], ...]] = (
    Field("Đơn vị", 30, lambda row: row.name),
    Field("Nhóm đối tượng", 26, lambda row: row.kind),
    Field("Lý do", 34, lambda row: row.reason),
    Field("Văn bản", 28, lambda row: wording.paper(row.paper)),
    Field("Thời hạn mới", 24, lambda row: wording.due(row.until)),
    Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
)
_DIFFERING: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 46, lambda row: row.name),
    Field("Nhóm đối tượng", 46, lambda row: row.kind),
    Field("Điểm tự chấm", 13, lambda row: row.self_total),
    Field("Điểm thẩm định", 13, lambda row: row.appraised_total),
    Field("Chênh lệch", 13, lambda row: row.difference),
)
_REMOVED: Final[tuple[Field[Removed], ...]] = (
    Field("Đơn vị", 36, lambda row: row.name),
    Field("Nhóm đối tượng", 34, lambda row: row.kind),
    Field("Tình trạng", 20, lambda row: row.state),
    Field("Lý do", 36, lambda row: row.reason),
    Field("Văn bản", 26, lambda row: wording.paper(row.paper)),
)
_REDECIDED: Final[tuple[Field[Redecided], ...]] = (
    Field("Đơn vị", 34, lambda row: row.name),
    Field("Kết quả trước", 32, lambda row: outcome(row.before)),
    Field("Kết quả thay thế", 32, lambda row: outcome(row.after)),
    Field("Lý do", 40, lambda row: row.reason),
)
_CRITERIA: Final[tuple[Field[CriterionPoints], ...]] = (
    Field("Nhóm đối tượng", 22, lambda row: row.kind),
    Field("Đơn vị", 28, lambda row: row.name),
    Field("Mã", 8, lambda row: row.code),
    Field("Tiêu chí", 46, lambda row: row.label),
    Field("Điểm tối đa", 9, lambda row: row.most),
    Field("Điểm tự chấm", 9, lambda row: row.self_points),
    Field("Điểm thẩm định", 9, lambda row: row.appraised_points),
    Field("Điểm quyết định", 9, lambda row: row.decided_points),
    Field("Lý do thẩm định", 28, lambda row: row.note),
)


def _board_fields(report: RoundReport) -> tuple[Field[Result], ...]:
    levels: dict[str, tuple[Field[Result], ...]] = {
        "none": (),
        "proposed": (Field(LEVEL_HEADINGS["proposed"], 16, lambda row: row.proposed_level),),
        "decided": (Field(LEVEL_HEADINGS["decided"], 16, lambda row: row.level),),
    }
    return (
        Field("Hạng", 7, lambda row: row.place),
        Field("Đơn vị", 40, lambda row: row.name),
        Field("Điểm tự chấm", 11, lambda row: row.self_total),
        Field("Điểm thẩm định", 11, lambda row: row.appraised_total),
        Field("Điểm quyết định", 11, lambda row: row.decided_total),
        *levels[report.levels],
        Field("Căn cứ xếp hạng", 36, lambda row: row.reason),
        Field("Tình trạng", 18, lambda row: row.state),
        Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
    )


def _seal(book: _Book) -> None:
    fields: tuple[Field[str], ...] = (Field("Mã kiểm chứng dữ liệu", 110, lambda line: line),)
    sealed = verification(book.report)
    book.table("Mã kiểm chứng", "Mã kiểm chứng dữ liệu", fields, [line for line in sealed if line])
