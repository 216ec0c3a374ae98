"""The special case for several dossiers by one document: looked at first, then granted to all of them or to none."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Never

from sqlmodel import Session

from actions.documents import put_document
from actions.extension import grant_extension
from models.db import run
from models.savepoint import savepoint
from models.types import from_micros
from states.actor import Actor
from states.errors import NotAllowed, Refusal, Refused, Unknown
from states.permits import DOSSIER, allowed


class Chosen(NamedTuple):
    """A dossier that is to be kept open for longer."""

    id: int
    name: str
    state: str
    closes_at: datetime


class Line(NamedTuple):
    """What would become of one of them: nothing stands against it, or what does."""

    chosen: Chosen
    refusals: tuple[str, ...]


class _Undone(Exception):
    """What was tried is taken back."""


def chosen_of(session: Session, round_id: int, ids: Sequence[int], actor: Actor) -> list[Chosen]:
    """The dossiers of a round that are meant, by id; Unknown when one is not of the round, or not for the actor."""
    wanted = sorted(set(ids))
    listed = ", ".join(str(int(key)) for key in wanted) or "NULL"
    sql = (
        f"SELECT a.id, a.name, a.state, a.closes_at FROM assessment a WHERE a.round_id = :round AND a.id IN ({listed}) "
        f"AND {allowed('administer', DOSSIER)} ORDER BY a.id"
    )
    rows = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()
    found = [Chosen(key, name, state, from_micros(closes_at)) for key, name, state, closes_at in rows]
    missing = sorted(set(wanted) - {one.id for one in found})
    if missing:
        raise Unknown(f"hồ sơ số {missing[0]}")
    return found


def plan_extensions(
    session: Session, chosen: Sequence[Chosen], *, until: date, reason: str, actor: Actor, now: datetime
) -> list[Line]:
    """What granting would do to each; everything is tried and taken back."""
    return [Line(one, _tried(session, one.id, until, reason, actor, now)) for one in chosen]


def _tried(session: Session, key: int, until: date, reason: str, actor: Actor, now: datetime) -> tuple[str, ...]:
    try:
        with savepoint(session):
            paper = put_document(session, kind="extension", number="", dated=None, signer="", now=now)
            grant_extension(session, key, until=until, reason=reason, document=paper.id, actor=actor, now=now)
            _undo()
    except _Undone:
        session.expire_all()
        return ()
    except Refused as refused:
        return tuple(one.sentence for one in refused.refusals)
    except NotAllowed as refused:
        return (str(refused),)


def _undo() -> Never:
    raise _Undone


def extend_all(
    session: Session, chosen: Sequence[Chosen], *, until: date, reason: str, document: int, actor: Actor, now: datetime
) -> None:
    """Keep all of them open to the end of the day `until`; Refused, naming each, when one cannot be."""
    refusals: list[Refusal] = []
    for one in chosen:
        try:
            grant_extension(session, one.id, until=until, reason=reason, document=document, actor=actor, now=now)
        except Refused as refused:
            refusals += [Refusal(each.rule, f"«{one.name}»: {each.sentence}") for each in refused.refusals]
    if refusals:
        raise Refused(refusals)
