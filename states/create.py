"""New rounds and new dossiers, in the state in which their workflow starts. Never commits."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from models import counts
from models.db import put_many, reserve_ids
from models.names import sort_name
from models.rounds import Round, programme_version
from models.types import GENESIS, to_micros
from states import chain, history
from states.actor import Actor
from states.hold import share_round

UNTOUCHED: dict[str, Any] = {
    "version": 0,
    "late": False,
    "zeroed": False,
    "scored": 0,
    "appraised": 0,
    "unreasoned": 0,
    "asked": 0,
    "tied": False,
}
COLUMNS = (
    "id, round_id, subject_id, agency_id, body, name, sort_name, kind, group_name, sheet, leaves, closes_at, state, "
    "seq, head, chain_at, "
    f"{', '.join(UNTOUCHED)}"
)


class Newcomer(NamedTuple):
    """A subject about to have a dossier: its name, kind and group as of the round, its sheet, who decides on it.

    `agency_id` is the subject that enters it and works on it, where that is another one.
    """

    subject_id: int
    name: str
    kind: str
    group: str
    sheet: str
    leaves: int
    closes_at: datetime
    body: str = ""
    agency_id: int | None = None


def create_round(session: Session, programme: Programme, year: int) -> int:
    """A round of a programme in a year, pinned to its document as it stands; returns the round's id."""
    pinned = programme_version(session, slug=programme.slug, digest=programme.digest, document=programme.document())
    made = Round(
        programme_version_id=pinned.id,
        slug=programme.slug,
        year=year,
        title=f"{programme.title} năm {year}",
        state=programme.workflow.round.start,
    )
    session.add(made)
    session.flush()
    return made.id


def create(session: Session, round_id: int, newcomers: Sequence[Newcomer], *, actor: Actor, now: datetime) -> list[int]:
    """A dossier for each newcomer, with its first history row `assigned`; returns their ids in the same order.

    Locks the round against steps of its own. Tells nobody.
    """
    start = share_round(session, round_id).workflow.assessment.start
    ids = reserve_ids(session, "assessment", len(newcomers))
    at = to_micros(now)
    rows = [_first(one, key, round_id, start, actor, at) for key, one in zip(ids, newcomers, strict=True)]
    dossiers = (_dossier(one, key, row, start) for key, one, row in zip(ids, newcomers, rows, strict=True))
    put_many(session, "assessment", COLUMNS, dossiers)
    put_many(session, "history", history.COLUMNS, rows)
    came = Counter((counts.Key(one.body, one.kind, one.group, start), "") for one in newcomers)
    counts.append(session, round_id, came)
    session.expire_all()
    return ids


def _first(one: Newcomer, key: int, round_id: int, start: str, actor: Actor, now: int) -> chain.Row:
    what = {
        "to": start,
        "subject": one.subject_id,
        "kind": one.kind,
        "group": one.group,
        "sheet": one.sheet,
        "closes_at": chain.iso(one.closes_at),
    }
    optional = {"agency": one.agency_id, "body": one.body}
    what |= {name: value for name, value in optional.items() if value}
    end = chain.End(f"assessment:{key}", round_id, 0, GENESIS, now)
    return chain.extend(end, "assigned", chain.canonical(what), actor=actor.name, now=now)


def _dossier(one: Newcomer, key: int, row: chain.Row, start: str) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    return (
        key,
        row.round_id,
        one.subject_id,
        one.agency_id,
        one.body,
        one.name,
        sort_name(one.name),
        one.kind,
        one.group,
        one.sheet,
        one.leaves,
        to_micros(one.closes_at),
        start,
        row.seq,
        row.hash,
        row.at,
        *UNTOUCHED.values(),
    )
