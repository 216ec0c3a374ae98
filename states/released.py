"""Results of a round once they are released: after its report, and of each dossier after its announcement. Read only.

A round is released by the step that tells its readers that the report is there. Of a dossier that is being decided
again nothing is shown until that is announced too.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import LevelStatus, Programme
from config.vocabulary import StateKind
from models.db import run
from models.names import folded
from models.types import from_scaled
from states.actor import Actor
from states.desk import Desk
from states.errors import refuse
from states.hold import programme_of
from states.permits import DOSSIER, ROUND, VERBS, allowed, held

PAGE: Final = 100


class Result(NamedTuple):
    """One dossier with its result; without figures while it is decided again."""

    id: int
    name: str
    kind: str
    group: str
    state: str
    self_total: Decimal | None
    appraised_total: Decimal | None
    decided_total: Decimal | None
    level: str | None
    place: int | None
    tied: bool
    reason: str


class Sought(NamedTuple):
    """What of the results is asked for; nothing asked is everything."""

    search: str = ""
    kind: str = ""
    group: str = ""
    level: str = ""
    page: int = 1


class Results(NamedTuple):
    """A page of results, how many there are in all, and what there is to ask for."""

    rows: Sequence[Result]
    total: int
    pages: int
    page: int
    kinds: Sequence[str]
    groups: Sequence[str]
    levels: Sequence[str]


class Readable(NamedTuple):
    """A round that an account reads the results of."""

    id: int
    title: str
    label: str
    released: bool


def readable(session: Session, actor: Actor) -> list[Readable]:
    """The rounds whose results the account reads and that it may not look at otherwise, the newest first."""
    clause = f"g.account_id = :actor AND {held(['reader'], ROUND)}"
    sql = (
        "SELECT r.id, r.title, r.state, v.digest FROM round r JOIN programme_version v "
        "ON v.id = r.programme_version_id WHERE r.launched_at IS NOT NULL AND r.state <> 'cancelled' "
        f"AND EXISTS (SELECT 1 FROM account_grant g WHERE {clause}) ORDER BY r.id DESC"
    )
    rows = run(session, sql, {"actor": actor.account_id}).fetchall()
    return [_readable(key, title, state, programme_of(session, digest)) for key, title, state, digest in rows]


def _readable(key: int, title: str, state: str, programme: Programme) -> Readable:
    return Readable(key, title, programme.workflow.round.states[state].label, is_released(programme, state))


def is_released(programme: Programme, round_state: str) -> bool:
    """Whether the readers of a round in this state have been told of its report."""
    machine = programme.workflow.round
    told = {step.target for step in machine.transitions if "report_ready" in step.tells}
    return any(round_state in machine.reachable(state) for state in told)


def told_level(programme: Programme, level: str | None) -> str | None:
    """A decided level, as far as it may be told: not while nobody has confirmed the bands (RULES 7.1)."""
    return level if tells_levels(programme) else None


def tells_levels(programme: Programme) -> bool:
    """Whether decided levels are told at all; while bands are unconfirmed only the unit's proposal is (RULES 7.1)."""
    return programme.rating is not None or programme.levels.status is LevelStatus.CONFIRMED


def told_states(programme: Programme) -> frozenset[str]:
    """The states of a dossier with a result of which its unit knows: settled, and nothing left to announce."""
    machine = programme.workflow.assessment
    pending = {name for step in machine.transitions if "result_announced" in step.tells for name in step.sources}
    return machine.of_kind(StateKind.SETTLED) - pending


def results(session: Session, actor: Actor, round_id: int, programme: Programme, sought: Sought) -> Results:
    """A page of the results that the actor may read, by kind, group and place; in two queries."""
    told, gone = told_states(programme), programme.workflow.assessment.of_kind(StateKind.FINAL)
    by_group = programme.ranking.within == "group"
    order = {kind: place for place, kind in enumerate(programme.subject_kinds)}
    readable = ((*row[:5], told_level(programme, row[5])) for row in _all(session, actor, round_id))
    inside = (row for row in readable if row[4] not in gone)
    every = sorted(inside, key=lambda row: (order[row[2]], row[3] if by_group else ""))
    wanted = [row for row in every if _is(sought, row, told)]
    pages = max(1, -(-len(wanted) // PAGE))
    page = min(max(sought.page, 1), pages)
    shown = _details(session, programme, [row[0] for row in wanted[(page - 1) * PAGE : page * PAGE]])
    return Results(
        rows=[row if row.state in told else _silent(row) for row in shown],
        total=len(wanted),
        pages=pages,
        page=page,
        kinds=[kind for kind in programme.subject_kinds if any(row[2] == kind for row in every)],
        groups=sorted({row[3] for row in every if row[3]}),
        levels=[code for code in programme.level_labels if any(row[5] == code and row[4] in told for row in every)],
    )


def is_pending(session: Session, round_id: int, programme: Programme) -> bool:
    """Whether some dossier has a result that is not announced: a report written now would tell of it."""
    machine = programme.workflow.assessment
    pending = machine.of_kind(StateKind.SETTLED) - told_states(programme)
    among = ", ".join(f"'{name}'" for name in sorted(pending)) or "NULL"
    sql = f"SELECT 1 FROM assessment WHERE round_id = :id AND state IN ({among}) LIMIT 1"
    return run(session, sql, {"id": round_id}).fetchone() is not None


def demand_released(session: Session, own: Desk) -> None:
    """Refused while a round has no results to hand out, or something of them is being decided again."""
    if not is_released(own.programme, own.state):
        raise refuse("released", "Đợt chưa báo cáo; chưa có kết quả để xuất.")
    if is_pending(session, own.id, own.programme):
        raise refuse("pending", "Có kết quả đang được quyết định lại; xuất được khi đã thông báo kết quả đó.")


def _all(session: Session, actor: Actor, round_id: int) -> list[Any]:
    may = "1 = 1" if actor.standing & set(VERBS["results"]) else allowed("results", DOSSIER)
    sql = (
        f"SELECT a.id, a.name, a.kind, a.group_name, a.state, a.level FROM assessment a WHERE a.round_id = :round "
        f"AND {may} ORDER BY a.place IS NULL, a.place, a.decided_total DESC, a.id"
    )
    found: list[Any] = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()
    return found


def _is(sought: Sought, row: Sequence[Any], told: frozenset[str]) -> bool:
    return (
        sought.kind in {"", row[2]}
        and sought.group in {"", row[3]}
        and (not sought.level or (row[5] == sought.level and row[4] in told))
        and (not sought.search or folded(sought.search) in folded(row[1]))
    )


def _details(session: Session, programme: Programme, ids: Sequence[int]) -> list[Result]:
    among = ", ".join(map(str, ids)) or "NULL"
    sql = (
        "SELECT id, name, kind, group_name, state, self_total, appraised_total, decided_total, level, place, tied, "
        f"place_reason FROM assessment WHERE id IN ({among})"
    )
    rows = {row[0]: row for row in run(session, sql).fetchall()}
    return [_result(rows[key], programme) for key in ids]


def _result(row: Sequence[Any], programme: Programme) -> Result:
    totals = (None if one is None else from_scaled(one) for one in row[5:8])
    return Result._make((*row[:5], *totals, told_level(programme, row[8]), row[9], bool(row[10]), row[11] or ""))


def _silent(row: Result) -> Result:
    return row._replace(
        self_total=None, appraised_total=None, decided_total=None, level=None, place=None, tied=False, reason=""
    )
