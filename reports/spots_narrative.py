"""The report on bright spots, in sentences and rows (NA-4.1, NA-4.2)."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.calendar import date_text
from reports import spots_rows, wording
from reports.contents import RoundReport
from reports.frame import closings, ended, frame, numbered_appendices
from reports.spots_contents import SpotsPart
from reports.wording import SPOTS, count, units

AGENCIES = "cơ quan, địa phương"


def context(report: RoundReport, part: SpotsPart, *, rehearsal: bool) -> dict[str, Any]:
    """Return everything that the template of either layout names."""
    appendix = appendices(report, part)
    whole = spots_rows.tally(part.spots)
    unsuccessful = (*part.refused, *part.withdrawn)
    return {
        **frame(report, appendix, rehearsal=rehearsal),
        "before": list(_before(report, part, appendix)),
        "lead": "Tổng hợp theo loại điểm sáng:",
        "summary": [spots_rows.tallied(place, one) for place, one in enumerate(spots_rows.by_kind(part), 1)],
        "summary_total": spots_rows.tallied(0, whole),
        "after": list(_after(report, part, appendix)),
        "boards": [spots_rows.board(place, kind, part) for place, kind in enumerate(part.kinds, 1)],
        "agencies": [spots_rows.tallied(place, one) for place, one in enumerate(spots_rows.by_agency(part), 1)],
        "shortages": [spots_rows.shortage(place, one) for place, one in enumerate(part.shortages, 1)],
        "addendum": [spots_rows.spot_row(place, one) for place, one in enumerate(part.addendum, 1)],
        "refused": [spots_rows.spot_row(place, one) for place, one in enumerate(unsuccessful, 1)],
    }


def appendices(report: RoundReport, part: SpotsPart) -> dict[str, str]:
    """Return the number of each appendix that the report has; the others have none."""
    there = {
        "boards": bool(part.spots),
        "agencies": bool(part.agencies),
        "shortages": bool(part.shortages),
        "refused": bool(part.refused or part.withdrawn),
        "addendum": bool(part.addendum),
        "seal": report.seal is not None,
    }
    return numbered_appendices(there)


def _section(heading: str, paragraphs: Iterator[str] | list[str]) -> dict[str, Any]:
    return {"heading": heading, "paragraphs": list(paragraphs)}


def _before(report: RoundReport, part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield _section("I. TÌNH HÌNH THỰC HIỆN", [])
    yield _section("1. Đăng ký và thời hạn", [*_registration(report, part, appendix), *closings(report)])
    yield _section("2. Số lượng đăng ký tối thiểu", _shortages(part, appendix))
    yield _section("II. KẾT QUẢ CÔNG NHẬN", [])
    yield _section("1. Kết quả chung", _results(report, part))


def _after(report: RoundReport, part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    sections = {
        "Không công nhận, rút đăng ký": list(_unsuccessful(part, appendix)),
        "Công nhận sau ngày báo cáo": list(_later(report, part, appendix)),
    }
    there = [(heading, paragraphs) for heading, paragraphs in sections.items() if paragraphs]
    return (_section(f"{place}. {heading}", paragraphs) for place, (heading, paragraphs) in enumerate(there, 2))


def _registration(report: RoundReport, part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[str]:
    whole = spots_rows.tally(part.spots)
    if not part.spots:
        yield "Đợt này chưa có cơ quan, địa phương nào đăng ký điểm sáng."
        return
    listed = "; ".join(f"{wording.lower(one.kind)} ({count(one.registered)})" for one in spots_rows.by_kind(part))
    share = wording.share(whole.agencies, len(part.agencies), AGENCIES)
    yield (
        f"Có {share} đăng ký {units(whole.registered, SPOTS)}, gồm: {listed}. "
        f"Danh sách tại {appendix['boards']}, tổng hợp theo từng nơi tại {appendix['agencies']}."
    )
    if part.gathered_with:
        yield f"{report.head.sender} phối hợp với {part.gathered_with} theo dõi, đôn đốc và tổng hợp kết quả."


def _shortages(part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if not part.shortages:
        yield "Các cơ quan, địa phương đều đã đăng ký đủ số lượng tối thiểu của mỗi loại."
        return
    agencies = list(dict.fromkeys(one.agency for one in part.shortages))
    number = units(len(agencies), AGENCIES)
    yield f"Có {number} đăng ký chưa đủ số lượng tối thiểu của mỗi loại ({appendix['shortages']})."


def _results(report: RoundReport, part: SpotsPart) -> Iterator[str]:
    whole = spots_rows.tally(part.spots)
    on = f"Tính đến trước ngày {date_text(report.paper.dated)}" if report.paper.dated else "Đến nay"
    yield f"{on}, có {wording.share(whole.recognised, whole.registered, SPOTS)} đã đăng ký được công nhận, gồm:"
    for one, end in ended(spots_rows.by_kind(part), ";", "."):
        yield f"- {one.kind}: {count(one.recognised)} trong số {count(one.registered)} đã đăng ký{end}"
    if report.draft:
        states = "; ".join(f"{label}: {count(number)}" for label, number in report.states)
        yield f"Tình trạng điểm sáng khi lập dự thảo: {states}."


def _unsuccessful(part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if part.refused or part.withdrawn:
        yield (
            f"Có {units(len(part.refused), SPOTS)} không được công nhận, {units(len(part.withdrawn), SPOTS)} đã rút "
            f"hoặc không đăng ký; lý do nêu tại {appendix['refused']}."
        )


def _later(report: RoundReport, part: SpotsPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if part.addendum and report.paper.dated:
        yield (
            f"Có {units(len(part.addendum), SPOTS)} được công nhận từ ngày {date_text(report.paper.dated)} trở đi, "
            f"không tính vào số liệu trên, lập thành danh sách bổ sung ({appendix['addendum']})."
        )
