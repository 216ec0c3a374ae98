import json
from datetime import datetime
from decimal import Decimal

import pytest

from actions.corrections import Grounds
from actions.extension import grant_extension
from actions.lock import lock_due
from actions.milestones import move_milestone, plan_move_milestone
from actions.report import report
from actions.self_assess import revise
from models.db import Database
from models.rounds import milestones
from states.errors import NotAllowed, Refused
from tests.actions.later import (
    LOCKED,
    acts,
    begun,
    chain,
    dossier,
    in_appraisal,
    is_whole,
    mails,
    ready_to_report,
    rules,
    sentences,
)
from tests.actions.world import World, at, launched, paper, state_of, submitted

NOW = at("2024-11-05 09:00")
OLD, NEW = at("2024-12-10 00:00"), at("2024-12-16 00:00")
STAGE = "self_assessment"
KINDS = ("dang_bo_quan_huyen", "so_nganh")
TEXT = "hết ngày 15/12/2024 (trước ngày 16/12)"


def moved(
    database: Database,
    world: World,
    closes_at: datetime = NEW,
    *,
    stage: str = STAGE,
    kind: str | None = None,
    trigger: str | None = None,
    now: datetime = NOW,
) -> None:
    with database.writing() as session:
        why = Grounds("Bão số 9", paper(session, now=now))
        who = world.administrators
        move_milestone(session, world.round_id, stage, closes_at, why, kind=kind, trigger=trigger, actor=who, now=now)


def refusal(
    database: Database,
    world: World,
    closes_at: datetime = NEW,
    *,
    stage: str = STAGE,
    kind: str | None = None,
    trigger: str | None = None,
) -> Refused:
    with pytest.raises(Refused) as caught:
        moved(database, world, closes_at, stage=stage, kind=kind, trigger=trigger)
    return caught.value


def closings(database: Database, world: World) -> list[datetime]:
    return [dossier(database, key).closes_at for key in world.assessment_ids]


def test_all_dossiers_move_with_their_milestone(database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    version = dossier(database, world.first).version
    with database.reading() as session:
        plan = plan_move_milestone(session, world.round_id, STAGE, NEW, actor=world.administrator, now=NOW)
    was = "hết ngày 09/12/2024 (trước ngày 10/12)"
    assert [(effect.assessment_id, effect.what) for effect in plan.effects] == [
        (key, f"hạn {was} thành {TEXT}") for key in world.assessment_ids
    ]
    moved(database, world)
    assert closings(database, world) == [NEW] * 3
    with database.reading() as session:
        found = [(one.stage, one.closes_at) for one in milestones(session, world.round_id)]
    assert found == [(STAGE, NEW), ("report", at("2024-12-30 00:00"))]
    assert dossier(database, world.first).version == version + 1
    assert len(mails(database, "round_changed")) == 6
    assert acts(database, f"assessment:{world.first}")[-1] == "move_milestone"
    what = json.loads(chain(database, f"round:{world.round_id}")[-1].body)["what"]
    assert (what["was"], what["closes_at"], what["moved"], what["reopened"]) == (
        {"dang_bo_quan_huyen": "2024-12-09T17:00:00.000000Z"},
        "2024-12-15T17:00:00.000000Z",
        3,
        0,
    )
    assert is_whole(database, world.round_id)


def test_one_kind_moves_alone_and_an_extension_stays(database: Database) -> None:
    world = launched(database, subjects=4, kinds=KINDS)
    with database.writing() as session:
        until, document = at("2024-12-14 00:00").date(), paper(session, now=NOW)
        who = world.administrator
        grant_extension(session, world.first, until=until, reason="Lũ", document=document, actor=who, now=NOW)
    extended = at("2024-12-15 00:00")
    moved(database, world, kind=KINDS[0])
    assert closings(database, world) == [extended, OLD, NEW, OLD]
    with database.reading() as session:
        found = {one.kind: one.closes_at for one in milestones(session, world.round_id) if one.stage == STAGE}
    assert found == {KINDS[0]: NEW, KINDS[1]: OLD}
    assert {key for key, _ in mails(database, "round_changed")} == {world.assessment_ids[2]}


def test_moving_twice_tells_twice(database: Database) -> None:
    world = launched(database, subjects=1)
    moved(database, world)
    moved(database, world, OLD)
    assert len(mails(database, "round_changed")) == 4
    assert closings(database, world) == [OLD]


def test_the_sweep_follows_the_new_milestone(database: Database) -> None:
    world = launched(database)
    moved(database, world)
    with database.writing() as session:
        assert lock_due(session, world.round_id, now=LOCKED).moved == {}
    with database.writing() as session:
        lock_due(session, world.round_id, now=NEW)
    assert [state_of(database, key) for key in world.assessment_ids] == ["locked_zero"] * 3


@pytest.mark.parametrize(
    ("closes_at", "what", "rule"),
    [
        (OLD, {}, "same"),
        (at("2024-11-01 00:00"), {}, "past"),
        (at("2025-01-05 00:00"), {}, "order"),
        (at("2024-12-05 00:00"), {"stage": "report"}, "order"),
        (NEW, {"stage": "khac"}, "milestone"),
        (NEW, {"kind": "so_nganh"}, "milestone"),
        (NEW, {"trigger": "remove"}, "trigger"),
    ],
)
def test_what_no_milestone_may_become(database: Database, closes_at: datetime, what: dict[str, str], rule: str) -> None:
    world = launched(database)
    assert rules(refusal(database, world, closes_at, **what)) == [rule]
    assert closings(database, world) == [OLD] * 3


def test_the_report_is_not_due_before_an_extension_ends(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        until, document = at("2024-12-24 00:00").date(), paper(session, now=NOW)
        who = world.administrator
        grant_extension(session, world.first, until=until, reason="Lũ", document=document, actor=who, now=NOW)
    assert sentences(refusal(database, world, at("2024-12-20 00:00"), stage="report")) == [
        "«Đơn vị 1» được gia hạn đến hết ngày 24/12/2024 (trước ngày 25/12), sau thời hạn mới."
    ]
    moved(database, world, at("2024-12-28 00:00"), stage="report")
    assert mails(database, "round_changed") == []


def test_what_has_locked_reopens_only_when_that_is_stated(database: Database) -> None:
    world = in_appraisal(database, subjects=4, handed_in=2)
    begun(database, world, 1)
    with pytest.raises(Refused) as caught:
        moved(database, world, now=LOCKED)
    assert sentences(caught.value) == [
        "Thời hạn cũ đã qua, 4 hồ sơ đã khóa; phải nêu rõ bước mở lại, hoặc gia hạn cho từng đơn vị."
    ]
    with pytest.raises(Refused), database.writing() as session:
        revise(session, world.first, actor=world.officer, now=LOCKED)
    with database.reading() as session:
        who = world.administrator
        plan = plan_move_milestone(session, world.round_id, STAGE, NEW, trigger="reopen", actor=who, now=LOCKED)
    one, two, three, four = world.assessment_ids
    assert [tuple(effect) for effect in plan.effects] == [
        (key, name, f"«Gia hạn (trường hợp đặc biệt)», hạn mới {TEXT}")
        for key, name in ((one, "Đơn vị 1"), (three, "Đơn vị 3"), (four, "Đơn vị 4"))
    ]
    moved(database, world, trigger="reopen", now=LOCKED)
    found = [dossier(database, key) for key in (one, two, three, four)]
    assert [(now.state, now.closes_at, now.zeroed, now.self_total) for now in found] == [
        ("submitted", NEW, False, Decimal(100)),
        ("appraising", OLD, False, Decimal(100)),
        ("self_assessing", NEW, False, None),
        ("self_assessing", NEW, False, None),
    ]
    with database.writing() as session:
        revise(session, one, actor=world.officer, now=LOCKED)
    assert {key for key, _ in mails(database, "extension_granted")} == {one, three, four}
    assert mails(database, "round_changed") == []
    assert is_whole(database, world.round_id)


def test_a_milestone_needs_grounds_and_a_running_round(database: Database) -> None:
    world = launched(database)
    who = world.administrator
    with pytest.raises(Refused) as caught, database.writing() as session:
        move_milestone(session, world.round_id, STAGE, NEW, Grounds("", None), actor=who, now=NOW)
    assert rules(caught.value) == ["needs_reason", "needs_document"]
    with pytest.raises(NotAllowed), database.writing() as session:
        move_milestone(session, world.round_id, STAGE, NEW, Grounds("Bão", 1), actor=world.lead, now=NOW)


def test_nothing_moves_after_the_report(database: Database) -> None:
    world = ready_to_report(database, subjects=1, handed_in=1)
    now = at("2024-12-28 08:00")
    with database.writing() as session:
        report(session, world.round_id, actor=world.administrator, now=now)
    with pytest.raises(Refused) as caught:
        moved(database, world, at("2025-01-10 00:00"), stage="report", now=now)
    assert rules(caught.value) == ["state"]
