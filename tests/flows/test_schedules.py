from config.calendar import LOCAL
from flows.schedules import DAILY, planned
from flows.work import GRACE
from models.db import run
from models.types import to_micros
from tests.actions.world import at, launched
from tests.flows.keeper import Keeper


def named(keeper: Keeper, now: str) -> dict[str, str]:
    """The rules of the schedules of milestones, by name."""
    return {one.name: one.rule for one in planned(keeper.database, at(now)) if one.name != "daily"}


def once(text: str) -> str:
    starts = (at(text) + GRACE).astimezone(LOCAL)
    return f"DTSTART:{starts:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;COUNT=1"


def test_every_flow_has_its_daily_sweep(keeper: Keeper) -> None:
    found = {one.flow: one.rule for one in planned(keeper.database, at("2024-10-01 08:00"))}
    assert found == DAILY


def test_a_round_has_a_schedule_for_each_milestone_ahead(keeper: Keeper) -> None:
    world = launched(keeper.database)
    first, last = f"{world.round_id}/self_assessment", f"{world.round_id}/report"
    assert named(keeper, "2024-10-01 09:00") == {first: once("2024-12-10"), last: once("2024-12-30")}
    assert set(named(keeper, "2024-12-10 00:00:14")) == {first, last}
    assert set(named(keeper, "2024-12-10 00:00:15")) == {last}


def test_kinds_that_close_at_other_instants_have_names_of_their_own(keeper: Keeper) -> None:
    kinds = ["dang_bo_quan_huyen", "so_nganh"]
    world = launched(keeper.database, subjects=2, kinds=kinds)
    with keeper.database.writing() as session:
        moved = {"at": to_micros(at("2024-12-15"))}
        run(
            session, "UPDATE milestone SET closes_at = :at WHERE stage = 'self_assessment' AND kind = 'so_nganh'", moved
        )
    assert named(keeper, "2024-10-01 09:00") == {
        f"{world.round_id}/self_assessment": once("2024-12-10"),
        f"{world.round_id}/self_assessment/2024-12-15T00:00": once("2024-12-15"),
        f"{world.round_id}/report": once("2024-12-30"),
    }


def test_a_round_that_was_never_launched_has_none(keeper: Keeper) -> None:
    launched(keeper.database)
    with keeper.database.writing() as session:
        run(session, "UPDATE round SET launched_at = NULL")
    assert named(keeper, "2024-10-01 09:00") == {}
