"""The opinions of a body as a workbook: what goes into it, and what one that came back would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actions.answers import Answer
from actions.opinion_page import Asking, asking
from config.calendar import deadline_text
from intake.filled import CHOICE, Form, Line
from models.rounds import Round
from notifications.wording import upper_first
from reports import wording
from reports.form_book import Head, as_written
from reports.opinion_book import COMMENT, LEVEL, Asked, opinion_book
from web import opinion_form as form
from web import workbooks
from web.edge import Here
from web.opinion_form import Row, print_of
from web.words import _
from web.workbooks import Change

STATUS: Final = {
    "given": _("Đã gửi"),
    "withdrawn": _("Không còn hỏi"),
    "silent": _("Không có ý kiến"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A dossier on which a workbook says something else than stands; `keep`: what stands was changed here since."""

    row: Row
    changes: Sequence[Change]
    answer: Answer
    was: str
    keep: str = ""
    wrong: Sequence[str] = ()


@dataclass(slots=True)
class Look:
    """What a workbook would change: opinions to be taken, wrong ones, and those that only changed here since."""

    rows: list[Said] = field(default_factory=list)
    wrong: list[Said] = field(default_factory=list)
    ahead: list[Row] = field(default_factory=list)


def _found(here: Here) -> Asking:
    return asking(here.session, here.path["request_id"])


def identity(here: Here) -> dict[str, str]:
    """What the workbook of a body is of."""
    found, account = _found(here), here.account
    more = {
        "whose": f"{found.request.id}/{account.account_id}",
        "name": account.shown,
        "sheet": workbooks.digest(*found.levels),
    }
    return workbooks.about(here, "opinions", here.session.get_one(Round, found.request.round_id), more)


def written(here: Here) -> bytes:
    """The workbook of a request, with what the body has written."""
    found, about = _found(here), identity(here)
    until = _("Thời hạn: %(until)s.") % {"until": upper_first(deadline_text(found.request.closes_at))}
    mark = wording.REHEARSAL if here.place.is_rehearsal else ""
    head = Head(_("Phiếu tham gia ý kiến"), [about["name"], found.round_title, until, mark])
    return opinion_book(about, head, found.levels, [_asked(row) for row in form.rows(here)], here.now)


def _asked(row: Row) -> Asked:
    line, answer = row.line, _as_written(row.line.answer)
    waits = _("Đã ghi, chưa gửi") if row.is_written else _("Chưa ghi")
    status = STATUS.get(line.status, waits)
    return Asked(line.id, line.name, answer.level or "", answer.comment, print_of(answer), status, row.is_open)


def _as_written(answer: Answer) -> Answer:
    return Answer(answer.level, as_written({COMMENT: answer.comment}).get(COMMENT, ""))


def look(here: Here, came: Form) -> Look:
    """Hold a workbook against what stands; what was sent in the meantime stays as it was sent."""
    looked, levels = Look(), _found(here).levels
    typed = workbooks.as_typed(came.lines.items())
    for row in form.rows(here):
        line = came.lines.get(str(row.line.id))
        if line is not None:
            answer = Answer(typed.line(f"{LEVEL}-{line.key}") or None, typed.get(f"{COMMENT}-{line.key}").strip())
            _sort(looked, row, line, answer, levels)
    return looked


def _sort(looked: Look, row: Row, line: Line, answer: Answer, levels: Mapping[str, str]) -> None:
    stands = _as_written(row.line.answer)
    said = _said(row, line, answer, levels)
    if said.wrong:
        looked.wrong.append(said)
    elif answer == stands:
        return
    elif print_of(answer) == line.was:
        looked.ahead.append(row)
    else:
        looked.rows.append(said)


def _said(row: Row, line: Line, answer: Answer, levels: Mapping[str, str]) -> Said:
    stands = _as_written(row.line.answer)
    is_moved = line.was != print_of(stands)
    return Said(
        row=row,
        changes=_changes(line, stands, answer, levels),
        answer=answer,
        was=line.was if is_moved else row.print,
        keep=row.print if is_moved else "",
        wrong=_wrong(row, line, answer, levels),
    )


def _wrong(row: Row, line: Line, answer: Answer, levels: Mapping[str, str]) -> list[str]:
    if line.wrong:
        return [one.sentence for one in line.wrong]
    if not row.is_open and print_of(answer) != line.was:
        return [_("«%(name)s»: ý kiến đã gửi hoặc không còn được hỏi, không sửa được.") % {"name": row.line.name}]
    problem = form.problem_of(answer, levels)
    address = line.places.get(COMMENT, "")
    return [_("Ô %(address)s: %(problem)s") % {"address": address, "problem": problem}] if problem else []


def _changes(line: Line, before: Answer, after: Answer, levels: Mapping[str, str]) -> list[Change]:
    cells = (
        (CHOICE, _("Mức đề nghị"), levels.get(before.level or "", ""), levels.get(after.level or "", "")),
        (COMMENT, _("Ý kiến nhận xét"), before.comment, after.comment),
    )
    return [Change(line.places.get(name, ""), label, old, new) for name, label, old, new in cells if old != new]
