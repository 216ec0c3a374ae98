"""An account ends, and may come back; a sign-in mail is sent on somebody's behalf. All of it with a trace."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from actions import sign_in
from actions.accounts import end_grant, refuse_all
from actions.hand_over import living
from actions.owners import orphans
from actions.sessions import end_all
from actions.tokens import revoke_all
from models.db import run
from models.people import Account
from models.types import to_micros
from states.actor import Actor
from states.errors import Refusal, Unknown, refuse
from states.history import record_installation
from states.permits import demand_everywhere

STOP: Final = (
    "UPDATE outbox SET status = 'failed', answer = :why, ended_at = :now WHERE account_id = :id AND status = 'queued'"
)
STOPPED: Final = "Tài khoản đã ngừng hoạt động; thư không gửi."


def against_ending(session: Session, account_id: int, *, actor: Actor) -> list[Refusal]:
    """Everything that stands against ending an account."""
    found = orphans(session, living(session, account_id))
    if account_id == actor.account_id:
        found.insert(0, Refusal("own_account", "Không ai tự ngừng tài khoản của mình; do người quản trị khác làm."))
    return found


def end_account(session: Session, account_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """End an account with all its roles, sessions and mail still to go out; what it has done stays its own.

    Refused where a dossier would be left without anybody, for the last administrator, and for one's own account.
    """
    demand_everywhere(session, actor, "administer")
    account = _account(session, account_id)
    if not account.active:
        raise refuse("account_active", "Tài khoản này đã ngừng hoạt động.")
    problems = against_ending(session, account_id, actor=actor)
    if not reason.strip():
        problems.append(Refusal("needs_reason", "Phải ghi lý do."))
    refuse_all(problems)
    for key in [one.id for one in living(session, account_id)]:
        end_grant(session, key, actor=actor, now=now)
    _account(session, account_id).active = False
    session.flush()
    _stop_mail(session, account_id, now)
    end_all(session, account_id, now=now)
    revoke_all(session, account_id, now=now)
    what = {"account": account_id, "reason": reason.strip()}
    record_installation(session, "end_account", what, actor=actor, now=now)


def restore_account(session: Session, account_id: int, *, actor: Actor, now: datetime) -> None:
    """Let an ended account sign in again; its roles have to be given anew."""
    demand_everywhere(session, actor, "administer")
    account = _account(session, account_id)
    if account.active:
        raise refuse("account_active", "Tài khoản này đang hoạt động.")
    account.active = True
    session.flush()
    record_installation(session, "restore_account", {"account": account_id}, actor=actor, now=now)


def send_sign_in(session: Session, account_id: int, *, actor: Actor, now: datetime) -> None:
    """Send a sign-in mail to the registered address of an account, as if its holder had asked for it."""
    demand_everywhere(session, actor, "administer")
    account = _account(session, account_id)
    if not account.active:
        raise refuse("account_active", "Tài khoản đã ngừng hoạt động.")
    sign_in.ask_mail(session, account.email, now=now)
    record_installation(session, "send_sign_in", {"account": account_id}, actor=actor, now=now)


def _account(session: Session, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise Unknown(f"tài khoản số {account_id}")
    return found


def _stop_mail(session: Session, account_id: int, now: datetime) -> None:
    run(session, STOP, {"id": account_id, "why": STOPPED, "now": to_micros(now)})
    session.expire_all()
