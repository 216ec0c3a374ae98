"""Pieces of a Word template: measures of a layout, paragraphs, tables with a loop, lines, page numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section, _BaseHeaderFooter
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

FONT: Final = "Times New Roman"
LEFT, CENTER, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
Container = Document | _Cell | _BaseHeaderFooter
_A4: Final = (210, 297)


@dataclass(frozen=True, slots=True)
class Measures:
    """Margins in millimetres and sizes in points of a layout (RULES 7.6, 7.7)."""

    left: int = 30
    right: int = 15
    top: int = 20
    bottom: int = 20
    from_edge: int = 8
    number: int = 14
    body: int = 14
    table: int = 12
    first_line: float = 12.7

    @property
    def width(self) -> int:
        """What lies between the margins of an upright page."""
        return _A4[0] - self.left - self.right

    @property
    def wide(self) -> int:
        """What lies between the margins of a page laid crosswise."""
        return _A4[1] - self.left - self.right


@dataclass(frozen=True, slots=True)
class Look:
    """How the words of a row look, and whether it stays on the page of the next one."""

    bold: bool = False
    italic: bool = False
    with_next: bool = False


PLAIN: Final = Look()
BOLD: Final = Look(bold=True)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its width in millimetres, heading, cell and alignment."""

    width: int
    heading: str
    cell: str
    align: WD_ALIGN_PARAGRAPH = LEFT


def prepare(document: Document, measures: Measures) -> None:
    """Set font, language and the two styles of the documents, and the first, upright section."""
    fonts = document.styles.element.xpath("w:docDefaults//w:rFonts")[0]
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)
    document.styles.element.xpath("w:docDefaults//w:lang")[0].set(qn("w:val"), "vi-VN")
    normal = cast("ParagraphStyle", document.styles["Normal"])
    normal.font.name, normal.font.size = FONT, Pt(measures.body)
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Pt(0), 1.0
    _body(_style(document, "Body"), measures)
    _cell(_style(document, "Cell"), measures)
    lay(document.sections[0], measures, upright=True)


def _style(document: Document, name: str) -> ParagraphStyle:
    style = cast("ParagraphStyle", document.styles.add_style(f"Report {name}", WD_STYLE_TYPE.PARAGRAPH))
    style.base_style = document.styles["Normal"]
    return style


def _body(style: ParagraphStyle, measures: Measures) -> None:
    form = style.paragraph_format
    form.alignment, form.first_line_indent = JUSTIFY, Mm(measures.first_line)
    form.space_after, form.line_spacing = Pt(6), 1.1
    form.widow_control = True


def _cell(style: ParagraphStyle, measures: Measures) -> None:
    style.font.size = Pt(measures.table)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1.5)


def lay(section: Section, measures: Measures, *, upright: bool) -> None:
    """Make the pages of a section A4, upright or crosswise, with the margins of the layout."""
    across, down = _A4 if upright else _A4[::-1]
    section.orientation = WD_ORIENT.PORTRAIT if upright else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(across), Mm(down)
    section.left_margin, section.right_margin = Mm(measures.left), Mm(measures.right)
    section.top_margin, section.bottom_margin = Mm(measures.top), Mm(measures.bottom)
    section.header_distance = section.footer_distance = Mm(measures.from_edge)
    section.different_first_page_header_footer = upright


def bordered(section: Section, *, color: str) -> None:
    """Draw a double border around the pages of a section."""
    borders = _element("w:pgBorders", offsetFrom="page")
    for side in ("top", "left", "bottom", "right"):
        borders.append(_element(f"w:{side}", val="double", sz="24", space="24", color=color))
    section._sectPr.find(qn("w:pgMar")).addnext(borders)  # noqa: SLF001  python-docx has no borders


def text(  # noqa: PLR0913  each is a property of one paragraph
    container: Container,
    words: str,
    *,
    style: str = "Normal",
    size: float | None = None,
    bold: bool | None = None,
    italic: bool | None = None,
    underline: bool | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: float = 0,
    after: float | None = None,
    with_next: bool = False,
) -> Paragraph:
    """Add one paragraph of one run."""
    paragraph = container.add_paragraph(style=style)
    run = paragraph.add_run(words)
    run.font.size = None if size is None else Pt(size)
    run.font.bold, run.font.italic, run.font.underline = bold, italic, underline
    form = paragraph.paragraph_format
    form.alignment, form.space_before = align, Pt(before) if before else None
    form.space_after = None if after is None else Pt(after)
    form.keep_with_next = with_next or None
    return paragraph


def tag(container: Container, words: str) -> None:
    """Add a paragraph that is only a tag of the template."""
    container.add_paragraph(f"{{%p {words} %}}")


def line(container: Container, *, width: float, room: float) -> None:
    """Draw a line of that width in the middle of the room, in millimetres."""
    paragraph = text(container, "", size=2, before=4, after=0)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((room - width) / 2)
    form.line_spacing = Pt(3)
    border = _element("w:top", val="single", sz="6", space="1", color="000000")
    _into(_element("w:pBdr"), border, paragraph._p.get_or_add_pPr())  # noqa: SLF001  python-docx has no borders


def cells(container: Document | _Cell, *widths: int) -> tuple[_Cell, ...]:
    """Add a table of one row without borders; its cells begin with an empty paragraph that is taken away."""
    table = container.add_table(rows=1, cols=len(widths))
    _fix(table, widths)
    _no_padding(table)
    _whole(table.rows[0], "w:cantSplit")
    made = tuple(table.rows[0].cells)
    for cell in made:
        cell._tc.remove(cell.paragraphs[0]._p)  # noqa: SLF001  a cell must not open with an empty line
    return made


def listing(
    container: Document, columns: Sequence[Column], rows: str, *, total: Sequence[str] = (), size: float | None = None
) -> None:
    """Add a table with a heading repeated on every page, one row for each of `rows`, and perhaps a total.

    `rows` is the loop of the template, such as "row in zeros"; `size` is for a table of many columns.
    """
    table = _headed(container, columns)
    aligned = [column.align for column in columns]
    _only(table, f"{{%tr for {rows} %}}")
    _fill(_row(table), [column.cell for column in columns], aligned)
    _only(table, "{%tr endfor %}")
    if total:
        _fill(_row(table), total, aligned, BOLD)
    for row in table.rows:
        _whole(row, "w:cantSplit")
    if size is not None:
        _resize(table, size)


def layered(
    container: Document, columns: Sequence[Column], rows: str, looks: Mapping[str, Look], total: Sequence[str] = ()
) -> _Cell:
    """Add a table as `listing` does, each row of which looks as its `look` says, and return the cell that closes it.

    The total stays with what is put into that cell, which has no lines around it.
    """
    table = _headed(container, columns)
    aligned = [column.align for column in columns]
    _only(table, f"{{%tr for {rows} %}}")
    for name, look in looks.items():
        _only(table, f"{{%tr if row.look == '{name}' %}}")
        _fill(_row(table), [column.cell for column in columns], aligned, look)
        _only(table, "{%tr endif %}")
    _only(table, "{%tr endfor %}")
    if total:
        _fill(_row(table), total, aligned, Look(bold=True, with_next=True))
    closing = _closing(table)
    for row in table.rows:
        _whole(row, "w:cantSplit")
    return closing


def _closing(table: Table) -> _Cell:
    """Add a row of one cell below a table: LibreOffice keeps rows together, but no row with what follows the table."""
    row = _row(table)
    closing: _Cell = row.cells[0].merge(row.cells[-1])
    for paragraph in closing.paragraphs:
        closing._tc.remove(paragraph._p)  # noqa: SLF001  a cell must not open with an empty line
    borders = _element("w:tcBorders")
    for side in ("left", "bottom", "right"):
        borders.append(_element(f"w:{side}", val="nil"))
    closing._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001  python-docx has no borders
    return closing


def _headed(container: Document, columns: Sequence[Column]) -> Table:
    table: Table = container.add_table(rows=1, cols=len(columns), style="Table Grid")
    _fix(table, [column.width for column in columns])
    _fill(table.rows[0], [column.heading for column in columns], [CENTER] * len(columns), BOLD)
    _whole(table.rows[0], "w:tblHeader")
    return table


def grid(table: Table, widths: Sequence[int]) -> None:
    """Give a table columns of these widths in millimetres, and keep its rows whole."""
    _fix(table, widths)
    for row in table.rows:
        _whole(row, "w:cantSplit")


def printed_table(table: Table, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
    """Fill in a table that needs no template: a heading that is repeated, numbers and marks in the middle."""
    grid(table, widths)
    aligned = [CENTER, LEFT, *[CENTER] * (len(widths) - 2)]
    for place, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
        _fill(row, words, [CENTER] * len(widths) if place == 0 else aligned, PLAIN if place else BOLD)
    _whole(table.rows[0], "w:tblHeader")


def _resize(table: Table, size: float) -> None:
    for run in (run for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs):
        run.font.size = Pt(size)


def _fill(row: _Row, words: Sequence[str], aligned: Sequence[WD_ALIGN_PARAGRAPH], look: Look = PLAIN) -> None:
    for cell, word, align in zip(row.cells, words, aligned, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.style, paragraph.alignment = "Report Cell", None if align == LEFT else align
        run = paragraph.add_run(word)
        run.font.bold, run.font.italic = look.bold or None, look.italic or None
        paragraph.paragraph_format.keep_with_next = look.with_next or None
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _row(table: Table) -> _Row:
    return cast("_Row", table.add_row())  # type: ignore[no-untyped-call]


def _only(table: Table, words: str) -> None:
    _row(table).cells[0].paragraphs[0].add_run(words)


def _fix(table: Table, widths: Sequence[int]) -> None:
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _whole(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(_element(name))  # noqa: SLF001  python-docx has no such property


def _no_padding(table: Table) -> None:
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="0", type="dxa"))
    look = table._tblPr.find(qn("w:tblLook"))  # noqa: SLF001  python-docx has no such property
    look.addprevious(margins)


def number_pages(section: Section, size: int) -> None:
    """Number the pages in the middle of the top, but for the first of a section that says so."""
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = CENTER
    run = paragraph.add_run()
    run.font.size = Pt(size)
    for child in _page_field():
        run._r.append(child)  # noqa: SLF001  python-docx has no fields


def _page_field() -> Iterator[BaseOxmlElement]:
    yield _element("w:fldChar", fldCharType="begin")
    instruction = _element("w:instrText")
    instruction.text = "PAGE"
    yield instruction
    yield _element("w:fldChar", fldCharType="end")


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _into(parent: BaseOxmlElement, child: BaseOxmlElement, owner: BaseOxmlElement) -> None:
    parent.append(child)
    owner.insert_element_before(parent, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
