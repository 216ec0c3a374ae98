"""Accounts: found, added, corrected, let in, given roles, handed over, ended. Every act leaves a trace."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from actions import accounts, leaving
from actions.appointing import APPOINTMENTS, Appointment, EndAccount, EndGrant, GrantRole, HandOver
from actions.sign_in import KEY_LIVES, give_key
from config.vocabulary import RELATIONS
from models.people import account_by_email, subjects_by_code
from models.rounds import open_rounds
from models.savepoint import savepoint
from states import directory
from states.directory import Sought
from states.errors import Refused, Unknown, refuse
from states.keys import ROLES
from web import confirming, correcting
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import Everywhere
from web.confirming import Place
from web.edge import Desk, Here
from web.forms import clean
from web.routes.approvals import number_of
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
ONE: Final = "/accounts/{account_id:id}"
LONGEST: Final = 200
ASKED: Final = ("email", "name", "position", "role", "subject", "round", "successor", "do")
GRANTED: Final = {role.value: _(label) for role, label in RELATIONS.items() if role in accounts.GRANTED}


@desk.get("/accounts", asks=ADMINISTER)
def accounts_page(here: Here) -> Answer:
    """Accounts, searched and in pages."""
    return _list(here)


def _list(here: Here, *, told: Sequence[str] = ()) -> Page:
    sought, number = _sought(here), number_of(here)
    found, more = directory.people(here.session, sought, number)
    asked = {"q": sought.text, "role": sought.role, "ended": "1" if sought.ended else ""}
    return page(
        "steer/accounts.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        rows=found,
        roles=directory.roles(here.session, [one.id for one in found]),
        sought=sought,
        granted=GRANTED,
        number=number,
        more=more,
        query=urlencode({name: value for name, value in asked.items() if value}),
        told=told,
        typed=_typed(here),
    )


def _sought(here: Here) -> Sought:
    role = here.query.get("role", "")
    text = " ".join(clean(here.query.get("q", "")).split())[:LONGEST]
    return Sought(text, role if role in GRANTED else "", here.query.get("ended") == "1")


def _typed(here: Here) -> dict[str, str]:
    return {name: here.typed.get(name) for name in ASKED}


@desk.post("/accounts", asks=ADMINISTER)
def add(here: Here) -> Answer:
    """Add an account."""
    email, name, position = (here.typed.line(field) for field in ("email", "name", "position"))
    try:
        with savepoint(here.session):
            if not name:
                raise refuse("name", _("Ghi họ và tên, hoặc tên cơ quan của tài khoản dùng chung."))
            how: dict[str, Any] = {"actor": here.actor, "now": here.now}
            key = accounts.add_account(here.session, email, name=name, position=position, **how)
    except Refused as refused:
        return _list(here, told=correcting.problems(refused))
    return redirect_with_note(f"/accounts/{key}", _("Đã thêm tài khoản; cấp vai trò ở dưới đây."))


@desk.get(ONE, asks=ADMINISTER)
def account_page(here: Here) -> Answer:
    """An account: address, roles, sign-in."""
    return _one(here)


def _one(here: Here, *, told: Sequence[str] = ()) -> Page:
    key = here.path["account_id"]
    person = directory.person(here.session, key)
    if person is None:
        raise Unknown(f"tài khoản số {key}")
    given = directory.roles(here.session, [key], also_ended=True).get(key, [])
    return page(
        "steer/account.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        person=person,
        living=[one for one in given if one.ended_at is None],
        ended=[one for one in given if one.ended_at is not None],
        is_own=key == here.actor.account_id,
        is_privileged=any(one.role in ROLES for one in given if one.ended_at is None),
        mails=directory.mails(here.session, key),
        versions=directory.versions(here.session, key),
        rounds=open_rounds(here.session),
        granted=GRANTED,
        two=sorted(ROLES),
        told=told,
        typed=_typed(here),
    )


@desk.post(f"{ONE}/name", asks=ADMINISTER)
def rename(here: Here) -> Answer:
    """Correct name and position of an account."""
    name, position = here.typed.line("name"), here.typed.line("position")
    return _do(here, accounts.rename, name, position, note=_("Đã sửa tên, chức vụ."))


@desk.post(f"{ONE}/address", asks=ADMINISTER)
def change_address(here: Here) -> Answer:
    """Change an address; both addresses are told."""
    note = _("Đã đổi địa chỉ; thư đang chờ và thư sau này gửi tới địa chỉ mới. Cả hai địa chỉ được báo.")
    return _do(here, accounts.change_address, here.typed.line("email"), note=note)


@desk.post(f"{ONE}/sign-in", asks=ADMINISTER)
def send_sign_in(here: Here) -> Answer:
    """Send a sign-in mail."""
    return _do(here, leaving.send_sign_in, note=_("Thư đăng nhập sẽ đến hộp thư đã đăng ký trong ít phút."))


@desk.post(f"{ONE}/restore", asks=ADMINISTER)
def restore(here: Here) -> Answer:
    """Let an ended account work again."""
    return _do(here, leaving.restore_account, note=_("Tài khoản hoạt động lại; vai trò phải cấp lại."))


def _do(here: Here, act: Any, *given: str, note: str) -> Answer:  # noqa: ANN401  any act on one account
    key = here.path["account_id"]
    try:
        with savepoint(here.session):
            act(here.session, key, *given, actor=here.actor, now=here.now)
    except Refused as refused:
        return _one(here, told=correcting.problems(refused))
    return redirect_with_note(f"/accounts/{key}", note)


@desk.post(f"{ONE}/code", asks=ADMINISTER)
def code(here: Here) -> Answer:
    """A one-time code, shown this once, to be told by telephone."""
    key = here.path["account_id"]
    without_second = here.typed.get("without_second") == "1"
    if key == here.actor.account_id:
        return _one(here, told=[_("Không tự cấp mã cho mình; người quản trị khác cấp.")])
    try:
        with savepoint(here.session):
            how: dict[str, Any] = {"actor": here.actor, "now": here.now}
            made = give_key(here.session, key, without_second=without_second, **how)
    except Refused as refused:
        return _one(here, told=correcting.problems(refused))
    way = "rehearsal" if here.place.is_rehearsal else "telephone"
    return page(
        "steer/code.html", person=directory.person(here.session, key), code=made.code, until=here.now + KEY_LIVES[way]
    )


@desk.post(f"{ONE}/look", asks=ADMINISTER)
def look(here: Here) -> Answer:
    """The second look at a role given or taken, a hand-over, or the end of the account."""
    try:
        act = _wanted(here)
        return confirming.look(here, act, _place(here))
    except Refused as refused:
        return _one(here, told=correcting.problems(refused))


@desk.post(f"{ONE}/confirm", asks=ADMINISTER)
def confirm(here: Here) -> Answer:
    """Do to an account what was looked at."""
    act, key = confirming.carried(here, APPOINTMENTS), here.path["account_id"]
    if not _is_of(here, act):
        raise refuse("act", _("Nội dung xác nhận thuộc tài khoản khác; quay lại và làm lại từ đầu."))
    return confirming.confirm(here, act, _place(here), done=f"/accounts/{key}")


def _is_of(here: Here, act: Appointment) -> bool:
    """Whether an act is on the account of the path."""
    if isinstance(act, EndGrant):
        return act.grant_id in {one.id for one in _roles(here)}
    own: int = here.path["account_id"]
    return own == (act.of if isinstance(act, HandOver) else act.account_id)


def _roles(here: Here) -> list[directory.Given]:
    key = here.path["account_id"]
    return directory.roles(here.session, [key], also_ended=True).get(key, [])


def _place(here: Here) -> Place:
    key = here.path["account_id"]
    person = directory.person(here.session, key)
    if person is None:
        raise Unknown(f"tài khoản số {key}")
    return Place(f"/accounts/{key}/confirm", f"/accounts/{key}", person.shown, _("Người dùng"))


def _wanted(here: Here) -> Appointment:
    """The act that a form of the page asks for; Refused with what is missing."""
    key, what = here.path["account_id"], here.typed.get("do")
    if what == "end_account":
        return EndAccount(account_id=key)
    if what == "hand_over":
        return HandOver(of=key, into=_successor(here))
    if what == "grant":
        return _role(here, key)
    asked = {f"end:{one.id}": one for one in _roles(here)}
    if what not in asked:
        raise refuse("do", _("Chọn việc cần làm."))
    return EndGrant(grant_id=asked[what].id)


def _successor(here: Here) -> int:
    found = account_by_email(here.session, here.typed.line("successor"))
    if found is None:
        raise refuse("successor", _("Không có tài khoản nào mang địa chỉ này; thêm tài khoản của người nhận trước."))
    return found.id


def _role(here: Here, key: int) -> GrantRole:
    role, code_of, in_round = (here.typed.line(name) for name in ("role", "subject", "round"))
    if role not in GRANTED:
        raise refuse("role", _("Chọn vai trò."))
    subject = subjects_by_code(here.session, [code_of]).get(code_of) if code_of else None
    if code_of and subject is None:
        raise refuse("subject", _("Không có đơn vị mang mã «%(code)s».") % {"code": code_of})
    known = {str(one.id): one.id for one in open_rounds(here.session)}
    if in_round and in_round not in known:
        raise refuse("round", _("Chọn đợt trong danh sách."))
    return GrantRole(
        account_id=key, role=role, subject_id=subject.id if subject else None, round_id=known.get(in_round)
    )
