"""A workflow as one shared machine; the only importer of `transitions`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, NamedTuple, cast

from transitions import EventData, Machine

import states.procedure  # noqa: F401  makes its guards known
from config.calendar import deadline_text
from config.graph import Machine as Part
from config.graph import Transition
from config.programme import Programme
from config.vocabulary import Need
from config.workflow import Workflow
from states.errors import NotAllowed, Refusal, Refused, refuse
from states.facts import Dossier, Facts
from states.guards import ask, holds

NEED_SENTENCES = {
    Need.REASON: "Phải ghi lý do cho việc này.",
    Need.DOCUMENT: "Phải nêu văn bản làm căn cứ (số, ngày, người ký).",
    Need.MINUTES: "Phải kèm biên bản.",
}


class Missed(NamedTuple):
    """A transition that did not fit: negated guards that hold, and what else stands against it."""

    ruled_out: list[Refusal]
    found: list[Refusal]


class Step:
    """One try of a trigger: the machine moves `state`, and leaves what it took or why it refused."""

    def __init__(self, facts: Facts, given: frozenset[Need]) -> None:
        self.state = facts.state
        self.facts = facts
        self.given = given
        self.taken: Transition | None = None
        self.permitted = False
        self.missed: list[Missed] = []


_MACHINES: dict[tuple[str, str], Machine] = {}
Rule = Callable[[Step, Transition, Workflow], Iterator[Refusal]]


def _in_stage(step: Step, transition: Transition, workflow: Workflow) -> Iterator[Refusal]:
    if transition.during and step.facts.round_state not in transition.during:
        labels = ", ".join(f"«{workflow.round.states[name].label}»" for name in transition.during)
        yield Refusal("during", f"Việc này chỉ làm được khi đợt ở giai đoạn {labels}.")


def _in_window(step: Step, transition: Transition, _: Workflow) -> Iterator[Refusal]:
    """What the chain has seen close stays closed when the clock steps back: the instant judged is the one recorded."""
    if transition.window is None or not isinstance(step.facts, Dossier):
        return
    span, now = step.facts.windows[transition.window], max(step.facts.now, step.facts.chain_at)
    if span.opens_at is not None and now < span.opens_at:
        yield Refusal("window", f"Chưa đến thời gian thực hiện; thời hạn là {deadline_text(span.closes_at)}.")
    elif now >= span.closes_at:
        yield Refusal("window", f"Đã quá thời hạn: {deadline_text(span.closes_at)}; phần mềm đã khóa.")


def _guarded(step: Step, transition: Transition, _: Workflow) -> Iterator[Refusal]:
    for call in transition.guards:
        refusal = None if call.negated else ask(call.name, call.parameters, step.facts)
        if refusal is not None:
            yield refusal


def _ruled_out(step: Step, transition: Transition) -> Iterator[Refusal]:
    for call in transition.guards:
        if call.negated and ask(call.name, call.parameters, step.facts) is None:
            yield holds(call.name, step.facts)


def _needed(step: Step, transition: Transition, _: Workflow) -> Iterator[Refusal]:
    for need in transition.needs:
        if need not in step.given:
            yield Refusal(f"needs_{need}", NEED_SENTENCES[need])


def _not_early(step: Step, transition: Transition, workflow: Workflow) -> Iterator[Refusal]:
    deadline = workflow.deadline_of(transition.do)
    if deadline is None or not isinstance(step.facts, Dossier):
        return
    closes_at = step.facts.windows[deadline.stage].closes_at
    if step.facts.now < closes_at:
        yield Refusal("not_early", f"Chưa đến hạn: {deadline_text(closes_at)}.")


RULES: tuple[Rule, ...] = (_in_stage, _in_window, _not_early, _guarded, _needed)


def _step(event: EventData) -> Step:
    return cast("Step", event.model)


def _is_for(transition: Transition, event: EventData) -> bool:
    facts = _step(event).facts
    return not transition.kinds or not isinstance(facts, Dossier) or facts.kind in transition.kinds


def _is_permitted(transition: Transition, event: EventData) -> bool:
    step = _step(event)
    permitted = not step.facts.relations.isdisjoint(transition.by)
    step.permitted |= permitted
    return permitted


def _follows_rules(transition: Transition, workflow: Workflow, event: EventData) -> bool:
    step = _step(event)
    found = [refusal for rule in RULES for refusal in rule(step, transition, workflow)]
    ruled_out = list(_ruled_out(step, transition))
    step.missed.append(Missed(ruled_out, found))
    return not found and not ruled_out


def _take(transition: Transition, event: EventData) -> None:
    _step(event).taken = transition


def build(spec: Part, workflow: Workflow) -> Machine:
    """The machine of one part of a workflow; it keeps nothing of the steps it moves."""
    machine = Machine(model=None, states=list(spec.states), initial=spec.start, auto_transitions=False, send_event=True)
    for transition in spec.transitions:
        for source in transition.sources:
            machine.add_transition(
                transition.do,
                source,
                transition.target,
                conditions=[
                    partial(_is_for, transition),
                    partial(_is_permitted, transition),
                    partial(_follows_rules, transition, workflow),
                ],
                before=[partial(_take, transition)],
            )
    return machine


def _machine(programme: Programme, part: Literal["round", "assessment"]) -> Machine:
    key = (programme.digest, part)
    if key not in _MACHINES:
        workflow = programme.workflow
        _MACHINES[key] = build(workflow.round if part == "round" else workflow.assessment, workflow)
    return _MACHINES[key]


def choose(facts: Facts, trigger: str, given: frozenset[Need]) -> Transition:
    """The transition a trigger takes now.

    Raises NotAllowed when no relation of the actor may pull it, Refused with every rule against it: of several
    transitions those against the one that lacks least. That a negated guard holds is told only when nothing else
    is against it.
    """
    machine = _machine(facts.programme, "assessment" if isinstance(facts, Dossier) else "round")
    event: Any = machine.events.get(trigger)
    if event is None or facts.state not in event.transitions:
        raise _not_from_here(facts, trigger)
    step = Step(facts, given)
    event.trigger(step)
    if step.taken is not None:
        return step.taken
    if not step.permitted:
        raise NotAllowed
    nearest = min(step.missed, key=lambda one: (bool(one.ruled_out), len(one.found)))
    raise Refused(dict.fromkeys(nearest.found or nearest.ruled_out))


def demand_open(facts: Dossier, trigger: str) -> None:
    """Demand that `trigger` is open to the actor now, guards and needs apart: then what it acts on may be edited.

    Raises NotAllowed or Refused as `choose`; so a draft is closed in the very instant its submission is.
    """
    workflow = facts.programme.workflow
    steps = [step for step in workflow.assessment.transitions if step.do == trigger and facts.state in step.sources]
    if not steps:
        raise _not_from_here(facts, trigger)
    permitted = [step for step in steps if not facts.relations.isdisjoint(step.by)]
    if not permitted:
        raise NotAllowed
    step = Step(facts, frozenset())
    found = [[*_in_stage(step, one, workflow), *_in_window(step, one, workflow)] for one in permitted]
    if all(found):
        raise Refused(found[0])


def _not_from_here(facts: Facts, trigger: str) -> NotAllowed | Refused:
    workflow = facts.programme.workflow
    spec = workflow.assessment if isinstance(facts, Dossier) else workflow.round
    by = {relation for step in spec.transitions if step.do == trigger for relation in step.by}
    if facts.relations.isdisjoint(by or facts.relations):
        return NotAllowed()
    what = "Hồ sơ" if isinstance(facts, Dossier) else "Đợt"
    label, step = spec.states[facts.state].label, spec.triggers.get(trigger, trigger)
    return refuse("state", f"{what} đang ở trạng thái «{label}»; không thực hiện được bước «{step}» từ đây.")
