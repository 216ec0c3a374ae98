"""RULES 6.7, vectors 1 to 3, and the sweep behind the deadline."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, func, select

from actions import self_assess
from actions.lock import lock_due
from actions.marks import Filled
from config.sheet import Entry
from models.assessments import Assessment, marks
from models.db import Database
from models.history import History, history_of
from models.mail import Outbox
from models.rounds import Round
from states.bulk import Bulk
from states.errors import Refused
from states.history import verify
from tests.actions.world import STAFF, World, at, best, launched, sheet_of, state_of, submit, submitted

LAST_INSTANT = at("2024-12-09 23:59:59.999")
LOCK = at("2024-12-10 00:00")
NOVEMBER = at("2024-11-20 09:00")


def swept(database: Database, world: World, now: datetime) -> Bulk:
    with database.writing() as session:
        return lock_due(session, world.round_id, now=now)


def drafted(database: Database, world: World, number: int = 0, *, leave_out: int = 0) -> int:
    key = world.assessment_ids[number]
    with database.writing() as session:
        filled = dict(list(best(sheet_of(session, world, key)).items())[leave_out:])
        self_assess.save(session, key, filled, actor=world.officers[number], now=NOVEMBER)
    return key


def round_state(database: Database, world: World) -> str:
    with database.reading() as session:
        return session.get_one(Round, world.round_id).state


def told(database: Database, message: str) -> list[tuple[int | None, int]]:
    with database.reading() as session:
        chosen = select(Outbox.assessment_id, Outbox.account_id).where(Outbox.message == message)
        return [(row[0], row[1]) for row in session.exec(chosen.order_by(col(Outbox.id)))]


def history_rows(database: Database) -> int:
    with database.reading() as session:
        assert verify(session).broken == ()
        return session.exec(select(func.count()).select_from(History)).one()


@pytest.mark.rule("X-D1", "DN-6.1")
def test_the_last_instant_is_in_time_and_midnight_is_not(database: Database) -> None:
    world = launched(database)
    first, second = drafted(database, world, 0), drafted(database, world, 1)
    with database.writing() as session:
        moved = self_assess.submit(session, first, actor=world.officers[0], now=LAST_INSTANT)
    assert moved.state == "submitted"
    with pytest.raises(Refused) as caught, database.writing() as session:
        self_assess.submit(session, second, actor=world.officers[1], now=LOCK)
    assert str(caught.value) == "Đã quá thời hạn: hết ngày 09/12/2024 (trước ngày 10/12); phần mềm đã khóa."
    assert (state_of(database, first), state_of(database, second)) == ("submitted", "self_assessing")


@pytest.mark.rule("X-D3")
def test_the_same_instant_in_another_time_zone_is_as_late(database: Database) -> None:
    world = launched(database, subjects=1)
    key = drafted(database, world)
    with pytest.raises(Refused), database.writing() as session:
        self_assess.submit(session, key, actor=world.officer, now=datetime(2024, 12, 9, 17, tzinfo=UTC))


@pytest.mark.rule("X-D1", "X-D3")
def test_whatever_the_clock_a_unit_submits_before_the_deadline_and_never_after(database: Database) -> None:
    world = launched(database, subjects=1)
    key = drafted(database, world)

    @settings(max_examples=40)
    @given(st.integers(-(10**7), 10**7) | st.integers(-3, 3), st.integers(-12 * 60, 14 * 60))
    def holds(micros: int, offset: int) -> None:
        now = (LOCK + timedelta(microseconds=micros)).astimezone(timezone(timedelta(minutes=offset)))
        with database.trying() as session:
            if now < LOCK:
                assert self_assess.submit(session, key, actor=world.officer, now=now).state == "submitted"
            else:
                with pytest.raises(Refused):
                    self_assess.submit(session, key, actor=world.officer, now=now)

    holds()


@pytest.mark.rule("DN-4.6")
def test_a_draft_that_lacks_one_criterion_is_zeroed_whole_and_kept(database: Database) -> None:
    world = launched(database, subjects=1)
    key = drafted(database, world, leave_out=1)
    with database.reading() as session:
        before = {code: (mark.entry, mark.points) for code, mark in marks(session, key, "draft").items()}
    assert swept(database, world, LOCK).moved == {key: "locked_zero"}
    with database.reading() as session:
        dossier = session.get_one(Assessment, key)
        assert (dossier.state, dossier.self_total, dossier.zeroed) == ("locked_zero", Decimal(0), True)
        assert dossier.scored == dossier.leaves - 1 == len(before)
        assert {code: (mark.entry, mark.points) for code, mark in marks(session, key, "draft").items()} == before
        assert marks(session, key, "self") == {}
    assert told(database, "locked") == [(key, world.officer.account_id), (key, world.head.account_id)]


@pytest.mark.rule("DN-4.6")
def test_a_draft_that_lacks_nothing_but_was_not_submitted_is_zeroed_too(database: Database) -> None:
    world = launched(database, subjects=2)
    key, untouched = drafted(database, world), world.assessment_ids[1]
    assert swept(database, world, LOCK).moved == {key: "locked_zero", untouched: "locked_zero"}


@pytest.mark.rule("DN-4.5")
def test_what_was_submitted_last_is_what_the_lock_takes(database: Database) -> None:
    world = launched(database, subjects=1)
    key = submitted(database, world)
    with database.writing() as session:
        self_assess.revise(session, key, actor=world.officer, now=NOVEMBER)
        emptied = {"I.1": Filled(Entry(points=Decimal(0)), "giảm")}
        self_assess.save(session, key, emptied, actor=world.officer, now=NOVEMBER)
    assert swept(database, world, LOCK).moved == {key: "submitted"}
    with database.reading() as session:
        dossier = session.get_one(Assessment, key)
        assert (dossier.self_total, dossier.zeroed, dossier.late) == (Decimal(100), False, False)
        assert marks(session, key, "self")["I.1"].points == 4
        assert marks(session, key, "draft")["I.1"].points == 0
    assert told(database, "locked") == []


@pytest.mark.rule("DN-6.1")
def test_nothing_is_locked_before_the_deadline(database: Database) -> None:
    world = launched(database)
    assert swept(database, world, LAST_INSTANT) == Bulk({}, {})
    assert {state_of(database, key) for key in world.assessment_ids} == {"assigned"}
    assert round_state(database, world) == "self_assessment"


@pytest.mark.rule("DN-4.5")
def test_a_second_sweep_moves_nothing(database: Database) -> None:
    world = launched(database)
    submitted(database, world, 1)
    assert len(swept(database, world, LOCK).moved) == 2
    assert round_state(database, world) == "appraisal"
    rows = history_rows(database)
    for later in (LOCK, LOCK + timedelta(days=3), LOCK - timedelta(hours=1)):
        assert swept(database, world, later) == Bulk({}, {})
    assert history_rows(database) == rows
    assert [state_of(database, key) for key in world.assessment_ids] == ["locked_zero", "submitted", "locked_zero"]


@pytest.mark.rule("X-A1")
def test_history_tells_who_locked(database: Database) -> None:
    world = launched(database, subjects=1)
    swept(database, world, LOCK)
    with database.reading() as session:
        last = history_of(session, f"assessment:{world.first}")[-1]
        closing = history_of(session, f"round:{world.round_id}")[-1]
    assert (last.act, last.actor, last.at) == ("lock", "system", LOCK)
    assert (closing.act, closing.actor) == ("close_self_assessment", "system")


@pytest.mark.rule("VG-2.1")
def test_the_late_are_flagged_once_and_may_still_submit(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", kinds=("ubnd_xa",))
    in_time, draft = submitted(database, world, 0), drafted(database, world, 1)
    idle = world.assessment_ids[2]
    assert swept(database, world, at("2024-11-15 00:00")).moved == {draft: "self_assessing", idle: "assigned"}
    assert swept(database, world, at("2024-11-15 06:00")) == Bulk({}, {})
    with database.writing() as session:
        submit(session, world, draft, actor=world.officers[1], now=at("2024-11-15 08:00"))
    with database.reading() as session:
        late = {key: session.get_one(Assessment, key) for key in (in_time, draft, idle)}
    assert [(one.late, one.zeroed) for one in late.values()] == [(False, False), (True, False), (True, False)]
    assert late[draft].self_total == Decimal(100)
    assert told(database, "overdue") == [
        (key, actor.account_id)
        for key, number in ((draft, 1), (idle, 2))
        for actor in (world.officers[number], world.heads[number])
    ]


@pytest.mark.rule("VG-2.1", "VG-2.5", "VG-1.6")
def test_each_kind_has_its_own_deadline(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", subjects=2, kinds=("ubnd_xa", "ubnd_huyen"))
    commune, district = world.assessment_ids
    assert swept(database, world, at("2024-11-15 00:00")) == Bulk({commune: "assigned"}, {})
    assert round_state(database, world) == "appraisal"
    assert swept(database, world, at("2024-12-01 00:00")) == Bulk({district: "assigned"}, {})
    with database.reading() as session:
        assert all(session.get_one(Assessment, key).late for key in world.assessment_ids)


def test_one_round_is_swept_and_not_another(database: Database) -> None:
    first = launched(database, subjects=1)
    assert swept(database, first, LOCK).moved == {first.first: "locked_zero"}
    with pytest.raises(Exception, match="Không tìm thấy đợt số 99"), database.writing() as session:
        lock_due(session, 99, now=LOCK)


def test_sweeps_at_the_same_time_flag_once(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", subjects=20, kinds=("ubnd_xa",))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: swept(database, world, at("2024-11-15 00:00")), range(4)))
    assert sorted(key for one in done for key in one.moved) == world.assessment_ids
    assert len(told(database, "overdue")) == 40
    assert history_rows(database) == len(STAFF) * 2 + 1 + 20 + 1 + 20 + 1
