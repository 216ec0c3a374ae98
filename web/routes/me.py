"""Home, and what belongs to the account itself: its sessions, password, second factor and reminders."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import segno
from pyotp import TOTP

from actions import approvals, box_page, meeting_page, opinion_page, own_account, passwords, tokens
from actions import sessions as kept
from actions.opinion_page import Listed
from actions.sessions import Bearer
from models.doors import Credential
from models.people import Account
from states import below, mine, released
from states.errors import Refused, refuse
from web import limits
from web.answers import Answer, Page, Redirect, page, redirect_with_note
from web.asks import Own
from web.edge import Desk, Here
from web.routes.doors import hash_new, new_password
from web.words import _

desk: Final = Desk()
ISSUER: Final = "Đánh giá hằng năm"


@desk.get("/", asks=Own(by_link=True))
def home(here: Here) -> Answer:
    """What waits for the account: dossiers, meetings, opinions, approvals."""
    bearer = here.account
    if bearer.by_link and bearer.assessment_id is not None:
        return Redirect(f"/assessments/{bearer.assessment_id}")
    asked = opinion_page.of_account(here.session, here.actor)
    if bearer.by_link:
        return _home_by_link(bearer, asked)
    return page(
        "home.html",
        asked=[one for one in asked if one.is_open(here.now)],
        consulted=opinion_page.of_staff(here.session, here.actor),
        polling=box_page.polling(here.session, here.actor),
        meetings=meeting_page.of_account(here.session, here.actor),
        own=mine.of_units(here.session, here.actor),
        assigned=mine.assigned(here.session, here.actor),
        below=below.count(here.session, here.actor),
        rounds=mine.rounds(here.session, here.actor),
        readable=released.readable(here.session, here.actor),
        approving=approvals.count_waiting(here.session, here.actor, now=here.now),
    )


def _home_by_link(bearer: Bearer, asked: Sequence[Listed]) -> Answer:
    """The requests of the link's round; the only one at once."""
    own = [one for one in asked if one.round_id == bearer.round_id]
    if len(own) == 1:
        return Redirect(f"/opinions/{own[0].id}")
    nothing: dict[str, Any] = dict.fromkeys(
        ("consulted", "polling", "meetings", "own", "assigned", "rounds", "readable"), ()
    )
    return page("home.html", asked=own, below=0, approving=0, **nothing)


@desk.get("/me", asks=Own())
def account_page(here: Here) -> Answer:
    """Sessions, password, second factor, reminders and tokens of the account."""
    return own_page(here)


def own_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    """What belongs to the account; `told` is what is wrong with the token that was asked for."""
    key = here.account.account_id
    return page(
        "account.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        account=here.session.get_one(Account, key),
        sessions=kept.of_account(here.session, key, now=here.now),
        has_password=here.session.get(Credential, key) is not None,
        has_second=passwords.has_second(here.session, key),
        tokens=tokens.of_account(here.session, key, now=here.now),
        scopes=tokens.SCOPES,
        lives=tokens.LIVES,
        told=told,
        typed={"name": here.typed.get("name"), "days": here.typed.get("days"), "scopes": here.typed.all("scope")},
    )


@desk.post("/me/sessions/{session_id:id}/end", asks=Own())
def end_session(here: Here) -> Answer:
    """End one session of the account."""
    kept.end(here.session, here.path["session_id"], account_id=here.account.account_id, now=here.now)
    return redirect_with_note("/me", _("Đã kết thúc phiên làm việc."))


@desk.post("/me/sessions/end-others", asks=Own())
def end_others(here: Here) -> Answer:
    """End all sessions of the account but this one."""
    bearer = here.account
    ended = kept.end_all(here.session, bearer.account_id, but=bearer.session_id, now=here.now)
    return redirect_with_note("/me", _("Đã kết thúc %(count)s phiên làm việc khác.") % {"count": ended})


@desk.post("/me/reminders", asks=Own())
def set_reminders(here: Here) -> Answer:
    """Turn reminders on or off; obligations are always sent."""
    wanted = here.typed.get("reminders") == "on"
    own_account.set_reminders(here.session, here.actor, wanted=wanted)
    return redirect_with_note("/me", _("Đã bật thư nhắc.") if wanted else _("Đã tắt thư nhắc."))


def _asks_old(here: Here) -> bool:
    way, key = here.account.way, here.account.account_id
    return way == "password" or (way == "oidc" and here.session.get(Credential, key) is not None)


def _password_page(here: Here, *, problem: str = "") -> Page:
    asks_old = _asks_old(here)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return new_password("/me/password", asks_old=asks_old, problem=problem, status=status)


@desk.get("/me/password", asks=Own())
def password_page(here: Here) -> Answer:
    """The form of a new password."""
    return _password_page(here)


def _hash_own(here: Here) -> str | Refused:
    """Whoever came by the password, or past it, shows it again before it is changed."""
    if _asks_old(here) and not knows_password(here):
        return refuse("old_password", _("Mật khẩu hiện tại không đúng."))
    return hash_new(here)


def knows_password(here: Here) -> bool:
    """Whether the password that was typed is the account's own; slow."""
    bearer, one = here.account, password_try(here)
    if limits.wait_until(here.session, one, now=here.now):
        return False
    return passwords.check(here.session, bearer.email, here.typed.get("old_password")) is not None


def password_try(here: Here) -> limits.Try:
    """A try at the account's own password."""
    return limits.the_try(here.session, "password", here.account.email, here.visit)


@desk.post("/me/password", asks=Own(), first=_hash_own)
def set_password(here: Here) -> Answer:
    """Set a new password; whoever came by password shows the old one."""
    bearer, hashed = here.account, here.before
    if isinstance(hashed, Refused):
        limits.count(here.session, password_try(here), now=here.now)
        return _password_page(here, problem=str(hashed))
    passwords.set_password(here.session, bearer.account_id, hashed, actor=here.actor, now=here.now)
    return redirect_with_note("/sign-in/password", _("Đã đặt mật khẩu. Đăng nhập lại bằng mật khẩu mới."), token="")


def _second_page(here: Here, secret: str, *, problem: str = "") -> Page:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    address = TOTP(secret).provisioning_uri(name=here.account.email, issuer_name=ISSUER)
    picture = segno.make(address, micro=False).svg_data_uri(scale=5, border=2)
    return page("second_set.html", status=status, secret=secret, picture=picture, problem=problem)


@desk.post("/me/second", asks=Own())
def offer_second(here: Here) -> Answer:
    """Show the secret of a second factor, to be confirmed."""
    return _second_page(here, passwords.offer_second(here.session, here.account.account_id))


@desk.post("/me/second/confirm", asks=Own())
def confirm_second(here: Here) -> Answer:
    """Turn the second factor on by a first code."""
    key, digits = here.account.account_id, here.typed.get("digits")
    try:
        passwords.confirm_second(here.session, key, digits, actor=here.actor, now=here.now)
    except Refused as refused:
        return _second_page(here, passwords.offer_second(here.session, key), problem=str(refused))
    return redirect_with_note("/me", _("Đã bật xác thực hai lớp."))


@desk.post("/me/second/drop", asks=Own())
def drop_second(here: Here) -> Answer:
    """Turn the second factor off by a code."""
    key, digits = here.account.account_id, here.typed.get("digits")
    if not passwords.second_holds(here.session, key, digits, now=here.now):
        raise refuse("second", _("Mã không đúng hoặc đã dùng; đợi mã mới trên điện thoại rồi nhập lại."))
    passwords.drop_second(here.session, key, actor=here.actor, now=here.now)
    return redirect_with_note("/me", _("Đã tắt xác thực hai lớp."))
