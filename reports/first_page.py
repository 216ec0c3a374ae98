"""Keeps headings off the places where LibreOffice ends a first page before it has measured anything.

It begins by laying 25 paragraphs on a page, or 20 in a document of more than 100, and counts the rows of a table as
paragraphs. Where the page really ends there, it leaves the last of them at the foot even if that stays with the next.
"""

from collections.abc import Iterator
from typing import Final

from docx.document import Document
from docx.shared import Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

ENDS: Final = (20, 25)
THIN: Final = Pt(1)


def free_ends(document: Document) -> None:
    """Put empty lines of one point before what is kept with the next in such a place."""
    for end in ENDS:
        kept = kept_at(document, end)
        for _ in kept:
            kept[0].insert_paragraph_before().paragraph_format.line_spacing = THIN


def kept_at(document: Document, end: int) -> list[Paragraph]:
    """The paragraphs that stay together from one to the next up to that place; none where the last does not stay."""
    kept: list[Paragraph] = []
    for at, block in _counted(document):
        kept = [*kept, block] if isinstance(block, Paragraph) and block.paragraph_format.keep_with_next else []
        if at >= end:
            return kept if at == end else []
    return []


def _counted(document: Document) -> Iterator[tuple[int, Paragraph | Table]]:
    """What stands in the body, with how many paragraphs there are to its end."""
    at = 0
    for block in document.iter_inner_content():
        at += len(block.rows) if isinstance(block, Table) else 1
        yield at, block
