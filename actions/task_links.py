"""Task links: looked at by whoever holds one, and exchanged for a short session on exactly its task (DESIGN §6)."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from actions.documents import one_line
from actions.sessions import Visit, hash_of, start
from models.db import run
from models.people import Account
from models.types import to_micros
from states.actor import account as actor_of
from states.errors import Refusal, Refused
from states.facts import Dossier
from states.glance import glance
from states.history import keep_payload, record
from states.hold import hold
from states.tasks import is_alive

LOOK = (
    "SELECT l.id, l.account_id, l.task, l.assessment_id FROM task_link l JOIN account a ON a.id = l.account_id "
    "WHERE l.token_hash = :hash AND l.ended_at IS NULL AND l.assessment_id IS NOT NULL AND a.active AND a.email = "
    "coalesce((SELECT v.email FROM accountversion v WHERE v.account_id = a.id AND v.since <= l.made_at "
    "ORDER BY v.since DESC LIMIT 1), a.email)"
)
"""A link to an address that is no longer the account's opens nothing."""


class Seen(NamedTuple):
    """A link that opens its task, and the account it was sent to; a mailbox without a name is a shared one."""

    link_id: int
    account: Account
    task: str
    dossier: Dossier

    @property
    def is_shared(self) -> bool:
        """Whether the person has to say who is there."""
        return not self.account.name


class Opened(NamedTuple):
    """The token of the session, and the dossier it is for."""

    token: str
    assessment_id: int


def look(session: Session, token: str, *, now: datetime) -> Seen | None:
    """What a link is for; None for every link that opens nothing, whatever the reason."""
    row = run(session, LOOK, {"hash": hash_of(token)}).fetchone()
    if row is None:
        return None
    link_id, account_id, task, assessment_id = row
    facts = glance(session, assessment_id, actor=actor_of(account_id), now=now)
    return Seen(link_id, session.get_one(Account, account_id), task, facts) if is_alive(task, facts) else None


def exchange(
    session: Session, token: str, *, name: str = "", position: str = "", visit: Visit, now: datetime
) -> Opened | None:
    """Begin the session of a link; None as `look`.

    A name and a position that are declared are recorded on the dossier's chain as declared; from a shared mailbox
    both have to be.
    """
    seen = look(session, token, now=now)
    if seen is None:
        return None
    declared = (one_line(name), one_line(position))
    if seen.is_shared and not all(declared):
        sentence = "Hộp thư này dùng chung: đề nghị ghi họ tên và chức vụ của người thực hiện."
        raise Refused([Refusal("declared", sentence)])
    sql = "UPDATE task_link SET opened_at = coalesce(opened_at, :now) WHERE id = :id"
    run(session, sql, {"id": seen.link_id, "now": to_micros(now)})
    session_id, made = start(
        session, seen.account, "task_link", visit, task_link_id=seen.link_id, declared=declared, now=now
    )
    if any(declared):
        _declare(session, seen, session_id, declared, now)
    return Opened(made, seen.dossier.id)


def _declare(session: Session, seen: Seen, session_id: int, declared: tuple[str, str], now: datetime) -> None:
    actor = actor_of(seen.account.id)
    facts = hold(session, seen.dossier.id, actor=actor, now=now)
    content = {"name": declared[0], "position": declared[1]}
    payload = keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"task": seen.task, "session": session_id, "payload": payload}
    record(session, facts.link, "declare_person", what, actor=actor, now=now)
