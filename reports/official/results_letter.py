"""The letter that sends the results of a round to the body above (công văn gửi kết quả, VG-2.4), with their figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from docx.document import Document
from sqlmodel import Session, col, select

from actions.handing_out import issued
from models.decisions import Decision
from models.installation import installation
from reports import rating_rows, rows, wording
from reports.contents import RoundReport
from reports.figures import gather
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import Official
from reports.paper import CENTER, Column, listing, tag, text
from reports.records import own_paper, papers_of
from reports.template_frame import paragraphs
from reports.values import Paper

NAME: Final = "results-letter"
KEY: Final = "cong-van-gui-ket-qua"
_SCORED: Final = (
    Column(12, "STT", "{{ row.no }}", CENTER),
    Column(53, "Nhóm đối tượng", "{{ row.name }}"),
    Column(20, "Số đơn vị", "{{ row.subjects }}", CENTER),
    Column(20, "Đã có kết quả", "{{ row.decided }}", CENTER),
    Column(20, "Điểm cao nhất", "{{ row.highest }}", CENTER),
    Column(20, "Điểm thấp nhất", "{{ row.lowest }}", CENTER),
    Column(20, "Điểm bình quân", "{{ row.average }}", CENTER),
)


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.template(layout, _body, letter=True)


def _body(document: Document) -> None:
    frame.addressed(document)
    text(document, "{{ opening }}", style="Report Body", after=6)
    tag(document, "if summary")
    listing(document, _SCORED, "row in summary")
    text(document, "", size=6, after=0)
    tag(document, "endif")
    paragraphs(document, "told")
    paragraphs(document, "enclosed", with_next=True)
    text(document, "{{ ending }}", style="Report Body", with_next=True)


def make(session: Session, round_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The letter with the figures as they stand; a draft while a subject has no result."""
    report = gather(session, round_id, by_criterion=False)
    return File(f"{KEY}-{report.slug}-{report.year}.docx", write(report, _read(session, round_id)))


class Around(NamedTuple):
    """What the letter says beside the figures: its own number, and the decisions that stand."""

    paper: Paper
    decisions: list[Paper]
    rehearsal: bool


def _read(session: Session, round_id: int) -> Around:
    chosen = select(Decision.document_id).where(Decision.round_id == round_id, col(Decision.annulled_at).is_(None))
    numbers = session.exec(chosen.order_by(col(Decision.id))).all()
    papers = papers_of(session, numbers)
    own = own_paper(issued(session, f"round:{round_id}").get((KEY, None)))
    return Around(own, [papers[number] for number in numbers], installation(session).made_as == "rehearsal")


def write(report: RoundReport, around: Around) -> bytes:
    """The document; the same figures give the same bytes."""
    official = _official(report, around)
    return frame.printed(NAME, official, {**frame.values(official), **_context(report, around.decisions)})


def _official(report: RoundReport, around: Around) -> Official:
    party = report.head.layout == "party"
    return Official(
        head=replace(report.head, receivers=("Như trên", *report.head.receivers[-1:])),
        type="",
        sign="CV" if party else "",
        about=f"gửi kết quả {_work(report)}",
        year=report.year,
        paper=around.paper,
        recipients=(report.head.recipient,),
        draft=_waiting(report) > 0,
        rehearsal=around.rehearsal,
        made_at=report.made_at,
    )


def _work(report: RoundReport) -> str:
    return f"{wording.lower(report.subject)} năm {report.year}"


def _waiting(report: RoundReport) -> int:
    """How many subjects have no result yet."""
    if report.rating is not None:
        return sum(one.waiting for one in report.rating.counts)
    return sum(len(board.results) - len(board.decided) for board in report.boards)


def _context(report: RoundReport, decisions: list[Paper]) -> dict[str, Any]:
    scored = report.rating is None
    return {
        "opening": _opening(report),
        "summary": [rows.summary(place, board) for place, board in enumerate(report.boards, 1)] if scored else [],
        "told": [] if scored else list(_levels(report)),
        "enclosed": list(_enclosed(report, decisions)),
        "ending": f"{report.head.sender} gửi {report.head.recipient} tổng hợp, theo dõi./.",
    }


def _opening(report: RoundReport) -> str:
    bases = "; ".join(report.head.bases)
    return f"Căn cứ {bases}, {report.head.sender} đã hoàn thành việc {_work(report)}. Kết quả như sau:"


def _levels(report: RoundReport) -> Iterator[str]:
    if report.rating is None:
        return
    names = [name for _, name in report.rating.levels]
    for one in (*report.rating.counts, rating_rows.total_of(report.rating.counts)):
        named = one.kind or "Tổng cộng"
        rest = (("không xếp loại", one.not_rated), ("chưa xếp loại", one.waiting))
        every = (*zip(names, one.levels, strict=True), *rest)
        counted = [f"{words}:\N{NO-BREAK SPACE}{wording.count(number)}" for words, number in every if number]
        yield f"- {named} ({wording.units(one.total, wording.SUBJECTS)}): {'; '.join(counted)}."


def _enclosed(report: RoundReport, decisions: list[Paper]) -> Iterator[str]:
    numbered = [wording.numbered("Quyết định", paper) for paper in decisions if paper.number]
    reported = [f"Báo cáo số {wording.number(report.head, report.paper)}"] if report.paper.number else []
    if numbered or reported:
        yield f"(Gửi kèm: {'; '.join(dict.fromkeys([*numbered, *reported]))}.)"
