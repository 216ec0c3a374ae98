"""Tokens for programs on the page of the account: made after the password is shown again, seen once, revoked."""

from typing import Final

from actions import passwords, tokens
from models.savepoint import savepoint
from states.errors import Refused
from web import limits
from web.answers import Answer, page, redirect_with_note
from web.asks import Own
from web.edge import Desk, Here
from web.routes.me import knows_password, own_page, password_try
from web.words import _

desk: Final = Desk()
LONGEST: Final = 3


@desk.post("/me/tokens", asks=Own(), first=knows_password)
def make_token(here: Here) -> Answer:
    """Make a token for the API; it is shown once."""
    if not here.before:
        limits.count(here.session, password_try(here), now=here.now)
        return own_page(here, told=[_("Mật khẩu hiện tại không đúng.")])
    if not _knows_second(here):
        limits.count(here.session, _second_try(here), now=here.now)
        return own_page(here, told=[_("Mã xác thực không đúng hoặc đã dùng; đợi mã mới rồi nhập lại.")])
    try:
        with savepoint(here.session):
            return _made(here)
    except Refused as refused:
        return own_page(here, told=[one.sentence for one in refused.refusals])


def _made(here: Here) -> Answer:
    key, days = here.account.account_id, here.typed.get("days")
    lives = int(days) if days.isascii() and days.isdecimal() and len(days) <= LONGEST else 0
    name, scopes = here.typed.line("name"), here.typed.all("scope")
    made, text = tokens.make(here.session, key, name, scopes, lives, actor=here.actor, now=here.now)
    return page("token.html", id=made, name=name, text=text)


def _knows_second(here: Here) -> bool:
    """Where a second factor is on, it is asked for like at signing in."""
    key = here.account.account_id
    if not passwords.has_second(here.session, key):
        return True
    if limits.wait_until(here.session, _second_try(here), now=here.now):
        return False
    return passwords.second_holds(here.session, key, here.typed.get("code"), now=here.now)


def _second_try(here: Here) -> limits.Try:
    return limits.the_try(here.session, "second", here.account.email, here.visit)


@desk.post("/me/tokens/{token_id:id}/revoke", asks=Own())
def revoke_token(here: Here) -> Answer:
    """End a token of the API."""
    key = here.account.account_id
    tokens.revoke(here.session, here.path["token_id"], account_id=key, actor=here.actor, now=here.now)
    return redirect_with_note("/me", _("Đã thu hồi khóa API; chương trình dùng khóa này không còn truy cập được."))
