"""A unit's scoring sheet in the columns of the official one (bảng chấm điểm): its own marks, or all of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from docx.table import _Cell
from sqlmodel import Session

from config.calendar import long_date_text
from config.sheet import Columns, Kind
from config.vocabulary import StateKind
from reports import wording
from reports.frame import GAP
from reports.official import frame
from reports.official.crosswise import begin, ended, looks, signatures
from reports.official.entry import File
from reports.official.frame import Official
from reports.official.unit_frame import by_unit
from reports.official.unit_records import Item, UnitDossier, unit_dossier
from reports.paper import CENTER, Column, Look, layered, tag, text
from reports.template_frame import LAYOUTS
from reports.wording import points
from scoring.marks import printed
from states.errors import refuse

LOOKS: Final = looks({"group": Look(bold=True, with_next=True), "leaf": Look(), "option": Look(italic=True)})
DEGREES: Final = Columns(own="Tự đánh giá", given="Kết quả thẩm định")
CHOICE: Final = re.compile(r"\b(?:1|một) trong ", re.IGNORECASE)
"""What says already that one of several is to be chosen (VG-4.2)."""
_YEAR: Final = re.compile(r"\bnăm \d{4}\b", re.IGNORECASE)
OWN: Final = "self-sheet"
WHOLE: Final = "marked-sheet"
_POST: Final = 36
"""So many letters of a post stand on a line of half the page."""
_TITLES: Final = ("Bảng chấm điểm ", "Phiếu đánh giá ")
_NUMBER: Final = Column(13, "{{ columns.number }}", "{{ row.no }}", CENTER)
_MOST: Final = Column(16, "{{ columns.most }}", "{{ row.most }}", CENTER)


def _columns(*, own: bool, points_too: bool) -> tuple[Column, ...]:
    """What is left of the width beside the numbers is shared by what is assessed and the words on it."""
    most = (_MOST,) if points_too else ()
    self_marks = Column(24 if own else 20, "{{ columns.own }}", "{{ row.own }}", CENTER)
    given = Column(34 if own else 28, "{{ columns.given }}", "{{ row.given }}", CENTER)
    tail: tuple[Column, ...]
    if own:
        tail = (Column(83, "{{ columns.beside }}", "{{ row.beside }}"),)
    else:
        decided = Column(21, "Kết quả quyết định", "{{ row.decided }}", CENTER)
        tail = (
            decided,
            Column(35, "Lý do", "{{ row.reason }}"),
            Column(50, "{{ columns.beside }}", "{{ row.beside }}"),
        )
    taken = sum(column.width for column in (_NUMBER, *most, self_marks, given, *tail))
    content = Column(LAYOUTS["party"].wide - taken, "{{ columns.content }}", "{{ row.content }}")
    return (_NUMBER, content, *most, self_marks, given, *tail)


def build_own(layout: str) -> bytes:
    """The template of what a unit hands in: the column of the authority is for the authority."""
    return frame.plain_template(layout, lambda document: _body(document, layout, own=True))


def build_whole(layout: str) -> bytes:
    """The template with the marks of all and the reasons."""
    return frame.plain_template(layout, lambda document: _body(document, layout, own=False))


def _body(document: Document, layout: str, *, own: bool) -> None:
    begin(document, layout)
    for words in ("assessed", "attached"):
        tag(document, f"if {words}")
        text(document, f"{{{{ {words} }}}}", size=13, italic=True, align=CENTER, after=0)
        tag(document, "endif")
    text(document, "", size=6, after=0)
    for points_too, tags in ((True, "if has_points"), (False, "else")):
        tag(document, tags)
        total = _total(own=own) if points_too else ()
        _signed(layered(document, _columns(own=own, points_too=points_too), "row in rows", LOOKS, total))
    tag(document, "endif")


def _signed(closing: _Cell) -> None:
    tag(closing, "for remark in remarks")
    text(closing, "{{ remark }}", style="Report Body", before=4, after=0, with_next=True)
    tag(closing, "endfor")
    signatures(closing)


def _total(*, own: bool) -> tuple[str, ...]:
    said = ("{{ total.own }}", "{{ total.given }}")
    return ("", "Tổng điểm", "{{ total.most }}", *said, *(("",) if own else ("{{ total.decided }}", "", "")))


def write(one: UnitDossier, *, own: bool) -> bytes:
    """The sheet; the same figures give the same bytes."""
    official = _official(one, own=own)
    return frame.printed(OWN if own else WHOLE, official, _context(one, official, own=own))


def _official(one: UnitDossier, *, own: bool) -> Official:
    made = by_unit(one, type_of="Bảng chấm điểm", sign="", about=one.sheet.title, paper=one.report)
    head = replace(made.head, issuer=one.organ)
    return replace(made, head=head, draft=one.working if own else not _is_final(one))


def _is_final(one: UnitDossier) -> bool:
    """Whether the result stands: by a decision that has its number, or by the state where no decision is kept."""
    facts = one.facts
    if facts.decision_id is not None:
        return facts.decision_numbered
    return facts.state in one.programme.workflow.assessment.of_kind(StateKind.SETTLED)


def _context(one: UnitDossier, official: Official, *, own: bool) -> dict[str, Any]:
    columns = one.sheet.columns or (Columns() if one.has_points else DEGREES)
    return {
        **frame.values(official),
        "title": "BẢNG CHẤM ĐIỂM" if one.has_points else "PHIẾU ĐÁNH GIÁ",
        "about": wording.parted(_about(one), 100),
        "assessed": f"Đối tượng: {one.facts.name}" if one.facts.name != one.organ else "",
        "attached": _attached(one),
        "columns": columns.model_dump(),
        "has_points": one.has_points,
        "rows": ended([row for item in one.items for row in _rows(item, one, own=own)]),
        "total": {"most": points(one.sheet.total), **_totals(one, own=own)},
        "remarks": list(_remarks(one, own=own)),
        **_signers(one, own=own),
    }


def _about(one: UnitDossier) -> str:
    """What the sheet is, of the year of the round, whatever year its first edition names."""
    title = _YEAR.sub(f"năm {one.year}", one.sheet.title)
    for beginning in _TITLES:
        title = title.removeprefix(beginning)
    year = f"năm {one.year}"
    return title[:1].upper() + title[1:] + ("" if year in title else f" {year}")


def _attached(one: UnitDossier) -> str:
    """Where the signed report goes with the sheet, the sheet says to which report it belongs (VG-3.3)."""
    if one.programme.submission.report == "none":
        return ""
    dated = f"ngày {GAP} tháng {GAP} năm {one.year}" if one.report.dated is None else long_date_text(one.report.dated)
    number = wording.number(by_unit(one, type_of="", sign="BC", about="").head, one.report)
    return f"(Kèm theo Báo cáo số {number} {dated} của {one.issuer})"


def _totals(one: UnitDossier, *, own: bool) -> dict[str, str]:
    given = {name: "" if own else _total_of(one, name) for name in ("appraised", "decided")}
    blank = one.is_blank and not one.facts.zeroed
    return {"own": "" if blank else _total_of(one, "own"), "given": given["appraised"], "decided": given["decided"]}


def _total_of(one: UnitDossier, name: str) -> str:
    total = one.totals[name]
    return "" if total is None else points(total)


def _rows(item: Item, one: UnitDossier, *, own: bool) -> Iterator[dict[str, str]]:
    given = {name: "" if own else _word(item, name, one) for name in ("appraised", "decided")}
    yield {
        "look": "group" if item.is_group else "leaf",
        "no": item.number,
        "content": _content(item),
        "most": "" if item.criterion.max is None else points(item.criterion.max),
        "own": _word(item, "own", one),
        "given": given["appraised"],
        "decided": given["decided"],
        "reason": "" if own else _reason(item),
        "beside": "\n".join(_beside(item)),
    }
    for option in item.criterion.options:
        chosen = {name: "X" if said.entry.option == option.code else "" for name, said in item.said.items()}
        yield {
            "look": "option",
            "no": printed(item.criterion, option.code),
            "content": option.label,
            "most": points(option.points),
            "own": chosen.get("own", ""),
            "given": "" if own else chosen.get("appraised", ""),
            "decided": "" if own else chosen.get("decided", ""),
            "reason": "",
            "beside": "",
        }


def _content(item: Item) -> str:
    many = len(item.criterion.options)
    told = CHOICE.search(item.criterion.label)
    return f"{item.criterion.label} (chấm 1 trong {many} mức sau)" if many and not told else item.criterion.label


def _word(item: Item, name: str, one: UnitDossier) -> str:
    if item.is_group:
        total = item.totals.get(name)
        return points(total) if total is not None and one.has_points else ""
    said = item.said.get(name)
    return "" if said is None else said.word


def _reason(item: Item) -> str:
    """Why the mark is not the unit's own: what the decision says of it, else the appraisal."""
    notes = [item.said[name].note for name in ("decided", "appraised") if name in item.said]
    return next(filter(None, notes), "")


def _beside(item: Item) -> Iterator[str]:
    own = item.own
    if own is not None:
        yield from filter(None, (figures(item), own.note))
    yield from (name if "://" in name else f"- {name}" for name in item.evidence)
    yield from (f"- {name} (không được nhận)" for name in item.refused)


def figures(item: Item) -> str:
    """The figures from which the points follow: of a ratio, of a count."""
    own, leaf = item.own, item.criterion
    if own is None or own.entry.not_applicable:
        return ""
    if leaf.kind is Kind.RATIO:
        done, assigned = (points(value) for value in (own.entry.done, own.entry.assigned))
        return f"{leaf.done_label}: {done}; {leaf.assigned_label}: {assigned}"
    return f"{leaf.unit_label}: {points(own.entry.units)}" if leaf.kind is Kind.COUNT else ""


def _remarks(one: UnitDossier, *, own: bool) -> Iterator[str]:
    facts = one.facts
    if facts.zeroed:
        yield "Đơn vị chưa hoàn thành tự đánh giá khi hết hạn; điểm tự chấm được xác định là 0 điểm."
    if one.programme.proposes_level:
        proposed = facts.proposed_level or ""
        yield f"Mức xếp loại đơn vị đề nghị: {one.programme.level_labels.get(proposed, proposed) or GAP * 4}."
    if facts.submitted_at is not None and not one.working:
        yield f"Bản tự đánh giá nộp lúc {wording.instant(facts.submitted_at)}."
    if not own and facts.decision_id is None and not _is_final(one):
        yield "Kết quả thẩm định chưa được quyết định."


def _signers(one: UnitDossier, *, own: bool) -> dict[str, dict[str, str]]:
    sealed, by_hand = "(ký, ghi rõ họ tên, đóng dấu)", frame.BY_HAND
    name = one.facts.name if one.is_person else one.head
    unit = {"post": _post(one), "how": by_hand if one.is_person else sealed, "name": name}
    if own:
        maker = "XÁC NHẬN CỦA CẤP ỦY, ĐƠN VỊ" if one.is_person else "NGƯỜI LẬP BẢNG"
        return {"left": {"post": maker, "how": by_hand, "name": ""}, "right": unit}
    appraiser = wording.balanced(one.programme.bodies.appraiser.upper(), _POST)
    return {"left": unit, "right": {"post": appraiser, "how": by_hand, "name": ""}}


def _post(one: UnitDossier) -> str:
    if one.is_person:
        return "NGƯỜI TỰ ĐÁNH GIÁ"
    return "T/M CẤP ỦY, TẬP THỂ" if one.layout == "party" else "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ"


def make_own(session: Session, assessment_id: int, now: datetime) -> File:
    """What the unit hands in: the copy in work while the sheet is open to it, else the one in force."""
    found = unit_dossier(session, assessment_id, now, working=True)
    return File(found.file("bang-cham-diem"), write(found, own=True))


def make_whole(session: Session, assessment_id: int, now: datetime) -> File:
    """The sheet in force with the marks of the appraisal and of the decision; Refused before anything is in force."""
    found = unit_dossier(session, assessment_id, now)
    if found.facts.submitted_at is None and not found.facts.zeroed:
        raise refuse("submitted", "Đơn vị chưa nộp bản tự đánh giá nên chưa có bảng điểm để lập.")
    return File(found.file("bang-diem-tham-dinh"), write(found, own=False))
