"""What each route asks before it does anything: nothing without a reason, else an account, a verb or a trigger.

Nobody learns of a dossier that is not theirs: it is Unknown, as one that does not exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from actions import approvals, box_page, meeting_page
from actions.opinion_page import may
from actions.sessions import Bearer
from models.meetings import BallotBox, Meeting
from models.opinions import OpinionRequest
from states.desk import confirmed
from states.errors import NotAllowed, Unknown
from states.facts import Dossier
from states.glance import glance
from states.permits import ANY_BODY, ROUND, VERBS, Target, can_round, demand_everywhere
from states.tasks import TASKS, UNIT

DOSSIER_ID = "assessment_id"
ROUND_ID = "round_id"
REQUEST_ID = "request_id"
TRIGGER = "trigger"
MEETING_ID = "meeting_id"
BOX_ID = "box_id"
APPROVAL_ID = "approval_id"


READING = ("download", "papers", "state", "enclose", "conclude")
"""Verbs that show the papers of a dossier, or add to them on a page that shows them."""
ABOUT_REQUESTS = ("opine", "consult", "decide", "meet")
"""Verbs that make a request known to an account, whichever of them a page asks."""


class NotSignedIn(Exception):
    """The route asks for an account, and there is none behind the request, or not yet."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Anybody may come; `why` says why that is right."""

    why: str


@dataclass(frozen=True, slots=True)
class Step:
    """The session waits for this: "second" or "password"."""

    awaits: str


@dataclass(frozen=True, slots=True)
class Own:
    """Whatever belongs to the account itself; `by_link`: also in a session that is for one task."""

    by_link: bool = False


@dataclass(frozen=True, slots=True)
class OfDossier:
    """A verb on, or a trigger of, the dossier {assessment_id} of the path. The step itself asks again, locked."""

    verb: str = "view"
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class OfStep:
    """The trigger {trigger} of the path, of the dossier {assessment_id}."""


@dataclass(frozen=True, slots=True)
class OfRound:
    """A verb on the round {round_id} of the path; `by_body`: or on what one body decides on in it."""

    verb: str
    by_body: bool = False


@dataclass(frozen=True, slots=True)
class OfRequest:
    """A verb on a dossier of the request for opinions {request_id} of the path; "opine" where the account was asked."""

    verb: str


@dataclass(frozen=True, slots=True)
class OfMeeting:
    """A part in the meeting {meeting_id} of the path: to hold it, or to read what is before it."""

    part: meeting_page.Part


@dataclass(frozen=True, slots=True)
class OfBox:
    """A part in the ballot box {box_id} of the path: to hold it, close it, vote in it, or see how far it is."""

    part: box_page.Part


@dataclass(frozen=True, slots=True)
class OfApproval:
    """A part in what is asked for, {approval_id} of the path: to see it, or to answer what another one asked."""

    part: approvals.Part


@dataclass(frozen=True, slots=True)
class Everywhere:
    """A verb in every round."""

    verb: str


Asks = Nobody | Step | Own | OfDossier | OfStep | OfRound | OfRequest | OfMeeting | OfBox | OfApproval | Everywhere


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, when, and for what of the path."""

    session: Session
    bearer: Bearer | None
    path: dict[str, int | str]
    now: datetime


def admit(asks: Asks, caller: Caller) -> Dossier | None:
    """Let the caller in, with the facts of the dossier the route is about; NotSignedIn, NotAllowed or Unknown."""
    match asks:
        case Nobody():
            return None
        case Step(awaits):
            _demand_step(caller.bearer, awaits)
            return None
    bearer = caller.bearer
    if bearer is None or not bearer.may_act:
        raise NotSignedIn
    if isinstance(asks, OfStep):
        return _dossier(OfDossier(trigger=str(caller.path[TRIGGER])), bearer, caller)
    if isinstance(asks, OfDossier):
        return _dossier(asks, bearer, caller)
    if isinstance(asks, OfRequest):
        _demand_request(asks, bearer, caller)
        return None
    if bearer.by_link and not (isinstance(asks, Own) and asks.by_link):
        raise NotAllowed("Phiên làm việc mở bằng liên kết chỉ dùng cho đúng nhiệm vụ trong thư.")
    _demand(asks, bearer, caller)
    return None


def _demand(asks: Asks, bearer: Bearer, caller: Caller) -> None:
    match asks:
        case OfRound(verb, by_body):
            _demand_round(caller, bearer, verb, ANY_BODY if by_body else ROUND)
        case OfMeeting(part):
            _demand_meeting(caller, bearer, part)
        case OfBox(part):
            _demand_box(caller, bearer, part)
        case OfApproval(part):
            approvals.demand_part(caller.session, bearer.actor, part, _id(caller, APPROVAL_ID))
        case Everywhere(verb):
            demand_everywhere(caller.session, bearer.actor, verb)


def round_behind(session: Session, path: Mapping[str, int | str]) -> int | None:
    """The round of the meeting or the ballot box that a path names."""
    meeting = session.get(Meeting, int(path[MEETING_ID])) if MEETING_ID in path else None
    box = session.get(BallotBox, int(path[BOX_ID])) if BOX_ID in path else None
    return next((found.round_id for found in (meeting, box) if found is not None), None)


def _demand_step(bearer: Bearer | None, awaits: str) -> None:
    if bearer is None or bearer.awaits != awaits:
        raise NotSignedIn


def _dossier(asks: OfDossier, bearer: Bearer, caller: Caller) -> Dossier:
    key = _id(caller, DOSSIER_ID)
    if bearer.by_link and key != bearer.assessment_id:
        raise _no_dossier(key)
    facts = glance(caller.session, key, actor=bearer.actor, now=caller.now)
    relations = facts.relations & UNIT if bearer.by_link else facts.relations
    if _may(asks, relations, facts) and _in_task(asks, bearer):
        if asks.verb in READING and not asks.trigger:
            _demand_no_conflict(caller, bearer, facts)
        return facts
    if relations & set(VERBS["view"]):
        raise NotAllowed
    raise _no_dossier(key)


def appraises_only(facts: Dossier) -> bool:
    """Whether whoever opens the dossier stands to it as an appraiser and in no other way."""
    return bool(facts.relations) and facts.relations <= {"appraiser", "lead"}


def _demand_no_conflict(caller: Caller, bearer: Bearer, facts: Dossier) -> None:
    """An appraiser opens nothing of a dossier before it has said whether it has a conflict of interest."""
    if appraises_only(facts) and not confirmed(caller.session, bearer.actor, [facts.id]):
        raise NotAllowed(
            "Hãy mở hồ sơ từ bàn thẩm định và xác nhận không có xung đột lợi ích trước khi xem hoặc bổ sung tài liệu."
        )


def _may(asks: OfDossier, relations: Iterable[str], facts: Dossier) -> bool:
    if not asks.trigger:
        return not set(VERBS[asks.verb]).isdisjoint(relations)
    steps = facts.programme.workflow.assessment.transitions
    return any(not set(step.by).isdisjoint(relations) for step in steps if step.do == asks.trigger)


def _in_task(asks: OfDossier, bearer: Bearer) -> bool:
    """A session by link does what its task takes; looking at the dossier is part of every task."""
    if not bearer.by_link:
        return True
    task = TASKS[bearer.task or ""]
    return asks.trigger in task.triggers if asks.trigger else asks.verb in task.verbs


def _demand_round(caller: Caller, bearer: Bearer, verb: str, target: Target) -> None:
    key = _id(caller, ROUND_ID)
    if not can_round(caller.session, bearer.actor, verb, key, target=target):
        if can_round(caller.session, bearer.actor, "view", key, target=target):
            raise NotAllowed("Tài khoản này không có quyền thực hiện việc đó đối với đợt này.")
        raise Unknown(f"đợt số {key}")


def _demand_meeting(caller: Caller, bearer: Bearer, part: meeting_page.Part) -> None:
    key = _id(caller, MEETING_ID)
    found = meeting_page.standing(caller.session, key, bearer.actor)
    if found is None or not found.may("read"):
        raise Unknown(f"phiên họp số {key}")
    if not found.may(part):
        raise NotAllowed("Tài khoản này không có quyền thực hiện việc đó đối với phiên họp này.")


def _demand_box(caller: Caller, bearer: Bearer, part: box_page.Part) -> None:
    key = _id(caller, BOX_ID)
    found = box_page.standing(caller.session, key, bearer.actor)
    if found is None or not found.may("read"):
        raise Unknown(f"hòm phiếu số {key}")
    if not found.may(part):
        raise NotAllowed("Tài khoản này không có quyền thực hiện việc đó đối với hòm phiếu này.")


def _demand_request(asks: OfRequest, bearer: Bearer, caller: Caller) -> None:
    key = _id(caller, REQUEST_ID)
    if bearer.by_link and not _in_round(asks, bearer, caller):
        raise _no_request(key)
    if may(caller.session, bearer.actor, asks.verb, key):
        return
    if not bearer.by_link and any(may(caller.session, bearer.actor, verb, key) for verb in ABOUT_REQUESTS):
        raise NotAllowed("Tài khoản này không có quyền thực hiện việc đó đối với yêu cầu lấy ý kiến này.")
    raise _no_request(key)


def _in_round(asks: OfRequest, bearer: Bearer, caller: Caller) -> bool:
    """A session by a link without a dossier reaches the requests of its round, for what its task takes."""
    request = caller.session.get(OpinionRequest, _id(caller, REQUEST_ID))
    if bearer.assessment_id is not None or request is None or request.round_id != bearer.round_id:
        return False
    return asks.verb in TASKS[bearer.task or ""].verbs


def _no_request(key: int) -> Unknown:
    return Unknown(f"yêu cầu lấy ý kiến số {key}")


def _no_dossier(key: int) -> Unknown:
    return Unknown(f"hồ sơ số {key}")


def _id(caller: Caller, name: str) -> int:
    return int(caller.path[name])
