"""What a unit does by its own programs: the draft, submitting, revising, explaining, asking for more time."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from actions import evidence_files, explain, extension, self_assess, unit_page
from actions.marks import Filled
from actions.unit_page import Question
from config.sheet import Entry
from scoring.marks import Totals
from states.advance import seen
from states.errors import refuse
from states.hold import hold
from web.api.dossiers import fresh
from web.api.edge import Api, Call, Json
from web.api.problems import demand_version
from web.api.shapes import Acknowledged, Day, Done, Line, Listed, Paged, Points, Prose, Reason, Shape, Versioned
from web.api.shapes import after as behind
from web.api.shapes import page as paged
from web.asks import OfDossier
from web.words import _

api: Final = Api(_("Việc của đơn vị"))
MOST_MARKS: Final = 500
Codes = Annotated[str, Field(min_length=1, max_length=60)]


class Given(Shape):
    """What is given for one criterion; without `entry` what stood there is emptied."""

    entry: Entry | None = None
    note: Prose = ""


class Marks(Versioned):
    """Marks by criterion; what is not named stays as it is."""

    marks: Annotated[dict[Codes, Given], Field(max_length=MOST_MARKS)]

    @property
    def filled(self) -> dict[str, Filled]:
        """As the actions take them."""
        return {code: Filled(one.entry, one.note) for code, one in self.marks.items()}


class Kept(Shape):
    """What was kept: the version now, the total as it runs along, and what is still missing."""

    version: int
    total: Points
    missing: tuple[str, ...]


class Submission(Versioned):
    """Submitting; `level` where the programme has the unit propose one."""

    level: Line | None = None


class AskedOf(Shape):
    """One criterion of a question, and its answer."""

    criterion: str
    answer: str | None
    answered_at: datetime | None


class Explanation(Shape):
    """A question to the unit."""

    id: int
    question: str
    asked_at: datetime
    closes_at: datetime
    status: str
    items: tuple[AskedOf, ...]


class Answers(Shape):
    """Answers by criterion; the last one sends the explanation."""

    answers: Annotated[dict[Codes, Prose], Field(min_length=1, max_length=MOST_MARKS)]


class MoreTime(Shape):
    """Why more time is needed, and until the end of which day."""

    reason: Reason
    until: Day | None = None


def kept(version: int, totals: Totals) -> Json:
    """What saving marks answers."""
    value = Kept(version=version, total=f"{totals.total:.4f}", missing=tuple(totals.missing))
    return Json(value, version=version)


def demand_wanted(call: Call) -> None:
    """The dossier held, at the version of If-Match (412) and of the body (409), where these name one."""
    facts = hold(call.session, call.dossier.id, actor=call.actor, now=call.now)
    demand_version(call.wanted, facts.version)
    seen(facts, call.body.version if isinstance(call.body, Versioned) else None)


@api.put(
    "/assessments/{assessment_id:id}/draft",
    asks=OfDossier("draft"),
    scope="draft",
    answers=Kept,
    body=Marks,
    summary=_("Lưu bản tự chấm đang làm"),
)
def save_draft(call: Call) -> Json:
    demand_wanted(call)
    done = self_assess.save(call.session, call.dossier.id, call.body.filled, actor=call.actor, now=call.now)
    return kept(done.version, done.totals)


@api.post(
    "/assessments/{assessment_id:id}/submit",
    asks=OfDossier(trigger="submit"),
    scope="draft",
    answers=Done,
    body=Submission,
    summary=_("Nộp bản tự chấm; nơi phải kèm báo cáo đã ký ngay khi nộp thì nộp trên trang"),
)
def submit(call: Call) -> Json:
    demand_wanted(call)
    levels, level = call.dossier.programme.level_labels, call.body.level
    if level is not None and level not in levels:
        raise refuse("level", _("Chọn mức xếp loại trong danh sách của chương trình: %(all)s.") % {"all": [*levels]})
    proposed = level if call.dossier.programme.proposes_level else None
    key = call.dossier.id
    self_assess.submit(call.session, key, proposed_level=proposed, actor=call.actor, now=call.now)
    return fresh(call)


@api.post(
    "/assessments/{assessment_id:id}/revise",
    asks=OfDossier(trigger="revise"),
    scope="draft",
    answers=Done,
    body=Versioned,
    summary=_("Mở lại bản đang làm; bản đã nộp vẫn có hiệu lực"),
)
def revise(call: Call) -> Json:
    demand_wanted(call)
    self_assess.revise(call.session, call.dossier.id, actor=call.actor, now=call.now)
    return fresh(call)


@api.post(
    "/assessments/{assessment_id:id}/discard",
    asks=OfDossier(trigger="discard_revision"),
    scope="draft",
    answers=Done,
    body=Versioned,
    summary=_("Bỏ nội dung đang sửa, trở lại bản đã nộp"),
)
def discard(call: Call) -> Json:
    demand_wanted(call)
    key = call.dossier.id
    self_assess.discard_revision(call.session, key, actor=call.actor, now=call.now)
    evidence_files.restore_submitted(call.session, key, actor=call.actor, now=call.now)
    return fresh(call)


@api.get(
    "/assessments/{assessment_id:id}/explanations",
    asks=OfDossier("download"),
    scope="read",
    answers=Listed[Explanation],
    query=Paged,
    summary=_("Các yêu cầu giải trình và nội dung trả lời"),
)
def explanations(call: Call) -> Json:
    every = unit_page.questions(call.session, call.dossier.id)
    rows = behind(every, call.asked, lambda one: one.request.id, down=True)
    return Json(paged(rows, call.asked, told, lambda one: one.request.id))


def told(one: Question) -> Explanation:
    """A question as programs read it."""
    request = one.request
    items = [AskedOf(criterion=it.criterion, answer=it.answer, answered_at=it.answered_at) for it in one.items]
    return Explanation(
        id=request.id,
        question=request.question,
        asked_at=request.asked_at,
        closes_at=request.closes_at,
        status=request.status,
        items=tuple(items),
    )


@api.post(
    "/assessments/{assessment_id:id}/explanations/{request_id:id}/answers",
    asks=OfDossier(trigger="answer_explanation"),
    scope="draft",
    answers=Explanation,
    body=Answers,
    summary=_("Trả lời yêu cầu giải trình"),
)
def answer_explanation(call: Call) -> Json:
    key, dossier = call.path["request_id"], call.dossier.id
    unit_page.question(call.session, dossier, key)
    explain.answer(call.session, key, call.body.answers, actor=call.actor, now=call.now)
    return Json(told(unit_page.question(call.session, dossier, key)))


@api.post(
    "/assessments/{assessment_id:id}/extensions",
    asks=OfDossier("draft"),
    scope="draft",
    answers=Acknowledged,
    body=MoreTime,
    told=201,
    summary=_("Đề nghị gia hạn"),
)
def ask_extension(call: Call) -> Json:
    asked: MoreTime = call.body
    key = extension.ask_extension(
        call.session, call.dossier.id, asked.reason, until=asked.until, actor=call.actor, now=call.now
    )
    return Json(Acknowledged(id=key, done=_("Đã gửi đề nghị gia hạn.")), status=201)
