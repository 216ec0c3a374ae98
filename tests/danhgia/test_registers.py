"""The registers of the house that rehearsals stand on, and what is invented beside them."""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from config.load import load_programme
from config.order import Link
from config.register import POSTS, RegisterRow, load_register
from danhgia.rehearse import ha_tinh, tap_the
from scoring.order import between, cycle

REGISTERS = Path(__file__).resolve().parents[2] / "config" / "registers"
HA_TINH = load_register(REGISTERS / "ha-tinh-2024.csv")
NGHE_AN = load_register(REGISTERS / "nghe-an-2024.csv")
PERSONS = {"can_bo_dien_tinh", "can_bo_thanh_pho", "can_bo_co_so", "dang_vien"}
KINDS = PERSONS | {row.kind for row in HA_TINH}
PHUONG = "Trần Phú, Văn Yên, Nam Hà, Bắc Hà, Nguyễn Du, Tân Giang, Đại Nài, Hà Huy Tập, Thạch Linh, Thạch Quý"
XA = "Thạch Trung, Thạch Hạ, Đồng Môn, Thạch Hưng, Thạch Bình"
TOWNS = {"UBND thành phố Vinh", "UBND thị xã Cửa Lò", "UBND thị xã Hoàng Mai", "UBND thị xã Thái Hòa"}
LINKS = (Link.LEADS, Link.MEMBER_OF, Link.PEER_OF)


def circles(slug: str, rows: Sequence[RegisterRow]) -> dict[str, tuple[str, ...]]:
    """A circle in each order of the programme, or nothing."""
    kinds = {row.code: row.kind for row in rows}
    links = {link: [(row.code, code) for row in rows for code in getattr(row, link)] for link in LINKS}
    links[Link.PARENT] = [(row.code, row.parent) for row in rows if row.parent]
    order = load_programme(slug).order
    return {name: cycle(chain(*(between(edge, links, kinds) for edge in edges))) for name, edges in order.items()}


def written(folder: Path, rows: Sequence[RegisterRow]) -> list[RegisterRow]:
    """The rows as they come back from a file, checked like any register."""
    path = folder / "register.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RegisterRow.model_fields)
        writer.writeheader()
        writer.writerows({name: cell(value) for name, value in row} for row in rows)
    return load_register(path)


def cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ";".join(value) if isinstance(value, tuple) else value


@pytest.mark.rule("HT-1.1", "HT-1.3", "HT-5.2")
def test_every_ward_and_commune_of_ha_tinh_has_its_bodies() -> None:
    committees = [row for row in HA_TINH if row.kind == "dang_bo_co_so"]
    wards = [f"Đảng bộ phường {name}" for name in PHUONG.split(", ")] + [
        f"Đảng bộ xã {name}" for name in XA.split(", ")
    ]
    assert [row.name for row in committees] == wards
    for committee in committees:
        place = committee.name.removeprefix("Đảng bộ ")
        beside = [row.name for row in HA_TINH if row.peer_of == (committee.code,)]
        assert beside[:2] == [f"Thường trực HĐND {place}", f"Lãnh đạo UBND {place}"]
        assert beside[2] == f"Ban Thường trực Ủy ban MTTQ {place}"
        assert beside[3].startswith("Ban Thường vụ ")
        cells = [row for row in HA_TINH if row.parent == committee.code]
        assert {row.kind for row in cells} == {"chi_bo_truc_thuoc"}
        assert 4 <= len(cells) <= 7


@pytest.mark.rule("HT-1.2", "HT-10.2")
def test_the_town_has_its_bodies_and_no_person_is_named() -> None:
    names = " ".join(row.name for row in HA_TINH if row.kind == "tap_the_thanh_pho")
    assert all(
        name in names
        for name in (
            "Ban Tổ chức",
            "Ủy ban Kiểm tra",
            "Trung tâm Chính trị",
            "Thường trực HĐND",
            "MTTQ",
            "Phòng Nội vụ",
        )
    )
    assert {(row.officer, row.head, row.post) for row in HA_TINH} == {("", "", "")}


@pytest.mark.rule("HT-10.1", "HT-10.4", "HT-10.5")
def test_every_body_of_ha_tinh_says_who_decides_on_it() -> None:
    codes = {row.code for row in HA_TINH}
    assert {row.body for row in HA_TINH} - codes == {"btv", "nhom_1", "nhom_2", "nhom_3"}
    assert all(row.body == row.parent for row in HA_TINH if row.kind == "chi_bo_truc_thuoc")
    assert {row.body for row in HA_TINH if row.name.startswith("Thường trực HĐND phường")} == {"nhom_3"}
    assert {row.body for row in HA_TINH if row.name.startswith("Lãnh đạo UBND xã")} == {"nhom_2"}


@pytest.mark.rule("HT-10.6")
def test_a_wards_front_and_organisations_are_decided_by_its_own_committee() -> None:
    bodies = [row for row in HA_TINH if row.kind == "tap_the_co_so" and row.name.startswith("Ban Thường")]
    assert len(bodies) == 30
    assert all((row.body,) == row.peer_of for row in bodies)


@pytest.mark.rule("NA-3.2")
def test_the_agencies_of_nghe_an_stand_under_home_affairs() -> None:
    districts = [row.name for row in NGHE_AN if row.kind == "huyen"]
    assert len(districts) == 21
    assert {name for name in districts if not name.startswith("UBND huyện ")} == TOWNS
    assert {row.parent for row in NGHE_AN} == {None, "na-so-noi-vu"}
    assert [row.name for row in NGHE_AN if row.parent is None] == ["Sở Nội vụ"]


@pytest.mark.parametrize("subjects", [1, 2, 5, 17, 60, 120, 400, 1000])
def test_so_many_subjects_are_generated_and_make_a_register(tmp_path: Path, subjects: int) -> None:
    rows = ha_tinh.generated(HA_TINH, subjects, 3)
    assert len(rows) == subjects
    assert written(tmp_path, rows) == rows
    assert circles("kiem-diem-xep-loai", rows) == {"rating_order": (), "review_order": ()}


@pytest.mark.rule("HT-5.2")
def test_400_subjects_hold_every_kind_and_groups_too_small_for_a_share() -> None:
    rows = ha_tinh.generated(HA_TINH, 400, 3)
    assert {row.kind for row in rows} == KINDS
    sizes = Counter((row.body, row.kind) for row in rows)
    assert sizes["ht-van-yen-db", "chi_bo_truc_thuoc"] == 4
    assert min(size for (_, kind), size in sizes.items() if kind == "dang_vien") == ha_tinh.FEWEST
    assert max(size for (_, kind), size in sizes.items() if kind == "dang_vien") >= 10


def test_whole_wards_are_taken() -> None:
    rows = ha_tinh.generated(HA_TINH, 400, 3)
    codes = {row.code for row in rows}
    for committee in (row for row in rows if row.kind == "dang_bo_co_so"):
        assert {row.code for row in HA_TINH if committee.code in {row.parent, *row.peer_of}} <= codes


def test_one_leader_is_new_and_one_has_six_months_to_the_day() -> None:
    rows = ha_tinh.generated(HA_TINH, 400, 3)
    recent = [row for row in rows if row.since is not None and row.since.year == 2024]
    assert [row.since for row in recent] == [date(2024, 7, 15), date(2024, 6, 10)]
    assert {(row.kind, row.post) for row in recent} == {("can_bo_co_so", "head")}


@pytest.mark.rule("HT-10.2")
def test_two_leaders_are_managed_by_the_province() -> None:
    rows = ha_tinh.generated(HA_TINH, 400, 3)
    managed = [row for row in rows if row.kind == "can_bo_dien_tinh"]
    assert [(row.holder, row.leads) for row in managed] == [
        ("Bí thư Thành ủy Hà Tĩnh", ("ht-btv",)),
        ("Chủ tịch UBND thành phố Hà Tĩnh", ("ht-ubnd",)),
    ]


@pytest.mark.rule("HT-10.2", "HT-10.3")
def test_heads_of_advisory_bodies_are_decided_above_their_bodies() -> None:
    rows = {row.code: row for row in ha_tinh.generated(HA_TINH, 400, 3)}
    heads = [row for row in rows.values() if row.leads and rows[row.leads[0]].body == "nhom_1"]
    assert len(heads) >= 3
    assert {row.body for row in heads} == {"btv"}


def test_persons_are_visibly_invented_and_linked() -> None:
    rows = ha_tinh.generated(HA_TINH, 400, 3)
    persons = [row for row in rows if row.kind in PERSONS]
    assert all(" Mẫu " in row.name and row.head == row.name for row in persons)
    assert all(row.leads or row.member_of for row in persons)
    assert {row.post for row in persons} == set(POSTS)
    assert all(row.member_of == (row.parent,) for row in persons if row.kind == "dang_vien")
    addresses = [row.email_head for row in persons]
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith(".example") for address in addresses)


def test_the_seed_alone_decides_who_is_invented() -> None:
    assert ha_tinh.generated(HA_TINH, 200, 3) == ha_tinh.generated(HA_TINH, 200, 3)
    assert ha_tinh.generated(HA_TINH, 200, 3) != ha_tinh.generated(HA_TINH, 200, 4)


@pytest.mark.rule("S2-2.4")
def test_ten_kinds_of_collectives_have_bodies_below_and_beside_them(tmp_path: Path) -> None:
    rows = tap_the.generated(120, 3)
    assert set(Counter(row.kind for row in rows).values()) == {12}
    assert set(tap_the.KINDS) == {row.kind for row in rows}
    assert written(tmp_path, rows) == rows
    assert circles("xep-loai-tap-the", rows) == {"rating_order": ()}
    for head in rows[:10]:
        around = [row for row in rows if head.code in {row.parent, *row.peer_of}]
        assert {row.kind for row in around} == {head.kind}
        assert len(around) >= 5
    assert any(row.parent is None and not row.peer_of for row in rows[10:])


@pytest.mark.parametrize("subjects", [1, 9, 33])
def test_so_many_collectives_are_generated(subjects: int) -> None:
    assert len(tap_the.generated(subjects, 3)) == subjects
    assert tap_the.generated(subjects, 3) == tap_the.generated(subjects, 3)
