"""The decision that annuls a result and recognises another (Mẫu 03), for discipline that came later (HT-11.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from docx.document import Document as Word
from sqlmodel import Session

from config.calendar import date_text
from models.decisions import items_of
from models.statements import Discipline, disciplines
from reports import wording
from reports.official import decision, frame
from reports.official.decision_records import Decided, Line, read_line
from reports.official.entry import File
from reports.official.frame import ROOM, Official
from reports.records import papers_of
from reports.values import Paper
from states.errors import refuse

NAME: Final = "rerating"
PART: Final = "mau-03"
"""The part of a dossier under which programmes file it."""
LABEL: Final = "Mẫu 03"
_DUTIES: Final = (
    "chịu trách nhiệm thi hành Quyết định này; hủy bỏ hoặc đề nghị cấp có thẩm quyền hủy bỏ các nội dung về thi đua, "
    "khen thưởng và các nội dung khác đã căn cứ vào kết quả bị hủy bỏ. Quyết định này có hiệu lực kể từ ngày ký./."
)
_DISCIPLINE: Final = "Căn cứ quyết định kỷ luật"
WHOSE: Final = {"self": "", "member": " đối với thành viên {name}", "subordinate": " đối với cấp dưới {name}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerating:
    """The result that is annulled, and the one recognised instead once there is one."""

    old: Decided
    before: Line
    new: Decided | None
    after: Line | None
    measures: Sequence[tuple[Discipline, Paper]]


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.template(layout, lambda document: _body(document, layout), form=LABEL)


def _body(document: Word, layout: str) -> None:
    frame.resolved(document, layout)
    frame.articles(document)


def make(session: Session, assessment_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The decision on a dossier that has a result: to be filled in before it is rated again, as it was after that."""
    found = read_all(session, assessment_id)
    return File(f"mau-03-{found.old.year}-{assessment_id}.docx", write(found))


def read_all(session: Session, assessment_id: int) -> Rerating:
    """The last two decisions on a dossier, and the disciplines that bear on it."""
    given = items_of(session, assessment_id)
    if not given:
        raise refuse("result", "Hồ sơ này chưa có kết quả nên chưa có gì để hủy bỏ và công nhận lại.")
    replaced = len(given) > 1
    first = given[-2 if replaced else -1][0].id
    old, before = read_line(session, first, assessment_id)
    new, after = read_line(session, given[-1][0].id, assessment_id) if replaced else (None, None)
    found = disciplines(session, assessment_id)
    papers = papers_of(session, [one.document_id for one in found])
    measures = [(one, papers[one.document_id]) for one in found]
    return Rerating(old=old, before=before, new=new, after=after, measures=measures)


def write(found: Rerating) -> bytes:
    """The document; the same results give the same bytes."""
    official = _official(found)
    context = {"decider": frame.decider(found.old.head), "articles": list(_articles(found))}
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _official(found: Rerating) -> Official:
    old, given = found.old, found.new
    return Official(
        head=replace(old.head, receivers=("Như Điều 3", *old.head.receivers)),
        type="Quyết định",
        sign="QĐ",
        about=f"hủy bỏ kết quả xếp loại và công nhận lại mức xếp loại chất lượng năm {old.year}",
        year=(given or old).decided_at.year,
        paper=given.paper if given else Paper(),
        bases=tuple(_bases(found)),
        draft=given is None or given.is_draft,
        rehearsal=old.rehearsal,
        made_at=(given or old).decided_at,
    )


def _bases(found: Rerating) -> Iterator[str]:
    yield from frame.cited(found.old.head.bases)
    for one, paper in found.measures:
        whose = WHOSE[one.who].format(name=one.name)
        effective = f"có hiệu lực từ ngày {date_text(one.effective_on)}"
        named = wording.numbered(_DISCIPLINE, paper) if paper.number or paper.confidential else _DISCIPLINE
        yield f"{named}{whose}, {effective}"
    if found.old.advised:
        yield f"{'Xét' if found.old.head.layout == 'party' else 'Theo'} đề nghị của {found.old.programme.bodies.owner}"


def _articles(found: Rerating) -> Iterator[list[str]]:
    old, who = found.old, decision.called(found.before)
    given_by = f"{wording.numbered('Quyết định', old.paper)} của {old.head.sender}"
    was = f"“{found.before.level}” " if found.before.level else ""
    why = (found.after.reason if found.after else "") or (found.new.reason if found.new else "")
    reason = why.rstrip(".") or ROOM
    yield [f"Hủy bỏ kết quả xếp loại {was}năm {old.year} của {who} đã được công nhận tại {given_by}. Lý do: {reason}."]
    level = f"“{found.after.level}”" if found.after and found.after.level else ROOM
    yield [f"Công nhận lại mức xếp loại chất lượng năm {old.year} của {who}: {level}."]
    yield [f"{wording.upper(old.programme.bodies.owner)}, các cơ quan, đơn vị liên quan và {who} {_DUTIES}"]
