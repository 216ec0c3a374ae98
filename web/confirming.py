"""The second look at a typed act, and its confirmation: done as it was shown, or asked for where it takes two."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from actions import approvals
from actions.acts import Act, digest, perform
from actions.corrections import Effect, Grounds
from models.savepoint import savepoint
from states.errors import Refused, Stale, refuse
from web import papers
from web.answers import Answer, Page, page, redirect_with_note
from web.edge import Here
from web.words import _

One = TypeVar("One", bound=Act)
PAPER: Final = "paper"
CHANGED: Final = _(
    "Tình hình đã thay đổi sau khi mở trang này nên chưa có gì được thực hiện. Dưới đây là nội dung mới; "
    "xem lại rồi xác nhận."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a confirmation is sent, where one goes back to, and what stands above the title."""

    action: str
    back: str
    back_label: str
    over: str


def groups(effects: Sequence[Effect]) -> list[tuple[str, list[Effect]]]:
    """Effects by what they are, in the order in which they first come."""
    found: dict[str, list[Effect]] = {}
    for effect in effects:
        found.setdefault(effect.what, []).append(effect)
    return list(found.items())


def look(here: Here, act: Act, place: Place, *, told: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    """The second look: everything the act would do now, and what stands against it."""
    plan = act.plan(here.session, actor=here.actor, now=here.now)
    return page(
        "steer/look.html",
        status=status,
        title=act.title(here.session),
        place=place,
        act=act,
        parameters=act.model_dump_json(),
        takes_two=act.takes_two(here.session),
        days=approvals.LIVES.days,
        groups=groups(plan.effects),
        count=len(plan.effects),
        problems=[problem.sentence for problem in plan.problems],
        seen=digest(act, plan),
        told=told,
        typed={"reason": here.typed.get("reason"), **papers.typed(here, PAPER)},
    )


def carried(here: Here, adapter: TypeAdapter[One]) -> One:
    """The act that a confirmation brings back; Refused when it is none of those."""
    try:
        return adapter.validate_json(here.typed.get("act"))
    except ValidationError:
        raise refuse("act", _("Nội dung xác nhận không đọc được; quay lại và làm lại từ đầu.")) from None


def confirm(here: Here, act: Act, place: Place, *, done: str) -> Answer:
    """Do it as it was shown, or ask for it; shown again where something is missing or has changed meanwhile."""
    try:
        with savepoint(here.session):
            return _do(here, act, done)
    except Refused as refused:
        told = [refusal.sentence for refusal in refused.refusals]
        return look(here, act, place, told=told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Stale:
        return look(here, act, place, told=[CHANGED], status=HTTPStatus.CONFLICT)


def _do(here: Here, act: Act, done: str) -> Answer:
    grounds = _grounds(here, act)
    how: dict[str, Any] = {"seen": here.typed.get("seen"), "actor": here.actor, "now": here.now}
    if act.takes_two(here.session):
        key = approvals.propose(here.session, act, grounds, **how)
        return redirect_with_note(f"/approvals/{key}", _("Đã gửi đề nghị; chờ người thứ hai phê duyệt."))
    perform(here.session, act, grounds, **how)
    return redirect_with_note(done, _("Đã thực hiện: %(what)s.") % {"what": act.title(here.session)})


def _grounds(here: Here, act: Act) -> Grounds:
    """Reason and document as they were typed; Refused with everything that is missing."""
    reason, missing = here.typed.get("reason"), list[Any]()
    document = None
    try:
        document = papers.put(here, PAPER, act.kind, _("văn bản"), scan=False) if act.needs_document else None
    except Refused as refused:
        missing = list(refused.refusals)
    lacking = approvals.lacking(act, Grounds(reason, document))
    missing = [*(one for one in lacking if one.rule == "needs_reason"), *missing]
    if missing:
        raise Refused(missing)
    return Grounds(reason, document)
