"""Official documents are handed out, and numbered once signed: both stand on the chain of what they are about."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from actions.decide import paper
from models.decisions import Document
from models.history import History
from states import history
from states.actor import Actor
from states.errors import NotAllowed
from states.hold import hold_entity
from states.permits import VERBS

NUMBERED = "number_document"


class Official(NamedTuple):
    """An official document: on whose chain it stands, its key in the catalogue, and which one of several."""

    entity: str
    key: str
    item: int | None = None

    @property
    def what(self) -> dict[str, Any]:
        """How a row of the history names it."""
        return {"of": self.key} | ({} if self.item is None else {"item": self.item})


def hand_out(session: Session, one: Official, form: str, sha256: str, *, actor: Actor, now: datetime) -> None:
    """Record that a document is handed out, by the SHA-256 of its bytes. Whether it may be was asked before."""
    facts = hold_entity(session, one.entity, actor=actor, now=now)
    what = one.what | {"form": form, "sha256": sha256}
    history.record(session, facts.link, "export", what, actor=actor, now=now)


def number_document(session: Session, one: Official, document_id: int, *, actor: Actor, now: datetime) -> None:
    """Keep the number, the day and the signer of a document; Refused when it has a number already."""
    facts = hold_entity(session, one.entity, actor=actor, now=now)
    if facts.relations.isdisjoint(VERBS["number"]):
        raise NotAllowed
    standing = issued(session, one.entity).get((one.key, one.item))
    content = paper(session, document_id, instead_of=standing.id if standing else None)
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    what = one.what | {"document": document_id, "payload": hashed}
    history.record(session, facts.link, NUMBERED, what, actor=actor, now=now)


def issued(session: Session, entity: str) -> Mapping[tuple[str, int | None], Document]:
    """The documents on a chain that have their numbers, by key and item."""
    chosen = select(History.body).where(History.entity == entity, History.act == NUMBERED)
    said = [json.loads(body)["what"] for body in session.exec(chosen.order_by(col(History.seq)))]
    wanted = {what["document"] for what in said}
    found = session.exec(select(Document).where(col(Document.id).in_(wanted))) if wanted else ()
    papers = {one.id: one for one in found}
    return {(what["of"], what.get("item")): papers[what["document"]] for what in said}
