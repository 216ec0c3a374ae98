import re
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from reports.btv_docx import render, write_docx
from reports.contents import Result, RoundReport
from reports.wording import REHEARSAL
from tests.reports import golden
from tests.reports.factory import at

LAYOUTS = ("party", "administrative")
MARKS = (
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
    "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
)
Reports = dict[str, RoundReport]


def written(report: RoundReport, path: Path, *, rehearsal: bool = False) -> Path:
    write_docx(report, path / "report.docx", rehearsal=rehearsal)
    return path / "report.docx"


def opened(report: RoundReport, path: Path, *, rehearsal: bool = False) -> Document:
    return docx.Document(str(written(report, path, rehearsal=rehearsal)))


def with_first(report: RoundReport, **changes: str) -> RoundReport:
    """The report with its first subject changed."""
    board = report.boards[0]
    first = replace(board.results[0], **changes)  # type: ignore[arg-type]
    return replace(report, boards=(replace(board, results=(first, *board.results[1:])), *report.boards[1:]))


@pytest.mark.rule("DN-3.3", "DN-3.4", "DN-7.1")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_text_is_the_golden_one(reports: Reports, layout: str, tmp_path: Path) -> None:
    path = written(reports[layout], tmp_path, rehearsal=layout == "administrative")
    assert golden.held(layout, path)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_figures_give_the_same_bytes(reports: Reports, layout: str, tmp_path: Path) -> None:
    copies = [tmp_path / name for name in ("one.docx", "two.docx")]
    for copy in copies:
        write_docx(reports[layout], copy, rehearsal=False)
    assert copies[0].read_bytes() == copies[1].read_bytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pages_are_a4_with_the_margins_of_the_rules(reports: Reports, layout: str, tmp_path: Path) -> None:
    body, annexes = opened(reports[layout], tmp_path).sections
    assert measures(body) == (210, 297, 30, 15, 20, 20)
    assert measures(annexes) == (297, 210, 30, 15, 20, 20)
    assert (body.orientation, annexes.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)


def measures(section: Section) -> tuple[int, ...]:
    lengths = (
        section.page_width,
        section.page_height,
        section.left_margin,
        section.right_margin,
        section.top_margin,
        section.bottom_margin,
    )
    return tuple(round((length or Mm(0)).mm) for length in lengths)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_pages_are_numbered_top_centre_but_not_the_first(reports: Reports, layout: str, tmp_path: Path) -> None:
    body, annexes = opened(reports[layout], tmp_path).sections
    number = body.header.paragraphs[0]
    assert number._p.xpath("string(.//w:instrText)") == "PAGE"
    assert (number.alignment, size(number)) == (1, 14)
    assert body.different_first_page_header_footer
    assert not annexes.different_first_page_header_footer
    assert annexes.header.is_linked_to_previous
    assert body.first_page_header._element.xpath(".//w:instrText") == []


def size(paragraph: Paragraph) -> float | None:
    given = paragraph.runs[0].font.size
    return None if given is None else given.pt


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_is_times_new_roman_and_vietnamese(reports: Reports, layout: str, tmp_path: Path) -> None:
    document = opened(reports[layout], tmp_path)
    defaults = document.styles.element
    assert set(defaults.xpath("w:docDefaults//w:rFonts")[0].attrib.values()) == {"Times New Roman"}
    assert defaults.xpath("w:docDefaults//w:lang/@w:val") == ["vi-VN"]
    assert document.element.body.xpath(".//w:rFonts") == []
    assert document.styles["Normal"].element.xpath(".//w:sz/@w:val") == ["28"]


PARTY = (
    ("THÀNH ỦY ĐÀ NẴNG", 14, False),
    ("BAN DÂN VẬN", 14, True),
    ("Số 127-BC/BDVTU", 14, False),
    ("ĐẢNG CỘNG SẢN VIỆT NAM", 15, True),
    ("Đà Nẵng, ngày 26 tháng 12 năm 2024", 14, False),
    ("BÁO CÁO", 16, True),
    ("về việc đánh giá, chấm điểm kết quả thực hiện dân chủ ở cơ sở năm 2024", 14, True),
    ("TRƯỞNG BAN", 14, True),
    ("Nơi nhận:", 14, False),
    ("Phụ lục\N{NO-BREAK SPACE}I", 14, True),
)
ADMINISTRATIVE = (
    ("ỦY BAN NHÂN DÂN\nHUYỆN VĂN GIANG", 13, True),
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, True),
    ("Độc lập - Tự do - Hạnh phúc", 14, True),
    ("Số: ......../BC-UBND", 13, False),
    ("BÁO CÁO", 14, True),
    ("TM. ỦY BAN NHÂN DÂN", 14, True),
    ("CHỦ TỊCH", 14, True),
    ("Nơi nhận:", 12, True),
    ("- Lưu: VT, NV.", 11, False),
    ("Phụ lục\N{NO-BREAK SPACE}I", 14, True),
)


@pytest.mark.parametrize(
    ("layout", "words", "points", "bold"),
    [("party", *one) for one in PARTY] + [("administrative", *one) for one in ADMINISTRATIVE],
)
def test_each_part_has_its_size(
    reports: Reports, layout: str, words: str, points: int, *, bold: bool, tmp_path: Path
) -> None:
    found = next(one for one in paragraphs(opened(reports[layout], tmp_path)) if one.text == words)
    assert (size(found), bool(found.runs[0].bold)) == (points, bold)


def paragraphs(document: Document) -> list[Paragraph]:
    """Every paragraph of the body, also those in tables."""
    return [Paragraph(element, document._body) for element in document.element.body.iter(qn("w:p"))]


def test_the_legal_bases_stand_in_italics_each_on_its_line(reports: Reports, tmp_path: Path) -> None:
    bases = [one for one in opened(reports["administrative"], tmp_path).paragraphs if one.text.startswith("Căn cứ ")]
    assert [(one.text[-1], one.runs[0].italic) for one in bases] == [(";", True), (".", True)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_headings_of_tables_are_repeated_and_rows_stay_whole(reports: Reports, layout: str, tmp_path: Path) -> None:
    tables = [table for table in opened(reports[layout], tmp_path).tables if table.cell(0, 0).text == "STT"]
    assert len(tables) >= 6
    for table in tables:
        assert table._tbl.xpath("./w:tr[1]/w:trPr/w:tblHeader")
        assert len(table._tbl.xpath("./w:tr[w:trPr/w:cantSplit]")) == len(table.rows)


def test_a_rehearsal_says_so_on_every_page(reports: Reports, tmp_path: Path) -> None:
    body, _ = opened(reports["party"], tmp_path, rehearsal=True).sections
    for header in (body.first_page_header, body.header):
        assert REHEARSAL in [one.text for one in header.paragraphs]


def test_a_draft_says_so_and_a_numbered_report_does_not(reports: Reports, tmp_path: Path) -> None:
    draft = opened(reports["administrative"], tmp_path)
    assert "DỰ THẢO" in [one.text for one in draft.sections[0].header.paragraphs]
    assert "DỰ THẢO" in [one.text for one in paragraphs(draft)]
    numbered = opened(reports["party"], tmp_path)
    assert [one.text for one in numbered.sections[0].header.paragraphs] == [""]
    assert "DỰ THẢO" not in [one.text for one in paragraphs(numbered)]


@pytest.mark.parametrize(
    "name",
    [
        MARKS,
        "A & B < C > D \" E ' F",
        "]]> <![CDATA[ <!-- <w:p/> &amp; &#0;",
        "{{ boards }} {% if %} {# không #}",
        "Tên\nhai dòng",
    ],
)
def test_a_name_is_printed_as_it_is(reports: Reports, name: str, tmp_path: Path) -> None:
    text = golden.text(written(with_first(reports["party"], name=name), tmp_path))
    assert f"1 | {name} | 97,5 | 95,25" in text


def test_what_xml_cannot_hold_becomes_a_space(reports: Reports, tmp_path: Path) -> None:
    text = golden.text(written(with_first(reports["party"], name="A\x00B\x0bC\ufffeD\tE\x0cF\x07G"), tmp_path))
    assert "1 | A B C D E F G | 97,5" in text


def test_the_properties_are_the_reports_own(reports: Reports, tmp_path: Path) -> None:
    properties = opened(reports["party"], tmp_path).core_properties
    assert properties.title == "Đánh giá, chấm điểm kết quả thực hiện dân chủ ở cơ sở năm 2024"
    assert properties.author == "Ban Dân vận Thành ủy"
    assert properties.created == properties.modified == at(12, 26, 0)


def test_parts_of_the_archive_have_no_times(reports: Reports, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(reports["party"], tmp_path)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.rule("VG-4.6")
def test_no_level_is_printed_while_unconfirmed(reports: Reports, tmp_path: Path) -> None:
    rated = with_first(reports["administrative"], level="MỨC KHÔNG ĐƯỢC IN")
    text = golden.text(written(rated, tmp_path))
    assert "MỨC KHÔNG ĐƯỢC IN" not in text
    assert "Đề nghị mức xếp loại" in text


def test_confirmed_levels_are_counted_and_printed(reports: Reports, tmp_path: Path) -> None:
    rated = replace(with_first(reports["administrative"], level="Xuất sắc"), levels="decided")
    text = golden.text(written(rated, tmp_path))
    assert "Mức xếp loại: Xuất sắc: 01 đơn vị." in text
    assert "1 | Phòng Nội vụ | 96 | 95 | 95 | Xuất sắc | 1 |" in text


def test_without_events_the_report_says_that_there_were_none(reports: Reports, tmp_path: Path) -> None:
    party = reports["party"]
    boards = tuple(replace(board, results=tuple(map(plain, board.results))) for board in party.boards)
    quiet = replace(party, boards=boards, specials=(), removed=(), redecided=(), asked=0, explained=0, seal=None)
    text = golden.text(written(quiet, tmp_path))
    for sentence in (
        "Không có đơn vị nào bị xác định 0 (không) điểm do chưa hoàn thành việc tự đánh giá.",
        "Không có trường hợp đặc biệt nào được gia hạn.",
        "Không có hồ sơ nào phải giải trình, bổ sung.",
        "Không có hồ sơ nào có tổng điểm thẩm định khác tổng điểm tự chấm.",
        "Kết quả chưa được xếp hạng.",
        "Số liệu của bản này chưa có mã kiểm chứng dữ liệu.",
    ):
        assert sentence in text.splitlines()
    assert re.findall(r"^Phụ lục\s\w+$", text, re.MULTILINE) == ["Phụ lục\N{NO-BREAK SPACE}I"]


def plain(result: Result) -> Result:
    return replace(
        result, zeroed=False, late=False, appraised_total=result.self_total, place=None, tied=False, reason=""
    )


def test_a_round_without_subjects_still_gives_a_report(reports: Reports, tmp_path: Path) -> None:
    text = golden.text(written(replace(reports["party"], boards=(), closings=()), tmp_path))
    assert "Có 00/00 đơn vị đã hoàn thành và nộp bản tự đánh giá." in text


@pytest.mark.parametrize(
    ("words", "error"),
    [("{{ nothing }}", UndefinedError), ("{{ ''.__class__.__mro__ }}", SecurityError)],
)
def test_a_changed_template_can_neither_guess_nor_reach_out(words: str, error: type[Exception], tmp_path: Path) -> None:
    changed = docx.Document()
    changed.add_paragraph(words)
    changed.save(str(tmp_path / "changed.docx"))
    with pytest.raises(error):
        render(DocxTemplate(tmp_path / "changed.docx"), {})
