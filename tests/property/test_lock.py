"""The lock falls at one instant of the world, through the real actions: in any time zone, under a clock that steps.

DESIGN §4: the deadline is law, and what has locked stays locked when the clock steps back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import mul
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from actions import self_assess
from actions.lock import lock_due
from models.assessments import Assessment
from models.db import Database
from states.errors import Refused
from states.history import verify
from tests.actions.world import World, at, best, launched, sheet_of
from tests.property.test_deadline import ZONES, host_in

CLOSING: Final = at("2024-12-10 00:00")
DRAFTED: Final = at("2024-11-20 09:00")
DRAFTING, IDLE, REVISING = range(3)
FILLING: Final = ("assigned", "self_assessing", "revising")

# Microseconds, seconds and hours around the closing.
units = st.sampled_from((timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1)))
offsets = st.builds(mul, st.integers(-50, 50), units)
instants = st.builds(lambda offset, zone: (CLOSING + offset).astimezone(zone), offsets, st.timezones())
hosts = st.sampled_from(ZONES)


class Step(NamedTuple):
    """An act of the unit or of the broom, at an instant that a clock showed."""

    act: str
    now: datetime


acts = st.sampled_from(("save", "submit", "revise", "discard_revision", "lock", "lock"))
years = st.lists(st.builds(Step, acts, instants), min_size=1, max_size=8)


@dataclass
class Expected:
    """A dossier as it has to be: what the closing leaves open, reckoned apart from the program."""

    state: str
    recorded: datetime
    drafted: bool
    handed_in: bool

    def take(self, step: Step) -> bool:
        """Whether the step is let through; then where the dossier stands."""
        target = self._lock(step.now) if step.act == "lock" else self._write(step)
        if target is None:
            return False
        is_recorded = target != self.state or step.act == "lock"
        self.recorded = max(self.recorded, step.now) if is_recorded else self.recorded
        self.handed_in |= step.act == "submit"
        self.state = target
        return True

    def _lock(self, now: datetime) -> str | None:
        if now < CLOSING or self.state not in FILLING:
            return None
        return "submitted" if self.handed_in else "locked_zero"

    def _write(self, step: Step) -> str | None:
        if max(step.now, self.recorded) >= CLOSING:
            return None
        drafting = "revising" if self.state == "revising" else "self_assessing"
        return {
            ("save", self.state in FILLING): drafting,
            ("submit", self.state in FILLING[1:] and self.drafted): "submitted",
            ("revise", self.state == "submitted"): "revising",
            ("discard_revision", self.state == "revising"): "submitted",
        }.get((step.act, True))


def prepared(database: Database) -> World:
    """Three units: one has drafted everything, one has done nothing, one is revising what it submitted."""
    world = launched(database, subjects=3)
    with database.writing() as session:
        drafted(session, world, DRAFTING)
        drafted(session, world, REVISING)
        for act in ("submit", "revise"):
            done(session, world, REVISING, Step(act, DRAFTED))
    return world


def drafted(session: Session, world: World, number: int) -> None:
    key = world.assessment_ids[number]
    self_assess.save(session, key, best(sheet_of(session, world, key)), **as_(world, number, DRAFTED))


def as_(world: World, number: int, now: datetime) -> dict[str, Any]:
    return {"actor": world.officers[number], "now": now}


def done(session: Session, world: World, number: int, step: Step) -> bool:
    """Do it; whether it was let through. A sweep is when it moved the dossier."""
    key, by = world.assessment_ids[number], as_(world, number, step.now)
    if step.act == "lock":
        return key in lock_due(session, world.round_id, now=step.now).moved
    try:
        if step.act == "save":
            first = dict(list(best(sheet_of(session, world, key)).items())[:1])
            self_assess.save(session, key, first, **by)
        else:
            UNIT_ACTS[step.act](session, key, **by)
    except Refused:
        return False
    return True


UNIT_ACTS: Final[Mapping[str, Callable[..., object]]] = {
    "submit": self_assess.submit,
    "revise": self_assess.revise,
    "discard_revision": self_assess.discard_revision,
}


def play(session: Session, world: World, number: int, steps: Sequence[Step]) -> None:
    key = world.assessment_ids[number]
    found = session.get_one(Assessment, key)
    expected = Expected(found.state, found.chain_at, number != IDLE, number == REVISING)
    for step in steps:
        assert done(session, world, number, step) == expected.take(step), step
        session.expire_all()
        found = session.get_one(Assessment, key)
        assert (found.state, found.chain_at) == (expected.state, expected.recorded), step
        assert found.zeroed == (expected.state == "locked_zero")
    assert verify(session).broken == ()


def whatever_the_clock(database: Database, examples: int) -> None:
    world = prepared(database)

    @settings(max_examples=examples)
    @given(st.integers(0, 2), years, hosts)
    def holds(number: int, steps: list[Step], host: str) -> None:
        with host_in(host), database.trying() as session:
            play(session, world, number, steps)

    holds()


@pytest.mark.rule("X-D1", "DN-4.5", "DN-4.6")
def test_whatever_the_clock_and_the_zone_the_closing_holds(database: Database) -> None:
    whatever_the_clock(database, 150)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_whatever_the_clock_and_the_zone_the_closing_always_holds(database: Database) -> None:
    whatever_the_clock(database, 2000)


def test_a_revision_that_was_locked_stays_locked_when_the_clock_steps_back(database: Database) -> None:
    world, before = prepared(database), CLOSING - timedelta(hours=1)
    steps = [Step("save", before), Step("lock", CLOSING), Step("revise", before), Step("submit", before)]
    with database.trying() as session:
        assert [done(session, world, REVISING, step) for step in steps] == [True, True, False, False]
        assert session.get_one(Assessment, world.assessment_ids[REVISING]).state == "submitted"


def test_a_naive_instant_is_none(database: Database) -> None:
    world = prepared(database)
    naive = CLOSING.replace(tzinfo=None)
    with pytest.raises((TypeError, ValueError)), database.trying() as session:
        self_assess.submit(session, world.first, actor=world.officer, now=naive)
