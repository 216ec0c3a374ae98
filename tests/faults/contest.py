"""What two processes do to the same dossiers at the same time, each in an order of its own."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from actions import self_assess
from actions.decide import Result, decide
from actions.extension import grant_extension
from actions.lock import lock_due
from models.assessments import Assessment
from models.db import Database
from models.people import Account, Grant
from states.actor import Actor, account
from states.advance import advance_round
from states.errors import Refused, Stale
from tests.actions import later
from tests.actions.world import World, at, best, launched, paper, sheet_of
from tests.faults.child import authority, the_round

SUBJECTS: Final = 16
OPEN: Final = 10
CLOSING: Final = at("2024-12-23 00:00")
IN_TIME: Final = CLOSING - timedelta(seconds=1)
SWEEPING: Final = CLOSING + timedelta(seconds=15)
DECIDING: Final = CLOSING + timedelta(hours=9)
ROLES: Final = ("officer", "head")


class Task(NamedTuple):
    """One thing both try to do: an act on a dossier, or a sweep (of dossier 0)."""

    act: str
    assessment_id: int


Won = list[tuple[str, int]]


def prepare(database: Database) -> World:
    """In decision: the first dossiers are drafted and still open by an extension, the others have their 0."""
    world = launched(database, subjects=SUBJECTS)
    now = later.LOCKED
    with database.writing() as session:
        lock_due(session, world.round_id, now=now)
        for number, key in enumerate(world.assessment_ids[:OPEN]):
            document = paper(session, now=now)
            until = (CLOSING - timedelta(days=1)).date()
            grant_extension(
                session, key, until=until, reason="Lũ lụt", document=document, actor=world.administrator, now=now
            )
            filled = best(sheet_of(session, world, key))
            self_assess.save(session, key, filled, actor=world.officers[number], now=now)
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=now)
    return world


def contend(url: str, who: int, seed: int) -> Won:
    """Try everything on every dossier in a random order, then decide on what has locked; what this one won."""
    database, chance = Database(url), Random(f"{seed}/{who}")
    try:
        return [one for task in _tasks(database, chance) for one in _try(database, who, task)]
    finally:
        database.dispose()


def _tasks(database: Database, chance: Random) -> Iterator[Task]:
    with database.reading() as session:
        rows = session.exec(select(Assessment.id, Assessment.state).order_by(col(Assessment.id))).all()
    tasks = [Task("submit" if state == "self_assessing" else "decide", key) for key, state in rows]
    tasks += [Task("lock", 0)] * chance.choice((1, 2, 3))
    yield from chance.sample(tasks, len(tasks))
    yield Task("lock", 0)
    yield from (Task("decide", key) for key, _ in chance.sample(rows, len(rows)))


def _try(database: Database, who: int, task: Task) -> Won:
    acts: dict[str, Callable[[Session, int], Won]] = {
        "submit": partial(_submit, who),
        "lock": _lock,
        "decide": _decide,
    }
    try:
        with database.writing() as session:
            return acts[task.act](session, task.assessment_id)
    except (Refused, Stale):
        return []


def _submit(who: int, session: Session, assessment_id: int) -> Won:
    self_assess.submit(session, assessment_id, actor=_holder(session, assessment_id, ROLES[who]), now=IN_TIME)
    return [("submit", assessment_id)]


def _lock(session: Session, _: int) -> Won:
    moved = lock_due(session, the_round(session), now=SWEEPING).moved
    return [("lock", key) for key in moved]


def _decide(session: Session, assessment_id: int) -> Won:
    decide(session, the_round(session), [Result(assessment_id)], actor=authority(session), now=DECIDING)
    return [("decide", assessment_id)]


def _holder(session: Session, assessment_id: int, role: str) -> Actor:
    chosen = select(Account.id).join(Grant).join(Assessment, col(Assessment.subject_id) == Grant.subject_id)
    return account(session.exec(chosen.where(Assessment.id == assessment_id, Grant.role == role)).one())
