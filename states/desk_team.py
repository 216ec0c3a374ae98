"""Who appraises what in a round, and how far everybody has come. Read only; the lead steers by it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_micros
from states.desk import ASKED, DONE, OPEN, Desk, Row, listed, name_key, phase
from states.permits import IN_ROUND


class Appraiser(NamedTuple):
    """One who may be given dossiers of a round."""

    id: int
    name: str
    email: str
    leads: bool

    @property
    def shown(self) -> str:
        """What it is called on pages."""
        return self.name or self.email


class Given(NamedTuple):
    """One assignment: whole, or one criterion group."""

    assessment_id: int
    account_id: int
    part: str


class Progress(NamedTuple):
    """How far one appraiser has come: dossiers by where they stand, marks written, conflicts declared."""

    appraiser: Appraiser
    given: int
    waiting: int
    begun: int
    asked: int
    done: int
    marks: int
    conflicts: int
    last_at: datetime | None


def team(session: Session, round_id: int) -> list[Appraiser]:
    """The appraisers of a round, by name."""
    sql = (
        "SELECT t.id, t.name, t.email, max(CASE WHEN g.role = 'lead' THEN 1 ELSE 0 END) FROM account t "
        "JOIN account_grant g ON g.account_id = t.id WHERE g.ended_at IS NULL AND t.active "
        f"AND g.role IN ('appraiser', 'lead') AND {IN_ROUND.format(round=':round')} GROUP BY t.id, t.name, t.email"
    )
    found = run(session, sql, {"round": round_id}).fetchall()
    every = [Appraiser(key, name, email, bool(leads)) for key, name, email, leads in found]
    return sorted(every, key=lambda one: (name_key(one.shown), one.id))


def assignments(session: Session, round_id: int) -> list[Given]:
    """All assignments of a round, those out of its appraisers' hands by a conflict apart."""
    sql = (
        "SELECT s.assessment_id, s.account_id, s.criterion_group FROM assignment s "
        "JOIN assessment a ON a.id = s.assessment_id WHERE a.round_id = :round AND NOT EXISTS "
        "(SELECT 1 FROM conflict c WHERE c.assessment_id = s.assessment_id AND c.account_id = s.account_id) "
        "ORDER BY s.assessment_id, s.account_id, s.criterion_group"
    )
    return [Given(*row) for row in run(session, sql, {"round": round_id}).fetchall()]


class Conflicting(NamedTuple):
    """A conflict of interest as the lead sees it."""

    assessment_id: int
    account_id: int
    reason: str
    at: datetime


def conflicts(session: Session, round_id: int) -> list[Conflicting]:
    """Every conflict of interest declared in a round, the oldest first."""
    sql = (
        "SELECT c.assessment_id, c.account_id, c.reason, c.declared_at FROM conflict c "
        "JOIN assessment a ON a.id = c.assessment_id WHERE a.round_id = :round ORDER BY c.declared_at, c.assessment_id"
    )
    found = run(session, sql, {"round": round_id}).fetchall()
    return [Conflicting(key, who, reason, from_micros(at)) for key, who, reason, at in found]


def progress(session: Session, desk: Desk, rows: Sequence[Row]) -> list[Progress]:
    """How far each appraiser of a round has come with its dossiers, of those listed."""
    stands = {row.id: phase(desk, row) for row in rows}
    given: dict[int, set[int]] = {}
    for one in assignments(session, desk.id):
        if one.assessment_id in stands:
            given.setdefault(one.account_id, set()).add(one.assessment_id)
    sql = (
        "SELECT p.account_id, count(*), max(p.at) FROM mark p JOIN assessment a ON a.id = p.assessment_id "
        "WHERE a.round_id = :round AND p.copy_name = 'appraised' AND p.account_id IS NOT NULL GROUP BY p.account_id"
    )
    written = {key: (count, at) for key, count, at in run(session, sql, {"round": desk.id}).fetchall()}
    declared = [one.account_id for one in conflicts(session, desk.id)]
    return [
        _progress(one, [stands[key] for key in given.get(one.id, ())], written.get(one.id), declared.count(one.id))
        for one in team(session, desk.id)
    ]


def _progress(who: Appraiser, stands: Sequence[int], written: tuple[int, int] | None, declared: int) -> Progress:
    begun, asked, done = (stands.count(one) for one in (OPEN, ASKED, DONE))
    marks, at = written or (0, None)
    return Progress(
        appraiser=who,
        given=len(stands),
        waiting=len(stands) - begun - asked - done,
        begun=begun,
        asked=asked,
        done=done,
        marks=marks,
        conflicts=declared,
        last_at=None if at is None else from_micros(at),
    )


def unassigned(session: Session, ids: Iterable[int]) -> frozenset[int]:
    """The dossiers, of those given, that nobody has who may open them."""
    keys = list(ids)
    sql = (
        f"SELECT DISTINCT s.assessment_id FROM assignment s WHERE s.assessment_id IN ({listed(keys)}) AND NOT EXISTS "
        "(SELECT 1 FROM conflict c WHERE c.assessment_id = s.assessment_id AND c.account_id = s.account_id)"
    )
    return frozenset(keys) - {row[0] for row in run(session, sql).fetchall()}
