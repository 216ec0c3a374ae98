import json
from decimal import Decimal
from pathlib import Path

import pytest

from actions.corrections import Grounds, remove_subject
from actions.decide import Result
from actions.rank import preview, rank_round
from models.db import Database
from states.actor import SYSTEM
from states.errors import NotAllowed
from tests.actions.later import DECIDING, chain, decided, dossier, in_appraisal, in_decision, is_whole, payload
from tests.actions.test_decide_levels import programme
from tests.actions.world import World, launched, paper, submitted

KINDS = ("dang_bo_quan_huyen", "so_nganh")
UNFINISHED = "0 điểm do chưa hoàn thành tự đánh giá."
Placed = tuple[int | None, bool, str | None]


def mixed(database: Database, *totals: str, slug: str = "dan-chu-co-so") -> World:
    """Dossiers of two kinds in turns, decided with these totals; a blank one was never handed in."""
    world = launched(database, slug, subjects=len(totals), kinds=KINDS)
    for number, total in enumerate(totals):
        if total:
            submitted(database, world, number)
    in_decision(database, world=in_appraisal(database, world=world))
    keys = zip(world.assessment_ids, totals, strict=True)
    results = [Result(key, Decimal(total), reason="Theo hồ sơ") if total else Result(key) for key, total in keys]
    decided(database, world, results)
    return world


def places(database: Database, world: World) -> list[Placed]:
    found = [dossier(database, key) for key in world.assessment_ids]
    return [(one.place, one.tied, one.place_reason) for one in found]


def test_places_are_given_within_each_kind_and_shared_by_equals(database: Database) -> None:
    world = mixed(database, "90", "70.5", "90", "", "95", "")
    with database.writing() as session:
        ranked = rank_round(session, world.round_id, actor=world.administrator, now=DECIDING)
    assert places(database, world) == [
        (2, True, "Hạng 2 trong 3 đơn vị của nhóm; cùng 90 điểm với 1 đơn vị khác."),
        (1, False, "Hạng 1 trong 3 đơn vị của nhóm; được 70,5 điểm."),
        (2, True, "Hạng 2 trong 3 đơn vị của nhóm; cùng 90 điểm với 1 đơn vị khác."),
        (2, True, f"Hạng 2 trong 3 đơn vị của nhóm; cùng 0 điểm với 1 đơn vị khác; {UNFINISHED}"),
        (1, False, "Hạng 1 trong 3 đơn vị của nhóm; được 95 điểm."),
        (2, True, f"Hạng 2 trong 3 đơn vị của nhóm; cùng 0 điểm với 1 đơn vị khác; {UNFINISHED}"),
    ]
    one, two, three, four, five, six = world.assessment_ids
    assert [place.key for place in ranked] == [five, one, three, two, four, six]


def test_ranking_is_one_row_on_the_chain_of_the_round(database: Database) -> None:
    world = mixed(database, "90", "")
    with database.writing() as session:
        rank_round(session, world.round_id, actor=SYSTEM, now=DECIDING)
    row = chain(database, f"round:{world.round_id}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, row.actor, what["ranked"]) == ("rank", "system", 2)
    one, two = world.assessment_ids
    assert json.loads(payload(database, row.entity, row.seq)) == [
        [one, "dang_bo_quan_huyen", 1, False, "90.0000"],
        [two, "so_nganh", 1, False, "0.0000"],
    ]
    assert is_whole(database, world.round_id)


def test_a_preview_writes_nothing(database: Database) -> None:
    world = mixed(database, "90", "80")
    rows = len(chain(database, f"round:{world.round_id}"))
    with database.reading() as session:
        shown = preview(session, world.round_id, actor=world.lead)
    assert [(place.key, place.place) for place in shown] == [(key, 1) for key in world.assessment_ids]
    assert places(database, world) == [(None, False, None)] * 2
    assert len(chain(database, f"round:{world.round_id}")) == rows


def test_who_left_has_no_place_and_who_is_undecided_hears_why(database: Database) -> None:
    world = in_decision(database, subjects=3, handed_in=3)
    one, _, three = world.assessment_ids
    decided(database, world, [Result(one)])
    with database.writing() as session:
        grounds = Grounds("Giải thể", paper(session, now=DECIDING))
        remove_subject(session, three, grounds, actor=world.administrator, now=DECIDING)
        rank_round(session, world.round_id, actor=world.authority, now=DECIDING)
    assert places(database, world) == [
        (1, False, "Hạng 1 trong 1 đơn vị của nhóm; được 100 điểm."),
        (None, False, "Không xếp hạng vì chưa có điểm được quyết định."),
        (None, False, None),
    ]


def test_a_zero_that_was_decided_otherwise_ranks_like_any_other(database: Database) -> None:
    world = in_decision(database, subjects=2, handed_in=1)
    decided(database, world, [Result(key, Decimal(50), reason="Như nhau") for key in world.assessment_ids])
    with database.writing() as session:
        rank_round(session, world.round_id, actor=world.administrator, now=DECIDING)
    reason = "Hạng 1 trong 2 đơn vị của nhóm; cùng 50 điểm với 1 đơn vị khác."
    assert places(database, world) == [(1, True, reason)] * 2


def test_a_programme_may_rank_within_its_groups(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path)
    Path(path).write_text(Path(path).read_text().replace("within: kind", "within: group"))
    world = launched(database, path, subjects=2)
    for number in range(2):
        submitted(database, world, number)
    in_decision(database, world=in_appraisal(database, world=world))
    decided(database, world)
    with database.reading() as session:
        shown = preview(session, world.round_id, actor=world.administrator)
    assert [(place.group, place.place, place.tied) for place in shown] == [(KINDS[0], 1, True)] * 2


@pytest.mark.parametrize("role", ["officer", "appraiser", "lead", "reader"])
def test_who_may_not_rank(database: Database, role: str) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(NotAllowed), database.writing() as session:
        rank_round(session, world.round_id, actor=getattr(world, role), now=DECIDING)


def test_units_see_no_ranking(database: Database) -> None:
    world = launched(database, subjects=1)
    for who in (world.officer, world.head, world.reader):
        with pytest.raises(NotAllowed), database.reading() as session:
            preview(session, world.round_id, actor=who)
