"""The two sheets of the sources, in own wording, from every form of document: the same structure and oddities."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from config.sheet import Criterion, Sheet, load_sheet
from intake.oddities import Kind
from intake.sheets import Imported, read_sheet
from tests.intake.two_sheets import SHEETS, VAN_GIANG_BEFORE, frame, van_giang, wording
from tests.intake.writing import WRITERS

FORMS = sorted(WRITERS)
FRAME_FORMS = [form for form in FORMS if form != "tabs.txt"]
"""A cell with line breaks cannot stand in a text of tabs."""


def criteria(some: tuple[Criterion, ...]) -> Iterator[Criterion]:
    for criterion in some:
        yield criterion
        yield from criteria(criterion.children)


def figures(sheet: Sheet) -> Mapping[str, object]:
    """What of a sheet the source fixes: codes, kinds, points, options and their shares."""
    return {
        one.code: (one.kind, one.max, [(option.code, option.points, option.share) for option in one.options])
        for one in criteria(sheet.criteria)
    }


def labels(sheet: Sheet) -> str:
    found = "".join(
        label for one in criteria(sheet.criteria) for label in (one.label, *(option.label for option in one.options))
    )
    return "".join(found.split())


def kinds(found: Imported) -> Counter[Kind]:
    return Counter(oddity.kind for oddity in found.oddities)


@pytest.mark.rule("S2-1.1", "S2-2.1", "S2-2.2")
@pytest.mark.parametrize("form", FRAME_FORMS)
def test_the_30_70_sheet_is_imported_whole(form: str, tmp_path: Path) -> None:
    rows = frame()
    path = WRITERS[form](tmp_path / form, rows)
    if form == "cells.txt":
        path.write_text(path.read_text(encoding="utf-8").rstrip("\t\n") + "\n", encoding="utf-8")
    found = read_sheet(path)
    assert found.sheet is not None
    assert (f"{found.total:f}", found.scored_items, found.choose_one) == ("100", 31, 1)
    assert figures(found.sheet) == figures(load_sheet(SHEETS / "khung-30-70.yaml"))
    assert labels(found.sheet) == wording(rows)
    told = kinds(found)
    assert {kind: told[kind] for kind in (Kind.FILLED, Kind.FROM_TEXT, Kind.LINES, Kind.LOCAL, Kind.SPACES)} == {
        Kind.FILLED: 2,
        Kind.FROM_TEXT: 4,
        Kind.LINES: 1,
        Kind.LOCAL: 1,
        Kind.SPACES: 4,
    }
    assert (told[Kind.LETTERS], told[Kind.THRESHOLD], told[Kind.CUT]) == (3, 1, form == "cells.txt")
    assert {Kind.NO_TOTAL, Kind.TITLE, Kind.COLUMNS, Kind.LEVELS, Kind.SHARE, Kind.DOUBLE_COUNT} <= set(told)
    assert any("130" in oddity.what and "100" in oddity.what for oddity in found.oddities)


@pytest.mark.rule("VG-4.1", "VG-4.2", "X-N2")
@pytest.mark.parametrize("form", FORMS)
def test_the_table_of_van_giang_is_imported_whole(form: str, tmp_path: Path) -> None:
    rows = van_giang()
    found = read_sheet(WRITERS[form](tmp_path / form, rows, VAN_GIANG_BEFORE))
    assert found.sheet is not None
    assert found.sheet.title == "BẢNG CHẤM ĐIỂM Kết quả công tác dân vận chính quyền năm 2022"
    assert (f"{found.total:f}", found.scored_items, found.choose_one) == ("100", 28, 4)
    assert figures(found.sheet) == figures(load_sheet(SHEETS / "dan-van-chinh-quyen-2022.yaml"))
    assert labels(found.sheet) == wording(rows)
    told = kinds(found)
    assert (told[Kind.JOINED], told[Kind.CODE], told[Kind.DOUBLE_COUNT]) == (7, 4, 5)
    assert any("111" in oddity.what and "100" in oddity.what for oddity in found.oddities)
    assert sum("lặp lại phương án" in oddity.what for oddity in found.oddities) == 3
    assert [oddity.what for oddity in found.oddities if "Châm" in oddity.what] == [
        "«Châm 1 trong 3»: có lẽ là «Chấm»; đã hiểu là chọn một."
    ] * 2
    assert (told[Kind.DATED], told[Kind.TYPO], told[Kind.MARKUP]) == (4, 7, 17)


def test_oddities_are_told_with_the_rows_of_the_source(tmp_path: Path) -> None:
    rows = van_giang()
    broken = [at for at, cells in enumerate(rows) if at and not cells[0] and cells[1] != "Tổng điểm"]
    for form, first in (("table.docx", 1), ("table.xlsx", 1 + len(VAN_GIANG_BEFORE)), ("tabs.txt", 8)):
        found = read_sheet(WRITERS[form](tmp_path / form, rows, VAN_GIANG_BEFORE))
        joined = [oddity.row for oddity in found.oddities if oddity.kind == Kind.JOINED]
        assert joined == [at + first for at in broken]


def test_the_yaml_is_the_sheet(tmp_path: Path) -> None:
    found = read_sheet(WRITERS["table.docx"](tmp_path / "table.docx", frame()))
    (tmp_path / "out.yaml").write_text(found.as_yaml(), encoding="utf-8")
    assert load_sheet(tmp_path / "out.yaml") == found.sheet
