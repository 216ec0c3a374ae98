from datetime import date

from actions.register import take_register
from actions.register_look import Change, Look, look, summary
from config.register import RegisterRow
from models.db import Database
from models.registered import standing, subjects
from tests.actions.world import CONSOLE, at, register_row

KIND = "dang_bo_quan_huyen"
NOW, MARCH = at("2024-10-01 08:00"), at("2025-03-01 08:00")


def looked(database: Database, *rows: RegisterRow) -> Look:
    with database.reading() as session:
        return look(session, rows)


def take(database: Database, *rows: RegisterRow) -> tuple[set[str], set[str]]:
    with database.writing() as session:
        taken = take_register(session, rows, actor=CONSOLE, now=MARCH)
    return set(taken.created), set(taken.changed)


def test_a_look_says_what_taking_over_then_does(database: Database) -> None:
    leader = register_row(4, KIND, leads=("dv-1", "dv-2"), post="head", since=date(2024, 1, 1))
    take(database, *(register_row(number, KIND) for number in (1, 2, 3)), leader, register_row(5, KIND))
    rows = (
        register_row(1, KIND, name="Đảng bộ mới", parent="dv-2", email_officer="Moi@donvi.example"),
        register_row(2, KIND, active=False),
        register_row(3, KIND, valid_to=date(2025, 6, 30)),
        register_row(4, KIND, leads=("dv-2", "dv-1"), post="head", since=date(2024, 1, 1), officer="Người khác"),
        register_row(6, KIND),
    )
    found = looked(database, *rows)
    assert [(line.code, line.what) for line in found.lines] == [
        ("dv-1", "changed"),
        ("dv-2", "ended"),
        ("dv-3", "ended"),
        ("dv-4", "changed"),
        ("dv-6", "new"),
    ]
    assert found.others == 1
    assert summary(found.lines) == {"new": 1, "changed": 2, "ended": 2, "same": 0}
    assert found.lines[0].changes == (
        Change("Tên", "Đơn vị 1", "Đảng bộ mới"),
        Change("Mã cấp trên", "", "dv-2"),
        Change("Thư cán bộ", "canbo1@donvi.example", "moi@donvi.example"),
    )
    assert found.lines[1].changes == (Change("Hoạt động", "có", "không"),)
    assert found.lines[2].changes == (Change("Đến ngày", "", "30/06/2025"),)
    assert found.lines[3].changes == (Change("Cán bộ đơn vị", "Cán bộ 4, Cơ quan 4", "Người khác, Cơ quan 4"),)
    assert take(database, *rows) == ({"dv-6"}, {"dv-1", "dv-2", "dv-3"})
    assert summary(looked(database, *rows).lines) == {"new": 0, "changed": 0, "ended": 0, "same": 5}


def test_the_register_as_it_stands_changes_nothing_when_it_is_taken_again(database: Database) -> None:
    rows = [
        register_row(1, KIND, holder="Đơn vị 1", officer="", head=""),
        register_row(2, KIND, parent="dv-1", member_of=("dv-1",), valid_from=date(2020, 1, 1), body="btv"),
        register_row(3, KIND, active=False, email_officer="", email_head="", officer="", head="", holder="Đơn vị 3"),
    ]
    take(database, *rows)
    with database.reading() as session:
        stands = list(standing(session, subjects(session)))
    assert [row.model_copy(update={"note": ""}) for row in rows] == sorted(stands, key=lambda row: row.code)
    assert take(database, *stands) == (set(), set())
