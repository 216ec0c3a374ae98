"""Appraisals of many units, opinions and registers that go out as workbooks come back as they were filled in."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from config.register import HEADINGS, POSTS, RegisterRow
from config.sheet import Sheet
from intake.filled import CHOICE, Form
from intake.registers import read_register
from reports.appraisal_book import Dossier, Own, appraisal_book, key_of
from reports.form_book import Head, as_written
from reports.opinion_book import COMMENT, LEVEL, Asked, opinion_book
from reports.register_xlsx import _cell, register_xlsx
from scoring import marks as scoring
from tests.property.test_workbooks import Filling, filled_in, fillings, notes, read, whole_sheets
from web.forms import clean
from web.sheet_form import print_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LEVELS = {
    "htxsnv": "Hoàn thành xuất sắc nhiệm vụ",
    "httnv": "Hoàn thành tốt nhiệm vụ",
    "htnv": "Hoàn thành nhiệm vụ",
    "khtnv": "Không hoàn thành nhiệm vụ",
}
WORDS = st.sampled_from(
    ("Đảng ủy xã Ẵng Tở", "=1+1", "@a", "-", "Nguyễn Thị Hường", "<b>&amp;</b>", "+84 236", "0012", "“ỷ”", "1e5")
)


def appraised(sheet: Sheet, dossiers: Mapping[int, Filling]) -> bytes:
    """The workbook of dossiers as they stand."""
    made = [
        Dossier(
            id=key,
            name=f"Đơn vị {key}",
            sheet=sheet,
            leaves=sheet.leaves(),
            own={leaf.code: Own("1", "", "=của đơn vị") for leaf in sheet.leaves()},
            fields=filling.fields,
            prints={code: print_of(fields) for code, fields in filling.fields.items()},
            points={code: scoring.points(sheet.leaf(code), entry, sheet) for code, entry in filling.entries.items()},
        )
        for key, filling in dossiers.items()
    ]
    return appraisal_book({"form": "appraisal"}, Head("Phiếu", []), made, NOW)


def by_keys(dossiers: Mapping[int, Filling]) -> dict[str, Mapping[str, str]]:
    return {key_of(key, code): fields for key, one in dossiers.items() for code, fields in one.fields.items()}


@given(st.data())
@settings(max_examples=4, deadline=None)
def test_the_appraisal_of_many_units_comes_back_as_it_was_filled_in(data: st.DataObject) -> None:
    sheet = data.draw(whole_sheets())
    keys = data.draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=2, unique=True))
    before, after = ({key: data.draw(fillings(sheet)) for key in keys} for _ in range(2))
    content = appraised(sheet, before)
    assert filled(read(content)) == by_keys(before)
    typed = Filling(by_keys(after), {})
    assert filled(read(filled_in(sheet, content, typed))) == by_keys(after)


def filled(form: Form) -> dict[str, Mapping[str, str]]:
    assert not [wrong for line in form.lines.values() for wrong in line.wrong]
    return {key: dict(line.fields) for key, line in form.lines.items()}


Said = Mapping[int, tuple[str, str]]


@st.composite
def opinions(draw: st.DrawFn, keys: Sequence[int]) -> Said:
    """A level and words on each dossier; often neither."""
    level = st.sampled_from(("", *LEVELS))
    comments = notes.map(lambda text: as_written({COMMENT: clean(text)}).get(COMMENT, ""))
    return {key: (draw(level), draw(comments)) for key in keys}


def fields_of(said: Said) -> dict[str, Mapping[str, str]]:
    pairs = {key: {LEVEL: level, COMMENT: comment} for key, (level, comment) in said.items()}
    return {str(key): {name: text for name, text in one.items() if text} for key, one in pairs.items()}


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_opinions_come_back_as_they_were_filled_in_and_what_is_sent_stays(data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=4, unique=True))
    is_open = {key: data.draw(st.booleans()) for key in keys}
    before, after = (data.draw(opinions(keys)) for _ in range(2))
    rows = [Asked(key, f"Đơn vị {key}", *said, "print", "Chưa ghi", is_open[key]) for key, said in before.items()]
    content = opinion_book({"form": "opinions"}, Head("Phiếu", []), LEVELS, rows, NOW)
    opened = [key for key in keys if is_open[key]]
    assert filled(read(content)) == fields_of({key: before[key] for key in opened})
    book, form = openpyxl.load_workbook(BytesIO(content)), read(content)
    for key in opened:
        level, comment = after[key]
        places = form.lines[str(key)].places
        put(book.worksheets[0][places[CHOICE]], LEVELS.get(level, ""))
        put(book.worksheets[0][places[COMMENT]], comment)
    assert filled(read(saved(book))) == fields_of({key: after[key] for key in opened})


def put(cell: Any, text: str) -> None:  # noqa: ANN401  openpyxl has no types
    """Type a text into a cell, whatever it begins with."""
    cell.value = text or None
    cell.data_type = "s" if text else cell.data_type


def saved(book: Any) -> bytes:  # noqa: ANN401  as above
    made = BytesIO()
    book.save(made)
    return made.getvalue()


days = st.none() | st.dates(date(1950, 1, 1), date(2030, 12, 31))


@st.composite
def registers(draw: st.DrawFn) -> list[RegisterRow]:
    """Units below one another, with people, days and links."""
    pattern = re.compile(r"[A-Za-z0-9]{1,4}([._-][A-Za-z0-9]{1,3})?")
    codes = draw(st.lists(st.from_regex(pattern, fullmatch=True), min_size=1, max_size=5, unique=True))
    return [draw(subjects(codes, at)) for at in range(len(codes))]


@st.composite
def subjects(draw: st.DrawFn, codes: Sequence[str], at: int) -> RegisterRow:
    """The unit of a code; its superior stands above it."""
    others = [code for code in codes if code != codes[at]]
    links = st.lists(st.sampled_from(others), max_size=2, unique=True).map(tuple) if others else st.just(())
    begins, ends = sorted(draw(st.tuples(days, days)), key=lambda day: day or date.min)
    name, active = draw(WORDS), draw(st.booleans())
    post = st.sampled_from(("xa@danang.gov.vn", "ha.tinh@example.vn"))
    return RegisterRow(
        code=codes[at],
        name=name,
        kind=draw(st.sampled_from(("xa_phuong", "so_nganh"))),
        group=draw(WORDS),
        parent=draw(st.sampled_from((None, *codes[:at]))),
        holder=draw(st.just(name) | WORDS),
        officer=draw(st.just("") | WORDS),
        email_officer=draw(post if active else st.just("") | post),
        head=draw(st.just("") | WORDS),
        email_head=draw(post if active else st.just("") | post),
        active=active,
        valid_from=begins,
        valid_to=ends,
        note=draw(st.just("") | WORDS),
        leads=draw(links),
        member_of=draw(links),
        peer_of=draw(links),
        post=draw(st.sampled_from(("", *POSTS))),
        since=draw(days),
        body=draw(st.sampled_from(("", "btv", "ban-td.1"))),
    )


def read_back(content: bytes) -> list[RegisterRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        path.write_bytes(content)
        return read_register(path, kinds={"xa_phuong", "so_nganh"})


@given(registers(), registers())
@settings(max_examples=10, deadline=None)
def test_a_register_comes_back_as_it_went_and_as_it_was_filled_in(
    rows: list[RegisterRow], others: list[RegisterRow]
) -> None:
    kinds = {"xa_phuong": "Xã, phường", "so_nganh": "Sở, ngành"}
    content = register_xlsx(rows, kinds)
    assert read_back(content) == rows
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.worksheets[0]
    for line in range(max(len(rows), len(others))):
        for column, name in enumerate(HEADINGS, 1):
            text = _cell(getattr(others[line], name)) if line < len(others) else ""
            put(sheet.cell(line + 2, column), text)
    assert read_back(saved(book)) == others
