"""What is prepared in the portal is kept as a draft; a draft that nobody carries out goes after a while."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from models.db import run
from models.drafts import Draft
from models.types import to_micros
from states.actor import Actor
from states.errors import NotAllowed, Unknown

KEPT: Final = timedelta(days=30)


def put_draft(session: Session, kind: str, content: str, *, actor: Actor, now: datetime) -> Draft:
    """Keep something that an account prepares; what was prepared long ago and never done is forgotten."""
    if actor.account_id is None:
        raise NotAllowed
    old = {"kind": kind, "before": to_micros(now - KEPT)}
    run(session, "DELETE FROM draft WHERE kind = :kind AND done_at IS NULL AND made_at < :before", old)
    made = Draft(kind=kind, account_id=actor.account_id, made_at=now, content=content)
    session.add(made)
    session.flush()
    return made


def find_draft(session: Session, kind: str, draft_id: int) -> Draft:
    """A draft of a kind by its number; Unknown when there is none."""
    found = session.get(Draft, draft_id)
    if found is None or found.kind != kind:
        raise Unknown(f"bản chuẩn bị số {draft_id}")
    return found


def hold_draft(session: Session, kind: str, draft_id: int) -> Draft:
    """The same, held against everybody else who would carry it out."""
    found = find_draft(session, kind, draft_id)
    session.refresh(found, with_for_update=True)
    return found
