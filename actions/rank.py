"""Places by decided total, within each kind or group, ties shared, each with its reason (AMB-DN-6)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.vocabulary import StateKind
from models.db import is_sqlite, run, run_many
from models.types import from_scaled
from scoring.ranking import Place, Rankable, rank
from states import history
from states.actor import Actor
from states.hold import hold_round, share_round
from states.permits import demand_round

ZEROED = "; 0 điểm do chưa hoàn thành tự đánh giá."
SQLITE = "UPDATE assessment SET place = :place, tied = :tied, place_reason = :reason WHERE id = :id"
POSTGRESQL = (
    "UPDATE assessment a SET place = p.place, tied = p.tied, place_reason = p.reason "
    "FROM unnest(:ids::bigint[], :places::int[], :tied::bool[], :reasons::text[]) AS p(id, place, tied, reason) "
    "WHERE a.id = p.id"
)


class Ranked(NamedTuple):
    """What the place of a dossier follows from."""

    id: int
    kind: str
    group: str
    state: str
    zeroed: bool
    total: Decimal | None


def preview(session: Session, round_id: int, *, actor: Actor) -> list[Place]:
    """The places as they would be now; nothing is written."""
    demand_round(session, actor, "export", round_id)
    return _places(share_round(session, round_id), _ranked(session, round_id))


def rank_round(session: Session, round_id: int, *, actor: Actor, now: datetime) -> list[Place]:
    """Give every dossier of a round its place; who left the round has none, who is undecided neither, with why.

    One write, and one row on the round's chain that keeps all places.
    """
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "rank", round_id)
    dossiers = _ranked(session, round_id)
    totals = {dossier.id: dossier.total for dossier in dossiers}
    places = _places(facts.programme, dossiers)
    _write(session, list(totals), {place.key: place for place in places})
    content = [[place.key, place.group, place.place, place.tied, _exact(totals[place.key])] for place in places]
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"ranked": sum(place.place is not None for place in places), "payload": hashed}
    history.record(session, facts.link, "rank", what, actor=actor, now=now)
    return places


def _ranked(session: Session, round_id: int) -> list[Ranked]:
    sql = "SELECT id, kind, group_name, state, zeroed, decided_total FROM assessment WHERE round_id = :id ORDER BY id"
    rows = run(session, sql, {"id": round_id}).fetchall()
    return [Ranked._make((*row[:5], None if row[5] is None else from_scaled(row[5]))) for row in rows]


def _places(programme: Programme, dossiers: Sequence[Ranked]) -> list[Place]:
    gone = programme.workflow.assessment.of_kind(StateKind.FINAL)
    by_kind = programme.ranking.within == "kind"
    rows = [
        Rankable(one.id, one.kind if by_kind else one.group, one.total) for one in dossiers if one.state not in gone
    ]
    zeroed = {one.id for one in dossiers if one.zeroed and one.total == 0}
    return [_explained(place) if place.key in zeroed else place for place in rank(rows)]


def _explained(place: Place) -> Place:
    return replace(place, reason=place.reason.removesuffix(".") + ZEROED)


def _exact(total: Decimal | None) -> str | None:
    return None if total is None else f"{total:.4f}"


def _write(session: Session, ids: Sequence[int], places: dict[int, Place]) -> None:
    rows: list[dict[str, Any]] = [_row(one, places.get(one)) for one in ids]
    if is_sqlite(session):
        run_many(session, SQLITE, rows)
    else:
        run(
            session,
            POSTGRESQL,
            {
                "ids": [row["id"] for row in rows],
                "places": [row["place"] for row in rows],
                "tied": [row["tied"] for row in rows],
                "reasons": [row["reason"] for row in rows],
            },
        )
    session.expire_all()


def _row(assessment_id: int, place: Place | None) -> dict[str, Any]:
    if place is None:
        return {"id": assessment_id, "place": None, "tied": False, "reason": None}
    return {"id": assessment_id, "place": place.place, "tied": place.tied, "reason": place.reason}
