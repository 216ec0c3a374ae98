"""An act before it is done: typed, with its plan, and the digest that ties a confirmation to the plan it was shown.

Whoever confirms an act names the digest of the plan it saw. Where the state has changed since, nothing is done.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from actions.corrections import Effect, Grounds, Plan
from states.actor import Actor
from states.chain import canonical
from states.errors import Stale
from states.keys import demand_two

Key = Annotated[int, Field(ge=1, lt=10**18)]
"""An id that any database could hold."""


class Act(BaseModel):
    """What somebody is about to do; `round_id` is None for an act on the whole house."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    needs_document: ClassVar[bool] = True

    kind: str
    round_id: Key | None = None

    @property
    def asks_reason(self) -> bool:
        """Whether it is done for a reason."""
        return True

    def title(self, session: Session, /) -> str:
        """What it is, for people."""
        raise NotImplementedError

    def takes_two(self, session: Session, /) -> bool:
        """Whether one person asks for it and another approves."""
        raise NotImplementedError

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """What it would do now; NotAllowed for an actor who may not."""
        raise NotImplementedError

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """Do it."""
        raise NotImplementedError


def digest(act: Act, plan: Plan) -> str:
    """What ties a confirmation to a plan: the act, everything that it would do, and everything against it."""
    shown = {
        "act": act.model_dump(mode="json"),
        "effects": lines(plan.effects),
        "problems": [list(problem) for problem in plan.problems],
    }
    return sha256(canonical(shown).encode()).hexdigest()


def lines(effects: Sequence[Effect]) -> list[list[int | str | None]]:
    """Effects as JSON keeps them."""
    return [list(effect) for effect in effects]


def demand_seen(session: Session, act: Act, seen: str, *, actor: Actor, now: datetime) -> Plan:
    """The plan of an act as it is now; Stale when it is not the one that was seen."""
    plan = act.plan(session, actor=actor, now=now)
    if digest(act, plan) != seen:
        raise Stale
    return plan


def perform(session: Session, act: Act, grounds: Grounds, *, seen: str, actor: Actor, now: datetime) -> None:
    """Do an act as it was shown; Stale when that has changed, Refused for one that takes another person."""
    demand_seen(session, act, seen, actor=actor, now=now)
    if act.takes_two(session):
        demand_two(actor)
    act.do(session, grounds, actor=actor, now=now)
