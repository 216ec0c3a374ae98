"""A year that is played at random: where it begins, who acts when, and what is asked after every step."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlmodel import Session

from actions.explain import ask
from actions.register import take_register
from actions.self_assess import save
from config.load import programme_from_document
from config.programme import Programme
from models.db import Database
from models.types import from_micros
from states.actor import SYSTEM, Actor, account
from states.advance import advance_round
from states.errors import DanhgiaError
from tests.actions import later
from tests.actions.world import CONSOLE, World, at, best, launched, register_row, sheet_of, submitted
from tests.faults.stages import Stages, opened
from tests.property.rules_of_the_house import BETWEEN, EVER, WORKFLOW, Look, look

KINDS: Final = ("dang_bo_quan_huyen", "so_nganh")
SUBJECTS: Final = len(KINDS)
SPARE: Final = 9
NOVEMBER: Final = at("2024-11-20 09:00")
SELDOM: Final = 4
REPORTING: Final = at("2024-12-28 09:00")
TEXTS: Final = ("vì lũ lụt", "bổ sung minh chứng", " ")
ROLES: Final = ("officer", "head", "appraiser", "lead", "authority", "administrator", "reader", "system", "stranger")
DAYS: Final = (1, 2, 5, 20)
TICK: Final = timedelta(microseconds=1)
STEPS: Final = (
    *(timedelta(days=days) for days in (1, 3, 10)),
    *(timedelta(seconds=seconds) for seconds in (1, 3600)),
)

# Mostly the one whose turn it is acts, mostly in words.
whoever = st.sampled_from((None,) * 30 + ROLES)
words = st.sampled_from((TEXTS[0],) * 4 + TEXTS)
numbers = st.integers(0, 3)


class Phase(NamedTuple):
    """Where a play begins: the database, everybody in it, and when."""

    url: str
    world: World
    now: datetime


def launching(database: Database) -> World:
    """A launched round, and one more unit in the register."""
    world = launched(database, subjects=SUBJECTS, kinds=KINDS)
    with database.writing() as session:
        take_register(session, [register_row(SPARE, KINDS[1])], actor=CONSOLE, now=world.launched_at)
    return world


def half_way(database: Database) -> World:
    """One has handed in, the other has begun."""
    world = launching(database)
    submitted(database, world)
    with database.writing() as session:
        filled = best(sheet_of(session, world, world.assessment_ids[1]))
        save(session, world.assessment_ids[1], filled, actor=world.officers[1], now=NOVEMBER)
    return world


def in_appraisal(database: Database) -> World:
    return later.in_appraisal(database, subjects=SUBJECTS, handed_in=1, world=launching(database))


def asking(database: Database) -> World:
    """One is being asked, the other is being appraised."""
    world = in_appraisal(database)
    for number in range(SUBJECTS):
        later.begun(database, world, number)
    with database.writing() as session:
        codes = ["I.1", "I.2"]
        ask(session, world.first, codes, TEXTS[1], actor=world.appraiser, now=later.LOCKED)
    return world


def in_decision(database: Database) -> World:
    world = in_appraisal(database)
    for number in range(SUBJECTS):
        later.appraised(database, world, number)
    with database.writing() as session:
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=later.DECIDING)
    return world


def announced(database: Database) -> World:
    world = in_decision(database)
    later.announced(database, world, later.decided(database, world))
    return world


PHASES: Final[Mapping[str, tuple[Callable[[Database], World], datetime]]] = {
    "launched": (launching, NOVEMBER),
    "half way": (half_way, NOVEMBER),
    "in appraisal": (in_appraisal, later.LOCKED),
    "asking": (asking, later.LOCKED),
    "in decision": (in_decision, later.DECIDING),
    "announced": (announced, REPORTING),
}


class Home:
    """The phases on one kind of database, each made once and copied for every play."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.made: dict[str, Phase] = {}

    def phase(self, name: str) -> Phase:
        if name not in self.made:
            url = self.stages.stack.enter_context(self.stages.fresh())
            make, now = PHASES[name]
            with opened(url) as database:
                self.made[name] = Phase(url, make(database), now)
        return self.made[name]

    @contextmanager
    def copy(self, phase: Phase) -> Iterator[Database]:
        with self.stages.copy(phase.url) as url, opened(url) as database:
            yield database


def corrected(programme: Programme) -> Programme:
    """The programme with a point moved between the first two criteria of each sheet's last group."""
    document = json.loads(programme.document())
    for use in document["sheets"]:
        group = use["sheet"]["criteria"][-1]["children"]
        first, second = (Decimal(criterion["max"]) for criterion in group[:2])
        by = 1 if second > first else -1
        group[0]["max"], group[1]["max"] = str(first + by), str(second - by)
    return programme_from_document(json.dumps(document))


def can(*triggers: str) -> Callable[["Play"], bool]:
    """Whether one of these triggers goes from where some dossier is."""
    return lambda play: bool(play.ready(triggers))


def now_and_then(play: "Play") -> bool:
    """Seldom, for what can be done at any time."""
    return play.tries % SELDOM == 0


def round_in(*states: str) -> Callable[["Play"], bool]:
    return lambda play: play.seen.rounds[play.world.round_id]["state"] in states


class Play(RuleBasedStateMachine):
    """One play on a database of its own."""

    home: Home

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()

    @initialize(phase=st.sampled_from(sorted(PHASES)))
    def begin(self, phase: str) -> None:
        chosen = self.home.phase(phase)
        self.world, self.now, self.right = chosen.world, chosen.now, chosen.now
        self.tries = 0
        self.database = self.stack.enter_context(self.home.copy(chosen))
        self.seen = self._look()

    def teardown(self) -> None:
        self.stack.close()

    @rule(step=st.sampled_from((*STEPS, *(-step for step in STEPS))))
    def clock_steps(self, step: timedelta) -> None:
        self.now += step

    @rule(number=numbers, off=st.sampled_from((timedelta(0), -TICK, timedelta(seconds=15))))
    def clock_comes_to_a_deadline(self, number: int, off: timedelta) -> None:
        waiting = [row["closes_at"] for row in self.seen.tables["explanation_request"]]
        closings = sorted({*waiting, *(row["closes_at"] for row in self.seen.tables["milestone"])})
        self.now = from_micros(closings[number % len(closings)]) + off

    @rule()
    def clock_is_set_right(self) -> None:
        self.now = self.right

    def attempt(self, act: Callable[[Session], object]) -> bool:
        """Do it in one transaction; whether it was not refused. What is refused leaves no trace."""
        self.tries += 1
        done, why = self._try(act)
        found = self._look()
        if not done:
            assert found.tables == self.seen.tables
        for demand in BETWEEN:
            demand(self.seen, found)
        note(f"  at {self.now.astimezone(at('2024-01-01').tzinfo)}: {why or 'done'}")
        self.seen = found
        return done

    def _try(self, act: Callable[[Session], object]) -> tuple[bool, str]:
        try:
            with self.database.writing() as session:
                act(session)
        except DanhgiaError as refused:
            return False, str(refused)
        return True, ""

    def _look(self) -> Look:
        with self.database.reading() as session:
            found = look(session)
        for demand in EVER:
            demand(found)
        return found

    def ready(self, triggers: Sequence[str]) -> list[int]:
        """The dossiers from whose state one of the triggers goes, at this stage of their round."""
        return [key for key, row in sorted(self.seen.dossiers.items()) if any(self._goes(row, do) for do in triggers)]

    def _goes(self, row: Mapping[str, Any], trigger: str) -> bool:
        stage = self.seen.rounds[row["round_id"]]["state"]
        steps = WORKFLOW.assessment.steps(trigger, row["state"])
        return any(not step.during or stage in step.during for step in steps)

    def key(self, number: int, *triggers: str) -> int:
        """A dossier, if possible one that is ready for one of the triggers."""
        keys = self.ready(triggers) or sorted(self.seen.dossiers)
        return keys[number % len(keys)]

    def last(self, table: str, otherwise: int = 99) -> int:
        """The id of the newest row of a table."""
        return max((row["id"] for row in self.seen.tables[table]), default=otherwise)

    def as_(self, who: str | None, usual: str, key: int | None = None) -> dict[str, Any]:
        """Who acts and when, as keywords."""
        return {"actor": self._actor(who or usual, key), "now": self.now}

    def as_two(self, who: str | None, usual: str) -> dict[str, Any]:
        """As `as_`, with a second person behind the act."""
        by = self.as_(who, usual)
        return by | {"actor": by["actor"]._replace(approved_by=10**6)}

    def _actor(self, role: str, key: int | None) -> Actor:
        if role in {"system", "stranger"}:
            return SYSTEM if role == "system" else account(10**6)
        subject = self.seen.dossiers[key]["subject_id"] if key is not None and role in {"officer", "head"} else None
        grants = [row for row in self.seen.tables["account_grant"] if row["role"] == role]
        return account(next(row["account_id"] for row in grants if subject in {None, row["subject_id"]}))

    def programme(self, key: int) -> Programme:
        return self.seen.programme_of(self.seen.dossiers[key]["round_id"])

    def codes(self, key: int) -> list[str]:
        """The criteria of a dossier's sheet."""
        return [leaf.code for leaf in self.programme(key).sheet_for(self.seen.dossiers[key]["kind"]).leaves()]
