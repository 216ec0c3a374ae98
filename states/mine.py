"""What an account has before it: dossiers of its units, dossiers assigned to it, rounds it works on. Read only."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.workflow import State
from models.counts import counts
from models.db import run
from models.types import from_micros
from states.actor import Actor
from states.hold import programme_of
from states.overview import unit_states
from states.permits import ANY_BODY, DOSSIER, ROUND, VERBS, clauses, held

COLUMNS: Final = (
    "a.id, a.name, a.state, a.closes_at, a.scored, a.leaves, a.asked, a.submitted_at, a.late, r.id, r.title, r.state, "
    "a.kind, v.digest"
)
TABLES: Final = "JOIN round r ON r.id = a.round_id JOIN programme_version v ON v.id = r.programme_version_id"
UNIT: Final = ("officer", "head")
MOST: Final = 200
"""As many dossiers as one page shows; who has more works from a queue with filters."""


class Mine(NamedTuple):
    """One dossier, as far as a list shows it."""

    id: int
    name: str
    state_name: str
    closes_at: datetime
    scored: int
    leaves: int
    asked: int
    submitted_at: datetime | None
    late: bool
    round_id: int
    round_title: str
    round_state: str
    kind: str
    programme: Programme

    @property
    def state(self) -> State:
        """Its state, with label and kind."""
        return self.programme.workflow.assessment.states[self.state_name]

    @property
    def is_behind(self) -> bool:
        """Whether what its own closing gates is behind it, so that the closing tells nothing more."""
        return self.programme.workflow.is_behind(self.kind, self.state_name)

    @property
    def is_full(self) -> bool:
        """Whether everything is scored."""
        return bool(self.leaves) and self.scored >= self.leaves

    @property
    def awaits_unit(self) -> bool:
        """Whether it is the unit that has to do its own part."""
        return self.state_name in unit_states(self.programme.workflow)


class Round(NamedTuple):
    """One round, with the number of its dossiers in each state that the account may see."""

    id: int
    title: str
    label: str
    counts: Sequence[tuple[State, int]]

    @property
    def total(self) -> int:
        """All dossiers."""
        return sum(count for _, count in self.counts)


def of_units(session: Session, actor: Actor) -> list[Mine]:
    """Dossiers of the account's own units in rounds that have not ended, by closing."""
    found = [_dossiers(session, actor, clause) for clause in clauses(UNIT, DOSSIER)]
    each = {one.id: one for part in found for one in part}
    return sorted(each.values(), key=lambda one: (one.closes_at, one.id))


def assigned(session: Session, actor: Actor) -> list[Mine]:
    """Dossiers assigned to the account that are not out of its hands by a conflict, by closing."""
    clause = held(("appraiser",), DOSSIER)
    own = "a.id IN (SELECT s.assessment_id FROM assignment s WHERE s.account_id = :actor)"
    return _dossiers(session, actor, f"{own} AND {clause}")


def _dossiers(session: Session, actor: Actor, clause: str) -> list[Mine]:
    sql = (
        f"SELECT DISTINCT {COLUMNS} FROM account_grant g JOIN assessment a ON {clause} {TABLES} "
        "WHERE g.account_id = :actor AND r.launched_at IS NOT NULL "
        f"AND r.state NOT IN ('archived', 'cancelled') ORDER BY a.closes_at, a.id LIMIT {MOST}"
    )
    return [_mine(session, row) for row in run(session, sql, {"actor": actor.account_id}).fetchall()]


def _mine(session: Session, row: Sequence[Any]) -> Mine:
    values: list[Any] = list(row)
    values[3] = from_micros(row[3])
    values[7] = None if row[7] is None else from_micros(row[7])
    values[8] = bool(row[8])
    values[13] = programme_of(session, row[13])
    return Mine._make(values)


def rounds(session: Session, actor: Actor) -> list[Round]:
    """Rounds on which the account may look, the newest first, in three queries whatever their number.

    Of a round in which it may look only at what one body decides on, nothing is counted.
    """
    some, whole = (
        f"EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = :actor AND {held(VERBS['view'], target)})"
        for target in (ANY_BODY, ROUND)
    )
    sql = (
        f"SELECT r.id, r.title, r.state, v.digest, {whole} FROM round r JOIN programme_version v "
        f"ON v.id = r.programme_version_id WHERE r.launched_at IS NOT NULL AND {some} ORDER BY r.id DESC"
    )
    rows = run(session, sql, {"actor": actor.account_id}).fetchall()
    found = _counts(session, [row[0] for row in rows if row[4]])
    return [_round(session, row[:4], found) for row in rows]


def _counts(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], int]:
    found: Counter[tuple[int, str]] = Counter()
    for round_id, sums in counts(session, ids).items():
        for key, n in sums.items():
            found[round_id, key.state] += n
    return found


def _round(session: Session, row: Sequence[Any], counts: dict[tuple[int, str], int]) -> Round:
    key, title, state, digest = row
    workflow = programme_of(session, digest).workflow
    states = workflow.assessment.states
    shown = [(states[name], counts[key, name]) for name in states if (key, name) in counts]
    return Round(key, title, workflow.round.states[state].label, shown)
