"""A workbook of ours that comes back filled in: what it is of, and what its cells hold (written: reports/form_book.py).

Its table lies on the sheet whose first cell says MARK. The first row, hidden, names the columns; four hidden columns
hold of each row its key, the print of what stood in it, the number of its list of choices, and the columns to be filled
in. The sheet HIDDEN holds what the workbook is of, and the choices: list, label, field, value. So rows and columns that
somebody moves take their meaning with them. Nothing of it is believed: whoever takes it checks every value.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import openpyxl
from openpyxl.utils.cell import get_column_letter

from config.errors import ConfigError
from intake import package
from intake.cells import BROKEN, Area, against, merged_in, plain
from intake.oddities import refuse

FORMAT: Final = "1"
MARK: Final = "danhgia"
HIDDEN: Final = "danhgia"
SIDE: Final = (MARK, "was", "list", "inputs")
"""What the hidden columns of a table are called: key, print, list of choices, columns to be filled in."""
CHOICE: Final = "choice"
"""The column whose cell names one of the row's choices: it stands for a field and its value."""
FIRST_CHOICE: Final = 3
"""The column of the hidden sheet, from 0, in which the choices begin."""
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 64
MOST_SHEETS: Final = 40


class Wrong(NamedTuple):
    """What is wrong with a cell, in one sentence that begins with its address."""

    address: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row that came back: its fields without empty ones, the address of each column, and what is wrong with any."""

    key: str
    was: str
    fields: Mapping[str, str]
    places: Mapping[str, str]
    wrong: Sequence[Wrong] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A workbook that came back: what it is of, and its rows by their keys."""

    about: Mapping[str, str]
    lines: Mapping[str, Line]


Choices = Mapping[str, Mapping[str, tuple[str, str]]]
"""By the number of a list: field and value by each label, folded, and by the word before its dash."""


def read_form(path: Path) -> Form:
    """Read a workbook; ConfigError, with what to do, when it is none that was made here or cannot be read at all."""
    package.examine(path, package.EXCEL)
    try:
        with closing(openpyxl.load_workbook(path, read_only=True)) as book:
            return _form(path, book)
    except BROKEN as error:
        if isinstance(error, ConfigError):
            raise
        raise refuse(path, "Tệp Excel bị hỏng; hãy mở bằng Excel, lưu lại thành tệp mới rồi tải lên lại.") from None


def _form(path: Path, book: Any) -> Form:  # noqa: ANN401  openpyxl has no types
    if HIDDEN not in book.sheetnames:
        raise refuse(path, "Tệp này không phải biểu tải từ phần mềm; hãy tải biểu về, điền vào đó rồi tải lên.")
    about, choices = _hidden(_rows(path, book[HIDDEN]))
    if about.get("format") != FORMAT:
        raise refuse(path, "Biểu này do bản phần mềm khác lập; hãy tải biểu mới về rồi chép nội dung sang.")
    sheet = _table(path, book)
    lines: dict[str, Line] = {}
    for line in _lines(_rows(path, sheet), choices, merged_in(path, sheet)):
        if line.key in lines:
            places = " và ".join(next(iter(one.places.values()), "") for one in (lines[line.key], line))
            raise refuse(path, f"Một dòng của biểu có hai lần trong tệp ({places}); hãy xóa dòng thừa rồi tải lên lại.")
        lines[line.key] = line
    return Form(about, lines)


def _table(path: Path, book: Any) -> Any:  # noqa: ANN401  as above
    """The one sheet that bears the table: a second one would leave it open which counts."""
    if len(book.worksheets) > MOST_SHEETS:
        raise refuse(path, "Tệp có quá nhiều trang tính; hãy chỉ để lại trang biểu rồi tải lên lại.")
    tables = [sheet for sheet in book.worksheets if sheet.title != HIDDEN and _is_table(sheet)]
    if not tables:
        raise refuse(path, "Tệp không còn trang biểu đã tải về; hãy tải biểu mới về rồi chép nội dung sang.")
    if len(tables) > 1:
        names = ", ".join(f"«{sheet.title}»" for sheet in tables)
        raise refuse(path, f"Tệp có hai trang biểu trở lên ({names}); hãy xóa trang thừa rồi tải lên lại.")
    return tables[0]


def _is_table(sheet: Any) -> bool:  # noqa: ANN401  as above
    return next(sheet.iter_rows(max_row=1, max_col=1, values_only=True), (None,))[:1] == (MARK,)


def _rows(path: Path, sheet: Any) -> Iterator[Sequence[Any]]:  # noqa: ANN401  as above
    """The rows, one at a time, only as far as the limits go: what a file says of its size may be wrong."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS)):
        if number >= MOST_ROWS:
            most = f"{MOST_ROWS:,}".replace(",", ".")
            raise refuse(path, f"Trang «{sheet.title}» có hơn {most} dòng; hãy xóa dòng thừa, kể cả dòng trống.")
        yield row


def _hidden(rows: Iterator[Sequence[Any]]) -> tuple[dict[str, str], Choices]:
    about: dict[str, str] = {}
    choices: dict[str, dict[str, tuple[str, str]]] = {}
    for row in rows:
        texts = [plain(cell.value) for cell in row] + [""] * (FIRST_CHOICE + 4)
        if texts[0]:
            about[texts[0]] = texts[1]
        number, label, name, value = texts[FIRST_CHOICE : FIRST_CHOICE + 4]
        if number:
            known = choices.setdefault(number, {})
            for said in (label, label.partition(" – ")[0]):
                known.setdefault(_folded(said), (name, value))
    return about, choices


def _lines(rows: Iterator[Sequence[Any]], choices: Choices, merged: Sequence[Area]) -> Iterator[Line]:
    names = {plain(cell.value): place for place, cell in enumerate(next(rows, ())) if cell.value is not None}
    for number, row in enumerate(rows, 2):
        cells = {name: row[place] for name, place in names.items() if place < len(row)}
        key, was, choice, inputs = (plain(cells[name].value) if name in cells else "" for name in SIDE)
        if key:
            wanted = {name: names[name] for name in inputs.split() if name in names}
            places = {name: f"{get_column_letter(place + 1)}{number}" for name, place in wanted.items()}
            under = {name for name, place in wanted.items() if any(one.hides(number, place + 1) for one in merged)}
            given = {name: cells.get(name) for name in wanted}
            yield _line(Line(key, was, {}, places), given, choices.get(choice, {}), under)


def _line(line: Line, cells: Mapping[str, Any], choices: Mapping[str, tuple[str, str]], under: set[str]) -> Line:
    fields: dict[str, str] = {}
    wrong = []
    for name, cell in cells.items():
        sentence = "bị gộp với ô khác; hãy bỏ gộp ô rồi ghi lại giá trị." if name in under else against(cell)
        text = "" if sentence or cell is None else plain(cell.value).strip()
        field_, value = choices.get(_folded(text), ("", "")) if name == CHOICE and text else (name, text)
        if not field_:
            sentence = f"«{text[:40]}» không có trong danh sách; hãy chọn một mục trong danh sách của ô."
        if sentence:
            wrong.append(Wrong(line.places[name], f"Ô {line.places[name]}: {sentence}"))
        elif value:
            fields[field_] = value
    return Line(line.key, line.was, fields, line.places, tuple(wrong))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
