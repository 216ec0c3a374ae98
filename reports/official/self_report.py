"""The report in which a unit assesses itself (báo cáo tự đánh giá, xếp loại): by criterion, well and short."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from reports import wording
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import Official
from reports.official.unit_frame import by_unit, titled, work
from reports.official.unit_narrative import SHORT, WELL, short, sum_of, told, total, well
from reports.official.unit_records import Item, UnitDossier, unit_dossier

NAME: Final = "self-report"


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The report of a dossier as it stands, with the number of the signed one once that is recorded."""
    one = unit_dossier(session, assessment_id, now, working=True)
    return File(one.file("bao-cao-tu-danh-gia"), write(one))


def write(one: UnitDossier) -> bytes:
    """The document; the same dossier gives the same bytes."""
    about = f"tự {wording.lower(one.programme.title)} năm {one.year}"
    official = by_unit(one, type_of="Báo cáo", sign="BC", about=about, paper=one.report)
    return frame.printed(NAME, official, {**frame.values(official), **_context(one, official)})


def _context(one: UnitDossier, official: Official) -> dict[str, Any]:
    sections = (_section(number, top, leaves) for number, (top, leaves) in enumerate(one.tops, 1))
    return {
        "about": titled(official.about),
        "opening": list(_opening(one, official)),
        "sections": list(sections),
        "ending": [f"Trên đây là báo cáo {official.about} của {one.issuer}./."],
    }


def _opening(one: UnitDossier, official: Official) -> Iterator[str]:
    yield f"{one.issuer} báo cáo kết quả {official.about} gồm những nội dung sau:"
    yield f"Tổng số điểm thực hiện {work(one)}: {sum_of(one)} điểm, trong đó:"


def _section(number: int, top: Item, leaves: list[Item]) -> dict[str, Any]:
    heading = f"Tiêu chí số {number}: {top.criterion.label}: ({total(top)})"
    return {"heading": heading, "paragraphs": [*told(WELL, well(leaves)), *told(SHORT, short(leaves))]}
