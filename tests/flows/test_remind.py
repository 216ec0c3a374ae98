from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from actions import explain, remind, self_assess
from actions.assign import assign
from actions.extension import grant_extension
from actions.remind import REMINDERS
from config.calendar import LOCAL, DaysOff
from config.load import load_programme
from models.db import Database, run
from models.types import to_micros
from tests.actions.later import LOCKED, begun, in_appraisal
from tests.actions.world import World, at, best, launched, paper, sheet_of, submitted
from tests.flows.keeper import Keeper

CLOSING = at("2024-12-10 00:00")
SECOND = timedelta(seconds=1)
HOURS = (0, 7, 8, 9, 12, 18, 19)
UNIT = ("reminder", "unsubmitted_reminder", "last_day", "escalation")
PROGRAMME = load_programme("dan-chu-co-so")


def falls(kind: str, closing: str, days_off: DaysOff | None = None) -> list[str]:
    """When the reminders before a closing fall, local time."""
    programme = PROGRAMME.model_copy(update={"days_off": days_off}) if days_off else PROGRAMME
    slots = REMINDERS[kind].slots(programme, at(closing).astimezone(UTC))
    return [f"{slot.at.astimezone(LOCAL):%d/%m %H:%M}" for slot in slots]


def scored(database: Database, world: World, number: int) -> None:
    """A unit has scored everything and has not submitted it."""
    key = world.assessment_ids[number]
    with database.writing() as session:
        filled = best(sheet_of(session, world, key))
        self_assess.save(session, key, filled, actor=world.officers[number], now=at("2024-11-05 09:00"))


def ticks(keeper: Keeper, first: str, last: str) -> Iterator[datetime]:
    """Sweep several times a day, a little late, and say when mail came of it."""
    day = at(first) + 7 * SECOND
    while day < at(last):
        yield from (now for hour in HOURS if "remind" in keeper.at(now := day + timedelta(hours=hour)))
        day += timedelta(days=1)


def test_reminders_fall_on_mornings_before_the_closing_and_hours_before_it() -> None:
    assert falls("reminder", "2026-12-10 00:00") == [
        *("26/11 08:00", "03/12 08:00", "07/12 08:00", "09/12 08:00"),
        "09/12 18:00",
    ]


def test_a_reminder_on_a_weekend_comes_earlier() -> None:
    assert falls("reminder", "2024-12-10 00:00")[2] == "06/12 08:00"
    assert falls("escalation", "2024-12-10 00:00") == ["06/12 08:00"]


def test_a_reminder_in_tet_comes_before_it() -> None:
    assert falls("reminder", "2027-02-12 00:00") == [
        *("29/01 08:00", "03/02 08:00", "03/02 08:00", "11/02 08:00"),
        "11/02 18:00",
    ]


def test_a_day_off_by_notice_counts_as_one() -> None:
    notice = DaysOff(off=(date(2026, 12, 7),), worked=(date(2026, 12, 6),))
    assert falls("reminder", "2026-12-10 00:00", notice)[2] == "06/12 08:00"


def test_those_of_the_last_day_go_on_a_sunday() -> None:
    assert falls("reminder", "2026-12-14 00:00")[3:] == ["13/12 08:00", "13/12 18:00"]


def test_a_closing_within_a_day_has_that_day_as_its_last() -> None:
    assert falls("reminder", "2026-12-10 17:00")[2:] == ["08/12 08:00", "10/12 08:00", "10/12 11:00"]


def test_a_whole_year_reminds_at_every_slot_once(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    moments = [f"{now.astimezone(LOCAL):%d/%m %H}" for now in ticks(keeper, "2024-11-25 00:00", "2024-12-12 00:00")]
    daily = [f"{day.day:02}/{day.month:02} 08" for day in working_days()]
    assert moments == sorted({*daily, "09/12 18"}, key=lambda text: (text[3:5], text[:2], text[6:]))
    assert keeper.counts(*UNIT) == {"reminder": 8, "escalation": 1, "last_day": 2}
    occasions = {mail.occasion for mail in keeper.mails(*UNIT)}
    assert occasions == {
        "assessment:1/D-14/2024-11-26",
        "assessment:1/D-7/2024-12-03",
        "assessment:1/D-3/2024-12-07",
        "assessment:1/E-3/2024-12-07",
        "assessment:1/D-1/2024-12-09",
        "assessment:1/H-6/2024-12-09",
    }
    assert {mail.status for mail in keeper.mails(*UNIT)} == {"sent"}


def working_days() -> list[date]:
    days = (date(2024, 11, 25) + timedelta(days=step) for step in range(17))
    return [day for day in days if day.weekday() < 5]


def test_a_missed_week_is_made_up_for_by_the_newest_only(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    keeper.at(at("2024-12-09 09:30"))
    assert [mail.occasion for mail in keeper.mails("reminder", "last_day")] == ["assessment:1/D-1/2024-12-09"] * 2
    assert keeper.counts("escalation") == {"escalation": 1}


def test_nothing_is_reminded_of_before_its_slot_nor_after_the_closing(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    keeper.at(at("2024-11-26 08:00") - SECOND)
    keeper.at(CLOSING)
    keeper.at(CLOSING + timedelta(minutes=1))
    assert keeper.counts(*UNIT) == {}


def test_a_slot_swept_twice_mails_once(keeper: Keeper) -> None:
    launched(keeper.database, subjects=2)
    keeper.at(at("2024-11-26 08:00"))
    keeper.at(at("2024-11-26 08:00:05"))
    keeper.at(at("2024-11-27 03:00"))
    assert keeper.counts(*UNIT) == {"reminder": 4}


def test_each_is_told_how_far_it_is(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=4)
    scored(keeper.database, world, 1)
    submitted(keeper.database, world, 2)
    submitted(keeper.database, world, 3)
    with keeper.database.writing() as session:
        self_assess.revise(session, world.assessment_ids[3], actor=world.officers[3], now=at("2024-11-20 09:00"))
    keeper.at(at("2024-12-03 08:00"))
    told = {(mail.message, mail.assessment_id) for mail in keeper.mails(*UNIT)}
    ids = world.assessment_ids
    assert told == {("reminder", ids[0]), ("unsubmitted_reminder", ids[1]), ("unsubmitted_reminder", ids[3])}
    assert {mail.parameters for mail in keeper.mails(*UNIT)} == {'{"days": 6}'}


def test_the_last_day_counts_hours(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    keeper.at(CLOSING - timedelta(hours=4, minutes=50))
    assert {mail.parameters for mail in keeper.mails("last_day")} == {'{"hours": 5}'}


def test_the_head_alone_is_told_that_nothing_was_submitted(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=2)
    submitted(keeper.database, world, 0)
    keeper.at(at("2024-12-06 08:00"))
    told = [(mail.assessment_id, mail.account_id) for mail in keeper.mails("escalation")]
    assert told == [(world.assessment_ids[1], world.heads[1].account_id)]


def test_who_was_told_of_the_deadline_since_is_spared(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1, now=at("2024-11-26 10:00"))
    keeper.at(at("2024-11-26 10:05"))
    assert keeper.counts(*UNIT) == {}
    keeper.at(at("2024-12-03 08:00"))
    assert keeper.counts(*UNIT) == {"reminder": 2}


def test_an_extension_is_reminded_of_by_its_own_closing(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=2)
    with keeper.database.writing() as session:
        document, now = paper(session, now=world.launched_at), at("2024-12-09 20:00")
        grant_extension(
            session,
            world.first,
            until=date(2024, 12, 15),
            reason="Bão số 10.",
            document=document,
            actor=world.administrator,
            now=now,
        )
    keeper.at(at("2024-12-09 20:05"))
    assert keeper.counts(*UNIT) == {"last_day": 2, "escalation": 1}
    keeper.at(at("2024-12-13 08:00"))
    assert [mail.occasion for mail in keeper.mails("reminder")] == [f"assessment:{world.first}/D-3/2024-12-13"] * 2


def test_a_question_is_reminded_of_once_before_its_last_day(keeper: Keeper) -> None:
    world = in_appraisal(keeper.database)
    key = begun(keeper.database, world)
    leaf = world.programme.sheet_for("dang_bo_quan_huyen").leaves()[0].code
    with keeper.database.writing() as session:
        request = explain.ask(session, key, [leaf], "Vì sao?", actor=world.appraiser, now=LOCKED + SECOND)
    keeper.at(at("2024-12-12 07:59"))
    assert keeper.counts("explanation_due") == {}
    keeper.at(at("2024-12-12 08:00"))
    keeper.at(at("2024-12-13 08:00"))
    told = {(mail.assessment_id, mail.account_id, mail.parameters) for mail in keeper.mails("explanation_due")}
    assert told == {(key, who.account_id, f'{{"request": {request}}}') for who in (world.officer, world.head)}
    assert keeper.counts("explanation_due") == {"explanation_due": 2}


def test_a_question_asked_on_its_last_day_is_not_reminded_of(keeper: Keeper) -> None:
    world = in_appraisal(keeper.database)
    key, now = begun(keeper.database, world), at("2024-12-13 09:00")
    leaf = world.programme.sheet_for("dang_bo_quan_huyen").leaves()[0].code
    with keeper.database.writing() as session:
        closing = at("2024-12-14 00:00")
        explain.ask(session, key, [leaf], "Vì sao?", closes_at=closing, actor=world.appraiser, now=now)
    keeper.at(at("2024-12-13 10:00"))
    assert keeper.counts("explanation_due") == {}


def test_appraisers_are_reminded_of_what_waits_for_them_before_the_report(keeper: Keeper) -> None:
    world = in_appraisal(keeper.database)
    keeper.at(at("2024-12-16 08:00"))
    told = {(mail.assessment_id, mail.account_id) for mail in keeper.mails("appraisal_due")}
    appraisal = (world.appraiser.account_id, world.lead.account_id)
    assert told == {(key, who) for key in world.assessment_ids for who in appraisal}


def test_an_appraiser_without_dossiers_is_left_in_peace(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=2)
    submitted(keeper.database, world, 0)
    keeper.at(LOCKED)
    with keeper.database.writing() as session:
        whose = world.appraiser.account_id or 0
        assign(session, world.round_id, [world.first], whose, actor=world.lead, now=LOCKED)
    keeper.at(at("2024-12-16 08:00"))
    mine = [mail.assessment_id for mail in keeper.mails("appraisal_due") if mail.account_id == whose]
    assert mine == [world.first]


def test_a_dossier_kept_by_the_body_itself_concerns_no_appraiser(keeper: Keeper) -> None:
    launched(keeper.database, "dan-van-chinh-quyen", 2022, 2, kinds=["ubnd_huyen", "ubnd_xa"])
    keeper.at(at("2022-12-01 00:00:15"))
    keeper.at(at("2022-12-09 08:00"))
    assert keeper.counts("appraisal_due") == {}


@pytest.mark.parametrize(
    ("now", "mails"),
    [
        ("2024-10-02 07:59", 0),
        ("2024-10-02 08:00", 1),
        ("2024-10-02 16:59", 1),
        ("2024-10-02 17:00", 0),
        ("2024-10-05 09:00", 0),
        ("2024-10-06 09:00", 0),
    ],
)
def test_the_owner_has_a_summary_each_working_day(keeper: Keeper, now: str, mails: int) -> None:
    world = launched(keeper.database, subjects=1)
    keeper.at(at(now))
    keeper.at(at(now))
    told = [mail.account_id for mail in keeper.mails("daily_summary")]
    assert told == [world.administrator.account_id] * mails


def test_a_cancelled_round_reminds_of_nothing(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=1)
    with keeper.database.writing() as session:
        run(session, "UPDATE round SET state = 'cancelled' WHERE id = :id", {"id": world.round_id})
        assert remind.due(session, at("2024-12-03 08:00")) == []
        assert remind.next_slot(session, at("2024-12-03 08:00")) is None


def test_a_reminder_that_is_no_longer_the_newest_is_not_sent(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=1)
    with keeper.database.writing() as session:
        old = next(one for one in remind.due(session, at("2024-12-03 08:00")) if one.kind == "reminder")
        assert remind.ids(session, old, at("2024-12-03 09:00")) == [world.first]
        moved = {"id": world.first, "at": to_micros(at("2024-12-20 00:00"))}
        run(session, "UPDATE assessment SET closes_at = :at WHERE id = :id", moved)
        assert remind.ids(session, old, at("2024-12-03 09:00")) == []
