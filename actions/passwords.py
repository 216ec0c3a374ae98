"""Passwords (Argon2id) and second factors (TOTP). Hashing is slow: it is done outside transactions."""

import hmac
import unicodedata
from base64 import b32encode
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pyotp import TOTP
from sqlmodel import Session

from actions.sessions import end_all
from actions.tokens import revoke_all
from models.db import entropy
from models.doors import Credential
from models.people import account_by_email
from states.actor import Actor
from states.errors import Refusal, Refused, refuse
from states.history import record_installation

HASHER: Final = PasswordHash((Argon2Hasher(),))
LEAST, MOST = 12, 1024
STEP: Final = 30
SECRET_BYTES: Final = 20


class Checked(NamedTuple):
    """An account whose password was right, and the hash it was held against."""

    account_id: int
    password_hash: str


def check(session: Session, email: str, password: str) -> Checked | None:
    """Whose password this is; as slow for an address without one. The caller holds no lock."""
    account = account_by_email(session, email)
    found = session.get(Credential, account.id) if account else None
    known = found.password_hash if found else _nobody()
    right = HASHER.verify(_plain(password)[:MOST], known)
    return Checked(found.account_id, known) if found and right else None


@cache
def _nobody() -> str:
    return HASHER.hash("")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def hashed(password: str, repeated: str, email: str) -> str:
    """The hash of a new password; Refused when it is weak or not repeated. The caller holds no lock."""
    refusals = [*_weak(_plain(password), email)]
    if password != repeated:
        refusals.append(Refusal("repeated", "Hai lần nhập mật khẩu không giống nhau."))
    if refusals:
        raise Refused(refusals)
    return HASHER.hash(_plain(password))


def _weak(password: str, email: str) -> list[Refusal]:
    own = email.partition("@")[0].lower()
    found = []
    if not LEAST <= len(password) <= MOST:
        found.append(Refusal("length", f"Mật khẩu phải có ít nhất {LEAST} ký tự; nên dùng một câu dễ nhớ."))
    if len(set(password)) < LEAST // 2 or own in password.lower():
        found.append(Refusal("weak", "Mật khẩu không được lặp lại vài ký tự và không được chứa địa chỉ thư."))
    return found


def set_password(session: Session, account_id: int, password_hash: str, *, actor: Actor, now: datetime) -> None:
    """Set or change the password of an account and end its sessions and tokens; a second factor stays."""
    found = session.get(Credential, account_id)
    if found is None:
        session.add(Credential(account_id=account_id, password_hash=password_hash, set_at=now))
    else:
        found.password_hash, found.set_at = password_hash, now
    session.flush()
    end_all(session, account_id, now=now)
    revoke_all(session, account_id, now=now)
    record_installation(session, "set_password", {"account": account_id}, actor=actor, now=now)


def has_second(session: Session, account_id: int) -> bool:
    """Whether an account's password asks for a second factor."""
    found = session.get(Credential, account_id)
    return found is not None and found.totp_secret is not None


def offer_second(session: Session, account_id: int) -> str:
    """A secret for an authenticator, in force once a code of it is given; offered again until then."""
    found = session.get(Credential, account_id)
    if found is None:
        raise refuse("password", "Phải đặt mật khẩu trước khi bật xác thực hai lớp.")
    found.totp_offered = found.totp_offered or b32encode(entropy(session, SECRET_BYTES)).decode()
    session.flush()
    return found.totp_offered


def confirm_second(session: Session, account_id: int, digits: str, *, actor: Actor, now: datetime) -> None:
    """Put the offered secret in force; Refused when the code is not of it."""
    found = session.get(Credential, account_id)
    step = _step(found.totp_offered, digits, now, 0) if found and found.totp_offered else None
    if found is None or step is None:
        raise refuse("second", "Mã xác thực không đúng; kiểm tra đồng hồ của điện thoại rồi nhập mã mới.")
    found.totp_secret, found.totp_offered, found.totp_step = found.totp_offered, None, step
    session.flush()
    record_installation(session, "set_second", {"account": account_id}, actor=actor, now=now)


def drop_second(session: Session, account_id: int, *, actor: Actor, now: datetime) -> None:
    """Do without a second factor again."""
    found = session.get(Credential, account_id)
    if found is not None and found.totp_secret is not None:
        found.totp_secret = found.totp_offered = None
        session.flush()
        record_installation(session, "drop_second", {"account": account_id}, actor=actor, now=now)


def second_holds(session: Session, account_id: int, digits: str, *, now: datetime) -> bool:
    """Whether a code is of the account's second factor and of no step used before; it is used with this."""
    found = session.get(Credential, account_id)
    step = _step(found.totp_secret, digits, now, found.totp_step) if found and found.totp_secret else None
    if found is not None and step is not None:
        found.totp_step = step
        session.flush()
    return step is not None


def _step(secret: str, digits: str, now: datetime, after: int) -> int | None:
    """The time step a code is of, one before or after now at most and later than `after`."""
    own, given = int(now.timestamp()) // STEP, "".join(digits.split())
    near = [step for step in (own - 1, own, own + 1) if step > after]
    codes = ((step, TOTP(secret).at(step * STEP)) for step in near)
    return next((step for step, code in codes if hmac.compare_digest(code.encode(), given.encode())), None)
