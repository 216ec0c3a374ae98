"""The sheets of the report on a round that rates: levels and shares, no places."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from reports import rating_rows, wording
from reports.points_xlsx import CRITERIA, SPECIALS
from reports.rating_contents import (
    Aside,
    CriterionDegree,
    Flagged,
    LevelCount,
    QuotaLine,
    Rated,
    RatingPart,
    SentUp,
)
from reports.rating_narrative import legend
from reports.values import Redecided
from reports.workbook import HEADER_ROW, Fact, Field, ReportBook, fact_fields, paper_facts

_FIRST: Final = 44
"""How wide the first column of the overview is."""


def add_rating(book: ReportBook, part: RatingPart) -> None:
    """Add the overview, one sheet for each kind, the quota, and the lists."""
    _overview(book, part)
    for count in part.counts:
        rows = [row for row in part.rows if row.kind == count.kind]
        book.table(count.kind, count.kind, _fields(rows), rows, filtered=True)
    title = "Tỷ lệ xếp loại theo nhóm và cấp quyết định"
    book.table("Tỷ lệ", title, _quota_fields(part), part.quotas, filtered=True)
    book.table("Không, chưa xếp loại", "Trường hợp không xếp loại, chưa xếp loại", _ASIDES, part.asides, filtered=True)
    book.table("Cần xem xét", "Hồ sơ có nội dung cần xem xét", _FLAGS, part.flags, filtered=True)
    book.table("Cấp trên quyết định", "Cán bộ do cấp trên quyết định", _SENT_UP, part.sent_up, filtered=True)
    book.table("Công nhận lại", "Kết quả hủy bỏ và công nhận lại", _REPLACED, part.replaced, filtered=True)
    book.table("Quá hạn", "Đối tượng quá thời hạn", _LATE, part.late, filtered=True)
    book.table("Trường hợp đặc biệt", "Trường hợp đặc biệt được gia hạn", SPECIALS, book.report.specials, filtered=True)
    if part.degrees:
        book.table("Cấp độ theo tiêu chí", "Cấp độ theo từng tiêu chí", _DEGREES, part.degrees, filtered=True)
    if book.report.criteria:
        book.table("Theo tiêu chí", "Điểm theo từng tiêu chí", CRITERIA, book.report.criteria, filtered=True)


def _overview(book: ReportBook, part: RatingPart) -> None:
    fields = _count_fields(part)
    sheet = book.sheet("Tổng hợp", "Tổng hợp kết quả xếp loại", [field.width for field in fields])
    counts = [*part.counts, replace(rating_rows.total_of(part.counts), kind="Tổng cộng")]
    after = book.lines(sheet, HEADER_ROW, fields, counts)
    book.lines(sheet, after + 1, fact_fields(_FIRST), list(_facts(book, part)))


def _facts(book: ReportBook, part: RatingPart) -> Iterator[Fact]:
    report = book.report
    yield from paper_facts(report)
    yield "Chữ viết tắt", legend(part)
    if part.reviewed is not None:
        yield "Đã kiểm điểm", part.reviewed
    yield "Quá thời hạn", len(part.late)
    yield "Nhóm vượt tỷ lệ", sum(line.held is False for line in part.quotas)
    yield "Hồ sơ phải giải trình, bổ sung", report.asked
    yield "Hồ sơ đã giải trình", report.explained
    for label, number in report.states:
        yield f"Tình trạng: {label}", number
    for closing in report.closings:
        concerned = f" ({'; '.join(closing.kinds)})" if closing.kinds else ""
        yield f"Thời hạn: {closing.label}{concerned}", wording.due(closing.closes_at)


def _count_fields(part: RatingPart) -> tuple[Field[LevelCount], ...]:
    levels = (field for place, (short, _) in enumerate(part.levels) for field in _level_fields(place, short))
    return (
        Field("Nhóm đối tượng", _FIRST, lambda row: row.kind),
        Field("Tổng số", 24, lambda row: row.total),
        Field("Đã xếp loại", 10, lambda row: row.rated),
        *levels,
        Field("Không xếp loại", 10, lambda row: row.not_rated),
        Field("Chưa xếp loại", 10, lambda row: row.waiting),
    )


def _level_fields(place: int, short: str) -> tuple[Field[LevelCount], ...]:
    return (
        Field(short, 10, lambda row: row.levels[place]),
        Field(f"Tỷ lệ {short}", 10, lambda row: Fraction(row.levels[place], row.rated) if row.rated else None),
    )


def _fields(rows: Sequence[Rated]) -> tuple[Field[Rated], ...]:
    points: tuple[Field[Rated], ...] = (
        Field("Điểm tự chấm", 10, lambda row: row.self_total),
        Field("Điểm thẩm định", 10, lambda row: row.appraised_total),
    )
    return (
        Field("Đối tượng", 36, lambda row: row.name),
        Field("Cấp quyết định", 30, lambda row: row.body),
        *(points if any(row.self_total is not None for row in rows) else ()),
        Field("Mức tự xếp loại", 12, lambda row: row.self_level),
        Field("Mức đề xuất", 13, rating_rows.proposed),
        Field("Mức công nhận", 12, lambda row: row.level),
        Field("Số quyết định", 14, lambda row: row.paper.number),
        Field("Ngày quyết định", 12, lambda row: row.paper.dated),
        Field("Ghi chú", 36, rating_rows.notes),
    )


def _quota_fields(part: RatingPart) -> tuple[Field[QuotaLine], ...]:
    scarce, counted = (short for short, _ in part.levels[:2])
    return (
        Field("Nhóm đối tượng", 28, lambda row: "; ".join(row.kinds)),
        Field("Cấp quyết định", 28, lambda row: row.body),
        Field("Tổng số", 9, lambda row: row.size),
        Field(counted, 10, lambda row: row.counted),
        Field(scarce, 10, lambda row: row.scarce),
        Field("Tối đa", 9, lambda row: row.seats),
        Field("Cách tính", 38, lambda row: row.base),
        Field("Kết luận", 38, rating_rows.verdict),
    )


_ASIDES: Final[tuple[Field[Aside], ...]] = (
    Field("Đối tượng", 40, lambda row: row.name),
    Field("Nhóm đối tượng", 34, lambda row: row.kind),
    Field("Trường hợp", 34, lambda row: row.case),
    Field("Lý do", 44, lambda row: row.grounds.reason),
    Field("Văn bản", 28, lambda row: wording.paper(row.grounds.paper)),
)
_FLAGS: Final[tuple[Field[Flagged], ...]] = (
    Field("Đối tượng", 40, lambda row: row.name),
    Field("Nhóm đối tượng", 34, lambda row: row.kind),
    Field("Mã", 14, lambda row: row.code),
    Field("Nội dung", 70, lambda row: row.text),
    Field("Mức công nhận", 14, lambda row: row.level),
)
_SENT_UP: Final[tuple[Field[SentUp], ...]] = (
    Field("Họ và tên", 44, lambda row: row.name),
    Field("Mức tham gia ý kiến", 16, lambda row: row.voted),
    Field("Văn bản báo cáo", 32, lambda row: wording.paper(row.paper)),
    Field("Mức cấp trên công nhận", 16, lambda row: row.level),
    Field("Quyết định của cấp trên", 32, lambda row: wording.paper(row.decided_by)),
)
_REPLACED: Final[tuple[Field[Redecided], ...]] = (
    Field("Đối tượng", 36, lambda row: row.name),
    Field("Nhóm đối tượng", 30, lambda row: row.kind),
    Field("Kết quả đã hủy bỏ", 36, lambda row: rating_rows.outcome(row.before)),
    Field("Kết quả công nhận lại", 36, lambda row: rating_rows.outcome(row.after)),
    Field("Lý do", 44, lambda row: row.reason),
)
_LATE: Final[tuple[Field[Rated], ...]] = (
    Field("Đối tượng", 44, lambda row: row.name),
    Field("Nhóm đối tượng", 36, lambda row: row.kind),
    Field("Thời hạn", 36, lambda row: wording.due(row.closes_at)),
    Field("Mức công nhận", 14, lambda row: row.level),
    Field("Tình trạng", 30, lambda row: row.state),
)
_DEGREES: Final[tuple[Field[CriterionDegree], ...]] = (
    Field("Nhóm đối tượng", 26, lambda row: row.kind),
    Field("Đối tượng", 32, lambda row: row.name),
    Field("Mã", 8, lambda row: row.code),
    Field("Tiêu chí", 52, lambda row: row.label),
    Field("Cấp độ tự đánh giá", 14, lambda row: row.self_degree),
    Field("Cấp độ thẩm định", 14, lambda row: row.appraised_degree),
    Field("Lý do thẩm định", 32, lambda row: row.note),
)
