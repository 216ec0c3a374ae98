"""The staff asks bodies for their opinions and follows who has answered (HT-6.1 to HT-6.4, AMB-HT-13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from sqlmodel import Session

from actions import consult_page, opinion_reminders, opinions
from actions.consult_page import Candidate, Giver, Ready
from config.calendar import end_of, parse_date
from config.programme import Programme
from models.rounds import ProgrammeVersion, Round
from models.savepoint import savepoint
from states.errors import Refusal, Refused, Unknown
from states.hold import programme_of
from web import papers
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier, OfRequest, OfRound
from web.desk_queue import page_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
REQUESTS: Final = "/rounds/{round_id:id}/opinions"
NEW: Final = "/rounds/{round_id:id}/opinions/new"
LOOK: Final = "/rounds/{round_id:id}/opinions/look"
ONE: Final = "/assessments/{assessment_id:id}/consult"
ONE_LOOK: Final = "/assessments/{assessment_id:id}/consult/look"
LETTER: Final = "letter"
LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is about to be asked: about which dossiers, of whom, until when."""

    ready: Ready
    dossiers: Sequence[Candidate]
    bodies: Sequence[Giver]
    question: str
    closes_at: datetime | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a request is made: in a round, or on one dossier (`only`) whose appraiser makes it."""

    round: Round
    programme: Programme
    address: str
    back: str
    only: int | None = None


def _round(session: Session, round_id: int) -> tuple[Round, Programme]:
    found = session.get_one(Round, round_id)
    version = session.get_one(ProgrammeVersion, found.programme_version_id)
    return found, programme_of(session, version.digest)


def _asked(here: Here) -> Asked:
    if here.found is None:
        found, programme = _round(here.session, here.path["round_id"])
        address = f"/rounds/{found.id}/opinions"
        return Asked(found, programme, address, address)
    found, programme = _round(here.session, here.dossier.round_id)
    back = f"/assessments/{here.dossier.id}"
    return Asked(found, programme, f"{back}/consult", back, here.dossier.id)


@desk.get(REQUESTS, asks=OfRound("consult", by_body=True))
def requests_page(here: Here) -> Answer:
    """Requests for opinions in a round."""
    asked = _asked(here)
    found = consult_page.requests(here.session, asked.round.id, actor=here.actor)
    number, pages = page_of(here.query, len(found), consult_page.PAGE)
    return page(
        "opinions/round.html",
        round=asked.round,
        address=asked.address,
        ready=consult_page.ready(here.session, asked.programme, asked.round.id, actor=here.actor),
        requests=found[(number - 1) * consult_page.PAGE : number * consult_page.PAGE],
        number=number,
        pages=pages,
    )


@desk.get(NEW, asks=OfRound("consult", by_body=True))
def new_page(here: Here) -> Answer:
    """Ask for opinions: whom, on which dossiers, until when."""
    return _new(here, _ready(here, here.query.get("name", "")))


@desk.get(ONE, asks=OfDossier(trigger="consult"))
def new_for_one(here: Here) -> Answer:
    """Ask for opinions on one dossier."""
    return _new(here, _ready(here, ""))


def _ready(here: Here, name: str) -> Ready:
    """The request that is asked for by its name in the workflow, or the one that the dossier itself is open to."""
    asked = _asked(here)
    found = consult_page.ready(here.session, asked.programme, asked.round.id, actor=here.actor)
    wanted = [one for one in found if one.name == name] if asked.only is None else [_own(here, found)]
    if not wanted:
        raise Unknown(_("loại yêu cầu lấy ý kiến này"))
    return wanted[0]


def _own(here: Here, found: Sequence[Ready]) -> Ready:
    kind, state = here.dossier.kind, here.dossier.state
    fit = [one for one in found if kind in one.kinds and state in {*one.states, *one.open_states}]
    if not fit:
        raise Unknown(_("bước lấy ý kiến của hồ sơ ở trạng thái này"))
    return fit[0]


def _candidates(here: Here, ready: Ready) -> list[Candidate]:
    asked = _asked(here)
    kind, search = here.query.get("kind", ""), " ".join(here.query.get("q", "").split())
    found = consult_page.candidates(here.session, asked.round.id, ready, kind=kind, search=search, actor=here.actor)
    return found if asked.only is None else [one for one in found if one.id == asked.only]


def _new(here: Here, ready: Ready, *, problems: Sequence[str] = ()) -> Page:
    asked, rows = _asked(here), _candidates(here, ready)
    number, pages = page_of(here.query, len(rows), consult_page.PAGE)
    return page(
        "opinions/new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        asked=asked,
        ready=ready,
        rows=rows[(number - 1) * consult_page.PAGE : number * consult_page.PAGE],
        count=len(rows),
        number=number,
        pages=pages,
        givers=consult_page.givers(here.session, asked.round.id),
        kinds=asked.programme.subject_kinds,
        states=asked.programme.workflow.assessment.states,
        wanted={"kind": here.query.get("kind", ""), "q": here.query.get("q", "")},
        typed=_typed(here),
        ticked=set(here.typed.all("id")),
        bodies=set(here.typed.all("body")),
        problems=problems,
    )


def _typed(here: Here) -> Mapping[str, str]:
    return {name: here.typed.get(name) for name in ("question", "until", "every", "name")}


@desk.post(LOOK, asks=OfRound("consult", by_body=True))
def look(here: Here) -> Answer:
    """Show who would be asked, and on what."""
    return _look(here, _chosen(here, _ready(here, here.typed.line("name"))))


@desk.post(ONE_LOOK, asks=OfDossier(trigger="consult"))
def look_for_one(here: Here) -> Answer:
    """Show who would be asked about one dossier."""
    return _look(here, _chosen(here, _ready(here, "")))


def _look(here: Here, chosen: Chosen, *, problems: Sequence[str] = ()) -> Page:
    """The second look: everything that will be asked; what cannot be asked so goes back to the form."""
    if chosen.problems:
        return _new(here, chosen.ready, problems=chosen.problems)
    asked = _asked(here)
    return page(
        "opinions/look.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        asked=asked,
        chosen=chosen,
        kinds=asked.programme.subject_kinds,
        letter=papers.typed(here, LETTER)[LETTER],
        typed=_typed(here),
        problems=problems,
    )


def _chosen(here: Here, ready: Ready) -> Chosen:
    rows, ticked = _candidates(here, ready), set(here.typed.all("id"))
    every = here.typed.get("every") == "1" or _asked(here).only is not None
    dossiers = [one for one in rows if every or str(one.id) in ticked]
    wanted = set(here.typed.all("body"))
    bodies = [one for one in consult_page.givers(here.session, _asked(here).round.id) if str(one.id) in wanted]
    question, until = here.typed.get("question").strip(), here.typed.line("until")
    closes_at, problem = _closing(here, until)
    problems = [
        *([] if dossiers else [_("Chọn ít nhất một hồ sơ.")]),
        *([] if bodies else [_("Chọn ít nhất một nơi tham gia ý kiến.")]),
        *([] if question else [_("Ghi nội dung đề nghị tham gia ý kiến.")]),
        *([_("Nội dung đề nghị quá dài; rút gọn còn dưới 10.000 ký tự.")] if len(question) > LONGEST else []),
        *([problem] if problem else []),
    ]
    return Chosen(ready, dossiers, bodies, question, closes_at, tuple(problems))


def _closing(here: Here, until: str) -> tuple[datetime | None, str]:
    try:
        closes_at = end_of(parse_date(until))
    except ValueError:
        return None, _("Ghi ngày hết hạn tham gia ý kiến, ví dụ 28/11/2026.")
    return closes_at, "" if closes_at > here.now else _("Hạn tham gia ý kiến phải từ hôm nay trở đi.")


@desk.post(REQUESTS, asks=OfRound("consult", by_body=True), first=take_files)
def ask(here: Here) -> Answer:
    """Ask for opinions."""
    return _ask(here, _chosen(here, _ready(here, here.typed.line("name"))))


@desk.post(ONE, asks=OfDossier(trigger="consult"), first=take_files)
def ask_for_one(here: Here) -> Answer:
    """Ask for opinions on one dossier; those who are asked are told."""
    return _ask(here, _chosen(here, _ready(here, "")))


def _ask(here: Here, chosen: Chosen) -> Answer:
    if chosen.problems or chosen.closes_at is None:
        return _look(here, chosen)
    if here.typed.get("count") != str(len(chosen.dossiers)):
        return _look(here, chosen, problems=[_("Danh sách hồ sơ vừa thay đổi; xem lại rồi gửi.")])
    try:
        with savepoint(here.session):
            made = _send(here, chosen, chosen.closes_at)
    except Refused as refused:
        return _look(here, chosen, problems=[one.sentence for one in refused.refusals])
    note = _("Đã gửi đề nghị đến %(bodies)s nơi về %(dossiers)s hồ sơ.")
    said = note % {"bodies": len(chosen.bodies), "dossiers": len(chosen.dossiers)}
    return redirect_with_note(f"/opinions/{made}/answers", said)


def _send(here: Here, chosen: Chosen, closes_at: datetime) -> int:
    return opinions.ask(
        here.session,
        _asked(here).round.id,
        chosen.ready.name,
        [one.id for one in chosen.dossiers],
        [one.id for one in chosen.bodies],
        chosen.question,
        closes_at=closes_at,
        document=_letter(here),
        actor=here.actor,
        now=here.now,
    )


def _letter(here: Here) -> int | None:
    """The letter by which bodies are asked, where anything of one is given."""
    given: Mapping[str, Any] = papers.typed(here, LETTER)[LETTER]
    if not any(given.values()) and f"{LETTER}-scan" not in here.typed.files:
        return None
    return papers.put(here, LETTER, "letter", _("công văn"), scan=False)


@desk.post("/opinions/{request_id:id}/remind", asks=OfRequest("consult"))
def remind(here: Here) -> Answer:
    """Remind those who have not answered."""
    back = f"/opinions/{here.path['request_id']}/answers"
    try:
        told = opinion_reminders.tell_now(here.session, here.path["request_id"], actor=here.actor, now=here.now)
    except Refused as refused:
        return redirect_with_note(back, _sentences(refused.refusals))
    return redirect_with_note(back, _("Phần mềm gửi thư nhắc đến %(count)s nơi chưa trả lời.") % {"count": told})


def _sentences(refusals: Sequence[Refusal]) -> str:
    return " ".join(one.sentence for one in refusals)
