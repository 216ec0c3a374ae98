"""The pages of guards, messages and triggers, from the vocabulary, the registry and the workflows that come along."""

from collections.abc import Iterator, Mapping
from typing import Final

import states.procedure  # noqa: F401  makes its guards known
from config.graph import Machine, Transition
from config.load import list_programmes, load_programme
from config.programme import Programme
from config.vocabulary import GUARDS, MESSAGES, NEEDS, RELATIONS, ROUND_GUARDS, MessageSpec, Parameters
from notifications.messages import DIGESTED
from states.guards import GUARDS as REGISTRY
from tests.reference.page import Entry, Page, Table, code, doc_of

PROGRAMMES: Final = tuple(load_programme(slug) for slug in list_programmes())


def guards_page() -> Page:
    """Every guard that a workflow may name under `when`."""
    tables = tuple(
        Table(title, "Guard", tuple(_guard(name) for name in GUARDS if (name in ROUND_GUARDS) is of_round), COLUMNS)
        for title, of_round in (("Guards of a dossier", False), ("Guards of a round", True))
    )
    about = (
        "What a workflow may ask under `when` before a step: a name, a name with what it takes, or either under `not`. "
        "All refusals of a step are collected and told together."
    )
    return Page("guards", "Guards", about, tables)


STEPS: Final = ("From → to", "By", "When", "Needs", "Tells")
COLUMNS: Final = ("Takes", "Reads", "Asked by")


def _guard(name: str) -> Entry:
    registered = REGISTRY.get(name)
    about = doc_of(registered.check) if registered else ""
    reads = ", ".join(code(one) for one in registered.reads) if registered else ""
    asked = ", ".join(sorted({one.slug for one in PROGRAMMES if name in _guards_of(one)}))
    return Entry(code(name), about, (_takes(GUARDS[name]), reads, asked))


def _takes(parameters: type[Parameters]) -> str:
    given = ", ".join(code(name) for name in parameters.model_fields)
    return f"{given}: {doc_of(parameters)}" if given else ""


def _guards_of(programme: Programme) -> set[str]:
    return {
        call.name for machine in _machines(programme).values() for step in machine.transitions for call in step.guards
    }


def _machines(programme: Programme) -> Mapping[str, Machine]:
    return {"round": programme.workflow.round, "dossier": programme.workflow.assessment}


def messages_page() -> Page:
    """Every message with whom it is for and what causes it."""
    entries = tuple(_message(name, spec) for name, spec in MESSAGES.items())
    about = (
        "What people are told by mail. A step of a workflow names its messages under `tells`; reminders come by the "
        "calendar of the programme, the rest by the act they speak of. An obligation cannot be turned off."
    )
    columns = ("To", "Takes", "Obligation", "Told by")
    return Page("messages", "Messages", about, (Table("Messages", "Message", entries, columns),))


def _message(name: str, spec: MessageSpec) -> Entry:
    told = sorted({step.do for one in PROGRAMMES for step in _steps(one) if name in step.tells})
    causes = ", ".join(map(code, told)) or ("the calendar, one mail a person" if name in DIGESTED else "its own act")
    to = ", ".join(RELATIONS[one] for one in spec.audience)
    return Entry(code(name), spec.label, (to, _takes(spec.parameters), "yes" if spec.obligation else "no", causes))


def _steps(programme: Programme) -> Iterator[Transition]:
    for machine in _machines(programme).values():
        yield from machine.transitions


def triggers_page() -> Page:
    """Every trigger of every workflow that comes along."""
    tables = tuple(
        Table(
            f"{one.slug}: {what}", "Trigger", tuple(_triggers(machine)), ("From → to", "By", "When", "Needs", "Tells")
        )
        for one in PROGRAMMES
        for what, machine in _machines(one).items()
    )
    about = (
        "Steps of the workflows in `config/workflows`, as `danhgia round advance`, the portal and the API take them. "
        "Drawn in [the diagrams](../diagrams/)."
    )
    return Page("triggers", "Workflow triggers", about, tables)


def _triggers(machine: Machine) -> Iterator[Entry]:
    for step in machine.transitions:
        ways = f"{', '.join(map(code, step.sources))} → {code(step.target)}"
        by = ", ".join(RELATIONS[one] for one in step.by)
        guards = ", ".join(code(f"not {call.name}" if call.negated else call.name) for call in step.guards)
        needs = ", ".join(NEEDS[one] for one in step.needs)
        columns = (ways, by, guards, needs, ", ".join(map(code, step.tells)))
        yield Entry(code(step.do), machine.triggers.get(step.do, ""), columns)
