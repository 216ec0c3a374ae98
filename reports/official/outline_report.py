"""The summary by the outline (báo cáo tóm tắt theo đề cương, VG-3.1); of a blank dossier the outline itself."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from reports import wording
from reports.frame import GAP
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import ROOM, Official
from reports.official.scoring_sheet import figures
from reports.official.unit_frame import by_unit, titled, work
from reports.official.unit_narrative import scored, sum_of, total
from reports.official.unit_records import Item, UnitDossier, unit_dossier

NAME: Final = "outline-report"
OUTLINE: Final = "ĐỀ CƯƠNG"


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The summary of a dossier as it stands; it has a number of its own, which is not recorded."""
    one = unit_dossier(session, assessment_id, now, working=True)
    return File(one.file("bao-cao-tom-tat"), write(one))


def write(one: UnitDossier) -> bytes:
    """The document; the same dossier gives the same bytes."""
    about = f"tóm tắt kết quả thực hiện {work(one)} năm {one.year}"
    official = by_unit(one, type_of="Báo cáo", sign="BC", about=about)
    return frame.printed(NAME, official, {**frame.values(official), **_context(one, official)})


def _context(one: UnitDossier, official: Official) -> dict[str, Any]:
    marked = {"draft": OUTLINE} if one.is_blank else {}
    return {
        **marked,
        "about": titled(official.about),
        "opening": [f"{one.issuer} báo cáo kết quả {_self(one)} gồm những nội dung sau:"],
        "sections": [_section(top, leaves) for top, leaves in one.tops],
        "ending": list(_ending(one)),
    }


def _self(one: UnitDossier) -> str:
    return f"tự {wording.lower(one.programme.title)} năm {one.year}"


def _section(top: Item, leaves: list[Item]) -> dict[str, Any]:
    heading = f"{top.number}. {top.criterion.label.upper()} (số điểm đạt được là {total(top)})"
    return {"heading": heading, "paragraphs": [line for leaf in leaves for line in _leaf(leaf)]}


def _leaf(leaf: Item) -> Iterator[str]:
    """What was achieved, what falls short, and the points, each with room where nothing is said of it."""
    own = leaf.own
    note = own.note.strip() if own else ""
    chosen = next((one.label for one in leaf.criterion.options if own and one.code == own.entry.option), "")
    rests = f"tài liệu kiểm chứng: {'; '.join(leaf.evidence)}" if leaf.evidence else ""
    achieved = "; ".join(filter(None, (chosen, figures(leaf), note if leaf.is_whole else "", rests)))
    yield f"- {leaf.criterion.label}:"
    yield f"+ Những kết quả đạt được: {_stopped(achieved)}"
    yield f"+ Hạn chế, yếu kém còn tồn tại: {_stopped('' if leaf.is_whole else note)}"
    yield f"+ Số điểm đạt được so với quy định: {scored(leaf)}."


def _stopped(said: str) -> str:
    """What is said with its full stop, which an address does without; room for it where there is nothing."""
    return said if "://" in said or said.endswith((".", "!", "?")) else f"{said}." if said else ROOM


def _ending(one: UnitDossier) -> Iterator[str]:
    proposed = one.facts.proposed_level or ""
    named = one.programme.level_labels.get(proposed, proposed) or GAP
    level = f", đề nghị mức xếp loại {named}" if one.programme.proposes_level else ""
    asks = f"{one.issuer} trân trọng báo cáo {one.programme.bodies.authority} để xem xét, đánh giá"
    said = f"Tổng số điểm đạt được là {sum_of(one)} điểm{level}"
    yield f"Trên đây là báo cáo {work(one)} năm {one.year}. {said}. {asks}./."
