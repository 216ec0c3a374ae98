"""The minutes of a count as a Word document (biên bản kiểm phiếu)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from config.calendar import LOCAL, date_text
from reports import wording
from reports.count_contents import Counted, CountMinutes
from reports.official import frame
from reports.official.frame import Official

NAME: Final = "count"
BLANK: Final = "." * 28


def write_minutes(minutes: CountMinutes) -> bytes:
    """The minutes; the same figures give the same bytes."""
    official = _official(minutes)
    return frame.printed(NAME, official, {**frame.values(official), **_context(minutes)})


def _official(one: CountMinutes) -> Official:
    held = one.opened_at.astimezone(LOCAL).date()
    return Official(
        head=one.head,
        type="Biên bản kiểm phiếu",
        sign="BB",
        about=one.title,
        year=held.year,
        paper=replace(one.paper, dated=one.paper.dated or held),
        draft=one.closed_at is None,
        rehearsal=one.rehearsal,
        made_at=one.closed_at or one.opened_at,
    )


def _context(one: CountMinutes) -> dict[str, Any]:
    return {
        "about": one.title,
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
    return (
        f"{when}, {wording.lower(one.meeting)} đã bỏ phiếu kín {how}. Chủ\N{NO-BREAK SPACE}trì: {one.chair or BLANK}."
    )


def _facts(one: CountMinutes) -> Iterator[str]:
    present = "" if one.present is None else f"; có mặt: {one.present} người"
    yield f"- Số người được triệu tập: {one.summoned} người{present}."
    yield f"- Số phiếu phát ra: {one.issued} phiếu; số phiếu thu về: {one.returned} phiếu."
    if not one.electronic:
        yield f"- Tổ kiểm phiếu gồm: 1. {BLANK} (Tổ trưởng); 2. {BLANK}"
    yield "- Kết quả kiểm phiếu:"


def _row(number: int, one: Counted) -> dict[str, str]:
    counts = [f"{label}: {wording.count(count)}" for label, count in one.counts.items()]
    return {
        "no": str(number),
        "name": one.name,
        "counts": "\n".join(counts),
        "invalid": str(one.invalid),
        "outcome": one.outcome,
    }
