"""The dossiers of a round as its staff lists them: filtered, in order, a page at a time from where the last one ended.

A page costs the same wherever it lies: it begins behind a dossier, not at a number.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.workflow import Workflow
from models.assessments import LATE, UNOPENED
from models.db import run
from models.names import holding, sought
from models.types import from_micros
from states.overview import Watched, full, left, narrowed

PAGE: Final = 50
COLUMNS: Final = (
    "a.id, a.name, a.kind, a.group_name, a.state, a.closes_at, a.scored, a.leaves, a.asked, a.late, a.zeroed, "
    "a.opened_at, a.submitted_at"
)
ORDERS: Final = {
    "name": ("a.sort_name, a.id", "ASC", ">"),
    "name_down": ("a.sort_name, a.id", "DESC", "<"),
    "group": ("a.kind, a.group_name, a.sort_name, a.id", "ASC", ">"),
}
"""What a list is ordered by, each over an index."""
TURNED: Final = {"ASC": "DESC", "DESC": "ASC", ">": "<", "<": ">"}
FLAGS: Final[Mapping[str, Callable[[Workflow], str]]] = {
    "unopened": lambda _workflow: UNOPENED,
    "full": full,
    "late": lambda _workflow: LATE,
}


class Wanted(NamedTuple):
    """What of the dossiers is asked for; nothing asked is everything. `after` and `before` are dossiers."""

    search: str = ""
    state: str = ""
    kind: str = ""
    group: str | None = None
    flag: str = ""
    order: str = "name"
    after: int | None = None
    before: int | None = None


class Unit(NamedTuple):
    """One dossier in the list."""

    id: int
    name: str
    kind: str
    group: str
    state: str
    closes_at: datetime
    scored: int
    leaves: int
    asked: int
    late: bool
    zeroed: bool
    opened_at: datetime | None
    submitted_at: datetime | None

    @property
    def is_unopened(self) -> bool:
        """Whether nobody of the unit came to it, and nothing was done for it."""
        return self.opened_at is None and not self.scored and self.submitted_at is None

    @property
    def is_full(self) -> bool:
        """Whether everything is scored and nothing was ever handed in."""
        return 0 < self.leaves <= self.scored and self.submitted_at is None and not self.zeroed


class Page(NamedTuple):
    """Dossiers in order, and whether there are others before and after them."""

    units: Sequence[Unit]
    has_before: bool
    has_after: bool


def listed(session: Session, watched: Watched, wanted: Wanted) -> Page:
    """One page of the dossiers that are asked for."""
    conditions, given = _conditions(watched, wanted)
    columns, way, beyond = ORDERS[wanted.order]
    if wanted.before is not None:
        way, beyond = TURNED[way], TURNED[beyond]
    start = wanted.after if wanted.before is None else wanted.before
    if start is not None:
        conditions.append(f"({columns}) {beyond} (SELECT {columns} FROM assessment a WHERE a.id = :start)")
        given["start"] = start
    order = ", ".join(f"{column} {way}" for column in columns.split(", "))
    sql = f"SELECT {COLUMNS} FROM assessment a WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT {PAGE + 1}"
    rows = [_unit(row) for row in run(session, sql, given).fetchall()]
    more, own = len(rows) > PAGE, rows[:PAGE]
    if wanted.before is not None:
        return Page(own[::-1], more, has_after=True)
    return Page(own, start is not None, more)


def _conditions(watched: Watched, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    condition, given = narrowed(watched.bodies)
    conditions, parameters = ["a.round_id = :round", condition], {"round": watched.id, **given}
    equal = {"state": wanted.state or None, "kind": wanted.kind or None, "group_name": wanted.group}
    for name, value in equal.items():
        if value is not None:
            conditions.append(f"a.{name} = :{name}")
            parameters[name] = value
    if wanted.flag:
        conditions += [FLAGS[wanted.flag](watched.workflow), f"a.state NOT IN ({left(watched.workflow)})"]
    if wanted.search:
        conditions.append("replace(a.sort_name, '~', '') LIKE :search ESCAPE '!'")
        parameters["search"] = holding(sought(wanted.search))
    return conditions, parameters


def _unit(row: Sequence[Any]) -> Unit:
    values: list[Any] = list(row)
    values[5] = from_micros(row[5])
    values[9:11] = bool(row[9]), bool(row[10])
    values[11:13] = [None if at is None else from_micros(at) for at in row[11:13]]
    return Unit._make(values)
