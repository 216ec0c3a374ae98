"""What the Word templates of all reports share: head, foot, titles of appendices, the seal."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from reports.packing import repack
from reports.paper import (
    CENTER,
    JUSTIFY,
    LEFT,
    Column,
    Container,
    Measures,
    cells,
    lay,
    line,
    listing,
    number_pages,
    prepare,
    tag,
    text,
)

PARTY: Final = Measures(first_line=10, table=12)
ADMINISTRATIVE: Final = Measures(first_line=12.7, table=12)
LAYOUTS: Final = {"party": PARTY, "administrative": ADMINISTRATIVE}
_MADE: Final = datetime(2024, 1, 1, tzinfo=UTC)
_PARTY_TITLE: Final = 73
_MOTTO: Final = 60
_HALVES: Final = (63, 102)
"""How wide the issuer stands, and State or Party with place and date on one line."""
NO: Final = Column(12, "STT", "{{ row.no }}", CENTER)
Annex = tuple[str, str, tuple[Column, ...]]
"""An appendix of one table: the name of its rows, its title, its columns."""
Part = Callable[[Document], None]


def made(layout: str, body: Part, annexes: Part) -> bytes:
    """Return the template of a report to the body above, with its appendices; the same bytes every time."""
    document = begun(layout)
    letterhead(document, layout)
    type_and_subject(document, layout)
    _opening(document, layout)
    body(document)
    foot(document, layout)
    crosswise(document, layout)
    annexes(document)
    _seal_annex(document)
    return saved(document)


def begun(layout: str) -> Document:
    """Return an empty document of a layout, whose pages are numbered and say what it is not."""
    document, measures = docx.Document(), LAYOUTS[layout]
    prepare(document, measures)
    properties(document)
    _headers(document, measures)
    return document


def sections(document: Document, name: str) -> None:
    """Print sections: a heading, and the paragraphs under it."""
    tag(document, f"for section in {name}")
    heading(document, "{{ section.heading }}")
    paragraphs(document, "section.paragraphs")
    tag(document, "endfor")


def annex(document: Document, one: Annex) -> None:
    """Print an appendix of one table, if there are rows for it."""
    name, words, columns = one
    tag(document, f"if {name}")
    title(document, name, words)
    listing(document, columns, f"row in {name}")
    tag(document, "endif")


def crosswise(document: Document, layout: str) -> None:
    """Go on with pages laid crosswise."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(1)
    lay(section, LAYOUTS[layout], upright=False)


def saved(document: Document) -> bytes:
    """Return the document as bytes, the same every time."""
    raw, packed = BytesIO(), BytesIO()
    document.save(raw)
    repack(raw, packed)
    return packed.getvalue()


def properties(document: Document) -> None:
    """Say who made a template, and nothing of when."""
    own = document.core_properties
    own.author = own.last_modified_by = "danhgia"
    own.comments = own.title = ""
    own.created = own.modified = _MADE


def _headers(document: Document, measures: Measures) -> None:
    section = document.sections[0]
    number_pages(section, measures.number)
    first = section.first_page_header
    first.is_linked_to_previous = False
    _mark(first, "rehearsal")
    _mark(section.header, "marks")


def _mark(container: Container, name: str) -> None:
    tag(container, f"if {name}")
    text(container, f"{{{{ {name} }}}}", size=11, bold=True, align=CENTER, after=0)
    tag(container, "endif")


def letterhead(document: Document, layout: str, *, letter: bool = False) -> None:
    """Print who issues, number, place and date; what a letter is about stands under its number."""
    if layout == "party":
        _party_head(document, letter=letter)
    else:
        _administrative_head(document, letter=letter)


def _party_head(document: Document, *, letter: bool) -> None:
    left, right = cells(document, *_HALVES)
    _issuer(left, 14)
    text(left, "*", size=14, align=CENTER, after=0)
    tag(left, "if number")
    text(left, "Số {{ number }}", size=14, align=CENTER, after=0)
    tag(left, "endif")
    if letter:
        text(left, "{{ about }}", size=12, italic=True, align=CENTER, after=0)
    _draft(left)
    text(right, "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, align=CENTER, after=0)
    line(right, width=_PARTY_TITLE, room=_HALVES[1])
    text(right, "{{ place_and_date }}", size=14, italic=True, align=CENTER, before=6, after=0)


def _administrative_head(document: Document, *, letter: bool) -> None:
    left, right = cells(document, *_HALVES)
    _issuer(left, 13)
    line(left, width=22, room=_HALVES[0])
    tag(left, "if number")
    text(left, "Số: {{ number }}", size=13, align=CENTER, before=6, after=0)
    tag(left, "endif")
    if letter:
        text(left, "{{ about }}", size=12, align=CENTER, before=3, after=0)
    _draft(left)
    text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True, align=CENTER, after=0)
    text(right, "Độc lập - Tự do - Hạnh phúc", size=14, bold=True, align=CENTER, after=0)
    line(right, width=_MOTTO, room=_HALVES[1])
    text(right, "{{ place_and_date }}", size=14, italic=True, align=CENTER, before=6, after=0)


def _issuer(container: Container, size: int) -> None:
    tag(container, "if parent")
    text(container, "{{ parent }}", size=size, align=CENTER, after=0)
    tag(container, "endif")
    text(container, "{{ issuer }}", size=size, bold=True, align=CENTER, after=0)


def type_and_subject(document: Document, layout: str) -> None:
    """Print the type of a document and what it is about."""
    text(document, "{{ title }}", size=16 if layout == "party" else 14, bold=True, align=CENTER, before=18, after=0)
    text(document, "{{ about }}", size=14, bold=True, align=CENTER, after=0)
    if layout == "party":
        text(document, "-----", size=14, align=CENTER, after=6)
    else:
        line(document, width=55, room=ADMINISTRATIVE.width)


def _opening(document: Document, layout: str) -> None:
    text(document, "Kính gửi: {{ recipient }}", size=14, align=CENTER, before=6, after=12)
    if layout == "party":
        text(document, "Căn cứ {{ bases|join('; ') }}, {{ opening }}", style="Report Body")
        return
    tag(document, "for base in bases")
    text(document, "Căn cứ {{ base }}{{ '.' if loop.last else ';' }}", style="Report Body", italic=True)
    tag(document, "endfor")
    text(document, "{{ opening }}", style="Report Body")


def _draft(container: Container) -> None:
    tag(container, "if draft")
    text(container, "{{ draft }}", size=13, bold=True, align=CENTER, before=4, after=0)
    tag(container, "endif")


def heading(document: Document, words: str, *, before: float = 6) -> Paragraph:
    """Print a heading of the text."""
    return text(document, words, style="Report Body", bold=True, before=before, with_next=True, align=LEFT)


def paragraphs(document: Document, name: str, *, with_next: bool = False) -> None:
    """Print the paragraphs that have this name."""
    tag(document, f"for paragraph in {name}")
    text(document, "{{ paragraph }}", style="Report Body", align=JUSTIFY, with_next=with_next)
    tag(document, "endfor")


def foot(document: Document, layout: str) -> None:
    """Print who receives the document, and who signs it."""
    left, right = cells(document, 85, 80)
    if layout == "party":
        text(left, "Nơi nhận:", size=14, underline=True, align=LEFT, before=12, after=0)
        _receivers(left, 12)
    else:
        text(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT, before=12, after=0)
        _receivers(left, 11)
    _signature(right, bold_post=layout != "party")


def _receivers(container: Container, size: int) -> None:
    tag(container, "for receiver in receivers")
    text(container, "{{ receiver }}", size=size, align=LEFT, after=0)
    tag(container, "endfor")


def _signature(container: Container, *, bold_post: bool) -> None:
    """Without an authority to sign for, the post itself is in bold."""
    tag(container, "if signed_for")
    text(container, "{{ signed_for }}", size=14, bold=True, align=CENTER, before=12, after=0)
    text(container, "{{ signer_post }}", size=14, bold=bold_post, align=CENTER, after=0)
    tag(container, "else")
    text(container, "{{ signer_post }}", size=14, bold=True, align=CENTER, before=12, after=0)
    tag(container, "endif")
    text(container, "{{ signer }}", size=14, bold=True, align=CENTER, before=72, after=0)


def title(document: Document, name: str, words: str, *, first: bool = False) -> None:
    """Print the number and the title of an appendix, on a new page unless it and the one before it are short."""
    if first:
        _number(document, name)
    else:
        tag(document, f"if '{name}' in together")
        _number(document, name, before=24)
        tag(document, "else")
        _number(document, name).paragraph_format.page_break_before = True
        tag(document, "endif")
    text(document, words, size=14, bold=True, align=CENTER, after=0, with_next=True)
    text(document, "{{ attached_to }}", size=14, italic=True, align=CENTER, after=0, with_next=True)
    upright = document.sections[-1].orientation == WD_ORIENT.PORTRAIT
    line(document, width=50, room=PARTY.width if upright else PARTY.wide)
    text(document, "", size=6, after=0, with_next=True)


def _number(document: Document, name: str, *, before: float = 0) -> Paragraph:
    words = f"{{{{ appendix.{name} }}}}"
    return text(document, words, size=14, bold=True, align=CENTER, before=before, after=0, with_next=True)


def _seal_annex(document: Document) -> None:
    tag(document, "if seal.code")
    title(document, "seal", "MÃ KIỂM CHỨNG DỮ LIỆU")
    text(document, "{{ seal.code }}", size=14, bold=True, align=CENTER, before=6, after=6, with_next=True)
    text(document, "{{ seal.at }}", style="Report Body", with_next=True)
    text(document, "Cách kiểm tra:", style="Report Body", bold=True, with_next=True)
    paragraphs(document, "seal.steps", with_next=True)
    tag(document, "endif")
