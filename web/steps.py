"""Steps that need no more than their papers (văn bản, biên bản, lý do): one form, and what each of them does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from actions import boxes, forward, review, spots
from config.vocabulary import MESSAGES, RELATIONS, Need, Relation
from states.advance import Move, advance
from states.facts import Dossier
from states.next_steps import Awaited, Step, awaited, open_steps
from states.tasks import TASKS
from web.edge import Here
from web.words import _

PAPERS: Final[Mapping[Need, str]] = {Need.DOCUMENT: _("văn bản"), Need.MINUTES: _("biên bản")}
"""What is given with number and date, by the name its fields begin with."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a form gave for a step."""

    move: Move = field(default_factory=Move)
    level: str | None = None
    summoned: int | None = None


Work = Callable[[Here, Given], object]


def _with_papers(trigger: str) -> Work:
    """A step that is no more than its papers."""

    def pull(here: Here, given: Given) -> object:
        return advance(here.session, here.dossier.id, trigger, actor=here.actor, now=here.now, move=given.move)

    return pull


def _review(here: Here, given: Given) -> object:
    return review.review(here.session, here.dossier.id, given.move.minutes_id, actor=here.actor, now=here.now)


def _review_again(here: Here, given: Given) -> object:
    return review.review_again(here.session, here.dossier.id, given.move.reason, actor=here.actor, now=here.now)


def _self_rate(here: Here, given: Given) -> object:
    minutes = given.move.minutes_id
    return review.self_rate(
        here.session, here.dossier.id, given.level, minutes_id=minutes, actor=here.actor, now=here.now
    )


def _send_dossier(here: Here, _: Given) -> object:
    return spots.send_dossier(here.session, here.dossier.id, actor=here.actor, now=here.now)


def _send_up(here: Here, given: Given) -> object:
    return forward.send_up(here.session, here.dossier.id, given.move.document_id, actor=here.actor, now=here.now)


def _open_self_ballot(here: Here, given: Given) -> object:
    """A Party organisation votes on its own level: the ballot paper is opened with the step (HT-6.1)."""
    key, actor, now = here.dossier.id, here.actor, here.now
    advance(here.session, key, "open_self_ballot", actor=actor, now=now)
    return boxes.open_box(here.session, "self_rating", [key], summoned=given.summoned, actor=actor, now=now)


SIMPLE: Final = (
    *("accept", "agree_report", "annul", "appraise", "ask_verification", "close_opinions", "commend"),
    *("conclude_verification", "exclude", "prepare", "propose", "recognise", "refuse", "register", "register_late"),
    *("return_dossier", "return_registration", "send_draft", "set_aside", "suggest", "withdraw"),
)
STEPS: Final[Mapping[str, Work]] = {
    **{trigger: _with_papers(trigger) for trigger in SIMPLE},
    "open_self_ballot": _open_self_ballot,
    "review": _review,
    "review_again": _review_again,
    "self_rate": _self_rate,
    "send_dossier": _send_dossier,
    "send_to_province": _send_up,
}
OF_RATING: Final = frozenset({"recognise"})
"""Where levels are given, these are taken on the page of decisions, many at once."""
PLACES: Final[Mapping[str, str]] = {
    "consult": "/assessments/{id}/consult",
    "start_appraisal": "/assessments/{id}/appraise",
    "conclude_appraisal": "/assessments/{id}/appraise",
    "ask_explanation": "/assessments/{id}/questions",
    "enter_result": "",
    "open_decision": "/rounds/{round}/steps/open_decision",
    "second_ballot": "/rounds/{round}/meetings",
    "refer_up": "/rounds/{round}/steps/refer_up",
    "decide": "/rounds/{round}/decisions",
    "announce": "/rounds/{round}/decisions",
    "recognise": "/rounds/{round}/decisions",
    "send_up": "/rounds/{round}/steps/send_up",
    "record_superior_decision": "/rounds/{round}/steps/record_superior_decision",
}
"""Where the other steps ahead are taken; "" where no single dossier takes them."""
QUIETLY: Final = frozenset({"start_self", "submit", "answer_explanation", "report"})
"""Steps that the page of the dossier offers in its own way."""


def steps_here(facts: Dossier) -> frozenset[str]:
    """The triggers that a dossier takes by a form of this kind."""
    return frozenset(STEPS) - (OF_RATING if facts.programme.rating else frozenset())


def offered(here: Here) -> list[Step]:
    """The steps with papers that are open to whoever looks, in a session by link those of its task."""
    return [step for step in open_steps(here.dossier, steps_here(here.dossier)) if in_task(here, step.trigger)]


def in_task(here: Here, trigger: str) -> bool:
    """Whether the session takes the trigger at all."""
    task = TASKS.get(here.account.task or "")
    return not here.account.by_link or (task is not None and trigger in task.triggers)


def elsewhere(here: Here) -> list[tuple[str, str]]:
    """The steps ahead that are open on other pages, by label, with their address."""
    facts, labels = here.dossier, here.dossier.programme.workflow.assessment.triggers
    among = frozenset(PLACES) - steps_here(facts)
    steps = [] if here.account.by_link else open_steps(facts, among)
    found = [(labels[step.trigger], PLACES[step.trigger]) for step in steps]
    return [(label, place.format(id=facts.id, round=facts.round_id)) for label, place in found if place]


def waiting(facts: Dossier) -> list[tuple[str, str]]:
    """The steps ahead that others are to take: what, and who."""
    return [(one.label, _who(facts, one)) for one in awaited(facts)]


def _who(facts: Dossier, one: Awaited) -> str:
    names = list(dict.fromkeys(_named(facts, relation) for relation in one.by))
    return _(" hoặc ").join(name for name in names if not any(name in other for other in names if other != name))


def _named(facts: Dossier, relation: str) -> str:
    bodies = facts.programme.bodies
    known = {
        Relation.ADMINISTRATOR: bodies.owner,
        Relation.APPRAISER: bodies.appraiser,
        Relation.LEAD: bodies.appraiser,
        Relation.AUTHORITY: authority_of(facts),
    }
    return known.get(Relation(relation), _(RELATIONS[Relation(relation)]))


def authority_of(facts: Dossier) -> str:
    """What the body that decides on a dossier is called."""
    authority = facts.programme.authorities.get(facts.body)
    return authority.label if authority else facts.programme.bodies.authority


def told(facts: Dossier, step: Step) -> list[str]:
    """Whom a step tells by mail."""
    audience = (relation for name in step.tells for relation in MESSAGES[name].audience)
    return list(dict.fromkeys(_named(facts, relation) for relation in audience))


def parts(here: Here) -> dict[str, Any]:
    """What a page shows of the steps of its dossier."""
    steps = offered(here)
    ahead = [step for step in steps if not step.is_aside]
    return {
        "ahead": ahead,
        "aside": [step for step in steps if step.is_aside],
        "elsewhere": elsewhere(here),
        "waiting": [] if ahead else waiting(here.dossier),
    }
