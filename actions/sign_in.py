"""Doors into the portal without a task link: by mail, by password, by a code told over the telephone (DESIGN §6).

Whatever is wrong with what was given, and whoever it was given for, the answer is the same: None.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from actions.passwords import HASHER, Checked, drop_second, has_second, second_holds
from actions.sessions import TOKEN_BYTES, Bearer, Visit, end, hash_of, is_privileged, start, token_of
from models.db import entropy, run
from models.doors import Credential, OneTimeKey, SignInMail
from models.installation import installation
from models.people import Account, account_by_email
from models.types import to_micros
from states.actor import Actor
from states.errors import Unknown, refuse
from states.history import record_installation
from states.permits import demand_everywhere

AGAIN: Final = timedelta(minutes=2)
"""Whoever asks for a sign-in mail again this soon waits for the one that is under way."""
KEY_LIVES: Final = {"mail": timedelta(minutes=30), "telephone": timedelta(minutes=30), "rehearsal": timedelta(days=7)}
DIGITS: Final = 8
TRIED_CODES: Final = 3
PROVIDER: Final = "oidc"
SPEND: Final = (
    "INSERT INTO one_time_key (account_id, email, way, token_hash, code_hash, made_at, ends_at, used_at) "
    f"VALUES (:account, :email, '{PROVIDER}', :hash, '', :now, :now, :now) ON CONFLICT (token_hash) DO NOTHING"
)
"""The key that somebody brings from a provider is kept as used up."""
USE: Final = "UPDATE one_time_key SET used_at = :now WHERE id = :id AND used_at IS NULL AND ends_at > :now"


class Started(NamedTuple):
    """The token of a new session, and what it has to do first: "second", "password" or nothing."""

    token: str
    awaits: str = ""


class Key(NamedTuple):
    """A one-time key as it is handed over: the digits to be told or typed, and the token of its link."""

    code: str
    token: str
    code_hash: str


def ask_mail(session: Session, email: str, *, now: datetime) -> None:
    """Queue a sign-in mail to the registered address of an account; nothing happens when there is none."""
    account = account_by_email(session, email)
    if account is None or not account.active:
        return
    own = select(SignInMail.id).where(SignInMail.account_id == account.id, col(SignInMail.asked_at) > now - AGAIN)
    if session.exec(own).first() is None:
        session.add(SignInMail(account_id=account.id, asked_at=now, due_at=now))
        session.flush()


def draw(entropy: Callable[[int], bytes]) -> Key:
    """A new key, kept nowhere yet. The caller holds no lock: hashing the code takes its time."""
    code = f"{int.from_bytes(entropy(16)) % 10**DIGITS:0{DIGITS}}"
    return Key(code, token_of(entropy(TOKEN_BYTES)), HASHER.hash(code))


def keep_key(session: Session, account: Account, way: str, key: Key, *, now: datetime) -> None:
    """Keep a key of an account; those before it live on, so that nobody ends another's by asking for one more."""
    made = OneTimeKey(
        account_id=account.id,
        email=account.email,
        way=way,
        token_hash=hash_of(key.token),
        code_hash=key.code_hash,
        made_at=now,
        ends_at=now + KEY_LIVES[way],
    )
    session.add(made)
    session.flush()


def give_key(session: Session, account_id: int, *, without_second: bool = False, actor: Actor, now: datetime) -> Key:
    """A key for an administrator to tell by telephone; `without_second` also takes a lost second factor away.

    It signs a unit in; a privileged role sets a password with it. In a rehearsal it signs every role in.
    """
    demand_everywhere(session, actor, "administer")
    account = session.get(Account, account_id)
    if account is None:
        raise Unknown(f"tài khoản số {account_id}")
    if not account.active:
        raise refuse("account_active", "Tài khoản đã ngừng hoạt động.")
    if without_second:
        drop_second(session, account_id, actor=actor, now=now)
    way = "rehearsal" if installation(session).made_as == "rehearsal" else "telephone"
    key = draw(partial(entropy, session))
    keep_key(session, account, way, key, now=now)
    record_installation(session, "give_code", {"account": account_id}, actor=actor, now=now)
    return key


def find_key(session: Session, token: str, *, now: datetime) -> OneTimeKey | None:
    """The key of a link while it opens something."""
    chosen = select(OneTimeKey).where(OneTimeKey.token_hash == hash_of(token))
    return next(iter(_living(session, session.exec(chosen).all(), now)), None)


def check_code(session: Session, email: str, code: str, *, now: datetime) -> OneTimeKey | None:
    """The key a code is of; as slow for an address without one. The caller holds no lock."""
    account = account_by_email(session, email)
    given = "".join(sign for sign in code if sign.isdecimal())
    keys = _newest(session, account.id, now) if account else []
    if not keys:
        HASHER.hash(given)
    return next((key for key in keys if HASHER.verify(given, key.code_hash)), None)


def _newest(session: Session, account_id: int, now: datetime) -> list[OneTimeKey]:
    chosen = select(OneTimeKey).where(OneTimeKey.account_id == account_id, col(OneTimeKey.ends_at) > now)
    last = chosen.order_by(col(OneTimeKey.id).desc()).limit(TRIED_CODES)
    return _living(session, session.exec(last).all(), now)


def _living(session: Session, keys: Sequence[OneTimeKey], now: datetime) -> list[OneTimeKey]:
    return [key for key in keys if key.used_at is None and key.ends_at > now and _still_opens(session, key)]


def _still_opens(session: Session, key: OneTimeKey) -> bool:
    """The address is still the account's, and no privileged role comes in by mail."""
    account = session.get_one(Account, key.account_id)
    if not account.active or account.email != key.email:
        return False
    return key.way != "mail" or not is_privileged(session, account.id)


def by_key(session: Session, key: OneTimeKey | None, visit: Visit, *, now: datetime) -> Started | None:
    """Use a key that was found or whose code was right, once."""
    if key is None or not _living(session, [key], now):
        return None
    if run(session, USE, {"id": key.id, "now": to_micros(now)}).rowcount == 0:
        return None
    awaits = "password" if key.way == "telephone" and is_privileged(session, key.account_id) else ""
    account = session.get_one(Account, key.account_id)
    return Started(start(session, account, key.way, visit, awaits=awaits, now=now)[1], awaits)


def by_password(session: Session, checked: Checked | None, visit: Visit, *, now: datetime) -> Started | None:
    """Begin a session for whoever gave the right password, if it is still the account's."""
    found = session.get(Credential, checked.account_id) if checked else None
    if checked is None or found is None or found.password_hash != checked.password_hash:
        return None
    return after_password(session, found.account_id, visit, now=now)


def after_password(session: Session, account_id: int, visit: Visit, *, now: datetime) -> Started | None:
    """Begin a session for whoever has just shown or set the password; a second factor comes first."""
    account = session.get_one(Account, account_id)
    if not account.active:
        return None
    awaits = "second" if has_second(session, account_id) else ""
    return Started(start(session, account, "password", visit, awaits=awaits, now=now)[1], awaits)


def by_second(session: Session, bearer: Bearer, digits: str, visit: Visit, *, now: datetime) -> Started | None:
    """Begin the session that waited for the second factor, with a new token."""
    if bearer.awaits != "second" or not second_holds(session, bearer.account_id, digits, now=now):
        return None
    end(session, bearer.session_id, account_id=bearer.account_id, now=now)
    return Started(start(session, session.get_one(Account, bearer.account_id), bearer.way, visit, now=now)[1])


def by_provider(session: Session, email: str, state: str, visit: Visit, *, now: datetime) -> Started | None:
    """Begin a session for whoever a provider vouches for by a registered address; a second factor comes first.

    `state` is that of the trip to the provider: each opens one session. Nothing is made that was not there: neither
    account nor grant.
    """
    account = account_by_email(session, email)
    if account is None or not account.active:
        return None
    used = {"account": account.id, "email": account.email, "hash": hash_of(state), "now": to_micros(now)}
    if run(session, SPEND, used).rowcount == 0:
        return None
    awaits = "second" if has_second(session, account.id) else ""
    return Started(start(session, account, PROVIDER, visit, awaits=awaits, now=now)[1], awaits)
