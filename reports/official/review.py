"""The forms of review: report of a collective (Mẫu 01), self-reviews of a person (Mẫu 02A, 02B).

What the system knows is filled in; the rest is dotted room.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session

from config.sheet import Degree
from reports import wording
from reports.contents import Head
from reports.frame import GAP
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import DOTTED, ROOM, Official
from reports.official.heads import place_in
from reports.official.review_contents import FORMS, Form, Known, Point
from reports.official.review_records import Review, read
from reports.official.unit_records import Item
from reports.paper import CENTER, LEFT, Column, listing, tag, text
from reports.template_frame import begun, heading, letterhead, saved, type_and_subject

NAME: Final = "review"
_PARTY: Final = re.compile(r"(Đảng bộ|Đảng ủy|Chi bộ)\b")
BOXES: Final = ("\N{WHITE SQUARE}", "\N{BALLOT BOX WITH X}")
_GRADED: Final = (
    Column(58, "Tiêu chí", "{{ row.label }}"),
    *(Column(17, one.label, f"{{{{ row.{one.name.lower()} }}}}", CENTER) for one in Degree),
    Column(39, "Kết quả, sản phẩm", "{{ row.note }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout, the same for the three forms."""
    document = begun(layout)
    frame.labelled(document, "{{ form }}")
    letterhead(document, layout)
    type_and_subject(document, layout)
    _facts(document)
    tag(document, "for part in parts")
    tag(document, "if part.new_page")
    heading(document, "{{ part.heading }}").paragraph_format.page_break_before = True
    tag(document, "else")
    heading(document, "{{ part.heading }}", before=8)
    tag(document, "endif")
    tag(document, "for point in part.points")
    _point(document)
    tag(document, "endfor")
    tag(document, "endfor")
    _rating(document, "VII. TỰ XẾP LOẠI MỨC CHẤT LƯỢNG", "own_levels")
    frame.two_signers(document, "", "{{ signer }}", names=("", "{{ name }}"))
    _authority(document)
    return saved(document)


def _facts(document: Document) -> None:
    tag(document, "if for_whom")
    text(document, "{{ for_whom }}", size=14, italic=True, align=CENTER, after=6)
    tag(document, "endif")
    tag(document, "for fact in facts")
    text(document, "{{ fact }}", style="Report Body", align=LEFT)
    tag(document, "endfor")
    text(document, "{{ opening }}", style="Report Body")


def _point(document: Document) -> None:
    tag(document, "if point.words")
    text(document, "{{ point.words }}", style="Report Body", with_next=True)
    tag(document, "endif")
    tag(document, "if point.graded")
    listing(document, _GRADED, "row in graded", size=11)
    tag(document, "endif")
    tag(document, "for told in point.told")
    text(document, "- {{ told }}", style="Report Body")
    tag(document, "endfor")
    tag(document, "for line in point.room")
    text(document, "{{ line }}", align=LEFT, after=4)
    tag(document, "endfor")


def _rating(document: Document, words: str, name: str) -> None:
    heading(document, words, before=8)
    tag(document, f"for level in {name}")
    text(document, "{{ level }}", style="Report Body", align=LEFT, with_next=True)
    tag(document, "endfor")


def _authority(document: Document) -> None:
    """What those who assess write: their remarks, the level, their signature."""
    heading(document, "NHẬN XÉT, ĐÁNH GIÁ CỦA CẤP CÓ THẨM QUYỀN", before=18)
    text(document, "{{ remarks }}", style="Report Body", align=LEFT, with_next=True)
    frame.dotted(document, 2, with_next=True)
    _rating(document, "Mức xếp loại chất lượng:", "given_levels")
    frame.two_signers(document, "", "{{ authority }}")


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The form of the dossier's kind, filled in with what is there."""
    found = read(session, assessment_id, now)
    return File(f"{found.form}-{found.unit.year}-{assessment_id}.docx", write(found))


def write(found: Review) -> bytes:
    """The document; the same dossier gives the same bytes."""
    form = FORMS[found.form]
    official = _official(found, form)
    return frame.printed(NAME, official, {**frame.values(official), **_context(found, form, official)})


def _official(found: Review, form: Form) -> Official:
    unit = found.unit
    return Official(
        head=_head(found),
        type=form.title,
        sign="BC",
        about=unit.facts.name,
        year=unit.year,
        draft=not unit.is_person and unit.facts.reviewed_at is None,
        rehearsal=unit.rehearsal,
        made_at=unit.facts.chain_at,
    )


def _head(found: Review) -> Head:
    """The collective under the Party organisation above it; of a person where it is a member."""
    unit = found.unit
    organ = unit.organ if unit.is_person else unit.facts.name
    above = found.above if _PARTY.match(found.above) else unit.programme.letterhead.issuer
    return Head(
        layout=unit.programme.layout,
        parent="" if unit.is_person else above,
        issuer=organ,
        abbreviation=GAP,
        place=place_in(organ) or ROOM[:14],
        signer_post="",
        sender=unit.facts.name,
    )


def _context(found: Review, form: Form, official: Official) -> dict[str, Any]:
    unit = found.unit
    person = unit.is_person
    levels = unit.programme.level_labels
    return {
        "number": "" if person else wording.number(official.head, official.paper, official.sign),
        "about": wording.parted(f"{'' if person else f'{unit.facts.name} '}năm {unit.year}", 60),
        "form": form.label,
        "for_whom": form.for_whom,
        "facts": list(_known_facts(found)) if person else [],
        "opening": _opening(found),
        "parts": [
            {
                "heading": part.heading,
                "new_page": part.new_page,
                "points": [_filled(found, point) for point in part.points],
            }
            for part in form.parts
        ],
        "graded": [_graded(one) for one in unit.leaves],
        "own_levels": [_boxed(label, chosen=code == unit.facts.proposed_level) for code, label in levels.items()],
        "given_levels": [_boxed(label, chosen=False) for label in levels.values()],
        "signer": form.signer,
        "name": unit.facts.name if person else unit.head,
        "remarks": "Ưu điểm, hạn chế và mức độ khắc phục:",
        "authority": "T/M CẤP CÓ THẨM QUYỀN",
    }


def _known_facts(found: Review) -> Iterator[str]:
    yield f"Họ và tên: {found.unit.facts.name}; ngày sinh: {ROOM[:24]}"
    yield f"Chức vụ Đảng: {found.post or ROOM}"
    yield f"Chức vụ chính quyền, đoàn thể: {ROOM}"
    yield f"Đơn vị công tác: {ROOM}{ROOM[:20]}"
    yield f"Sinh hoạt tại: {'; '.join(found.of) or ROOM}"


def _opening(found: Review) -> str:
    who = "tôi" if found.unit.is_person else "tập thể"
    return (
        f"Căn cứ chức năng, nhiệm vụ được giao và kết quả thực hiện trong năm {found.unit.year}, {who} tự kiểm điểm "
        "với những nội dung chính như sau:"
    )


def _filled(found: Review, point: Point) -> dict[str, Any]:
    told = list(_told(found, point.known))
    return {
        "words": point.words,
        "graded": point.known == "degrees",
        "told": told,
        "room": [DOTTED] * (min(point.lines, 1) if told else point.lines),
    }


def _told(found: Review, known: Known) -> Iterator[str]:
    if known == "before":
        yield from found.before
    if known == "suggested" and found.suggested:
        yield f"Nội dung được gợi ý: {found.suggested.rstrip('.')}."


def _graded(one: Item) -> dict[str, str]:
    own = one.own
    degree = own.entry.degree if own else None
    marks = {each.name.lower(): "X" if each == degree else "" for each in Degree}
    return {"label": f"{one.criterion.code}. {one.criterion.label}", "note": own.note if own else "", **marks}


def _boxed(label: str, *, chosen: bool) -> str:
    return f"{BOXES[chosen]} {label}"
