"""What waits for a second person: looked at as it stands now, approved, refused with a reason, or taken back."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions import approvals
from actions.acts import digest
from actions.corrections import Effect
from models.approvals import Approval
from models.decisions import Document
from models.savepoint import savepoint
from states.errors import Refused, Stale
from web import confirming
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import APPROVAL_ID, OfApproval, Own
from web.confirming import groups
from web.edge import Desk, Here
from web.forms import clean
from web.words import _

desk: Final = Desk()
ONE: Final = "/approvals/{approval_id:id}"
ANSWER: Final = OfApproval("answer")
DIGITS: Final = 5


@desk.get("/approvals", asks=Own())
def approvals_page(here: Here) -> Answer:
    """Acts of two people that wait, asked by oneself or to be answered."""
    number = number_of(here)
    waiting, _more = approvals.listed(here.session, here.actor, waiting=True, now=here.now, page=1)
    done, more = approvals.listed(here.session, here.actor, waiting=False, now=here.now, page=number)
    return page(
        "steer/approvals.html",
        others=[one for one in waiting if one.may_answer],
        mine=[one for one in waiting if not one.may_answer],
        done=done,
        number=number,
        more=more,
    )


def number_of(here: Here) -> int:
    """The number of the page an address asks for."""
    asked = clean(here.query.get("page", ""))
    return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < DIGITS else 1


@desk.get(ONE, asks=OfApproval("see"))
def approval_page(here: Here) -> Answer:
    """What is asked for, with all it would change."""
    return _one(here)


def _one(here: Here, *, told: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    row = approvals.find(here.session, here.path[APPROVAL_ID])
    paper = here.session.get(Document, row.document_id) if row.document_id is not None else None
    shown = approvals.shown(here.session, row, here.actor)
    is_open = row.status == "waiting" and not approvals.has_expired(row, here.now)
    return page(
        "steer/approval.html",
        status=status,
        one=shown,
        paper=paper,
        groups=groups(approvals.effects_of(row)),
        count=len(approvals.effects_of(row)),
        is_open=is_open,
        may_answer=is_open and shown.may_answer,
        may_withdraw=is_open and row.asked_by == here.actor.account_id,
        told=told,
        typed=here.typed.get("reason"),
    )


@desk.post(f"{ONE}/look", asks=ANSWER)
def look(here: Here) -> Answer:
    """The second look: what it would do now."""
    return _look(here)


def _look(here: Here, *, told: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    key = here.path[APPROVAL_ID]
    try:
        plan = approvals.current(here.session, key, actor=here.actor, now=here.now)
    except Refused as refused:
        return _refused(here, refused)
    row = approvals.find(here.session, key)
    seen = digest(approvals.act_of(row), plan)
    return page(
        "steer/approve.html",
        status=status,
        one=approvals.shown(here.session, row, here.actor),
        groups=groups(plan.effects),
        count=len(plan.effects),
        problems=[problem.sentence for problem in plan.problems],
        differs=differences(row, plan.effects) if seen != row.digest else ([], []),
        seen=seen,
        told=told,
    )


def differences(row: Approval, now: Sequence[Effect]) -> tuple[list[Effect], list[Effect]]:
    """What has come to a plan since it was asked for, and what is in it no more."""
    before = approvals.effects_of(row)
    return [one for one in now if one not in set(before)], [one for one in before if one not in set(now)]


@desk.post(f"{ONE}/approve", asks=ANSWER)
def approve(here: Here) -> Answer:
    """Approve what somebody else asked for; it is done at once."""
    key = here.path[APPROVAL_ID]
    try:
        with savepoint(here.session):
            seen = here.typed.get("seen")
            approvals.approve(here.session, key, seen=seen, actor=here.actor, now=here.now)
    except Refused as refused:
        return _refused(here, refused)
    except Stale:
        return _look(here, told=[confirming.CHANGED], status=HTTPStatus.CONFLICT)
    return redirect_with_note(f"/approvals/{key}", _("Đã phê duyệt và thực hiện."))


@desk.post(f"{ONE}/refuse", asks=ANSWER)
def refuse(here: Here) -> Answer:
    """Refuse what is asked for, with the reason."""
    key, reason = here.path[APPROVAL_ID], here.typed.get("reason")
    try:
        with savepoint(here.session):
            approvals.refuse_asked(here.session, key, reason, actor=here.actor, now=here.now)
    except Refused as refused:
        return _refused(here, refused)
    return redirect_with_note(f"/approvals/{key}", _("Đã ghi: không phê duyệt."))


@desk.post(f"{ONE}/withdraw", asks=OfApproval("see"))
def withdraw(here: Here) -> Answer:
    """Withdraw what one asked for oneself."""
    key = here.path[APPROVAL_ID]
    try:
        with savepoint(here.session):
            approvals.withdraw(here.session, key, actor=here.actor, now=here.now)
    except Refused as refused:
        return _refused(here, refused)
    return redirect_with_note(f"/approvals/{key}", _("Đã rút đề nghị."))


def _refused(here: Here, refused: Refused) -> Page:
    told = [refusal.sentence for refusal in refused.refusals]
    return _one(here, told=told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
