"""The report of an agency on its bright spots of the year (báo cáo sơ kết, NA-4.1), to both that gather them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session

from reports import spots_rows, wording
from reports.official import frame
from reports.official.entry import File
from reports.official.spots_records import AgencyYear, agency_year
from reports.official.summary_report import LINE
from reports.official.unit_frame import by_unit, titled, told_sections
from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import heading, paragraphs
from reports.wording import SPOTS, count

NAME: Final = "spots-yearly"
_COLUMNS: Final = (
    Column(12, "TT", "{{ row.no }}", CENTER),
    Column(53, "Điểm sáng", "{{ row.name }}"),
    Column(34, "Loại điểm sáng", "{{ row.kind }}"),
    Column(24, "Tình trạng", "{{ row.state }}"),
    Column(42, "Quyết định công nhận", "{{ row.decision }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout: what was registered and what became of it, and room for what the agency says of it."""
    return frame.template(layout, _body)


def _body(document: Document) -> None:
    frame.addressed(document)
    paragraphs(document, "opening")
    heading(document, "I. KẾT QUẢ ĐĂNG KÝ, XÂY DỰNG ĐIỂM SÁNG")
    paragraphs(document, "results")
    tag(document, "if rows")
    listing(document, _COLUMNS, "row in rows")
    text(document, "", size=6, after=0)
    tag(document, "endif")
    told_sections(document, "sections")
    paragraphs(document, "ending", with_next=True)


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The report of the agency that entered a spot, as its spots stand."""
    one = agency_year(session, assessment_id, now)
    return File(one.own.file("bao-cao-so-ket"), write(one))


def write(one: AgencyYear) -> bytes:
    """The document; the same spots give the same bytes."""
    own, bodies = one.own, one.own.programme.bodies
    about = f"sơ kết xây dựng điểm sáng năm {own.year}"
    made = by_unit(own, type_of="Báo cáo", sign="BC", about=about)
    official = replace(made, recipients=tuple(filter(None, (bodies.owner, bodies.results_to))))
    context: dict[str, Any] = {
        "about": titled(about),
        "opening": [f"{own.issuer} báo cáo kết quả xây dựng điểm sáng năm {own.year} như sau:"],
        "results": list(_results(one)),
        "rows": [spots_rows.spot_row(number, spot) for number, spot in enumerate(one.part.spots, 1)],
        "sections": list(_sections(one)),
        "ending": [f"Trên đây là báo cáo {about} của {own.issuer}./."],
    }
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _results(one: AgencyYear) -> Iterator[str]:
    whole, kinds = spots_rows.tally(one.part.spots), spots_rows.by_kind(one.part)
    listed = "; ".join(f"{wording.lower(each.kind)}: {count(each.registered)}" for each in kinds)
    registered = wording.units(whole.registered, SPOTS)
    yield f"Đã đăng ký {registered} ({listed}); được công nhận: {count(whole.recognised)}."
    for each in one.part.shortages:
        yield f"Số đăng ký chưa đủ tối thiểu của loại {wording.lower(each.kind)}: {each.registered}/{each.needed}."


def _sections(one: AgencyYear) -> Iterator[dict[str, Any]]:
    refused = [
        f"+ {spot.name}: {wording.lower(spot.state)}{f', lý do: {spot.grounds.reason}' if spot.grounds.reason else ''}."
        for spot in (*one.part.refused, *one.part.withdrawn)
    ]
    yield {
        "heading": "II. ĐÁNH GIÁ KẾT QUẢ",
        "paragraphs": [
            "1. Cách làm, kinh nghiệm, hiệu quả và sức lan tỏa:",
            LINE,
            "2. Hạn chế, khó khăn, vướng mắc:",
            *(refused or [LINE]),
        ],
    }
    yield {"heading": f"III. KẾ HOẠCH XÂY DỰNG ĐIỂM SÁNG NĂM {one.own.year + 1}", "paragraphs": [LINE, LINE]}
