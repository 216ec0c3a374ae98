"""The report of a round of points in sentences and rows: what the Word template prints, every word Vietnamese."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from reports import rows, wording
from reports.contents import Board, RoundReport
from reports.frame import closings, ended, frame, numbered_appendices
from reports.wording import count, points, units

LEVEL_HEADINGS: Final = {"none": "", "proposed": "Đề nghị mức xếp loại", "decided": "Mức xếp loại"}


def context(report: RoundReport, *, rehearsal: bool) -> dict[str, Any]:
    """Return everything that the template of either layout names."""
    appendix = appendices(report)
    return {
        **frame(report, appendix, rehearsal=rehearsal),
        "subjects": list(_subjects(report, appendix)),
        "closings": closings(report),
        "self_assessment": list(_self_assessment(report, appendix)),
        "appraisal": list(_appraisal(report, appendix)),
        "results": list(_results(report)),
        "summary": [rows.summary(place, board) for place, board in enumerate(report.boards, 1)],
        "summary_total": rows.summary_total(report),
        "ranking": list(_ranking(report, appendix)),
        "changes": list(_changes(report, appendix)),
        "level_heading": LEVEL_HEADINGS[report.levels],
        "boards": [rows.board(place, board, report.levels) for place, board in enumerate(report.boards, 1)],
        "zeros": rows.numbered(report.zeros, rows.zero),
        "late": rows.numbered(report.late, rows.late),
        "specials": [rows.special(place, special) for place, special in enumerate(report.specials, 1)],
        "differing": rows.numbered(report.differing, rows.difference),
        "removed": [rows.removed(place, removed) for place, removed in enumerate(report.removed, 1)],
        "redecided": [rows.redecided(place, changed) for place, changed in enumerate(report.redecided, 1)],
    }


def appendices(report: RoundReport) -> dict[str, str]:
    """Return the number of each appendix that the report has; the others have none."""
    return numbered_appendices(
        {
            "ranking": bool(report.boards),
            "zeros": bool(report.zeros),
            "late": bool(report.late),
            "specials": bool(report.specials),
            "removed": bool(report.removed),
            "differing": bool(report.differing),
            "redecided": bool(report.redecided),
            "seal": report.seal is not None,
        }
    )


def _subjects(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    by_kind = Counter(result.kind for result in report.results)
    listed = "; ".join(f"{kind} ({units(number)})" for kind, number in by_kind.items())
    total = by_kind.total()
    if total:
        yield f"Tổng số đối tượng: {units(total)}, gồm: {listed}. Kết quả của từng đơn vị tại {appendix['ranking']}."
    for result in report.forwarded:
        own = "" if result.self_total is None else f"; tự chấm {points(result.self_total)} điểm"
        level = f", đề nghị mức xếp loại “{result.proposed_level}”" if result.proposed_level else ""
        yield f"{result.name} có hồ sơ riêng gửi cấp trên thẩm định{own}{level}; tình trạng: {result.state}."


def _self_assessment(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    results = list(report.results)
    handed_in = sum(result.submitted_at is not None for result in results)
    yield f"Có {wording.share(handed_in, len(results))} đã hoàn thành và nộp bản tự đánh giá."
    if report.zero_rule:
        yield _zero_sentence(report, appendix)
    if report.late or not report.zero_rule:
        late = f"Có {units(len(report.late))} quá thời hạn ({appendix['late']})."
        yield late if report.late else "Không có đơn vị nào quá thời hạn."
    special = f"Có {count(len(report.specials))} trường hợp đặc biệt được gia hạn ({appendix['specials']})."
    yield special if report.specials else "Không có trường hợp đặc biệt nào được gia hạn."
    if report.removed:
        yield f"Có {units(len(report.removed))} được đưa ra khỏi đợt đánh giá ({appendix['removed']})."


def _zero_sentence(report: RoundReport, appendix: dict[str, str]) -> str:
    if not report.zeros:
        return "Không có đơn vị nào bị xác định 0 (không) điểm do chưa hoàn thành việc tự đánh giá."
    return (
        f"Có {units(len(report.zeros))} chưa hoàn thành việc tự đánh giá khi hết thời hạn; phần mềm đã tự động khóa, "
        f"điểm tự đánh giá được xác định là 0 (không) điểm ({appendix['zeros']})."
    )


def _appraisal(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    handed_in = [result for result in report.results if result.submitted_at is not None]
    appraised = sum(result.appraised_total is not None for result in handed_in)
    yield f"{report.head.appraiser} đã thẩm định hồ sơ của {wording.share(appraised, len(handed_in))} đã nộp."
    if report.asked:
        explained = f"{count(report.explained)} hồ sơ đã được giải trình"
        yield f"Đã yêu cầu giải trình, bổ sung đối với {count(report.asked)} hồ sơ; {explained}."
    else:
        yield "Không có hồ sơ nào phải giải trình, bổ sung."
    yield _difference_sentence(report, appendix)


def _difference_sentence(report: RoundReport, appendix: dict[str, str]) -> str:
    differences = [result.difference for result in report.differing if result.difference is not None]
    if not differences:
        return "Không có hồ sơ nào có tổng điểm thẩm định khác tổng điểm tự chấm."
    return (
        f"Tổng điểm thẩm định khác tổng điểm tự chấm ở {count(len(differences))} hồ sơ{_sides(differences)}; "
        f"mức chênh lệch lớn nhất là {points(max(map(abs, differences)))} điểm ({appendix['differing']})."
    )


def _sides(differences: Sequence[Decimal]) -> str:
    lower, higher = sum(one < 0 for one in differences), sum(one > 0 for one in differences)
    if lower and higher:
        return f" ({count(lower)} hồ sơ thấp hơn, {count(higher)} hồ sơ cao hơn)"
    return f", {'đều ' * (len(differences) > 1)}{'thấp hơn' if lower else 'cao hơn'}"


def _results(report: RoundReport) -> Iterator[str]:
    results = list(report.results)
    decided = sum(result.decided_total is not None for result in results)
    yield f"{report.head.sender} đã quyết định kết quả đối với {wording.share(decided, len(results))}."
    if report.draft:
        states = "; ".join(f"{label}: {count(number)} hồ sơ" for label, number in report.states)
        yield f"Tình trạng hồ sơ khi lập dự thảo: {states}."
    if report.levels == "decided":
        levels = Counter(result.level for result in results if result.level)
        listed = "; ".join(f"{level}: {units(number)}" for level, number in levels.items())
        yield f"Mức xếp loại: {listed or 'chưa có'}."
    if report.levels == "proposed":
        yield "Khung điểm xếp loại chưa được xác nhận nên báo cáo chỉ ghi mức xếp loại do đơn vị đề nghị."
    yield "Tổng hợp theo nhóm đối tượng:"


def _ranking(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    if not any(result.place for result in report.results):
        yield "Kết quả chưa được xếp hạng."
        return
    yield f"Xếp hạng theo tổng điểm được quyết định trong từng nhóm; bằng điểm thì cùng hạng ({appendix['ranking']}):"
    for board, end in ended(report.boards, ";", "."):
        yield f"- {rows.board_name(board)}: {_first_place(board)}{end}"


def _first_place(board: Board) -> str:
    first = [result for result in board.results if result.place == 1]
    if not first:
        return "chưa xếp hạng"
    together = "hạng 1" if len(first) == 1 else "đồng hạng 1"
    ties = len({result.place for result in board.results if result.tied} - {1})
    others = f", ngoài ra có {count(ties)} thứ hạng có nhiều đơn vị đồng điểm" if ties else ""
    return f"{together} là {wording.named(first)} ({points(first[0].decided_total)} điểm){others}"


def _changes(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    if report.redecided:
        yield f"Có {count(len(report.redecided))} kết quả đã được quyết định lại ({appendix['redecided']})."
