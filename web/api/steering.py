"""What the owner of a round does by programs: corrections looked at and confirmed, extensions, mail, jobs."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from actions import acts, approvals
from actions.correcting import Correction
from actions.corrections import Grounds
from actions.documents import put_document
from actions.extend_many import chosen_of
from actions.extension import grant_extension, refuse_extension
from config.calendar import local_day
from models.assessments import Extension
from states import directory, duties_log, mail_log
from states.asked import Extension as Asked
from states.asked import extensions_answered, extensions_asked
from states.desk import round_as_desk
from states.directory import Entry
from states.duties_log import Job
from states.errors import Unknown, refuse
from states.mail_log import Mail, Wanted
from states.overview import watch
from web.api.deciding import Look, effects, faults
from web.api.dossiers import fresh
from web.api.edge import Api, Call, Json
from web.api.shapes import (
    PAGE,
    Acknowledged,
    Because,
    Cursor,
    Day,
    Digest,
    Done,
    Listed,
    Paged,
    Paper,
    Prose,
    Reason,
    Shape,
    after,
    page,
)
from web.asks import OfDossier, OfRound
from web.words import _

api: Final = Api(_("Quản trị đợt"))
OWNER: Final = OfRound("administer", by_body=True)
LAST_SHOWN: Final = 1_000


class ToLook(Shape):
    """A correction to be looked at."""

    act: Annotated[Correction, Field(discriminator="kind")]


class ToDo(ToLook):
    """A correction confirmed: as it was shown, for a reason, by a document."""

    seen: Digest
    reason: Prose = ""
    document: Paper | None = None


class CorrectionDone(Shape):
    """A correction was done, or is asked for where it takes another person: then by its approval."""

    status: Literal["done", "asked"]
    approval_id: int | None


class CorrectionLine(Shape):
    """What was corrected in a round, or asked for."""

    seq: int
    at: datetime
    who: tuple[str, ...]
    act: str
    document: str


class ExtensionLine(Shape):
    """A request for more time, or time that was given unasked."""

    id: int
    assessment_id: int
    name: str
    state: str
    closes_at: datetime
    asked_at: datetime | None
    reason: str
    until: datetime | None
    answered_at: datetime | None
    granted: bool | None
    answer: str
    number: str | None
    dated: date | None


class Answered(Cursor):
    """The requests that wait, or those that were answered."""

    answered: Literal["true", "false"] = "false"


class Granting(Shape):
    """More time: until the end of which day, why, by which document."""

    until: Day
    reason: Reason
    document: Paper


class MailLine(Shape):
    """One mail, what the server answered, and whether it is still tried; its text is never kept."""

    id: int
    message: str
    label: str
    status: str
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    answer: str
    assessment_id: int | None
    account_id: int
    email: str


class OfMail(Cursor):
    """What of the mail is asked for."""

    state: Literal["undelivered", "bounced", "failed", "queued", "sent", "skipped"] | None = None


class JobLine(Shape):
    """One job that runs by itself."""

    id: int
    kind: str
    target: str
    occasion: str
    status: str
    asked_at: datetime
    due_at: datetime
    attempts: int
    ended_at: datetime | None
    outcome: str


class OfJobs(Cursor):
    """What of the jobs is asked for."""

    state: Literal["waiting", "done", "failed"] | None = None


def document(call: Call, paper: Paper | None, kind: str) -> int | None:
    """Remember a document that was given; Refused for one of tomorrow."""
    if paper is None:
        return None
    if paper.dated > local_day(call.now):
        raise refuse("dated", _("Ngày của văn bản không được sau hôm nay."))
    return put_document(call.session, kind=kind, **paper.model_dump(), now=call.now).id


def _act(call: Call) -> Correction:
    act: Correction = call.body.act
    if act.round_id != call.path["round_id"]:
        raise refuse("act", _("Việc điều chỉnh ghi mã đợt khác với địa chỉ."))
    return act


@api.get(
    "/rounds/{round_id:id}/corrections",
    asks=OfRound("administer"),
    scope="administer",
    answers=Listed[CorrectionLine],
    query=Paged,
    summary=_("Các điều chỉnh gần nhất của đợt"),
)
def corrections(call: Call) -> Json:
    found = round_as_desk(call.session, call.path["round_id"])
    every = directory.corrections(call.session, found.id, LAST_SHOWN)
    rows = after(every, call.asked, lambda one: one.seq, down=True)
    return Json(page(rows, call.asked, _entry, lambda one: one.seq))


def _entry(one: Entry) -> CorrectionLine:
    return CorrectionLine(seq=one.seq, at=one.at, who=tuple(one.who), act=one.act, document=one.document)


@api.post(
    "/rounds/{round_id:id}/corrections/look",
    asks=OfRound("administer"),
    scope="administer",
    answers=Look,
    body=ToLook,
    summary=_("Xem trước một điều chỉnh: tác động tới từng hồ sơ, điều vướng, mã để xác nhận"),
    name="look_at_correction",
)
def look_at_correction(call: Call) -> Json:
    act = _act(call)
    plan = act.plan(call.session, actor=call.actor, now=call.now)
    value = Look(
        title=act.title(call.session),
        takes_two=act.takes_two(call.session),
        effects=effects(plan.effects),
        problems=faults(plan.problems),
        seen=acts.digest(act, plan),
    )
    return Json(value)


@api.post(
    "/rounds/{round_id:id}/corrections",
    asks=OfRound("administer"),
    scope="administer",
    answers=CorrectionDone,
    body=ToDo,
    summary=_("Thực hiện điều chỉnh đúng như đã xem; việc cần hai người thì gửi đề nghị phê duyệt"),
)
def correct(call: Call) -> Json:
    act, asked = _act(call), call.body
    how: dict[str, Any] = {"seen": asked.seen, "actor": call.actor, "now": call.now}
    grounds = Grounds(asked.reason, document(call, asked.document, act.kind))
    if act.takes_two(call.session):
        key = approvals.propose(call.session, act, grounds, **how)
        return Json(CorrectionDone(status="asked", approval_id=key))
    acts.perform(call.session, act, grounds, **how)
    return Json(CorrectionDone(status="done", approval_id=None))


@api.get(
    "/rounds/{round_id:id}/extensions",
    asks=OWNER,
    scope="administer",
    answers=Listed[ExtensionLine],
    query=Answered,
    summary=_("Đề nghị gia hạn: 50 đề nghị chờ lâu nhất, hoặc các đề nghị đã trả lời, mỗi trang 50"),
)
def extensions(call: Call) -> Json:
    watched = watch(call.session, call.actor, call.path["round_id"], verb="administer")
    if call.asked.answered == "false":
        rows = extensions_asked(call.session, watched)[:PAGE]
        return Json(Listed[ExtensionLine](items=tuple(map(_extension, rows)), next=None))
    found = extensions_answered(call.session, watched, call.asked.after)
    return Json(Listed[ExtensionLine](items=tuple(map(_extension, found.rows)), next=_next(found.after)))


def _extension(one: Asked) -> ExtensionLine:
    return ExtensionLine(**one._asdict())


def _next(after: int | None) -> str | None:
    return None if after is None else str(after)


@api.post(
    "/assessments/{assessment_id:id}/extension",
    asks=OfDossier(trigger="reopen"),
    scope="administer",
    answers=Done,
    body=Granting,
    summary=_("Gia hạn cho một hồ sơ, có lý do và văn bản"),
    name="grant_extension",
)
def extend(call: Call) -> Json:
    asked: Granting = call.body
    paper = document(call, asked.document, "extension") or 0
    grant_extension(
        call.session,
        call.dossier.id,
        until=asked.until,
        reason=asked.reason,
        document=paper,
        actor=call.actor,
        now=call.now,
    )
    return fresh(call)


@api.post(
    "/rounds/{round_id:id}/extensions/{extension_id:id}/refuse",
    asks=OWNER,
    scope="administer",
    answers=Acknowledged,
    body=Because,
    summary=_("Không chấp thuận một đề nghị gia hạn"),
    name="refuse_extension",
)
def refuse_one(call: Call) -> Json:
    key = call.path["extension_id"]
    found = call.session.get(Extension, key)
    if found is None:
        raise Unknown(f"đề nghị gia hạn số {key}")
    chosen_of(call.session, call.path["round_id"], [found.assessment_id], call.actor)
    refuse_extension(call.session, key, call.body.reason, actor=call.actor, now=call.now)
    return Json(Acknowledged(id=key, done=_("Đã trả lời không chấp thuận; đơn vị được thông báo lý do.")))


@api.get(
    "/rounds/{round_id:id}/mail",
    asks=OWNER,
    scope="administer",
    answers=Listed[MailLine],
    query=OfMail,
    summary=_("Thư của đợt, mới nhất trước, mỗi trang 50"),
    name="round_mail",
)
def mail(call: Call) -> Json:
    watched = watch(call.session, call.actor, call.path["round_id"], verb="administer")
    found = mail_log.log(call.session, watched, Wanted(state=call.asked.state or "", after=call.asked.after))
    return Json(Listed[MailLine](items=tuple(map(_mail, found.mails)), next=_next(found.after)))


def _mail(one: Mail) -> MailLine:
    own: dict[str, Any] = {name: value for name, value in one._asdict().items() if name in MailLine.model_fields}
    return MailLine(**own, label=one.label)


@api.get(
    "/rounds/{round_id:id}/jobs",
    asks=OWNER,
    scope="administer",
    answers=Listed[JobLine],
    query=OfJobs,
    summary=_("Việc tự động của đợt, mới nhất trước, mỗi trang 50"),
    name="round_jobs",
)
def jobs(call: Call) -> Json:
    watched = watch(call.session, call.actor, call.path["round_id"], verb="administer")
    found = duties_log.jobs(call.session, watched, call.asked.state or "", call.asked.after)
    return Json(Listed[JobLine](items=tuple(map(_job, found.rows)), next=_next(found.after)))


def _job(one: Job) -> JobLine:
    own: dict[str, Any] = {name: value for name, value in one._asdict().items() if name in JobLine.model_fields}
    return JobLine(**own)
