"""The minutes of a count as a Word document (biên bản kiểm phiếu)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from docxtpl import DocxTemplate  # type: ignore[import-untyped]

from config.calendar import LOCAL, date_text, long_date_text
from reports import wording
from reports.btv_docx import TEMPLATES, render
from reports.count_contents import Counted, CountMinutes
from reports.packing import repack

BLANK: Final = "." * 28
LONGEST_NAME: Final = 24


def template_name(layout: str) -> str:
    """Name the template of a layout."""
    return f"count-{layout}.docx"


def write_minutes(minutes: CountMinutes) -> bytes:
    """The minutes; the same figures give the same bytes."""
    template = DocxTemplate(TEMPLATES / template_name(minutes.layout))
    render(template, _context(minutes))
    properties = template.docx.core_properties
    properties.title, properties.author = f"Biên bản kiểm phiếu: {minutes.title}"[:255], minutes.head.issuer
    properties.created = properties.modified = minutes.closed_at or minutes.opened_at
    raw, packed = BytesIO(), BytesIO()
    template.save(raw)
    repack(raw, packed)
    return packed.getvalue()


def _context(one: CountMinutes) -> dict[str, Any]:
    local = one.opened_at.astimezone(LOCAL)
    dated = one.paper.dated or local.date()
    return {
        "rehearsal": wording.REHEARSAL if one.rehearsal else "",
        "draft": "" if one.closed_at else wording.DRAFT,
        "issuer": wording.balanced(one.head.issuer.upper(), LONGEST_NAME),
        "number": one.paper.number or "........",
        "place_and_date": f"{one.head.place}, {long_date_text(dated)}",
        "title": one.title,
        "opening": _opening(one),
        "facts": list(_facts(one)),
        "rows": [_row(number, each) for number, each in enumerate(one.counted, 1)],
        "ending": "Biên bản được lập thành 02 bản và thông qua trước hội nghị./.",
        "left_signer": "NGƯỜI ĐÓNG HÒM PHIẾU" if one.electronic else "TỔ KIỂM PHIẾU",
        "chair": one.chair,
    }


def _opening(one: CountMinutes) -> str:
    local = one.opened_at.astimezone(LOCAL)
    at = f", tại {one.place}" if one.place else ""
    how = "bằng phiếu điện tử" if one.electronic else "bằng phiếu giấy"
    when = f"Hồi {local:%H} giờ {local:%M} phút, ngày {date_text(local.date())}{at}"
    return f"{when}, {wording.lower(one.meeting)} đã bỏ phiếu kín {how}. Chủ trì: {one.chair}."


def _facts(one: CountMinutes) -> Iterator[str]:
    present = "" if one.present is None else f"; có mặt: {one.present} người"
    yield f"- Số người được triệu tập: {one.summoned} người{present}."
    yield f"- Số phiếu phát ra: {one.issued} phiếu; số phiếu thu về: {one.returned} phiếu."
    if not one.electronic:
        yield f"- Tổ kiểm phiếu gồm: 1. {BLANK} (Tổ trưởng); 2. {BLANK}"
    yield "- Kết quả kiểm phiếu:"


def _row(number: int, one: Counted) -> dict[str, str]:
    counts = [f"{label}: {count} phiếu" for label, count in one.counts.items()]
    return {
        "no": str(number),
        "name": one.name,
        "counts": "\n".join(counts),
        "invalid": str(one.invalid),
        "outcome": one.outcome,
    }
