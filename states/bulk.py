"""One trigger over many dossiers: decided once for each group of equal facts, written set-based. Never commits."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from sqlmodel import Session

from config.graph import Transition
from config.programme import Programme
from models import counts
from models.db import is_sqlite, locks_rows, put_many, run, run_many
from models.types import to_micros
from states import chain, history
from states.actor import Actor
from states.advance import NOTHING, Move, stored, tell_sql, told
from states.errors import NotAllowed, Refusal, Refused
from states.guards import GUARDS
from states.hold import DOSSIER_COLUMNS, DOSSIER_TABLES, FIELDS, dossier, programme_of, share_round
from states.machine import choose
from states.permits import DOSSIER, relations_of, standing

COMMON = ("state", "kind", "closes_at")
ALIKE = frozenset({"now", "round_state", "programme", "windows", "intended"})
"""Facts that are the same for all dossiers of a round in one act, or follow from COMMON."""
Found = tuple[Any, ...]
Key = Callable[[Found], Any]
ID, ROUND_ID, STATE, SEQ, HEAD, CHAIN_AT, KIND, GROUP, BODY, RELATIONS = map(
    FIELDS.index,
    ("id", "round_id", "state", "seq", "head", "chain_at", "kind", "group", "body", "relations"),
)


class Bulk(NamedTuple):
    """The dossiers that moved, by id, with their new state; and those that did not, with why."""

    moved: Mapping[int, str]
    refused: Mapping[int, tuple[Refusal, ...]]


class Step(NamedTuple):
    """What dossiers of equal facts do: the transition they take, and what the history says of it."""

    transition: Transition
    told: str


class Chosen(NamedTuple):
    """A dossier as it was read, the transition it takes and the history row that tells of it."""

    found: Found
    transition: Transition
    row: chain.Row


class Act(NamedTuple):
    """Who pulls which trigger when, and what goes with it."""

    session: Session
    trigger: str
    actor: Actor
    now: datetime
    move: Move


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
    act = Act(session, trigger, actor, now, move)
    programme = share_round(session, round_id)
    lock = " FOR UPDATE OF a" if locks_rows(session) else ""
    found = _found(act, programme, round_id, ids=ids, due=due, lock=lock)
    chosen, refused = _choose_all(act, programme, found)
    for transition in {id(one.transition): one.transition for one in chosen}.values():
        group = [one for one in chosen if one.transition is transition]
        _write(act, group, transition, {**move.columns, **(columns or {}).get(transition.target, {})})
    counts.append(session, round_id, _changes(chosen))
    session.expire_all()
    return Bulk({one.found[ID]: one.transition.target for one in chosen}, refused)


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
    act, programme = Act(session, trigger, actor, now, move), _pinned(session, round_id)
    chosen, refused = _choose_all(act, programme, _found(act, programme, round_id, ids=ids))
    return Bulk({one.found[ID]: one.transition.target for one in chosen}, refused)


def _pinned(session: Session, round_id: int) -> Programme:
    sql = "SELECT v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id WHERE r.id = :id"
    return programme_of(session, run(session, sql, {"id": round_id}).fetchone()[0])


def _found(
    act: Act,
    programme: Programme,
    round_id: int,
    *,
    ids: Sequence[int] | None,
    due: bool = False,
    lock: str = "",
) -> list[Found]:
    """The dossiers asked for, as rows of FIELDS."""
    steps = _steps(programme, act.trigger)
    where = f"WHERE a.round_id = :round AND {_among('a.state', {name for step in steps for name in step.sources})}"
    if due:
        where += " AND a.closes_at <= :now AND NOT a.late"
    if due and all(step.kinds for step in steps):
        where += f" AND {_among('a.kind', {name for step in steps for name in step.kinds})}"
    if ids is not None:
        where += f" AND a.id IN ({', '.join(str(int(one)) for one in ids) or 'NULL'})"
    relations = standing(DOSSIER, known=act.actor.account_id is not None, sqlite=is_sqlite(act.session))
    sql = f"SELECT {DOSSIER_COLUMNS}, {relations} {DOSSIER_TABLES} {where} ORDER BY a.id{lock}"
    asked = {"round": round_id, "actor": act.actor.account_id, "now": to_micros(act.now)}
    found: list[Found] = run(act.session, sql, asked).fetchall()
    return found


def _steps(programme: Programme, trigger: str) -> list[Transition]:
    return [step for step in programme.workflow.assessment.transitions if step.do == trigger]


def _among(column: str, names: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in sorted(names)) or 'NULL'})"


def _choose_all(
    act: Act, programme: Programme, found: Iterable[Found]
) -> tuple[list[Chosen], dict[int, tuple[Refusal, ...]]]:
    """Ask once for each group of equal facts; whatever has the same answer is only written."""
    key, now = _key(programme, act.trigger), to_micros(act.now)
    answers: dict[Any, Step | tuple[Refusal, ...]] = {}
    chosen: list[Chosen] = []
    refused: dict[int, tuple[Refusal, ...]] = {}
    for one in found:
        group = key(one), relations_of(act.actor, one[RELATIONS])
        if group not in answers:
            answers[group] = _answer(act, one)
        answer = answers[group]
        if isinstance(answer, Step):
            row = chain.extend(_end(one), act.trigger, answer.told, actor=act.actor.name, now=now)
            chosen.append(Chosen(one, answer.transition, row))
        else:
            refused[one[ID]] = answer
    return chosen, refused


def _key(programme: Programme, trigger: str) -> Key:
    """What the answer to a trigger depends on beside the actor's relations, taken from the row of a dossier."""
    steps = _steps(programme, trigger)
    guards = sorted({call.name for step in steps for call in step.guards})
    clocks = ("chain_at",) if any(step.window for step in steps) else ()
    names = (*COMMON, *clocks, *(name for guard in guards for name in GUARDS[guard].reads if name not in ALIKE))
    return itemgetter(*map(FIELDS.index, dict.fromkeys(names)))


def _end(one: Found) -> chain.End:
    return chain.End(f"assessment:{one[ID]}", one[ROUND_ID], one[SEQ], one[HEAD], one[CHAIN_AT])


def _answer(act: Act, one: Found) -> Step | tuple[Refusal, ...]:
    facts = dossier(act.session, one, act.actor, act.now)
    try:
        transition = choose(facts, act.trigger, act.move.given())
    except Refused as refused:
        return refused.refusals
    except NotAllowed as refused:
        return (Refusal("not_allowed", str(refused)),)
    return Step(transition, chain.canonical(told(facts.state, transition, act.move)))


def _changes(chosen: Iterable[Chosen]) -> counts.Changes:
    """How many dossiers came to each state, and from where."""
    moves = Counter((one[BODY], one[KIND], one[GROUP], step.target, one[STATE]) for one, step, _ in chosen)
    return {(counts.Key(*to), left): n for (*to, left), n in moves.items() if to[-1] != left}


def _write(act: Act, group: Sequence[Chosen], transition: Transition, columns: Mapping[str, Any]) -> None:
    values = {"state": transition.target} | {f"set_{name}": stored(value) for name, value in columns.items()}
    sets = "".join(f", {name} = :set_{name}" for name in columns)
    if is_sqlite(act.session):
        _write_sqlite(act.session, group, sets, values)
    else:
        _write_postgresql(act.session, group, sets, values)
    for message in transition.tells:
        about = act.move.tell.get(message, {})
        tell_all(act.session, message, [one.found[ID] for one in group], about, act.now)


def _write_sqlite(session: Session, group: Sequence[Chosen], sets: str, values: Mapping[str, Any]) -> None:
    update = (
        f"UPDATE assessment SET state = :state, version = version + 1, seq = :seq, head = :hash, chain_at = :at{sets} "
        "WHERE id = :id"
    )
    rows = [{**values, "seq": row.seq, "hash": row.hash, "at": row.at, "id": found[ID]} for found, _, row in group]
    run_many(session, update, rows)
    put_many(session, "history", history.COLUMNS, [one.row for one in group])


def _write_postgresql(session: Session, group: Sequence[Chosen], sets: str, values: Mapping[str, Any]) -> None:
    heads = {
        "ids": [one.found[ID] for one in group],
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
    put_many(session, "history", history.COLUMNS, [one.row for one in group])


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
