"""Who has to be reviewed or rated before whom, by the links between the subjects of a round (HT-2.2, HT-11.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session

from config.graph import RESTING
from config.order import Edge, Link
from config.programme import Programme
from models.db import run
from models.order import LinkRow, links_around, links_of
from scoring.order import Pair, between, cycle


class Prerequisite(NamedTuple):
    """A dossier that comes first, by id, and how far it is."""

    id: int
    name: str
    reviewed: bool
    settled: bool
    waived: bool


def pairs(rows: Iterable[LinkRow], kinds: Mapping[int, str], edges: Sequence[Edge]) -> list[Pair[int]]:
    """Pairs (before, after) of subjects within one round; sorted, each once."""
    links: dict[Link, list[Pair[int]]] = {}
    for subject, link, other in rows:
        links.setdefault(Link(link), []).append((subject, other))
    own = [edge for edge in edges if edge.programme is None]
    return sorted({pair for edge in own for pair in between(edge, links, kinds)})


def prerequisites(
    session: Session, programme: Programme, edges: str, round_id: int, subject_id: int
) -> list[Prerequisite]:
    """The dossiers that come directly before the subject's own; also those of other programmes of the same year."""
    wanted = programme.order.get(edges, ())
    rows = links_around(session, subject_id)
    kinds = _kinds(session, round_id, {one for row in rows for one in (row[0], row[2])})
    before = [first for first, after in pairs(rows, kinds, wanted) if after == subject_id]
    found = _standing(session, programme, round_id, before)
    return found + [one for edge in wanted if edge.programme for one in _elsewhere(session, round_id, edge, subject_id)]


def circle(session: Session, programme: Programme, kinds: Mapping[int, str]) -> tuple[int, ...]:
    """A cycle in one of the orders among subjects of these kinds, by id; () when there is none."""
    rows = links_of(session, kinds)
    found = (cycle(pairs(rows, kinds, edges)) for edges in programme.order.values())
    return next(filter(None, found), ())


def graph(session: Session, programme: Programme, edges: str, round_id: int) -> list[Pair[int]]:
    """All pairs (before, after) of the subjects of a round."""
    kinds = _kinds(session, round_id, None)
    return pairs(links_of(session, kinds), kinds, programme.order.get(edges, ()))


def blocked(session: Session, programme: Programme, edges: str, round_id: int) -> Mapping[int, tuple[int, ...]]:
    """For each dossier that waits, the dossiers it waits for (what is blocked by what)."""
    by_subject = {one.subject: one for one in _all_standing(session, programme, round_id)}
    waits: dict[int, list[int]] = {}
    for before, after in graph(session, programme, edges, round_id):
        first, later = by_subject[before], by_subject[after]
        if not (first.done or later.done):
            waits.setdefault(later.id, []).append(first.id)
    return {key: tuple(sorted(firsts)) for key, firsts in sorted(waits.items())}


class _Place(NamedTuple):
    id: int
    subject: int
    done: bool


def _all_standing(session: Session, programme: Programme, round_id: int) -> list[_Place]:
    sql = (
        "SELECT a.id, a.subject_id, a.state, w.assessment_id FROM assessment a "
        "LEFT JOIN waiver w ON w.assessment_id = a.id WHERE a.round_id = :round"
    )
    settled = _settled(programme)
    rows = run(session, sql, {"round": round_id}).fetchall()
    return [_Place(key, subject, state in settled or waiver is not None) for key, subject, state, waiver in rows]


def _settled(programme: Programme) -> frozenset[str]:
    return frozenset(programme.workflow.assessment.of_kind(*RESTING))


def _kinds(session: Session, round_id: int, among: Collection[int] | None) -> dict[int, str]:
    sql = "SELECT subject_id, kind FROM assessment WHERE round_id = :round"
    if among is not None:
        sql += f" AND subject_id IN ({', '.join(map(str, sorted(among))) or 'NULL'})"
    return dict(run(session, sql, {"round": round_id}).fetchall())


def _standing(session: Session, programme: Programme, round_id: int, subjects: Collection[int]) -> list[Prerequisite]:
    sql = (
        "SELECT a.id, a.name, a.reviewed_at, a.state, w.assessment_id FROM assessment a "
        "LEFT JOIN waiver w ON w.assessment_id = a.id WHERE a.round_id = :round "
        f"AND a.subject_id IN ({', '.join(map(str, subjects)) or 'NULL'}) ORDER BY a.id"
    )
    settled = _settled(programme)
    rows = run(session, sql, {"round": round_id}).fetchall()
    return [
        Prerequisite(key, name, at is not None or state in settled, state in settled, waiver is not None)
        for key, name, at, state, waiver in rows
    ]


def _elsewhere(session: Session, round_id: int, edge: Edge, subject_id: int) -> list[Prerequisite]:
    """The dossiers of another programme of the same year that stand first; a level settles them."""
    sql = (
        "SELECT a.id, a.name, a.reviewed_at, a.level FROM round r JOIN round o ON o.year = r.year AND o.slug = :slug "
        "AND o.launched_at IS NOT NULL AND o.state <> 'cancelled' JOIN assessment a ON a.round_id = o.id "
        "WHERE r.id = :round AND a.subject_id = :subject ORDER BY a.id"
    )
    where = {"round": round_id, "slug": edge.programme, "subject": subject_id}
    rows = run(session, sql, where).fetchall()
    return [Prerequisite(key, name, at is not None, level is not None, waived=False) for key, name, at, level in rows]
