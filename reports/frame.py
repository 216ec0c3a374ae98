"""What every report has: its head and foot, its marks, the numbers of its appendices, its closings and its seal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from config.calendar import date_text, deadline_text, long_date_text
from reports import wording
from reports.contents import Closing, Head, RoundReport
from reports.values import Paper

Line = TypeVar("Line")
GAP: Final = "." * 6
_LONG: Final = frozenset({"ranking", "boards"})
"""Appendices of many tables."""
_PAGE, _TITLE, _ROW = 165, 40, 14
"""Millimetres of a page laid crosswise, of the title of an appendix with the heading of its table, and of a row."""
_LONGEST_NAME: Final = 20
_LONGEST_PLACE: Final = 17
LONGEST_SUBJECT: Final = 75
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_VERDICT: Final = (
    "3. Nhật ký còn nguyên vẹn thì mã được xác nhận là đúng; có dòng nào bị sửa, bị xóa hoặc bị thay sau khi lập mã "
    "thì dòng đầu tiên không khớp được chỉ ra."
)


def frame(report: RoundReport, appendix: Mapping[str, str], *, rehearsal: bool) -> dict[str, Any]:
    """Return what the templates of every form name."""
    return {
        "rehearsal": wording.REHEARSAL if rehearsal else "",
        "marks": " – ".join(marks(report, rehearsal=rehearsal)),
        **letterhead(report.head, report.paper, report.year),
        "draft": wording.DRAFT if report.draft else "",
        "title": "BÁO CÁO",
        "about": wording.parted(f"về việc {wording.lower(about(report))}", LONGEST_SUBJECT),
        "recipient": report.head.recipient,
        "bases": report.head.bases,
        "opening": _opening(report),
        "ending": list(_ending(report, appendix)),
        "appendix": appendix,
        "attached_to": _attached_to(report),
        "seal": _seal(report),
    }


def numbered_appendices(there: Mapping[str, bool]) -> dict[str, str]:
    """Return the number of each appendix that is there; the others have none."""
    numbers = iter(_ROMAN)
    return {name: f"Phụ lục\N{NO-BREAK SPACE}{next(numbers)}" if wanted else "" for name, wanted in there.items()}


def together(context: Mapping[str, Any]) -> list[str]:
    """Name the appendices that go on on the page of the one before, as far as there is room on it."""
    found, taken = [], _PAGE
    for name in (name for name, number in context["appendix"].items() if number):
        own = _PAGE if name in _LONG else _TITLE + _ROW * len(context[name])
        if taken + own <= _PAGE:
            found.append(name)
        taken = taken + own if taken + own <= _PAGE else own
    return found


def closings(report: RoundReport) -> list[str]:
    """Return the deadlines of the round under their heading; nothing without any."""
    return ["Thời hạn thực hiện:", *map(_closing, report.closings)] if report.closings else []


def marks(report: RoundReport, *, rehearsal: bool) -> list[str]:
    """Return what stands at the head of every page: that it is a rehearsal, that it is a draft."""
    return [wording.REHEARSAL] * rehearsal + [wording.DRAFT] * report.draft


def about(report: RoundReport) -> str:
    """Say what the report is about, as after its title."""
    return f"{report.subject} năm {report.year}"


def letterhead(head: Head, paper: Paper, year: int, sign: str = "BC") -> dict[str, Any]:
    """Return what names the issuer, the number, the date, the signer and the receivers; `sign`: of the type."""
    dated = f"ngày {GAP} tháng {GAP} năm {year}" if paper.dated is None else long_date_text(paper.dated)
    gap = "\n" if len(head.place) > _LONGEST_PLACE else " "
    return {
        "parent": wording.parted(head.parent.upper(), _LONGEST_NAME, wording.BODY_BEGINS),
        "issuer": wording.parted(wording.in_full(head.issuer).upper(), _LONGEST_NAME, wording.BODY_BEGINS),
        "number": wording.number(head, paper, sign),
        "place_and_date": f"{head.place},{gap}{dated}",
        "signed_for": head.signed_for.upper(),
        "signer_post": head.signer_post.upper(),
        "signer": paper.signer,
        "receivers": [f"- {receiver}{end}" for receiver, end in ended(head.receivers, ";", ".")],
    }


def ended(lines: Sequence[Line], between: str, last: str) -> Iterator[tuple[Line, str]]:
    """Give each line of a list its sign, the last one another."""
    return ((line, last if place == len(lines) else between) for place, line in enumerate(lines, 1))


def _opening(report: RoundReport) -> str:
    return f"{report.head.sender} báo cáo {report.head.recipient} về việc {wording.lower(about(report))} như sau:"


def _closing(closing: Closing) -> str:
    concerned = f" ({'; '.join(closing.kinds)})" if closing.kinds else ""
    return f"- {closing.label}{concerned}: {deadline_text(closing.closes_at)}."


def _ending(report: RoundReport, appendix: Mapping[str, str]) -> Iterator[str]:
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
