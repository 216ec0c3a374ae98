import json
from collections.abc import Mapping

import pytest

from actions.marks import Filled, entries, put
from actions.on_behalf import Entered, enter_results, members
from config.sheet import Degree, Entry
from models.db import Database
from models.statements import statements
from states.actor import Actor
from states.advance import advance
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.consulting_world import ASKED, Consulting, consulting, programme
from tests.actions.later import acts, chain, dossier, is_whole, payload, rules, sentences
from tests.actions.world import paper, state_of

LEAVES = [leaf.code for leaf in programme().sheet_for("dang_vien").leaves()]
LEVELS = "; ".join(programme().level_labels.values())
OPTIONAL = [leaf.code for leaf in programme().sheet_for("dang_vien").leaves() if leaf.optional]


Degrees = Mapping[str, Degree | None] | Degree


def row(world: Consulting, code: str, degrees: Degrees = Degree.GOOD, level: str = "httnv", **stated: str) -> Entered:
    return Entered(world.dossiers[code], degrees, level, stated)


def entered(
    database: Database,
    world: Consulting,
    *rows: Entered,
    by: Actor | None = None,
    cell: str = "cb",
    papered: bool = True,
) -> int | None:
    with database.writing() as session:
        minutes = paper(session, now=ASKED, kind="minutes", number="03-BB/CB") if papered else None
        who = by or world.officers["cb"]
        enter_results(session, world.subjects[cell], world.round_id, rows, minutes, actor=who, now=ASKED)
        return minutes


@pytest.mark.rule("HT-6.4", "HT-5.4")
def test_a_cell_enters_the_results_of_its_members_in_one_table(database: Database) -> None:
    world = consulting(database)
    by_code: dict[str, Degree | None] = dict.fromkeys(LEAVES, Degree.GOOD)
    by_code |= {"B.1": Degree.EXCELLENT, **dict.fromkeys(OPTIONAL)}
    minutes = entered(database, world, row(world, "dv-1", tasks="8", tasks_done="8"), row(world, "dv-2", by_code))
    one, two = (dossier(database, key) for key in world.ids("dv-1", "dv-2"))
    for found in (one, two):
        assert (found.state, found.proposed_level, found.reviewed_at) == ("self_rated", "httnv", ASKED)
        assert (found.self_total, found.scored, found.late) == (None, found.leaves, False)
    with database.reading() as session:
        first, second = entries(session, one.id, "self"), entries(session, two.id, "self")
        assert {code: entry.degree for code, entry in first.items() if code not in OPTIONAL} == {
            code: Degree.GOOD for code in LEAVES if code not in OPTIONAL
        }
        assert all(first[code].not_applicable for code in OPTIONAL)
        assert second["B.1"].degree is Degree.EXCELLENT
        assert {name: each.value for name, each in statements(session, one.id).items()} == {
            "tasks": "8",
            "tasks_done": "8",
        }
    told = chain(database, f"assessment:{two.id}")[-1]
    what = json.loads(told.body)["what"]
    assert (told.act, told.actor) == ("enter_result", world.officers["cb"].name)
    assert (what["minutes"], what["cell"]) == (minutes, world.subjects["cb"])
    kept = json.loads(payload(database, told.entity, told.seq))
    assert (kept["level"], set(kept["marks"])) == ("httnv", set(LEAVES))
    assert is_whole(database, world.round_id)


def test_the_members_of_a_cell_are_those_under_it_and_those_that_belong_to_it(database: Database) -> None:
    world = consulting(database)
    with database.reading() as session:
        assert members(session, world.subjects["cb"], world.round_id) == world.ids("dv-1", "dv-2", "dv-3")
        assert members(session, world.subjects["cb-2"], world.round_id) == world.ids("dv-4")


def test_everything_that_is_wrong_is_said_by_member_and_nothing_is_written(database: Database) -> None:
    world = consulting(database)
    rows = [
        row(world, "dv-1"),
        row(world, "dv-2", {"A.1": Degree.GOOD, "Z.9": Degree.POOR}, "tốt", tasks="tám"),
        row(world, "dv-3"),
        row(world, "dv-3"),
    ]
    with pytest.raises(Refused) as caught:
        entered(database, world, *rows, papered=False)
    missing = len(LEAVES) - 1
    assert sentences(caught.value) == [
        "«Đối tượng dv-3»: có nhiều dòng trong bảng.",
        "«Đối tượng dv-1»: Phải kèm biên bản.",
        f"«Đối tượng dv-2»: phải ghi mức tự xếp loại, là một trong các mức: {LEVELS}.",
        f"«Đối tượng dv-2»: Biểu «{programme().sheet_for('dang_vien').title}» không có tiêu chí Z.9.",
        "«Đối tượng dv-2»: «Chỉ tiêu, nhiệm vụ cá nhân được giao»: phải là số nguyên không âm, không quá 9 chữ số.",
        f"«Đối tượng dv-2»: Còn {missing} tiêu chí chưa ghi cấp độ.",
        "«Đối tượng dv-2»: Phải kèm biên bản.",
        "«Đối tượng dv-3»: Phải kèm biên bản.",
    ]
    for key in world.ids("dv-1", "dv-2", "dv-3"):
        assert acts(database, f"assessment:{key}") == ["assigned"]
        with database.reading() as session:
            assert entries(session, key, "draft") == {}


def test_only_members_of_that_cell_by_those_above_them(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(NotAllowed):
        entered(database, world, row(world, "dv-4"))
    with pytest.raises(NotAllowed):
        entered(database, world, row(world, "dv-1"), by=world.officers["dv-1"])
    with pytest.raises(Refused) as caught:
        entered(database, world, row(world, "dv-4"), by=world.owner)
    assert sentences(caught.value) == ["«Đối tượng dv-4»: không thuộc chi bộ này."]
    entered(database, world, row(world, "dv-4"), by=world.owner, cell="cb-2")
    assert state_of(database, world.dossiers["dv-4"]) == "self_rated"


def test_what_a_member_drafted_gives_way_and_what_was_sent_stays(database: Database) -> None:
    world = consulting(database)
    key, by = world.dossiers["dv-1"], world.officers["dv-1"]
    with database.writing() as session:
        advance(session, key, "prepare", actor=by, now=ASKED)
        sheet = programme().sheet_for("dang_vien")
        put(session, sheet, key, "draft", {"A.1": Filled(Entry(degree=Degree.POOR))}, actor=by, now=ASKED)
    entered(database, world, row(world, "dv-1"))
    with database.reading() as session:
        assert entries(session, key, "self")["A.1"].degree is Degree.GOOD
    with pytest.raises(Refused) as caught:
        entered(database, world, row(world, "dv-1"))
    assert rules(caught.value) == ["state"]


def test_a_leader_is_not_entered_by_a_cell(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        entered(database, world, row(world, "bi-thu"), by=world.owner, cell="db")
    assert sentences(caught.value) == [
        "«Đối tượng bi-thu»: chi bộ không ghi kết quả thay cho «Cán bộ lãnh đạo, quản lý cơ sở».",
    ]


def test_an_empty_table_and_unknown_minutes_are_refused(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        entered(database, world)
    assert rules(caught.value) == ["rows"]
    rows = [row(world, "dv-1")]
    with pytest.raises(Unknown), database.writing() as session:
        enter_results(session, world.subjects["cb"], world.round_id, rows, 99, actor=world.owner, now=ASKED)
