from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.appraise import agree_untouched, conclude, start, untouched
from actions.assign import assign
from actions.confirm_bands import confirm_bands
from actions.corrections import Grounds
from actions.decide import Result, decide
from actions.lock import lock_due
from config.rating import Band
from models.assessments import Assessment
from models.db import Database
from models.history import history_of
from states.advance import advance_round
from states.errors import NotAllowed, Refused
from tests.actions import later
from tests.actions.later import decided, in_decision
from tests.actions.world import World, at, launched, paper, submitted

CLOSED, DECIDING = at("2022-11-15 00:00:15"), at("2022-11-25 09:00")
BANDS = (
    Band(at_least=Decimal(95), code="xuat_sac", label="Xuất sắc"),
    Band(at_least=Decimal(0), code="tot", label="Tốt"),
)


def appraised(database: Database) -> World:
    world = launched(database, "dan-van-chinh-quyen", 2022, 1, kinds=("ubnd_xa",))
    submitted(database, world)
    with database.writing() as session:
        lock_due(session, world.round_id, now=CLOSED)
    with database.writing() as session:
        whose = world.appraiser.account_id or 0
        assign(session, world.round_id, [world.first], whose, actor=world.lead, now=CLOSED)
        start(session, world.first, actor=world.appraiser, now=CLOSED)
        left = untouched(session, world.first, actor=world.appraiser)
        agree_untouched(session, world.first, "", left, actor=world.appraiser, now=CLOSED)
        conclude(session, world.first, actor=world.appraiser, now=CLOSED)
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=DECIDING)
    return world


@pytest.mark.rule("VG-4.6")
def test_levels_are_typed_until_the_bands_are_confirmed(database: Database) -> None:
    world = appraised(database)
    with database.writing() as session, pytest.raises(Refused, match="chưa được xác nhận"):
        decide(session, world.round_id, [Result(world.first)], actor=world.authority, now=DECIDING)
    with database.writing() as session:
        grounds = Grounds("Theo Quyết định 02/2020.", paper(session, now=DECIDING))
        digest = confirm_bands(session, world.round_id, BANDS, grounds, actor=world.administrator, now=DECIDING)
    with database.writing() as session:
        decide(session, world.round_id, [Result(world.first)], actor=world.authority, now=DECIDING)
    with database.reading() as session:
        assert session.get_one(Assessment, world.first).level == "xuat_sac"
        confirming = next(row for row in history_of(session, f"round:{world.round_id}") if row.act == "confirm_bands")
        assert f'"to":"{digest}"' in confirming.body


def test_bands_are_confirmed_by_the_administrator_with_reason_and_document(database: Database) -> None:
    world = appraised(database)
    with database.writing() as session, pytest.raises(Refused) as refused:
        confirm_bands(session, world.round_id, BANDS, Grounds("", None), actor=world.administrator, now=DECIDING)
    assert len(refused.value.refusals) == 2
    with database.writing() as session:
        grounds = Grounds("Theo Quyết định 02/2020.", paper(session, now=DECIDING))
    with database.writing() as session, pytest.raises(NotAllowed):
        confirm_bands(session, world.round_id, BANDS, grounds, actor=world.lead, now=DECIDING)
    with database.writing() as session, pytest.raises(ValidationError, match="gap"):
        confirm_bands(session, world.round_id, BANDS[:1], grounds, actor=world.administrator, now=DECIDING)


def test_bands_stand_once_a_level_is_decided(database: Database) -> None:
    world = appraised(database)
    with database.writing() as session:
        typed = [Result(world.first, level="Tốt")]
        decide(session, world.round_id, typed, actor=world.authority, now=DECIDING)
        grounds = Grounds("Theo Quyết định 02/2020.", paper(session, now=DECIDING))
    with database.writing() as session, pytest.raises(Refused, match="không xác nhận khung điểm"):
        confirm_bands(session, world.round_id, BANDS, grounds, actor=world.administrator, now=DECIDING)


def test_bands_come_too_late_for_a_round_that_gives_no_levels(database: Database) -> None:
    """Else some of its units would have a level, and those decided before had none (AMB-DN-6)."""
    world = in_decision(database)
    decided(database, world, [Result(world.first)])
    with database.writing() as session:
        grounds = Grounds("Theo hướng dẫn mới.", paper(session, now=later.DECIDING))
    with database.writing() as session, pytest.raises(Refused, match="không xác nhận khung điểm"):
        confirm_bands(session, world.round_id, BANDS, grounds, actor=world.administrator, now=later.DECIDING)
