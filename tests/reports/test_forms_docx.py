"""The Word reports of rounds in which no points decide, in both layouts."""

import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from config.load import load_programme
from reports.btv_docx import write_docx
from reports.contents import RoundReport
from reports.rating_rows import PLACES
from reports.wording import REHEARSAL
from tests.reports import golden
from tests.reports.test_btv_docx import MARKS, measures, paragraphs, size

NAMES = ("rating", "scored", "spots")
LAYOUTS = ("party", "administrative")
Reports = dict[str, RoundReport]


def written(report: RoundReport, path: Path, *, layout: str = "party", rehearsal: bool = False) -> Path:
    laid = replace(report, head=replace(report.head, layout=layout))  # type: ignore[arg-type]
    write_docx(laid, path / "report.docx", rehearsal=rehearsal)
    return path / "report.docx"


def opened(report: RoundReport, path: Path, *, layout: str = "party", rehearsal: bool = False) -> Document:
    return docx.Document(str(written(report, path, layout=layout, rehearsal=rehearsal)))


@pytest.mark.rule("HT-12.2", "NA-4.1", "NA-4.2")
@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_the_golden_one(forms: Reports, name: str, tmp_path: Path) -> None:
    assert golden.held(name, written(forms[name], tmp_path))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_the_same_figures_give_the_same_bytes(forms: Reports, name: str, layout: str, tmp_path: Path) -> None:
    first = written(forms[name], tmp_path, layout=layout).read_bytes()
    assert written(forms[name], tmp_path, layout=layout).read_bytes() == first


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_pages_are_a4_with_the_margins_of_the_rules(forms: Reports, name: str, layout: str, tmp_path: Path) -> None:
    body, annexes = opened(forms[name], tmp_path, layout=layout).sections
    assert (measures(body), measures(annexes)) == ((210, 297, 30, 15, 20, 20), (297, 210, 30, 15, 20, 20))
    assert (body.orientation, annexes.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    number = body.header.paragraphs[0]
    assert number._p.xpath("string(.//w:instrText)") == "PAGE"
    assert (number.alignment, size(number)) == (1, 14)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_everything_is_times_new_roman(forms: Reports, name: str, layout: str, tmp_path: Path) -> None:
    document = opened(forms[name], tmp_path, layout=layout)
    assert set(document.styles.element.xpath("w:docDefaults//w:rFonts")[0].attrib.values()) == {"Times New Roman"}
    assert document.element.body.xpath(".//w:rFonts") == []


@pytest.mark.parametrize("name", NAMES)
def test_tables_fit_between_the_margins_and_repeat_their_heading(forms: Reports, name: str, tmp_path: Path) -> None:
    tables = [table for table in opened(forms[name], tmp_path).tables if table.cell(0, 0).text in {"STT", "TT"}]
    assert len(tables) >= 4
    for table in tables:
        room = 165 if table.cell(0, 0).text == "TT" else 252
        width = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid) / 1440 * 25.4
        assert round(width) in range(room - 5, room + 1)
        assert table._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader")
        assert len(table._tbl.xpath("./w:tr[w:trPr/w:cantSplit]")) == len(table.rows)


@pytest.mark.parametrize("name", NAMES)
def test_appendices_are_numbered_without_a_gap(forms: Reports, name: str, tmp_path: Path) -> None:
    numbers = re.findall(r"^Phụ lục\s(\w+)$", golden.text(written(forms[name], tmp_path)), re.MULTILINE)
    assert numbers == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][: len(numbers)]


def test_a_draft_and_a_rehearsal_say_so(forms: Reports, tmp_path: Path) -> None:
    document = opened(forms["scored"], tmp_path, rehearsal=True)
    for header in (document.sections[0].first_page_header, document.sections[0].header):
        assert REHEARSAL in "".join(one.text for one in header.paragraphs)
    assert "DỰ THẢO" in [one.text for one in paragraphs(document)]


def test_persons_are_named_in_this_report(forms: Reports, tmp_path: Path) -> None:
    text = golden.text(written(forms["rating"], tmp_path))
    assert "1 | Trần Thị Mẫu 003 | HTXSNV | HTXSNV | HTXSNV | 210-QĐ/TU ngày 12/12/2024 | " in text


def test_no_place_is_printed(forms: Reports, tmp_path: Path) -> None:
    for name in NAMES:
        text = golden.text(written(forms[name], tmp_path))
        assert not re.search(r"xếp hạng|hạng \d|\| Hạng", text, re.IGNORECASE)


def test_points_stand_only_where_the_sheet_has_them(forms: Reports, tmp_path: Path) -> None:
    assert "Điểm tự chấm" in golden.text(written(forms["scored"], tmp_path))
    assert "Điểm tự chấm" not in golden.text(written(forms["rating"], tmp_path))


@pytest.mark.parametrize("name", [MARKS, "A & B < C > \" '", "]]> <!-- &#0;", "{{ boards }} {% if %}"])
def test_a_name_is_printed_as_it_is(forms: Reports, name: str, tmp_path: Path) -> None:
    rating = forms["rating"].rating
    assert rating is not None
    first = rating.boards[0]
    boards = (replace(first, rows=(replace(first.rows[0], name=name), *first.rows[1:])), *rating.boards[1:])
    text = golden.text(written(replace(forms["rating"], rating=replace(rating, boards=boards)), tmp_path))
    assert f"1 | {name} | HTXSNV" in text


def test_an_exceeded_quota_without_minutes_says_so(forms: Reports, tmp_path: Path) -> None:
    rating = forms["rating"].rating
    assert rating is not None
    quotas = (replace(rating.quotas[1], overrides=()),)
    text = golden.text(written(replace(forms["rating"], rating=replace(rating, quotas=quotas)), tmp_path))
    assert "Vượt 01, không có biên bản ghi lý do." in text


@pytest.mark.parametrize("name", ["rating", "spots"])
def test_an_empty_round_still_gives_a_report(forms: Reports, name: str, tmp_path: Path) -> None:
    report = replace(forms[name], closings=(), seal=None)
    if report.rating is not None:
        none = replace(report.rating, reviewed=0, boards=(), counts=(), quotas=(), asides=())
        report = replace(report, rating=replace(none, flags=(), sent_up=(), replaced=()))
    if report.spots is not None:
        report = replace(report, spots=replace(report.spots, spots=(), agencies=(), shortages=()))
    text = golden.text(written(report, tmp_path))
    assert "Phụ lục" not in text
    assert "chưa có cơ quan" in text or "không có đối tượng" in text


@pytest.mark.parametrize("slug", ["kiem-diem-xep-loai", "xep-loai-tap-the"])
def test_the_table_of_levels_has_a_column_for_each(slug: str) -> None:
    assert len(load_programme(slug).level_labels) == len(PLACES)
