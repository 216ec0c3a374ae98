"""Acts of two people: one asks, another one approves or refuses, in a fixed time (DESIGN §5).

What is asked for is kept as the typed act with the plan that the requester saw. Approving does it in the same
transaction, as the requester's act, with both named in every row of history that it leaves. The approver confirms the
plan as it is then: where it is no longer the one shown, nothing is done.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, TypeAdapter
from sqlmodel import Session, and_, col, func, not_, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from actions import acts
from actions.acts import Act
from actions.appointing import GrantRole, HandOver
from actions.approval_mail import tell_approvers
from actions.correcting import Correction
from actions.corrections import Effect, Grounds, Plan
from models.approvals import Approval
from models.db import is_sqlite, run
from models.people import Account, AccountVersion
from states.actor import Actor, together
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.history import record, record_installation
from states.hold import hold_round
from states.permits import EVERYWHERE, ROUND, allowed, demand_everywhere, demand_round

LIVES: Final = timedelta(days=7)
PAGE: Final = 50
Part = Literal["see", "answer"]
Known = Correction | GrantRole | HandOver
ACTS: Final[TypeAdapter[Known]] = TypeAdapter(Annotated[Known, Field(discriminator="kind")])


class Asked(NamedTuple):
    """An approval as a list shows it: who asked and answered, and whether the actor may answer it."""

    row: Approval
    by: str
    answered_by: str
    may_answer: bool


def act_of(row: Approval) -> Act:
    """The act that is asked for."""
    return ACTS.validate_json(row.parameters)


def propose(session: Session, act: Act, grounds: Grounds, *, seen: str, actor: Actor, now: datetime) -> int:
    """Ask for an act that takes two people; returns the id of what is asked.

    Stale when the plan is not the one seen; Refused with everything that stands against the act, when a reason (or the
    document it needs) is missing, and when the same is waiting already.
    """
    if actor.account_id is None:
        raise NotAllowed("Việc cần hai người do hai tài khoản riêng thực hiện.")
    plan = acts.demand_seen(session, act, seen, actor=actor, now=now)
    refusals = [*plan.problems, *lacking(act, grounds), *_twice(session, act, now)]
    if refusals:
        raise Refused(refusals)
    made = Approval(
        kind=act.kind,
        title=act.title(session),
        round_id=act.round_id,
        parameters=act.model_dump_json(),
        reason=grounds.reason.strip(),
        document_id=grounds.document_id,
        digest=seen,
        effects=json.dumps(acts.lines(plan.effects), ensure_ascii=False),
        asked_by=actor.account_id,
        asked_at=now,
        ends_at=now + LIVES,
    )
    session.add(made)
    session.flush()
    key = made.id
    _record(session, made, "ask_approval", {"digest": seen} | grounds.what, actor, now)
    tell_approvers(session, made, now)
    return key


def lacking(act: Act, grounds: Grounds) -> list[Refusal]:
    """One refusal for each of reason and document that the act needs and has not got."""
    asks = {"needs_reason": act.asks_reason, "needs_document": act.needs_document}
    return [one for one in grounds.lacking() if asks[one.rule]]


def current(session: Session, approval_id: int, *, actor: Actor, now: datetime) -> Plan:
    """What an act that is asked for would do now; NotAllowed for whoever may not answer it."""
    row = _held(session, approval_id)
    _demand_answer(session, row, actor, now)
    return _as_asked(session, row, act_of(row), actor, now)


def approve(session: Session, approval_id: int, *, seen: str, actor: Actor, now: datetime) -> None:
    """Approve what another person asked for, and do it at once; Stale when the plan is not the one seen now."""
    row = _held(session, approval_id)
    _demand_answer(session, row, actor, now)
    act, asked_by = act_of(row), row.asked_by
    two, grounds = together(asked_by, actor.account_id or 0), Grounds(row.reason, row.document_id)
    row.status, row.answered_by, row.answered_at = "approved", actor.account_id, now
    session.flush()
    _record(session, row, "approve", {"asked_by": asked_by, "digest": seen}, actor, now)
    acts.perform(session, act, grounds, seen=seen, actor=two, now=now)


def refuse_asked(session: Session, approval_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Refuse what another person asked for, with a reason."""
    row = _held(session, approval_id)
    _demand_answer(session, row, actor, now)
    if not reason.strip():
        raise refuse("needs_reason", "Phải ghi lý do không phê duyệt.")
    row.status, row.answered_by, row.answered_at = "refused", actor.account_id, now
    row.answer = reason.strip()
    session.flush()
    _record(session, row, "refuse_approval", {"asked_by": row.asked_by, "reason": reason.strip()}, actor, now)


def withdraw(session: Session, approval_id: int, *, actor: Actor, now: datetime) -> None:
    """Take back what one asked for oneself."""
    row = _held(session, approval_id)
    if row.asked_by != actor.account_id:
        raise NotAllowed("Chỉ người đề nghị mới rút được đề nghị của mình.")
    _demand_waiting(row, now)
    row.status, row.answered_by, row.answered_at = "withdrawn", actor.account_id, now
    session.flush()
    _record(session, row, "withdraw_approval", {}, actor, now)


def effects_of(row: Approval) -> tuple[Effect, ...]:
    """What the requester saw that the act would do."""
    return tuple(Effect._make(line) for line in json.loads(row.effects))


def has_expired(row: Approval, now: datetime) -> bool:
    """Whether nobody answered in time."""
    return row.status == "waiting" and row.ends_at <= now


def may_see(session: Session, actor: Actor, row: Approval) -> bool:
    """Whether an account asked for it, or may answer such things."""
    return row.asked_by == actor.account_id or may_answer(session, actor, row)


def may_answer(session: Session, actor: Actor, row: Approval) -> bool:
    """Whether an account stands where such acts are approved, be it the requester or not."""
    try:
        _demand_place(session, row, actor)
    except NotAllowed:
        return False
    return True


def demand_part(session: Session, actor: Actor, part: Part, approval_id: int) -> None:
    """Unknown for whoever has nothing to do with it, NotAllowed for whoever may see it and not answer it."""
    row = session.get(Approval, approval_id)
    if row is None or not may_see(session, actor, row):
        raise Unknown(f"đề nghị phê duyệt số {approval_id}")
    if part == "answer" and not may_answer(session, actor, row):
        raise NotAllowed("Tài khoản này không có quyền phê duyệt.")


def find(session: Session, approval_id: int) -> Approval:
    """What is asked, by its id; Unknown when there is none."""
    found = session.get(Approval, approval_id)
    if found is None:
        raise Unknown(f"đề nghị phê duyệt số {approval_id}")
    return found


def listed(session: Session, actor: Actor, *, waiting: bool, now: datetime, page: int) -> tuple[list[Asked], bool]:
    """A page of what the account asked for or may answer, and whether there is more.

    What waits comes the oldest first; what is done, the newest first.
    """
    chosen, places = _mine(session, actor, waiting=waiting, now=now)
    order = col(Approval.id).asc() if waiting else col(Approval.id).desc()
    rows = session.exec(chosen.order_by(order).offset((page - 1) * PAGE).limit(PAGE + 1)).all()
    names = _names(session, rows)
    return [_asked(row, actor, names, places) for row in rows[:PAGE]], len(rows) > PAGE


def behind(session: Session, actor: Actor, *, waiting: bool, now: datetime, after: int, most: int) -> list[Asked]:
    """The same, those behind an id in the order of ids; one more than `most` where there are more."""
    chosen, places = _mine(session, actor, waiting=waiting, now=now)
    rows = session.exec(chosen.where(col(Approval.id) > after).order_by(col(Approval.id)).limit(most + 1)).all()
    names = _names(session, rows)
    return [_asked(row, actor, names, places) for row in rows]


def _mine(
    session: Session, actor: Actor, *, waiting: bool, now: datetime
) -> tuple[SelectOfScalar[Approval], set[int | None]]:
    """What the account asked for or may answer, and where it may answer: rounds, None for the whole house."""
    rounds, everywhere = _places(session, actor)
    mine = [col(Approval.asked_by) == actor.account_id, col(Approval.round_id).in_(rounds)]
    mine += [col(Approval.round_id).is_(None)] if everywhere else []
    is_open = and_(col(Approval.status) == "waiting", col(Approval.ends_at) > now)
    chosen = select(Approval).where(or_(*mine), is_open if waiting else not_(is_open))
    return chosen, {*rounds, None} if everywhere else {*rounds}


def count_waiting(session: Session, actor: Actor, *, now: datetime) -> int:
    """How much that others asked for waits for the account."""
    rounds, everywhere = _places(session, actor)
    if not rounds and not everywhere:
        return 0
    here = [col(Approval.round_id).in_(rounds)]
    here += [col(Approval.round_id).is_(None)] if everywhere else []
    is_open = and_(col(Approval.status) == "waiting", col(Approval.ends_at) > now)
    others = col(Approval.asked_by) != actor.account_id
    return session.exec(select(func.count()).select_from(Approval).where(or_(*here), is_open, others)).one()


def shown(session: Session, row: Approval, actor: Actor) -> Asked:
    """One approval as a list shows it."""
    places = {row.round_id} if may_answer(session, actor, row) else set()
    return _asked(row, actor, _names(session, [row]), places)


def _asked(row: Approval, actor: Actor, names: Mapping[int, str], places: Collection[int | None]) -> Asked:
    answers = row.round_id in places and row.asked_by != actor.account_id
    return Asked(row, names.get(row.asked_by, ""), names.get(row.answered_by or 0, ""), answers)


def _places(session: Session, actor: Actor) -> tuple[list[int], bool]:
    """The rounds whose acts the account may answer, and whether it may those of the whole house."""
    sql = f"SELECT r.id FROM round r WHERE {allowed('approve', ROUND)}"
    rounds = [row[0] for row in run(session, sql, {"actor": actor.account_id}).fetchall()]
    sql = f"SELECT 1 WHERE {allowed('approve', EVERYWHERE)}"
    return rounds, run(session, sql, {"actor": actor.account_id}).fetchone() is not None


def _names(session: Session, rows: Sequence[Approval]) -> dict[int, str]:
    keys = {key for row in rows for key in (row.asked_by, row.answered_by) if key is not None}
    chosen = select(Account.id, Account.name, Account.email).where(col(Account.id).in_(keys))
    return {key: name or email for key, name, email in session.exec(chosen)}


def is_same_person(session: Session, one: int, other: int) -> bool:
    """Whether two accounts are one, or have ever had one mailbox; what follows a plus in an address is the same box."""
    return one == other or bool(_boxes(session, one) & _boxes(session, other))


def _boxes(session: Session, account_id: int) -> set[str]:
    chosen = select(AccountVersion.email).where(AccountVersion.account_id == account_id)
    names = [(*email.lower().partition("@"),) for email in session.exec(chosen)]
    return {f"{local.partition('+')[0]}@{domain}" for local, _, domain in names}


def _held(session: Session, approval_id: int) -> Approval:
    """The row, locked against others who answer it."""
    if not is_sqlite(session):
        run(session, "SELECT 1 FROM approval WHERE id = :id FOR UPDATE", {"id": approval_id})
    row = find(session, approval_id)
    session.refresh(row)
    return row


def _demand_answer(session: Session, row: Approval, actor: Actor, now: datetime) -> None:
    _demand_place(session, row, actor)
    if actor.account_id is None or is_same_person(session, row.asked_by, actor.account_id):
        raise NotAllowed("Người đề nghị không tự phê duyệt; phải là người khác, có tài khoản và hộp thư riêng.")
    act = act_of(row)
    if isinstance(act, GrantRole) and act.account_id == actor.account_id:
        raise NotAllowed("Không ai tự phê duyệt vai trò cho chính mình.")
    if isinstance(act, HandOver) and actor.account_id in {act.of, act.into}:
        raise NotAllowed("Người bàn giao và người nhận bàn giao không tự phê duyệt việc bàn giao.")
    _demand_waiting(row, now)


def _demand_place(session: Session, row: Approval, actor: Actor) -> None:
    if row.round_id is None:
        demand_everywhere(session, actor, "approve")
    else:
        demand_round(session, actor, "approve", row.round_id)


def _demand_waiting(row: Approval, now: datetime) -> None:
    if row.status != "waiting":
        raise refuse("answered", "Đề nghị này đã được trả lời hoặc đã rút.")
    if has_expired(row, now):
        raise refuse("expired", "Đề nghị này đã quá hạn phê duyệt; phải đề nghị lại.")


def _as_asked(session: Session, row: Approval, act: Act, actor: Actor, now: datetime) -> Plan:
    """The plan as the requester's permits give it: whoever lost them since asked in vain."""
    two = together(row.asked_by, actor.account_id or 0)
    return act.plan(session, actor=two, now=now)


def _twice(session: Session, act: Act, now: datetime) -> list[Refusal]:
    chosen = select(Approval.id).where(Approval.parameters == act.model_dump_json(), Approval.status == "waiting")
    same = session.exec(chosen.where(col(Approval.ends_at) > now)).first()
    return [] if same is None else [Refusal("twice", f"Đã có đề nghị số {same} như vậy đang chờ phê duyệt.")]


def _record(session: Session, row: Approval, act: str, what: dict[str, object], actor: Actor, now: datetime) -> None:
    told = {"approval": row.id, "kind": row.kind, **what}
    if row.round_id is None:
        record_installation(session, act, told, actor=actor, now=now)
    else:
        link = hold_round(session, row.round_id, actor=actor, now=now).link
        record(session, link, act, told, actor=actor, now=now)
