"""Who writes a document of a unit, to whom, on which grounds: the frame of what a dossier's own unit hands in."""

from typing import Final

from docx.document import Document

from reports import wording
from reports.contents import Head
from reports.frame import GAP, LONGEST_SUBJECT
from reports.official.frame import Official, addressed, bases, cited, template
from reports.official.heads import place_in
from reports.official.unit_records import UnitDossier
from reports.paper import JUSTIFY, LEFT, tag, text
from reports.template_frame import heading, paragraphs
from reports.values import Paper

LETTER: Final = "Công văn"
PEOPLE: Final = ("ủy ban nhân dân", "ubnd")
"""How the names of People's Committees begin."""


def of_unit(one: UnitDossier) -> Head:
    """The head of the unit that works on a dossier; where it writes from and its sign are left to it."""
    party = one.layout == "party"
    signed_for, post = _signing(one)
    return Head(
        layout=one.layout,
        issuer=one.issuer,
        abbreviation=GAP,
        place=place_in(one.issuer) or GAP,
        signed_for=signed_for,
        signer_post=post,
        sender=one.issuer,
        recipient=one.programme.bodies.authority,
        receivers=("Như kính gửi", f"Lưu {one.issuer}" if party else "Lưu: VT"),
    )


def _signing(one: UnitDossier) -> tuple[str, str]:
    """For whom and in which post the unit's documents are signed."""
    if one.layout == "party":
        return "T/M Cấp ủy", "Bí thư"
    if one.issuer.casefold().startswith(PEOPLE):
        return "TM. Ủy ban nhân dân", "Chủ tịch"
    return "", "Thủ trưởng cơ quan, đơn vị"


def by_unit(one: UnitDossier, *, type_of: str, sign: str, about: str, paper: Paper | None = None) -> Official:
    """A document of the unit about its dossier; a draft until it has its number."""
    given = paper or Paper()
    return Official(
        head=of_unit(one),
        type=type_of,
        sign=sign,
        about=about,
        year=one.year,
        paper=given if given.signer else Paper(given.number, given.dated, one.head),
        recipients=(one.programme.bodies.authority,),
        bases=grounds(one),
        draft=not given.number or given.dated is None,
        rehearsal=one.rehearsal,
        made_at=one.facts.chain_at,
    )


def grounds(one: UnitDossier) -> tuple[str, ...]:
    """The bases of the programme, and the letter by which the round was launched."""
    launch = f"{_typed(one.launch)} của {one.programme.bodies.owner}" if one.launch.number else ""
    return (*cited(one.programme.bases), *((f"Thực hiện {launch}",) if launch else ()))


def _typed(paper: Paper) -> str:
    return wording.numbered(LETTER, paper)


def work(one: UnitDossier) -> str:
    """What the work is called within a title."""
    return one.programme.work or wording.lower(one.programme.short_title)


def titled(about: str) -> str:
    """What a report is about as it stands under its type, without “về việc”, over lines of nearly the same length."""
    return wording.parted(about[:1].upper() + about[1:], LONGEST_SUBJECT)


def told_template(layout: str) -> bytes:
    """The template of a report in sections: to whom, the bases, `opening`, `sections`, `ending`."""

    def body(document: Document) -> None:
        addressed(document)
        bases(document, layout)
        paragraphs(document, "opening")
        told_sections(document, "sections")
        paragraphs(document, "ending", with_next=True)

    return template(layout, body)


def told_sections(document: Document, name: str) -> None:
    """Print sections of lists: what leads into one stays with its first line, an address does not stretch its line.

    The last two paragraphs stay with what follows, so that nobody signs on a page of its own.
    """
    tag(document, f"for section in {name}")
    tag(document, "set ending = loop.last")
    heading(document, "{{ section.heading }}")
    tag(document, "for paragraph in section.paragraphs")
    tag(document, "if '://' in paragraph")
    text(document, "{{ paragraph }}", style="Report Body", align=LEFT)
    tag(document, "elif paragraph.endswith(':') or (ending and loop.revindex <= 2)")
    text(document, "{{ paragraph }}", style="Report Body", align=JUSTIFY, with_next=True)
    tag(document, "else")
    text(document, "{{ paragraph }}", style="Report Body", align=JUSTIFY)
    tag(document, "endif")
    tag(document, "endfor")
    tag(document, "endfor")
