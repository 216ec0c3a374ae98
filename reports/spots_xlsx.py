"""The sheets of the report on bright spots."""

from collections.abc import Iterator
from typing import Final

from reports import wording
from reports.spots_contents import Shortage, Spot, SpotsPart
from reports.spots_rows import Tally, by_agency, by_kind, tally
from reports.workbook import HEADER_ROW, Fact, Field, ReportBook, fact_fields, paper_facts


def add_spots(book: ReportBook, part: SpotsPart) -> None:
    """Add the overview, one sheet for each kind, the agencies, and the lists."""
    _overview(book, part)
    for kind in part.kinds:
        book.table(kind, kind, _SPOTS, [spot for spot in part.spots if spot.kind == kind], filtered=True)
    agencies = by_agency(part)
    book.table("Theo cơ quan", "Tổng hợp theo cơ quan, địa phương", (_AGENCY, *_TALLY), agencies, filtered=True)
    book.table("Chưa đủ số lượng", "Nơi đăng ký chưa đủ số lượng tối thiểu", _SHORTAGES, part.shortages, filtered=True)
    unsuccessful = (*part.refused, *part.withdrawn)
    title = "Điểm sáng không được công nhận, rút hoặc không đăng ký"
    book.table("Không công nhận", title, _REFUSED, unsuccessful, filtered=True)
    book.table("Bổ sung", "Điểm sáng được công nhận từ ngày báo cáo", _LATER, part.addendum, filtered=True)


def _overview(book: ReportBook, part: SpotsPart) -> None:
    sheet = book.sheet("Tổng hợp", "Tổng hợp kết quả công nhận", [field.width for field in _TALLY])
    after = book.lines(sheet, HEADER_ROW, _TALLY, [*by_kind(part), tally(part.spots, kind="Tổng cộng")])
    book.lines(sheet, after + 1, fact_fields(), list(_facts(book, part)))


def _facts(book: ReportBook, part: SpotsPart) -> Iterator[Fact]:
    yield from paper_facts(book.report)
    yield "Số cơ quan, địa phương", len(part.agencies)
    yield "Nơi đăng ký chưa đủ số lượng", len({one.agency for one in part.shortages})
    for label, number in book.report.states:
        yield f"Tình trạng: {label}", number
    for closing in book.report.closings:
        yield f"Thời hạn: {closing.label}", wording.due(closing.closes_at)


_AGENCY: Final[Field[Tally]] = Field("Cơ quan, địa phương", 44, lambda row: row.agency)
_TALLY: Final[tuple[Field[Tally], ...]] = (
    Field("Loại điểm sáng", 56, lambda row: row.kind),
    Field("Đã đăng ký", 24, lambda row: row.registered),
    Field("Được công nhận", 14, lambda row: row.recognised),
    Field("Công nhận sau báo cáo", 14, lambda row: row.later),
    Field("Không công nhận", 14, lambda row: row.refused),
    Field("Chưa kết thúc", 14, lambda row: row.open),
    Field("Rút, không đăng ký", 14, lambda row: row.withdrawn),
)
_SPOTS: Final[tuple[Field[Spot], ...]] = (
    Field("Cơ quan, địa phương", 38, lambda row: row.agency),
    Field("Điểm sáng", 46, lambda row: row.name),
    Field("Tình trạng", 24, lambda row: row.state),
    Field("Số quyết định", 16, lambda row: row.grounds.paper.number if row.ending == "recognised" else ""),
    Field("Ngày quyết định", 12, lambda row: row.grounds.paper.dated if row.ending == "recognised" else None),
    Field("Ngày ghi nhận", 12, lambda row: row.day),
)
_LATER: Final[tuple[Field[Spot], ...]] = (Field("Loại điểm sáng", 28, lambda row: row.kind), *_SPOTS)
_SHORTAGES: Final[tuple[Field[Shortage], ...]] = (
    Field("Cơ quan, địa phương", 50, lambda row: row.agency),
    Field("Loại điểm sáng", 50, lambda row: row.kind),
    Field("Tối thiểu", 12, lambda row: row.needed),
    Field("Đã đăng ký", 12, lambda row: row.registered),
    Field("Còn thiếu", 12, lambda row: row.needed - row.registered),
)
_REFUSED: Final[tuple[Field[Spot], ...]] = (
    Field("Cơ quan, địa phương", 36, lambda row: row.agency),
    Field("Điểm sáng", 44, lambda row: row.name),
    Field("Loại điểm sáng", 30, lambda row: row.kind),
    Field("Tình trạng", 24, lambda row: row.state),
    Field("Lý do", 50, lambda row: row.grounds.reason),
    Field("Văn bản", 28, lambda row: wording.paper(row.grounds.paper)),
)
