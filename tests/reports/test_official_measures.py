"""Every template of a document keeps the measures of its layout (RULES 7.6, 7.7); the files are read, not the code."""

from collections.abc import Iterator
from itertools import product

import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph

from reports import count_docx, template_count
from reports.btv_docx import TEMPLATES
from reports.make_templates import build
from reports.official.catalogue import BUILDERS
from reports.official.frame import template_name
from tests.reports.reading import opened, paragraphs

MADE = {
    count_docx.NAME: template_count.build,
    **BUILDERS,
    **{f"btv{form}": None for form in ("", "-rating", "-spots")},
}
LAYOUTS = ("party", "administrative")
HEADS = {
    "party": {
        "ĐẢNG CỘNG SẢN VIỆT NAM": (15, True),
        "{{ issuer }}": (14, True),
        "{{ parent }}": (14, False),
        "*": (14, False),
        "Số {{ number }}": (14, False),
        "{{ place_and_date }}": (14, False),
        "{{ title }}": (16, True),
    },
    "administrative": {
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": (13, True),
        "Độc lập - Tự do - Hạnh phúc": (14, True),
        "{{ issuer }}": (13, True),
        "{{ parent }}": (13, False),
        "Số: {{ number }}": (13, False),
        "{{ place_and_date }}": (14, False),
        "{{ title }}": (14, True),
    },
}
UNDER_HEAD = {"party": 1, "administrative": 2}
"""Lines drawn in the head: under the Party's title; under the issuer and under the motto."""
TEMPLATE = list(product(MADE, LAYOUTS))


def read(name: str, layout: str) -> Document:
    return opened((TEMPLATES / template_name(name, layout)).read_bytes())


def size(paragraph: Paragraph) -> float | None:
    given = paragraph.runs[0].font.size
    return None if given is None else given.pt


def drawn(document: Document) -> Iterator[float]:
    """How long each line of the head is, in millimetres: what its cell leaves between the indents."""
    for cell in document.tables[0].rows[0].cells:
        for paragraph in cell.paragraphs:
            if paragraph._p.xpath("./w:pPr/w:pBdr/w:top"):
                form = paragraph.paragraph_format
                yield round((cell.width or Mm(0)).mm - (form.left_indent or Mm(0)).mm - (form.right_indent or Mm(0)).mm)


@pytest.mark.parametrize(("name", "layout"), TEMPLATE)
def test_the_file_is_that_of_its_builder(name: str, layout: str) -> None:
    make = MADE[name]
    file = (TEMPLATES / template_name(name, layout)).read_bytes()
    form = name.removeprefix("btv").removeprefix("-") or "points"
    assert file == (build(form, layout) if make is None else make(layout))  # type: ignore[arg-type]


@pytest.mark.rule("X-D5")
@pytest.mark.parametrize(("name", "layout"), TEMPLATE)
def test_pages_are_a4_with_the_margins_and_the_font_of_the_rules(name: str, layout: str) -> None:
    document = read(name, layout)
    for section in document.sections:
        upright = section.orientation == WD_ORIENT.PORTRAIT
        page = (section.page_width, section.page_height)
        assert tuple(round((length or Mm(0)).mm) for length in page) == ((210, 297) if upright else (297, 210))
        sides = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
        assert tuple(round((length or Mm(0)).mm) for length in sides) == (30, 15, 20, 20)
    defaults = document.styles.element
    assert set(defaults.xpath("w:docDefaults//w:rFonts")[0].attrib.values()) == {"Times New Roman"}
    assert defaults.xpath("w:docDefaults//w:lang/@w:val") == ["vi-VN"]
    assert document.element.body.xpath(".//w:rFonts") == []
    assert document.styles["Normal"].element.xpath(".//w:sz/@w:val") == ["28"]
    body = document.styles["Report Body"].paragraph_format
    assert body.alignment == 3
    assert round((body.first_line_indent or Mm(0)).mm, 1) in {10.0, 12.7}
    assert (body.space_after.pt if body.space_after else 0) >= 6
    assert 1 <= float(body.line_spacing or 0) <= 1.5


@pytest.mark.parametrize(("name", "layout"), TEMPLATE)
def test_pages_are_numbered_in_the_middle_of_the_top_but_not_the_first(name: str, layout: str) -> None:
    first = read(name, layout).sections[0]
    number = first.header.paragraphs[0]
    assert number._p.xpath("string(.//w:instrText)") == "PAGE"
    assert (number.alignment, size(number)) == (1, 14)
    assert first.different_first_page_header_footer
    assert first.first_page_header._element.xpath(".//w:instrText") == []
    assert [one.text for one in first.first_page_header.paragraphs if "rehearsal" in one.text]


def has_letterhead(name: str, layout: str) -> bool:
    """Whether it is not a form of its own."""
    return any("{{ number }}" in one.text for one in paragraphs(read(name, layout)))


@pytest.mark.parametrize(("name", "layout"), [pair for pair in TEMPLATE if has_letterhead(*pair)])
def test_the_head_has_its_parts_sizes_and_lines(name: str, layout: str) -> None:
    document = read(name, layout)
    found = {one.text: (size(one), bool(one.runs[0].bold)) for one in paragraphs(document) if one.runs}
    letter = "{{ title }}" not in found
    expected = {words: parts for words, parts in HEADS[layout].items() if not (letter and words == "{{ title }}")}
    assert {words: found[words] for words in expected} == expected
    assert found["{{ about }}"] == ((12, False) if letter else (14, True))
    lengths = list(drawn(document))
    assert len(lengths) == UNDER_HEAD[layout]
    assert all(20 <= length <= 75 for length in lengths)
    assert document.element.body.find(qn("w:sectPr")) is not None
