"""A workflow as the text of two Mermaid state diagrams."""

from collections.abc import Iterator

from config.graph import Machine, Transition
from config.vocabulary import RELATIONS, StateKind
from config.workflow import Workflow


def diagrams(workflow: Workflow) -> str:
    """Both machines, the round's first; each a diagram of its own under a comment that names it."""
    return "\n".join(
        [
            *_diagram(f"{workflow.slug}: round", workflow.round),
            "",
            *_diagram(f"{workflow.slug}: assessment", workflow.assessment),
        ]
    )


def _diagram(title: str, machine: Machine) -> Iterator[str]:
    yield f"%% {title}"
    yield "stateDiagram-v2"
    for name, state in machine.states.items():
        yield f"    {name}: {_plain(state.label)}"
    yield f"    [*] --> {machine.start}"
    for step in machine.transitions:
        for source in step.sources:
            yield f"    {source} --> {step.target}: {_caption(machine, step)}"
    for name, state in machine.states.items():
        if state.kind is StateKind.FINAL:
            yield f"    {name} --> [*]"


def _caption(machine: Machine, step: Transition) -> str:
    by = ", ".join(RELATIONS[relation] for relation in step.by)
    guards = ", ".join(f"not {call.name}" if call.negated else call.name for call in step.guards)
    return _plain(f"{machine.triggers[step.do]} ({by})") + (f" [{guards}]" if guards else "")


def _plain(text: str) -> str:
    """Text without the signs that end a label in Mermaid."""
    return text.replace(":", " -").replace(";", ",")
