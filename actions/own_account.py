"""What people set for themselves."""

from sqlmodel import Session

from models.db import run
from states.actor import Actor


def set_reminders(session: Session, actor: Actor, *, wanted: bool) -> None:
    """Turn reminders on or off; mails that are an obligation go out all the same."""
    sql = "UPDATE account SET reminders = :wanted WHERE id = :id"
    run(session, sql, {"id": actor.account_id, "wanted": wanted})
    session.expire_all()
