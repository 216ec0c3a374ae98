"""A unit's sheet as a workbook to be filled in: the official columns, the words beside, totals that reckon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from config.sheet import Columns, Criterion, Kind, Sheet
from intake.filled import CHOICE
from reports import entry_cells
from reports.entry_cells import NOT_APPLICABLE, Fields
from reports.form_book import Cell, Column, FormBook, Formula, Head, Input, Table, joined
from scoring import marks as scoring
from scoring.marks import Totals

NOTE: Final = "note"
TOTAL: Final = "Tổng điểm"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForm:
    """What a workbook is of, and what stands in it: fields, their prints and points by criterion."""

    about: Mapping[str, str]
    head: Head
    sheet: Sheet
    fields: Mapping[str, Fields]
    prints: Mapping[str, str]
    points: Mapping[str, Decimal]
    totals: Totals
    made_at: datetime


def unit_book(form: UnitForm) -> bytes:
    """The workbook."""
    book = FormBook(form.about, form.made_at)
    _Writer(form, book).write()
    return book.written()


class _Writer:
    """Writes the rows of a sheet; totals find the rows that they add up."""

    def __init__(self, form: UnitForm, book: FormBook) -> None:
        self.form, self.sheet = form, form.sheet
        names = form.sheet.columns or Columns()
        columns = [
            Column("number", names.number, 8),
            Column("content", names.content, 58),
            *([Column("most", names.most, 9)] if form.sheet.total else []),
            *entry_cells.columns([form.sheet], names.own),
            Column(NOTE, names.beside, 50),
        ]
        self.table = Table(book, "Biểu tự chấm", columns, form.head)
        self.first = self.table.row
        self.rows: dict[str, int] = {}

    def write(self) -> None:
        """Write everything."""
        rows = [self._criterion(one) for one in self.sheet.criteria]
        if self.sheet.total:
            total = Formula(self._total(rows), self.form.totals.total)
            self.table.line({"content": TOTAL, "most": self.sheet.total, "points": total}, bold=True)

    def _criterion(self, one: Criterion) -> int:
        return self._group(one) if one.kind is Kind.GROUP else self._leaf(one)

    def _group(self, group: Criterion) -> int:
        """The row of a group, whose children stand below it."""
        table, row = self.table, self.table.row
        table.row += 1
        children = [(child, self._criterion(child)) for child in group.children]
        after, table.row = table.row, row
        cells: dict[str, Cell] = {"number": group.code, "content": group.label, "most": _worth(group)}
        counted = [table.at("points", at) for child, at in children if not child.is_extra and _worth(child)]
        if counted:
            cells["points"] = Formula(joined(counted), self.form.totals.groups[group.code])
        table.line(cells, bold=True)
        table.row = after
        return row

    def _leaf(self, leaf: Criterion) -> int:
        code, table = leaf.code, self.table
        fields = self.form.fields.get(code, {})
        cells: dict[str, Cell] = {
            "number": code,
            "content": _content(leaf),
            "most": leaf.max,
            NOTE: Input(fields.get(NOTE, "")),
            **entry_cells.cells(table, leaf, self.sheet, fields, self.form.points.get(code, Decimal(0))),
        }
        may = entry_cells.choices(leaf, self.sheet)
        self.rows[code] = table.line(cells, key=code, was=self.form.prints.get(code, ""), choices=may)
        for option in leaf.options:
            shown = scoring.printed(leaf, option.code)
            table.line({"number": shown, "content": option.label, "most": option.points})
        return self.rows[code]

    def _total(self, tops: Sequence[int]) -> str:
        """The formula of the whole, as `scoring.marks.totals` reckons it."""
        every = zip(self.sheet.criteria, tops, strict=True)
        added = joined(self.table.at("points", row) for one, row in every if not one.is_extra and _worth(one))
        if self.sheet.not_applicable == "rescale":
            added = self._rescaled(added)
        for leaf in (one for one in self.sheet.leaves() if one.is_extra):
            sign = "+" if leaf.kind is Kind.BONUS else "-"
            added += f"{sign}N({self.table.at('points', self.rows[leaf.code])})"
        bounded = added if self.sheet.bonus_above_total else f"MIN({added},{self.sheet.total})"
        return f"MAX({bounded},0)"

    def _rescaled(self, added: str) -> str:
        """What is left out counts on neither side."""
        chosen, most = (
            f"{self.table.at(name, self.first)}:{self.table.at(name, self.table.row - 1)}" for name in (CHOICE, "most")
        )
        whole = self.sheet.total
        left = f'({whole}-SUMIF({chosen},"{NOT_APPLICABLE}",{most}))'
        return f"IF({left}=0,0,ROUND({added}*{whole}/{left},4))"


def _worth(one: Criterion) -> Decimal | None:
    """The greatest points of a criterion, of a group the sum of what is in it; nothing for what has no points."""
    if one.max is not None or one.kind is not Kind.GROUP:
        return one.max
    return sum((_worth(child) or Decimal(0) for child in one.children if not child.is_extra), Decimal(0)) or None


def _content(leaf: Criterion) -> str:
    """The criterion as the sheet says it, and what its figures are of."""
    figures = [f"Số đã thực hiện: {leaf.done_label}.", f"Số được giao: {leaf.assigned_label}."]
    asked = {Kind.RATIO: figures, Kind.COUNT: [f"Số lượng: {leaf.unit_label}."]}.get(leaf.kind, [])
    return "\n".join([leaf.label, *asked])
