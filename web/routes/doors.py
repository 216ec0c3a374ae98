"""Signing in and out. An answer never tells whether an address has an account."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from actions import passwords, sign_in
from actions import sessions as kept
from actions.sign_in import Started
from models.doors import OneTimeKey
from states.errors import Refused
from web import limits, oidc
from web.answers import Answer, Page, Redirect, page, redirect_with_note
from web.asks import Nobody, Own, Step
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
DOOR: Final = Nobody("a door stands open to whoever wants to come in")
NEXT: Final = {"second": "/sign-in/second", "password": "/sign-in/new-password", "": "/"}


def safe_next(wanted: str) -> str:
    """An address of ours to go on to; home for anything else."""
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\\" not in wanted
    return wanted if is_own and wanted.isprintable() else "/"


def _door(here: Here, way: str, *, status: int = HTTPStatus.OK, problem: str = "") -> Page:
    wanted = safe_next(here.query.get("next") or here.typed.get("next"))
    email = here.typed.line("email") or here.query.get("email", "")
    provider = oidc.provider_of(here.place.settings)
    label = provider.label if provider else ""
    return page("sign_in.html", status=status, way=way, problem=problem, email=email, next=wanted, provider=label)


def _go_on(here: Here, started: Started) -> Answer:
    return go_on(started, safe_next(here.typed.get("next")))


def go_on(started: Started, wanted: str) -> Answer:
    """Into the portal with a new session: to what it has to do first, else where one wanted to go."""
    if started.awaits:
        wanted = f"{NEXT[started.awaits]}?next={quote(wanted)}"
    return Redirect(wanted, token=started.token)


def _wait(here: Here, one: limits.Try, way: str) -> Page | None:
    until = limits.wait_until(here.session, one, now=here.now)
    if until is None:
        return None
    minutes = -(-int((until - here.now).total_seconds()) // 60)
    problem = _("Đã thử quá nhiều lần; %(minutes)s phút nữa thử lại, hoặc gọi số điện thoại ở cuối trang.")
    return _door(here, way, status=HTTPStatus.TOO_MANY_REQUESTS, problem=problem % {"minutes": max(minutes, 1)})


def _try(here: Here, way: str) -> limits.Try:
    return limits.the_try(here.session, way, here.typed.line("email"), here.visit)


@desk.get("/sign-in", asks=DOOR)
def by_mail_page(here: Here) -> Answer:
    """The form that asks for a sign-in mail."""
    return _door(here, "mail")


@desk.get("/sign-in/password", asks=DOOR)
def by_password_page(here: Here) -> Answer:
    """The form of address and password."""
    return _door(here, "password")


@desk.get("/sign-in/code", asks=DOOR)
def by_code_page(here: Here) -> Answer:
    """The form of a one-time code that was told by telephone."""
    return _door(here, "code")


@desk.post("/sign-in", asks=DOOR)
def ask_mail(here: Here) -> Answer:
    """Queue a sign-in mail; the answer is the same for unknown addresses."""
    one = _try(here, "mail")
    waiting = _wait(here, one, "mail")
    if waiting is not None:
        return waiting
    email = here.typed.line("email")
    if "@" not in email:
        problem = _("Ghi địa chỉ thư đã đăng ký, ví dụ canbo@phuong.gov.vn.")
        return _door(here, "mail", status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=problem)
    limits.count(here.session, one, now=here.now)
    sign_in.ask_mail(here.session, email, now=here.now)
    return page("sign_in_sent.html", email=email, minutes=int(sign_in.KEY_LIVES["mail"].total_seconds()) // 60)


def _check_password(here: Here) -> passwords.Checked | None:
    """Hashing is what a stranger would like to make us do: nothing is hashed beyond the limit."""
    if limits.wait_until(here.session, _try(here, "password"), now=here.now):
        return None
    return passwords.check(here.session, here.typed.line("email"), here.typed.get("password"))


@desk.post("/sign-in/password", asks=DOOR, first=_check_password)
def by_password(here: Here) -> Answer:
    """Sign in by password; tries are limited."""
    one = _try(here, "password")
    waiting = _wait(here, one, "password")
    if waiting is not None:
        return waiting
    started = sign_in.by_password(here.session, here.before, here.visit, now=here.now)
    if started is not None:
        return _go_on(here, started)
    limits.count(here.session, one, now=here.now)
    problem = _("Địa chỉ thư hoặc mật khẩu không đúng.")
    return _door(here, "password", status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=problem)


def _check_code(here: Here) -> OneTimeKey | None:
    if limits.wait_until(here.session, _try(here, "code"), now=here.now):
        return None
    return sign_in.check_code(here.session, here.typed.line("email"), here.typed.get("code"), now=here.now)


@desk.post("/sign-in/code", asks=DOOR, first=_check_code)
def by_code(here: Here) -> Answer:
    """Sign in by a one-time code; tries are limited."""
    one = _try(here, "code")
    waiting = _wait(here, one, "code")
    if waiting is not None:
        return waiting
    started = sign_in.by_key(here.session, here.before, here.visit, now=here.now)
    if started is not None:
        return _go_on(here, started)
    limits.count(here.session, one, now=here.now)
    problem = _("Địa chỉ thư hoặc mã không đúng, hoặc mã đã hết hạn.")
    return _door(here, "code", status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=problem)


@desk.get("/s/{token}", asks=DOOR)
def key_page(here: Here) -> Answer:
    """The button behind a sign-in link: looking at it uses nothing up."""
    return page("key.html", address=f"/s/{here.path['token']}")


@desk.post("/s/{token}", asks=DOOR)
def by_key(here: Here) -> Answer:
    """Exchange a sign-in link for a session."""
    key = sign_in.find_key(here.session, here.path["token"], now=here.now)
    started = sign_in.by_key(here.session, key, here.visit, now=here.now)
    if started is not None:
        return _go_on(here, started)
    problem = _("Liên kết đăng nhập đã dùng, đã hết hạn hoặc không đúng. Nhận thư đăng nhập khác ở dưới đây.")
    return _door(here, "mail", status=HTTPStatus.GONE, problem=problem)


@desk.get("/sign-in/second", asks=Step("second"))
def second_page(here: Here) -> Answer:
    """The form of the second factor."""
    return page("second.html", problem="", next=safe_next(here.query.get("next", "/")))


@desk.post("/sign-in/second", asks=Step("second"))
def second(here: Here) -> Answer:
    """Check the second factor and let the session in."""
    bearer = here.account
    one = limits.the_try(here.session, "second", bearer.email, here.visit)
    problem = _("Đã thử quá nhiều lần; ít phút nữa thử lại.")
    if limits.wait_until(here.session, one, now=here.now) is None:
        started = sign_in.by_second(here.session, bearer, here.typed.get("digits"), here.visit, now=here.now)
        if started is not None:
            return _go_on(here, started)
        limits.count(here.session, one, now=here.now)
        problem = _("Mã không đúng hoặc đã dùng; đợi mã mới trên điện thoại rồi nhập lại.")
    wanted = safe_next(here.typed.get("next"))
    return page("second.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=problem, next=wanted)


def new_password(address: str, *, asks_old: bool = False, problem: str = "", status: int = HTTPStatus.OK) -> Page:
    """The page on which a password is set."""
    least = passwords.LEAST
    return page("new_password.html", status=status, address=address, asks_old=asks_old, least=least, problem=problem)


def hash_new(here: Here) -> str | Refused:
    """The hash of the new password, or why it will not do."""
    try:
        return passwords.hashed(here.typed.get("password"), here.typed.get("repeated"), here.account.email)
    except Refused as refused:
        return refused


@desk.get("/sign-in/new-password", asks=Step("password"))
def first_password_page(_here: Here) -> Answer:
    """The form of a first password."""
    return new_password(NEXT["password"])


@desk.post("/sign-in/new-password", asks=Step("password"), first=hash_new)
def first_password(here: Here) -> Answer:
    """Set a first password, and let the session in."""
    key, hashed = here.account.account_id, here.before
    if isinstance(hashed, Refused):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return new_password(NEXT["password"], problem=str(hashed), status=status)
    passwords.set_password(here.session, key, hashed, actor=here.actor, now=here.now)
    started = sign_in.after_password(here.session, key, here.visit, now=here.now)
    if started is None:
        return Redirect("/sign-in/password", token="")
    return redirect_with_note(NEXT[started.awaits], _("Đã đặt mật khẩu."), token=started.token)


@desk.post("/sign-out", asks=Own(by_link=True))
def sign_out(here: Here) -> Answer:
    """End this session."""
    kept.end(here.session, here.account.session_id, account_id=here.account.account_id, now=here.now)
    return redirect_with_note("/sign-in", _("Đã đăng xuất."), token="")
