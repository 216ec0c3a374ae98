"""What was asked of bodies and what they said, as their letters and the consolidated table tell it (HT-6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from actions.answers import Consolidated, consolidated
from actions.handing_out import issued
from actions.meeting_page import around
from actions.opinions import find
from config.calendar import date_text, local_day
from config.programme import Programme
from models.decisions import Document
from models.installation import installation
from models.opinions import Opinion, OpinionRequest, body_names, dossier_names, of_body, of_request
from reports.official.entry import Item
from reports.records import paper_of
from reports.values import Paper
from states.actor import Actor
from states.errors import Unknown
from states.permits import visible

EVERYTHING: Final = Actor("report", standing=frozenset({"administrator"}))
"""Reads what a document tells; who may have the document was asked before."""
_HALF: Final = 32
REQUEST: Final = "lay-y-kien"
LETTER: Final = "tham-gia-y-kien"
"""The keys of the letter that asks, and of the one that answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A request for opinions with its round, and the letter by which it was made."""

    request: OpinionRequest
    programme: Programme
    year: int
    letter: Paper
    rehearsal: bool

    @property
    def day(self) -> str:
        """When it was asked."""
        return date_text(local_day(self.request.asked_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLetter:
    """What one body says of the dossiers it was asked about, by name; `paper` is its letter where it came on paper."""

    asking: Asking
    body: str
    paper: Paper
    opinions: Sequence[tuple[str, Opinion]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOpinions:
    """What all bodies said to a request, by dossier."""

    asking: Asking
    rows: Sequence[Consolidated]
    bodies: int


def requests_of(session: Session, round_id: int, actor: Actor) -> list[Item]:
    """The requests of a round all of whose dossiers the actor works on, the newest first."""
    return [Item(one.id, _named(one)) for one in _own(session, round_id, actor)]


def letters_of(session: Session, round_id: int, actor: Actor) -> list[Item]:
    """The bodies asked in these requests, each with its letter."""
    found = [
        (one, sorted({each.account_id for each in of_request(session, one.id)}))
        for one in _own(session, round_id, actor)
    ]
    names = body_names(session, {key for _, bodies in found for key in bodies})
    return [Item(letter_id(one.id, key), f"{names[key]} ({_named(one)})") for one, bodies in found for key in bodies]


def letter_id(request_id: int, account_id: int) -> int:
    """One number for what one body says to one request."""
    return request_id << _HALF | account_id


def dossiers_of(session: Session, request_id: int) -> set[int]:
    """The dossiers that a request is about."""
    return {one.assessment_id for one in of_request(session, request_id)}


def dossiers_in(session: Session, key: int) -> set[int]:
    """The dossiers that what one body says to a request is about."""
    return dossiers_of(session, key >> _HALF)


def round_of_letter(session: Session, key: int) -> int:
    """The round in which a body was asked for the letter."""
    return find(session, key >> _HALF).round_id


def body_letter(session: Session, key: int) -> BodyLetter:
    """What one body says to a request, without its drafts; Unknown when it was not asked."""
    request_id, account_id = key >> _HALF, key & ((1 << _HALF) - 1)
    own = [one for one in of_body(session, request_id, account_id).values() if one.status != "withdrawn"]
    if not own:
        raise Unknown("ý kiến của nơi này")
    names = dossier_names(session, [one.assessment_id for one in own])
    letter = next((one.document_id for one in own if one.document_id), None)
    return BodyLetter(
        asking=_asking(session, request_id),
        body=body_names(session, [account_id])[account_id],
        paper=paper_of(session.get(Document, letter) if letter else None),
        opinions=[(names[one.assessment_id], one) for one in own],
    )


def all_opinions(session: Session, request_id: int) -> AllOpinions:
    """What all bodies said to a request."""
    asked = of_request(session, request_id)
    return AllOpinions(
        asking=_asking(session, request_id),
        rows=consolidated(session, request_id, actor=EVERYTHING),
        bodies=len({one.account_id for one in asked if one.status != "withdrawn"}),
    )


def bodies_of(session: Session, request_id: int) -> tuple[str, ...]:
    """The bodies that were asked, by name."""
    asked = {one.account_id for one in of_request(session, request_id) if one.status != "withdrawn"}
    return tuple(sorted(body_names(session, asked).values()))


def _own(session: Session, round_id: int, actor: Actor) -> list[OpinionRequest]:
    seen = set(visible(session, actor, "consult", round_id))
    chosen = select(OpinionRequest).where(OpinionRequest.round_id == round_id)
    found = session.exec(chosen.order_by(col(OpinionRequest.id).desc())).all()
    return [one for one in found if dossiers_of(session, one.id) <= seen]


def _named(one: OpinionRequest) -> str:
    state = "đang lấy ý kiến" if one.status == "open" else "đã kết thúc"
    return f"yêu cầu ngày {date_text(local_day(one.asked_at))}, {state}"


def _letter(session: Session, request: OpinionRequest) -> Paper:
    """The letter by which it was asked: numbered since, or named with the request."""
    since = issued(session, f"round:{request.round_id}").get((REQUEST, request.id))
    named = session.get(Document, request.document_id) if request.document_id else None
    return paper_of(since or named)


def _asking(session: Session, request_id: int) -> Asking:
    request = find(session, request_id)
    where = around(session, request.round_id)
    return Asking(
        request=request,
        programme=where.programme,
        year=where.year,
        letter=_letter(session, request),
        rehearsal=installation(session).made_as == "rehearsal",
    )
