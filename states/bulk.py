"""One trigger over many dossiers: decided once for each group of equal facts, written set-based. Never commits."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session

from config.graph import Transition
from config.programme import Programme
from config.vocabulary import Need
from models import counts
from models.db import driver, is_sqlite, run, run_many
from models.types import to_micros
from states import chain, history
from states.actor import Actor
from states.advance import NOTHING, Move, stored, tell_sql, told
from states.errors import NotAllowed, Refusal, Refused
from states.facts import Dossier
from states.guards import GUARDS
from states.hold import DOSSIER_COLUMNS, DOSSIER_TABLES, dossier, programme_of, share_round
from states.machine import choose
from states.permits import DOSSIER, standing

COMMON = ("state", "kind", "round_state", "relations", "windows")
Key = tuple[Any, ...]


class Bulk(NamedTuple):
    """The dossiers that moved, by id, with their new state; and those that did not, with why."""

    moved: Mapping[int, str]
    refused: Mapping[int, tuple[Refusal, ...]]


class Chosen(NamedTuple):
    """A dossier, the transition it takes and the history row that tells of it."""

    facts: Dossier
    transition: Transition
    row: chain.Row


def bulk(  # noqa: PLR0913  what moves, how, who, when, and what goes with it
    session: Session,
    round_id: int,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    ids: Sequence[int] | None = None,
    due: bool = False,
    move: Move = NOTHING,
    columns: Mapping[str, Mapping[str, Any]] | None = None,
) -> Bulk:
    """Pull a trigger on all dossiers of a round, on `ids`, or on those whose time has run out (`due`).

    Dossiers from whose state the trigger does not go are passed over, of the due ones also those of other kinds
    and those already flagged late. `columns` gives, for a target state, further columns to set. Locks the round,
    then the dossiers by id. `reads` of the guards say which facts count.
    """
    held_facts = _hold_all(session, round_id, trigger, actor=actor, now=now, ids=ids, due=due)
    chosen, refused = _choose_all(held_facts, trigger, actor, move)
    for transition in {id(one.transition): one.transition for one in chosen}.values():
        group = [one for one in chosen if one.transition is transition]
        _write(session, group, transition, move, {**move.columns, **(columns or {}).get(transition.target, {})})
    counts.append(session, round_id, _changes(chosen))
    session.expire_all()
    return Bulk({one.facts.id: one.transition.target for one in chosen}, refused)


def preview(
    session: Session,
    round_id: int,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    ids: Sequence[int] | None = None,
    move: Move = NOTHING,
) -> Bulk:
    """What `bulk` would do now; nothing is locked and nothing is written."""
    found = _facts(session, _pinned(session, round_id), round_id, trigger, actor=actor, now=now, ids=ids)
    chosen, refused = _choose_all(found, trigger, actor, move)
    return Bulk({one.facts.id: one.transition.target for one in chosen}, refused)


def _hold_all(
    session: Session,
    round_id: int,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    ids: Sequence[int] | None,
    due: bool,
) -> list[Dossier]:
    programme = share_round(session, round_id)
    lock = "" if is_sqlite(session) else " FOR UPDATE OF a"
    return _facts(session, programme, round_id, trigger, actor=actor, now=now, ids=ids, due=due, lock=lock)


def _pinned(session: Session, round_id: int) -> Programme:
    sql = "SELECT v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id WHERE r.id = :id"
    return programme_of(session, run(session, sql, {"id": round_id}).fetchone()[0])


def _facts(  # noqa: PLR0913  which dossiers, whose, when, and how they are held
    session: Session,
    programme: Programme,
    round_id: int,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    ids: Sequence[int] | None,
    due: bool = False,
    lock: str = "",
) -> list[Dossier]:
    sqlite = is_sqlite(session)
    steps = _steps(programme, trigger)
    where = f"WHERE a.round_id = :round AND {_among('a.state', {name for step in steps for name in step.sources})}"
    if due:
        where += " AND a.closes_at <= :now AND NOT a.late"
    if due and all(step.kinds for step in steps):
        where += f" AND {_among('a.kind', {name for step in steps for name in step.kinds})}"
    if ids is not None:
        where += f" AND a.id IN ({', '.join(str(int(one)) for one in ids) or 'NULL'})"
    relations = standing(DOSSIER, known=actor.account_id is not None, sqlite=sqlite)
    sql = f"SELECT {DOSSIER_COLUMNS}, {relations} {DOSSIER_TABLES} {where} ORDER BY a.id{lock}"
    rows = run(session, sql, {"round": round_id, "actor": actor.account_id, "now": to_micros(now)})
    return [dossier(session, row, actor, now) for row in rows]


def _steps(programme: Programme, trigger: str) -> list[Transition]:
    return [step for step in programme.workflow.assessment.transitions if step.do == trigger]


def _among(column: str, names: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in sorted(names)) or 'NULL'})"


def _choose_all(
    held_facts: Iterable[Dossier], trigger: str, actor: Actor, move: Move
) -> tuple[list[Chosen], dict[int, tuple[Refusal, ...]]]:
    answers: dict[Key, Transition | tuple[Refusal, ...]] = {}
    chosen: list[Chosen] = []
    refused: dict[int, tuple[Refusal, ...]] = {}
    for facts in held_facts:
        key = _key(facts, trigger)
        if key not in answers:
            answers[key] = _answer(facts, trigger, move.given())
        answer = answers[key]
        if isinstance(answer, tuple):
            refused[facts.id] = answer
        else:
            chosen.append(Chosen(facts, answer, _row(facts, trigger, answer, actor, move)))
    return chosen, refused


def _key(facts: Dossier, trigger: str) -> Key:
    steps = _steps(facts.programme, trigger)
    names = sorted({call.name for step in steps for call in step.guards})
    clocks = ("chain_at",) if any(step.window for step in steps) else ()
    fields = (*COMMON, *clocks, *(name for guard in names for name in GUARDS[guard].reads))
    return tuple(_hashable(getattr(facts, name)) for name in fields)


def _hashable(value: Any) -> Any:  # noqa: ANN401  any fact
    return tuple(sorted(value.items())) if isinstance(value, dict) else value


def _answer(facts: Dossier, trigger: str, given: frozenset[Need]) -> Transition | tuple[Refusal, ...]:
    try:
        return choose(facts, trigger, given)
    except Refused as refused:
        return refused.refusals
    except NotAllowed as refused:
        return (Refusal("not_allowed", str(refused)),)


def _changes(chosen: Iterable[Chosen]) -> counts.Changes:
    """How many dossiers came to each state, and from where."""
    moves = ((facts, step.target) for facts, step, _ in chosen if step.target != facts.state)
    return Counter((counts.Key(one.body, one.kind, one.group, to), one.state) for one, to in moves)


def _row(facts: Dossier, trigger: str, transition: Transition, actor: Actor, move: Move) -> chain.Row:
    return chain.follow(facts.link, trigger, told(facts.state, transition, move), actor=actor.name, now=facts.now)


def _write(
    session: Session, group: Sequence[Chosen], transition: Transition, move: Move, columns: Mapping[str, Any]
) -> None:
    values = {"state": transition.target} | {f"set_{name}": stored(value) for name, value in columns.items()}
    sets = "".join(f", {name} = :set_{name}" for name in columns)
    if is_sqlite(session):
        _write_sqlite(session, group, sets, values)
    else:
        _write_postgresql(session, group, sets, values)
    for message in transition.tells:
        tell_all(session, message, [one.facts.id for one in group], move.tell.get(message, {}), group[0].facts.now)


def _write_sqlite(session: Session, group: Sequence[Chosen], sets: str, values: Mapping[str, Any]) -> None:
    update = (
        f"UPDATE assessment SET state = :state, version = version + 1, seq = :seq, head = :hash, chain_at = :at{sets} "
        "WHERE id = :id"
    )
    rows = [{**values, **history.parameters(one.row), "id": one.facts.id} for one in group]
    run_many(session, update, rows)
    run_many(session, history.INSERT, rows)


def _write_postgresql(session: Session, group: Sequence[Chosen], sets: str, values: Mapping[str, Any]) -> None:
    heads = {
        "ids": [one.facts.id for one in group],
        "seqs": [one.row.seq for one in group],
        "heads": [one.row.hash for one in group],
        "ats": [one.row.at for one in group],
    }
    update = (
        "UPDATE assessment a SET state = :state, version = version + 1, seq = h.seq, head = h.head, "
        f"chain_at = h.at{sets} "
        "FROM unnest(:ids::bigint[], :seqs::int[], :heads::bytea[], :ats::bigint[]) AS h(id, seq, head, at) "
        "WHERE a.id = h.id"
    )
    run(session, update, {**values, **heads})
    copy_history(session, [one.row for one in group])


def copy_history(session: Session, rows: Iterable[chain.Row]) -> None:
    """Write history rows by COPY (PostgreSQL)."""
    with driver(session).cursor().copy(f"COPY history ({history.COLUMNS}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(tuple(history.parameters(row).values()))


def tell_all(session: Session, message: str, ids: Sequence[int], about: Mapping[str, Any], now: datetime) -> None:
    """Queue a message to its audience for every dossier; its occasion is the last history row of each."""
    among = "IN (SELECT value FROM json_each(:ids))" if is_sqlite(session) else "IN (SELECT unnest(:ids::bigint[]))"
    parameters = {
        "ids": json.dumps(list(ids)) if is_sqlite(session) else list(ids),
        "about": json.dumps(about, sort_keys=True),
        "now": to_micros(now),
    }
    run(session, _tell_all_sql(message, among), parameters)


@cache
def _tell_all_sql(message: str, among: str) -> str:
    occasion = "'assessment' || ':' || a.id || '/' || a.seq"
    return tell_sql(message, "assessment", "a", DOSSIER, f"a.id {among}", occasion, ":about", ":now")
