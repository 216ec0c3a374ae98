"""One machine of a workflow, of a round or of an assessment: states and steps, and whether they hold."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, Final, Protocol, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    SerializerFunctionWrapHandler,
    WrapSerializer,
    model_serializer,
    model_validator,
)

from config.errors import Defect
from config.vocabulary import GUARDS, MESSAGES, Child, Name, Need, Parameters, Relation, StateKind

RESTING: Final = frozenset({StateKind.SETTLED, StateKind.FINAL})


def listed(value: object) -> object:
    """Let one thing be written without the brackets of a list."""
    return [value] if isinstance(value, str | dict) else value


def _known_message(name: str) -> str:
    if name not in MESSAGES:
        message = f'there is no message "{name}"'
        raise ValueError(message)
    return name


def _mapping(written: object) -> object:
    return dict(written) if isinstance(written, list) else written


def _pairs(value: Mapping[str, Any], handler: SerializerFunctionWrapHandler) -> list[tuple[str, Any]]:
    return list(handler(value).items())


Value = TypeVar("Value")
Ordered = Annotated[Mapping[Name, Value], BeforeValidator(_mapping), WrapSerializer(_pairs)]
"""A mapping whose order people see: kept as pairs in a document, where the keys of a mapping are sorted."""

Message = Annotated[str, AfterValidator(_known_message)]
Names = Annotated[tuple[Name, ...], BeforeValidator(listed)]
OneOrMore = Field(min_length=1)


class Frozen(BaseModel):
    """What every part of a definition is: never changed, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class State(Frozen):
    """Where a round or an assessment may stand, with the words shown for it."""

    label: Annotated[str, Field(min_length=1)]
    kind: StateKind


class GuardCall(Frozen):
    """A guard with its parameters; written "name", {name: {parameters}}, or either under `not`."""

    name: str
    parameters: SerializeAsAny[Parameters]
    negated: bool

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        if isinstance(written, GuardCall):
            return written
        negated = isinstance(written, dict) and set(written) == {"not"}
        called = written["not"] if isinstance(written, dict) and negated else written
        name, given = _one_pair(called, "a guard")
        if name not in GUARDS:
            message = f'there is no guard "{name}"'
            raise ValueError(message)
        return {"name": name, "parameters": GUARDS[name].model_validate(given), "negated": negated}

    @model_serializer
    def _write(self) -> object:
        given = self.parameters.model_dump(mode="json")
        called = {self.name: given} if given else self.name
        return {"not": called} if self.negated else called


class Opening(Frozen):
    """What a transition opens beside the dossier, and under which name; written {child: name}."""

    child: Child
    name: Name

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        if isinstance(written, Opening):
            return written
        child, name = _one_pair(written, "what is opened")
        if child not in set(Child):
            message = f'"{child}" cannot be opened; expected {", ".join(Child)}'
            raise ValueError(message)
        return {"child": child, "name": name}

    @model_serializer
    def _write(self) -> dict[str, str]:
        return {self.child: self.name}


def _one_pair(written: object, what: str) -> tuple[str, object]:
    if isinstance(written, str):
        return written, {}
    if isinstance(written, dict) and len(written) == 1:
        return next(iter(written.items()))
    message = f"{what} is written as a name, or as one name with what it takes"
    raise ValueError(message)


class Transition(Frozen):
    """One step that may be taken; of several for the same trigger and state the first that fits counts."""

    do: Name
    sources: Annotated[Names, OneOrMore] = Field(alias="from")
    target: Name = Field(alias="to")
    by: Annotated[tuple[Relation, ...], BeforeValidator(listed), OneOrMore]
    kinds: Names = Field(default=(), alias="for")
    during: Names = ()
    window: Name | None = None
    guards: Annotated[tuple[GuardCall, ...], BeforeValidator(listed)] = Field(default=(), alias="when")
    opens: Annotated[tuple[Opening, ...], BeforeValidator(listed)] = ()
    needs: Annotated[tuple[Need, ...], BeforeValidator(listed)] = ()
    tells: Annotated[tuple[Message, ...], BeforeValidator(listed)] = ()


class _ForKinds(Protocol):
    @property
    def kinds(self) -> tuple[str, ...]: ...
    def model_copy(self, *, update: Mapping[str, Any]) -> Self: ...


Limited = TypeVar("Limited", bound=_ForKinds)


def spelled(names: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Replace the names of groups by the kinds in them, each kind once; other names stay."""
    return tuple(dict.fromkeys(kind for name in names for kind in groups.get(name, (name,))))


def with_kinds(limited: Limited, groups: Mapping[str, tuple[str, ...]]) -> Limited:
    """Replace the names of groups among the kinds that something is for; other names stay."""
    return limited.model_copy(update={"kinds": spelled(limited.kinds, groups)})


class Machine(Frozen):
    """The states and steps of a round or of an assessment, with the words shown for both."""

    start: Name
    states: Ordered[State]
    triggers: Ordered[Annotated[str, Field(min_length=1)]]
    transitions: tuple[Transition, ...]

    def steps(self, do: str, state: str) -> tuple[Transition, ...]:
        """Return the transitions of a trigger from a state, in the order in which they are tried."""
        return tuple(step for step in self.transitions if step.do == do and state in step.sources)

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """Return every transition from a state."""
        return tuple(step for step in self.transitions if state in step.sources)

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the machine with each name of a group replaced by the kinds in it."""
        steps = tuple(with_kinds(step, groups) for step in self.transitions)
        return self.model_copy(update={"transitions": steps})

    def only_for(self, kind: str) -> Self:
        """Return the machine with the steps that a subject of this kind may take."""
        steps = tuple(step for step in self.transitions if not step.kinds or kind in step.kinds)
        return self.model_copy(update={"transitions": steps})

    def of_kind(self, *kinds: StateKind) -> frozenset[str]:
        """Return the names of the states of these kinds."""
        return frozenset(name for name, state in self.states.items() if state.kind in kinds)

    def reachable(self, start: str) -> frozenset[str]:
        """Return the states that can be reached from a state, itself among them."""
        found, waiting = {start}, [start]
        while waiting:
            new = {step.target for step in self.leaving(waiting.pop())} - found
            found |= new
            waiting.extend(new)
        return frozenset(found)


def defects_of(machine: Machine) -> list[Defect]:
    """Find what keeps a machine from running; the graph is looked at only when all names are known."""
    unknown = [*_check_start(machine), *_check_names(machine), *_check_triggers(machine)]
    return unknown or [defect for check in _CHECKS for defect in check(machine)]


def _check_start(machine: Machine) -> Iterator[Defect]:
    if machine.start not in machine.states:
        yield Defect(("start",), f'the start "{machine.start}" is not among the states')


def _check_names(machine: Machine) -> Iterator[Defect]:
    for index, step in enumerate(machine.transitions):
        path = ("transitions", index)
        for source in step.sources:
            if source not in machine.states:
                yield Defect((*path, "from"), f'there is no state "{source}"')
        if step.target not in machine.states:
            yield Defect((*path, "to"), f'there is no state "{step.target}"')


def _check_triggers(machine: Machine) -> Iterator[Defect]:
    used = {step.do for step in machine.transitions}
    for index, step in enumerate(machine.transitions):
        if step.do not in machine.triggers:
            yield Defect(("transitions", index, "do"), f'the trigger "{step.do}" has no words in "triggers"')
    for name in machine.triggers:
        if name not in used:
            yield Defect(("triggers", name), f'no transition is for the trigger "{name}"')


def _check_reachable(machine: Machine) -> Iterator[Defect]:
    reached = machine.reachable(machine.start)
    for name in machine.states:
        if name not in reached:
            yield Defect(("states", name), f'the state "{name}" cannot be reached from "{machine.start}"')


def _check_ways_out(machine: Machine) -> Iterator[Defect]:
    for name in machine.states:
        if name not in machine.of_kind(*RESTING) and all(step.target == name for step in machine.leaving(name)):
            yield Defect(("states", name), f'there is no way out of "{name}", which is neither settled nor final')


def _check_final(machine: Machine) -> Iterator[Defect]:
    for name in machine.of_kind(StateKind.FINAL):
        for index, step in enumerate(machine.transitions):
            if name in step.sources:
                yield Defect(("transitions", index, "from"), f'the state "{name}" is final and cannot be left')


def _check_traps(machine: Machine) -> Iterator[Defect]:
    resting = machine.of_kind(*RESTING)
    for name in machine.states:
        if machine.reachable(name).isdisjoint(resting):
            yield Defect(("states", name), f'"{name}" is a trap: nothing settled or final can be reached from it')


def _check_alternatives(machine: Machine) -> Iterator[Defect]:
    for (_, first), (index, second) in combinations(enumerate(machine.transitions), 2):
        shared = [state for state in second.sources if state in first.sources]
        if first.do == second.do and shared and _covers(first, second):
            message = f'"{second.do}" from "{shared[0]}" is never tried: an earlier one always fits first'
            yield Defect(("transitions", index), message)


def _covers(first: Transition, second: Transition) -> bool:
    for_all = not first.kinds or (second.kinds and set(second.kinds) <= set(first.kinds))
    return bool(for_all) and all(guard in second.guards for guard in first.guards)


_CHECKS: Final = (_check_reachable, _check_ways_out, _check_final, _check_traps, _check_alternatives)
