"""How many dossiers of a round stand in each state: changes are appended, summed when read, and folded now and then.

Nobody waits for a counter: two who move dossiers at the same time append rows of their own (docs/decisions/0014).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlmodel import Field, Index, Session, SQLModel

from models.columns import ID, identity
from models.db import is_sqlite, run, run_many

SPARE: Final = 500
"""So many rows more than needed are folded."""


class RoundCount(SQLModel, table=True):
    """So many dossiers of a kind and group, under a deciding body, left a state ("": were not there) for another.

    The sum of what came and what left is what stands. No foreign key: a step would have to look up the round once
    more, which it holds anyway.
    """

    __tablename__ = "round_count"
    __table_args__ = (Index("ix_round_count_round", "round_id"),)
    id: int = identity()
    round_id: int = Field(sa_type=ID)
    body: str = ""
    kind: str
    group_name: str = ""
    left_state: str = ""
    state: str
    n: int


class Key(NamedTuple):
    """What dossiers are counted by."""

    body: str
    kind: str
    group: str
    state: str


Changes = Mapping[tuple[Key, str], int]
"""How many dossiers came to stand under a key, and from which state."""
COLUMNS: Final = "round_id, body, kind, group_name, left_state, state, n"
APPEND: Final = f"INSERT INTO round_count ({COLUMNS}) VALUES (:round, :body, :kind, :group, :left, :state, :n)"
MOVE: Final = (
    f"INSERT INTO round_count ({COLUMNS}) VALUES (:round_id, :counted_body, :counted_kind, :counted_group, "
    ":counted_from, :state, 1)"
)
"""One dossier leaves a state and comes to another."""


def append(session: Session, round_id: int, changes: Changes) -> None:
    """Write down how many dossiers came from where to where."""
    rows = [{"round": round_id, "left": left, **key._asdict(), "n": n} for (key, left), n in changes.items()]
    run_many(session, APPEND, rows)


def moved(body: str, kind: str, group: str, source: str) -> dict[str, str]:
    """The parameters of MOVE beside the round and the state that is reached."""
    return {"counted_body": body, "counted_kind": kind, "counted_group": group, "counted_from": source}


def counts(session: Session, round_ids: Iterable[int]) -> dict[int, dict[Key, int]]:
    """How many dossiers of each round stand under each key, as far as there are any; of all rounds in one query."""
    listed = ", ".join(str(int(key)) for key in round_ids) or "NULL"
    sql = (
        "SELECT round_id, body, kind, group_name, left_state, state, sum(n) FROM round_count "
        f"WHERE round_id IN ({listed}) GROUP BY round_id, body, kind, group_name, left_state, state"
    )
    found: dict[int, dict[Key, int]] = {}
    for round_id, *row in run(session, sql).fetchall():
        _add(found.setdefault(round_id, {}), row)
    return {round_id: {key: n for key, n in sums.items() if n} for round_id, sums in found.items()}


def _add(sums: dict[Key, int], row: Sequence[Any]) -> None:
    body, kind, group, left, state, n = row
    came = Key(body, kind, group, state)
    sums[came] = sums.get(came, 0) + int(n)
    if left:
        gone = came._replace(state=left)
        sums[gone] = sums.get(gone, 0) - int(n)


def crowded(session: Session) -> list[int]:
    """The rounds with so many appended rows that they are worth folding."""
    sql = (
        "SELECT k.round_id FROM (SELECT round_id, count(*) - 1 AS spare FROM round_count "
        "GROUP BY round_id, body, kind, group_name, left_state, state) k "
        "GROUP BY k.round_id HAVING sum(k.spare) >= :spare ORDER BY k.round_id"
    )
    return [row[0] for row in run(session, sql, {"spare": SPARE}).fetchall()]


def fold(session: Session, round_id: int) -> int:
    """Put one row a key in the place of many; returns how many rows went.

    Rows that are being appended, or folded by somebody else, are left alone.
    """
    sqlite = is_sqlite(session)
    lock = "" if sqlite else " FOR UPDATE SKIP LOCKED"
    sql = (
        "SELECT id, body, kind, group_name, left_state, state, n FROM round_count "
        f"WHERE round_id = :round ORDER BY id{lock}"
    )
    rows = run(session, sql, {"round": round_id}).fetchall()
    sums: dict[Key, int] = {}
    for _, *row in rows:
        _add(sums, row)
    among = "IN (SELECT value FROM json_each(:ids))" if sqlite else "= ANY(:ids::bigint[])"
    ids = [row[0] for row in rows]
    run(session, f"DELETE FROM round_count WHERE id {among}", {"ids": json.dumps(ids) if sqlite else ids})
    append(session, round_id, {(key, ""): n for key, n in sums.items() if n})
    return len(rows)


TRUTH: Final = "SELECT round_id, body, kind, group_name, state, count(*) FROM assessment GROUP BY 1, 2, 3, 4, 5"


def differing(session: Session) -> Iterator[str]:
    """Every key whose count is not the number of its dossiers, in words."""
    true: dict[int, dict[Key, int]] = {}
    for round_id, body, kind, group, state, n in run(session, TRUTH).fetchall():
        true.setdefault(round_id, {})[Key(body, kind, group, state)] = n
    ids = {row[0] for row in run(session, "SELECT DISTINCT round_id FROM round_count").fetchall()} | set(true)
    kept = counts(session, ids)
    for round_id in sorted(ids):
        found, own = true.get(round_id, {}), kept.get(round_id, {})
        for key in sorted(found.keys() | own.keys()):
            if found.get(key, 0) != own.get(key, 0):
                told = ", ".join(part for part in key if part)
                yield f"round {round_id} counts {own.get(key, 0)} of ({told}), and there are {found.get(key, 0)}"
