"""Which body decides on whom (HT-10.1 to HT-10.6, AMB-HT-12)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from actions.bodies import deciding_bodies
from actions.register import take_register
from config.load import load_programme
from config.register import RegisterRow, load_register
from models.db import Database
from tests.actions.ha_tinh_world import SLUG, rows
from tests.actions.world import CONSOLE, at, register_row

WARD = load_programme(SLUG)
HA_TINH = Path(__file__).parents[2] / "config" / "registers" / "ha-tinh-2024.csv"


def bodies(database: Database, listed: Sequence[RegisterRow], *codes: str) -> dict[str, str | None]:
    with database.writing() as session:
        take_register(session, listed, actor=CONSOLE, now=at("2024-10-01 08:00"))
        return deciding_bodies(session, WARD, codes or [row.code for row in listed])


@pytest.mark.rule("HT-10.1", "HT-10.6")
def test_the_committee_decides_on_its_cells_members_and_what_the_register_gives_it(database: Database) -> None:
    """And the standing committee on the ward; a column of the register goes before what the programme says."""
    assert bodies(database, rows()) == {
        "tp": "btv",
        "p": "btv",
        "ub": "nhom_2",
        "mt": "p",
        "c1": "p",
        "c2": "p",
        "bt": "btv",
        "ct": "nhom_2",
        "pb": "nhom_2",
        "b1": "p",
        **dict.fromkeys(("m1", "m2", "m3", "m4", "m5"), "p"),
    }


@pytest.mark.rule("HT-10.1")
def test_a_cell_at_the_grassroots_decides_on_its_own_members(database: Database) -> None:
    listed = [
        register_row(1, "chi_bo_co_so"),
        register_row(2, "dang_vien", parent="dv-1"),
        register_row(3, "dang_bo_co_so"),
        register_row(4, "chi_bo_truc_thuoc", parent="dv-3"),
        register_row(5, "dang_vien", parent="dv-4"),
    ]
    assert bodies(database, listed) == {"dv-1": "btv", "dv-2": "dv-1", "dv-3": "btv", "dv-4": "dv-3", "dv-5": "dv-3"}


@pytest.mark.rule("HT-10.2")
def test_of_two_bodies_the_first_in_the_programme_decides(database: Database) -> None:
    """AMB-HT-12; also on those managed by the province, on whom it gives but an opinion."""
    listed = [
        register_row(1, "can_bo_thanh_pho"),
        register_row(2, "tap_the_thanh_pho"),
        register_row(3, "can_bo_dien_tinh"),
        register_row(4, "tap_the_co_so"),
        register_row(5, "can_bo_co_so"),
    ]
    expected = {"dv-1": "btv", "dv-2": "btv", "dv-3": "btv", "dv-4": "nhom_2", "dv-5": "btv"}
    assert bodies(database, listed) == expected


def test_who_has_no_body_is_told_of(database: Database) -> None:
    """A member in no cell, one under nothing that decides, and a column that names nobody."""
    listed = [
        register_row(1, "dang_vien"),
        register_row(2, "tap_the_co_so"),
        register_row(3, "dang_vien", parent="dv-2"),
        register_row(4, "dang_vien", body="khong-co"),
        register_row(5, "dang_vien", body="dv-2"),
    ]
    expected = {"dv-1": None, "dv-2": "nhom_2", "dv-3": None, "dv-4": None, "dv-5": None}
    assert bodies(database, listed) == expected
    assert bodies(database, listed, "dv-2", "unknown") == {"dv-2": "nhom_2"}


@pytest.mark.rule("HT-10.6")
def test_the_register_names_only_a_body_that_decides_on_such_subjects(database: Database) -> None:
    """Not itself, nor a group that decides on others, nor a collective."""
    listed = [
        register_row(1, "dang_bo_co_so"),
        register_row(2, "dang_vien", parent="dv-1", body="dv-2"),
        register_row(3, "dang_vien", parent="dv-1", body="nhom_1"),
        register_row(4, "dang_vien", parent="dv-1", body="dv-1"),
    ]
    assert bodies(database, listed) == {"dv-1": "btv", "dv-2": None, "dv-3": None, "dv-4": "dv-1"}


def test_a_programme_of_one_body_names_none(database: Database) -> None:
    with database.reading() as session:
        assert deciding_bodies(session, load_programme("dan-chu-co-so"), ["a", "b"]) == {"a": "", "b": ""}


@pytest.mark.rule("HT-10.3", "HT-10.4", "HT-10.5")
def test_every_body_of_the_city_has_one_that_decides_on_it(database: Database) -> None:
    """Group 1 advisory bodies, group 2 divisions and UBND, group 3 councils, group 4 mass organisations of wards."""
    listed = load_register(HA_TINH)
    found = bodies(database, listed)
    assert [code for code, body in found.items() if body is None] == []
    deciding = {code: found[f"ht-{code}"] for code in ("ttct", "noi-vu", "ban-phap-che", "bac-ha-db", "bac-ha-mttq")}
    assert deciding == {
        "ttct": "nhom_1",
        "noi-vu": "nhom_2",
        "ban-phap-che": "nhom_3",
        "bac-ha-db": "btv",
        "bac-ha-mttq": "ht-bac-ha-db",
    }
    assert (found["ht-bac-ha-ubnd"], found["ht-bac-ha-hdnd"]) == ("nhom_2", "nhom_3")
