from datetime import date, datetime, timedelta

import pytest
from sqlmodel import func, select

from actions import explain
from actions.extension import grant_extension
from flows.work import MAIL, WORKS, next_due
from models.assessments import Assessment, ExplanationRequest
from models.db import Database
from models.history import History
from models.jobs import Job
from models.mail import Outbox
from models.rounds import Round
from states.history import verify
from tests.actions.later import LOCKED, begun, in_appraisal
from tests.actions.world import World, at, launched, paper, state_of, submitted
from tests.flows.keeper import Keeper, sweep_together

CLOSING = at("2024-12-10 00:00")
SECOND = timedelta(seconds=1)


def states(database: Database, world: World) -> list[str]:
    return [state_of(database, key) for key in world.assessment_ids]


def rows(database: Database) -> int:
    with database.reading() as session:
        assert verify(session).broken == ()
        return session.exec(select(func.count()).select_from(History)).one()


def round_state(database: Database, world: World) -> str:
    with database.reading() as session:
        return session.get_one(Round, world.round_id).state


@pytest.mark.parametrize("now", [CLOSING - SECOND, CLOSING, CLOSING + 14 * SECOND])
def test_a_sweep_that_comes_early_locks_nothing(keeper: Keeper, now: datetime) -> None:
    world = launched(keeper.database, subjects=2)
    assert "lock" not in keeper.at(now)
    assert states(keeper.database, world) == ["assigned", "assigned"]


@pytest.mark.rule("DN-4.5")
@pytest.mark.parametrize("late", [timedelta(seconds=15), timedelta(minutes=3), timedelta(days=19)])
def test_a_sweep_that_comes_late_does_the_same_and_once(keeper: Keeper, late: timedelta) -> None:
    world = launched(keeper.database, subjects=2)
    submitted(keeper.database, world, 0)
    assert keeper.at(CLOSING + late)["lock"] == {"locked_zero": 1}
    assert states(keeper.database, world) == ["submitted", "locked_zero"]
    assert round_state(keeper.database, world) == "appraisal"
    before = rows(keeper.database)
    assert "lock" not in keeper.at(CLOSING + late + SECOND)
    assert rows(keeper.database) == before


@pytest.mark.rule("DN-4.5")
def test_what_locked_stays_locked_when_the_clock_steps_back(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=1)
    keeper.at(CLOSING + 15 * SECOND)
    keeper.at(CLOSING - timedelta(days=2))
    assert states(keeper.database, world) == ["locked_zero"]


def test_lateness_is_flagged_once_where_the_programme_only_flags(keeper: Keeper) -> None:
    world = launched(keeper.database, "dan-van-chinh-quyen", 2022, 2)
    assert keeper.at(at("2022-11-15 00:00:15"))["lock"] == {"assigned": 2}
    before = rows(keeper.database)
    assert "lock" not in keeper.at(at("2022-11-15 00:00:20"))
    assert rows(keeper.database) == before
    with keeper.database.reading() as session:
        assert [session.get_one(Assessment, key).late for key in world.assessment_ids] == [True, True]


def test_an_extension_is_left_alone_until_it_ends(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=2)
    with keeper.database.writing() as session:
        document, now = paper(session, now=world.launched_at), at("2024-12-05 09:00")
        grant_extension(
            session,
            world.first,
            until=date(2024, 12, 12),
            reason="Bão số 10.",
            document=document,
            actor=world.administrator,
            now=now,
        )
    assert keeper.at(CLOSING + 15 * SECOND)["lock"] == {"locked_zero": 1}
    assert states(keeper.database, world) == ["assigned", "locked_zero"]
    assert "lock" not in keeper.at(at("2024-12-13 00:00:14"))
    assert keeper.at(at("2024-12-13 00:00:15"))["lock"] == {"locked_zero": 1}


def test_questions_expire_when_nobody_can_still_be_answering(keeper: Keeper) -> None:
    world = in_appraisal(keeper.database)
    key = begun(keeper.database, world)
    leaf = world.programme.sheet_for("dang_bo_quan_huyen").leaves()[0].code
    with keeper.database.writing() as session:
        request = explain.ask(session, key, [leaf], "Vì sao?", actor=world.appraiser, now=LOCKED + SECOND)
    with keeper.database.reading() as session:
        closes_at = session.get_one(ExplanationRequest, request).closes_at
    assert "explain" not in keeper.at(closes_at + 14 * SECOND)
    assert keeper.at(closes_at + 15 * SECOND)["explain"] == {"expired": 1}
    assert state_of(keeper.database, key) == "appraising"
    assert "explain" not in keeper.at(closes_at + 16 * SECOND)


def test_two_processes_at_once_do_everything_once(live: Keeper, database_url: str) -> None:
    world = launched(live.database, subjects=40)
    submitted(live.database, world, 0)
    sweep_together(database_url, live.folder, [CLOSING - timedelta(days=1), CLOSING + 15 * SECOND])
    assert states(live.database, world) == ["submitted"] + ["locked_zero"] * 39
    assert live.counts("reminder", "locked") == {"reminder": 78, "locked": 78}
    with live.database.reading() as session:
        assert verify(session).broken == ()
        locks = session.exec(select(func.count()).where(History.act == "lock")).one()
        seals = session.exec(select(func.count()).where(History.act == "sealed")).one()
        assert (locks, seals) == (39, 2)
        assert set(session.exec(select(Outbox.status, Outbox.attempts))) == {("sent", 1)}
        assert set(session.exec(select(Job.status, Job.attempts))) == {("done", 1)}


def test_what_fails_does_not_keep_the_rest_from_being_done(live: Keeper) -> None:
    launched(live.database, subjects=1)
    (live.folder / "backup").touch()
    now = at("2024-10-02 09:00")
    with pytest.raises(ExceptionGroup) as failed:
        live.at(now)
    assert [type(error) for error in failed.value.exceptions] == [FileExistsError]
    assert {job.kind: job.status for job in live.jobs("seal", "verify", "backup")} == {
        "seal": "done",
        "verify": "done",
        "backup": "waiting",
    }
    with live.database.reading() as session:
        assert set(session.exec(select(Outbox.status))) == {"sent"}


def test_a_job_that_failed_is_tried_again_later(live: Keeper) -> None:
    launched(live.database, subjects=1)
    folder = live.folder / "backup"
    folder.touch()
    now = at("2024-10-02 09:00")
    with pytest.raises(ExceptionGroup):
        live.at(now)
    folder.unlink()
    assert "nightly" not in live.at(now + timedelta(seconds=59))
    assert live.at(now + timedelta(seconds=60))["nightly"] == {"backup": 1}


def test_next_due_names_every_moment_at_which_there_is_work(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    now, seen = at("2024-12-08 12:00"), []
    keeper.at(now)
    while (now := next_due(keeper.database, now) or now) < at("2024-12-10 12:00"):
        seen.append((f"{now.astimezone(CLOSING.tzinfo):%d %H:%M:%S}", sorted(keeper.at(now))))
        now += timedelta.resolution
    assert seen == [
        ("09 02:00:00", ["mail", "nightly"]),
        ("09 08:00:00", ["mail", "remind"]),
        ("09 18:00:00", ["mail", "remind"]),
        ("10 00:00:15", ["lock", "mail"]),
        ("10 02:00:00", ["mail", "nightly"]),
        ("10 08:00:00", ["mail", "remind"]),
    ]


def test_an_empty_database_has_nothing_due(keeper: Keeper) -> None:
    assert keeper.at(CLOSING) == {}
    assert next_due(keeper.database, CLOSING) is None


def test_works_have_the_order_in_which_one_follows_from_the_other() -> None:
    names = ["lock", "explain", "opinions", "remind", "report", "nightly", "asked", "counts", "mail"]
    assert [work.name for work in (*WORKS, *MAIL)] == names
