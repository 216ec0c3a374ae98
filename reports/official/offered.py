"""Which documents of the catalogue an account may have of a round or a dossier, and the one it asks for.

Whoever belongs to the unit alone learns of a result when it is announced, and from no document before (DESIGN §4).
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.handing_out import Official
from actions.meeting_page import around
from reports.official.catalogue import BY_KEY, entries
from reports.official.entry import Entry, File, Item
from reports.official.opinion_records import LETTER, round_of_letter
from reports.word_pdf import word_pdf
from states.actor import Actor
from states.desk import undenied
from states.errors import NotAllowed, Unknown
from states.facts import Dossier
from states.permits import ANY_BODY, ROUND, VERBS, can_round
from states.released import told_states

_UNDENIED: Final = (
    "Hãy mở từng hồ sơ có trong văn bản này từ bàn thẩm định và xác nhận không có xung đột lợi ích trước khi tải."
)
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


class Wanted(NamedTuple):
    """A document that an account asked for and may have: what it is made of, and how the history names it."""

    entry: Entry
    id: int
    official: Official

    def made(self, session: Session, now: datetime) -> File:
        """The document as it stands."""
        return self.entry.make(session, self.id, now)


def from_dossier(session: Session, facts: Dossier, key: str, item: int | None, actor: Actor) -> Wanted:
    """The document of a dossier that is asked for; Unknown where there is none that the actor may have."""
    return _found(of_dossier(session, facts, actor), facts.id, Official(facts.entity, key, item))


def from_round(session: Session, round_id: int, key: str, item: int | None, actor: Actor) -> Wanted:
    """The document of a round that is asked for; Unknown where there is none that the actor may have.

    NotAllowed while an appraiser has not denied a conflict of interest with each dossier that it tells of.
    """
    found = _found(of_round(session, round_id, actor), round_id, Official(f"round:{round_id}", key, item))
    told = found.entry.told(session, found.id) if found.entry.told else ()
    if undenied(session, actor, round_id, told):
        raise NotAllowed(_UNDENIED)
    return found


def own_letter(session: Session, letter: int) -> Wanted:
    """The letter of what a body says to a request, for that body; who asks was asked before."""
    official = Official(f"round:{round_of_letter(session, letter)}", LETTER, letter)
    return Wanted(BY_KEY[LETTER], letter, official)


def _found(offers: Sequence[Offer], owner: int, official: Official) -> Wanted:
    found = next((one for one in offers if one.entry.key == official.key), None)
    wanted = None if found is None else _wanted(found, owner, official.item)
    if found is None or wanted is None:
        raise Unknown("văn bản này")
    return Wanted(found.entry, wanted, official)


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
