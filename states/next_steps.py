"""What may come next of a dossier: the steps open to whoever looks, what each wants, and who else is waited for.

Read from facts without a lock; the step itself asks all of it again.
"""

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from config.graph import Transition
from config.vocabulary import Need
from config.workflow import State
from states.errors import NotAllowed, Refusal, Refused
from states.facts import Dossier, RoundFacts
from states.machine import choose
from states.tasks import is_open

ALL_NEEDS: Final = frozenset(Need)
BY_ITSELF: Final = frozenset({"system"})
ASIDE: Final = frozenset(
    {
        *("annul", "annul_and_recognise", "ask_verification", "cancel", "correct", "discard_revision", "exclude"),
        *("expire_explanation", "lapse", "mark_overdue", "mark_own_overdue", "redecide", "refuse", "remove", "reopen"),
        *("reopen_appraisal", "return_dossier", "return_registration", "review_again", "revise", "set_aside"),
        *("suggest", "withdraw"),
    }
)
"""Triggers that lead back or out of the way: offered apart, and nobody waits for them."""


class Step(NamedTuple):
    """A trigger that is open: where it leads, what is to be given with it, whom it tells, what stands against it."""

    trigger: str
    label: str
    target: State
    needs: tuple[Need, ...]
    tells: tuple[str, ...]
    refusals: tuple[Refusal, ...]

    @property
    def is_aside(self) -> bool:
        """Whether it leads back or out of the way."""
        return self.trigger in ASIDE


class Awaited(NamedTuple):
    """A step that somebody else is to take."""

    label: str
    by: tuple[str, ...]


def open_steps(facts: Dossier, among: Collection[str]) -> list[Step]:
    """The steps among some triggers that the actor may take from where the dossier stands, those ahead first."""
    own = dict.fromkeys(step.do for step in _leaving(facts) if step.do in among)
    found = [step_of(facts, trigger) for trigger in own if is_open(facts, trigger)]
    return sorted((step for step in found if step is not None), key=lambda step: step.is_aside)


def step_of(facts: Dossier, trigger: str) -> Step | None:
    """A trigger as the actor may pull it now; None when it may not at all."""
    steps = [step for step in _leaving(facts) if step.do == trigger and not facts.relations.isdisjoint(step.by)]
    if not steps:
        return None
    chosen, refusals = steps[0], tuple[Refusal, ...]()
    try:
        chosen = choose(facts, trigger, ALL_NEEDS)
    except NotAllowed:
        return None
    except Refused as refused:
        refusals = refused.refusals
    workflow = facts.programme.workflow.assessment
    label, target = workflow.triggers[trigger], workflow.states[chosen.target]
    return Step(trigger, label, target, chosen.needs, chosen.tells, refusals)


def round_steps(facts: RoundFacts, among: Collection[str]) -> list[Step]:
    """The steps of a round itself among some triggers that the actor may take from where it stands."""
    machine = facts.programme.workflow.round
    steps = [step for step in machine.leaving(facts.state) if step.do in among]
    able = [step for step in steps if not facts.relations.isdisjoint(step.by)]
    return [_round_step(facts, step) for step in able]


def _round_step(facts: RoundFacts, step: Transition) -> Step:
    machine, refusals = facts.programme.workflow.round, tuple[Refusal, ...]()
    try:
        choose(facts, step.do, ALL_NEEDS)
    except Refused as refused:
        refusals = refused.refusals
    return Step(step.do, machine.triggers[step.do], machine.states[step.target], step.needs, step.tells, refusals)


def awaited(facts: Dossier) -> list[Awaited]:
    """The steps ahead that others are to take, by label; none once the dossier has its result."""
    labels, found = facts.programme.workflow.assessment.triggers, dict[str, tuple[str, ...]]()
    for step in _leaving(facts):
        if step.do not in ASIDE and step.target != facts.state and facts.relations.isdisjoint(step.by):
            by = tuple(relation for relation in step.by if relation not in BY_ITSELF)
            found[step.do] = tuple(dict.fromkeys((*found.get(step.do, ()), *by)))
    return [Awaited(labels[do], by) for do, by in found.items() if by]


def _leaving(facts: Dossier) -> Iterator[Transition]:
    steps = facts.programme.workflow.assessment.leaving(facts.state)
    return (step for step in steps if not step.kinds or facts.kind in step.kinds)
