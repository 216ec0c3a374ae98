"""The body's own dossier goes up to its superior (VG-1.6, VG-2.5)."""

from datetime import datetime

from sqlmodel import Session

from states.actor import Actor
from states.advance import Move, Moved, advance


def send_up(session: Session, assessment_id: int, document_id: int | None, *, actor: Actor, now: datetime) -> Moved:
    """Send a submitted dossier to the province, by a document; here it ends."""
    return advance(session, assessment_id, "send_to_province", actor=actor, now=now, move=Move(document_id=document_id))
