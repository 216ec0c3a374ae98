"""A sheet that goes home as a workbook comes back as what was filled in: nothing lost, nothing changed (issue 7)."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.sheet import Criterion, Degree, Entry, Kind, Sheet
from intake.encodings import old_encoding
from intake.filled import CHOICE, Form, read_form
from reports import entry_cells
from reports.form_book import MOST_DIGITS, Head, as_written
from reports.unit_book import UnitForm, unit_book
from scoring import marks as scoring
from scoring.numbers import parse_number
from tests.libreoffice import filled_in as typed_in
from tests.property.test_intake import labels, sheets, worths
from tests.web.unit_forms import fields_of
from web import workbooks
from web.forms import clean
from web.sheet_form import NUMBERS, entry_of, print_of, problem_of, typed_for

NOW = datetime(2026, 11, 22, tzinfo=UTC)
typed = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda text: not old_encoding(text))
notes = typed | st.sampled_from(
    ("=1+1", "+84", "-", "@a", "_x0041_", "<b>&amp;</b>\n\n“Ẵng”", "'x", "01/02/2026", "TRUE", "1e5", "{=A1}")
)
amounts = st.decimals(0, 10**11, places=4).map(lambda one: one.normalize() + 0) | st.integers(0, 500).map(Decimal)


@st.composite
def others(draw: st.DrawFn) -> Criterion:
    """A group of the kinds that criteria of the other sheets are not of."""
    children = (
        Criterion(code="XX.1", label=draw(labels), kind=Kind.BINARY, max=draw(worths)),
        Criterion(
            code="XX.2", label=draw(labels), kind=Kind.COUNT, max=Decimal(5), per_unit=Decimal(2), unit_label="việc"
        ),
        Criterion(code="XX.3", label=draw(labels), kind=Kind.DEGREE, optional=draw(st.booleans())),
        Criterion(code="XX.4", label=draw(labels), kind=Kind.CHECK, optional=draw(st.booleans())),
    )
    worth = (children[0].max or Decimal(0)) + 5
    return Criterion(code="XX", label=draw(labels), kind=Kind.GROUP, max=worth, children=children)


@st.composite
def whole_sheets(draw: st.DrawFn) -> Sheet:
    """A sheet with criteria of every kind."""
    sheet, more = draw(sheets()), draw(others())
    changes = {
        "criteria": (*sheet.criteria, more),
        "total": sheet.total + more.ceiling,
        "not_applicable": draw(st.sampled_from(["forbidden", "zero", "rescale"])),
        "bonus_above_total": draw(st.booleans()),
    }
    return Sheet.model_validate(sheet.model_dump() | changes)


def stepped(draw: st.DrawFn, most: Decimal, step: Decimal) -> Decimal:
    return draw(st.integers(0, int(most / step))) * step


@st.composite
def entries(draw: st.DrawFn, leaf: Criterion, sheet: Sheet) -> Entry:
    """What may stand for a criterion; often nothing."""
    if draw(st.integers(0, 3)) == 0:
        return Entry()
    if scoring.may_not_apply(leaf, sheet) and draw(st.integers(0, 3)) == 0:
        return Entry(not_applicable=True)
    return draw(scored(leaf, sheet))


@st.composite
def scored(draw: st.DrawFn, leaf: Criterion, sheet: Sheet) -> Entry:
    """What may stand for a criterion that is filled in and applies."""
    step, made = sheet.step_of(leaf), Entry()
    match leaf.kind:
        case Kind.CHOICE:
            made = Entry(option=draw(st.sampled_from(leaf.options)).code)
        case Kind.CAPPED_CHOICE:
            option = draw(st.sampled_from(leaf.options))
            made = Entry(option=option.code, points=stepped(draw, option.points, step))
        case Kind.BINARY:
            made = Entry(points=draw(st.sampled_from((Decimal(0), leaf.ceiling))))
        case Kind.DEGREE:
            made = Entry(degree=draw(st.sampled_from(Degree)))
        case Kind.CHECK:
            made = Entry(passed=draw(st.booleans()))
        case Kind.RATIO:
            done, assigned = sorted((draw(amounts), draw(amounts)))
            made = Entry(done=done, assigned=assigned)
        case Kind.COUNT:
            made = Entry(units=Decimal(draw(st.integers(0, 10**11))))
        case _:
            made = Entry(points=stepped(draw, leaf.ceiling, step))
    return made


@dataclass(frozen=True)
class Filling:
    """The fields of every criterion, as its page would show them."""

    fields: Mapping[str, Mapping[str, str]]
    entries: Mapping[str, Entry]


@st.composite
def fillings(draw: st.DrawFn, sheet: Sheet) -> Filling:
    given = {leaf.code: draw(entries(leaf, sheet)) for leaf in sheet.leaves()}
    made = {}
    for code, entry in given.items():
        note = as_written({"note": clean(draw(notes))}).get("note", "")
        made[code] = fields_of(entry, note)
    return Filling(made, given)


def written(sheet: Sheet, filling: Filling) -> bytes:
    worth = {code: scoring.points(sheet.leaf(code), entry, sheet) for code, entry in filling.entries.items()}
    prints = {code: print_of(fields) for code, fields in filling.fields.items()}
    totals = scoring.totals(sheet, filling.entries)
    return unit_book(
        UnitForm(
            about={"form": "unit"},
            head=Head(sheet.title, []),
            sheet=sheet,
            fields=filling.fields,
            prints=prints,
            points=worth,
            totals=totals,
            made_at=NOW,
        )
    )


def read(content: bytes) -> Form:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(content)
        return read_form(path)


def filled_in(sheet: Sheet, content: bytes, filling: Filling) -> bytes:
    """The workbook with other values typed into its cells."""
    book, form = openpyxl.load_workbook(BytesIO(content)), read(content)
    table = book.worksheets[0]
    for key, line in form.lines.items():
        fields = filling.fields[key]
        for name, address in line.places.items():
            _type(table[address], sheet, key.partition("@")[0], name, fields)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _type(cell: Any, sheet: Sheet, code: str, name: str, fields: Mapping[str, str]) -> None:  # noqa: ANN401  openpyxl
    assert not cell.protection.locked
    leaf, number = sheet.leaf(code), parse_number(fields.get(name, ""))
    text = entry_cells.chosen(entry_cells.choices(leaf, sheet), fields) if name == CHOICE else fields.get(name)
    if name in NUMBERS and number is not None and len(number.as_tuple().digits) <= MOST_DIGITS:
        cell.value = number
    else:
        cell.value = text or None
        cell.data_type = "s" if text else cell.data_type


def assert_same(sheet: Sheet, form: Form, filling: Filling) -> None:
    typed = workbooks.as_typed(form.lines.items())
    assert list(form.lines) == [leaf.code for leaf in sheet.leaves()]
    for leaf in sheet.leaves():
        line, fields = form.lines[leaf.code], typed_for(typed, leaf.code)
        assert fields is not None
        assert not line.wrong
        assert fields == filling.fields[leaf.code]
        assert not problem_of(leaf, fields, sheet)
        assert entry_of(leaf, fields) == filling.entries[leaf.code]


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_what_goes_home_and_what_is_filled_in_comes_back_the_same(data: st.DataObject) -> None:
    sheet = data.draw(whole_sheets())
    before, after = data.draw(fillings(sheet)), data.draw(fillings(sheet))
    content = written(sheet, before)
    assert_same(sheet, read(content), before)
    assert_same(sheet, read(filled_in(sheet, content, after)), after)


@pytest.mark.faults
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_libreoffice_reckons_totals_as_the_house_does(data: st.DataObject) -> None:
    """Figures typed into LibreOffice: groups and whole come to what `scoring.marks.totals` says."""
    sheet = data.draw(whole_sheets())
    before, after = data.draw(fillings(sheet)), data.draw(fillings(sheet))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        path.write_bytes(written(sheet, before))
        form = read_form(path)
        cells = {
            address: _value(sheet, code, name, after.fields[code])
            for code, line in form.lines.items()
            for name, address in line.places.items()
        }
        filled = typed_in(path, cells)
        assert_same(sheet, read_form(filled), after)
        table = openpyxl.load_workbook(filled, data_only=True).worksheets[0]
    rows = list(table.iter_rows(values_only=True))
    names = rows[0]
    shown = {row[names.index("number")]: row[names.index("points")] for row in rows if not row[0]}
    whole = next(row[names.index("points")] for row in rows if row[names.index("content")] == "Tổng điểm")
    totals = scoring.totals(sheet, after.entries)
    assert Decimal(str(whole)).quantize(Decimal("0.0001")) == totals.total
    for code, worth in totals.groups.items():
        assert abs(Decimal(str(shown[code])) - worth) < Decimal("0.00001")


def _value(sheet: Sheet, code: str, name: str, fields: Mapping[str, str]) -> float | str:
    leaf, number = sheet.leaf(code), parse_number(fields.get(name, ""))
    if name == CHOICE:
        return entry_cells.chosen(entry_cells.choices(leaf, sheet), fields)
    if name in NUMBERS and number is not None and len(number.as_tuple().digits) <= MOST_DIGITS:
        return float(number)
    return fields.get(name, "")
