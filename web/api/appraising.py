"""What appraisers do by programs: conflicts denied or declared, marks, questions, the conclusion; opinions too."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from actions import answers, appraise, assign, explain, opinion_page, unit_page
from actions.answers import Answer, Consolidated
from actions.appraise_seen import begin
from actions.opinion_page import Line as Written
from actions.opinion_page import Listed as Request
from config.calendar import end_of
from states.errors import refuse
from web.api.dossiers import fresh
from web.api.edge import Api, Call, Json
from web.api.shapes import (
    Acknowledged,
    Because,
    Day,
    Done,
    Id,
    Line,
    Listed,
    Paged,
    Prose,
    Reason,
    Shape,
    Versioned,
    after,
    page,
)
from web.api.working import MOST_MARKS, Codes, Explanation, Kept, Marks, demand_wanted, kept, told
from web.asks import OfDossier, OfRequest, Own
from web.desk_queue import demand_confirmed
from web.words import _

api: Final = Api(_("Thẩm định, tham gia ý kiến"))


class Conflict(Shape):
    """Whether there is a conflict of interest; where there is, what it is. It is declared for good."""

    exists: bool
    reason: Prose = ""


class Asking(Shape):
    """A question on criteria, with the last day for the answer where the usual one is not meant."""

    criteria: Annotated[tuple[Codes, ...], Field(min_length=1, max_length=MOST_MARKS)]
    question: Reason
    until: Day | None = None


class RequestLine(Shape):
    """A request for opinions to the account."""

    id: int
    round_id: int
    round: str
    question: str
    closes_at: datetime
    status: str
    asked: int
    given: int


class OpinionLine(Shape):
    """What the account wrote on one dossier."""

    assessment_id: int
    name: str
    status: str
    level: str | None
    comment: str
    given_at: datetime | None
    late: bool


class Opinion(Shape):
    """An opinion to be kept, not yet sent."""

    assessment_id: Id
    level: Line | None = None
    comment: Prose = ""


class Opinions(Shape):
    """Opinions to be kept."""

    opinions: Annotated[tuple[Opinion, ...], Field(min_length=1, max_length=MOST_MARKS)]


class Sending(Shape):
    """The dossiers on which the opinion kept is sent; without them, on all not yet sent."""

    assessment_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_MARKS)] | None = None


class SaidBy(Shape):
    """What one body said."""

    body: str
    level: str | None
    comment: str
    late: bool


class Together(Shape):
    """All that was said on a dossier; silence is no consent.

    `closed`: nothing is told of it before the appraiser has denied a conflict of interest with the dossier.
    """

    assessment_id: int
    name: str
    levels: dict[str, int]
    said: tuple[SaidBy, ...]
    silent: tuple[str, ...]
    awaited: tuple[str, ...]
    closed: bool


@api.post(
    "/assessments/{assessment_id:id}/conflict",
    asks=OfDossier("mark"),
    scope="appraise",
    answers=Acknowledged,
    body=Conflict,
    summary=_("Xác nhận không có, hoặc khai báo có xung đột lợi ích; làm trước khi thẩm định"),
)
def conflict(call: Call) -> Json:
    key = call.dossier.id
    if call.body.exists:
        assign.declare_conflict(call.session, key, call.body.reason, actor=call.actor, now=call.now)
        return Json(Acknowledged(done=_("Đã khai báo; hồ sơ chuyển cho người khác.")))
    assign.confirm_no_conflict(call.session, key, actor=call.actor, now=call.now)
    return Json(Acknowledged(done=_("Đã xác nhận không có xung đột lợi ích.")))


@api.put(
    "/assessments/{assessment_id:id}/appraisal",
    asks=OfDossier("mark"),
    scope="appraise",
    answers=Kept,
    body=Marks,
    summary=_("Ghi điểm thẩm định; điểm đầu tiên bắt đầu việc thẩm định"),
)
def save_appraisal(call: Call) -> Json:
    key = call.dossier.id
    demand_confirmed(call, key)
    demand_wanted(call)
    begin(call.session, key, actor=call.actor, now=call.now)
    done = appraise.save_marks(call.session, key, call.body.filled, actor=call.actor, now=call.now)
    return kept(done.version, done.totals)


@api.post(
    "/assessments/{assessment_id:id}/appraisal/conclude",
    asks=OfDossier(trigger="conclude_appraisal"),
    scope="appraise",
    answers=Done,
    body=Versioned,
    summary=_("Kết thúc thẩm định"),
)
def conclude(call: Call) -> Json:
    demand_confirmed(call, call.dossier.id)
    demand_wanted(call)
    appraise.conclude(call.session, call.dossier.id, actor=call.actor, now=call.now)
    return fresh(call)


@api.post(
    "/assessments/{assessment_id:id}/appraisal/reopen",
    asks=OfDossier(trigger="reopen_appraisal"),
    scope="appraise",
    answers=Done,
    body=Because,
    summary=_("Thẩm định lại hồ sơ chưa quyết định"),
)
def reopen(call: Call) -> Json:
    appraise.reopen(call.session, call.dossier.id, call.body.reason, actor=call.actor, now=call.now)
    return fresh(call)


@api.post(
    "/assessments/{assessment_id:id}/explanations",
    asks=OfDossier(trigger="ask_explanation"),
    scope="appraise",
    answers=Explanation,
    body=Asking,
    told=201,
    summary=_("Yêu cầu đơn vị giải trình"),
)
def ask_explanation(call: Call) -> Json:
    key, asked = call.dossier.id, call.body
    demand_confirmed(call, key)
    begin(call.session, key, actor=call.actor, now=call.now)
    closing = end_of(asked.until) if asked.until else None
    made = explain.ask(
        call.session, key, asked.criteria, asked.question, closes_at=closing, actor=call.actor, now=call.now
    )
    return Json(told(unit_page.question(call.session, key, made)), status=201)


@api.get(
    "/opinions",
    asks=Own(),
    scope="read",
    answers=Listed[RequestLine],
    query=Paged,
    summary=_("Các yêu cầu tham gia ý kiến gửi tài khoản này"),
)
def opinions(call: Call) -> Json:
    every = opinion_page.of_account(call.session, call.actor)
    rows = after(every, call.asked, lambda one: one.id, down=True)
    return Json(page(rows, call.asked, _request, lambda one: one.id))


def _request(one: Request) -> RequestLine:
    own = {name: value for name, value in one._asdict().items() if name in RequestLine.model_fields}
    return RequestLine(**own, round=one.round_title)


@api.get(
    "/opinions/{request_id:id}",
    asks=OfRequest("opine"),
    scope="read",
    answers=Listed[OpinionLine],
    query=Paged,
    summary=_("Các hồ sơ được hỏi ý kiến và ý kiến đã ghi"),
    name="opinion_lines",
)
def opinion_lines(call: Call) -> Json:
    every = opinion_page.lines(call.session, call.path["request_id"], actor=call.actor)
    return Json(page(after(every, call.asked, lambda one: one.id), call.asked, _written, lambda one: one.id))


def _written(one: Written) -> OpinionLine:
    return OpinionLine(
        assessment_id=one.id,
        name=one.name,
        status=one.status,
        level=one.answer.level,
        comment=one.answer.comment,
        given_at=one.given_at,
        late=one.late,
    )


@api.put(
    "/opinions/{request_id:id}",
    asks=OfRequest("opine"),
    scope="opine",
    answers=Acknowledged,
    body=Opinions,
    summary=_("Lưu ý kiến, chưa gửi"),
)
def save_opinions(call: Call) -> Json:
    given = {one.assessment_id: Answer(one.level, one.comment) for one in call.body.opinions}
    if len(given) < len(call.body.opinions):
        raise refuse("twice", _("Mỗi hồ sơ chỉ ghi một ý kiến trong một lần gửi."))
    answers.save(call.session, call.path["request_id"], given, actor=call.actor, now=call.now)
    return Json(Acknowledged(done=_("Đã lưu, chưa gửi.")))


@api.post(
    "/opinions/{request_id:id}/send",
    asks=OfRequest("opine"),
    scope="opine",
    answers=Acknowledged,
    body=Sending,
    summary=_("Gửi ý kiến đã lưu; gửi rồi không sửa được"),
)
def send_opinions(call: Call) -> Json:
    chosen = call.body.assessment_ids
    sent = answers.send(call.session, call.path["request_id"], chosen, actor=call.actor, now=call.now)
    return Json(Acknowledged(done=_("Đã gửi ý kiến về %(count)s hồ sơ.") % {"count": len(sent)}))


@api.get(
    "/opinions/{request_id:id}/consolidated",
    asks=OfRequest("consult"),
    scope="read",
    answers=Listed[Together],
    query=Paged,
    summary=_("Tổng hợp ý kiến các nơi, theo hồ sơ"),
)
def consolidated(call: Call) -> Json:
    every = answers.consolidated(call.session, call.path["request_id"], actor=call.actor)
    rows = after(every, call.asked, lambda one: one.assessment_id)
    return Json(page(rows, call.asked, _together, lambda one: one.assessment_id))


def _together(one: Consolidated) -> Together:
    said = [SaidBy(body=it.body, level=it.answer.level, comment=it.answer.comment, late=it.late) for it in one.said]
    return Together(
        assessment_id=one.assessment_id,
        name=one.name,
        levels=dict(one.levels),
        said=tuple(said),
        silent=one.silent,
        awaited=one.awaited,
        closed=one.closed,
    )
