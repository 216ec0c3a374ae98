"""Mail that did not arrive, put back into the outbox once what kept it back has been mended (DESIGN §6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import locks_rows, run
from models.types import to_micros
from states import history
from states.actor import Actor
from states.errors import refuse
from states.hold import hold, hold_round
from states.permits import demand, demand_round

LOST: Final = ("bounced", "failed")
AGAIN: Final = (
    "UPDATE outbox SET status = 'queued', attempts = 0, due_at = :now, lease_until = NULL, ended_at = NULL "
    "WHERE id = :id AND status IN ('bounced', 'failed')"
)


class Lost(NamedTuple):
    """A mail that did not arrive."""

    id: int
    assessment_id: int | None
    account_id: int
    message: str
    status: str
    answer: str
    email: str
    active: bool
    name: str | None


def lost(session: Session, round_id: int, ids: Sequence[int]) -> list[Lost]:
    """Those of the mails that did not arrive, by dossier, so that they are locked in order."""
    listed = ", ".join(str(int(key)) for key in ids) or "NULL"
    lock = " FOR UPDATE OF o" if locks_rows(session) else ""
    sql = (
        "SELECT o.id, o.assessment_id, o.account_id, o.message, o.status, o.answer, t.email, t.active, a.name "
        "FROM outbox o JOIN account t ON t.id = o.account_id LEFT JOIN assessment a ON a.id = o.assessment_id "
        f"WHERE o.round_id = :round AND o.id IN ({listed}) AND o.status IN ('bounced', 'failed') "
        f"ORDER BY coalesce(o.assessment_id, 0), o.id{lock}"
    )
    return [Lost(*row) for row in run(session, sql, {"round": round_id}).fetchall()]


def send_again(session: Session, round_id: int, ids: Sequence[int], *, actor: Actor, now: datetime) -> int:
    """Queue mails that did not arrive once more, to the addresses their accounts have now; returns how many.

    What the server answered the last time stays in the history.
    """
    found = lost(session, round_id, ids)
    if not found:
        raise refuse("mail", "Không còn thư nào cần gửi lại: thư đã được gửi hoặc đang chờ gửi.")
    for one in found:
        facts = (
            hold(session, one.assessment_id, actor=actor, now=now)
            if one.assessment_id
            else hold_round(session, round_id, actor=actor, now=now)
        )
        _demand(session, one, round_id, actor)
        what: dict[str, Any] = {"mail": one.id, "message": one.message, "account": one.account_id}
        history.record(session, facts.link, "send_again", what | {"answer": one.answer}, actor=actor, now=now)
        run(session, AGAIN, {"id": one.id, "now": to_micros(now)})
    return len(found)


def _demand(session: Session, one: Lost, round_id: int, actor: Actor) -> None:
    if one.assessment_id:
        demand(session, actor, "administer", one.assessment_id)
    else:
        demand_round(session, actor, "administer", round_id)
