"""Levels and proposals as the programme has them (VG-4.6, AMB-DN-2, AMB-DN-11)."""

from decimal import Decimal
from pathlib import Path

import pytest

from actions.appraise import conclude, save_marks
from actions.decide import Result
from actions.marks import Filled
from config.load import HOME
from config.sheet import Entry
from models.db import Database
from states.errors import Refused
from tests.actions.later import LOCKED, begun, decided, dossier, in_appraisal, in_decision, rules, sentences
from tests.actions.world import World, launched, submitted

BANDS = "bands: [{at_least: 90, code: tot, label: Tốt}, {at_least: 0, code: yeu, label: Yếu}]"
SWITCHES = "switches: {zero_also_final: true, appraised_may_exceed_self: true}"


def programme(home: Path, switches: str = SWITCHES, *more: str) -> str:
    """The path of the programme with other switches and further lines."""
    written = (HOME / "programmes" / "dan-chu-co-so.yaml").read_text()
    path = home / "programmes" / "dan-chu-co-so.yaml"
    path.parent.mkdir()
    path.write_text("\n".join([written.replace(SWITCHES, switches), *more, ""]))
    return str(path)


def world_of(database: Database, path: str, *, subjects: int = 1, handed_in: int = 1) -> World:
    world = launched(database, path, subjects=subjects)
    for number in range(handed_in):
        submitted(database, world, number)
    return in_appraisal(database, world=world)


def deciding(database: Database, path: str) -> World:
    return in_decision(database, world=world_of(database, path))


def refusal(database: Database, world: World, result: Result) -> Refused:
    with pytest.raises(Refused) as caught:
        decided(database, world, [result])
    return caught.value


def test_confirmed_bands_give_the_level(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, SWITCHES, f"levels: {{status: confirmed, {BANDS}}}")
    world = deciding(database, path)
    caught = refusal(database, world, Result(world.first, level="kha", reason="Không rõ"))
    assert sentences(caught) == ["«Đơn vị 1»: không có mức xếp loại «kha»."]
    caught = refusal(database, world, Result(world.first, level="yeu"))
    assert sentences(caught) == ["«Đơn vị 1»: mức xếp loại khác mức theo tổng điểm («tot») thì phải ghi lý do."]
    decided(database, world)
    assert dossier(database, world.first).level == "tot"


def test_another_level_than_the_computed_one_stands_with_a_reason(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, SWITCHES, f"levels: {{status: confirmed, {BANDS}}}")
    world = deciding(database, path)
    decided(database, world, [Result(world.first, level="yeu", reason="Có cán bộ bị kỷ luật")])
    now = dossier(database, world.first)
    assert (now.level, now.decided_total) == ("yeu", Decimal(100))


def test_the_level_follows_the_decided_total(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, SWITCHES, f"levels: {{status: confirmed, {BANDS}}}")
    world = deciding(database, path)
    decided(database, world, [Result(world.first, Decimal("89.75"), reason="Tính lại")])
    assert dossier(database, world.first).level == "yeu"


@pytest.mark.rule("VG-4.6")
def test_while_bands_are_unconfirmed_the_authority_types_the_level(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, SWITCHES, "proposes_level: true", f"levels: {{status: unconfirmed, {BANDS}}}")
    world = deciding(database, path)
    caught = refusal(database, world, Result(world.first))
    assert sentences(caught) == [
        "«Đơn vị 1»: khung điểm xếp loại chưa được xác nhận; cấp có thẩm quyền phải ghi mức xếp loại."
    ]
    decided(database, world, [Result(world.first, level="Hoàn thành tốt")])
    assert dossier(database, world.first).level == "Hoàn thành tốt"


def test_a_level_may_be_left_out_where_units_propose_none(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, SWITCHES, f"levels: {{status: unconfirmed, {BANDS}}}")
    world = deciding(database, path)
    decided(database, world)
    assert dossier(database, world.first).level is None


def test_a_zero_of_the_self_mark_alone_leaves_the_appraisal_to_propose(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, "switches: {zero_also_final: false, appraised_may_exceed_self: true}")
    world = world_of(database, path, handed_in=0)
    key = begun(database, world)
    with database.writing() as session:
        given = {"I.1": Filled(Entry(points=Decimal(3)), "Theo hồ sơ")}
        save_marks(session, key, given, actor=world.appraiser, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    in_decision(database, world=world, appraise=[])
    decided(database, world)
    assert dossier(database, key).decided_total == Decimal(3)


def test_a_zero_that_is_also_final_is_proposed_whatever_the_appraisal_says(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=0)
    key = begun(database, world)
    with database.writing() as session:
        given = {"I.1": Filled(Entry(points=Decimal(3)), "Theo hồ sơ")}
        save_marks(session, key, given, actor=world.appraiser, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    in_decision(database, world=world, appraise=[])
    caught = refusal(database, world, Result(key, Decimal(3)))
    assert sentences(caught) == ["«Đơn vị 1»: điểm quyết định khác điểm đề xuất (0) thì phải ghi lý do."]
    decided(database, world)
    assert dossier(database, key).decided_total == Decimal(0)


def test_a_programme_may_forbid_more_than_the_self_mark(database: Database, tmp_path: Path) -> None:
    path = programme(tmp_path, "switches: {zero_also_final: true, appraised_may_exceed_self: false}")
    world = world_of(database, path, handed_in=0)
    key = begun(database, world)
    given = {"I.1": Filled(Entry(points=Decimal(1)), "Có lý do")}
    with pytest.raises(Refused) as caught, database.writing() as session:
        save_marks(session, key, given, actor=world.appraiser, now=LOCKED)
    assert rules(caught.value) == ["exceeds_self"]
