"""What each route asks before it does anything: nothing without a reason, else an account, a verb or a trigger.

Nobody learns of a dossier that is not theirs: it is Unknown, as one that does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from actions.sessions import Bearer
from states.errors import NotAllowed, Unknown
from states.facts import Dossier
from states.glance import glance
from states.permits import VERBS, can_round, demand_everywhere
from states.tasks import TASKS, UNIT

DOSSIER_ID = "assessment_id"
ROUND_ID = "round_id"


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
class OfRound:
    """A verb on the round {round_id} of the path."""

    verb: str


@dataclass(frozen=True, slots=True)
class Everywhere:
    """A verb in every round."""

    verb: str


Asks = Nobody | Step | Own | OfDossier | OfRound | Everywhere


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
    if isinstance(asks, OfDossier):
        return _dossier(asks, bearer, caller)
    if bearer.by_link and not (isinstance(asks, Own) and asks.by_link):
        raise NotAllowed("Phiên làm việc mở bằng liên kết chỉ dùng cho đúng nhiệm vụ trong thư.")
    match asks:
        case OfRound(verb):
            _demand_round(caller, bearer, verb)
        case Everywhere(verb):
            demand_everywhere(caller.session, bearer.actor, verb)
    return None


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
        return facts
    if relations & set(VERBS["view"]):
        raise NotAllowed
    raise _no_dossier(key)


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


def _demand_round(caller: Caller, bearer: Bearer, verb: str) -> None:
    key = _id(caller, ROUND_ID)
    if not can_round(caller.session, bearer.actor, verb, key):
        if can_round(caller.session, bearer.actor, "view", key):
            raise NotAllowed("Tài khoản này không có quyền thực hiện việc đó đối với đợt này.")
        raise Unknown(f"đợt số {key}")


def _no_dossier(key: int) -> Unknown:
    return Unknown(f"hồ sơ số {key}")


def _id(caller: Caller, name: str) -> int:
    return int(caller.path[name])
