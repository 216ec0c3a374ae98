"""Who is who in a round, by role; roles of the round are given and ended here."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions.accounts import BY_BODY, GRANTED, ON_SUBJECT
from actions.appointing import APPOINTMENTS, Appointment, EndGrant, GrantRole
from config.vocabulary import RELATIONS
from models.db import run
from models.people import account_by_email
from states import desk as desks
from states import directory
from states.desk import Desk as Found
from states.errors import Refused, Unknown, refuse
from states.keys import ROLES
from web import confirming, correcting
from web.answers import Answer, Page, page
from web.asks import OfRound
from web.confirming import Place
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = OfRound("administer")
HERE: Final = {role.value: _(label) for role, label in RELATIONS.items() if role in GRANTED and role not in ON_SUBJECT}
BODIES: Final = (
    "SELECT DISTINCT a.body, coalesce(s.name, '') FROM assessment a LEFT JOIN subject s ON s.code = a.body "
    "WHERE a.round_id = :round AND a.body <> '' ORDER BY 1"
)


@desk.get("/rounds/{round_id:id}/people", asks=ADMINISTER)
def people_page(here: Here) -> Answer:
    """Who holds which role in a round."""
    return _page(here)


def _page(here: Here, *, told: Sequence[str] = ()) -> Page:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    unowned, more = directory.unowned(here.session, found.id)
    return page(
        "steer/people.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        desk=found,
        staff=directory.staff(here.session, found.id),
        labels=HERE,
        two=ROLES,
        bodies=_bodies(here, found),
        unowned=unowned,
        more=more,
        told=told,
        typed={name: here.typed.get(name) for name in ("email", "role", "body")},
    )


def _bodies(here: Here, found: Found) -> dict[str, str]:
    """The bodies that decide in the round, by code, with their names."""
    known = found.programme.authorities
    rows = run(here.session, BODIES, {"round": found.id}).fetchall()
    return {code: known[code].label if code in known else name or code for code, name in rows}


@desk.post("/rounds/{round_id:id}/people/look", asks=ADMINISTER)
def look(here: Here) -> Answer:
    """The second look at a role that is given or taken."""
    try:
        act = _wanted(here)
        return confirming.look(here, act, _place(here))
    except Refused as refused:
        return _page(here, told=correcting.problems(refused))


@desk.post("/rounds/{round_id:id}/people", asks=ADMINISTER)
def confirm(here: Here) -> Answer:
    """Give or end roles in a round."""
    act = confirming.carried(here, APPOINTMENTS)
    if act.round_id != here.path["round_id"] or not isinstance(act, GrantRole | EndGrant):
        raise refuse("act", _("Nội dung xác nhận thuộc đợt khác; quay lại và làm lại từ đầu."))
    return confirming.confirm(here, act, _place(here), done=f"/rounds/{here.path['round_id']}/people")


def _place(here: Here) -> Place:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    base = f"/rounds/{found.id}/people"
    return Place(base, base, _("Phân quyền"), found.title)


def _wanted(here: Here) -> Appointment:
    """The act that a form of the page asks for; Refused with what is missing."""
    key, ending = here.path["round_id"], here.typed.line("end")
    if not ending:
        return _role(here, key)
    if not (ending.isascii() and ending.isdecimal() and len(ending) < len(str(2**63))):
        raise Unknown(f"quyền số {ending}")
    return EndGrant(round_id=key, grant_id=int(ending))


def _role(here: Here, key: int) -> GrantRole:
    role, body = here.typed.line("role"), here.typed.line("body")
    account = account_by_email(here.session, here.typed.line("email"))
    if role not in HERE:
        raise refuse("role", _("Chọn vai trò."))
    if account is None:
        raise refuse("email", _("Không có tài khoản nào mang địa chỉ này; quản trị hệ thống thêm ở mục «Người dùng»."))
    if body and role not in BY_BODY:
        raise refuse("body", _("Vai trò này không giới hạn theo cấp quyết định."))
    return GrantRole(account_id=account.id, role=role, round_id=key, body=body or None)
