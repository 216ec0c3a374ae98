"""The letter in which one body gives its opinions (văn bản tham gia ý kiến); of what it has not said, room to write."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models.opinions import Opinion
from reports import wording
from reports.contents import Head
from reports.frame import GAP
from reports.official import frame, heads
from reports.official.entry import File
from reports.official.frame import ROOM, Official
from reports.official.opinion_records import Asking, BodyLetter, body_letter
from reports.paper import CENTER, Column
from reports.template_frame import NO

NAME: Final = "opinion-letter"
_COLUMNS: Final = (
    NO,
    Column(53, "Đối tượng", "{{ row.name }}"),
    Column(42, "Mức xếp loại đề xuất", "{{ row.level }}", CENTER),
    Column(58, "Ý kiến, nhận xét", "{{ row.comment }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.listed_template(layout, _COLUMNS, letter=True)


def make(session: Session, letter_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The letter of one body, with its number where it came on paper."""
    one = body_letter(session, letter_id)
    asking = one.asking
    return File(f"tham-gia-y-kien-{asking.programme.slug}-{asking.year}-{letter_id}.docx", write(one))


def write(one: BodyLetter) -> bytes:
    """The document; the same opinions give the same bytes."""
    official = _official(one)
    context = {
        "opening": [_opening(one)],
        "rows": [_row(number, name, said, one.asking) for number, (name, said) in enumerate(one.opinions, 1)],
        "ending": list(_ending(one)),
    }
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _official(one: BodyLetter) -> Official:
    layout = heads.layout_of(one.body)
    return Official(
        head=Head(
            layout=layout,
            issuer=one.body,
            abbreviation=GAP,
            place=heads.place_in(one.body) or GAP,
            signer_post="Thủ trưởng cơ quan, đơn vị",
            sender=one.body,
            receivers=("Như trên", f"Lưu {one.body}" if layout == "party" else "Lưu: VT"),
        ),
        type="",
        sign="CV" if layout == "party" else "",
        about=subject(one.asking),
        year=one.asking.year,
        paper=one.paper,
        recipients=(one.asking.programme.bodies.owner,),
        draft=not one.paper.number,
        rehearsal=one.asking.rehearsal,
        made_at=one.asking.request.asked_at,
    )


def subject(asking: Asking) -> str:
    """What opinions are asked and given on."""
    return f"tham gia ý kiến {wording.lower(asking.programme.short_title)} năm {asking.year}"


def _opening(one: BodyLetter) -> str:
    asking, owner = one.asking, one.asking.programme.bodies.owner
    letter = f"Công văn số {wording.paper(asking.letter)}" if asking.letter.number else f"đề nghị ngày {asking.day}"
    return f"Phúc đáp {letter} của {owner}, {one.body} {subject(asking)} như sau:"


def _row(number: int, name: str, said: Opinion, asking: Asking) -> dict[str, str]:
    level, comment = ROOM[:24], ROOM[:30]
    if said.status == "given":
        level = asking.programme.level_labels.get(said.level or "", "") or wording.NONE
        comment = said.comment or wording.NONE
    elif said.status == "silent":
        level, comment = wording.NONE, "Không có ý kiến trong thời hạn"
    return {"no": str(number), "name": name, "level": level, "comment": comment}


def _ending(one: BodyLetter) -> Iterator[str]:
    if any(said.late for _, said in one.opinions):
        yield "Ý kiến gửi sau thời hạn lấy ý kiến."
    yield f"{one.body} gửi {one.asking.programme.bodies.owner} tổng hợp./."
