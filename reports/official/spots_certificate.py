"""The certificate of a recognised bright spot (giấy công nhận, NA-5.3): one page laid crosswise within a border."""

from datetime import datetime
from typing import Any, Final

from docx.document import Document
from docx.shared import Mm
from sqlmodel import Session

from config.calendar import date_text
from reports import wording
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import ROOM
from reports.official.spots_records import Recognition, recognition
from reports.official.unit_frame import by_unit
from reports.paper import CENTER, LEFT, bordered, cells, lay, line, tag, text
from reports.template_frame import LAYOUTS

NAME: Final = "spots-certificate"
RED: Final = "9E1B1E"
_LONGEST: Final = 60


def build_template(layout: str) -> bytes:
    """The template of a layout; its words stand in the middle of the page, not of what the margins leave."""
    return frame.plain_template(layout, lambda document: _body(document, layout))


def _body(document: Document, layout: str) -> None:
    section, measures = document.sections[0], LAYOUTS[layout]
    aside = measures.left - measures.right
    room = measures.wide - aside
    lay(section, LAYOUTS[layout], upright=False)
    section.different_first_page_header_footer = True
    bordered(section, color=RED)
    if layout == "party":
        text(document, "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, align=CENTER, before=4, after=0)
        line(document, width=73, room=room)
    else:
        text(document, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True, align=CENTER, before=4, after=0)
        text(document, "Độc lập - Tự do - Hạnh phúc", size=14, bold=True, align=CENTER, after=0)
        line(document, width=60, room=room)
    text(document, "{{ issuer_whole }}", size=16, bold=True, align=CENTER, before=20, after=0)
    tag(document, "if draft")
    text(document, "{{ draft }}", size=13, bold=True, align=CENTER, before=2, after=0)
    tag(document, "endif")
    text(document, "GIẤY CÔNG NHẬN", size=36, bold=True, align=CENTER, before=18, after=12)
    text(document, "{{ kind }}", size=18, bold=True, align=CENTER, after=14)
    text(document, "{{ name }}", size=20, bold=True, italic=True, align=CENTER, after=14)
    text(document, "{{ holder }}", size=15, align=CENTER, after=0)
    text(document, "{{ achievement }}", size=15, align=CENTER, after=0)
    for form in (paragraph.paragraph_format for paragraph in document.paragraphs):
        form.right_indent = Mm((form.right_indent or Mm(0)).mm + aside)
    _foot(document)


def _foot(document: Document) -> None:
    left, right = cells(document, 122, 130)
    text(left, "{{ decided }}", size=13, italic=True, align=LEFT, before=28, after=2)
    text(left, "{{ booked }}", size=13, italic=True, align=LEFT, after=0)
    text(right, "{{ place_and_date }}", size=14, italic=True, align=CENTER, before=22, after=2)
    tag(right, "if signed_for")
    text(right, "{{ signed_for }}", size=14, bold=True, align=CENTER, after=0)
    tag(right, "endif")
    text(right, "{{ signer_post }}", size=14, bold=True, align=CENTER, after=0)
    text(right, "{{ signer }}", size=14, bold=True, align=CENTER, before=58, after=0)


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The certificate of a spot; Refused while it is not recognised."""
    one = recognition(session, assessment_id, now)
    return File(one.own.file("giay-cong-nhan"), write(one))


def write(one: Recognition) -> bytes:
    """The document; the same recognition gives the same bytes."""
    official = by_unit(one.own, type_of="Giấy công nhận", sign="", about=one.kind, paper=one.decision)
    return frame.printed(NAME, official, {**frame.values(official), **_context(one)})


def _context(one: Recognition) -> dict[str, Any]:
    decision = one.decision
    dated = "" if decision.dated is None else f" ngày {date_text(decision.dated)}"
    return {
        "issuer_whole": wording.in_full(one.own.issuer).upper(),
        "kind": wording.upper(one.kind),
        "name": wording.parted(one.own.facts.name, _LONGEST),
        "holder": f"Cơ quan, địa phương xây dựng: {one.own.issuer}",
        "achievement": f"Đạt các tiêu chí điểm sáng năm {one.own.year}",
        "decided": f"Quyết định số {decision.number or ROOM[:16]}{dated}",
        "booked": f"Số vào sổ: {ROOM[:20]}",
    }
