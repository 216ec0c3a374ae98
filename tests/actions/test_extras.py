"""Bonus and penalty from the draft to the decision: outside the sums, and each with its mark (X-N4)."""

import json
from decimal import Decimal

import pytest

from actions.appraise import agree_untouched, conclude, save_marks, untouched
from actions.correct_sheet import correct_sheet
from actions.corrections import Grounds
from actions.decide import Result
from actions.marks import Filled
from actions.self_assess import save
from config.load import programme_from_document
from config.programme import Programme
from config.sheet import Entry
from models.db import Database
from states.advance import advance_round
from states.errors import Refused
from tests.actions.later import DECIDING, LOCKED, begun, decided, dossier, in_appraisal, sentences
from tests.actions.world import World, best, launched, paper, submit

KIND = "dang_bo_quan_huyen"
CLAIMED = {"T.1": Filled(Entry(points=Decimal(3)), "Mô hình mới")}
TAKEN = {"T.2": Entry(points=Decimal(2))}


def with_extras(programme: Programme) -> Programme:
    """The programme with a bonus of 5, which lifts above the total, and a penalty of 10 in its first sheet."""
    data = json.loads(programme.document())
    sheet = data["sheets"][0]["sheet"]
    extras = (("T.1", "Điểm thưởng", "bonus", "5"), ("T.2", "Điểm trừ", "penalty", "10"))
    more = [{"code": code, "label": label, "kind": kind, "max": most} for code, label, kind, most in extras]
    sheet |= {"slug": "bieu-co-thuong", "bonus_above_total": True, "criteria": sheet["criteria"] + more}
    return programme_from_document(json.dumps(data, ensure_ascii=False))


def handed_in(database: Database) -> World:
    """The unit has all points and claims a bonus of 3."""
    world = launched(database, subjects=1)
    now, programme = world.launched_at.replace(day=5), with_extras(world.programme)
    with database.writing() as session:
        why = Grounds("Bổ sung điểm thưởng, điểm trừ", paper(session, now=now))
        correct_sheet(session, world.round_id, programme, why, live=False, actor=world.administrators, now=now)
    with database.writing() as session:
        save(session, world.first, best(programme.sheet_for(KIND)) | CLAIMED, actor=world.officer, now=now)
        submit(session, world, world.first, actor=world.officer, now=now)
    return in_appraisal(database, world=world)


@pytest.mark.rule("X-N4", "X-N5")
def test_a_bonus_is_marked_and_a_penalty_has_its_reason(database: Database) -> None:
    world = handed_in(database)
    key = begun(database, world)
    assert dossier(database, key).self_total == Decimal(103)
    shown = untouched_of(database, world)
    assert (shown[-1], "T.2" in shown) == ("T.1", False)
    with database.writing() as session:
        agree_untouched(session, key, "", shown, actor=world.appraiser, now=LOCKED)
    with pytest.raises(Refused, match=r"T\.2: khác với tự chấm điểm thì phải ghi lý do"):
        marked(database, world, "")
    marked(database, world, "Có đơn thư kéo dài")
    with database.writing() as session:
        conclude(session, key, actor=world.appraiser, now=LOCKED)
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=DECIDING)
    with pytest.raises(Refused) as caught:
        decided(database, world, [Result(key, Decimal(1005), reason="Theo kết luận")])
    assert sentences(caught.value) == ["«Đơn vị 1»: tổng điểm phải từ 0 đến 105, không nhận 1005."]
    decided(database, world)
    assert dossier(database, key).decided_total == Decimal(101)


def untouched_of(database: Database, world: World) -> list[str]:
    with database.reading() as session:
        return untouched(session, world.first, actor=world.appraiser)


def marked(database: Database, world: World, why: str) -> None:
    with database.writing() as session:
        filled = {code: Filled(entry, why) for code, entry in TAKEN.items()}
        save_marks(session, world.first, filled, actor=world.appraiser, now=LOCKED)
