import json

import pytest
from sqlmodel import col, select

from actions.accounts import add_account, grant
from actions.appraise import agree_untouched
from actions.assign import assign, declare_conflict, leaves_in, unassign
from actions.launch import launch
from models.db import Database
from models.people import Assignment, Conflict
from states.actor import Actor, account
from states.errors import NotAllowed, Refused, Unknown
from states.permits import can
from tests.actions.later import LOCKED, acts, announced, chain, decided, in_appraisal, in_decision, rules, sentences
from tests.actions.waiting import behind
from tests.actions.world import CONSOLE, World, at, launched


def another(database: Database, role: str, name: str = "hai") -> Actor:
    with database.writing() as session:
        account_id = add_account(session, f"{role}-{name}@donvi.example", name=name, actor=CONSOLE, now=LOCKED)
        grant(session, account_id, role, actor=CONSOLE, now=LOCKED)
    return account(account_id)


def assigned(database: Database) -> list[tuple[int, int, str]]:
    with database.reading() as session:
        found = session.exec(select(Assignment).order_by(col(Assignment.id))).all()
    return [(one.assessment_id, one.account_id, one.criterion_group) for one in found]


def given(
    database: Database, world: World, who: Actor, *ids: int, group: str = "", by: Actor | None = None
) -> list[int]:
    with database.writing() as session:
        whose = who.account_id or 0
        by = by or world.lead
        return list(assign(session, world.round_id, ids, whose, criterion_group=group, actor=by, now=LOCKED))


def refused(database: Database, world: World, who: Actor, *ids: int, group: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        given(database, world, who, *ids, group=group)
    return caught.value


def test_dossiers_are_given_once_and_recorded_each(database: Database) -> None:
    world = launched(database)
    one, two, _ = world.assessment_ids
    who = world.appraiser.account_id
    assert given(database, world, world.appraiser, two, one) == [one, two]
    assert given(database, world, world.appraiser, one, two) == []
    assert assigned(database) == [(one, who, ""), (two, who, "")]
    last = chain(database, f"assessment:{one}")[-1]
    assert (last.act, last.actor) == ("assign", world.lead.name)
    assert json.loads(last.body)["what"] == {"account": who, "group": ""}
    assert acts(database, f"assessment:{one}").count("assign") == 1


def test_a_group_may_be_given_beside_another(database: Database) -> None:
    world = launched(database)
    second = another(database, "appraiser")
    given(database, world, world.appraiser, world.first, group="I")
    given(database, world, second, world.first, group="II", by=world.administrator)
    assert [(row[1], row[2]) for row in assigned(database)] == [
        (world.appraiser.account_id, "I"),
        (second.account_id, "II"),
    ]


@pytest.mark.rule("DN-1.2")
def test_all_that_stands_against_it_is_said_at_once_and_nothing_is_given(database: Database) -> None:
    world = launched(database)
    one, two, _ = world.assessment_ids
    caught = refused(database, world, world.officer, one, two, group="IX")
    assert rules(caught) == ["appraiser", "own_unit", "group", "group"]
    assert sentences(caught)[1:3] == [
        "«Đơn vị 1»: người thẩm định thuộc chính đơn vị này.",
        "«Đơn vị 1»: biểu chấm điểm không có nhóm tiêu chí IX.",
    ]
    assert assigned(database) == []


def test_an_appraiser_of_another_round_is_none_here(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        now = at("2025-10-01 08:00")
        other = launch(session, world.programme, 2025, ["dv-1"], actor=CONSOLE, now=now, live=False, smtp=False)
        whose = add_account(session, "khac@donvi.example", actor=CONSOLE, now=LOCKED)
        grant(session, whose, "appraiser", round_id=other, actor=CONSOLE, now=LOCKED)
    assert rules(refused(database, world, account(whose), world.first)) == ["appraiser"]
    with pytest.raises(Unknown):
        given(database, world, world.appraiser, max(world.assessment_ids) + 1)


def test_nobody_is_given_what_has_its_result(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    announced(database, world, decided(database, world))
    caught = refused(database, world, another(database, "appraiser"), world.first)
    assert sentences(caught) == [
        "«Đơn vị 1»: hồ sơ đang ở trạng thái «Đã thông báo kết quả», không phân công được nữa."
    ]


@pytest.mark.parametrize("role", ["appraiser", "officer", "authority", "auditor"])
def test_only_the_lead_and_the_administrator_assign(database: Database, role: str) -> None:
    world = launched(database)
    with pytest.raises(NotAllowed):
        given(database, world, world.appraiser, world.first, by=getattr(world, role))


def test_what_was_given_can_be_taken_back(database: Database) -> None:
    world = launched(database)
    given(database, world, world.appraiser, world.first, group="I")
    whose = world.appraiser.account_id or 0
    with pytest.raises(Unknown), database.writing() as session:
        unassign(session, world.first, whose, actor=world.lead, now=LOCKED)
    with database.writing() as session:
        unassign(session, world.first, whose, criterion_group="I", actor=world.lead, now=LOCKED)
    assert assigned(database) == []
    assert acts(database, f"assessment:{world.first}")[-2:] == ["assign", "unassign"]


@pytest.mark.rule("DN-1.2")
@pytest.mark.parametrize("role", ["appraiser", "lead"])
def test_a_declared_conflict_closes_the_dossier(database: Database, role: str) -> None:
    world = in_appraisal(database, subjects=2)
    who = {"appraiser": world.appraiser, "lead": world.lead}[role]
    with database.writing() as session:
        declare_conflict(session, world.first, " Vợ là cán bộ đơn vị ", actor=who, now=LOCKED)
    with database.reading() as session:
        assert [(one.account_id, one.reason) for one in session.exec(select(Conflict))] == [
            (who.account_id, "Vợ là cán bộ đơn vị")
        ]
        verbs = {(verb, key): can(session, who, verb, key) for verb in ("view", "mark") for key in world.assessment_ids}
    one, two = world.assessment_ids
    assert verbs == {("view", one): False, ("mark", one): False, ("view", two): True, ("mark", two): True}
    assert acts(database, f"assessment:{one}")[-1] == "declare_conflict"
    assert rules(refused(database, world, who, one)) == ["conflict"]
    with pytest.raises(NotAllowed), database.writing() as session:
        declare_conflict(session, world.first, "Lần nữa", actor=who, now=LOCKED)


def test_a_conflict_declared_while_one_waited_for_the_dossier_counts(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=1)

    waited = behind(
        database,
        lambda session: declare_conflict(
            session, world.first, "Vợ là cán bộ đơn vị", actor=world.appraiser, now=LOCKED
        ),
        lambda session: agree_untouched(session, world.first, "", ["I.1"], actor=world.appraiser, now=LOCKED),
    )
    with pytest.raises(NotAllowed):
        waited.result()
    assert acts(database, f"assessment:{world.first}")[-1] == "declare_conflict"


def test_a_conflict_needs_a_reason_and_an_appraiser(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=1)
    with pytest.raises(Refused) as caught, database.writing() as session:
        declare_conflict(session, world.first, "  ", actor=world.appraiser, now=LOCKED)
    assert sentences(caught.value) == ["Phải ghi lý do cho việc này."]
    for who in (world.officer, world.administrator, CONSOLE):
        with pytest.raises(NotAllowed), database.writing() as session:
            declare_conflict(session, world.first, "Có lý do", actor=who, now=LOCKED)


def test_the_leaves_of_a_group(database: Database) -> None:
    world = launched(database, subjects=1)
    sheet = world.programme.sheet_for("dang_bo_quan_huyen")
    assert leaves_in(sheet, "I") == ("I.1", "I.2", "I.3", "I.4", "I.5")
    assert leaves_in(sheet, "") == tuple(leaf.code for leaf in sheet.leaves())
    assert leaves_in(sheet, "IX") == ()
