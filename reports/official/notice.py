"""The notice of its result to a unit or a person (thông báo kết quả): points or level, and which marks were changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session

from actions.handing_out import issued
from reports import wording
from reports.frame import LONGEST_SUBJECT
from reports.official import decision, frame
from reports.official.decision_records import Decided, Line, read_line
from reports.official.entry import File
from reports.official.frame import Official
from reports.official.unit_records import Item, UnitDossier, unit_dossier
from reports.paper import CENTER, Column, listing, tag, text
from reports.records import own_paper
from reports.template_frame import heading, paragraphs
from reports.values import Paper
from reports.wording import UNNUMBERED
from states.errors import refuse
from states.released import told_states

NAME: Final = "notice"
KEY: Final = "thong-bao-ket-qua"
_ZERO: Final = (
    "- Đơn vị chưa hoàn thành việc tự đánh giá khi hết thời hạn nên điểm tự chấm được xác định là 0 (không) điểm."
)
_CHANGED: Final = (
    Column(18, "Tiêu chí", "{{ row.code }}", CENTER),
    Column(62, "Nội dung", "{{ row.label }}"),
    Column(22, "{{ own_heading }}", "{{ row.own }}", CENTER),
    Column(22, "{{ given_heading }}", "{{ row.given }}", CENTER),
    Column(41, "Lý do", "{{ row.reason }}"),
)


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.template(layout, _body)


def _body(document: Document) -> None:
    frame.addressed(document)
    text(document, "{{ opening }}", style="Report Body")
    heading(document, "1. Kết quả")
    paragraphs(document, "result")
    heading(document, "2. Những nội dung khác với kết quả tự đánh giá")
    text(document, "{{ lead }}", style="Report Body", after=6)
    tag(document, "if changed")
    listing(document, _CHANGED, "row in changed", size=11)
    tag(document, "endif")
    text(document, "{{ ending }}", style="Report Body", before=8, with_next=True)


def make(session: Session, assessment_id: int, now: datetime) -> File:
    """The notice of a dossier that has a result; a draft until the result is announced."""
    own = unit_dossier(session, assessment_id, now)
    if own.facts.decision_id is None:
        raise refuse("result", "Hồ sơ này chưa có quyết định nên chưa có kết quả để thông báo.")
    found, line = read_line(session, own.facts.decision_id, assessment_id)
    paper = own_paper(issued(session, own.facts.entity).get((KEY, None)))
    return File(f"{KEY}-{own.programme.slug}-{own.year}-{assessment_id}.docx", write(own, found, line, paper))


def write(own: UnitDossier, found: Decided, line: Line, paper: Paper) -> bytes:
    """The document; the same result gives the same bytes."""
    official = _official(own, found, paper)
    return frame.printed(NAME, official, {**frame.values(official), **_context(own, found, line)})


def _official(own: UnitDossier, found: Decided, paper: Paper) -> Official:
    called = _called(own)
    return Official(
        head=replace(found.head, receivers=("Như trên", *found.head.receivers[-1:])),
        type="Thông báo",
        sign="TB",
        about=f"kết quả {decision.subject(found)} của {called}",
        year=own.year,
        paper=paper,
        recipients=(wording.upper(called),),
        draft=found.is_draft or own.facts.state not in told_states(own.programme),
        rehearsal=own.rehearsal,
        made_at=found.decided_at,
    )


def _called(own: UnitDossier) -> str:
    return f"đồng chí {own.facts.name}" if own.is_person else own.facts.name


def _context(own: UnitDossier, found: Decided, line: Line) -> dict[str, Any]:
    changed = [_row(one) for one in own.leaves if _given(one) not in {None, _own(one)}]
    marks = "điểm" if own.has_points else "mức"
    return {
        "about": wording.parted(f"về kết quả {decision.subject(found)}", LONGEST_SUBJECT),
        "opening": _opening(own, found),
        "result": list(_result(own, found, line)),
        "lead": _lead(marks, changed=bool(changed)),
        "changed": changed,
        "own_heading": f"{wording.upper(marks)} tự đánh giá",
        "given_heading": f"{wording.upper(marks)} thẩm định",
        "ending": _ending(own, found),
    }


def _opening(own: UnitDossier, found: Decided) -> str:
    number = wording.paper(found.paper) if not found.is_draft else f"{UNNUMBERED} ngày {UNNUMBERED}"
    named, sender = "" if found.paper.confidential else f" số {number}", found.head.sender
    return (
        f"Căn cứ Quyết định{named} của {sender} về việc công nhận kết quả {decision.subject(found)}, {sender} "
        f"thông báo kết quả của {_called(own)} như sau:"
    )


def _result(own: UnitDossier, found: Decided, line: Line) -> Iterator[str]:
    if line.total is not None:
        names = (("tự chấm", "own"), ("thẩm định", "appraised"))
        known = [(words, total) for words, name in names if (total := own.totals[name]) is not None]
        yield f"- {wording.upper('; '.join(f'điểm {words}: {wording.points(total)}' for words, total in known))}."
        yield f"- Điểm được công nhận: {wording.points(line.total)}."
    if own.facts.zeroed:
        yield _ZERO
    if line.level:
        yield f"- Mức xếp loại: “{line.level}”."
    elif line.proposed:
        yield f"- Mức xếp loại đơn vị đề nghị: “{line.proposed}”."
    reason = line.reason or found.reason
    if reason:
        yield f"- Lý do: {reason.rstrip('.')}."


def _lead(marks: str, *, changed: bool) -> str:
    if changed:
        return f"Các tiêu chí có {marks} thẩm định khác {marks} tự đánh giá:"
    return f"Không có tiêu chí nào có {marks} thẩm định khác {marks} tự đánh giá."


def _ending(own: UnitDossier, found: Decided) -> str:
    contact = own.programme.contact
    return (
        f"{found.head.sender} thông báo để {_called(own)} biết, thực hiện. Nội dung cần trao đổi, đề nghị liên hệ "
        f"{contact.name}, điện thoại {contact.phone}./."
    )


def _own(one: Item) -> str | None:
    return one.own.word if one.own else None


def _given(one: Item) -> str | None:
    """What was decided of a criterion, else what the appraisal gave it; None where neither is there."""
    found = one.said.get("decided") or one.said.get("appraised")
    return found.word if found else None


def _row(one: Item) -> dict[str, str]:
    reasons = [found.note for name in ("decided", "appraised") if (found := one.said.get(name)) and found.note]
    return {
        "code": one.criterion.code,
        "label": one.criterion.label,
        "own": _own(one) or wording.NONE,
        "given": _given(one) or wording.NONE,
        "reason": next(iter(reasons), wording.NONE),
    }
