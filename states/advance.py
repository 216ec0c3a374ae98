"""One entity, one transition: checked, written, chained and told in the caller's transaction. Never commits."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session

from config.graph import Transition
from config.vocabulary import MESSAGES, Need
from models import counts
from models.db import is_sqlite, run
from models.types import to_micros, to_scaled
from states import chain, history
from states.actor import Actor
from states.errors import Stale
from states.facts import Dossier, Facts
from states.hold import hold, hold_round
from states.machine import choose
from states.permits import DOSSIER, ROUND, Target, clauses

OUTBOX = "round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, answer"


@dataclass(frozen=True, slots=True)
class Move:
    """What goes with a transition.

    `columns` are further columns of the row to set; `what` goes into the history row; `payload` is kept beside it
    by salted hash; `tell` gives parameters to the messages the transition tells.
    """

    reason: str = ""
    document_id: int | None = None
    minutes_id: int | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    what: Mapping[str, Any] = field(default_factory=dict)
    payload: Any = None
    tell: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def given(self) -> frozenset[Need]:
        """The needs that are met."""
        met = {Need.REASON: self.reason.strip(), Need.DOCUMENT: self.document_id, Need.MINUTES: self.minutes_id}
        return frozenset(need for need, value in met.items() if value)


class Moved(NamedTuple):
    """Where an entity stands now."""

    id: int
    state: str
    version: int
    seq: int
    hash: bytes


NOTHING = Move()


def advance(
    session: Session,
    assessment_id: int,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
    move: Move = NOTHING,
) -> Moved:
    """Pull a trigger on a dossier; `version` is the one the actor saw (None: whatever is there).

    Raises Unknown, Stale, NotAllowed, or Refused with every refusal.
    """
    return apply(session, seen(hold(session, assessment_id, actor=actor, now=now), version), trigger, actor, move)


def advance_round(
    session: Session, round_id: int, trigger: str, *, actor: Actor, now: datetime, move: Move = NOTHING
) -> Moved:
    """Pull a trigger on a round; raises as `advance`."""
    return apply(session, hold_round(session, round_id, actor=actor, now=now), trigger, actor, move)


def seen(facts: Dossier, version: int | None) -> Dossier:
    """The facts, if they are of the version the actor saw; else Stale."""
    if version is not None and version != facts.version:
        raise Stale
    return facts


def apply(session: Session, facts: Facts, trigger: str, actor: Actor, move: Move = NOTHING) -> Moved:
    """Pull a trigger on an entity that is held."""
    transition = choose(facts, trigger, move.given())
    what = told(facts.state, transition, move)
    if move.payload is not None:
        what["payload"] = history.keep_payload(session, facts.entity, facts.seq + 1, move.payload)
    row = chain.follow(facts.link, trigger, what, actor=actor.name, now=facts.now)
    _write(session, facts, transition, move, row)
    session.expire_all()
    return Moved(facts.id, transition.target, facts.version + 1, row.seq, row.hash)


def told(source: str, transition: Transition, move: Move) -> dict[str, Any]:
    """What a history row says of a transition beside who and when."""
    what: dict[str, Any] = {"from": source, "to": transition.target, **move.what}
    optional = {"reason": move.reason, "document": move.document_id, "minutes": move.minutes_id}
    return what | {name: value for name, value in optional.items() if value}


def stored(value: Any) -> Any:  # noqa: ANN401  any column value
    """A Python value as the driver stores it."""
    if isinstance(value, Decimal):
        return to_scaled(value)
    return to_micros(value) if isinstance(value, datetime) else value


def _write(session: Session, facts: Facts, transition: Transition, move: Move, row: chain.Row) -> None:
    table = "assessment" if isinstance(facts, Dossier) else "round"
    parameters = {
        **history.parameters(row),
        "id": facts.id,
        "now": to_micros(facts.now),
        "state": transition.target,
        "occasion": f"{row.entity}/{row.seq}",
        **{f"set_{name}": stored(value) for name, value in move.columns.items()},
        **{f"about_{name}": json.dumps(move.tell.get(name, {}), sort_keys=True) for name in transition.tells},
    }
    parts = statements(table, tuple(sorted(move.columns)), transition.tells)
    if isinstance(facts, Dossier) and transition.target != facts.state:
        parameters |= counts.moved(facts.body, facts.kind, facts.group, facts.state)
        parts = (*parts, counts.MOVE)
    if is_sqlite(session):
        for part in parts:
            run(session, part, parameters)
    else:
        run(session, together(parts), parameters)


@cache
def statements(table: str, columns: tuple[str, ...], tells: tuple[str, ...]) -> tuple[str, ...]:
    """The statements of one transition: the row, its history, and a mail to everyone who is to be told."""
    sets = "".join(f", {name} = :set_{name}" for name in columns)
    update = (
        f"UPDATE {table} SET state = :state, version = version + 1, seq = :seq, head = :hash, chain_at = :at{sets} "
        "WHERE id = :id"
    )
    return (update, history.INSERT, *(_tell(table, message) for message in tells))


def _tell(table: str, message: str) -> str:
    target, alias = (DOSSIER, "a") if table == "assessment" else (ROUND, "r")
    return tell_sql(message, table, alias, target, f"{alias}.id = :id", ":occasion", f":about_{message}", ":now")


def tell_sql(
    message: str, table: str, alias: str, target: Target, where: str, occasion: str, about: str, due: str
) -> str:
    """The statement that queues a message to its whole audience, each account once."""
    audience = " UNION ".join(
        f"SELECT {target.round}, {target.assessment}, '{message}', g.account_id, {occasion}, {about}, {due}, "
        f"'queued', 0, '' FROM {table} {alias} JOIN account_grant g ON {clause} WHERE {where}"
        for clause in clauses(MESSAGES[message].audience, target)
    )
    return f"INSERT INTO outbox ({OUTBOX}) SELECT * FROM ({audience}) told ORDER BY 2, 4 ON CONFLICT DO NOTHING"


@cache
def together(parts: tuple[str, ...]) -> str:
    """Several statements as one (PostgreSQL)."""
    named = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts[1:], 1))
    return f"WITH {named} {parts[0]}"
