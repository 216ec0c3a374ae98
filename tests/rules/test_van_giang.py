"""What the letter and the sheet of Văn Giang say in so many words, held against what comes along."""

from datetime import datetime
from decimal import Decimal
from functools import partial

import pytest

from actions import self_assess
from actions.appraise import save_marks, start
from actions.assign import assign
from actions.launch import plan
from actions.lock import lock_due
from actions.marks import Filled
from actions.register import take_register
from config.calendar import LOCAL
from config.load import load_programme
from config.sheet import Entry, Kind
from config.vocabulary import Relation
from models.assessments import marks
from models.db import Database
from scoring.marks import check, totals
from states.errors import NotAllowed, Refused
from tests.actions.later import rules
from tests.actions.world import CONSOLE, World, at, best, launched, paper, register_row, submitted

SLUG = "dan-van-chinh-quyen"
PROGRAMME = load_programme(SLUG)
SHEET = PROGRAMME.sheet_for("ubnd_xa")
SUBJECTS = {"co_quan_chuyen_mon", "don_vi_su_nghiep", "ubnd_xa"}
OCTOBER, NOVEMBER, CLOSED = at("2022-10-20 08:00"), at("2022-11-10 09:00"), at("2022-11-15 00:00:15")
CHOICES = {"IV.1": (7, 3, 0), "IV.4": (6, 3, 0), "V.2": (5, 2, 0), "VIII.2": (5, 3, 0)}


def world_of(database: Database) -> World:
    return launched(database, SLUG, 2022, 1, kinds=("ubnd_xa",), now=OCTOBER)


def filled(database: Database) -> World:
    world = world_of(database)
    with database.writing() as session:
        self_assess.save(session, world.first, best(SHEET), actor=world.officer, now=NOVEMBER)
    return world


def refused(database: Database, world: World, *, level: str | None, signed: bool) -> list[str]:
    with database.writing() as session:
        document = paper(session, now=NOVEMBER, kind="report") if signed else None
    hand_in = partial(self_assess.submit, proposed_level=level, document_id=document)
    with pytest.raises(Refused) as caught, database.writing() as session:
        hand_in(session, world.first, actor=world.head, now=NOVEMBER)
    return rules(caught.value)


@pytest.mark.rule("VG-1.1", "VG-1.2")
def test_three_kinds_are_assessed_and_enterprises_are_not(database: Database) -> None:
    assert {*PROGRAMME.subject_kinds} == SUBJECTS | {"ubnd_huyen"}
    kinds = [*sorted(SUBJECTS), "doanh_nghiep"]
    with database.writing() as session:
        rows = [register_row(number, kind) for number, kind in enumerate(kinds)]
        take_register(session, rows, actor=CONSOLE, now=OCTOBER)
        lines = plan(session, PROGRAMME, 2022, [row.code for row in rows], now=OCTOBER, live=True, smtp=True).lines
    assert [bool(line.problem) for line in sorted(lines, key=lambda line: line.code)] == [False, False, False, True]


@pytest.mark.rule("VG-1.3")
def test_the_division_of_home_affairs_leads_and_a_team_appraises() -> None:
    bodies = PROGRAMME.bodies
    assert bodies.owner.startswith("Phòng Nội vụ")
    assert bodies.appraiser.startswith("Đoàn thẩm định")
    assert "Ban Dân vận Huyện ủy" in PROGRAMME.receivers
    (forwarding,) = [step for step in PROGRAMME.workflow.assessment.transitions if step.do == "send_to_province"]
    assert Relation.ADMINISTRATOR in forwarding.by


@pytest.mark.rule("VG-1.4")
def test_the_district_decides_and_the_department_and_the_province_are_told() -> None:
    bodies = PROGRAMME.bodies
    assert (bodies.authority, bodies.results_to) == ("UBND huyện Văn Giang", "Sở Nội vụ tỉnh Hưng Yên")
    assert bodies.report_to == "UBND tỉnh Hưng Yên"
    deciding = [step for step in PROGRAMME.workflow.assessment.transitions if step.do == "decide"]
    assert {step.by for step in deciding} == {(Relation.AUTHORITY,)}


@pytest.mark.rule("VG-2.1", "VG-2.3")
def test_units_hand_in_and_the_district_decides_by_its_dates() -> None:
    of_units = {one.stage: one.closes_at(2022) for one in PROGRAMME.deadlines(2022) if one.covers("ubnd_xa")}
    assert of_units["self_assessment"] == datetime(2022, 11, 15, tzinfo=LOCAL)
    assert of_units["decision"] == datetime(2022, 12, 1, tzinfo=LOCAL)


@pytest.mark.rule("VG-2.4", "VG-2.5")
def test_results_and_the_own_dossier_go_up_by_their_dates() -> None:
    own = {one.stage: one.closes_at(2022) for one in PROGRAMME.deadlines(2022) if one.covers("ubnd_huyen")}
    assert own == {
        "own_dossier": datetime(2022, 12, 1, tzinfo=LOCAL),
        "report": datetime(2022, 12, 10, tzinfo=LOCAL),
    }


@pytest.mark.rule("VG-2.2")
def test_the_team_appraises_once_the_units_have_handed_in(database: Database) -> None:
    world = world_of(database)
    key = submitted(database, world, now=NOVEMBER)
    with database.writing() as session:
        assign(session, world.round_id, [key], world.appraiser.account_id or 0, actor=world.lead, now=NOVEMBER)
    with pytest.raises(Refused) as caught, database.writing() as session:
        start(session, key, actor=world.appraiser, now=NOVEMBER)
    assert rules(caught.value) == ["during"]
    with database.writing() as session:
        lock_due(session, world.round_id, now=CLOSED)
    for outside in (world.authority, world.administrator, world.head):
        with pytest.raises(NotAllowed), database.writing() as session:
            start(session, key, actor=outside, now=CLOSED)
    with database.writing() as session:
        assert start(session, key, actor=world.appraiser, now=CLOSED).state == "appraising"


@pytest.mark.rule("VG-3.1", "VG-3.2")
def test_the_unit_proposes_its_level_and_names_its_signed_report(database: Database) -> None:
    world = filled(database)
    assert refused(database, world, level=None, signed=True) == ["proposed_level"]
    assert refused(database, world, level="Tốt", signed=False) == ["signed_report"]
    submitted(database, world, now=NOVEMBER)


@pytest.mark.rule("VG-3.3")
def test_points_of_the_unit_and_of_the_team_stand_side_by_side(database: Database) -> None:
    world = world_of(database)
    key = submitted(database, world, now=NOVEMBER)
    with database.writing() as session:
        lock_due(session, world.round_id, now=CLOSED)
        assign(session, world.round_id, [key], world.appraiser.account_id or 0, actor=world.lead, now=CLOSED)
    with database.writing() as session:
        start(session, key, actor=world.appraiser, now=CLOSED)
        lower = {"I.1": Filled(Entry(points=Decimal(1)), "Thiếu kế hoạch năm")}
        save_marks(session, key, lower, actor=world.appraiser, now=CLOSED)
    with database.reading() as session:
        unit, team = (marks(session, key, copy)["I.1"] for copy in ("self", "appraised"))
    assert (unit.points, team.points, team.note) == (Decimal(2), Decimal(1), "Thiếu kế hoạch năm")


@pytest.mark.rule("VG-3.4")
def test_every_item_asks_for_evidence_in_whatever_form() -> None:
    assert PROGRAMME.evidence.forms == ()
    assert [leaf.code for leaf in SHEET.leaves() if not leaf.evidence] == []


@pytest.mark.rule("VG-4.1", "X-N2")
def test_the_groups_add_up_to_100_and_not_to_111() -> None:
    found = totals(SHEET, {code: one.entry for code, one in best(SHEET).items() if one.entry})
    assert list(found.groups.values()) == [14, 10, 15, 23, 8, 10, 10, 10]
    assert found.total == SHEET.total == 100
    assert len(SHEET.leaves()) == 28


@pytest.mark.rule("VG-4.2", "VG-4.3", "X-N4")
def test_four_items_have_three_options_with_fixed_points_of_which_one_is_chosen() -> None:
    chosen = {leaf.code: leaf for leaf in SHEET.leaves() if leaf.kind == Kind.CHOICE}
    assert {code: tuple(int(one.points) for one in leaf.options) for code, leaf in chosen.items()} == CHOICES
    for leaf in chosen.values():
        first, second, _ = (option.code for option in leaf.options)
        assert check(leaf, Entry(option=first), SHEET) is None
        for wrong in (Entry(), Entry(option=f"{first} {second}"), Entry(option=first, points=Decimal(1))):
            assert check(leaf, wrong, SHEET) is not None


@pytest.mark.rule("VG-4.4", "VG-4.5")
def test_what_an_item_counts_is_told_where_it_is_scored() -> None:
    assert "cấp huyện 06 tháng, một năm; cấp xã hằng quý" in SHEET.leaf("VII.2").label
    assert "vi phạm giao thông bị phạt hành chính" in SHEET.leaf("V.2").label
