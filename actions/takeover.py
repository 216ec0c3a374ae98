"""What a launch takes over from the round before: who is in it, who works in it, who appraises whom. Never a mark."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from actions.assign import assign, leaves_in
from actions.spots import is_open
from config.calendar import local_day
from config.programme import Programme
from models.db import run
from models.types import from_micros
from states.actor import Actor
from states.create import Newcomer

ASSIGNED: Final = (
    "SELECT s.account_id, t.email, t.name, t.active, s.criterion_group, a.subject_id, a.name, "
    "EXISTS (SELECT 1 FROM conflict c WHERE c.assessment_id = a.id AND c.account_id = s.account_id), "
    "EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = s.account_id AND g.role IN ('appraiser', 'lead') "
    "AND g.ended_at IS NULL AND g.round_id IS NULL), "
    "EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = s.account_id AND g.subject_id = a.subject_id "
    "AND g.role IN ('officer', 'head') AND g.ended_at IS NULL) "
    "FROM assignment s JOIN assessment a ON a.id = s.assessment_id JOIN account t ON t.id = s.account_id "
    "WHERE a.round_id = :round ORDER BY s.account_id, s.criterion_group, a.id"
)
STAFF: Final = (
    "SELECT DISTINCT g.role, t.email, t.name, t.position FROM account_grant g JOIN account t ON t.id = g.account_id "
    "WHERE g.round_id = :round AND g.ended_at IS NULL AND g.subject_id IS NULL AND g.body IS NULL AND t.active "
    "ORDER BY g.role, t.email"
)
OUTSIDE: Final = (
    "SELECT s.code, s.kind FROM subject s WHERE s.active AND NOT EXISTS "
    "(SELECT 1 FROM assessment a WHERE a.round_id = :round AND (a.subject_id = s.id OR a.agency_id = s.id)) "
    "AND EXISTS (SELECT 1 FROM subjectname n WHERE n.subject_id = s.id AND n.since <= :day) ORDER BY s.code"
)


class Before(NamedTuple):
    """An earlier round of a programme."""

    id: int
    year: int
    title: str
    launched_at: datetime


class Given(NamedTuple):
    """An appraiser, and the subjects whose dossiers (or one criterion group of them) are given to it again."""

    account_id: int
    name: str
    group: str
    subjects: tuple[int, ...]


class Left(NamedTuple):
    """A subject that an appraiser is not given again, and why."""

    name: str
    unit: str
    why: str


class Handover(NamedTuple):
    """What of the assignments is taken over, and what is not."""

    given: Sequence[Given] = ()
    left: Sequence[Left] = ()

    @property
    def dossiers(self) -> int:
        """How many assignments are taken over."""
        return sum(len(one.subjects) for one in self.given)


def round_before(session: Session, slug: str, year: int, round_id: int | None = None) -> Before | None:
    """The last launched round of a programme before a year, or that of an id when it is one of these."""
    sql = (
        "SELECT id, year, title, launched_at FROM round WHERE slug = :slug AND year < :year "
        "AND launched_at IS NOT NULL AND state <> 'cancelled' "
        "AND (id = :id OR :any) ORDER BY year DESC, id DESC LIMIT 1"
    )
    given = {"slug": slug, "year": year, "id": round_id or 0, "any": round_id is None}
    row = run(session, sql, given).fetchone()
    return None if row is None else Before._make((*row[:3], from_micros(row[3])))


def kinds_in(session: Session, before: Before) -> frozenset[str]:
    """The kinds of what the register listed in a round: agencies, where these enter what is assessed."""
    sql = "SELECT DISTINCT s.kind FROM assessment a JOIN subject s ON s.id = coalesce(a.agency_id, a.subject_id)"
    rows = run(session, f"{sql} WHERE a.round_id = :round", {"round": before.id}).fetchall()
    return frozenset(row[0] for row in rows)


def outside(session: Session, before: Before, kinds: Collection[str]) -> list[str]:
    """The codes of those of some kinds that were listed when a round was launched and were not in it."""
    day = local_day(before.launched_at).isoformat()
    rows = run(session, OUTSIDE, {"round": before.id, "day": day}).fetchall()
    return [code for code, kind in rows if kind in kinds]


def staff_of(session: Session, before: Before) -> list[tuple[str, str, str, str]]:
    """Who had a role in exactly that round: role, address, name and position as they are now.

    Who had it for one body only is left out: a launch gives roles for the whole round.
    """
    return [tuple(row) for row in run(session, STAFF, {"round": before.id}).fetchall()]


def handover(
    session: Session,
    before: Before,
    programme: Programme,
    newcomers: Collection[Newcomer],
    appraisers: Collection[str],
) -> Handover:
    """The assignments of a round that can be given again; `appraisers` are the addresses that get the role anew."""
    if is_open(programme):
        return Handover()
    kinds = {one.subject_id: one.kind for one in newcomers}
    rows = [_Assigned(*row) for row in run(session, ASSIGNED, {"round": before.id}).fetchall()]
    whys = [(row, _why_not(row, kinds, programme, appraisers)) for row in rows]
    fit = groupby((row for row, why in whys if not why), key=lambda row: (row.account_id, row.name, row.group))
    given = [Given(*about, tuple(row.subject_id for row in found)) for about, found in fit]
    return Handover(given, [Left(row.name or row.email, row.unit, why) for row, why in whys if why])


class _Assigned(NamedTuple):
    account_id: int
    email: str
    name: str
    active: Any
    group: str
    subject_id: int
    unit: str
    has_conflict: Any
    stands: Any
    is_own: Any


def _why_not(row: _Assigned, kinds: Mapping[int, str], programme: Programme, appraisers: Collection[str]) -> str:
    return next(_hindrances(row, kinds, programme, appraisers), "")


def _hindrances(
    row: _Assigned, kinds: Mapping[int, str], programme: Programme, appraisers: Collection[str]
) -> Iterator[str]:
    if not row.active:
        yield "tài khoản đã ngừng"
    if not row.stands and row.email not in appraisers:
        yield "chưa có quyền thẩm định trong đợt mới"
    if row.subject_id not in kinds:
        yield "đơn vị không có trong đợt mới"
    elif not leaves_in(programme.sheet_for(kinds[row.subject_id]), row.group):
        yield f"biểu mới không có nhóm tiêu chí {row.group}"
    if row.has_conflict:
        yield "đã khai báo xung đột lợi ích ở đợt trước"
    if row.is_own:
        yield "người thẩm định thuộc chính đơn vị này"


def hand_again(session: Session, found: Handover, round_id: int, *, actor: Actor, now: datetime) -> None:
    """Give the dossiers of a new round to those who appraised the same subjects before."""
    sql = "SELECT subject_id, id FROM assessment WHERE round_id = :round"
    keys = dict(run(session, sql, {"round": round_id}).fetchall())
    for one in found.given:
        own = [keys[subject] for subject in one.subjects]
        assign(session, round_id, own, one.account_id, criterion_group=one.group, actor=actor, now=now)
