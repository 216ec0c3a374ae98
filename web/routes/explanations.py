"""A unit answers questions on named criteria and adds evidence to these, nowhere else (DN-4.2, AMB-DN-4)."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from actions import evidence_files, explain, unit_page
from actions.evidence_files import New
from actions.self_assess import sheet_of
from actions.unit_page import Question
from config.calendar import deadline_text
from models.assessments import marks
from models.evidence import evidence_of
from states.errors import Refusal, Refused, Unknown
from states.hold import hold
from web import drafts
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.drafts import Taken, take_files
from web.edge import Desk, Here
from web.evidence_view import pieces
from web.sheet_view import view_of
from web.units import common
from web.words import _

desk: Final = Desk()
QUESTION: Final = "/assessments/{assessment_id:id}/explanations/{request_id:id}"
LONGEST: Final = 20_000


def _shown(here: Here, found: Question, *, problems: tuple[str, ...] = ()) -> Page:
    facts, session = here.dossier, here.session
    evidence = pieces(session, facts, evidence_of(session, facts.id))
    view = view_of(sheet_of(facts), marks(session, facts.id, "self"), evidence)
    request = found.request
    is_open = request.status == "open" and here.now < request.closes_at
    return page(
        "unit/explanation.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        question=request,
        items=[(item, view.rows[item.criterion], _typed(here, item.criterion)) for item in found.items],
        given={item.criterion: _given(here, item.criterion) for item in found.items} if problems else {},
        problems=problems,
        **common(here) | {"may_answer": is_open and "answer_explanation" in common(here)["open"]},
    )


def _typed(here: Here, code: str) -> str:
    return here.typed.get(f"answer-{code}")


def _given(here: Here, code: str) -> dict[str, str]:
    """What was typed of evidence: a refused form has taken none of it."""
    return {name: here.typed.line(f"{name}-{code}") for name in ("link", "secret", "dated")}


def _question(here: Here) -> Question:
    return unit_page.question(here.session, here.dossier.id, here.path["request_id"])


@desk.get(QUESTION, asks=OfDossier("view"))
def question(here: Here) -> Answer:
    """A request to explain, criterion by criterion."""
    if not unit_page.is_unit(here.dossier):
        raise Unknown(_("trang này"))
    return _shown(here, _question(here))


@desk.post(QUESTION, asks=OfDossier(trigger="answer_explanation"), first=take_files)
def answer(here: Here) -> Answer:
    """Keep explanations, or send them."""
    hold(here.session, here.dossier.id, actor=here.actor, now=here.now)
    found = _question(here)
    new, problems = _supplement(here, found)
    answers = _answers(here, found)
    if not (new or answers or problems or here.typed.get("remove")):
        problems.append(_("Chưa có nội dung giải trình hoặc minh chứng nào."))
    try:
        _demand(found, problems, now=here.now)
        return _send(here, found, new, answers)
    except Refused as refused:
        return _shown(here, found, problems=tuple(one.sentence for one in refused.refusals))


def _answers(here: Here, found: Question) -> dict[str, str]:
    """The answers that are new."""
    typed = {item.criterion: _typed(here, item.criterion).strip() for item in found.items}
    stands = {item.criterion: item.answer or "" for item in found.items}
    return {code: text for code, text in typed.items() if text and text != stands[code]}


def _supplement(here: Here, found: Question) -> tuple[list[New], list[str]]:
    """Files and links to the criteria that were asked, and what is wrong with any."""
    taken: Taken = here.before or Taken()
    new: list[New] = []
    problems: list[str] = []
    for code in (item.criterion for item in found.items):
        given, wrong = drafts.given_with(here, taken, code)
        new += given
        problems += wrong
        if len(_typed(here, code)) > LONGEST:
            problems.append(_("Tiêu chí %(code)s: nội dung quá dài; rút gọn hoặc gửi kèm tệp.") % {"code": code})
    return new, problems


def _demand(found: Question, problems: list[str], *, now: datetime) -> None:
    """Refused, before anything is written, once the question has ended and for what is wrong with the form."""
    closing = found.request.closes_at
    if found.request.status != "open":
        problems.insert(0, _("Yêu cầu giải trình này đã kết thúc."))
    elif now >= closing:
        problems.insert(0, _("Đã quá hạn giải trình: %(deadline)s.") % {"deadline": deadline_text(closing)})
    if problems:
        raise Refused(Refusal("explanation", sentence) for sentence in problems)


def _send(here: Here, found: Question, new: list[New], answers: dict[str, str]) -> Answer:
    key, session = found.request.id, here.session
    home = f"/assessments/{here.dossier.id}/explanations/{key}"
    if new:
        evidence_files.supplement(session, key, new, actor=here.actor, now=here.now)
    removed = here.typed.get("remove")
    if removed.isdecimal():
        gone = int(removed[:18])
        evidence_files.remove(session, here.dossier.id, gone, request_id=key, actor=here.actor, now=here.now)
    moved = explain.answer(session, key, answers, actor=here.actor, now=here.now) if answers else None
    if moved is not None:
        return redirect_with_note(home, _("Đã gửi giải trình."))
    return redirect_with_note(home, _("Đã lưu. Giải trình được gửi đi khi trả lời đủ các tiêu chí được hỏi."))
