"""Sessions of the portal: beginning, finding, listing and ending them. Only the hash of a token is kept."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from models.db import entropy, run, run_many
from models.doors import WebSession
from models.people import Account
from models.types import from_micros, to_micros
from states.actor import Actor
from states.actor import account as actor_of
from states.errors import Unknown
from states.history import record_installation
from states.tasks import PRIVILEGED

TOKEN_BYTES: Final = 32
HALF_DAY: Final = timedelta(hours=12)
LIVES: Final = {
    "task_link": timedelta(hours=8),
    "mail": HALF_DAY,
    "telephone": HALF_DAY,
    "password": HALF_DAY,
    "oidc": HALF_DAY,
    "rehearsal": HALF_DAY,
}
STEP: Final = timedelta(minutes=10)
"""How long a session waits for the step that has to come first."""
SEEN: Final = timedelta(minutes=5)
STRONG: Final = frozenset({"password", "oidc", "rehearsal"})
ROLES: Final = ", ".join(f"'{role}'" for role in sorted(PRIVILEGED))
IS_PRIVILEGED: Final = (
    f"SELECT 1 FROM account_grant g WHERE g.account_id = {{account}} AND g.ended_at IS NULL AND g.role IN ({ROLES})"
)
FIND: Final = (
    "SELECT s.id, s.account_id, a.email, a.name, a.position, s.way, s.awaits, s.seen_at, s.declared_name, "
    f"s.declared_position, l.task, l.assessment_id, EXISTS ({IS_PRIVILEGED.format(account='a.id')}), l.round_id "
    "FROM web_session s JOIN account a ON a.id = s.account_id LEFT JOIN task_link l ON l.id = s.task_link_id "
    "WHERE s.token_hash = :hash AND s.ended_at IS NULL AND s.ends_at > :now AND a.active AND s.email = a.email"
)
LIVE: Final = "ended_at IS NULL AND ends_at > :now"
OF_THE_UNIT: Final = (
    "SELECT a.id FROM web_session s JOIN account_grant g ON g.account_id = s.account_id AND g.ended_at IS NULL "
    "AND g.role IN ('officer', 'head') JOIN assessment a ON {own} WHERE s.id = :session AND a.opened_at IS NULL"
)
UNOPENED: Final = " UNION ".join(
    OF_THE_UNIT.format(own=own)
    for own in ("a.subject_id = g.subject_id AND a.agency_id IS NULL", "a.agency_id = g.subject_id")
)
"""The dossiers of the units of a session's account that nobody of theirs has come to yet."""


class Visit(NamedTuple):
    """The browser that asks: the hash of its own cookie, its address, and what it says it is."""

    device_hash: bytes
    client: str = ""
    agent: str = ""


class Bearer(NamedTuple):
    """Who a session's token stands for; `task`, `assessment_id` and `round_id` are those of the link it began with.

    A link without a dossier is for what the round asks of the account itself: its opinions.
    """

    session_id: int
    account_id: int
    email: str
    name: str
    position: str
    way: str
    awaits: str
    seen_at: datetime
    declared_name: str = ""
    declared_position: str = ""
    task: str | None = None
    assessment_id: int | None = None
    is_privileged: bool = False
    round_id: int | None = None

    @property
    def actor(self) -> Actor:
        """The account as it acts."""
        return actor_of(self.account_id)

    @property
    def by_link(self) -> bool:
        """Whether the session is for one task only."""
        return self.way == "task_link"

    @property
    def may_act(self) -> bool:
        """Whether nothing has to come first, and privileged roles came by a strong way or for one task of a unit."""
        return not self.awaits and (self.by_link or not self.is_privileged or self.way in STRONG)

    @property
    def shown(self) -> str:
        """Who sits there, as far as it is known."""
        name, position = self.declared_name or self.name, self.declared_position or self.position
        return ", ".join(part for part in (name, position) if part) or self.email


def token_of(random: bytes) -> str:
    """Random bytes as a token."""
    return urlsafe_b64encode(random).rstrip(b"=").decode()


def hash_of(token: str) -> bytes:
    """What is stored of a token: the SHA-256 of its text."""
    return sha256(token.encode()).digest()


def is_privileged(session: Session, account_id: int) -> bool:
    """Whether an account holds a role that signs in with a password."""
    return run(session, IS_PRIVILEGED.format(account=":account"), {"account": account_id}).fetchone() is not None


def start(
    session: Session,
    account: Account,
    way: str,
    visit: Visit,
    *,
    awaits: str = "",
    task_link_id: int | None = None,
    declared: tuple[str, str] = ("", ""),
    now: datetime,
) -> tuple[int, str]:
    """Begin a session and return its id and token; a privileged one that may act at once is recorded."""
    token = token_of(entropy(session, TOKEN_BYTES))
    made = WebSession(
        token_hash=hash_of(token),
        account_id=account.id,
        email=account.email,
        way=way,
        awaits=awaits,
        task_link_id=task_link_id,
        declared_name=declared[0],
        declared_position=declared[1],
        **visit._asdict(),
        started_at=now,
        seen_at=now,
        ends_at=now + (STEP if awaits else LIVES[way]),
    )
    session.add(made)
    session.flush()
    key = made.id
    if not awaits and way != "task_link":
        note(session, account.id, key, way, now=now)
    _open(session, key, now)
    return key, token


def _open(session: Session, session_id: int, now: datetime) -> None:
    """Remember when somebody of a unit first came, for the board of the round."""
    found = run(session, f"{UNOPENED} ORDER BY 1", {"session": session_id}).fetchall()
    rows = [{"id": row[0], "now": to_micros(now)} for row in found]
    run_many(session, "UPDATE assessment SET opened_at = :now WHERE id = :id AND opened_at IS NULL", rows)


def note(session: Session, account_id: int, session_id: int, way: str, *, now: datetime) -> None:
    """Record a sign-in of a privileged account on the installation's chain."""
    if is_privileged(session, account_id):
        what = {"account": account_id, "way": way, "session": session_id}
        record_installation(session, "sign_in", what, actor=actor_of(account_id), now=now)


def find(session: Session, token: str, *, now: datetime) -> Bearer | None:
    """Whoever a token stands for; None when it ended, expired, was never given, or the account's address changed."""
    row = run(session, FIND, {"hash": hash_of(token), "now": to_micros(now)}).fetchone()
    if row is None:
        return None
    return Bearer._make((*row[:7], from_micros(row[7]), *row[8:12], bool(row[12]), row[13]))


def see(session: Session, session_id: int, *, now: datetime) -> None:
    """Remember when a session was last used, to within some minutes."""
    sql = "UPDATE web_session SET seen_at = :now WHERE id = :id AND seen_at < :before"
    run(session, sql, {"id": session_id, "now": to_micros(now), "before": to_micros(now - SEEN)})
    _open(session, session_id, now)


def of_account(session: Session, account_id: int, *, now: datetime) -> Sequence[WebSession]:
    """The sessions of an account that still open something, the last used first."""
    chosen = select(WebSession).where(WebSession.account_id == account_id, col(WebSession.ended_at).is_(None))
    living = chosen.where(col(WebSession.ends_at) > now, WebSession.awaits == "")
    return session.exec(living.order_by(col(WebSession.seen_at).desc(), col(WebSession.id).desc())).all()


def end(session: Session, session_id: int, *, account_id: int, now: datetime) -> None:
    """End a session of an account; Unknown when it is not the account's own."""
    sql = f"UPDATE web_session SET ended_at = :now WHERE id = :id AND account_id = :account AND {LIVE}"
    given = {"id": session_id, "account": account_id, "now": to_micros(now)}
    if run(session, sql, given).rowcount == 0:
        raise Unknown(f"phiên làm việc số {session_id}")


def end_all(session: Session, account_id: int, *, but: int | None = None, now: datetime) -> int:
    """End every session of an account but one; returns how many."""
    sql = f"UPDATE web_session SET ended_at = :now WHERE account_id = :account AND id <> :but AND {LIVE}"
    ended: int = run(session, sql, {"account": account_id, "but": but or 0, "now": to_micros(now)}).rowcount
    return ended
