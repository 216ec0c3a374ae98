"""What time does with requests for opinions: reminders, the closing, and the mail of both."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from actions.answers import Answer, save, send
from flows import duties, jobs
from flows.schedules import planned
from flows.work import next_due
from models.db import Database
from states.history import verify
from tests.actions.consulting_world import ASKED, CLOSES, Consulting, consulted, consulting
from tests.actions.world import at, state_of
from tests.flows.keeper import Keeper, sweep_together
from tests.notifications.reading import parsed

SECOND = timedelta(seconds=1)
EVE, LAST = at("2024-11-26 08:00"), at("2024-11-27 08:00")


def answered(
    database: Database, world: Consulting, request: int, body: int, *codes: str, now: datetime = ASKED
) -> None:
    with database.writing() as session:
        given = dict.fromkeys(world.ids(*codes), Answer("httnv", "Nhất trí với tự xếp loại."))
        save(session, request, given, actor=world.bodies[body], now=now)
        send(session, request, world.ids(*codes), actor=world.bodies[body], now=now)


def told(keeper: Keeper, message: str) -> list[tuple[int, str]]:
    return sorted((mail.account_id, mail.occasion) for mail in keeper.mails(message))


@pytest.mark.rule("AMB-HT-13", "HT-6.3")
def test_a_request_that_ran_out_is_closed_and_its_dossiers_go_on(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    request = consulted(keeper.database, world, "tt-1", "tt-2")
    answered(keeper.database, world, request, 0, "tt-1")
    assert "opinions" not in keeper.at(CLOSES + 14 * SECOND)
    assert keeper.at(CLOSES + 15 * SECOND)["opinions"] == {"closed": 1, "moved": 2, "silent": 5}
    assert [state_of(keeper.database, key) for key in world.ids("tt-1", "tt-2")] == ["appraising"] * 2
    assert "opinions" not in keeper.at(CLOSES + 16 * SECOND)


def test_two_processes_at_once_close_it_once(live: Keeper, database_url: str) -> None:
    world = consulting(live.database)
    consulted(live.database, world, "tt-1", "tt-2")
    sweep_together(database_url, live.folder, [LAST, CLOSES + 15 * SECOND])
    assert live.counts("opinion_asked", "opinion_due") == {"opinion_asked": 3, "opinion_due": 3}
    with live.database.reading() as session:
        assert verify(session).broken == ()
    assert [state_of(live.database, key) for key in world.ids("tt-1", "tt-2")] == ["appraising"] * 2


def test_bodies_that_have_not_sent_everything_are_reminded_on_two_mornings(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    request = consulted(keeper.database, world, "tt-1", "tt-2")
    answered(keeper.database, world, request, 0, "tt-1", "tt-2")
    answered(keeper.database, world, request, 1, "tt-1")
    assert "remind" not in keeper.at(EVE - SECOND) or told(keeper, "opinion_due") == []
    for now in (EVE, EVE + 3 * SECOND, LAST):
        keeper.at(now)
    first, second = f"opinion_request:{request}/Q-2/2024-11-26", f"opinion_request:{request}/Q-1/2024-11-27"
    two, three = world.asked[1:]
    assert told(keeper, "opinion_due") == [(two, second), (two, first), (three, second), (three, first)]


def test_a_reminder_that_was_missed_is_not_made_up_for_after_the_closing(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    consulted(keeper.database, world, "tt-1")
    keeper.at(CLOSES + SECOND)
    assert told(keeper, "opinion_due") == []


def test_who_is_asked_after_a_slot_is_spared_it(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    consulted(keeper.database, world, "tt-1", closes_at=at("2024-11-21 00:00"))
    keeper.at(ASKED + SECOND)
    assert told(keeper, "opinion_due") == []


def letters(folder: Path) -> list[str]:
    files = sorted((folder / "mail").rglob("*.eml"))
    mails = [parsed(path.read_bytes()) for path in files]
    bodies = [mail.get_body(("plain",)) for mail in mails]
    asked = [body.get_content() for body in bodies if body is not None]
    return [text for text in asked if "THAM GIA Ý KIẾN" in text]


def test_the_mails_name_nobody_who_is_assessed(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    consulted(keeper.database, world, "tt-1", "tt-2")
    keeper.at(ASKED)
    keeper.at(EVE)
    found = letters(keeper.folder)
    assert len(found) == 6
    assert not any("Đối tượng" in text or "nhận xét" in text for text in found)
    assert sum("ý kiến về 2 hồ sơ" in text for text in found) == 3
    assert sum("Còn 2/2 hồ sơ" in text for text in found) == 3
    assert {mail.status for mail in keeper.mails("opinion_asked", "opinion_due")} == {"sent"}


def test_a_reminder_to_who_answered_meanwhile_stays_unsent(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    request = consulted(keeper.database, world, "tt-1", bodies=world.asked[:1])
    keeper.at(ASKED)
    with keeper.database.writing() as session:
        wanted = [one for one in duties.reminders(session, EVE) if one.kind == "opinion_due"]
        jobs.ask(session, wanted, EVE)
        (job,) = jobs.waiting(session, ["opinion_due"], EVE)
    duties.perform(keeper.setting(EVE), job)
    answered(keeper.database, world, request, 0, "tt-1", now=EVE)
    keeper.at(EVE + SECOND)
    (mail,) = keeper.mails("opinion_due")
    assert (mail.status, mail.answer) == ("skipped", "đã qua thời điểm nhắc")


def test_the_next_moment_of_a_request_is_known(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    consulted(keeper.database, world, "tt-1")
    moments, now = [], ASKED
    keeper.at(now)
    while (now := next_due(keeper.database, now) or now) < CLOSES + timedelta(minutes=1):
        moments.append(now)
        keeper.at(now)
        now += timedelta.resolution
    assert {EVE, LAST, CLOSES + 15 * SECOND} <= set(moments)


def test_an_open_request_has_a_schedule_of_its_own_until_it_is_closed(keeper: Keeper) -> None:
    world = consulting(keeper.database)
    request = consulted(keeper.database, world, "tt-1")

    def found(now: datetime) -> list[tuple[str, str]]:
        return [(one.name, one.rule) for one in planned(keeper.database, now) if one.flow == "opinions"]

    daily = ("daily", "12 0 * * *")
    once = "DTSTART:20241128T000020\nRRULE:FREQ=DAILY;COUNT=1"
    assert sorted(found(ASKED)) == [(f"{world.round_id}/opinions-{request}", once), daily]
    keeper.at(CLOSES + 15 * SECOND)
    assert found(CLOSES + 15 * SECOND) == [daily]
