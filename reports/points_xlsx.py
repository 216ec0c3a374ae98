"""The sheets of the report on a round of points."""

from collections.abc import Iterator
from typing import Final

from reports import wording
from reports.contents import Board, CriterionPoints, Removed, Result, RoundReport, Special
from reports.narrative import LEVEL_HEADINGS
from reports.rows import board_name, outcome
from reports.values import Redecided
from reports.workbook import HEADER_ROW, Fact, Field, ReportBook, fact_fields, paper_facts


def add_points(book: ReportBook) -> None:
    """Add the overview, the rankings, and the lists."""
    report = book.report
    _overview(book)
    for board in report.boards:
        book.table(board_name(board), board_name(board), _board_fields(report), board.results)
    book.table("Điểm 0", "Đơn vị được xác định 0 điểm do chưa hoàn thành tự đánh giá", _ZEROS, report.zeros)
    book.table("Quá hạn", "Đơn vị quá thời hạn", _LATE, report.late)
    book.table("Trường hợp đặc biệt", "Trường hợp đặc biệt được gia hạn", SPECIALS, report.specials)
    book.table("Chênh lệch", "Chênh lệch giữa điểm tự chấm và điểm thẩm định", _DIFFERING, report.differing)
    book.table("Ra khỏi đợt", "Đơn vị được đưa ra khỏi đợt đánh giá", _REMOVED, report.removed)
    book.table("Quyết định lại", "Kết quả được quyết định lại", _REDECIDED, report.redecided)
    if report.criteria:
        book.table("Theo tiêu chí", "Điểm theo từng tiêu chí", CRITERIA, report.criteria)


def _overview(book: ReportBook) -> None:
    report = book.report
    sheet = book.sheet("Tổng hợp", "Tổng hợp kết quả", [field.width for field in _SUMMARY])
    after = book.lines(sheet, HEADER_ROW, _SUMMARY, report.boards)
    book.lines(sheet, after + 1, fact_fields(), list(_facts(report)))


def _facts(report: RoundReport) -> Iterator[Fact]:
    results = list(report.results)
    yield from paper_facts(report)
    yield "Số đơn vị", len(results)
    yield "Đã nộp bản tự đánh giá", sum(result.submitted_at is not None for result in results)
    yield "Được xác định 0 điểm", len(report.zeros)
    yield "Quá thời hạn", len(report.late)
    yield "Trường hợp đặc biệt", len(report.specials)
    yield "Hồ sơ phải giải trình, bổ sung", report.asked
    yield "Hồ sơ đã giải trình", report.explained
    for label, number in report.states:
        yield f"Tình trạng: {label}", number
    for closing in report.closings:
        yield f"Thời hạn: {closing.label}", wording.due(closing.closes_at)
    for result in report.forwarded:
        yield f"{result.name} (hồ sơ gửi cấp trên): điểm tự chấm", result.self_total


_SUMMARY: Final[tuple[Field[Board], ...]] = (
    Field("Nhóm đối tượng", 56, board_name),
    Field("Số đơn vị", 24, lambda board: len(board.results)),
    Field("Đã có kết quả", 14, lambda board: len(board.decided)),
    Field("Điểm cao nhất", 14, lambda board: max(board.decided, default=None)),
    Field("Điểm thấp nhất", 14, lambda board: min(board.decided, default=None)),
    Field("Điểm bình quân", 14, lambda board: wording.average(board.decided)),
)
_ZEROS: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 44, lambda row: row.name),
    Field("Nhóm đối tượng", 44, lambda row: row.kind),
    Field("Thời điểm tự động khóa", 22, lambda row: row.closes_at),
    Field("Điểm quyết định", 16, lambda row: row.decided_total),
)
_LATE: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 40, lambda row: row.name),
    Field("Nhóm đối tượng", 36, lambda row: row.kind),
    Field("Thời hạn", 34, lambda row: wording.due(row.closes_at)),
    Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
    Field("Quá hạn", 12, wording.delay),
)
SPECIALS: Final[tuple[Field[Special], ...]] = (
    Field("Đơn vị", 30, lambda row: row.name),
    Field("Nhóm đối tượng", 26, lambda row: row.kind),
    Field("Lý do", 34, lambda row: row.reason),
    Field("Văn bản", 28, lambda row: wording.paper(row.paper)),
    Field("Thời hạn mới", 24, lambda row: wording.due(row.until)),
    Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
)
_DIFFERING: Final[tuple[Field[Result], ...]] = (
    Field("Đơn vị", 46, lambda row: row.name),
    Field("Nhóm đối tượng", 46, lambda row: row.kind),
    Field("Điểm tự chấm", 13, lambda row: row.self_total),
    Field("Điểm thẩm định", 13, lambda row: row.appraised_total),
    Field("Chênh lệch", 13, lambda row: row.difference),
)
_REMOVED: Final[tuple[Field[Removed], ...]] = (
    Field("Đơn vị", 36, lambda row: row.name),
    Field("Nhóm đối tượng", 34, lambda row: row.kind),
    Field("Tình trạng", 20, lambda row: row.state),
    Field("Lý do", 36, lambda row: row.reason),
    Field("Văn bản", 26, lambda row: wording.paper(row.paper)),
)
_REDECIDED: Final[tuple[Field[Redecided], ...]] = (
    Field("Đơn vị", 34, lambda row: row.name),
    Field("Kết quả trước", 32, lambda row: outcome(row.before)),
    Field("Kết quả thay thế", 32, lambda row: outcome(row.after)),
    Field("Lý do", 40, lambda row: row.reason),
)
CRITERIA: Final[tuple[Field[CriterionPoints], ...]] = (
    Field("Nhóm đối tượng", 22, lambda row: row.kind),
    Field("Đơn vị", 28, lambda row: row.name),
    Field("Mã", 8, lambda row: row.code),
    Field("Tiêu chí", 46, lambda row: row.label),
    Field("Điểm tối đa", 9, lambda row: row.most),
    Field("Điểm tự chấm", 9, lambda row: row.self_points),
    Field("Điểm thẩm định", 9, lambda row: row.appraised_points),
    Field("Điểm quyết định", 9, lambda row: row.decided_points),
    Field("Lý do thẩm định", 28, lambda row: row.note),
)


def _board_fields(report: RoundReport) -> tuple[Field[Result], ...]:
    levels: dict[str, tuple[Field[Result], ...]] = {
        "none": (),
        "proposed": (Field(LEVEL_HEADINGS["proposed"], 16, lambda row: row.proposed_level),),
        "decided": (Field(LEVEL_HEADINGS["decided"], 16, lambda row: row.level),),
    }
    return (
        Field("Hạng", 7, lambda row: row.place),
        Field("Đơn vị", 40, lambda row: row.name),
        Field("Điểm tự chấm", 11, lambda row: row.self_total),
        Field("Điểm thẩm định", 11, lambda row: row.appraised_total),
        Field("Điểm quyết định", 11, lambda row: row.decided_total),
        *levels[report.levels],
        Field("Căn cứ xếp hạng", 36, lambda row: row.reason),
        Field("Tình trạng", 18, lambda row: row.state),
        Field("Thời điểm nộp", 18, lambda row: row.submitted_at),
    )
