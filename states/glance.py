"""Facts of a dossier or a round for a page: read without a lock; a step that follows from them asks again."""

from datetime import datetime
from functools import cache

from sqlmodel import Session

from models.db import is_sqlite, run
from states.actor import Actor
from states.errors import Unknown
from states.facts import Dossier, RoundFacts
from states.hold import DOSSIER_COLUMNS, DOSSIER_TABLES, NO_LOCK, dossier, round_facts
from states.permits import DOSSIER, standing


def glance(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Dossier:
    """The facts of a dossier as they stand, with the actor's relations to it; Unknown when there is none."""
    sql = _sql(known=actor.account_id is not None, sqlite=is_sqlite(session))
    row = run(session, sql, {"id": assessment_id, "actor": actor.account_id}).fetchone()
    if row is None:
        raise Unknown(f"hồ sơ số {assessment_id}")
    return dossier(session, row, actor, now)


def glance_round(session: Session, round_id: int, *, actor: Actor, now: datetime) -> RoundFacts:
    """The facts of a round as they stand; Unknown when there is none."""
    return round_facts(session, round_id, *NO_LOCK, actor=actor, now=now)


@cache
def _sql(*, known: bool, sqlite: bool) -> str:
    relations = standing(DOSSIER, known=known, sqlite=sqlite)
    return f"SELECT {DOSSIER_COLUMNS}, {relations} {DOSSIER_TABLES} WHERE a.id = :id"
