"""Ballot papers to be printed and cut: four, two or one a page, by how much is on them."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

import docx
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from config.calendar import date_text
from reports.count_contents import Asked, BallotPaper
from reports.packing import repack
from reports.paper import CENTER, LEFT, Measures, grid, prepare, printed_table, text
from reports.wording import REHEARSAL, printable

MARGINS: Final = Measures(left=10, right=10, top=10, bottom=10, body=11)
FEW, SOME = 2, 6
"""So many dossiers leave room for four papers on a page, and for two."""
HEIGHT: Final = 276
WIDTH: Final = 190
BOX: Final = "\N{WHITE SQUARE}"
HOW: Final = "Đánh dấu (X) vào ô của mức lựa chọn; mỗi đối tượng chỉ chọn một mức. Không ghi tên người bỏ phiếu."


def write_papers(paper: BallotPaper, count: int) -> bytes:
    """So many equal papers as a Word document; the same paper gives the same bytes."""
    document = docx.Document()
    prepare(document, MARGINS)
    across, down = _layout(len(paper.asked))
    if down == 1:
        _whole_pages(document, paper, count)
    else:
        _cut(document, paper, count, across, down)
    raw, packed = BytesIO(), BytesIO()
    document.save(raw)
    repack(raw, packed)
    return packed.getvalue()


def _layout(dossiers: int) -> tuple[int, int]:
    """Papers beside each other and one under the other."""
    if dossiers <= FEW:
        return 2, 2
    return (1, 2) if dossiers <= SOME else (1, 1)


def _whole_pages(document: Document, paper: BallotPaper, count: int) -> None:
    for number in range(count):
        _fill(document, paper, WIDTH, listed=False, new_page=number > 0)


def _cut(document: Document, paper: BallotPaper, count: int, across: int, down: int) -> None:
    """A table whose inner lines are cut along; a last row that is not full stays empty."""
    rows = -(-count // across)
    table = document.add_table(rows=rows, cols=across, style="Table Grid")
    grid(table, [WIDTH // across] * across)
    for row in table.rows:
        row.height, row.height_rule = Mm(HEIGHT / down), WD_ROW_HEIGHT_RULE.EXACTLY
    cells = [cell for row in table.rows for cell in row.cells]
    for cell in cells[:count]:
        _fill(cell, paper, WIDTH // across - 4, listed=across > 1)
    _shrink_last(document)


def _shrink_last(document: Document) -> None:
    """Word ends with a paragraph; a full-sized one would make a page of its own."""
    last = document.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)
    last.add_run().font.size = Pt(1)


def _fill(place: Document | _Cell, paper: BallotPaper, width: int, *, listed: bool, new_page: bool = False) -> None:
    """One paper: as a list of boxes where there is little on it, else as a table. All look the same on their pages."""
    if isinstance(place, _Cell):
        place._tc.remove(place.paragraphs[0]._p)  # noqa: SLF001  a cell must not open with an empty line
    for number, (words, size, bold) in enumerate(_head(paper)):
        head = text(place, printable(words), size=size, bold=bold, align=CENTER, before=0 if number else 8, after=2)
        head.paragraph_format.page_break_before = (new_page and number == 0) or None
    if listed:
        for one in paper.asked:
            _listed(place, one)
    else:
        _tabled(place, paper, width)
    text(place, HOW, size=9, italic=True, align=LEFT, before=4, after=0)


def _head(paper: BallotPaper) -> Iterator[tuple[str, float, bool]]:
    if paper.rehearsal:
        yield REHEARSAL, 9, True
    yield paper.head.issuer.upper(), 11, True
    yield paper.title.upper(), 13, True
    yield f"({paper.meeting}, ngày\N{NO-BREAK SPACE}{date_text(paper.day)})", 10, False


def _listed(place: Document | _Cell, one: Asked) -> None:
    text(place, printable(one.name), size=12, bold=True, align=CENTER, before=8, after=3)
    for label in one.offered:
        paragraph = text(place, f"{BOX}  {printable(label)}", size=12, align=LEFT, after=3)
        paragraph.paragraph_format.left_indent = Mm(14)


def _tabled(place: Document | _Cell, paper: BallotPaper, width: int) -> None:
    mark = min(26, (width - 60) // len(paper.options))
    widths = [12, width - 12 - mark * len(paper.options), *[mark] * len(paper.options)]
    table = _table(place, len(paper.asked) + 1, len(widths))
    headings = ["STT", "Đối tượng", *paper.options]
    rows = [[str(number), one.name, *_marks(paper, one)] for number, one in enumerate(paper.asked, 1)]
    printed_table(table, widths, [[printable(cell) for cell in row] for row in (headings, *rows)])


def _marks(paper: BallotPaper, one: Asked) -> Sequence[str]:
    return ["" if label in one.offered else "–" for label in paper.options]


def _table(place: Document | _Cell, rows: int, columns: int) -> Table:
    table = place.add_table(rows, columns)
    table.style = "Table Grid"
    return table
