"""The appraisal of many units as one workbook: a row for each criterion of each dossier, and how far each one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from config.sheet import Columns, Criterion, Sheet
from intake.filled import CHOICE
from reports import entry_cells
from reports.entry_cells import Fields
from reports.form_book import Cell, Column, FormBook, Head, Input, Table

NOTE: Final = "note"


class Own(NamedTuple):
    """What a unit gave for a criterion: its mark as a number or in a word, what it chose, and its words."""

    mark: Decimal | str
    chosen: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The criteria of a dossier that are to be appraised; fields, their prints and points are the appraisal's."""

    id: int
    name: str
    sheet: Sheet
    leaves: Sequence[Criterion]
    own: Mapping[str, Own]
    fields: Mapping[str, Fields]
    prints: Mapping[str, str]
    points: Mapping[str, Decimal]


def key_of(dossier: int, code: str) -> str:
    """The key of a row: the end of the names of its fields on a page."""
    return f"{code}@{dossier}"


def appraisal_book(about: Mapping[str, str], head: Head, dossiers: Sequence[Dossier], made_at: datetime) -> bytes:
    """The workbook."""
    book = FormBook(about, made_at)
    sheets = list({one.sheet.slug: one.sheet for one in dossiers}.values())
    columns = [
        Column("unit", "Đơn vị", 26),
        Column("number", "TT", 8),
        Column("content", "Nội dung tiêu chí", 46),
        Column("most", "Điểm tối đa", 9),
        Column("own", "Đơn vị tự chấm", 14),
        Column("said", "Thuyết minh của đơn vị", 36),
        *entry_cells.columns(sheets, Columns().given),
        Column(NOTE, "Lý do (bắt buộc khi khác tự chấm)", 40),
    ]
    table = Table(book, "Thẩm định", columns, head)
    heading = table.row - 1
    for one in dossiers:
        for leaf in one.leaves:
            _line(table, one, leaf)
    table.filter(heading)
    return book.written()


def _line(table: Table, one: Dossier, leaf: Criterion) -> None:
    code = leaf.code
    own, fields = one.own.get(code, Own("", "", "")), one.fields.get(code, {})
    cells: dict[str, Cell] = {
        "unit": one.name,
        "number": code,
        "content": leaf.label,
        "most": leaf.max,
        "own": own.mark,
        "said": "\n".join(filter(None, (own.chosen, own.note))),
        NOTE: Input(fields.get(NOTE, "")),
        **entry_cells.cells(table, leaf, one.sheet, fields, one.points.get(code, Decimal(0))),
    }
    _mark_missing_reason(table, "points" if leaf.ceiling else CHOICE)
    may = entry_cells.choices(leaf, one.sheet)
    table.line(cells, key=key_of(one.id, code), was=one.prints.get(code, ""), choices=may)


def _mark_missing_reason(table: Table, column: str) -> None:
    """Colour the cell of the reason while it is empty and the mark is not the unit's."""
    given, own, note = (table.at(name) for name in (column, "own", NOTE))
    table.colour(NOTE, f'AND({given}<>"",{given}<>{own},{note}="")')
