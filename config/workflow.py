"""The workflow of a programme: two small machines and the calendar, checked whole when it is built."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from config import calendar
from config.calendar import MonthDay
from config.errors import Defect, refuse
from config.graph import Frozen, GuardCall, Machine, Names, Opening, State, Transition, defects_of, with_kinds
from config.vocabulary import ROUND_GUARDS, Box, Child, Late, Name, Relation, Stage, WorkingDays

__all__ = ["Deadline", "GuardCall", "Machine", "Opening", "State", "Transition", "Workflow"]

_ANY_YEAR: Final = 2001
_MACHINES: Final = frozenset({"round", "assessment"})


class Deadline(Frozen):
    """When one stage closes every year, for which kinds or groups (none: all), and what being late does."""

    stage: Name
    label: Annotated[str, Field(min_length=1)]
    do: Name | None = None
    opens: MonthDay | None = None
    before: MonthDay | None = None
    through: MonthDay | None = None
    kinds: Names = Field(default=(), alias="for")
    late: Late

    def opens_at(self, year: int) -> datetime | None:
        """Return the instant from which the stage is open, None when from the launch on."""
        return None if self.opens is None else calendar.opens_at(self.opens, year)

    def closes_at(self, year: int) -> datetime:
        """Return the exclusive instant at which the stage closes."""
        return calendar.closes_at(year, before=self.before, through=self.through)

    def covers(self, *names: str) -> bool:
        """Tell whether the deadline is for a subject of this kind or group (give both)."""
        return not self.kinds or not set(self.kinds).isdisjoint(names)

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Deadline", [Defect((), message) for message in self._faults()])
        return self

    def _faults(self) -> Iterator[str]:
        if (self.before is None) == (self.through is None):
            yield f'the stage "{self.stage}" needs exactly one of "before" and "through"'
        elif self.opens is not None and calendar.opens_at(self.opens, _ANY_YEAR) >= self.closes_at(_ANY_YEAR):
            yield f'the stage "{self.stage}" closes before it opens'
        if self.late is Late.ZERO and self.do is None:
            yield f'the stage "{self.stage}" is "late: zero" and has no "do" that locks'


class Workflow(Frozen):
    """One workflow, checked whole: whatever is built can be run without getting stuck."""

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = Field(alias="workflow")
    intake: Literal["register", "open"]
    roles: Mapping[Name, Relation]
    round: Machine
    assessment: Machine
    deadlines: tuple[Deadline, ...]

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the workflow with kinds only: each name of a group replaced by the kinds in it."""
        update = {
            "assessment": self.assessment.spelled_out(groups),
            "round": self.round.spelled_out(groups),
            "deadlines": tuple(with_kinds(deadline, groups) for deadline in self.deadlines),
        }
        return self.model_copy(update=update)

    def deadline_of(self, trigger: str) -> Deadline | None:
        """Return the deadline that pulls a trigger, so that it is never pulled before the closing."""
        return next((deadline for deadline in self.deadlines if deadline.do == trigger), None)

    def own_deadline(self, kind: str) -> Deadline | None:
        """Return the deadline that the own closing of a dossier of a kind is of."""
        return next((deadline for deadline in self.deadlines if deadline.covers(kind)), None)

    def is_behind(self, kind: str, state: str) -> bool:
        """Return whether what a dossier's own closing gates is behind it (NA-5.1)."""
        own, leaving = self.own_deadline(kind), self.assessment.leaving(state)
        return own is not None and own.late == Late.REFUSE and all(step.window != own.stage for step in leaving)

    def opened(self, kind: str, state: str, child: Child) -> tuple[str, ...]:
        """Return the names of what may be opened beside a dossier of a kind that stands in a state."""
        steps = [step for step in self.assessment.transitions if step.target == state]
        own = [step for step in steps if not step.kinds or kind in step.kinds]
        names = (opening.name for step in own for opening in step.opens if opening.child is child)
        return tuple(dict.fromkeys(names))

    @property
    def stages(self) -> tuple[str, ...]:
        """Return the names of the stages, each once, in order."""
        return tuple(dict.fromkeys(deadline.stage for deadline in self.deadlines))

    @model_validator(mode="before")
    @classmethod
    def _resolve_roles(cls, written: object) -> object:
        if not isinstance(written, dict) or not isinstance(written.get("roles"), dict):
            return written
        machines = written.keys() & _MACHINES
        return written | {key: _with_relations(written[key], written["roles"]) for key in machines}

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Workflow", [defect for check in _CHECKS for defect in check(self)])
        return self


def _with_relations(machine: object, roles: Mapping[str, object]) -> object:
    if not isinstance(machine, dict) or not isinstance(machine.get("transitions"), list):
        return machine
    return machine | {"transitions": [_resolved(step, roles) for step in machine["transitions"]]}


def _resolved(step: object, roles: Mapping[str, object]) -> object:
    if not isinstance(step, dict) or not isinstance(step.get("by"), str | list):
        return step
    by = [step["by"]] if isinstance(step["by"], str) else step["by"]
    return step | {"by": [roles.get(alias, alias) if isinstance(alias, str) else alias for alias in by]}


Placed = tuple[str, int, Transition]


def _transitions(workflow: Workflow) -> Iterator[Placed]:
    for key, machine in (("round", workflow.round), ("assessment", workflow.assessment)):
        for index, step in enumerate(machine.transitions):
            yield key, index, step


def _calls(workflow: Workflow) -> Iterator[tuple[str, tuple[str, str, int, str, int], GuardCall]]:
    for key, index, step in _transitions(workflow):
        for number, call in enumerate(step.guards):
            yield key, (key, "transitions", index, "when", number), call


def _check_machines(workflow: Workflow) -> Iterator[Defect]:
    for key, machine in (("round", workflow.round), ("assessment", workflow.assessment)):
        for defect in defects_of(machine):
            yield Defect((key, *defect.path), defect.message)


def _check_roles(workflow: Workflow) -> Iterator[Defect]:
    for alias, relation in workflow.roles.items():
        if alias in set(Relation) and alias != relation:
            yield Defect(("roles", alias), f'"{alias}" is itself a relation and cannot stand for "{relation}"')


def _check_during(workflow: Workflow) -> Iterator[Defect]:
    for key, index, step in _transitions(workflow):
        path = (key, "transitions", index, "during")
        if key == "round" and step.during:
            yield Defect(path, '"during" is for the steps of an assessment')
        for state in step.during:
            if state not in workflow.round.states:
                yield Defect(path, f'the round has no state "{state}"')


def _check_windows(workflow: Workflow) -> Iterator[Defect]:
    for key, index, step in _transitions(workflow):
        if step.window is not None and step.window not in workflow.stages:
            message = f'no deadline is for the stage "{step.window}"'
            yield Defect((key, "transitions", index, "window"), message)


def _check_scope(workflow: Workflow) -> Iterator[Defect]:
    for key, path, call in _calls(workflow):
        if (call.name in ROUND_GUARDS) != (key == "round"):
            owner = "the round" if call.name in ROUND_GUARDS else "an assessment"
            yield Defect(path, f'the guard "{call.name}" is on facts of {owner}')


def _check_parameters(workflow: Workflow) -> Iterator[Defect]:
    opened = [opening for step in workflow.assessment.transitions for opening in step.opens]
    boxes = {opening.name for opening in opened if opening.child is Child.BALLOT}
    for _, path, call in _calls(workflow):
        match call.parameters:
            case Stage(stage=stage) if stage not in workflow.stages:
                yield Defect(path, f'no deadline is for the stage "{stage}"')
            case WorkingDays(event=event) if event not in workflow.assessment.triggers:
                yield Defect(path, f'there is no trigger "{event}"')
            case Box(box=box) if box not in boxes:
                yield Defect(path, f'no transition opens the ballot "{box}"')


def _check_deadline_triggers(workflow: Workflow) -> Iterator[Defect]:
    steps = [step for _, _, step in _transitions(workflow)]
    for index, deadline in enumerate(workflow.deadlines):
        by = {relation for step in steps if step.do == deadline.do for relation in step.by}
        if deadline.do is not None and Relation.SYSTEM not in by:
            why = "is not pulled by the system" if by else "does not exist"
            yield Defect(("deadlines", index, "do"), f'the trigger "{deadline.do}" {why}')


def _check_deadline_once(workflow: Workflow) -> Iterator[Defect]:
    for index, deadline in enumerate(workflow.deadlines):
        if deadline.do is not None and workflow.deadline_of(deadline.do) is not deadline:
            yield Defect(("deadlines", index, "do"), f'the trigger "{deadline.do}" belongs to two deadlines')


def _check_deadline_order(workflow: Workflow) -> Iterator[Defect]:
    for path, message in out_of_order(workflow.deadlines, _ANY_YEAR):
        yield Defect(("deadlines", *path), message)


def out_of_order(deadlines: tuple[Deadline, ...], year: int) -> Iterator[tuple[tuple[int], str]]:
    """Name the deadlines that, for some subject, repeat a stage or close before one that stands above."""
    for (_, first), (index, second) in combinations(enumerate(deadlines), 2):
        if not (second.covers(*first.kinds) or first.covers(*second.kinds)):
            continue
        if first.stage == second.stage:
            yield (index,), f'the stage "{second.stage}" has two deadlines for the same subjects'
        elif second.closes_at(year) < first.closes_at(year):
            yield (index,), f'the stage "{second.stage}" closes before "{first.stage}", which stands above it'


_CHECKS: Final = (
    _check_machines,
    _check_roles,
    _check_during,
    _check_windows,
    _check_scope,
    _check_parameters,
    _check_deadline_triggers,
    _check_deadline_once,
    _check_deadline_order,
)
