"""Figures of a round for its pictures, each counted by the database in one query, of the dossiers one may see."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.vocabulary import StateKind
from models.db import run
from models.types import EPOCH, SCALE, from_micros, from_scaled
from states.actor import Actor
from states.hold import programme_of
from states.permits import DOSSIER, ROUND, VERBS, allowed, held
from states.released import tells_levels

ALL_SEEING: Final = ("administrator", "authority", "secretary", "auditor")
"""Roles that, limited to no body, see every dossier of a round."""
DAY: Final = 86_400_000_000
OFFSET: Final = 7 * 3_600_000_000
"""Vietnam's hours before those of UTC, for days as the database counts them."""
BINS: Final = 10
FINAL: Final = "coalesce(a.decided_total, a.appraised_total)"


class Scope(NamedTuple):
    """A round, the condition on its dossiers, and the parameters of both."""

    round_id: int
    programme: Programme
    where: str
    given: dict[str, Any]

    @property
    def top(self) -> Decimal:
        """The most that a total may be on any sheet of the programme."""
        return max((use.sheet.total for use in self.programme.sheets), default=Decimal(0))


class Days(NamedTuple):
    """How many dossiers were handed in on which day (their last handing in), of how many, and when they close."""

    counts: Sequence[tuple[date, int]]
    total: int
    closings: Sequence[tuple[datetime, int]]


class Standing(NamedTuple):
    """How many dossiers of a kind and group stand in a state."""

    kind: str
    group: str
    state: str
    dossiers: int


class Compared(NamedTuple):
    """The dossiers of a kind and group with both totals: how many, and both sums."""

    kind: str
    group: str
    dossiers: int
    own: Decimal
    appraised: Decimal


class Cell(NamedTuple):
    """What the dossiers of a row got for a criterion: how many marks, and their sum. A row is a dossier or a group."""

    kind: str
    row: str
    criterion: str
    marks: int
    points: Decimal


class Year(NamedTuple):
    """A round of the programme: dossiers, those handed in, those with a total, and the sum and ends of these."""

    year: int
    dossiers: int
    handed_in: int
    totals: int
    sum: Decimal
    least: Decimal
    most: Decimal


def scope_of(session: Session, actor: Actor, round_id: int, programme: Programme) -> Scope:
    """What the actor may look at in a round; dossiers that left it are not in any picture."""
    given = {"round": round_id, "actor": actor.account_id}
    clause = f"g.account_id = :actor AND {held(ALL_SEEING, ROUND)}"
    sql = f"SELECT 1 FROM round r WHERE r.id = :round AND EXISTS (SELECT 1 FROM account_grant g WHERE {clause})"
    sees_all = actor.standing & set(VERBS["view"]) or run(session, sql, given).fetchone() is not None
    may = "1 = 1" if sees_all else allowed("view", DOSSIER)
    return Scope(round_id, programme, f"a.round_id = :round AND {may} AND a.state NOT IN ({_gone(programme)})", given)


def _gone(programme: Programme) -> str:
    """The states of dossiers that left their round, as SQL lists them."""
    final = sorted(programme.workflow.assessment.of_kind(StateKind.FINAL))
    return ", ".join(f"'{name}'" for name in final) or "NULL"


def days(session: Session, scope: Scope) -> Days:
    """Handing in by day, and the closings with how many dossiers each has."""
    day = f"(a.submitted_at + {OFFSET}) / {DAY}"
    sql = f"SELECT {day}, count(*) FROM assessment a WHERE {scope.where} GROUP BY 1 ORDER BY 1"
    rows = run(session, sql, scope.given).fetchall()
    sql = f"SELECT a.closes_at, count(*) FROM assessment a WHERE {scope.where} GROUP BY 1 ORDER BY 1"
    closings = [(from_micros(at), count) for at, count in run(session, sql, scope.given).fetchall()]
    handed = [((EPOCH + timedelta(days=number)).date(), count) for number, count in rows if number is not None]
    return Days(handed, sum(count for _, count in rows), closings)


def standings(session: Session, scope: Scope) -> list[Standing]:
    """Dossiers by kind, group and state."""
    sql = f"SELECT a.kind, a.group_name, a.state, count(*) FROM assessment a WHERE {scope.where} GROUP BY 1, 2, 3"
    return [Standing(*row) for row in run(session, f"{sql} ORDER BY 1, 2, 3", scope.given).fetchall()]


def _bin(total: str, top: Decimal) -> str:
    """The tenth of the scale that a total lies in, as SQL; the ends hold what lies beyond them."""
    width = int(top.scaleb(SCALE)) // BINS or 1
    return f"CASE WHEN {total} < 0 THEN 0 WHEN {total} >= {width * BINS} THEN {BINS - 1} ELSE {total} / {width} END"


def spread(session: Session, scope: Scope) -> tuple[list[int], list[int]]:
    """How many self totals, and how many appraised (once decided, decided) ones, lie in each tenth of the scale."""
    return _counts(session, scope, "a.self_total"), _counts(session, scope, FINAL)


def _counts(session: Session, scope: Scope, total: str) -> list[int]:
    sql = f"SELECT {_bin(total, scope.top)}, count(*) FROM assessment a WHERE {scope.where} AND {total} IS NOT NULL"
    found = dict(run(session, f"{sql} GROUP BY 1", scope.given).fetchall())
    return [found.get(number, 0) for number in range(BINS)]


def levels(session: Session, scope: Scope) -> dict[str, int]:
    """How many dossiers have which level, by its code; nothing while levels are not told."""
    if not tells_levels(scope.programme):
        return {}
    sql = f"SELECT a.level, count(*) FROM assessment a WHERE {scope.where} AND a.level IS NOT NULL GROUP BY 1"
    found = dict(run(session, sql, scope.given).fetchall())
    return {code: found[code] for code in (*scope.programme.level_labels, *sorted(found)) if code in found}


def compared(session: Session, scope: Scope) -> list[Compared]:
    """Self and appraised totals by kind and group, where both are there."""
    both = "a.self_total IS NOT NULL AND a.appraised_total IS NOT NULL"
    sql = (
        "SELECT a.kind, a.group_name, count(*), sum(a.self_total), sum(a.appraised_total) FROM assessment a "
        f"WHERE {scope.where} AND {both} GROUP BY 1, 2 ORDER BY 1, 2"
    )
    rows = run(session, sql, scope.given).fetchall()
    return [Compared._make((*row[:3], from_scaled(int(row[3])), from_scaled(int(row[4])))) for row in rows]


def cross(session: Session, scope: Scope) -> dict[tuple[int, int], int]:
    """How many dossiers lie in which tenth by their self total and which by the appraised one."""
    own, given = _bin("a.self_total", scope.top), _bin("a.appraised_total", scope.top)
    both = "a.self_total IS NOT NULL AND a.appraised_total IS NOT NULL"
    sql = f"SELECT {own}, {given}, count(*) FROM assessment a WHERE {scope.where} AND {both} GROUP BY 1, 2"
    return {(one, other): count for one, other, count in run(session, sql, scope.given).fetchall()}


def size(session: Session, scope: Scope) -> tuple[int, str]:
    """How many dossiers there are, and the copy of marks to look at: appraised once there is any, else the unit's."""
    sql = f"SELECT count(*), coalesce(sum(a.appraised), 0) FROM assessment a WHERE {scope.where}"
    count, appraised = run(session, sql, scope.given).fetchone()
    return count, "appraised" if appraised else "self"


def cells(session: Session, scope: Scope, copy: str, *, by_dossier: bool) -> list[Cell]:
    """Marks of a copy by criterion, for each dossier or for each group."""
    row = "CAST(a.id AS TEXT)" if by_dossier else "a.group_name"
    sql = (
        f"SELECT a.kind, {row}, m.criterion, count(*), sum(m.points) FROM assessment a JOIN mark m "
        f"ON m.assessment_id = a.id AND m.copy_name = :copy WHERE {scope.where} GROUP BY 1, 2, 3"
    )
    rows = run(session, sql, {**scope.given, "copy": copy}).fetchall()
    return [Cell._make((*found[:4], from_scaled(int(found[4])))) for found in rows]


def names(session: Session, scope: Scope) -> dict[str, str]:
    """What the dossiers are called, by id as text."""
    sql = f"SELECT a.id, a.name FROM assessment a WHERE {scope.where} ORDER BY a.id"
    return {str(key): name for key, name in run(session, sql, scope.given).fetchall()}


def years(session: Session, actor: Actor, programme: Programme) -> list[Year]:
    """The rounds of a programme by year, each with the dossiers that the actor may see; the oldest first."""
    sql = (
        f"SELECT r.year, count(*), count(a.submitted_at), count({FINAL}), coalesce(sum({FINAL}), 0), "
        f"coalesce(min({FINAL}), 0), coalesce(max({FINAL}), 0) FROM assessment a JOIN round r ON r.id = a.round_id "
        f"WHERE {_of_years(actor, programme)} GROUP BY 1 ORDER BY 1"
    )
    rows = run(session, sql, {"slug": programme.slug, "actor": actor.account_id}).fetchall()
    return [Year(*row[:4], *(from_scaled(int(one)) for one in row[4:])) for row in rows]


def levels_by_year(session: Session, actor: Actor, programme: Programme) -> dict[int, dict[str, int]]:
    """How many dossiers got which level, by year, in the rounds that tell their levels."""
    sql = (
        "SELECT r.year, a.level, v.digest, count(*) FROM assessment a JOIN round r ON r.id = a.round_id "
        "JOIN programme_version v ON v.id = r.programme_version_id "
        f"WHERE {_of_years(actor, programme)} AND a.level IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    found: dict[int, dict[str, int]] = {}
    for year, level, digest, count in run(session, sql, {"slug": programme.slug, "actor": actor.account_id}).fetchall():
        if tells_levels(programme_of(session, digest)):
            by_level = found.setdefault(year, {})
            by_level[level] = by_level.get(level, 0) + count
    return found


def _of_years(actor: Actor, programme: Programme) -> str:
    may = "1 = 1" if actor.standing & set(VERBS["view"]) else allowed("view", DOSSIER)
    left = f"a.state NOT IN ({_gone(programme)})"
    return f"r.slug = :slug AND r.launched_at IS NOT NULL AND r.state <> 'cancelled' AND {left} AND {may}"
