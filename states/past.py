"""What a dossier was at a row of its chain, told by the chain and the content kept beside its rows alone. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

COPIES: Final = ("self", "appraised", "decided")
COPY_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"conclude_appraisal": "appraised", "decide": "decided", "redecide": "decided"}
)
"""The steps whose content is a whole copy of marks that is not the unit's own."""
OTHER_CLOSINGS: Final = frozenset({"request", "extension"})
"""Rows with a closing that is not the dossier's: of a question, or only asked for."""


class Told(NamedTuple):
    """A mark as a row tells of it: points, the entry as it is kept, the note."""

    points: Decimal
    entry: str
    note: str


class Step(NamedTuple):
    """A row of a chain as far as it tells what a dossier was; `content` is None where none was kept, or erased."""

    seq: int
    act: str
    what: Mapping[str, Any]
    content: Any = None


@dataclass(slots=True)
class Past:
    """Where a dossier stood, as its chain tells it; a copy of marks is empty until it is told of."""

    state: str = ""
    closes_at: datetime | None = None
    level: str | None = None
    marks: dict[str, dict[str, Told]] = field(default_factory=lambda: {copy: {} for copy in COPIES})
    totals: dict[str, Decimal] = field(default_factory=dict)
    evidence: set[int] = field(default_factory=set)
    people: set[tuple[int, str]] = field(default_factory=set)
    decision: int | None = None


def past(steps: Iterable[Step]) -> Past:
    """Where a dossier stood after these rows, which begin with its first one and leave none out."""
    made = Past()
    for step in steps:
        _follow(made, step)
    return made


def marks_told(step: Step) -> tuple[str, Mapping[str, Told | None]]:
    """The copy that a row tells marks of, and each of them; None for one that was taken away."""
    if not isinstance(step.content, dict):
        return "", {}
    if "marks" in step.content:
        return COPY_OF.get(step.act, "self"), {code: told(one) for code, one in step.content["marks"].items()}
    if step.act == "appraise" and "criteria" in step.what:
        return "appraised", {code: one and told(one) for code, one in step.content.items()}
    return "", {}


def told(mark: Mapping[str, str]) -> Told:
    """A mark of a payload."""
    return Told(Decimal(mark["points"]), mark["entry"], mark["note"])


def is_whole(step: Step) -> bool:
    """Whether a row tells a whole copy of marks, and not only what changed in it."""
    return isinstance(step.content, dict) and "marks" in step.content


def _follow(made: Past, step: Step) -> None:
    what, content = step.what, step.content if isinstance(step.content, dict) else {}
    made.state = what.get("to", made.state)
    made.decision = what.get("decision", made.decision)
    if what.get("closes_at") and OTHER_CLOSINGS.isdisjoint(what):
        made.closes_at = datetime.fromisoformat(what["closes_at"])
    if "level" in content and "to" in what:
        made.level = content["level"]
    _mark(made, step)
    _pile(made.evidence, step)
    if step.act in {"assign", "unassign"}:
        (made.people.add if step.act == "assign" else made.people.discard)((what["account"], what.get("group", "")))


def _mark(made: Past, step: Step) -> None:
    copy, given = marks_told(step)
    if not copy:
        return
    kept = {} if is_whole(step) else made.marks[copy]
    made.marks[copy] = {code: one for code, one in (kept | dict(given)).items() if one is not None}
    if is_whole(step) and step.content.get("total") is not None:
        made.totals[copy] = Decimal(step.content["total"])


def _pile(evidence: set[int], step: Step) -> None:
    """What was added, taken away, and put back to what it was: that turns each thing it names over."""
    if step.act == "add_evidence":
        evidence.update(step.what["evidence"])
    elif step.act == "remove_evidence":
        evidence.discard(step.what["evidence"])
    elif step.act == "restore_evidence":
        evidence.symmetric_difference_update(step.what["evidence"])
