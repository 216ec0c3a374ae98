"""One person hands over to the next: roles, dossiers to appraise, mail under way, with a trace of all of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from actions.accounts import end_grant, grant, tell_change
from actions.assign import assign, unassign
from actions.corrections import Effect, Plan
from actions.remind import underway
from config.graph import RESTING
from config.vocabulary import RELATIONS, Relation
from models.assessments import Assessment
from models.db import run
from models.people import Account, Assignment, Conflict, Grant, Subject
from models.rounds import Round
from states.actor import Actor
from states.chain import iso
from states.errors import Refusal, Refused, Unknown, refuse
from states.history import record_installation
from states.permits import demand_everywhere

PENDING = (
    "UPDATE outbox SET account_id = :into WHERE account_id = :of AND status = 'queued' "
    "AND message <> 'address_changed' AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.account_id = :into "
    "AND b.round_id = outbox.round_id AND b.message = outbox.message AND b.occasion = outbox.occasion)"
)
OPINIONS = "SELECT count(*) FROM opinion WHERE account_id = :of AND status = 'open'"
CHAIRS = "SELECT count(*) FROM meeting WHERE chair_id = :of AND status <> 'closed'"


class Given(NamedTuple):
    """A dossier, or one criterion group of it, that is given to an appraiser."""

    assessment_id: int
    name: str
    subject_id: int
    part: str


def plan_hand_over(session: Session, of: int, into: int, *, actor: Actor) -> Plan:
    """What handing over from one account to another would do; its effects are roles first, then dossiers."""
    demand_everywhere(session, actor, "administer")
    giving, taking = _account(session, of), _account(session, into)
    grants, given = living(session, of), assigned(session, of)
    effects = [
        *(Effect(None, scope_of(session, one), f"chuyển vai trò «{RELATIONS[Relation(one.role)]}»") for one in grants),
        *(Effect(one.assessment_id, one.name, f"chuyển hồ sơ được giao thẩm định{_part(one)}") for one in given),
    ]
    return Plan(tuple(effects), (*_against(session, giving, taking, grants, actor), *_unfit(session, taking, given)))


def hand_over(session: Session, of: int, into: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Give everything of an account to another one: its roles, the dossiers it appraises, its mail under way.

    What the first one has done stays its own. Refused where anything would be left behind.
    """
    plan = plan_hand_over(session, of, into, actor=actor)
    if plan.problems or not reason.strip():
        raise Refused([*plan.problems, *([] if reason.strip() else [Refusal("needs_reason", "Phải ghi lý do.")])])
    given = assigned(session, of)
    ended = sorted(living(session, of), key=lambda one: (one.role == Relation.ADMINISTRATOR, one.id))
    made = [_give(session, one, into, actor, now) for one in ended]
    _reassign(session, given, of, into, actor, now)
    occasion = f"hand_over:{of}:{into}/{iso(now)}"
    tell_change(session, of, occasion, now=now)
    keys = [one.id for one in ended]
    for key in keys:
        end_grant(session, key, actor=actor, now=now)
    mails = run(session, PENDING, {"of": of, "into": into}).rowcount
    what = {"account": of, "taken_over_by": into, "ended": keys, "given": made, "dossiers": len(given), "mails": mails}
    record_installation(session, "hand_over", what | {"reason": reason.strip()}, actor=actor, now=now)
    tell_change(session, into, occasion, now=now)


def _give(session: Session, one: Grant, into: int, actor: Actor, now: datetime) -> int:
    scope = {"subject_id": one.subject_id, "round_id": one.round_id}
    return grant(session, into, one.role, **scope, body=one.body, actor=actor, now=now)


def living(session: Session, account_id: int) -> Sequence[Grant]:
    """The roles of an account that have not ended, the oldest first."""
    chosen = select(Grant).where(Grant.account_id == account_id, col(Grant.ended_at).is_(None))
    return session.exec(chosen.order_by(col(Grant.id))).all()


def assigned(session: Session, account_id: int) -> list[Given]:
    """The dossiers without a result that an account appraises, in rounds under way, by id."""
    found: list[Given] = []
    for own in underway(session):
        states = own.programme.workflow.assessment.states
        resting = [name for name, state in states.items() if state.kind in RESTING]
        chosen = (
            select(Assessment.id, Assessment.name, Assessment.subject_id, Assignment.criterion_group)
            .join(Assignment, col(Assignment.assessment_id) == col(Assessment.id))
            .where(Assignment.account_id == account_id, Assessment.round_id == own.id)
            .where(col(Assessment.state).not_in(resting))
        )
        found += [Given._make(row) for row in session.exec(chosen.order_by(col(Assessment.id)))]
    return found


def scope_of(session: Session, one: Grant) -> str:
    """What a role is limited to, for people."""
    if one.subject_id is not None:
        return session.get_one(Subject, one.subject_id).name
    where = session.get_one(Round, one.round_id).title if one.round_id is not None else "Mọi đợt"
    return f"{where} ({one.body})" if one.body else where


def _part(one: Given) -> str:
    return f" (nhóm tiêu chí {one.part})" if one.part else ""


def _account(session: Session, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise Unknown(f"tài khoản số {account_id}")
    return found


def _against(
    session: Session, giving: Account, taking: Account, grants: Sequence[Grant], actor: Actor
) -> Iterator[Refusal]:
    if giving.id == taking.id:
        raise refuse("same", "Người nhận bàn giao phải là người khác.")
    if not taking.active:
        yield Refusal("account_active", "Tài khoản nhận bàn giao đã ngừng hoạt động.")
    if taking.id in {actor.account_id, actor.approved_by}:
        yield Refusal("own_grant", "Không ai tự nhận bàn giao vai trò cho chính mình; phải do người quản trị khác làm.")
    if not grants:
        yield Refusal("empty", "Tài khoản này không còn vai trò nào để bàn giao.")
    opinions = run(session, OPINIONS, {"of": giving.id}).fetchone()[0]
    if opinions:
        why = f"Còn {opinions} ý kiến chưa gửi, thuộc chính cơ quan được hỏi; hãy sửa địa chỉ thư của tài khoản thay vì"
        yield Refusal("opinions", f"{why} bàn giao.")
    if run(session, CHAIRS, {"of": giving.id}).fetchone()[0]:
        yield Refusal("chair", "Người này chủ trì phiên họp chưa kết thúc; kết thúc phiên họp đó trước.")


def _unfit(session: Session, taking: Account, given: Sequence[Given]) -> Iterator[Refusal]:
    declared = set(session.exec(select(Conflict.assessment_id).where(Conflict.account_id == taking.id)))
    own = {one.subject_id for one in living(session, taking.id) if one.role in {"officer", "head"}}
    for one in given:
        if one.assessment_id in declared:
            yield Refusal("conflict", f"«{one.name}»: người nhận đã khai báo xung đột lợi ích; giao hồ sơ này trước.")
        elif one.subject_id in own:
            yield Refusal("own_unit", f"«{one.name}»: người nhận thuộc chính đơn vị này; giao hồ sơ này trước.")


def _reassign(session: Session, given: Sequence[Given], of: int, into: int, actor: Actor, now: datetime) -> None:
    for one in given:
        round_id = session.get_one(Assessment, one.assessment_id).round_id
        assign(session, round_id, [one.assessment_id], into, criterion_group=one.part, actor=actor, now=now)
        unassign(session, one.assessment_id, of, criterion_group=one.part, actor=actor, now=now)
