import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from actions import self_assess
from actions.appraise import agree_untouched, conclude, save_marks, untouched
from actions.correct_sheet import affected, correct_sheet, plan_correct_sheet
from actions.corrections import Grounds
from actions.extension import grant_extension
from actions.lock import lock_due
from actions.marks import Filled
from config.load import load_programme, programme_from_document
from config.programme import Programme
from config.sheet import Entry, Sheet
from models.assessments import marks
from models.db import Database
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
    rules,
    sentences,
)
from tests.actions.world import World, at, best, launched, paper, state_of, submit, submitted

NOW = at("2024-11-05 09:00")
KIND, OTHER = "dang_bo_quan_huyen", "dang_bo_xa_phuong"


def corrected(programme: Programme, **leaves: dict[str, Any]) -> Programme:
    """The programme with other leaves in its first sheet (I_1 is I.1); an empty change takes the leaf out."""
    data = json.loads(programme.document())
    sheet = data["sheets"][0]["sheet"]
    sheet["slug"] += "-sua"
    changes = {code.replace("_", "."): change for code, change in leaves.items()}
    _change(sheet, "criteria", changes)
    sheet["total"] = str(sum(Decimal(one["max"]) for one in sheet["criteria"]))
    return programme_from_document(json.dumps(data, ensure_ascii=False))


def _change(within: dict[str, Any], key: str, changes: dict[str, dict[str, Any]]) -> None:
    kept = [one for one in within[key] if changes.get(one["code"]) != {}]
    for one in kept:
        one.update(changes.get(one["code"], {}))
        if one["children"]:
            _change(one, "children", changes)
            one["max"] = str(sum(Decimal(child["max"]) for child in one["children"]))
    within[key] = kept


def applied(database: Database, world: World, programme: Programme, *, now: datetime = NOW) -> None:
    with database.writing() as session:
        why = Grounds("In nhầm điểm tối đa", paper(session, now=now))
        correct_sheet(session, world.round_id, programme, why, live=False, actor=world.administrators, now=now)


def refusal(database: Database, world: World, programme: Programme, *, now: datetime = NOW) -> Refused:
    with pytest.raises(Refused) as caught:
        applied(database, world, programme, now=now)
    return caught.value


def codes(database: Database, key: int, copy: str) -> dict[str, Decimal]:
    with database.reading() as session:
        return {code: mark.points for code, mark in marks(session, key, copy).items()}


def sheet_of(programme: Programme) -> Sheet:
    return programme.sheet_for(KIND)


def test_only_what_is_scored_otherwise_is_affected() -> None:
    programme = load_programme("dan-chu-co-so")
    old, worded = sheet_of(programme), sheet_of(corrected(programme, I_1={"label": "Lời văn khác"}))
    assert affected(old, worded) == ()
    assert affected(old, sheet_of(corrected(programme, I_1={"max": "5"}, I_3={"max": "3"}))) == ("I.1", "I.3")
    smaller = sheet_of(corrected(programme, II_2={}))
    assert affected(old, smaller) == (*(leaf.code for leaf in smaller.leaves()), "II.2")
    moved = sheet_of(corrected(programme, I_1={"max": "8"}, II_2={}))
    assert affected(old, moved) == ("I.1", "II.2")


def test_working_copies_keep_what_still_stands(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        given = {"I.1": Filled(Entry(points=Decimal(4))), "I.3": Filled(Entry(points=Decimal(4)))}
        self_assess.save(session, world.first, given, actor=world.officer, now=NOW)
    version = dossier(database, world.first).version
    applied(database, world, corrected(world.programme, I_1={"max": "5"}, I_3={"max": "3"}))
    assert codes(database, world.first, "draft") == {"I.1": Decimal(4)}
    now = dossier(database, world.first)
    assert (now.state, now.scored, now.leaves, now.sheet) == ("self_assessing", 1, 24, "bieu-1-mau-sua")
    assert now.version > version
    row = chain(database, f"assessment:{world.first}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, what["lost"], what["reason"]) == ("correct_sheet", ["I.3"], "In nhầm điểm tối đa")
    assert len(mails(database, "round_changed")) == 6
    assert is_whole(database, world.round_id)


def test_points_of_what_stands_are_reckoned_anew(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.writing() as session:
        given = {"I.4": Filled(Entry(done=Decimal(1), assigned=Decimal(2)))}
        self_assess.save(session, world.first, given, actor=world.officer, now=NOW)
    applied(database, world, corrected(world.programme, I_4={"max": "5"}, I_1={"max": "3"}))
    assert codes(database, world.first, "draft") == {"I.4": Decimal("2.5")}


def test_what_was_submitted_reopens_and_stays_in_force(database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    correction = corrected(world.programme, I_1={"max": "5"}, I_3={"max": "3"})
    with database.reading() as session:
        plan = plan_correct_sheet(session, world.round_id, correction, live=False, actor=world.administrator, now=NOW)
    one, two, three = world.assessment_ids
    assert (plan.reopened, plan.kept) == ((one,), (two, three))
    assert plan.criteria == {KIND: ("I.1", "I.3"), OTHER: ("I.1", "I.3")}
    assert [tuple(effect) for effect in plan.plan.effects][-1] == (
        one,
        "Đơn vị 1",
        "mở lại để chấm; tiêu chí thay đổi: I.1, I.3",
    )
    applied(database, world, correction)
    now = dossier(database, one)
    assert (now.state, now.self_total, now.scored) == ("revising", Decimal(100), 23)
    assert codes(database, one, "self")["I.3"] == Decimal(4)
    assert "I.3" not in codes(database, one, "draft")
    what = json.loads(chain(database, f"assessment:{one}")[-1].body)["what"]
    assert (what["from"], what["to"], what["lost"]) == ("submitted", "revising", ["I.3"])
    told = [world.officer.account_id, world.head.account_id]
    assert {account for key, account in mails(database, "round_changed") if key == one} == set(told)
    with pytest.raises(Refused) as caught, database.writing() as session:
        self_assess.submit(session, one, actor=world.officer, now=NOW)
    assert rules(caught.value) == ["all_scored"]
    with database.writing() as session:
        given = {"I.3": Filled(Entry(points=Decimal(3))), "I.1": Filled(Entry(points=Decimal(5)))}
        self_assess.save(session, one, given, actor=world.officer, now=NOW)
        self_assess.submit(session, one, actor=world.officer, now=NOW)
    assert (dossier(database, one).self_total, state_of(database, one)) == (Decimal(100), "submitted")
    assert is_whole(database, world.round_id)


def test_who_does_not_submit_again_keeps_what_was_submitted(database: Database) -> None:
    world = launched(database, subjects=1)
    submitted(database, world)
    applied(database, world, corrected(world.programme, I_1={"max": "5"}, I_3={"max": "3"}))
    with database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
    now = dossier(database, world.first)
    assert (now.state, now.self_total, now.zeroed) == ("submitted", Decimal(100), False)


def test_other_wording_reopens_nothing(database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    applied(database, world, corrected(world.programme, I_1={"label": "Lời văn khác"}))
    assert [state_of(database, key) for key in world.assessment_ids] == ["submitted", "assigned", "assigned"]
    assert dossier(database, world.first).sheet == "bieu-1-mau-sua"
    assert codes(database, world.first, "draft") == codes(database, world.first, "self")
    assert acts(database, f"assessment:{world.first}")[-1] == "correct_sheet"


def test_the_round_says_which_version_it_has_now(database: Database) -> None:
    world = launched(database)
    correction = corrected(world.programme, I_1={"label": "Lời văn khác"})
    applied(database, world, correction)
    what = json.loads(chain(database, f"round:{world.round_id}")[-1].body)["what"]
    assert (what["from"], what["to"], what["kept"]) == (world.programme.digest, correction.digest, 3)
    with database.writing() as session:
        given = best(sheet_of(correction))
        self_assess.save(session, world.first, given, actor=world.officer, now=NOW)
        self_assess.submit(session, world.first, actor=world.officer, now=NOW)
    assert is_whole(database, world.round_id)


def test_a_sheet_in_appraisal_is_not_corrected(database: Database) -> None:
    world = in_appraisal(database)
    begun(database, world)
    correction = corrected(world.programme, I_1={"max": "5"}, I_3={"max": "3"})
    caught = refusal(database, world, correction, now=LOCKED)
    assert sentences(caught) == [
        "«Đơn vị 1» đang ở trạng thái «Đang thẩm định»; không sửa được tiêu chí đang dùng.",
        "«Đơn vị 2» đã hết hạn (hết ngày 09/12/2024 (trước ngày 10/12)); phải dời mốc hoặc gia hạn trước khi sửa biểu.",
    ]
    applied(database, world, corrected(world.programme, I_1={"label": "Lời văn khác"}), now=LOCKED)
    assert state_of(database, world.first) == "appraising"


def test_what_else_stands_against_a_correction(database: Database) -> None:
    world = launched(database)
    assert rules(refusal(database, world, world.programme)) == ["same"]
    data = json.loads(world.programme.document()) | {"title": "Tên khác"}
    other = programme_from_document(json.dumps(data, ensure_ascii=False))
    assert sentences(refusal(database, world, other)) == ["Chỉ được sửa biểu chấm điểm; bản mới còn thay đổi: title."]
    correction = corrected(world.programme, I_1={"label": "Lời văn khác"})
    with pytest.raises(Refused) as caught, database.writing() as session:
        correct_sheet(session, world.round_id, correction, Grounds("", None), actor=world.administrators, now=NOW)
    assert rules(caught.value) == ["needs_reason", "needs_document", "sample", "sample"]
    with pytest.raises(NotAllowed), database.writing() as session:
        correct_sheet(session, world.round_id, correction, Grounds("Sửa", 1), actor=world.lead, now=NOW)


@pytest.mark.rule("AMB-DN-7", "DN-4.2")
def test_what_the_lock_took_is_appraised_on_the_corrected_sheet(database: Database) -> None:
    """The unit never submitted again: what is gone waits for no mark, what is too much now is not agreed with."""
    world = launched(database)
    submitted(database, world)
    applied(database, world, corrected(world.programme, II_2={}, I_3={"max": "3"}))
    in_appraisal(database, world=world)
    key, lower = begun(database, world), {"I.3": Filled(Entry(points=Decimal(3)), "Theo biểu đã sửa")}
    with database.writing() as session:
        shown = untouched(session, key, actor=world.appraiser)
        agree_untouched(session, key, "", shown, actor=world.appraiser, now=LOCKED)
        save_marks(session, key, lower, actor=world.appraiser, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    found = dossier(database, key)
    assert not {"II.2", "I.3"} & set(shown)
    assert (found.state, found.appraised, found.leaves, found.self_total) == ("appraised", 23, 23, Decimal(100))


@pytest.mark.rule("AMB-VG-6")
def test_a_correction_after_the_deadline_makes_nobody_late(database: Database) -> None:
    """Also where late submissions are only flagged: the unit was in time and gets more of it first."""
    world = launched(database, "dan-van-chinh-quyen", 2022, 1, kinds=("ubnd_xa",))
    key, late = submitted(database, world), at("2022-11-16 08:00")
    with database.writing() as session:
        lock_due(session, world.round_id, now=late)
    wider = corrected(world.programme, I_1={"max": "3"})
    assert rules(refusal(database, world, wider, now=late)) == ["late"]
    with database.writing() as session:
        document, until, owner = paper(session, now=late), date(2022, 11, 20), world.administrator
        grant_extension(session, key, until=until, reason="Sửa biểu", document=document, actor=owner, now=late)
    applied(database, world, wider, now=late)
    with database.writing() as session:
        self_assess.save(session, key, best(wider.sheet_for("ubnd_xa")), actor=world.officer, now=late)
        submit(session, world, key, actor=world.officer, now=late)
    assert (state_of(database, key), dossier(database, key).late) == ("submitted", False)
