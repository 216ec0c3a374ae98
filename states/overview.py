"""A running round at a glance: where its dossiers stand and what waits. Read only.

The same few queries whatever the number of dossiers, each as quick at fifty thousand as at fifty: states are counted
as they change, the rest is counted over an index of its own, up to MOST (docs/decisions/0014).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Final, NamedTuple

from sqlmodel import Session

from config.graph import RESTING
from config.programme import Programme
from config.vocabulary import StateKind
from config.workflow import Workflow
from models.assessments import FULL, LATE, UNOPENED
from models.counts import Key, counts
from models.db import run
from models.rounds import milestones
from models.types import from_micros, to_micros
from states.actor import Actor
from states.errors import Unknown
from states.hold import programme_of
from states.permits import bodies

MOST: Final = 1_000
"""What is not counted as it changes is counted as far as this."""
OWN_WORK: Final = ("start_self", "submit", "prepare", "send_draft", "review", "register", "send_dossier")
"""The triggers by which a unit does what a round asks of it."""
BACK: Final = ("revise", "return_dossier")
CONCLUDED: Final = ("conclude_appraisal", "propose", "open_decision")
"""The triggers that end an appraisal."""


class Watched(NamedTuple):
    """A launched round, as far as the actor may see it: `bodies` are those it is limited to, None if to none."""

    id: int
    title: str
    state: str
    launched_at: datetime
    programme: Programme
    bodies: frozenset[str] | None

    @property
    def workflow(self) -> Workflow:
        """Its workflow."""
        return self.programme.workflow

    @property
    def label(self) -> str:
        """What its state is called."""
        return self.workflow.round.states[self.state].label

    @property
    def is_over(self) -> bool:
        """Whether nothing in it is awaited any more."""
        return self.workflow.round.states[self.state].kind in RESTING


class Group(NamedTuple):
    """Dossiers of one kind and group, by state."""

    kind: str
    name: str
    states: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


class Waiting(NamedTuple):
    """What waits for the round's owner, or for a unit that has to be told; MOST + 1 stands for more than MOST."""

    unopened: int
    full: int
    late: int
    extensions: int
    difficulties: int
    undelivered: int
    queued: int
    failed_jobs: int


class Closing(NamedTuple):
    """A stage that closes, for which kinds; `for_all` when for every kind of the round."""

    at: datetime
    label: str
    kinds: Sequence[str]
    for_all: bool


class Overview:
    """The dossiers of a round by group and state, and what follows from their number."""

    def __init__(self, watched: Watched, found: Mapping[Key, int]) -> None:
        self.watched = watched
        self.found = {key: n for key, n in found.items() if watched.bodies is None or key.body in watched.bodies}

    @cached_property
    def states(self) -> dict[str, int]:
        """Dossiers by state, in the order of the workflow, those that are there."""
        sums = Counter[str]()
        for key, n in self.found.items():
            sums[key.state] += n
        return {name: sums[name] for name in self.watched.workflow.assessment.states if sums[name]}

    @cached_property
    def groups(self) -> list[Group]:
        """Dossiers by kind, in the order of the programme, and group."""
        sums: dict[tuple[str, str], Counter[str]] = {}
        for key, n in self.found.items():
            sums.setdefault((key.kind, key.group), Counter())[key.state] += n
        kinds = list(self.watched.programme.subject_kinds)
        return [Group(*own, sums[own]) for own in sorted(sums, key=lambda own: (kinds.index(own[0]), own[1]))]

    @cached_property
    def total(self) -> int:
        """All dossiers but those that have left the round."""
        kinds = self.watched.workflow.assessment.states
        return sum(n for state, n in self.states.items() if kinds[state].kind is not StateKind.FINAL)

    @property
    def handed_in(self) -> int:
        """How many units have done their own part."""
        return self.total - self._among(unit_states(self.watched.workflow))

    @property
    def appraised(self) -> int:
        """How many dossiers have been appraised."""
        return self._among(appraised_states(self.watched.workflow))

    @property
    def settled(self) -> int:
        """How many dossiers have a result."""
        kinds = self.watched.workflow.assessment.states
        return self._among(name for name in kinds if kinds[name].kind is StateKind.SETTLED)

    def _among(self, names: Iterable[str]) -> int:
        return sum(self.states.get(name, 0) for name in set(names))


def watch(session: Session, actor: Actor, round_id: int, *, verb: str = "view") -> Watched:
    """The round, whose permit was asked before; Unknown unless it was launched."""
    sql = (
        "SELECT r.title, r.state, r.launched_at, v.digest FROM round r JOIN programme_version v "
        "ON v.id = r.programme_version_id WHERE r.id = :round AND r.launched_at IS NOT NULL"
    )
    row = run(session, sql, {"round": round_id}).fetchone()
    if row is None:
        raise Unknown(f"đợt số {round_id}")
    limits = bodies(session, actor, verb, round_id)
    return Watched(round_id, row[0], row[1], from_micros(row[2]), programme_of(session, row[3]), limits)


def overview(session: Session, watched: Watched) -> Overview:
    """Where the dossiers of a round stand."""
    return Overview(watched, counts(session, [watched.id]).get(watched.id, {}))


def unit_states(workflow: Workflow) -> frozenset[str]:
    """The states in which a unit still has to do its own part for the first time, or was locked before it had."""
    machine = workflow.assessment
    sources = {name for step in machine.transitions if step.do in OWN_WORK for name in step.sources}
    again = {step.target for step in machine.transitions if step.do in BACK} - {machine.start}
    locked = {name for name, state in machine.states.items() if state.kind is StateKind.LOCKED}
    return frozenset((sources - again) | locked)


def appraised_states(workflow: Workflow) -> frozenset[str]:
    """The states behind an appraisal."""
    machine = workflow.assessment
    done = {step.target for step in machine.transitions if step.do in CONCLUDED}
    return frozenset(done | {name for name, state in machine.states.items() if state.kind is StateKind.SETTLED})


def narrowed(limits: frozenset[str] | None, column: str = "a.body") -> tuple[str, dict[str, str]]:
    """The condition that keeps to the bodies an actor is limited to, with its parameters."""
    if limits is None:
        return "1 = 1", {}
    given = {f"body_{number}": body for number, body in enumerate(sorted(limits))}
    return f"{column} IN ({', '.join(f':{name}' for name in given) or 'NULL'})", given


def left(workflow: Workflow) -> str:
    """The states in which a dossier is out of the round, as a list in SQL."""
    states = workflow.assessment.states
    return ", ".join(f"'{name}'" for name in states if states[name].kind is StateKind.FINAL) or "NULL"


def full(workflow: Workflow) -> str:
    """Everything is scored, and it is the unit that has to hand it in, in SQL."""
    names = ", ".join(f"'{name}'" for name in sorted(unit_states(workflow))) or "NULL"
    return f"{FULL} AND a.state IN ({names})"


def waiting(session: Session, watched: Watched, now: datetime) -> Waiting:
    """What waits in a round, in one query."""
    condition, given = narrowed(watched.bodies)
    here = f"assessment a WHERE a.round_id = :round AND {condition} AND a.state NOT IN ({left(watched.workflow)})"
    mail = "outbox o" if watched.bodies is None else "outbox o JOIN assessment a ON a.id = o.assessment_id"
    asked = "{table} x CROSS JOIN assessment a WHERE {open} AND a.id = x.assessment_id AND a.round_id = :round"
    parts = (
        *(f"{here} AND {flag} ORDER BY a.sort_name, a.id" for flag in (UNOPENED, full(watched.workflow), LATE)),
        asked.format(table="extension", open="x.granted IS NULL") + f" AND {condition}",
        asked.format(table="difficulty", open="x.answered_at IS NULL") + f" AND {condition}",
        f"{mail} WHERE o.round_id = :round AND o.status IN ('bounced', 'failed') AND {condition}",
        f"{mail} WHERE o.round_id = :round AND o.status = 'queued' AND o.due_at <= :now AND {condition}",
        "job j WHERE j.target = :target AND j.status = 'failed'",
    )
    figures = ", ".join(f"(SELECT count(*) FROM (SELECT 1 FROM {part} LIMIT {MOST + 1}) t)" for part in parts)
    parameters = {"round": watched.id, "target": f"round:{watched.id}", "now": to_micros(now), **given}
    return Waiting(*run(session, f"SELECT {figures}", parameters).fetchone())


def closings(session: Session, watched: Watched) -> list[Closing]:
    """The milestones of a round, by instant, those of the same stage and instant together."""
    found: dict[tuple[datetime, str], list[str]] = {}
    every = milestones(session, watched.id)
    for one in every:
        found.setdefault((one.closes_at, one.stage), []).append(one.kind)
    labels = {deadline.stage: deadline.label for deadline in watched.workflow.deadlines}
    kinds = {one.kind for one in every}
    return [Closing(at, labels.get(stage, stage), own, set(own) == kinds) for (at, stage), own in sorted(found.items())]
