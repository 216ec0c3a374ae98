"""A workbook to be filled in and sent back: protected but for its input cells; intake/filled.py reads it.

How it is laid out is told there. A table has no merged cells and no password: the protection is against slips.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any, Final, NamedTuple

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]

from intake.filled import CHOICE, FIRST_CHOICE, FORMAT, HIDDEN, SIDE
from reports import wording
from reports.workbook import A4, DANGEROUS, height
from scoring.numbers import parse_number

MOST_DIGITS: Final = 15
"""Excel keeps no more digits of a number: what has more stays text."""
PROTECTED: Final = {"format_columns": True, "format_rows": True, "autofilter": True}
HOW: Final = "Chỉ điền vào ô nền vàng; không chèn, xóa dòng, cột. Điền xong, lưu tệp dạng .xlsx rồi tải lên phần mềm."


class Column(NamedTuple):
    """A column: what the reader calls it, its heading, its width in characters."""

    name: str
    heading: str
    width: int


class Choice(NamedTuple):
    """What may be chosen: its label, the field and the value that it stands for, and the points that it gives."""

    label: str
    field: str
    value: str
    points: Decimal | None = None


class Input(NamedTuple):
    """A cell to be filled in: what stands in it, and the rule of XlsxWriter that holds what comes in its place."""

    text: str
    rule: Mapping[str, Any] | None = None
    is_number: bool = False


class Formula(NamedTuple):
    """A cell that reckons; `value` is what it comes to now."""

    text: str
    value: Decimal | str


Cell = str | Decimal | int | Input | Formula | None


class Head(NamedTuple):
    """What stands above a table: its title, and the lines below it."""

    title: str
    lines: Sequence[str]


class FormBook:
    """A workbook with one table to be filled in; `about` says what it is of."""

    def __init__(self, about: Mapping[str, str], made_at: datetime) -> None:
        self.about = {"format": FORMAT, **about}
        self.made = BytesIO()
        self.book = Workbook(self.made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties({"created": made_at.replace(tzinfo=None)})
        self.lists: dict[tuple[Choice, ...], tuple[int, int]] = {}
        self.format = cache(self._format)
        self.missing = self.book.add_format({"bg_color": "#F9C9C4"})

    def written(self) -> bytes:
        """The file."""
        self._hide(self.book.add_worksheet(HIDDEN))
        self.book.close()
        return self.made.getvalue()

    def list_of(self, choices: Sequence[Choice]) -> tuple[int, int]:
        """The number of a list of choices and the row, from 1, in which it begins on the hidden sheet."""
        begins = sum(len(one) for one in self.lists) + 1
        return self.lists.setdefault(tuple(choices), (len(self.lists) + 1, begins))

    def _hide(self, sheet: Any) -> None:  # noqa: ANN401  XlsxWriter has no types
        for row, (name, value) in enumerate(self.about.items()):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, wording.printable(value))
        for choices, (number, begins) in self.lists.items():
            for row, one in enumerate(choices, begins - 1):
                for column, text in enumerate((str(number), *one[:3]), FIRST_CHOICE):
                    sheet.write_string(row, column, text)
                if one.points is not None:
                    sheet.write_number(row, FIRST_CHOICE + 4, one.points)
        sheet.protect()
        sheet.very_hidden()

    def _format(self, *, bold: bool = False, centred: bool = False, bare: bool = False, kind: str = "") -> object:
        """A format: `bare` without borders; of a heading, of a cell to be filled in, of text that looks like more."""
        return self.book.add_format(
            {
                "font_name": "Times New Roman",
                "font_size": 12,
                "bold": bold or kind == "heading",
                "border": int(not bare),
                "text_wrap": not bare,
                "align": "center" if centred or kind == "heading" else "left",
                "valign": "vcenter",
                "locked": not kind.startswith("input"),
                "quote_prefix": kind.endswith("quoted"),
                "num_format": "@" if kind.startswith("input text") else "General",
                **({"bg_color": "#ECEFF2"} if kind == "heading" else {}),
                **({"bg_color": "#FFF8D6"} if kind.startswith("input") else {}),
            }
        )


class Table:
    """The table of a workbook, written row by row from above."""

    def __init__(self, book: FormBook, name: str, columns: Sequence[Column], head: Head) -> None:
        self.book, self.columns = book, columns
        self.places = {column.name: place for place, column in enumerate(columns, len(SIDE))}
        self.sheet = book.book.add_worksheet(name)
        self._lay_out()
        self.row = self._headings(head)

    def _lay_out(self) -> None:
        self.sheet.set_row(0, None, None, {"hidden": True})
        self.sheet.set_column(0, len(SIDE) - 1, None, None, {"hidden": True})
        for place, column in enumerate(self.columns, len(SIDE)):
            self.sheet.set_column(place, place, column.width)
        for place, name in enumerate((*SIDE, *(column.name for column in self.columns))):
            self.sheet.write_string(0, place, name)
        self.sheet.protect("", PROTECTED)
        self.sheet.set_landscape()
        self.sheet.set_paper(A4)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer('&C&"Times New Roman"&12&P/&N')

    def _headings(self, head: Head) -> int:
        lines = [head.title, *filter(None, head.lines), HOW]
        for row, words in enumerate(lines, 1):
            style = self.book.format(bold=row == 1, bare=True)
            self.sheet.write_string(row, len(SIDE), wording.printable(words), style)
        row = len(lines) + 1
        for place, column in enumerate(self.columns, len(SIDE)):
            self.sheet.write_string(row, place, column.heading, self.book.format(kind="heading"))
        self.sheet.set_row(row, height((column.heading, column.width) for column in self.columns))
        self.sheet.repeat_rows(row)
        self.sheet.freeze_panes(row + 1, len(SIDE))
        return row + 1

    def at(self, name: str, row: int | None = None) -> str:
        """The address of a cell of the row that is written next, or of another one, from 0."""
        address: str = xl_rowcol_to_cell(self.row if row is None else row, self.places[name])
        return address

    def filter(self, heading: int) -> None:
        """Let the rows below the headings be filtered."""
        self.sheet.autofilter(heading, len(SIDE), self.row - 1, len(SIDE) + len(self.columns) - 1)

    def colour(self, name: str, formula: str) -> None:
        """Colour a cell of the row that is written next while a formula holds: something is missing there."""
        rule = {"type": "formula", "criteria": f"={formula}", "format": self.book.missing}
        self.sheet.conditional_format(self.at(name), rule)

    def choosing(self, choices: Sequence[Choice], text: str) -> Input:
        """A cell in which one of the choices is to be chosen."""
        first, last = self._listed(choices, "E")
        rule = {
            "validate": "list",
            "source": f"={first}:{last}",
            "error_title": "Không có trong danh sách",
            "error_message": "Chọn một mục trong danh sách của ô, hoặc để trống.",
        }
        return Input(text, rule)

    def points_of(self, choices: Sequence[Choice]) -> str:
        """The formula of the points that the choice of this row gives; an error while nothing is chosen."""
        labels, points = (":".join(self._listed(choices, column)) for column in "EH")
        return f"INDEX({points},MATCH({self.at(CHOICE)},{labels},0))"

    def _listed(self, choices: Sequence[Choice], column: str) -> tuple[str, str]:
        _number, begins = self.book.list_of(choices)
        return f"{HIDDEN}!${column}${begins}", f"{HIDDEN}!${column}${begins + len(choices) - 1}"

    def line(
        self,
        cells: Mapping[str, Cell],
        *,
        key: str = "",
        was: str = "",
        choices: Sequence[Choice] = (),
        bold: bool = False,
    ) -> int:
        """Write a row, from its cells by column; returns its number, from 0."""
        if key:
            number = str(self.book.list_of(choices)[0]) if choices else ""
            inputs = " ".join(name for name, cell in cells.items() if isinstance(cell, Input))
            for place, text in enumerate((key, was, number, inputs)):
                self.sheet.write_string(self.row, place, text)
        for column in self.columns:
            self._put(column.name, cells.get(column.name), bold=bold)
        texts = [(_text(cells.get(column.name)), column.width) for column in self.columns]
        self.sheet.set_row(self.row, height(texts))
        self.row += 1
        return self.row - 1

    def _put(self, name: str, cell: Cell, *, bold: bool) -> None:
        place, centred = self.places[name], not isinstance(cell, str | Input) or name in {"number", CHOICE}
        style = self.book.format(bold=bold, centred=centred)
        match cell:
            case None:
                self.sheet.write_blank(self.row, place, None, style)
            case Formula(text, value):
                self.sheet.write_formula(self.row, place, f"={text}", style, value)
            case Input():
                self._ask(place, cell)
            case str():
                self._write_text(place, cell, bold=bold, centred=centred)
            case _:
                self.sheet.write_number(self.row, place, cell, style)

    def _ask(self, place: int, cell: Input) -> None:
        number = parse_number(cell.text) if cell.is_number else None
        kind = "input" if cell.is_number else "input text"  # what is typed there stays text, also 1/2 and -5
        if not cell.text:
            self.sheet.write_blank(self.row, place, None, self.book.format(centred=cell.is_number, kind=kind))
        elif number is None or len(number.normalize().as_tuple().digits) > MOST_DIGITS:
            self._write_text(place, cell.text, kind=kind)
        else:
            self.sheet.write_number(self.row, place, number, self.book.format(centred=True, kind="input"))
        if cell.rule:
            self.sheet.data_validation(self.row, place, self.row, place, cell.rule)

    def _write_text(self, place: int, text: str, *, kind: str = "", bold: bool = False, centred: bool = False) -> None:
        shown = wording.printable(text)
        kind += "quoted" if shown.startswith(DANGEROUS) else ""
        self.sheet.write_string(self.row, place, shown, self.book.format(bold=bold, centred=centred, kind=kind))


def _text(cell: Cell) -> str | None:
    match cell:
        case Input(text, _, False) | str(text):
            return text
    return None


def as_written(fields: Mapping[str, str]) -> dict[str, str]:
    """Fields as a workbook holds them: signs that none can hold are spaces, as for whoever compares them after."""
    written = {name: wording.printable(text).strip() for name, text in fields.items()}
    return {name: text for name, text in written.items() if text}


def joined(addresses: Iterable[str]) -> str:
    """The formula that adds up cells."""
    return f"SUM({','.join(addresses)})"
