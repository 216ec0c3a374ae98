"""The letters of an explanation (giải trình): the body's question to a unit, and the unit's answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from actions import unit_page
from actions.handing_out import issued
from actions.unit_page import Question
from config.calendar import date_text, deadline_text, local_day
from models.assessments import ExplanationRequest
from models.evidence import Evidence
from reports import wording
from reports.contents import Head
from reports.official import frame, heads
from reports.official.entry import File, Item
from reports.official.frame import ROOM, Official
from reports.official.unit_frame import by_unit, work
from reports.official.unit_narrative import scored
from reports.official.unit_records import UnitDossier, unit_dossier
from reports.paper import CENTER, Column
from reports.records import own_paper
from reports.values import Paper
from states.actor import Actor
from states.errors import Unknown, refuse

KEY: Final = "cong-van-giai-trinh"
QUESTION: Final = "explanation-question"
ANSWER: Final = "explanation-answer"
STATUSES: Final = {
    "open": "đang chờ trả lời",
    "answered": "đã trả lời",
    "expired": "đã hết hạn",
    "withdrawn": "đã rút",
}
_FIRST: Final = (
    Column(12, "TT", "{{ row.no }}", CENTER),
    Column(63, "Tiêu chí", "{{ row.label }}"),
)
_ASKED: Final = (
    *_FIRST,
    Column(36, "{{ own_heading }}", "{{ row.own }}", CENTER),
    Column(54, "Minh chứng đơn vị đã gửi", "{{ row.evidence }}"),
)
_ANSWERED: Final = (
    *_FIRST,
    Column(52, "Nội dung giải trình", "{{ row.answer }}"),
    Column(38, "Tài liệu bổ sung", "{{ row.evidence }}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question on a dossier with the body that asks, and what the unit has sent with its answer, by criterion."""

    own: UnitDossier
    head: Head
    question: Question
    paper: Paper
    supplements: Sequence[Evidence]

    @property
    def about(self) -> str:
        """What both letters are about."""
        return f"giải trình, bổ sung hồ sơ {work(self.own)} năm {self.own.year}"

    @property
    def day(self) -> str:
        """When it was asked."""
        return date_text(local_day(self.question.request.asked_at))


def build_question(layout: str) -> bytes:
    """The template of the question."""
    return frame.listed_template(layout, _ASKED, letter=True)


def build_answer(layout: str) -> bytes:
    """The template of the answer."""
    return frame.listed_template(layout, _ANSWERED, letter=True)


def questions_of(session: Session, assessment_id: int, actor: Actor) -> list[Item]:  # noqa: ARG001  who sees it sees all
    """The questions on a dossier that were not taken back, the newest first."""
    found = (one.request for one in unit_page.questions(session, assessment_id) if one.request.status != "withdrawn")
    return [
        Item(one.id, f"Yêu cầu ngày {date_text(local_day(one.asked_at))} ({STATUSES[one.status]})") for one in found
    ]


def make_question(session: Session, request_id: int, now: datetime) -> File:
    """The letter of a question; a draft until it has its number."""
    one = asked(session, request_id, now)
    return File(one.own.file(f"cong-van-giai-trinh-{request_id}"), write_question(one))


def make_answer(session: Session, request_id: int, now: datetime) -> File:
    """The letter of the answer, as far as the unit has answered."""
    one = asked(session, request_id, now)
    return File(one.own.file(f"van-ban-giai-trinh-{request_id}"), write_answer(one))


def asked(session: Session, request_id: int, now: datetime) -> Asked:
    """A question with everything its letters say; Unknown when there is none, Refused when it was taken back."""
    found = session.get(ExplanationRequest, request_id)
    if found is None:
        raise Unknown(f"yêu cầu giải trình số {request_id}")
    if found.status == "withdrawn":
        raise refuse("withdrawn", "Yêu cầu giải trình này đã được rút nên không lập văn bản.")
    own = unit_dossier(session, found.assessment_id, now)
    chosen = select(Evidence).where(Evidence.request_id == request_id, col(Evidence.removed_at).is_(None))
    return Asked(
        own=own,
        head=heads.of_body(session, own.programme, own.facts.body),
        question=unit_page.question(session, found.assessment_id, request_id),
        paper=own_paper(issued(session, own.facts.entity).get((KEY, request_id))),
        supplements=session.exec(chosen.order_by(col(Evidence.id))).all(),
    )


def write_question(one: Asked) -> bytes:
    """The question; the same data gives the same bytes."""
    official = Official(
        head=replace(one.head, receivers=("Như trên", *one.head.receivers[-1:])),
        type="",
        sign="CV" if one.head.layout == "party" else "",
        about=one.about,
        year=one.own.year,
        paper=one.paper,
        recipients=(one.own.issuer,),
        draft=not one.paper.number,
        rehearsal=one.own.rehearsal,
        made_at=one.question.request.asked_at,
    )
    return frame.printed(QUESTION, official, {**frame.values(official), **_question(one)})


def _question(one: Asked) -> dict[str, Any]:
    return {
        "opening": list(_asking(one)),
        "own_heading": "Điểm tự chấm/\nđiểm tối đa" if one.own.has_points else "Mức tự đánh giá",
        "rows": list(_asked_rows(one)),
        "ending": list(_asking_ending(one)),
    }


def _asking(one: Asked) -> Iterator[str]:
    yield (
        f"Qua thẩm định hồ sơ {work(one.own)} năm {one.own.year} của {one.own.facts.name}, "
        f"{one.head.sender} đề nghị giải trình, bổ sung như sau:"
    )
    yield from filter(None, (line.strip() for line in one.question.request.question.splitlines()))
    yield "Các tiêu chí cần giải trình, bổ sung:"


def _asking_ending(one: Asked) -> Iterator[str]:
    contact = one.own.programme.contact
    yield (
        f"Đề nghị {one.own.issuer} trả lời và bổ sung tài liệu trên phần mềm, thời hạn: "
        f"{deadline_text(one.question.request.closes_at)}. Quá thời hạn trên, việc thẩm định căn cứ vào hồ sơ hiện có."
    )
    yield f"Nội dung cần trao đổi, đề nghị liên hệ {contact.name}, điện thoại {contact.phone}./."


def _asked_rows(one: Asked) -> Iterator[dict[str, str]]:
    for number, leaf in enumerate(_criteria(one), 1):
        evidence = "\n".join(leaf.evidence) or "Chưa có"
        mark = scored(leaf).removesuffix(" điểm")
        label = f"{leaf.criterion.code}. {leaf.criterion.label}"
        yield {"no": str(number), "label": label, "own": mark, "evidence": evidence}


def _criteria(one: Asked) -> list[Any]:
    wanted = {item.criterion for item in one.question.items}
    return [leaf for leaf in one.own.leaves if leaf.criterion.code in wanted]


def write_answer(one: Asked) -> bytes:
    """The answer; the same data gives the same bytes."""
    made = by_unit(one.own, type_of="", sign="CV" if one.own.layout == "party" else "", about=one.about)
    official = replace(made, recipients=(one.head.sender,), made_at=one.question.request.asked_at)
    return frame.printed(ANSWER, official, {**frame.values(official), **_answer(one)})


def _answer(one: Asked) -> dict[str, Any]:
    opening = (
        f"Thực hiện {_named(one)} của {one.head.sender} về việc {one.about}, {one.own.issuer} giải trình, "
        "bổ sung như sau:"
    )
    ending = f"{one.own.issuer} báo cáo để {one.head.sender} xem xét./."
    return {"opening": [opening], "rows": list(_answered_rows(one)), "ending": [ending]}


def _named(one: Asked) -> str:
    """What is answered: the letter once it has its number, unless that is *Mật*."""
    numbered = one.paper.number and not one.paper.confidential
    return wording.numbered("Công văn", one.paper) if numbered else f"yêu cầu ngày {one.day}"


def _answered_rows(one: Asked) -> Iterator[dict[str, str]]:
    answers = {item.criterion: item.answer for item in one.question.items}
    for number, leaf in enumerate(_criteria(one), 1):
        code = leaf.criterion.code
        sent = [each.name or each.address for each in one.supplements if each.criterion == code]
        yield {
            "no": str(number),
            "label": f"{code}. {leaf.criterion.label}",
            "answer": answers[code] or ROOM[:30],
            "evidence": "\n".join(sent) or wording.NONE,
        }
