"""Tokens for programs: made by a person who has just shown the password, shown once, ended by that person (DESIGN §6).

A token is its account with less: whatever it asks, the grants of the account and the scopes of the token both have to
allow. There is no scope for voting and none for deciding. It ends with its time, with the account, with the account's
address and with its password.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from actions.sessions import IS_PRIVILEGED, Bearer, hash_of, is_privileged, token_of
from models.db import entropy, run
from models.people import Account
from models.tokens import ApiToken
from models.types import to_micros
from states.actor import Actor, by_token
from states.errors import Refusal, Refused, Unknown
from states.history import record_installation

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "read": "Đọc đợt, hồ sơ, biểu chấm điểm, kết quả",
        "draft": "Tự chấm điểm, nộp, giải trình, đề nghị gia hạn thay đơn vị",
        "opine": "Tham gia ý kiến",
        "appraise": "Chấm điểm thẩm định, yêu cầu giải trình",
        "administer": "Quản trị đợt: điều chỉnh, gia hạn, thư, việc tự động, tài khoản",
        "approve": "Trả lời đề nghị phê duyệt của người khác",
        "audit": "Tra cứu, kiểm tra, xuất lịch sử",
    }
)
"""What a token may be limited to, with what that is called."""
LIVES: Final = (7, 30, 90, 365)
"""For how many days one may live."""
LONGEST_PRIVILEGED: Final = 90
MOST: Final = 20
"""So many live tokens has an account at most."""
MARK: Final = "dg1_"
"""How every token begins, so that one left lying is recognised."""
TOKEN_BYTES: Final = 32
LONGEST_NAME: Final = 80
WAY: Final = "token"
FIND: Final = (
    "SELECT k.id, k.account_id, a.email, a.name, a.position, k.scopes, "
    f"EXISTS ({IS_PRIVILEGED.format(account='a.id')}) FROM api_token k JOIN account a ON a.id = k.account_id "
    "WHERE k.token_hash = :hash AND k.revoked_at IS NULL AND k.ends_at > :now AND a.active AND k.email = a.email"
)


class Program(Bearer):
    """An account for which a program works."""

    __slots__ = ()

    @property
    def actor(self) -> Actor:
        """The account as it acts by this token, which is the session's id."""
        return by_token(self.account_id, self.session_id)

    @property
    def may_act(self) -> bool:
        """A token was made by password, so privileged roles reach through it too."""
        return True


class Key(NamedTuple):
    """A token that stands: for whom, and for what."""

    bearer: Program
    scopes: frozenset[str]


def make(
    session: Session, account_id: int, name: str, scopes: Collection[str], days: int, *, actor: Actor, now: datetime
) -> tuple[int, str]:
    """Make a token and return its id and text; Refused with everything against it. The caller has seen the password."""
    refusals = [*_bad(name, scopes, days), *_too_much(session, account_id, days, now)]
    if refusals:
        raise Refused(refusals)
    text = MARK + token_of(entropy(session, TOKEN_BYTES))
    made = ApiToken(
        token_hash=hash_of(text),
        account_id=account_id,
        email=session.get_one(Account, account_id).email,
        name=" ".join(name.split()),
        scopes=" ".join(one for one in SCOPES if one in scopes),
        made_at=now,
        ends_at=now + timedelta(days=days),
        window_at=now,
    )
    session.add(made)
    session.flush()
    key, granted = made.id, made.scopes
    what = {"account": account_id, "token": key, "scopes": granted, "days": days}
    record_installation(session, "make_token", what, actor=actor, now=now)
    return key, text


def _bad(name: str, scopes: Collection[str], days: int) -> list[Refusal]:
    found = []
    if not 0 < len(" ".join(name.split())) <= LONGEST_NAME:
        found.append(Refusal("name", f"Ghi tên gọi của khóa, nhiều nhất {LONGEST_NAME} ký tự."))
    if not scopes or not set(scopes) <= SCOPES.keys():
        found.append(Refusal("scopes", "Chọn ít nhất một phạm vi."))
    if days not in LIVES:
        found.append(Refusal("days", "Chọn thời hạn của khóa."))
    return found


def _too_much(session: Session, account_id: int, days: int, now: datetime) -> list[Refusal]:
    found = []
    if days > LONGEST_PRIVILEGED and is_privileged(session, account_id):
        sentence = f"Tài khoản giữ vai trò đặc quyền chỉ tạo khóa dùng nhiều nhất {LONGEST_PRIVILEGED} ngày."
        found.append(Refusal("days", sentence))
    if len(of_account(session, account_id, now=now)) >= MOST:
        found.append(Refusal("most", f"Mỗi tài khoản có nhiều nhất {MOST} khóa; thu hồi khóa không còn dùng."))
    return found


def find(session: Session, text: str, *, now: datetime) -> Key | None:
    """Whoever a token stands for; None when it ended, was revoked, was never made, or the account or address ended."""
    row = run(session, FIND, {"hash": hash_of(text), "now": to_micros(now)}).fetchone()
    if row is None:
        return None
    key, account_id, email, name, position, scopes, privileged = row
    bearer = Program(key, account_id, email, name, position, WAY, "", now, is_privileged=bool(privileged))
    return Key(bearer, frozenset(scopes.split()))


def of_account(session: Session, account_id: int, *, now: datetime) -> Sequence[ApiToken]:
    """The tokens of an account that still open something, the newest first."""
    chosen = select(ApiToken).where(ApiToken.account_id == account_id, col(ApiToken.revoked_at).is_(None))
    return session.exec(chosen.where(col(ApiToken.ends_at) > now).order_by(col(ApiToken.id).desc())).all()


def revoke(session: Session, token_id: int, *, account_id: int, actor: Actor, now: datetime) -> None:
    """End a token of an account; Unknown when it is not the account's own, or ended before."""
    sql = "UPDATE api_token SET revoked_at = :now WHERE id = :id AND account_id = :account AND revoked_at IS NULL"
    if run(session, sql, {"id": token_id, "account": account_id, "now": to_micros(now)}).rowcount == 0:
        raise Unknown(f"khóa API số {token_id}")
    record_installation(session, "revoke_token", {"account": account_id, "token": token_id}, actor=actor, now=now)


def revoke_all(session: Session, account_id: int, *, now: datetime) -> None:
    """End every token of an account: its password is another now."""
    sql = "UPDATE api_token SET revoked_at = :now WHERE account_id = :account AND revoked_at IS NULL"
    run(session, sql, {"account": account_id, "now": to_micros(now)})
