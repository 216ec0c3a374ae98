"""Actions in any order, by anybody, under a clock that also steps back, on both real databases.

The declared graph is never left, and after every step the rules of `rules_of_the_house` hold (DESIGN §4, §5).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from sqlmodel import Session

from actions import corrections, decide, explain, extension, report, self_assess
from actions.correct_sheet import correct_sheet
from actions.corrections import Grounds
from actions.decide import Result
from actions.launch import launch
from actions.lock import lock_due
from actions.milestones import move_milestone
from actions.rank import rank_round
from actions.seal import seal_night
from config.calendar import local_day
from models.db import Database
from states.advance import advance, advance_round
from tests.actions import later
from tests.actions.world import CONSOLE, paper
from tests.conftest import Fresh
from tests.faults.stages import Stages
from tests.property.playing import (
    DAYS,
    NOVEMBER,
    ROLES,
    SPARE,
    Home,
    Play,
    can,
    corrected,
    half_way,
    now_and_then,
    numbers,
    round_in,
    whoever,
    words,
)
from tests.property.rules_of_the_house import EVER, WORKFLOW, look
from tests.property.working import Appraisers, Units

TOTALS = (None, None, Decimal(0), Decimal("71.5"), Decimal(101))


class Authority(Play):
    """What is decided and reported."""

    @precondition(round_in("appraisal"))
    @rule(who=whoever)
    def open_decision(self, who: str | None) -> None:
        by = self.as_(who, "administrator")
        self.attempt(lambda session: advance_round(session, self.world.round_id, "open_decision", **by))

    def results(self, number: int, total: Decimal | None, why: str) -> list[Result]:
        """On one dossier, or on all of the round that have none."""
        ready = self.ready(["decide"])
        keys = ready if number % 2 and ready else [self.key(number, "decide")]
        return [Result(key, total, None, why) for key in keys]

    @precondition(can("decide"))
    @rule(number=numbers, total=st.sampled_from(TOTALS), why=words, who=whoever)
    def decide(self, number: int, total: Decimal | None, why: str, who: str | None) -> None:
        results, by = self.results(number, total, why), self.as_(who, "authority")
        self.attempt(lambda session: decide.decide(session, self.world.round_id, results, **by))

    @precondition(can("redecide"))
    @rule(number=numbers, total=st.sampled_from(TOTALS), why=words, who=whoever)
    def redecide(self, number: int, total: Decimal | None, why: str, who: str | None) -> None:
        results, by = [Result(self.key(number, "redecide"), total, None, why)], self.as_(who, "authority")

        def redecide(session: Session) -> None:
            document = paper(session, now=self.now)
            decide.redecide(session, self.world.round_id, results, reason=why, document_id=document, **by)

        self.attempt(redecide)

    @precondition(can("announce"))
    @rule(who=whoever, number=st.sampled_from(("12-QĐ/BDVTU", "12-QĐ/BDVTU", "")))
    def number_decision(self, who: str | None, number: str) -> None:
        decision, by = self.last("decision"), self.as_(who, "administrator")
        self.attempt(
            lambda session: decide.number_decision(session, decision, paper(session, now=self.now, number=number), **by)
        )

    @precondition(can("announce"))
    @rule(who=whoever)
    def announce(self, who: str | None) -> None:
        decision = self.last("decision")
        self.attempt(lambda session: decide.announce(session, decision, **self.as_(who, "authority")))

    @precondition(can("decide", "announce"))
    @rule(number=numbers)
    def decide_and_announce(self, number: int) -> None:
        self.decide(number, None, "", None)
        self.number_decision(None, "7-QĐ/BDVTU")
        self.announce(None)

    @precondition(round_in("decision", "reported"))
    @rule(who=whoever)
    def rank(self, who: str | None) -> None:
        self.attempt(lambda session: rank_round(session, self.world.round_id, **self.as_(who, "authority")))

    @precondition(round_in("decision"))
    @rule(who=whoever)
    def number_report(self, who: str | None) -> None:
        by = self.as_(who, "administrator")
        self.attempt(
            lambda session: report.number_report(session, self.world.round_id, paper(session, now=self.now), **by)
        )

    @precondition(round_in("decision", "reported", "archived"))
    @rule(how=st.sampled_from((report.draft, report.report, report.supplement, report.archive)), who=whoever)
    def report(self, how: Callable[..., object], who: str | None) -> None:
        self.attempt(lambda session: how(session, self.world.round_id, **self.as_(who, "administrator")))


class Administrators(Play):
    """What the owner of the round and the system do."""

    def grounds(self, session: Session, why: str) -> Grounds:
        return Grounds(why, paper(session, now=self.now))

    @precondition(can("lock"))
    @rule()
    def deadline_passes(self) -> None:
        self.now = max(self.now, later.LOCKED)
        self.sweep(0)

    @precondition(can("lock", "expire_explanation"))
    @rule(number=numbers)
    def sweep(self, number: int) -> None:
        rounds = sorted(self.seen.rounds)
        round_id = rounds[number % len(rounds)]
        self.attempt(lambda session: lock_due(session, round_id, now=self.now))
        self.attempt(lambda session: explain.expire_due(session, round_id, now=self.now))

    @precondition(can("reopen"))
    @rule(number=numbers, days=st.sampled_from(DAYS), why=words, who=whoever)
    def grant_extension(self, number: int, days: int, why: str, who: str | None) -> None:
        key, by = self.key(number, "reopen"), self.as_(who, "administrator")
        until = local_day(self.now) + timedelta(days=days)

        def extend(session: Session) -> None:
            document = paper(session, now=self.now)
            extension.grant_extension(session, key, until=until, reason=why, document=document, **by)

        self.attempt(extend)

    @precondition(lambda play: bool(play.seen.tables["extension"]))
    @rule(why=words, who=whoever)
    def refuse_extension(self, why: str, who: str | None) -> None:
        asked, by = self.last("extension"), self.as_(who, "administrator")
        self.attempt(lambda session: extension.refuse_extension(session, asked, why, **by))

    @precondition(now_and_then)
    @rule(why=words, who=whoever)
    def add_subject(self, why: str, who: str | None) -> None:
        closes_at, by = self.now + timedelta(days=2), self.as_(who, "administrator")

        def add(session: Session) -> None:
            grounds = self.grounds(session, why)
            corrections.add_subject(
                session, self.world.round_id, f"dv-{SPARE}", grounds, closes_at=closes_at, live=False, **by
            )

        self.attempt(add)

    @precondition(can("remove"))
    @rule(number=numbers, why=words, who=whoever)
    def remove_subject(self, number: int, why: str, who: str | None) -> None:
        key, by = self.key(number, "remove"), self.as_(who, "administrator")
        self.attempt(lambda session: corrections.remove_subject(session, key, self.grounds(session, why), **by))

    @precondition(can("remove"))
    @rule(number=numbers, into=numbers, why=words, who=whoever)
    def merge(self, number: int, into: int, why: str, who: str | None) -> None:
        one, other, by = self.key(number, "remove"), self.key(into), self.as_(who, "administrator")
        self.attempt(
            lambda session: corrections.merge(
                session, self.world.round_id, [one], other, self.grounds(session, why), **by
            )
        )

    @precondition(now_and_then)
    @rule(
        stage=st.sampled_from(("self_assessment", "self_assessment", "report")),
        days=st.sampled_from(DAYS),
        trigger=st.sampled_from((None, "reopen", "lock")),
        who=whoever,
    )
    def move_milestone(self, stage: str, days: int, trigger: str | None, who: str | None) -> None:
        closes_at, by = self.now + timedelta(days=days), self.as_two(who, "administrator")

        def move(session: Session) -> None:
            grounds = self.grounds(session, "dời mốc")
            move_milestone(session, self.world.round_id, stage, closes_at, grounds, trigger=trigger, **by)

        self.attempt(move)

    @precondition(round_in("self_assessment", "appraisal"))
    @rule(why=words, who=whoever)
    def correct_sheets(self, why: str, who: str | None) -> None:
        programme, by = corrected(self.seen.programme_of(self.world.round_id)), self.as_two(who, "administrator")

        def correct(session: Session) -> None:
            grounds = self.grounds(session, why)
            correct_sheet(session, self.world.round_id, programme, grounds, live=False, **by)

        self.attempt(correct)

    @precondition(now_and_then)
    @rule(number=numbers, message=st.sampled_from(("assigned", "receipt", "no_such")), who=whoever)
    def resend(self, number: int, message: str, who: str | None) -> None:
        key, account_id = self.key(number), self.world.officers[0].account_id or 0
        by = self.as_(who, "administrator")
        self.attempt(
            lambda session: corrections.resend(
                session, key, message, account_id, self.grounds(session, "đổi địa chỉ"), **by
            )
        )

    @precondition(now_and_then)
    @rule(sure=st.booleans(), who=whoever)
    def cancel_round(self, sure: bool, who: str | None) -> None:  # noqa: FBT001  drawn by hypothesis
        by, why = self.as_two(who, "administrator"), "thôi tổ chức" if sure else ""
        self.attempt(
            lambda session: corrections.cancel_round(session, self.world.round_id, self.grounds(session, why), **by)
        )

    @precondition(now_and_then)
    @rule(year=st.sampled_from((2024, 2025)))
    def launch(self, year: int) -> None:
        codes = [row["code"] for row in self.seen.tables["subject"]]
        programme = self.world.programme
        self.attempt(
            lambda session: launch(session, programme, year, codes, actor=CONSOLE, now=self.now, live=False, smtp=False)
        )

    @precondition(now_and_then)
    @rule()
    def night(self) -> None:
        self.attempt(lambda session: seal_night(session, self.world.round_id, now=self.now))


class Trespassers(Play):
    """What is tried in the wrong state, by anybody."""

    @rule(number=numbers, trigger=st.sampled_from(sorted(WORKFLOW.assessment.triggers)), who=st.sampled_from(ROLES))
    def step_out_of_line(self, number: int, trigger: str, who: str) -> None:
        key = self.key(number)
        if not WORKFLOW.assessment.steps(trigger, self.seen.dossiers[key]["state"]):
            by = self.as_(who, who, key)
            assert not self.attempt(lambda session: advance(session, key, trigger, **by))


class Year(Trespassers, Units, Appraisers, Authority, Administrators):
    """Everybody."""


@pytest.fixture(scope="module")
def sqlite_home(fresh_sqlite: Fresh) -> Iterator[Home]:
    with ExitStack() as stack:
        yield Home(Stages(fresh_sqlite, None, stack))


@pytest.fixture(scope="module")
def postgresql_home(fresh_postgresql: Fresh, pg_server: str) -> Iterator[Home]:
    with ExitStack() as stack:
        yield Home(Stages(fresh_postgresql, pg_server, stack))


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest) -> Home:
    """Where plays begin, on each kind of database."""
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found


USUAL = settings(stateful_step_count=25, suppress_health_check=list(HealthCheck))
FEW = settings(USUAL, max_examples=12, derandomize=True, phases=[Phase.generate])
MANY = settings(USUAL, max_examples=400)


def year_at(place: Home) -> type[Year]:
    class Here(Year):
        home = place

    return Here


def test_nothing_leads_off_the_graph(home: Home) -> None:
    run_state_machine_as_test(year_at(home), settings=FEW)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_nothing_leads_off_the_graph_in_many_years(home: Home) -> None:
    run_state_machine_as_test(year_at(home), settings=MANY)


def test_what_a_corrected_sheet_no_longer_allows_does_not_come_back_by_discarding(database: Database) -> None:
    """Found by a play: the marks of the old sheet came back into the working copy, counted as complete."""
    world = half_way(database)
    with database.writing() as session:
        grounds = Grounds("sửa biểu", paper(session, now=NOVEMBER))
        by: dict[str, Any] = {"actor": world.administrators, "now": NOVEMBER}
        correct_sheet(session, world.round_id, corrected(world.programme), grounds, live=False, **by)
        self_assess.discard_revision(session, world.first, actor=world.officer, now=NOVEMBER)
    with database.reading() as session:
        found = look(session)
    for demand in EVER:
        demand(found)
    assert found.dossiers[world.first]["scored"] < found.dossiers[world.first]["leaves"]
