from pathlib import Path

import pytest

from actions.register import take_register
from config.errors import ConfigError
from config.load import HOME
from config.sheet import load_sheet
from models.assessments import Assessment
from models.db import Database
from models.people import Subject, subjects_by_code
from tests.actions.world import CONSOLE, at, launched, register_row

NOVEMBER = at("2024-11-20 09:00")


def subject_and_dossier(database: Database, key: int) -> tuple[Subject, Assessment]:
    with database.reading() as session:
        return subjects_by_code(session, ["dv-1"])["dv-1"], session.get_one(Assessment, key)


@pytest.mark.rule("X-A3")
def test_a_round_keeps_the_name_a_unit_had_at_its_launch(database: Database) -> None:
    world = launched(database, subjects=1)
    renamed = register_row(1, "dang_bo_quan_huyen", name="Đảng bộ phường mới")
    with database.writing() as session:
        take_register(session, [renamed], actor=CONSOLE, now=NOVEMBER)
    subject, dossier = subject_and_dossier(database, world.first)
    assert (subject.name, dossier.name) == ("Đảng bộ phường mới", "Đơn vị 1")


@pytest.mark.rule("X-N3")
def test_every_group_that_does_not_add_up_is_told_and_nothing_is_repaired(tmp_path: Path) -> None:
    text = (HOME / "sheets" / "dan-van-chinh-quyen-2022.yaml").read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text.replace("    max: 14\n", "    max: 15\n").replace("    max: 23\n", "    max: 22\n"))
    with pytest.raises(ConfigError) as caught:
        load_sheet(wrong)
    assert [problem.message for problem in caught.value.problems] == [
        "criterion I: max is 15, its children add up to 14",
        "criterion IV: max is 22, its children add up to 23",
    ]
