"""What every official document has around its own words, in its template and in its values.

A document is one module: `build_template(layout)` from the parts below, and `write(…)` that ends in `printed`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from docx.document import Document
from docxtpl import DocxTemplate  # type: ignore[import-untyped]

from config.calendar import date_text, long_date_text
from reports import wording
from reports.btv_docx import TEMPLATES, render
from reports.contents import Head
from reports.frame import LONGEST_SUBJECT, ended, letterhead, numbered_appendices
from reports.packing import repack
from reports.paper import CENTER, JUSTIFY, LEFT, RIGHT, Column, cells, listing, tag, text
from reports.template_frame import Part, begun, crosswise, foot, paragraphs, saved, type_and_subject
from reports.template_frame import letterhead as head_of
from reports.values import Paper

UNNUMBERED: Final = Paper()
ROOM: Final = "." * 40
"""Dotted room for what is written in by hand."""
DOTTED: Final = "." * 132
"""A whole line of dotted room."""
_LONGEST_ABOUT: Final = 30
_LONGEST_DECIDER: Final = 50
BY_HAND: Final = "(ký, ghi rõ họ tên)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """A document as an office writes it: its head and foot, its number, what it is about.

    `type` is its type in words (“Quyết định”), empty of a letter (công văn); `sign` the sign of the type in the number
    (“QĐ”), empty of a letter in the administrative layout. `about` follows “về việc”. `bases` are whole lines
    without their last sign. `draft`: it has no number yet, or says what is not decided. `made_at` is the time of its
    data, not of its making.
    """

    head: Head
    type: str
    sign: str
    about: str
    year: int
    paper: Paper = UNNUMBERED
    recipients: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    draft: bool = False
    rehearsal: bool = False
    made_at: datetime

    @property
    def is_letter(self) -> bool:
        return not self.type

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands at the head of every page: that it is a rehearsal, that it is a draft."""
        return (wording.REHEARSAL,) * self.rehearsal + (wording.DRAFT,) * self.draft


# The template


def template(
    layout: str,
    body: Part,
    annexes: Part | None = None,
    *,
    letter: bool = False,
    upright: bool = False,
    form: str = "",
) -> bytes:
    """The template of a document: head, body, foot, and perhaps appendices.

    They are laid crosswise; `upright` is for those that may be missing. `form` is what a form of the rules is called.
    """
    document = begun(layout)
    if form:
        labelled(document, form)
    head_of(document, layout, letter=letter)
    if not letter:
        type_and_subject(document, layout)
    body(document)
    foot(document, layout)
    if annexes is not None:
        if not upright:
            crosswise(document, layout)
        annexes(document)
    return saved(document)


def listed_template(layout: str, columns: Sequence[Column], *, letter: bool = False) -> bytes:
    """The template of a document around one table: to whom, `opening`, a line for each of `rows`, `ending`."""

    def body(document: Document) -> None:
        addressed(document)
        paragraphs(document, "opening")
        listing(document, columns, "row in rows")
        text(document, "", size=6, after=0)
        paragraphs(document, "ending", with_next=True)

    return template(layout, body, letter=letter)


def plain_template(layout: str, body: Callable[[Document], None]) -> bytes:
    """A template without a letterhead of its own, such as a form that a person fills in; body prints everything."""
    document = begun(layout)
    body(document)
    return saved(document)


def labelled(document: Document, words: str) -> None:
    """Print what a form is called in the rules that prescribe it, on the right above everything."""
    text(document, words, size=13, bold=True, align=RIGHT, after=6)


def addressed(document: Document) -> None:
    """Print to whom the document goes: one in the middle, several each on a line."""
    tag(document, "if recipients|length == 1")
    text(document, "Kính gửi: {{ recipients[0] }}", size=14, align=CENTER, before=12, after=12)
    tag(document, "else")
    text(document, "Kính gửi:", style="Report Body", before=12)
    tag(document, "for recipient in recipients")
    text(document, "- {{ recipient }}{{ '.' if loop.last else ';' }}", style="Report Body", align=LEFT)
    tag(document, "endfor")
    tag(document, "endif")


def bases(document: Document, layout: str) -> None:
    """Print the legal bases, each on its line: in italics, or with a dash as the Party does."""
    tag(document, "for base in bases")
    if layout == "party":
        text(document, "- {{ base }}{{ ',' if loop.last else ';' }}", style="Report Body")
    else:
        text(document, "{{ base }}{{ '.' if loop.last else ';' }}", style="Report Body", italic=True)
    tag(document, "endfor")


def resolved(document: Document, layout: str) -> None:
    """Print who decides, the bases, and the word of decision, in the order of the layout; needs `decider`."""
    if layout == "party":
        bases(document, layout)
        text(document, "{{ decider }}\n{{ title }}", size=14, bold=True, align=CENTER, before=6, after=6)
        return
    text(document, "{{ decider }}", size=14, bold=True, align=CENTER, before=10, after=8)
    bases(document, layout)
    text(document, "{{ title }}:", size=14, bold=True, align=CENTER, before=6, after=6)


def articles(document: Document) -> None:
    """Print the articles of a decision: “Điều 1.” in bold, then its words and its further paragraphs."""
    tag(document, "for article in articles")
    paragraph = text(document, "Điều {{ loop.index }}. ", style="Report Body", bold=True, align=JUSTIFY)
    paragraph.add_run("{{ article[0] }}")
    tag(document, "for more in article[1:]")
    text(document, "{{ more }}", style="Report Body", align=JUSTIFY)
    tag(document, "endfor")
    tag(document, "endfor")


def dotted(document: Document, lines: int, *, with_next: bool = False) -> None:
    """Leave so many dotted lines to be written on by hand."""
    for _ in range(lines):
        text(document, DOTTED, align=LEFT, after=4, with_next=with_next)


def two_signers(document: Document, left: str, right: str, *, names: tuple[str, str] = ("", "")) -> None:
    """Print two signatures side by side, each with the room for it and a name below."""
    for cell, post, name in zip(cells(document, 82, 83), (left, right), names, strict=True):
        text(cell, post, size=14, bold=True, align=CENTER, before=12, after=0)
        text(cell, BY_HAND if post else "", size=12, italic=True, align=CENTER, after=70)
        if name:
            text(cell, name, size=14, bold=True, align=CENTER, after=0)


# The values


def values(official: Official, annexes: Sequence[str] = ()) -> dict[str, Any]:
    """What the parts above name; `annexes` are the names of the appendices that are there."""
    return {
        **letterhead(official.head, official.paper, official.year, official.sign),
        "rehearsal": wording.REHEARSAL if official.rehearsal else "",
        "marks": " – ".join(official.marks),
        "draft": wording.DRAFT if official.draft else "",
        "title": official.type.upper(),
        "about": _about(official),
        "recipients": list(official.recipients),
        "bases": list(official.bases),
        "appendix": _appendices(annexes),
        "together": (),
        "attached_to": wording.parted(attached_to(official), LONGEST_SUBJECT),
    }


def _appendices(names: Sequence[str]) -> Mapping[str, str]:
    """The numbers of appendices; a single one has none."""
    return {names[0]: "Phụ lục"} if len(names) == 1 else numbered_appendices(dict.fromkeys(names, True))


def _about(official: Official) -> str:
    words = wording.lower(official.about)
    if not official.is_letter:
        return wording.parted(f"về việc {words}", LONGEST_SUBJECT)
    said = f"Về việc {words}" if official.head.layout == "party" else f"V/v {words}"
    return wording.parted(said, _LONGEST_ABOUT)


def decider(head: Head) -> str:
    """Who decides, as it stands above the word of decision: the body, or its head where none is signed for."""
    if head.layout == "party":
        return wording.balanced(head.sender.upper(), _LONGEST_DECIDER)
    decides = head.issuer if head.signed_for else f"{head.signer_post} {head.issuer}"
    return wording.balanced(decides.upper(), _LONGEST_DECIDER)


def attached_to(official: Official) -> str:
    """Say to which document an appendix belongs."""
    head, dated = official.head, official.paper.dated
    type_of = official.type or "Công văn"
    if official.draft or dated is None:
        return f"(Kèm theo dự thảo {type_of} của {head.sender})"
    number = wording.number(head, official.paper, official.sign)
    on = f", ngày {date_text(dated)}" if head.layout == "party" else f" {long_date_text(dated)}"
    return f"(Kèm theo {type_of} số {number}{on} của {head.sender})"


def cited(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines of legal bases for documents that are named."""
    return tuple(f"Căn cứ {line}" for line in lines)


def punctuated(lines: Sequence[str]) -> list[str]:
    """A list in the text: a dash before each, semicolons between, a full stop at the end."""
    return [f"- {line}{end}" for line, end in ended(lines, ";", ".")]


def printed(name: str, official: Official, context: Mapping[str, Any]) -> bytes:
    """Fill in the template of that name; the same values give the same bytes."""
    made = DocxTemplate(TEMPLATES / template_name(name, official.head.layout))
    render(made, context)
    own = made.docx.core_properties
    own.title = f"{official.type or 'Công văn'} về việc {wording.lower(official.about)}"[:255]
    own.author = own.last_modified_by = official.head.sender
    own.created = own.modified = official.made_at
    raw, packed = BytesIO(), BytesIO()
    made.save(raw)
    repack(raw, packed)
    return packed.getvalue()


def template_name(name: str, layout: str) -> str:
    """Name the file of a template."""
    return f"{name}-{layout}.docx"
