"""A new launch takes over who was in the last round, who worked in it and who appraised whom; and none of its marks."""

from pathlib import Path
from typing import Any

from sqlmodel import select

from actions.accounts import add_account, grant
from actions.assign import assign, declare_conflict
from models.assessments import Assessment, Mark
from models.db import Database, run
from models.people import Assignment
from states.actor import account
from tests.actions.later import acts, is_whole
from tests.actions.world import CONSOLE, World, launched, submitted
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.test_launching import launch_form

NEW = "/rounds/new?programme=dan-chu-co-so&year=2025"


def portal_on(database: Database, folder: Path) -> Portal:
    """A round of four units with a mark; one appraiser has two of them, part of a third, and a conflict with one."""
    world = launched(database, subjects=4)
    hands = Hands(world.launched_at.replace(year=2025, month=9))
    portal = Portal(world, database, hands, place_of(database, hands))
    settings = portal.place.settings.model_copy(update={"var": folder})
    portal.place = portal.place._replace(settings=settings, is_rehearsal=True)
    submitted(database, world)
    with database.writing() as session:
        own, now = world.assessment_ids, world.launched_at
        key = add_account(session, "cv@donvi.example", name="Trần Chuyên Viên", actor=CONSOLE, now=now)
        grant(session, key, "appraiser", round_id=world.round_id, actor=CONSOLE, now=now)
        grant(session, key, "lead", round_id=world.round_id, body="cap-xa", actor=CONSOLE, now=now)
        about: dict[str, Any] = {"actor": world.administrator, "now": now}
        assign(session, world.round_id, own[:2], key, **about)
        assign(session, world.round_id, own[2:3], key, criterion_group="I", **about)
        assign(session, world.round_id, own[:1], world.appraiser.account_id or 0, **about)
        declare_conflict(session, own[1], "Người thân", actor=account(key), now=now)
    return portal


def test_a_round_follows_the_one_before(database: Database, tmp_path: Path) -> None:
    portal = portal_on(database, tmp_path)
    browser = by_password(portal, portal.world.administrator)
    form = it_is_offered_and_filled_in(browser, portal)
    looked = browser.post("/rounds/new", **form)
    address = looked.headers["location"]
    told = words(browser.follow(looked))
    for expected in (
        "4 hồ sơ sẽ lập",
        "Trần Chuyên Viên 1 hồ sơ",
        "Trần Chuyên Viên 1 hồ sơ, nhóm tiêu chí I",
        "appraiser 1 hồ sơ",
        "Trần Chuyên Viên, Đơn vị 2: đã khai báo xung đột lợi ích ở đợt trước",
    ):
        assert expected in told, expected
    seen = browser.get(address).text.partition('name="seen" value="')[2].partition('"')[0]
    done = browser.post(address, seen=seen)
    assert done.status_code == 303
    the_same_appraise_the_same(database, portal.world, int(done.headers["location"].rpartition("/")[2]))


def it_is_offered_and_filled_in(browser: Browser, portal: Portal) -> dict[str, Any]:
    fresh = browser.get(NEW)
    assert "đã có đợt năm 2024" in words(fresh)
    assert "cv@donvi.example" not in fresh.text
    after = browser.get(f"{NEW}&after={portal.world.round_id}")
    assert "Lấy theo đợt năm 2024" in words(after)
    assert after.text.count('value="cv@donvi.example"') == 1
    assert "Lấy theo đợt" not in words(browser.get(f"{NEW}&after=999"))
    member = {"email-0": "cv@donvi.example", "name-0": "Trần Chuyên Viên"}
    return launch_form() | member | {"after": str(portal.world.round_id)}


def the_same_appraise_the_same(database: Database, world: World, round_id: int) -> None:
    with database.reading() as session:
        names = {one.id: one.name for one in session.exec(select(Assessment).where(Assessment.round_id == round_id))}
        given = [one for one in session.exec(select(Assignment)) if one.assessment_id in names]
        old = world.appraiser.account_id
        found = {(names[one.assessment_id], one.account_id == old, one.criterion_group) for one in given}
        marks = [one for one in session.exec(select(Mark)) if one.assessment_id in names]
        totals = run(session, f"SELECT count(*) FROM assessment WHERE round_id = {round_id} AND scored > 0").fetchone()
    assert found == {("Đơn vị 1", False, ""), ("Đơn vị 1", True, ""), ("Đơn vị 3", False, "I")}
    assert (marks, totals[0]) == ([], 0)
    first = next(key for key, name in names.items() if name == "Đơn vị 1")
    assert acts(database, f"assessment:{first}") == ["assigned", "assign", "assign"]
    assert is_whole(database, round_id)


def test_whoever_was_outside_stays_outside(database: Database, tmp_path: Path) -> None:
    portal = portal_on(database, tmp_path)
    with database.writing() as session:
        for table in ("mark", "assignment", "conflict", "outbox"):
            run(session, f"DELETE FROM {table} WHERE assessment_id = :id", {"id": portal.world.assessment_ids[3]})
        run(session, "DELETE FROM assessment WHERE id = :id", {"id": portal.world.assessment_ids[3]})
    told = by_password(portal, portal.world.administrator).get(f"{NEW}&after={portal.world.round_id}")
    assert ">dv-4</textarea>" in told.text
