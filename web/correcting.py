"""The forms of corrections: what each asks for, and the typed act that is made of it."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from actions.correcting import (
    AddSubject,
    CancelRound,
    Correction,
    CorrectSheet,
    Merge,
    MoveMilestone,
    RemoveSubject,
    Resend,
)
from config.calendar import end_of, parse_date
from config.load import load_programme
from config.programme import Programme
from models.rounds import programme_version
from states.desk import Desk as Found
from states.errors import Refused, refuse
from web.edge import Here
from web.words import _

REOPENING: Final = "extension_granted"
"""What a step that reopens a closed dossier tells its unit."""


class Form(NamedTuple):
    """A kind of correction: its title, what it is for, and the act of what was typed."""

    title: str
    hint: str
    read: Callable[[Here, Found], Correction]
    takes_two: bool = False


def reopening(found: Found) -> str | None:
    """The step by which the programme reopens what has closed; None where it has none."""
    steps = found.workflow.assessment.transitions
    return next((step.do for step in steps if REOPENING in step.tells), None)


def corrected(found: Found) -> Programme:
    """The pinned programme with the sheets as they are installed now; equal to the pinned one when nothing differs."""
    data = json.loads(found.programme.document())
    data["sheets"] = json.loads(load_programme(found.programme.slug).document())["sheets"]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Programme.from_document(text)


def until(here: Here, *, required: bool) -> datetime | None:
    """The day typed as the last one, as the instant of closing; Refused when it is none."""
    text = here.typed.line("until")
    if not text and not required:
        return None
    try:
        return end_of(parse_date(text))
    except ValueError:
        raise refuse("until", _("Ghi ngày cuối cùng của thời hạn mới, ví dụ 15/12/2026.")) from None


def _milestone(here: Here, found: Found) -> Correction:
    stage = here.typed.line("stage")
    if stage not in {deadline.stage for deadline in found.workflow.deadlines}:
        raise refuse("stage", _("Chọn mốc cần dời."))
    closes_at = until(here, required=True)
    if closes_at is None:
        raise LookupError("a required day is there")
    kind = here.typed.line("subject_kind") or None
    trigger = reopening(found) if here.typed.get("reopening") else None
    return MoveMilestone(round_id=found.id, stage=stage, closes_at=closes_at, subject_kind=kind, reopening=trigger)


def _add(here: Here, found: Found) -> Correction:
    code = here.typed.line("code")
    if not code:
        raise refuse("code", _("Chọn đơn vị cần thêm."))
    return AddSubject(round_id=found.id, code=code, closes_at=until(here, required=False))


def _remove(here: Here, found: Found) -> Correction:
    return RemoveSubject(round_id=found.id, assessment_id=_number(here.typed.line("id"), _("Chọn hồ sơ cần đưa ra.")))


def _merge(here: Here, found: Found) -> Correction:
    missing = _("Chọn hồ sơ được sáp nhập và hồ sơ nhận sáp nhập.")
    into = _number(here.typed.line("into"), missing)
    sources = sorted({_number(one, missing) for one in here.typed.all("id")} - {into})
    if not sources:
        raise refuse("merge", missing)
    return Merge(round_id=found.id, sources=tuple(sources), into=into)


def _resend(here: Here, found: Found) -> Correction:
    key, _colon, rest = here.typed.line("mail").partition(":")
    message, _colon, account = rest.partition(":")
    missing = _("Chọn thư cần gửi lại.")
    dossier, whose = _number(key, missing), _number(account, missing)
    return Resend(round_id=found.id, assessment_id=dossier, message=message, account_id=whose)


def _sheet(here: Here, found: Found) -> Correction:
    """The installed version is kept in the database at the first look, so that whoever approves it sees the same."""
    new = here.before if isinstance(here.before, Programme) else corrected(found)
    if new.digest == found.programme.digest:
        raise refuse("same", _("Biểu chấm điểm trên máy chủ giống biểu đang áp dụng; không có gì để sửa."))
    programme_version(here.session, slug=new.slug, digest=new.digest, document=new.document())
    return CorrectSheet(round_id=found.id, version=new.digest)


def _cancel(_here: Here, found: Found) -> Correction:
    return CancelRound(round_id=found.id)


def _number(text: str, otherwise: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(2**63))):
        raise refuse("choice", otherwise)
    return int(text)


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        "move_milestone": Form(
            _("Dời mốc thời gian"),
            _("Cho mọi đơn vị hoặc một loại đối tượng; hồ sơ đã được gia hạn riêng giữ nguyên hạn của mình."),
            _milestone,
        ),
        "add_subject": Form(
            _("Thêm đơn vị vào đợt"), _("Đơn vị có trong danh sách nhưng chưa có hồ sơ trong đợt này."), _add
        ),
        "remove_subject": Form(
            _("Đưa đơn vị ra khỏi đợt"), _("Nội dung đã ghi được giữ lại; hồ sơ không được đánh giá tiếp."), _remove
        ),
        "merge": Form(
            _("Sáp nhập đơn vị"), _("Hồ sơ được sáp nhập ra khỏi đợt; đơn vị nhận chấm điểm cho cả hai."), _merge
        ),
        "resend": Form(_("Gửi lại thư"), _("Gửi lại thư cuối cùng của một loại, tới địa chỉ hiện nay."), _resend),
        "correct_sheet": Form(
            _("Áp dụng biểu chấm điểm đã sửa"),
            _("Biểu đã sửa trên máy chủ thay biểu đang dùng; tiêu chí thay đổi được mở lại để chấm."),
            _sheet,
            takes_two=True,
        ),
        "cancel_round": Form(
            _("Hủy đợt đánh giá"),
            _("Mọi hồ sơ chưa báo cáo bị hủy cùng đợt; không khôi phục được."),
            _cancel,
            takes_two=True,
        ),
    }
)


def read(here: Here, found: Found, kind: str) -> Correction:
    """The correction that was typed; Refused with what is missing."""
    return FORMS[kind].read(here, found)


def problems(refused: Refused) -> list[str]:
    """The sentences of a refusal."""
    return [refusal.sentence for refusal in refused.refusals]
