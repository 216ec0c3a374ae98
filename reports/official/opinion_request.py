"""The letter that asks bodies for their opinions (công văn lấy ý kiến): on whom, what, and until when (HT-6.3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from config.calendar import deadline_text
from reports import wording
from reports.official import frame, heads
from reports.official.entry import File
from reports.official.frame import Official
from reports.official.opinion_records import AllOpinions, all_opinions, bodies_of
from reports.paper import Column
from reports.template_frame import NO

NAME: Final = "opinion-request"
_COLUMNS: Final = (NO, Column(153, "Đối tượng lấy ý kiến", "{{ row.name }}"))


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.listed_template(layout, _COLUMNS, letter=True)


def make(session: Session, request_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The letter of a request, with its number where that is recorded."""
    one = all_opinions(session, request_id)
    asking = one.asking
    name = f"lay-y-kien-{asking.programme.slug}-{asking.year}-{request_id}.docx"
    return File(name, write(one, bodies_of(session, request_id)))


def write(one: AllOpinions, bodies: tuple[str, ...]) -> bytes:
    """The document; the same request gives the same bytes."""
    official = _official(one, bodies)
    context: dict[str, Any] = {
        "opening": list(_opening(one, official)),
        "rows": [{"no": str(number), "name": row.name} for number, row in enumerate(one.rows, 1)],
        "ending": list(_ending(one)),
    }
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _official(one: AllOpinions, bodies: tuple[str, ...]) -> Official:
    asking = one.asking
    head = heads.of_programme(asking.programme)
    return Official(
        head=replace(head, receivers=("Như trên", *head.receivers[-1:])),
        type="",
        sign="CV" if head.layout == "party" else "",
        about=f"lấy ý kiến {wording.lower(asking.programme.short_title)} năm {asking.year}",
        year=asking.year,
        paper=asking.letter,
        recipients=bodies,
        draft=not asking.letter.number,
        rehearsal=asking.rehearsal,
        made_at=asking.request.asked_at,
    )


def _opening(one: AllOpinions, official: Official) -> Iterator[str]:
    number = wording.units(len(one.rows), wording.SUBJECTS)
    yield f"{official.head.sender} đề nghị các nơi nhận tham gia ý kiến đối với {number} có tên dưới đây."
    yield from filter(None, (line.strip() for line in one.asking.request.question.splitlines()))


def _ending(one: AllOpinions) -> Iterator[str]:
    contact = one.asking.programme.contact
    yield (
        f"Ý kiến gửi trên phần mềm hoặc bằng văn bản về {one.asking.programme.bodies.owner}, thời hạn: "
        f"{deadline_text(one.asking.request.closes_at)}. Quá thời hạn trên mà chưa nhận được thì ghi là không có ý "
        "kiến."
    )
    yield f"Nội dung cần trao đổi, đề nghị liên hệ {contact.name}, điện thoại {contact.phone}./."
