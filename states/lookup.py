"""Finding a unit over all years and programmes by its name without marks, or by its code. Read only."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.workflow import State
from models.db import run
from models.names import folded
from models.types import from_scaled
from states.actor import Actor
from states.desk import name_key
from states.hold import programme_of
from states.permits import DOSSIER, VERBS, allowed
from states.released import told_level

MOST: Final = 30
"""As many units as one page shows; who finds more types more."""
KNOWN: Final = 200_000


class Found(NamedTuple):
    """One dossier of a unit."""

    id: int
    name: str
    state_name: str
    total: Decimal | None
    level: str | None
    rows: int
    round_id: int
    year: int
    programme: Programme

    @property
    def state(self) -> State:
        """Its state, with label and kind."""
        return self.programme.workflow.assessment.states[self.state_name]


class Unit(NamedTuple):
    """A unit with its dossiers, the newest first, and the other names it bore."""

    id: int
    code: str
    name: str
    others: Sequence[str]
    dossiers: Sequence[Found]


@lru_cache(maxsize=KNOWN)
def _plain(name: str) -> str:
    return folded(name)


def units(session: Session, actor: Actor, text: str, *, round_id: int | None = None) -> tuple[list[Unit], bool]:
    """Units of which the actor may check a dossier (of one round), by name, and whether there are more; 3 queries."""
    wanted = folded(text)
    if not wanted:
        return [], False
    names: dict[int, dict[str, None]] = {}
    for key, name in run(session, "SELECT subject_id, name FROM subjectname ORDER BY since DESC").fetchall():
        names.setdefault(key, {})[name] = None
    rows = run(session, "SELECT id, code, name FROM subject").fetchall()
    found = [row for row in rows if _is(wanted, row, names.get(row[0], {}))]
    dossiers = _dossiers(session, actor, [row[0] for row in found], round_id)
    made = [
        Unit(key, code, name, [one for one in names.get(key, {}) if one != name], dossiers[key])
        for key, code, name in sorted(found, key=lambda row: name_key(row[2]))
        if key in dossiers
    ]
    return made[:MOST], len(made) > MOST


def _is(wanted: str, row: Sequence[Any], names: dict[str, None]) -> bool:
    return wanted in _plain(row[1]) or wanted in _plain(row[2]) or any(wanted in _plain(name) for name in names)


def _dossiers(session: Session, actor: Actor, subjects: Sequence[int], round_id: int | None) -> dict[int, list[Found]]:
    among = ", ".join(map(str, subjects)) or "NULL"
    may = "1 = 1" if actor.standing & set(VERBS["audit"]) else allowed("audit", DOSSIER)
    in_round = "" if round_id is None else " AND a.round_id = :round"
    sql = (
        "SELECT a.subject_id, a.id, a.name, a.state, a.decided_total, a.level, a.seq, r.id, r.year, v.digest "
        "FROM assessment a JOIN round r ON r.id = a.round_id JOIN programme_version v ON v.id = r.programme_version_id "
        f"WHERE a.subject_id IN ({among}) AND {may}{in_round} ORDER BY r.year DESC, a.id DESC"
    )
    found: dict[int, list[Found]] = {}
    for subject_id, *row in run(session, sql, {"actor": actor.account_id, "round": round_id}).fetchall():
        total, programme = None if row[3] is None else from_scaled(row[3]), programme_of(session, row[8])
        level = told_level(programme, row[4])
        found.setdefault(subject_id, []).append(Found._make((*row[:3], total, level, *row[5:8], programme)))
    return found
