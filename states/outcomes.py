"""Outcomes of a round beside each other: by superior, and over the years. Read only, and only what is released."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.vocabulary import Relation, StateKind
from models.db import among, listed, run
from models.types import from_scaled
from states.actor import Actor
from states.desk import name_key
from states.hold import programme_of
from states.permits import ANY_BODY, DOSSIER, VERBS, allowed, clauses
from states.released import is_released, told_level, told_states

COLUMNS: Final = (
    "a.id, a.subject_id, s.code, a.name, a.kind, a.group_name, s.parent_id, a.state, a.self_total, a.appraised_total, "
    "a.decided_total, a.level, a.place, a.tied, a.zeroed, a.late"
)
TOTALS: Final = slice(8, 11)
SILENT: Final = (None, None, None, None, None, False, False, False, False)
"""What is told of a result that is not announced."""


class Outcome(NamedTuple):
    """One dossier with its outcome; `told` says whether it is announced: else there are no figures."""

    id: int
    subject_id: int
    code: str
    name: str
    kind: str
    group: str
    parent_id: int | None
    state: str
    self_total: Decimal | None
    appraised_total: Decimal | None
    decided_total: Decimal | None
    level: str | None
    place: int | None
    tied: bool
    zeroed: bool
    late: bool
    told: bool


class Superior(NamedTuple):
    """A subject that others are under."""

    id: int
    code: str
    name: str


class InYear(NamedTuple):
    """What a subject came to in a round of the programme."""

    year: int
    round_id: int
    assessment_id: int
    name: str
    total: Decimal | None
    level: str | None
    level_text: str
    place: int | None


def outcomes(session: Session, actor: Actor, round_id: int, programme: Programme) -> list[Outcome]:
    """The dossiers of a released round whose results the actor may read, by kind and name; those that left it apart."""
    return _outcomes(session, actor, round_id, programme, _readable(actor))


def outcomes_below(session: Session, actor: Actor, round_id: int, programme: Programme) -> list[Outcome]:
    """The same of those whom the actor's own units stand above, whether the round is released or not."""
    return _outcomes(session, actor, round_id, programme, _above())


def _outcomes(session: Session, actor: Actor, round_id: int, programme: Programme, may: str) -> list[Outcome]:
    told, gone = told_states(programme), programme.workflow.assessment.of_kind(StateKind.FINAL)
    sql = f"SELECT {COLUMNS} FROM assessment a JOIN subject s ON s.id = a.subject_id WHERE a.round_id = :round AND "
    found = run(session, sql + may, {"round": round_id, "actor": actor.account_id}).fetchall()
    order = {kind: place for place, kind in enumerate(programme.subject_kinds)}
    made = [_outcome(row, programme, told) for row in found if row[7] not in gone]
    return sorted(made, key=lambda one: (order[one.kind], name_key(one.name), one.id))


def _readable(actor: Actor) -> str:
    return "1 = 1" if actor.standing & set(VERBS["results"]) else allowed("results", DOSSIER)


def _above() -> str:
    (clause,) = clauses([Relation.SUPERIOR], DOSSIER)
    return f"EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = :actor AND {clause})"


def rounds_below(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The rounds with dossiers of those whom the actor's own units stand above, the newest first: id and title."""
    sql = (
        "SELECT DISTINCT r.id, r.title, r.year FROM round r JOIN assessment a ON a.round_id = r.id "
        f"WHERE r.launched_at IS NOT NULL AND r.state <> 'cancelled' AND {_above()} ORDER BY r.year DESC, r.id DESC"
    )
    return [(key, title) for key, title, _year in run(session, sql, {"actor": actor.account_id}).fetchall()]


def _outcome(row: Sequence[Any], programme: Programme, told: Collection[str]) -> Outcome:
    if row[7] not in told:
        return Outcome._make((*row[:8], *SILENT))
    totals = (None if one is None else from_scaled(one) for one in row[TOTALS])
    level = told_level(programme, row[11])
    return Outcome._make((*row[:8], *totals, level, row[12], *map(bool, row[13:16]), True))


def superiors(session: Session, ids: Collection[int]) -> dict[int, Superior]:
    """Subjects by id."""
    sql = f"SELECT id, code, name FROM subject WHERE id {among(session)}"
    rows = run(session, sql, {"among": listed(session, sorted(ids))}).fetchall()
    return {row[0]: Superior(*row) for row in rows}


def years(session: Session, actor: Actor, slug: str) -> dict[int, dict[int, InYear]]:
    """What subjects came to in the released rounds of a programme that the actor may read, by subject and year."""
    may = "1 = 1" if actor.standing & set(VERBS["results"]) else allowed("results", ANY_BODY)
    sql = (
        "SELECT r.id, r.year, r.state, v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id "
        f"WHERE r.slug = :slug AND {may} ORDER BY r.year, r.id"
    )
    found: dict[int, dict[int, InYear]] = {}
    for round_id, year, state, digest in run(session, sql, {"slug": slug, "actor": actor.account_id}).fetchall():
        programme = programme_of(session, digest)
        if is_released(programme, state):
            for one in outcomes(session, actor, round_id, programme):
                found.setdefault(one.subject_id, {})[year] = _in_year(one, year, round_id, programme.level_labels)
    return found


def years_below(session: Session, actor: Actor, slug: str) -> dict[int, dict[int, InYear]]:
    """The same of those whom the actor's own units stand above, as far as it was told."""
    sql = (
        "SELECT r.id, r.year, v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id "
        "WHERE r.slug = :slug AND r.launched_at IS NOT NULL AND r.state <> 'cancelled' ORDER BY r.year, r.id"
    )
    found: dict[int, dict[int, InYear]] = {}
    for round_id, year, digest in run(session, sql, {"slug": slug}).fetchall():
        programme = programme_of(session, digest)
        for one in outcomes_below(session, actor, round_id, programme):
            if one.told:
                found.setdefault(one.subject_id, {})[year] = _in_year(one, year, round_id, programme.level_labels)
    return found


def _in_year(one: Outcome, year: int, round_id: int, levels: Mapping[str, str]) -> InYear:
    text = levels.get(one.level or "", one.level or "")
    return InYear(year, round_id, one.id, one.name, one.decided_total, one.level, text, one.place)


def years_of(session: Session, actor: Actor, subject_id: int, slug: str) -> list[InYear]:
    """What one subject came to in the rounds of a programme, the newest first: those whose dossier the actor may see.

    A result that is not announced is told to nobody here.
    """
    may = "1 = 1" if actor.standing & set(VERBS["view"]) else f"({allowed('view', DOSSIER)} OR {_readable(actor)})"
    sql = (
        f"SELECT {COLUMNS}, r.year, r.id, v.digest FROM assessment a JOIN subject s ON s.id = a.subject_id "
        "JOIN round r ON r.id = a.round_id JOIN programme_version v ON v.id = r.programme_version_id "
        f"WHERE a.subject_id = :subject AND r.slug = :slug AND {may} ORDER BY r.year DESC, r.id DESC"
    )
    given = {"subject": subject_id, "slug": slug, "actor": actor.account_id}
    made = []
    for *row, year, round_id, digest in run(session, sql, given).fetchall():
        programme = programme_of(session, digest)
        one = _outcome(row, programme, told_states(programme))
        if one.told:
            made.append(_in_year(one, year, round_id, programme.level_labels))
    return made
