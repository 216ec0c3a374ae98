"""The consolidation of opinions (bảng tổng hợp ý kiến): of each subject how many for which level, who said what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from docx.document import Document
from sqlmodel import Session

from actions.answers import Consolidated, Said
from config.calendar import deadline_text
from reports import wording
from reports.official import frame, heads
from reports.official.crosswise import begin, ended, looks, signatures
from reports.official.entry import File
from reports.official.frame import Official
from reports.official.opinion_letter import subject
from reports.official.opinion_records import AllOpinions, all_opinions
from reports.paper import PLAIN, Column, layered, text
from reports.template_frame import NO, paragraphs

NAME: Final = "opinion-table"
_COLUMNS: Final = (
    NO,
    Column(52, "Đối tượng", "{{ row.name }}"),
    Column(58, "Số ý kiến theo mức xếp loại", "{{ row.counts }}"),
    Column(80, "Ý kiến, nhận xét", "{{ row.said }}"),
    Column(50, "Không có ý kiến, chưa trả lời", "{{ row.rest }}"),
)
_LOOKS: Final = looks({"subject": PLAIN})


def build_template(layout: str) -> bytes:
    """The template of a layout, laid crosswise."""
    return frame.plain_template(layout, lambda document: _body(document, layout))


def _body(document: Document, layout: str) -> None:
    begin(document, layout)
    text(document, "", size=6, after=0)
    paragraphs(document, "opening")
    signatures(layered(document, _COLUMNS, "row in rows", _LOOKS))


def make(session: Session, request_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The table of a request; a draft while bodies may still answer."""
    one = all_opinions(session, request_id)
    asking = one.asking
    return File(f"tong-hop-y-kien-{asking.programme.slug}-{asking.year}-{request_id}.docx", write(one))


def write(one: AllOpinions) -> bytes:
    """The document; the same opinions give the same bytes."""
    official = _official(one)
    context = {
        "about": wording.upper(subject(one.asking)),
        "opening": list(_opening(one)),
        "rows": ended([_row(number, row, one) for number, row in enumerate(one.rows, 1)]),
        "left": {"post": "NGƯỜI TỔNG HỢP", "how": frame.BY_HAND, "name": ""},
        "right": {"post": f"LÃNH ĐẠO {official.head.sender.upper()}", "how": frame.BY_HAND, "name": ""},
    }
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _official(one: AllOpinions) -> Official:
    """It is of the body that gathers the opinions, which may be another than the one that decides (HT-10.2)."""
    asking = one.asking
    head, owner = heads.of_programme(asking.programme), asking.programme.bodies.owner
    return Official(
        head=head if owner == head.sender else replace(head, issuer=owner, sender=owner),
        type="Bảng tổng hợp ý kiến",
        sign="",
        about=subject(asking),
        year=asking.year,
        draft=asking.request.status == "open",
        rehearsal=asking.rehearsal,
        made_at=asking.request.asked_at,
    )


def _opening(one: AllOpinions) -> Iterator[str]:
    asking = one.asking
    answered = {said.body for row in one.rows for said in row.said}
    yield (
        f"Yêu cầu ngày {asking.day} của {asking.programme.bodies.owner}; thời hạn tham gia ý kiến: "
        f"{deadline_text(asking.request.closes_at)}. Có {wording.share(len(answered), one.bodies, 'nơi được hỏi')} "
        f"đã tham gia ý kiến về {wording.units(len(one.rows), 'đối tượng')}."
    )


def _row(number: int, row: Consolidated, one: AllOpinions) -> dict[str, str]:
    labels = one.asking.programme.level_labels
    counts = [f"{labels[level]}:\N{NO-BREAK SPACE}{count}" for level, count in row.levels.items() if count]
    rest = (("Không có ý kiến", row.silent), ("Chưa trả lời", row.awaited))
    return {
        "look": "subject",
        "no": str(number),
        "name": row.name,
        "counts": "\n".join(counts) or wording.NONE,
        "said": "\n".join(_said(said, labels.get(said.answer.level or "", "")) for said in row.said) or wording.NONE,
        "rest": "\n".join(f"{words}: {'; '.join(names)}" for words, names in rest if names) or wording.NONE,
    }


def _said(said: Said, level: str) -> str:
    words = "; ".join(filter(None, (level, said.answer.comment)))
    return f"- {said.body}: {words}{' (gửi sau thời hạn)' if said.late else ''}"
