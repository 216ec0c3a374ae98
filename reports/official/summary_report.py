"""A unit's summary report (báo cáo tổng kết): result, well and short, criteria without evidence (DN-5.4), requests."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session

from reports import wording
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import ROOM, Official
from reports.official.unit_frame import by_unit, titled, told_sections, work
from reports.official.unit_narrative import ended, scored, short, sum_of, told, total, well
from reports.official.unit_records import Item, UnitDossier, unit_dossier
from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import heading, paragraphs
from reports.wording import count, points

NAME: Final = "summary-report"
LINE: Final = "." * 104
"""A line of dotted room that begins as a paragraph does."""
_NO: Final = Column(12, "TT", "{{ row.no }}", CENTER)
_PARTS: Final = (
    _NO,
    Column(93, "Nội dung", "{{ row.label }}"),
    Column(30, "Điểm tối đa", "{{ row.most }}", CENTER),
    Column(30, "Điểm tự chấm", "{{ row.own }}", CENTER),
)
_UNPROVEN: Final = (
    _NO,
    Column(53, "Tiêu chí", "{{ row.label }}"),
    Column(22, "Điểm tự chấm", "{{ row.own }}", CENTER),
    Column(33, "Minh chứng", "{{ row.state }}"),
    Column(45, "Nội dung báo cáo, làm rõ", "{{ row.note }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout: the result by group, then what was done well, what falls short, what is not proven."""

    def body(document: Document) -> None:
        frame.addressed(document)
        frame.bases(document, layout)
        paragraphs(document, "opening")
        heading(document, "I. KẾT QUẢ TỰ ĐÁNH GIÁ, CHẤM ĐIỂM")
        paragraphs(document, "results", with_next=True)
        listing(document, _PARTS, "row in parts", total=("", "Tổng điểm", "{{ most }}", "{{ sum }}"))
        text(document, "", size=6, after=0)
        told_sections(document, "before")
        heading(document, "IV. TIÊU CHÍ CHƯA CÓ MINH CHỨNG HOẶC MINH CHỨNG CHƯA ĐẦY ĐỦ THÔNG TIN")
        paragraphs(document, "unproven_words")
        tag(document, "if unproven")
        listing(document, _UNPROVEN, "row in unproven")
        text(document, "", size=6, after=0)
        tag(document, "endif")
        told_sections(document, "after")
        paragraphs(document, "ending", with_next=True)

    return frame.template(layout, body)


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The report of a dossier as it stands; it has a number of its own, which is not recorded."""
    one = unit_dossier(session, assessment_id, now, working=True)
    return File(one.file("bao-cao-tong-ket"), write(one))


def write(one: UnitDossier) -> bytes:
    """The document; the same dossier gives the same bytes."""
    about = f"tổng kết việc thực hiện {work(one)} năm {one.year}"
    official = by_unit(one, type_of="Báo cáo", sign="BC", about=about)
    return frame.printed(NAME, official, {**frame.values(official), **_context(one, official)})


def _context(one: UnitDossier, official: Official) -> dict[str, Any]:
    unproven = [item for item in one.leaves if item.lacks_evidence]
    to = one.programme.bodies.authority
    return {
        "about": titled(official.about),
        "opening": [f"{one.issuer} báo cáo {to} kết quả thực hiện {work(one)} năm {one.year} như sau:"],
        "results": list(_results(one)),
        "parts": [_part(number, top) for number, (top, _) in enumerate(one.tops, 1)],
        "most": points(one.sheet.total),
        "sum": sum_of(one),
        "before": list(_before(one)),
        "unproven_words": [_unproven(one, unproven)],
        "unproven": [_row(number, item) for number, item in enumerate(unproven, 1)],
        "after": list(_after(one)),
        "ending": [f"{one.issuer} kính báo cáo {to}./."],
    }


def _results(one: UnitDossier) -> Iterator[str]:
    answered = sum(item.own is not None for item in one.leaves)
    facts = one.facts
    yield (
        f"Đơn vị đã tự chấm {wording.share(answered, len(one.leaves), 'tiêu chí')}; tổng điểm tự chấm "
        f"{sum_of(one)}/{points(one.sheet.total)} điểm."
    )
    if facts.zeroed:
        yield "Khi hết hạn, bản tự đánh giá chưa hoàn thành nên điểm tự chấm được xác định là 0 điểm."
    elif facts.submitted_at is not None and not one.working:
        yield f"Bản tự đánh giá đã nộp lúc {wording.instant(facts.submitted_at)}."


def _part(number: int, top: Item) -> dict[str, str]:
    own = total(top).partition("/")[0]
    most = "" if top.criterion.max is None else points(top.criterion.max)
    return {"no": str(number), "label": top.criterion.label, "most": most, "own": own}


def _before(one: UnitDossier) -> Iterator[dict[str, Any]]:
    yield {"heading": "II. NHỮNG NỘI DUNG ĐÃ THỰC HIỆN TỐT", "paragraphs": _by_group(one, done_well=True)}
    yield {"heading": "III. NHỮNG MẶT CÒN HẠN CHẾ", "paragraphs": _by_group(one, done_well=False)}


def _by_group(one: UnitDossier, *, done_well: bool) -> list[str]:
    chosen = ((top, well(leaves) if done_well else short(leaves)) for top, leaves in one.tops)
    lines = [line for top, items in chosen if items for line in told(top.criterion.label, items)]
    return lines or [LINE]


def _unproven(one: UnitDossier, unproven: list[Item]) -> str:
    if unproven:
        return f"Có {count(len(unproven))} tiêu chí chưa có minh chứng hoặc minh chứng chưa đầy đủ thông tin, cụ thể:"
    return "Các tiêu chí đã chấm điểm đều có minh chứng." if not one.is_blank else LINE


def _row(number: int, item: Item) -> dict[str, str]:
    state = f"Không được nhận: {'; '.join(item.refused)}" if item.refused else "Chưa có"
    note = (item.own.note if item.own else "") or ROOM[:24]
    label = f"{item.criterion.code}. {item.criterion.label}"
    return {"no": str(number), "label": label, "own": scored(item).removesuffix(" điểm"), "state": state, "note": note}


def _after(one: UnitDossier) -> Iterator[dict[str, Any]]:
    raised = list(ended([_difficulty(each.question, each.answer) for each in one.difficulties]))
    yield {"heading": "V. KHÓ KHĂN, VƯỚNG MẮC; ĐỀ XUẤT, KIẾN NGHỊ", "paragraphs": raised or [LINE]}
    yield {"heading": f"VI. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM {one.year + 1}", "paragraphs": [LINE, LINE]}


def _difficulty(question: str, answer: str | None) -> str:
    return f"- {question.strip()} (trả lời: {answer.strip()})" if answer else f"- {question.strip()} (chưa có trả lời)"
