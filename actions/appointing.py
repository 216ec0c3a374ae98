"""Roles given and handed over as typed acts; privileged ones take two people (DESIGN §5)."""

from datetime import datetime
from typing import Annotated, ClassVar, Final, Literal, TypedDict

from pydantic import Field, TypeAdapter
from sqlmodel import Session

from actions import accounts
from actions.acts import Act
from actions.corrections import Effect, Grounds, Plan
from actions.hand_over import hand_over, living, plan_hand_over, scope_of
from actions.leaving import against_ending, end_account
from actions.owners import orphans
from config.vocabulary import RELATIONS, Relation
from models.people import Account, Grant
from states.actor import Actor
from states.errors import Refusal, Refused, Unknown
from states.keys import ROLES
from states.permits import demand_everywhere


class Scope(TypedDict):
    """What a role is limited to."""

    subject_id: int | None
    round_id: int | None
    body: str | None


class GrantRole(Act):
    """A role is given to an account."""

    needs_document: ClassVar[bool] = False
    kind: Literal["grant"] = "grant"
    account_id: int
    role: str
    subject_id: int | None = None
    body: str | None = None

    def title(self, session: Session, /) -> str:
        """Such as: Cấp vai trò «trưởng đoàn thẩm định» cho Trần Thị An."""
        return f"Cấp vai trò «{label_of(self.role)}» cho {shown(session, self.account_id)}"

    @property
    def asks_reason(self) -> bool:
        """Privileged roles do."""
        return self.role in ROLES

    def takes_two(self, _: Session, /) -> bool:
        """Privileged roles do."""
        return self.role in ROLES

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """The role with its scope, and what stands against it."""
        effect = Effect(None, shown(session, self.account_id), f"có vai trò «{label_of(self.role)}»")
        try:
            wanted = accounts.asked_for(session, self.account_id, self.role, **self._scope(), actor=actor, now=now)
        except Refused as refused:
            return Plan((effect,), refused.refusals)
        has = accounts.same(session, wanted) is not None
        return Plan((effect,), (Refusal("already", "Tài khoản này đã có đúng vai trò đó."),) if has else ())

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:  # noqa: ARG002  see below
        """See `accounts.grant`; the reason stays with the approval."""
        accounts.grant(session, self.account_id, self.role, **self._scope(), actor=actor, now=now)

    def _scope(self) -> Scope:
        return {"subject_id": self.subject_id, "round_id": self.round_id, "body": self.body}


class HandOver(Act):
    """Everything of an account goes to another one."""

    needs_document: ClassVar[bool] = False
    kind: Literal["hand_over"] = "hand_over"
    of: int
    into: int

    def title(self, session: Session, /) -> str:
        """Such as: Bàn giao từ Trần Thị An cho Lê Văn Bình."""
        return f"Bàn giao từ {shown(session, self.of)} cho {shown(session, self.into)}"

    def takes_two(self, session: Session, /) -> bool:
        """Where a privileged role is among what is handed over."""
        return any(one.role in ROLES for one in living(session, self.of))

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:  # noqa: ARG002  nothing here depends on it
        """See `plan_hand_over`."""
        return plan_hand_over(session, self.of, self.into, actor=actor)

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `hand_over`."""
        hand_over(session, self.of, self.into, grounds.reason, actor=actor, now=now)


class EndGrant(Act):
    """A role ends."""

    needs_document: ClassVar[bool] = False
    kind: Literal["end_grant"] = "end_grant"
    grant_id: int

    def title(self, session: Session, /) -> str:
        """Such as: Thu hồi vai trò «trưởng đoàn thẩm định» của Trần Thị An."""
        found = self._grant(session)
        return f"Thu hồi vai trò «{label_of(found.role)}» của {shown(session, found.account_id)}"

    def takes_two(self, _: Session, /) -> bool:
        """Whoever gives a role by two people may lose it by one."""
        return False

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """The role with its scope, and what would be left without anybody."""
        found = self._grant(session)
        accounts.demand_over(session, found, actor, now)
        problems = orphans(session, [found])
        if found.ended_at is not None:
            problems.append(Refusal("ended", "Vai trò này đã được thu hồi."))
        what = f"không còn vai trò «{label_of(found.role)}» ({scope_of(session, found)})"
        return Plan((Effect(None, shown(session, found.account_id), what),), tuple(problems))

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `accounts.end_grant`."""
        accounts.end_grant(session, self.grant_id, reason=grounds.reason, actor=actor, now=now)

    def _grant(self, session: Session) -> Grant:
        found = session.get(Grant, self.grant_id)
        if found is None or (self.round_id is not None and found.round_id != self.round_id):
            raise Unknown(f"quyền số {self.grant_id}")
        return found


class EndAccount(Act):
    """An account ends with everything that it may do."""

    needs_document: ClassVar[bool] = False
    kind: Literal["end_account"] = "end_account"
    account_id: int

    def title(self, session: Session, /) -> str:
        """Such as: Ngừng tài khoản của Trần Thị An."""
        return f"Ngừng tài khoản của {shown(session, self.account_id)}"

    def takes_two(self, _: Session, /) -> bool:
        """It can be undone."""
        return False

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:  # noqa: ARG002  nothing here depends on it
        """Its roles, and what stands against it."""
        demand_everywhere(session, actor, "administer")
        name, grants = shown(session, self.account_id), living(session, self.account_id)
        ending = [Effect(None, scope_of(session, one), f"thu hồi vai trò «{label_of(one.role)}»") for one in grants]
        effects = (Effect(None, name, "không đăng nhập được nữa; thư đang chờ không gửi"), *ending)
        return Plan(effects, tuple(against_ending(session, self.account_id, actor=actor)))

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `end_account`."""
        end_account(session, self.account_id, grounds.reason, actor=actor, now=now)


Appointment = GrantRole | HandOver | EndGrant | EndAccount
APPOINTMENTS: Final[TypeAdapter[Appointment]] = TypeAdapter(Annotated[Appointment, Field(discriminator="kind")])
"""Reads an act on roles or accounts from JSON."""


def label_of(role: str) -> str:
    """What a role is called."""
    return RELATIONS[Relation(role)] if role in RELATIONS else role


def shown(session: Session, account_id: int) -> str:
    """Whose an account is: name, else address."""
    found = session.get(Account, account_id)
    if found is None:
        raise Unknown(f"tài khoản số {account_id}")
    return found.name or found.email
