"""The dossiers that an account may look at, over all rounds, by id: for programs, a page at a time. Read only."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from models.db import run
from models.names import holding, sought
from models.types import from_micros, from_scaled
from states.actor import Actor
from states.hold import programme_of
from states.permits import DOSSIER, VERBS, allowed

COLUMNS: Final = (
    "a.id, a.round_id, a.name, a.kind, a.group_name, a.state, a.version, a.closes_at, a.submitted_at, a.scored, "
    "a.leaves, a.asked, a.late, a.zeroed, a.self_total, v.digest"
)
TABLES: Final = (
    "assessment a JOIN round r ON r.id = a.round_id JOIN programme_version v ON v.id = r.programme_version_id"
)


class Wanted(NamedTuple):
    """What of the dossiers is asked for; nothing asked is everything."""

    round_id: int | None = None
    state: str | None = None
    kind: str | None = None
    group: str | None = None
    search: str = ""
    after: int | None = None
    most: int = 50


class Viewed(NamedTuple):
    """One dossier, as far as a list tells of it."""

    id: int
    round_id: int
    name: str
    kind: str
    group: str
    state: str
    version: int
    closes_at: datetime
    submitted_at: datetime | None
    scored: int
    leaves: int
    asked: int
    late: bool
    zeroed: bool
    self_total: Decimal | None
    programme: Programme

    @property
    def label(self) -> str:
        """What its state is called."""
        return self.programme.workflow.assessment.states[self.state].label


def viewed(session: Session, actor: Actor, wanted: Wanted) -> list[Viewed]:
    """The dossiers behind `after`, one more than `most` where there are more; a new one never moves another."""
    conditions = ["r.launched_at IS NOT NULL", "a.id > :after"]
    if not actor.standing & set(VERBS["view"]):
        conditions.append(allowed("view", DOSSIER))
    given: dict[str, Any] = {"actor": actor.account_id, "after": wanted.after or 0, "most": wanted.most + 1}
    columns = {"round_id": wanted.round_id, "state": wanted.state, "kind": wanted.kind, "group_name": wanted.group}
    for name, value in columns.items():
        if value is not None:
            conditions.append(f"a.{name} = :{name}")
            given[name] = value
    if wanted.search:
        conditions.append("replace(a.sort_name, '~', '') LIKE :search ESCAPE '!'")
        given["search"] = holding(sought(wanted.search))
    sql = f"SELECT {COLUMNS} FROM {TABLES} WHERE {' AND '.join(conditions)} ORDER BY a.id LIMIT :most"
    return [_viewed(session, row) for row in run(session, sql, given).fetchall()]


def _viewed(session: Session, row: Sequence[Any]) -> Viewed:
    values: list[Any] = list(row)
    values[7] = from_micros(row[7])
    values[8] = None if row[8] is None else from_micros(row[8])
    values[12:14] = bool(row[12]), bool(row[13])
    values[14] = None if row[14] is None else from_scaled(row[14])
    values[15] = programme_of(session, row[15])
    return Viewed._make(values)
