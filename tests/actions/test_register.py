import json
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from actions.register import Taken, take_register
from config.register import RegisterRow, load_register
from models.db import Database
from models.history import history_of
from models.mail import Outbox
from models.order import SubjectLink
from models.people import Account, AccountVersion, Subject, SubjectName, live_grants, subjects_by_code
from states.errors import NotAllowed
from states.history import verify
from tests.actions.world import CONSOLE, World, at, launched, register_row

REGISTERS = Path(__file__).parents[2] / "config" / "registers"
KIND = "dang_bo_quan_huyen"
OCTOBER = at("2024-10-01 08:00")
MARCH = at("2025-03-01 08:00")


def taken(database: Database, *rows: RegisterRow, march: bool = False) -> Taken:
    with database.writing() as session:
        return take_register(session, rows, actor=CONSOLE, now=MARCH if march else OCTOBER)


def holders(session: Session, role: str, code: str) -> list[str]:
    subject = subjects_by_code(session, [code])[code]
    return [session.get_one(Account, one.account_id).email for one in live_grants(session, role, subject_id=subject.id)]


def names(session: Session, code: str) -> list[tuple[date, str]]:
    subject = subjects_by_code(session, [code])[code]
    chosen = select(SubjectName).where(SubjectName.subject_id == subject.id).order_by(col(SubjectName.since))
    return [(one.since, one.name) for one in session.exec(chosen)]


@pytest.mark.parametrize("name", ["da-nang-2024", "da-nang-2026", "van-giang-2022", "ha-tinh-2024", "nghe-an-2024"])
def test_the_registers_that_come_with_it_are_taken_and_taking_them_again_changes_nothing(
    database: Database, name: str
) -> None:
    rows = load_register(REGISTERS / f"{name}.csv")
    first = taken(database, *rows)
    assert first.created == tuple(row.code for row in rows)
    assert len(first.accounts) == len({email for row in rows for email in (row.email_officer, row.email_head) if email})
    assert taken(database, *rows, march=True) == Taken((), (), ())
    with database.reading() as session:
        assert [row.act for row in history_of(session, "installation:1")] == ["take_register"]
        assert verify(session).broken == ()
        subjects = subjects_by_code(session, [row.code for row in rows])
        for row in rows:
            kept = subjects[row.code]
            assert (kept.name, kept.kind, kept.group_name) == (row.name, row.kind, row.group)
            assert (kept.valid_from, kept.valid_to, kept.active) == (row.valid_from, row.valid_to, row.active)
            assert kept.parent_id == (subjects[row.parent].id if row.parent else None)


def test_officer_and_head_stand_where_the_register_puts_them(database: Database) -> None:
    taken(database, register_row(1, KIND), register_row(2, KIND, head="", email_head="ThuTruong2@donvi.example"))
    with database.reading() as session:
        assert holders(session, "officer", "dv-1") == ["canbo1@donvi.example"]
        assert holders(session, "head", "dv-2") == ["thutruong2@donvi.example"]
        people = {one.email: (one.name, one.position) for one in session.exec(select(Account))}
    assert people["canbo1@donvi.example"] == ("Cán bộ 1", "Cơ quan 1")
    assert people["thutruong2@donvi.example"] == ("Cơ quan 2", "")


def test_one_history_row_tells_everything_by_ids(database: Database) -> None:
    done = taken(database, register_row(1, KIND))
    with database.reading() as session:
        [row] = history_of(session, "installation:1")
        subject = subjects_by_code(session, ["dv-1"])["dv-1"].id
    officer, head = done.accounts
    assert json.loads(row.body)["what"] == {
        "created": [subject],
        "changed": [],
        "accounts": [officer, head],
        "renamed": [],
        "grants": [[officer, "officer", subject], [head, "head", subject]],
        "ended": [],
    }


def test_a_shared_mailbox_is_one_account(database: Database) -> None:
    mailbox = {"email_officer": "vanthu@donvi.example", "email_head": "vanthu@donvi.example"}
    rows = [register_row(number, KIND, **mailbox) for number in (1, 2)]
    assert len(taken(database, *rows).accounts) == 1
    assert taken(database, *rows) == Taken((), (), ())
    with database.reading() as session:
        assert holders(session, "officer", "dv-2") == holders(session, "head", "dv-1") == ["vanthu@donvi.example"]


@pytest.mark.rule("X-A3")
def test_a_new_name_is_dated(database: Database) -> None:
    taken(database, register_row(1, KIND, valid_from=date(2020, 1, 1)))
    renamed = register_row(1, KIND, valid_from=date(2020, 1, 1), name="Đảng bộ mới")
    assert taken(database, renamed, march=True) == Taken((), ("dv-1",), ())
    with database.reading() as session:
        assert names(session, "dv-1") == [(date(2020, 1, 1), "Đơn vị 1"), (date(2025, 3, 1), "Đảng bộ mới")]
        assert subjects_by_code(session, ["dv-1"])["dv-1"].name == "Đảng bộ mới"


def test_a_parent_may_stand_below_its_child_or_be_known_from_before(database: Database) -> None:
    taken(database, register_row(1, KIND, parent="dv-2"), register_row(2, KIND))
    taken(database, register_row(3, KIND, parent="dv-1"))
    with database.reading() as session:
        known = {one.code: one for one in session.exec(select(Subject))}
    assert (known["dv-1"].parent_id, known["dv-3"].parent_id) == (known["dv-2"].id, known["dv-1"].id)


def test_another_person_at_the_same_address_is_remembered(database: Database) -> None:
    taken(database, register_row(1, KIND))
    assert taken(database, register_row(1, KIND, officer="Cán bộ mới"), march=True) == Taken((), (), ())
    with database.reading() as session:
        chosen = select(AccountVersion).where(AccountVersion.email == "canbo1@donvi.example")
        versions = session.exec(chosen.order_by(col(AccountVersion.since))).all()
    assert [(one.since, one.name) for one in versions] == [(OCTOBER, "Cán bộ 1"), (MARCH, "Cán bộ mới")]


def test_a_place_passes_to_another_address_and_both_are_told(database: Database) -> None:
    world: World = launched(database, subjects=2)
    done = taken(database, register_row(1, KIND, email_officer="moi@donvi.example"), march=True)
    with database.reading() as session:
        assert holders(session, "officer", "dv-1") == ["moi@donvi.example"]
        assert holders(session, "officer", "dv-2") == ["canbo2@donvi.example"]
        chosen = select(Outbox.account_id, Outbox.round_id).where(Outbox.message == "address_changed")
        assert [tuple(row) for row in session.exec(chosen.order_by(col(Outbox.id)))] == [
            (world.officer.account_id, world.round_id),
            (done.accounts[0], world.round_id),
        ]
        assert verify(session).broken == ()


def test_who_has_no_address_in_the_register_keeps_what_it_had(database: Database) -> None:
    taken(database, register_row(1, KIND))
    idle = register_row(1, KIND, active=False, email_officer="", email_head="")
    assert taken(database, idle, march=True) == Taken((), ("dv-1",), ())
    with database.reading() as session:
        assert holders(session, "officer", "dv-1") == ["canbo1@donvi.example"]


def test_only_an_administrator_takes_a_register(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(NotAllowed), database.writing() as session:
        take_register(session, [register_row(9, KIND)], actor=world.head, now=OCTOBER)


def links(database: Database) -> set[tuple[str, str, str]]:
    """Every link between subjects, by codes."""
    with database.reading() as session:
        codes = {one.id: one.code for one in session.exec(select(Subject))}
        return {(codes[one.subject_id], one.link, codes[one.other_id]) for one in session.exec(select(SubjectLink))}


def test_links_post_day_and_body_are_kept_and_taking_them_again_changes_nothing(database: Database) -> None:
    """A leader has one row, at the highest post: what it heads, where it belongs, since when, who decides."""
    leader = {"leads": ("dv-1", "dv-2"), "member_of": ("dv-2",), "post": "secretary", "since": date(2024, 7, 15)}
    rows = [
        register_row(1, KIND, peer_of=("dv-2",)),
        register_row(2, KIND, since=date(1990, 2, 3)),
        register_row(3, KIND, body="btv", **leader),
    ]
    taken(database, *rows)
    assert taken(database, *rows, march=True) == Taken((), (), ())
    assert links(database) == {
        ("dv-1", "peer_of", "dv-2"),
        ("dv-3", "leads", "dv-1"),
        ("dv-3", "leads", "dv-2"),
        ("dv-3", "member_of", "dv-2"),
    }
    with database.reading() as session:
        found = subjects_by_code(session, ["dv-1", "dv-2", "dv-3"])
    assert {code: (one.post, one.since, one.body) for code, one in found.items()} == {
        "dv-1": ("", None, ""),
        "dv-2": ("", date(1990, 2, 3), ""),
        "dv-3": ("secretary", date(2024, 7, 15), "btv"),
    }


def test_a_changed_link_post_or_body_is_a_change_and_told_by_ids(database: Database) -> None:
    taken(database, register_row(1, KIND, leads=("dv-2",), body="btv"), register_row(2, KIND))
    moved = register_row(1, KIND, member_of=("dv-2",), body="btv")
    assert taken(database, moved, march=True) == Taken((), ("dv-1",), ())
    assert links(database) == {("dv-1", "member_of", "dv-2")}
    for changes in ({"post": "deputy"}, {"since": date(2025, 1, 2)}, {"body": "nhom_1"}):
        moved = moved.model_copy(update=changes)
        assert taken(database, moved, march=True) == Taken((), ("dv-1",), ())
    with database.reading() as session:
        told = [json.loads(row.body)["what"] for row in history_of(session, "installation:1")][1:]
        ids = {code: one.id for code, one in subjects_by_code(session, ["dv-1"]).items()}
    assert [what["changed"] for what in told] == [[ids["dv-1"]]] * 4


def test_links_of_others_stay_and_those_of_a_row_without_any_go(database: Database) -> None:
    taken(database, register_row(1, KIND, leads=("dv-2",)), register_row(2, KIND, peer_of=("dv-1",)))
    taken(database, register_row(2, KIND), march=True)
    assert links(database) == {("dv-1", "leads", "dv-2")}
