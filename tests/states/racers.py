"""What the processes of a race do; a module of its own, so that they start quickly."""

from collections.abc import Sequence
from datetime import datetime
from threading import Barrier
from typing import Literal, NamedTuple

from sqlmodel import Session

from models.db import Database
from states.actor import Actor
from states.advance import Move, advance, advance_round
from states.bulk import bulk
from states.errors import DanhgiaError

PATIENCE = 60
_START: list[Barrier] = []


class Try(NamedTuple):
    """One transaction: a trigger on some dossiers one after the other, on all of them in bulk, or on the round."""

    how: Literal["advance", "bulk", "round"]
    trigger: str
    actor: Actor
    now: datetime
    keys: tuple[int, ...] = ()
    reason: str = ""


Outcome = str | list[str]


def stand_ready(start: Barrier) -> None:
    """Let this process know where the race starts."""
    _START.append(start)


def run_race(url: str, tries: Sequence[Try], *, in_step: bool) -> list[Outcome]:
    """Try everything, with the others at the start or (`in_step`) before each try; what came of each."""
    database = Database(url)
    with database.reading():
        pass
    outcomes: list[Outcome] = []
    for number, one in enumerate(tries):
        if in_step or number == 0:
            _START[0].wait(PATIENCE)
        outcomes.append(_outcome(database, one))
    database.dispose()
    return outcomes


def _outcome(database: Database, one: Try) -> Outcome:
    try:
        with database.writing() as session:
            return _pull(session, one)
    except DanhgiaError as refused:
        return type(refused).__name__


def _pull(session: Session, one: Try) -> list[str]:
    match one.how:
        case "advance":
            move = Move(one.reason)
            moved = (advance(session, key, one.trigger, actor=one.actor, now=one.now, move=move) for key in one.keys)
            return [f"{to.id} {to.state}" for to in moved]
        case "bulk":
            found = bulk(session, 1, one.trigger, actor=one.actor, now=one.now).moved
            return [f"{key} {state}" for key, state in found.items()]
        case "round":
            return [advance_round(session, 1, one.trigger, actor=one.actor, now=one.now).state]
