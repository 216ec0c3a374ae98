"""The list of bright spots that an agency registers, by the route of their kind (danh sách đăng ký, NA-3.2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from reports import wording
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import ROOM
from reports.official.spots_records import Registration, Spot, registration
from reports.official.unit_frame import by_unit, titled
from reports.paper import CENTER, Column
from reports.wording import SPOTS

NAME: Final = "spots-registration"
_COLUMNS: Final = (
    Column(12, "TT", "{{ row.no }}", CENTER),
    Column(75, "Tên, địa chỉ điểm sáng", "{{ row.name }}"),
    Column(33, "Cán bộ phụ trách", "{{ row.officer }}"),
    Column(45, "Kế hoạch, văn bản kèm theo", "{{ row.papers }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.listed_template(layout, _COLUMNS)


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The list in which a spot stands, with the number of the letter once all of it was registered by one."""
    one = registration(session, assessment_id, now)
    return File(one.own.file("danh-sach-dang-ky"), write(one))


def write(one: Registration) -> bytes:
    """The document; the same spots give the same bytes."""
    about = f"đăng ký xây dựng {wording.lower(one.kind)} năm {one.own.year}"
    made = by_unit(one.own, type_of="Danh sách", sign="DS", about=about, paper=one.paper)
    official = replace(made, recipients=one.recipients)
    context: dict[str, Any] = {
        "about": titled(about),
        "opening": list(_opening(one)),
        "rows": [_row(number, spot, one.officer) for number, spot in enumerate(one.spots, 1)],
        "ending": [f"{one.own.issuer} gửi danh sách để theo dõi, chỉ đạo./."],
    }
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _opening(one: Registration) -> Iterator[str]:
    basis = next(iter(one.own.programme.bases), "")
    number = wording.units(len(one.spots), SPOTS)
    doing = f"Thực hiện {basis}, " if basis else ""
    yield f"{doing}{one.own.issuer} đăng ký xây dựng {number} ({wording.lower(one.kind)}) năm {one.own.year} như sau:"


def _row(number: int, spot: Spot, officer: str) -> dict[str, str]:
    papers = "\n".join(spot.papers) or ROOM[:24]
    return {"no": str(number), "name": spot.name or ROOM, "officer": officer or ROOM[:18], "papers": papers}
