"""What each of the five programmes of the sources says: kinds, sheets, calendar, quota, boxes, parts."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from config.calendar import LOCAL
from config.graph import RESTING
from config.load import list_programmes, load_programme
from config.programme import Programme
from config.quota import Base, OnBreach
from config.vocabulary import Child, Late, Relation
from scoring.marks import totals

SLUGS = ("dan-chu-co-so", "dan-van-chinh-quyen", "diem-sang", "kiem-diem-xep-loai", "xep-loai-tap-the")
WARD, POINTS, SPOTS = (load_programme(slug) for slug in ("kiem-diem-xep-loai", "xep-loai-tap-the", "diem-sang"))


def closings(programme: Programme, year: int, kind: str) -> dict[str, datetime]:
    return {one.stage: one.closes_at(year) for one in programme.deadlines(year) if one.covers(kind)}


def by(programme: Programme, trigger: str, kind: str = "") -> set[Relation]:
    steps = [step for step in programme.workflow.assessment.transitions if step.do == trigger]
    return {relation for step in steps if not kind or not step.kinds or kind in step.kinds for relation in step.by}


def test_all_five_are_there() -> None:
    assert tuple(sorted(list_programmes())) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_every_kind_can_be_scored_launched_and_come_to_an_end(slug: str) -> None:
    programme = load_programme(slug)
    for kind in programme.subject_kinds:
        assert programme.sheet_for(kind).leaves()
        assert closings(programme, 2026, kind)
        machine = programme.workflow.assessment.only_for(kind)
        assert not machine.reachable(machine.start).isdisjoint(programme.workflow.assessment.of_kind(*RESTING))


@pytest.mark.rule("HT-5.2", "HT-5.3")
def test_who_is_rated_in_ha_tinh_and_on_which_frame() -> None:
    assert WARD.groups == {
        "to_chuc_dang": ("dang_bo_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc"),
        "tap_the": ("tap_the_thanh_pho", "tap_the_co_so"),
        "ca_nhan": ("can_bo_thanh_pho", "can_bo_co_so", "dang_vien"),
        "cap_tinh": ("can_bo_dien_tinh",),
    }
    sheets = {kind: WARD.sheet_for(kind).slug for kind in WARD.subject_kinds}
    assert set(sheets.values()) == {"kiem-diem-tap-the", "kiem-diem-can-bo", "kiem-diem-ca-nhan"}
    assert (sheets["dang_vien"], sheets["can_bo_dien_tinh"]) == ("kiem-diem-ca-nhan", "kiem-diem-can-bo")
    persons = {kind for kind, one in WARD.subject_kinds.items() if one.person}
    assert persons == {"can_bo_thanh_pho", "can_bo_co_so", "dang_vien", "can_bo_dien_tinh"}


@pytest.mark.rule("HT-5.5")
def test_the_four_levels() -> None:
    assert list(WARD.level_labels) == list(POINTS.level_labels) == ["htxsnv", "httnv", "htnv", "khtnv"]
    assert WARD.level_labels["khtnv"] == "Không hoàn thành nhiệm vụ"


@pytest.mark.rule("HT-12.3")
def test_three_dates_in_one_round() -> None:
    fifth, tenth, fifteenth = (datetime(2024, 12, day, tzinfo=LOCAL) for day in (5, 10, 15))
    for kind in ("chi_bo_truc_thuoc", "tap_the_co_so", "can_bo_co_so", "dang_vien"):
        assert closings(WARD, 2024, kind) == {"grassroots": fifth}
    for kind in ("dang_bo_co_so", "chi_bo_co_so", "tap_the_thanh_pho", "can_bo_thanh_pho", "can_bo_dien_tinh"):
        assert closings(WARD, 2024, kind) == {"dossiers": tenth, "city": fifteenth}
    assert {one.late for one in WARD.workflow.deadlines} == {Late.FLAG}


@pytest.mark.rule("HT-9.1", "HT-9.2", "HT-9.3")
def test_a_fifth_in_four_groups_and_the_rule_of_the_few() -> None:
    quota = WARD.quota
    assert quota is not None
    assert (quota.share, quota.base, quota.few, quota.on_breach) == (Fraction(1, 5), Base.ALL, 5, OnBreach.OVERRIDE)
    assert list(quota.groups) == ["to_chuc_dang", "tap_the", "dang_vien", "can_bo"]
    assert [quota.group_of(kind) for kind in ("dang_vien", "can_bo_co_so", "can_bo_dien_tinh")] == [
        "dang_vien",
        "can_bo",
        None,
    ]


def test_a_quarter_for_the_outstanding_in_each_sector() -> None:
    """RULES 7.3."""
    quota = POINTS.quota
    assert quota is not None
    assert (quota.share_of(outstanding=False), quota.share_of(outstanding=True)) == (Fraction(1, 5), Fraction(1, 4))
    assert list(quota.groups.values()) == [(kind,) for kind in POINTS.subject_kinds]


@pytest.mark.rule("S2-2.4")
def test_ten_sectors_of_a_hundred_points_each() -> None:
    assert len(POINTS.subject_kinds) == 10
    for kind in POINTS.subject_kinds:
        sheet = POINTS.sheet_for(kind)
        assert [sheet.total, totals(sheet, {}).total] == [Decimal(100), Decimal(0)]
    assert len({POINTS.sheet_for(kind).slug for kind in POINTS.subject_kinds}) == 10


@pytest.mark.rule("HT-6.1", "HT-6.3", "HT-6.4")
def test_which_ballots_and_opinions_each_kind_may_have() -> None:
    """Secret ballots decide; the residence is asked of persons, city bodies of organisations (AMB-HT-9)."""
    opened = WARD.workflow.opened
    asked = {kind: opened(kind, "consulting", Child.OPINIONS) for kind in WARD.subject_kinds}
    of_city = {kind for kind, names in asked.items() if names == ("city_bodies",)}
    assert of_city == {"dang_bo_co_so", "chi_bo_co_so", "tap_the_thanh_pho", "tap_the_co_so", "can_bo_dien_tinh"}
    assert (asked["chi_bo_truc_thuoc"], asked["can_bo_co_so"]) == ((), ("residence",))
    assert "workplace" in opened("can_bo_co_so", "consulting", Child.BALLOT)
    assert opened("dang_bo_co_so", "self_balloting", Child.BALLOT) == ("self_rating",)
    for kind in WARD.subject_kinds:
        assert opened(kind, "deciding", Child.BALLOT) == ("decision", "second_decision")


@pytest.mark.rule("HT-10.2")
def test_whom_the_province_manages_is_sent_up_and_not_recognised() -> None:
    assert by(WARD, "recognise", "can_bo_dien_tinh") == set()
    assert by(WARD, "send_up", "can_bo_dien_tinh") == {Relation.ADMINISTRATOR, Relation.AUTHORITY}
    assert by(WARD, "send_up", "can_bo_thanh_pho") == set()


@pytest.mark.rule("NA-1.1", "NA-5.1")
def test_two_kinds_of_spots_entered_by_agencies_and_recognised_in_their_window() -> None:
    assert (list(SPOTS.subject_kinds), SPOTS.register_kinds) == (["qcdc", "dvcq"], ("huyen", "so_nganh"))
    assert (SPOTS.workflow.intake, SPOTS.at_least_each_kind, SPOTS.level_labels) == ("open", 1, {})
    window = next(one for one in SPOTS.deadlines(2024) if one.stage == "recognition")
    assert window.opens_at(2024) == datetime(2024, 10, 15, tzinfo=LOCAL)
    assert closings(SPOTS, 2024, "qcdc") == {
        "registration": datetime(2024, 3, 30, tzinfo=LOCAL),
        "report": datetime(2024, 11, 30, tzinfo=LOCAL),
        "recognition": datetime(2024, 12, 1, tzinfo=LOCAL),
    }
    assert closings(SPOTS, 2022, "dvcq")["registration"] == datetime(2022, 6, 15, tzinfo=LOCAL)


@pytest.mark.rule("NA-4.1")
def test_the_yearly_report_of_the_spots() -> None:
    """Before 30/11, from and to Ban Dân vận Tỉnh ủy, and to Sở Nội vụ."""
    assert closings(SPOTS, 2024, "qcdc")["report"] == datetime(2024, 11, 30, tzinfo=LOCAL)
    assert (SPOTS.bodies.owner, SPOTS.bodies.results_to) == ("Ban Dân vận Tỉnh ủy", "Sở Nội vụ")


@pytest.mark.rule("NA-3.2", "NA-5.2")
def test_two_routes_and_three_parts() -> None:
    assert by(SPOTS, "accept", "qcdc") == {Relation.ADMINISTRATOR}
    assert by(SPOTS, "accept", "dvcq") == {Relation.SUPERIOR, Relation.ADMINISTRATOR}
    assert SPOTS.part_labels.keys() == {"ke_hoach", "bao_cao_thanh_tich", "tham_dinh", "cong_van_de_nghi"}


@pytest.mark.rule("HT-11.8")
def test_each_regime_says_which_year_bears_later_discipline() -> None:
    assert WARD.rating is not None
    assert POINTS.rating is not None
    assert (WARD.rating.later_discipline, POINTS.rating.later_discipline) == ("original_year", "current")
