"""Which documents of the catalogue an account may have of a round or a dossier, and the one it asks for.

Whoever belongs to the unit alone learns of a result when it is announced, and from no document before (DESIGN §4).
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.meeting_page import around
from reports.official.catalogue import entries
from reports.official.entry import Entry, File, Item
from reports.word_pdf import word_pdf
from states.actor import Actor
from states.errors import Unknown
from states.facts import Dossier
from states.permits import ANY_BODY, ROUND, VERBS, can_round
from states.released import told_states

_UNIT_SIDE: Final = frozenset({"officer", "head", "superior", "opinion_giver"})


class Offer(NamedTuple):
    """A document that an account may have; with `several`, one for each of `items`, and there may be none yet."""

    entry: Entry
    several: bool
    items: Sequence[Item]


def of_dossier(session: Session, facts: Dossier, actor: Actor) -> list[Offer]:
    """The documents of a dossier that the actor may have."""
    own = entries(facts.programme, "dossier", facts.kind)
    return [_offer(session, entry, facts.id, actor) for entry in own if _may_have(entry, facts)]


def of_round(session: Session, round_id: int, actor: Actor) -> list[Offer]:
    """The documents of a round that the actor may have; those of one body also where it may act for that body only."""
    own = entries(around(session, round_id).programme, "round")
    return [_offer(session, entry, round_id, actor) for entry in own if _may_have_of(session, entry, round_id, actor)]


def from_dossier(session: Session, facts: Dossier, key: str, item: int | None, actor: Actor) -> File:
    """The document of a dossier that is asked for; Unknown where there is none that the actor may have."""
    return _made(session, of_dossier(session, facts, actor), facts.id, key, item, facts.now)


def from_round(session: Session, round_id: int, key: str, item: int | None, actor: Actor, now: datetime) -> File:
    """The document of a round that is asked for; Unknown where there is none that the actor may have."""
    return _made(session, of_round(session, round_id, actor), round_id, key, item, now)


def _made(session: Session, offers: Sequence[Offer], owner: int, key: str, item: int | None, now: datetime) -> File:
    found = next((one for one in offers if one.entry.key == key), None)
    wanted = None if found is None else _wanted(found, owner, item)
    if found is None or wanted is None:
        raise Unknown("văn bản này")
    return found.entry.make(session, wanted, now)


def _wanted(offer: Offer, owner: int, item: int | None) -> int | None:
    if offer.several:
        return item if item in {one.id for one in offer.items} else None
    return owner if item is None else None


def _offer(session: Session, entry: Entry, owner: int, actor: Actor) -> Offer:
    items = entry.items(session, owner, actor) if entry.items else ()
    return Offer(entry, entry.items is not None, items)


def _may_have(entry: Entry, facts: Dossier) -> bool:
    related = facts.relations & set(VERBS[entry.verb])
    if entry.tells_result and related <= _UNIT_SIDE and facts.state not in told_states(facts.programme):
        return False
    return bool(related)


def _may_have_of(session: Session, entry: Entry, round_id: int, actor: Actor) -> bool:
    return can_round(session, actor, entry.verb, round_id, target=ANY_BODY if entry.items else ROUND)


def as_pdf(file: File) -> File:
    """A document of Word set as a PDF; another as it is."""
    name = PurePath(file.name)
    return File(str(name.with_suffix(".pdf")), word_pdf(file.content)) if name.suffix == ".docx" else file
