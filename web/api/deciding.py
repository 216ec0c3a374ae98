"""Meetings and decisions, to be read; acts of two people, to be answered by the second. Nothing here votes or decides.

Of a ballot there is nothing at all: no box, no roll, no count, nor what won.
"""

from datetime import date, datetime
from typing import Any, Final, Literal

from actions import approvals, decision_page, meeting_page
from actions.acts import digest
from actions.approvals import Asked
from actions.corrections import Effect, Plan
from actions.decision_page import Item
from actions.decision_page import Listed as Decided
from actions.meeting_page import Line
from actions.meeting_page import Listed as Meeting
from models.meetings import Meeting as MeetingRow
from states.errors import Refusal
from web.api.edge import Api, Call, Json
from web.api.shapes import Acknowledged, Because, Digest, Fault, Listed, Paged, Points, Shape, after, page
from web.asks import OfApproval, OfMeeting, OfRound, Own
from web.words import _

api: Final = Api(_("Phiên họp, quyết định, phê duyệt"))


class MeetingLine(Shape):
    """A meeting of a body of the round."""

    id: int
    title: str
    body: str
    held_at: datetime
    status: str
    dossiers: int


class AgendaLine(Shape):
    """A dossier on the agenda, with the level that the conditions propose."""

    assessment_id: int
    name: str
    kind: str
    state: str
    proposed: str | None


class Agenda(MeetingLine):
    """A meeting with its agenda."""

    round_id: int
    agenda: tuple[AgendaLine, ...]


class DecisionLine(Shape):
    """A decision, with its paper; `waiting` of its dossiers are not announced yet."""

    id: int
    decided_at: datetime
    annulled: bool
    replaced_by: int | None
    number: str
    dated: date | None
    signer: str
    signed: bool
    dossiers: int
    waiting: int


class DecidedOf(Shape):
    """What a decision says of a dossier; `stands` until another decision replaces it."""

    assessment_id: int
    name: str
    total: Points | None
    level: str | None
    reason: str
    stands: bool


class EffectOf(Shape):
    """What an act would do to a dossier, or to the round where it is about none."""

    assessment_id: int | None
    name: str
    what: str


class ApprovalLine(Shape):
    """What one person asked for and another one has to approve."""

    id: int
    kind: str
    title: str
    round_id: int | None
    status: str
    asked_by: str
    asked_at: datetime
    ends_at: datetime
    answered_by: str
    answered_at: datetime | None
    may_answer: bool


class Wish(ApprovalLine):
    """The same, with its reason and the effects that were shown to whoever asked."""

    reason: str
    answer: str
    effects: tuple[EffectOf, ...]


class Look(Shape):
    """What an act would do now; `seen` goes with the confirmation, and ties it to exactly this."""

    title: str
    takes_two: bool
    effects: tuple[EffectOf, ...]
    problems: tuple[Fault, ...]
    seen: Digest


class Seen(Shape):
    """The second key: the digest of the plan that was looked at."""

    seen: Digest


class Waiting(Paged):
    """Whether what waits is asked for, or what was answered."""

    waiting: Literal["true", "false"] = "true"


@api.get(
    "/rounds/{round_id:id}/meetings",
    asks=OfRound("meet", by_body=True),
    scope="read",
    answers=Listed[MeetingLine],
    query=Paged,
    summary=_("Các phiên họp tài khoản được tổ chức"),
)
def meetings(call: Call) -> Json:
    every = meeting_page.listed(call.session, call.path["round_id"], call.actor)
    return Json(page(after(every, call.asked, lambda one: one.id), call.asked, _meeting, lambda one: one.id))


def _meeting(one: Meeting) -> MeetingLine:
    own: dict[str, Any] = {name: value for name, value in one._asdict().items() if name in MeetingLine.model_fields}
    return MeetingLine(**own)


@api.get(
    "/meetings/{meeting_id:id}",
    asks=OfMeeting("read"),
    scope="read",
    answers=Agenda,
    summary=_("Một phiên họp với chương trình họp và mức đề xuất"),
)
def meeting(call: Call) -> Json:
    one = call.session.get_one(MeetingRow, call.path["meeting_id"])
    lines = meeting_page.agenda(call.session, one.id)
    value = Agenda(
        id=one.id,
        round_id=one.round_id,
        title=one.title,
        body=one.body,
        held_at=one.held_at,
        status=one.status,
        dossiers=len(lines),
        agenda=tuple(map(_agenda, lines)),
    )
    return Json(value)


def _agenda(line: Line) -> AgendaLine:
    one = line.dossier
    return AgendaLine(assessment_id=one.id, name=one.name, kind=one.kind, state=one.state, proposed=line.proposed)


@api.get(
    "/rounds/{round_id:id}/decisions",
    asks=OfRound("number", by_body=True),
    scope="read",
    answers=Listed[DecisionLine],
    query=Paged,
    summary=_("Các quyết định của đợt"),
)
def decisions(call: Call) -> Json:
    around = meeting_page.around(call.session, call.path["round_id"])
    every = decision_page.listed(call.session, around, call.actor)
    rows = after(every, call.asked, lambda one: one.id, down=True)
    return Json(page(rows, call.asked, _decision, lambda one: one.id))


def _decision(one: Decided) -> DecisionLine:
    own: dict[str, Any] = {name: value for name, value in one._asdict().items() if name in DecisionLine.model_fields}
    return DecisionLine(**own, signed=one.is_signed)


@api.get(
    "/rounds/{round_id:id}/decisions/{decision_id:id}",
    asks=OfRound("number", by_body=True),
    scope="read",
    answers=Listed[DecidedOf],
    query=Paged,
    summary=_("Nội dung một quyết định, theo hồ sơ"),
    name="decision_items",
)
def decision_items(call: Call) -> Json:
    around, key = meeting_page.around(call.session, call.path["round_id"]), call.path["decision_id"]
    decision_page.shown(call.session, around, key, call.actor)
    every = decision_page.items_in(call.session, key, call.actor)
    rows = after(every, call.asked, lambda one: one.dossier.id)
    return Json(page(rows, call.asked, _item, lambda one: one.dossier.id))


def _item(one: Item) -> DecidedOf:
    return DecidedOf(
        assessment_id=one.dossier.id,
        name=one.dossier.name,
        total=one.total,
        level=one.level,
        reason=one.reason,
        stands=one.stands,
    )


@api.get(
    "/approvals",
    asks=Own(),
    scope="approve",
    answers=Listed[ApprovalLine],
    query=Waiting,
    summary=_("Các đề nghị phê duyệt của mình hoặc do mình trả lời"),
    name="approvals",
)
def approvals_list(call: Call) -> Json:
    asked: Waiting = call.asked
    found = approvals.behind(
        call.session,
        call.actor,
        waiting=asked.waiting == "true",
        now=call.now,
        after=asked.after or 0,
        most=asked.limit,
    )
    return Json(page(found, asked, lambda one: ApprovalLine(**_asked(one)), lambda one: one.row.id))


def _asked(one: Asked) -> dict[str, Any]:
    row = one.row
    own = {name: getattr(row, name) for name in ApprovalLine.model_fields if hasattr(row, name)}
    return own | {"asked_by": one.by, "answered_by": one.answered_by, "may_answer": one.may_answer}


@api.get(
    "/approvals/{approval_id:id}",
    asks=OfApproval("see"),
    scope="approve",
    answers=Wish,
    summary=_("Một đề nghị phê duyệt với nội dung người đề nghị đã xem"),
)
def approval(call: Call) -> Json:
    return Json(_wish(call))


def _wish(call: Call) -> Wish:
    row = approvals.find(call.session, call.path["approval_id"])
    own = _asked(approvals.shown(call.session, row, call.actor))
    return Wish(**own, reason=row.reason, answer=row.answer, effects=effects(approvals.effects_of(row)))


def effects(found: tuple[Effect, ...]) -> tuple[EffectOf, ...]:
    """What an act would do."""
    return tuple(EffectOf(assessment_id=one.assessment_id, name=one.name, what=one.what) for one in found)


def faults(found: tuple[Refusal, ...]) -> tuple[Fault, ...]:
    """What stands against an act."""
    return tuple(Fault(rule=one.rule, detail=one.sentence) for one in found)


@api.post(
    "/approvals/{approval_id:id}/look",
    asks=OfApproval("answer"),
    scope="approve",
    answers=Look,
    summary=_("Xem việc được đề nghị sẽ làm gì vào lúc này"),
    name="look_at_approval",
)
def look_at_approval(call: Call) -> Json:
    key = call.path["approval_id"]
    plan: Plan = approvals.current(call.session, key, actor=call.actor, now=call.now)
    row = approvals.find(call.session, key)
    seen = digest(approvals.act_of(row), plan)
    value = Look(
        title=row.title, takes_two=True, effects=effects(plan.effects), problems=faults(plan.problems), seen=seen
    )
    return Json(value)


@api.post(
    "/approvals/{approval_id:id}/approve",
    asks=OfApproval("answer"),
    scope="approve",
    answers=Wish,
    body=Seen,
    summary=_("Phê duyệt đề nghị của người khác và thực hiện ngay; không tự phê duyệt"),
)
def approve(call: Call) -> Json:
    approvals.approve(call.session, call.path["approval_id"], seen=call.body.seen, actor=call.actor, now=call.now)
    return Json(_wish(call))


@api.post(
    "/approvals/{approval_id:id}/refuse",
    asks=OfApproval("answer"),
    scope="approve",
    answers=Wish,
    body=Because,
    summary=_("Không phê duyệt, có lý do"),
    name="refuse_approval",
)
def refuse_approval(call: Call) -> Json:
    key = call.path["approval_id"]
    approvals.refuse_asked(call.session, key, call.body.reason, actor=call.actor, now=call.now)
    return Json(_wish(call))


@api.post(
    "/approvals/{approval_id:id}/withdraw",
    asks=OfApproval("see"),
    scope="approve",
    answers=Acknowledged,
    summary=_("Rút đề nghị của mình"),
    name="withdraw_approval",
)
def withdraw_approval(call: Call) -> Json:
    key = call.path["approval_id"]
    approvals.withdraw(call.session, key, actor=call.actor, now=call.now)
    return Json(Acknowledged(id=key, done=_("Đã rút đề nghị.")))
