"""A Word document of this software as a PDF: what `reports.paper` puts into one is read back and set by typst.

It knows paragraphs, runs, lines, tables and sections as those are made here; it is no reader of any Word file.
"""

from collections.abc import Iterator
from io import BytesIO
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, cast

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tc
from docx.section import Section
from docx.shared import Length, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from reports.typst_pdf import written

if TYPE_CHECKING:
    from docx.styles.style import ParagraphStyle

TEMPLATE: Final = "word.typ"
ALIGNED: Final = {
    WD_ALIGN_PARAGRAPH.LEFT: "left",
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "justify",
}
_NORMAL: Final = Pt(14)
_NONE: Final = Length(0)


def word_pdf(content: bytes) -> bytes:
    """The document as a PDF/A; the same document gives the same bytes."""
    document = docx.Document(BytesIO(content))
    own, made = document.core_properties, document.core_properties.modified
    if made is None:
        raise ValueError("the document does not say when it was made")
    head = document.sections[0]
    return written(
        TEMPLATE,
        {
            "title": own.title or own.subject or "",
            "author": own.author,
            "date": [made.year, made.month, made.day, made.hour, made.minute, made.second],
            "first": [_paragraph(one) for one in head.first_page_header.paragraphs if one.text.strip()],
            "other": [_paragraph(one) for one in head.header.paragraphs if one.text.strip()],
            "sections": [_section(*one) for one in _sections(document)],
        },
    )


def _sections(document: Document) -> Iterator[tuple[Section, list[dict[str, Any]]]]:
    """Each section with what stands in it: the paragraph that ends a section names it, the document the last."""
    blocks: list[dict[str, Any]] = []
    size = cast("ParagraphStyle", document.styles["Report Cell"]).font.size or _NORMAL
    sections = iter(document.sections)
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            blocks += _whole_table(block, size.pt)
            continue
        blocks.append(_paragraph(block))
        if block._p.xpath("./w:pPr/w:sectPr"):  # noqa: SLF001  python-docx does not tell where a section ends
            yield next(sections), blocks[:-1]
            blocks = []
    yield next(sections), blocks


def _section(section: Section, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"upright": section.orientation == WD_ORIENT.PORTRAIT, "blocks": blocks}


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    form, style = paragraph.paragraph_format, paragraph.style.paragraph_format if paragraph.style else None

    def given(name: str) -> Length | None:
        own: Length | None = getattr(form, name)
        return own if own is not None or style is None else getattr(style, name)

    return {
        "kind": "paragraph",
        "align": _aligned(style.alignment if paragraph.alignment is None and style else paragraph.alignment),
        "before": _pt(given("space_before")),
        "after": _pt(given("space_after")),
        "first": _mm(given("first_line_indent")),
        "left": _mm(given("left_indent")),
        "right": _mm(given("right_indent")),
        "line": bool(paragraph._p.xpath("./w:pPr/w:pBdr/w:top")),  # noqa: SLF001  python-docx has no borders
        "new_page": bool(form.page_break_before),
        "with_next": bool(form.keep_with_next),
        "runs": [_run(one, paragraph) for one in paragraph.runs if one.text],
    }


def _run(run: Run, paragraph: Paragraph) -> dict[str, Any]:
    size = run.font.size or (paragraph.style.font.size if paragraph.style else None) or _NORMAL
    return {
        "text": run.text,
        "size": size.pt,
        "bold": bool(run.font.bold),
        "italic": bool(run.font.italic),
        "underline": bool(run.font.underline),
    }


def _whole_table(table: Table, size: float) -> Iterator[dict[str, Any]]:
    """A table, and after it what stands in the cell that closes it."""
    closing = table._tbl.xpath("./w:tr[last()]/w:tc[w:tcPr/w:gridSpan]")  # noqa: SLF001  faster by far than row.cells
    yield _table(table, table.rows[:-1] if closing else list(table.rows), size)
    for block in (block for cell in closing for block in _Cell(cell, table).iter_inner_content()):
        if isinstance(block, Table):
            yield _table(block, list(block.rows), size)
        elif block.runs:
            yield _paragraph(block)


def _table(table: Table, rows: list[_Row], size: float) -> dict[str, Any]:
    """These rows of a table; `size` is that of words in cells which say nothing of their own."""
    grid = table._tbl.tblGrid.findall(qn("w:gridCol"))  # noqa: SLF001  the widths that count
    return {
        "kind": "table",
        "widths": [int(column.get(qn("w:w"))) / 1440 * 25.4 for column in grid],
        "ruled": table.style is not None and table.style.name == "Table Grid",
        "kept": _kept(rows),
        "heading": sum(bool(row._tr.xpath("./w:trPr/w:tblHeader")) for row in rows),  # noqa: SLF001  as above
        "rows": [_cells(row, size) for row in rows],
    }


def _kept(rows: list[_Row]) -> int:
    """How many of the last rows stay on the page of what follows them."""
    kept = takewhile(lambda row: row._tr.xpath("./w:tc[1]/w:p/w:pPr/w:keepNext"), reversed(rows))  # noqa: SLF001
    return sum(1 for _ in kept)


def _cells(row: _Row, size: float) -> list[Any]:
    return [_cell(cell, row, size) for cell in row._tr.tc_lst]  # noqa: SLF001  faster by far than row.cells


def _cell(cell: CT_Tc, row: _Row, size: float) -> Any:  # noqa: ANN401  JSON
    """A cell: its paragraphs; of the many that hold one run only how its words look."""
    paragraphs = cell.p_lst
    if len(paragraphs) != 1 or len(paragraphs[0].r_lst) > 1:
        return [_paragraph(one) for one in _Cell(cell, row.table).paragraphs]
    form, run = paragraphs[0].pPr, next(iter(paragraphs[0].r_lst), None)
    look = None if run is None else run.rPr
    given = None if look is None else look.sz_val
    return {
        "text": run.text if run is not None else "",
        "size": size if given is None else given.pt,
        "bold": look is not None and look.find(qn("w:b")) is not None,
        "italic": look is not None and look.find(qn("w:i")) is not None,
        "align": _aligned(None if form is None else form.jc_val),
    }


def _aligned(given: WD_ALIGN_PARAGRAPH | None) -> str:
    return "left" if given is None else ALIGNED.get(given, "left")


def _mm(value: Length | None) -> float:
    return float((value or _NONE).mm)


def _pt(value: Length | None) -> float:
    return float((value or _NONE).pt)
