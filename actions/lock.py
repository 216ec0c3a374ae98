"""The broom behind the deadlines: what has run out is locked, zeroed or flagged late (DN-4.5, DN-4.6, AMB-VG-6)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlmodel import Session

from actions.evidence_files import restore_locked
from actions.self_assess import SEALING
from config.programme import Programme
from config.vocabulary import Late, Relation, StateKind
from config.workflow import Deadline, Workflow
from models.db import run
from models.types import to_micros
from states.actor import SYSTEM
from states.advance import apply
from states.bulk import Bulk, bulk
from states.errors import Refused
from states.facts import RoundFacts
from states.hold import hold_round, own_stage
from states.machine import choose

ZEROED: Mapping[str, Any] = {"self_total": Decimal(0), "zeroed": True}
LATE: Mapping[str, Any] = {"late": True}


def lock_due(session: Session, round_id: int, *, now: datetime) -> Bulk:
    """Do to every dossier whose own `closes_at` has come what its deadline says, then close the round's stages.

    Holds the round against all its dossiers, so that nothing is submitted meanwhile. May run at any time and any
    number of times: what has been done is not done again, and who has an extension is left alone until it ends.
    Of a revision that it interrupts, the evidence returns to what went with the submission that stays in force.
    """
    programme = hold_round(session, round_id, actor=SYSTEM, now=now).programme
    done = [
        bulk(session, round_id, trigger, actor=SYSTEM, now=now, due=True, columns=columns)
        for trigger, columns in _sweeps(programme)
    ]
    restore_locked(session, round_id, set(_closed(programme, done)), now=now)
    done += [
        bulk(session, round_id, deadline.do or "", actor=SYSTEM, now=now, ids=_past(session, round_id, deadline, now))
        for deadline in later_deadlines(programme)
    ]
    _close_stages(session, round_id, now)
    return Bulk(
        {key: state for one in done for key, state in one.moved.items()},
        {key: why for one in done for key, why in one.refused.items()},
    )


def _closed(programme: Programme, done: Iterable[Bulk]) -> Iterator[int]:
    """Those whose working copy is no longer open where they stand now."""
    steps = programme.workflow.assessment.transitions
    is_open = {state for step in steps if step.do in SEALING for state in step.sources}
    return (key for one in done for key, state in one.moved.items() if state not in is_open)


def later_deadlines(programme: Programme) -> list[Deadline]:
    """The deadlines that pull a trigger at a milestone of the round, and not at the dossiers' own `closes_at`."""
    workflow = programme.workflow
    carried = {own_stage(workflow, kind) for kind in programme.subject_kinds}
    return [deadline for deadline in workflow.deadlines if deadline.do and deadline.stage not in carried]


def _past(session: Session, round_id: int, deadline: Deadline, now: datetime) -> list[int]:
    sql = (
        "SELECT a.id FROM assessment a JOIN milestone m ON m.round_id = a.round_id AND m.kind = a.kind "
        "WHERE a.round_id = :round AND m.stage = :stage AND m.closes_at <= :now ORDER BY a.id"
    )
    where = {"round": round_id, "stage": deadline.stage, "now": to_micros(now)}
    return [row[0] for row in run(session, sql, where).fetchall()]


def _sweeps(programme: Programme) -> Iterator[tuple[str, dict[str, Mapping[str, Any]]]]:
    """The triggers of the deadlines that dossiers carry in `closes_at`, with the columns to set."""
    workflow = programme.workflow
    carried = {own_stage(workflow, kind) for kind in programme.subject_kinds}
    for deadline in workflow.deadlines:
        if deadline.do and deadline.stage in carried:
            yield deadline.do, _columns(workflow, deadline)


def _columns(workflow: Workflow, deadline: Deadline) -> dict[str, Mapping[str, Any]]:
    if deadline.late is Late.ZERO:
        return dict.fromkeys(workflow.assessment.of_kind(StateKind.LOCKED), ZEROED)
    return dict.fromkeys(workflow.assessment.states, LATE) if deadline.late is Late.FLAG else {}


def _close_stages(session: Session, round_id: int, now: datetime) -> None:
    facts = hold_round(session, round_id, actor=SYSTEM, now=now)
    trigger = next(filter(partial(_is_open, facts), _by_milestone(facts)), None)
    if trigger is not None:
        apply(session, facts, trigger, SYSTEM)
        _close_stages(session, round_id, now)


def _by_milestone(facts: RoundFacts) -> list[str]:
    """The triggers that the round pulls by itself, from where it is, once a milestone has passed."""
    steps = facts.programme.workflow.round.leaving(facts.state)
    passing = [step for step in steps if any(call.name == "milestone_passed" for call in step.guards)]
    return sorted({step.do for step in passing if Relation.SYSTEM in step.by})


def _is_open(facts: RoundFacts, trigger: str) -> bool:
    try:
        choose(facts, trigger, frozenset())
    except Refused:
        return False
    return True
