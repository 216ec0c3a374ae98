"""The report in sentences and rows: what the Word template prints, every word of it Vietnamese."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from config.calendar import date_text, deadline_text, long_date_text
from reports import rows, wording
from reports.contents import Board, Closing, RoundReport
from reports.wording import count, points, units

_LONGEST_NAME: Final = 24
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_VERDICT: Final = (
    "3. Nhật ký còn nguyên vẹn thì mã được xác nhận là đúng; có dòng nào bị sửa, bị xóa hoặc bị thay sau khi lập mã "
    "thì dòng đầu tiên không khớp được chỉ ra."
)
LEVEL_HEADINGS: Final = {"none": "", "proposed": "Đề nghị mức xếp loại", "decided": "Mức xếp loại"}


def context(report: RoundReport, *, rehearsal: bool) -> dict[str, Any]:
    """Return everything that the template of either layout names."""
    appendix = appendices(report)
    return {
        "rehearsal": wording.REHEARSAL if rehearsal else "",
        "marks": " – ".join(marks(report, rehearsal=rehearsal)),
        **_letterhead(report),
        "bases": report.head.bases,
        "opening": _opening(report),
        "subjects": list(_subjects(report, appendix)),
        "closings": ["Thời hạn thực hiện:", *map(_closing, report.closings)] if report.closings else [],
        "self_assessment": list(_self_assessment(report, appendix)),
        "appraisal": list(_appraisal(report, appendix)),
        "results": list(_results(report)),
        "summary": [rows.summary(place, board) for place, board in enumerate(report.boards, 1)],
        "summary_total": rows.summary_total(report),
        "ranking": list(_ranking(report, appendix)),
        "changes": list(_changes(report, appendix)),
        "ending": list(_ending(report, appendix)),
        "appendix": appendix,
        "attached_to": _attached_to(report),
        "level_heading": LEVEL_HEADINGS[report.levels],
        "boards": [rows.board(place, board, report.levels) for place, board in enumerate(report.boards, 1)],
        "zeros": rows.numbered(report.zeros, rows.zero),
        "late": rows.numbered(report.late, rows.late),
        "specials": [rows.special(place, special) for place, special in enumerate(report.specials, 1)],
        "differing": rows.numbered(report.differing, rows.difference),
        "removed": [rows.removed(place, removed) for place, removed in enumerate(report.removed, 1)],
        "redecided": [rows.redecided(place, changed) for place, changed in enumerate(report.redecided, 1)],
        "seal": _seal(report),
    }


def appendices(report: RoundReport) -> dict[str, str]:
    """Return the number of each appendix that the report has; the others have none."""
    there = {
        "ranking": bool(report.boards),
        "zeros": bool(report.zeros),
        "late": bool(report.late),
        "specials": bool(report.specials),
        "removed": bool(report.removed),
        "differing": bool(report.differing),
        "redecided": bool(report.redecided),
        "seal": report.seal is not None,
    }
    numbers = iter(_ROMAN)
    return {name: f"Phụ lục\N{NO-BREAK SPACE}{next(numbers)}" if wanted else "" for name, wanted in there.items()}


def marks(report: RoundReport, *, rehearsal: bool) -> list[str]:
    """Return what stands at the head of every page: that it is a rehearsal, that it is a draft."""
    return [wording.REHEARSAL] * rehearsal + [wording.DRAFT] * report.draft


def about(report: RoundReport) -> str:
    """Say what the report is about, as after its title."""
    return f"{report.subject} năm {report.year}"


def _letterhead(report: RoundReport) -> dict[str, Any]:
    head, paper = report.head, report.paper
    dated = f"ngày      tháng      năm {report.year}" if paper.dated is None else long_date_text(paper.dated)
    return {
        "parent": wording.balanced(head.parent.upper(), _LONGEST_NAME),
        "issuer": wording.balanced(head.issuer.upper(), _LONGEST_NAME),
        "number": wording.number(head, paper),
        "place_and_date": f"{head.place}, {dated}",
        "draft": wording.DRAFT if report.draft else "",
        "about": f"về việc {wording.lower(about(report))}",
        "recipient": head.recipient,
        "signed_for": head.signed_for.upper(),
        "signer_post": head.signer_post.upper(),
        "signer": paper.signer,
        "receivers": [f"- {receiver}{end}" for receiver, end in _ended(head.receivers, ";", ".")],
    }


def _ended(lines: Sequence[str], between: str, last: str) -> Iterator[tuple[str, str]]:
    return ((line, last if place == len(lines) else between) for place, line in enumerate(lines, 1))


def _opening(report: RoundReport) -> str:
    return f"{report.head.sender} báo cáo {report.head.recipient} về việc {wording.lower(about(report))} như sau:"


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


def _closing(closing: Closing) -> str:
    concerned = f" ({'; '.join(closing.kinds)})" if closing.kinds else ""
    return f"- {closing.label}{concerned}: {deadline_text(closing.closes_at)}."


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
    for board, end in _ended_boards(report.boards):
        yield f"- {rows.board_name(board)}: {_first_place(board)}{end}"


def _ended_boards(boards: Sequence[Board]) -> Iterator[tuple[Board, str]]:
    return ((board, "." if place == len(boards) else ";") for place, board in enumerate(boards, 1))


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


def _ending(report: RoundReport, appendix: dict[str, str]) -> Iterator[str]:
    if report.seal is None:
        yield "Số liệu của bản này chưa có mã kiểm chứng dữ liệu."
    else:
        yield f"Số liệu của báo cáo được xác thực bằng mã kiểm chứng dữ liệu ({appendix['seal']})."
    head = report.head
    yield f"{head.sender} kính báo cáo {head.recipient} xem xét./."


def _attached_to(report: RoundReport) -> str:
    head, dated = report.head, report.paper.dated
    if report.draft or dated is None:
        return f"(Kèm theo dự thảo Báo cáo của {head.sender})"
    number = wording.number(head, report.paper)
    on = f", ngày {date_text(dated)}" if head.layout == "party" else f" {long_date_text(dated)}"
    return f"(Kèm theo Báo cáo số {number}{on} của {head.sender})"


def verification(report: RoundReport) -> list[str]:
    """Return the seal in groups of eight digits, when it was made, and how to check it; nothing without a seal."""
    if report.seal is None:
        return []
    return [
        " ".join(report.seal.groups),
        f"Mã được lập lúc {wording.instant(report.seal.at)} trên toàn bộ nhật ký của đợt và của từng hồ sơ.",
        f"1. Chép mã trên đây, viết liền các nhóm ký tự. Đợt đánh giá có số {report.round_id} trong hệ thống.",
        f"2. Chạy lệnh “danhgia audit verify --round {report.round_id} --seal MÃ”, thay MÃ bằng mã vừa chép.",
        _VERDICT,
    ]


def _seal(report: RoundReport) -> dict[str, Any]:
    code, made, *steps = verification(report) or ("", "")
    return {"code": code, "at": made, "steps": steps}
