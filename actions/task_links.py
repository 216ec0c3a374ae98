"""Task links: looked at by whoever holds one, and exchanged for a short session on exactly its task (DESIGN §6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.documents import one_line
from actions.opinion_page import Listed, of_account
from actions.sessions import Visit, hash_of, start
from models.db import run
from models.people import Account
from models.types import to_micros
from states.actor import account as actor_of
from states.errors import Refusal, Refused
from states.facts import Dossier, Facts
from states.glance import glance
from states.history import keep_payload, record
from states.hold import hold, hold_round
from states.tasks import is_alive

LOOK = (
    "SELECT l.id, l.account_id, l.task, l.assessment_id, l.round_id "
    "FROM task_link l JOIN account a ON a.id = l.account_id "
    "WHERE l.token_hash = :hash AND l.ended_at IS NULL AND a.active AND a.email = "
    "coalesce((SELECT v.email FROM accountversion v WHERE v.account_id = a.id AND v.since <= l.made_at "
    "ORDER BY v.since DESC LIMIT 1), a.email)"
)
"""A link to an address that is no longer the account's opens nothing."""
OPINION: Final = "opinion"
"""The task of an account in a round, without a dossier: the requests that ask it for its opinion (AMB-HT-13)."""


class Seen(NamedTuple):
    """A link that opens its task, and the account it was sent to; a mailbox without a name is a shared one.

    It is for a dossier, or for the requests for opinions that are open to the account in the round.
    """

    link_id: int
    account: Account
    task: str
    round_id: int
    dossier: Dossier | None
    requests: Sequence[Listed] = ()

    @property
    def is_shared(self) -> bool:
        """Whether the person has to say who is there."""
        return not self.account.name


class Opened(NamedTuple):
    """The token of the session, and the dossier it is for, if it is for one."""

    token: str
    assessment_id: int | None


def look(session: Session, token: str, *, now: datetime) -> Seen | None:
    """What a link is for; None for every link that opens nothing, whatever the reason."""
    row = run(session, LOOK, {"hash": hash_of(token)}).fetchone()
    if row is None:
        return None
    link_id, account_id, task, assessment_id, round_id = row
    account = session.get_one(Account, account_id)
    if assessment_id is None:
        requests = _open_requests(session, account_id, round_id, now) if task == OPINION else ()
        return Seen(link_id, account, task, round_id, None, requests) if requests else None
    facts = glance(session, assessment_id, actor=actor_of(account_id), now=now)
    return Seen(link_id, account, task, round_id, facts) if is_alive(task, facts) else None


def _open_requests(session: Session, account_id: int, round_id: int, now: datetime) -> Sequence[Listed]:
    """The link dies with the last of these; what was given may still be read in a session that has begun."""
    found = of_account(session, actor_of(account_id))
    return tuple(one for one in found if one.round_id == round_id and one.is_open(now))


def exchange(
    session: Session, token: str, *, name: str = "", position: str = "", visit: Visit, now: datetime
) -> Opened | None:
    """Begin the session of a link; None as `look`.

    A name and a position that are declared are recorded as declared on the chain of the dossier, or of the round
    where the link is for none; from a shared mailbox both have to be.
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
    return Opened(made, seen.dossier.id if seen.dossier else None)


def _declare(session: Session, seen: Seen, session_id: int, declared: tuple[str, str], now: datetime) -> None:
    actor = actor_of(seen.account.id)
    facts: Facts = (
        hold(session, seen.dossier.id, actor=actor, now=now)
        if seen.dossier
        else hold_round(session, seen.round_id, actor=actor, now=now)
    )
    content = {"name": declared[0], "position": declared[1]}
    payload = keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"task": seen.task, "session": session_id, "payload": payload}
    record(session, facts.link, "declare_person", what, actor=actor, now=now)
