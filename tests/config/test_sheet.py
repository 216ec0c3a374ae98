from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.sheet import Degree, Entry, Kind, Sheet, load_sheet

SHEETS = Path(__file__).parents[2] / "config" / "sheets"

GOOD = """\
slug: thu
title: Biểu thử
status: sample
total: 10
criteria:
  - code: I
    label: Nhóm
    kind: group
    max: 7
    children:
      - code: I.1
        label: Chấm điểm
        kind: graded
        max: 2
      - code: I.2
        label: Chọn một
        kind: choice
        max: 5
        options:
          - {code: I.2.1, label: Tốt, points: 5}
          - {code: I.2.2, label: Kém, points: 0}
  - code: II
    label: Tỷ lệ
    kind: ratio
    max: 3
    done_label: Đã làm
    assigned_label: Được giao
  - code: T
    label: Điểm thưởng
    kind: bonus
    max: 2
"""


def loaded(folder: Path, text: str) -> Sheet:
    path = folder / "sheet.yaml"
    path.write_text(text, encoding="utf-8")
    return load_sheet(path)


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        loaded(folder, GOOD.replace(old, new, 1))
    return [f"{problem.line}: {problem.path}: {problem.message}" for problem in caught.value.problems]


def test_a_good_sheet_is_loaded(tmp_path: Path) -> None:
    sheet = loaded(tmp_path, GOOD)
    assert [leaf.code for leaf in sheet.leaves()] == ["I.1", "I.2", "II", "T"]
    assert sheet.leaf("I.2").options[0].points == 5
    assert sheet.step_of(sheet.leaf("I.1")) == Decimal("0.25")


def test_a_sheet_is_the_same_after_its_json(tmp_path: Path) -> None:
    sheet = loaded(tmp_path, GOOD)
    assert Sheet.model_validate_json(sheet.model_dump_json()) == sheet


def test_equal_points_have_one_text(tmp_path: Path) -> None:
    one = loaded(tmp_path, GOOD)
    other = loaded(tmp_path, GOOD.replace("total: 10", "total: '010.00'").replace("max: 2", "max: 2.0"))
    assert other.model_dump_json() == one.model_dump_json()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    max: 7\n", "", "6: criteria[0]: criterion I: max is not given, its children add up to 7"),
        ("total: 10", "total: 12", "4: total: total is 12, the top criteria add up to 10"),
        (
            "points: 5}",
            "points: 6}",
            "18: criteria[0].children[1].max: criterion I.2: max is 5, the largest option has 6",
        ),
        ("code: I.1\n", "code: I.2\n", "15: criteria[0].children[1].code: the code I.2 stands twice"),
        (
            "code: I.2.2",
            "code: I.2.1",
            "21: criteria[0].children[1].options[1].code: the code I.2.1 stands twice",
        ),
        (
            "code: I.2.2",
            "code: '1.2'",
            "21: criteria[0].children[1].options[1].code: option 1.2 must begin with I.2.",
        ),
        (
            "          - {code: I.2.2, label: Kém, points: 0}\n",
            "",
            "19: criteria[0].children[1].options: criterion I.2: a choice needs at least two options",
        ),
        (
            "        max: 2\n",
            "",
            '11: criteria[0].children[0]: criterion I.1: kind "graded" needs "max"',
        ),
        (
            "    assigned_label: Được giao\n",
            "",
            '22: criteria[1]: criterion II: kind "ratio" needs "assigned_label"',
        ),
        (
            "    assigned_label: Được giao\n",
            "    assigned_label: Được giao\n    step: 1\n",
            '28: criteria[1].step: criterion II: kind "ratio" takes no "step"',
        ),
        (
            "        max: 2\n",
            "        max: 2\n        step: 0.75\n",
            "14: criteria[0].children[0].max: criterion I.1: 2 points cannot be reached in steps of 0.75",
        ),
        (
            "title: Biểu thử",
            "title: Biểu thử\nnot_applicable: maybe",
            "3: not_applicable: \"maybe\" is not allowed here; expected 'forbidden', 'zero' or 'rescale'",
        ),
        ("max: 2", "max: -2", '14: criteria[0].children[0].max: "-2": input should be greater than or equal to 0'),
        ("max: 2", "max: 1,25", '14: criteria[0].children[0].max: expected a number, found "1,25"'),
        (
            "max: 2",
            "max: 0.00001",
            '14: criteria[0].children[0].max: "0.00001": decimal input should have no more than 4 decimal places',
        ),
        ("label: Nhóm", "lable: Nhóm", '7: criteria[0].lable: unknown key "lable"'),
        ("label: Nhóm", "lable: Nhóm", '6: criteria[0]: "label" is missing'),
        ("criteria:", "criterion:", '1: : "criteria" is missing'),
    ],
)
def test_a_defect_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in problems(tmp_path, old, new)


def test_all_defects_are_told_together(tmp_path: Path) -> None:
    assert problems(tmp_path, "max: 7", "max: 8") == [
        "4: total: total is 10, the top criteria add up to 11",
        "9: criteria[0].max: criterion I: max is 8, its children add up to 7",
    ]


def test_degrees_carry_no_points_and_bonus_and_penalty_stand_outside_the_sums(tmp_path: Path) -> None:
    degrees = """\
slug: cap-do
title: Tiêu chí theo cấp độ
status: sample
total: 0
criteria:
  - code: A
    label: Nhóm
    kind: group
    children:
      - {code: A.1, label: Tư tưởng, kind: degree}
      - {code: A.2, label: Nhiệm vụ, kind: degree, basic: false}
  - {code: P, label: Điểm trừ, kind: penalty, max: 5}
"""
    sheet = loaded(tmp_path, degrees)
    assert [leaf.basic for leaf in sheet.leaves()] == [True, False, True]


@pytest.mark.parametrize(("field", "value"), [("kind", "grade"), ("code", "II 1")])
def test_a_kind_or_code_of_no_known_form_is_refused(tmp_path: Path, field: str, value: str) -> None:
    old = {"kind": "kind: ratio", "code": "code: II\n"}[field]
    (said,) = problems(tmp_path, old, f"{field}: {value}\n")
    assert f'criteria[1].{field}: "{value}"' in said


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_sheet_of_the_house_is_whole(path: Path) -> None:
    sheet = load_sheet(path)
    assert (sheet.slug, sheet.total) == (path.stem, Decimal(100))
    assert all(leaf.evidence for leaf in sheet.leaves())
    assert not [piece for leaf in sheet.leaves() for piece in leaf.evidence if piece[0].islower()]


def test_the_sheet_of_van_giang_has_the_figures_of_the_source() -> None:
    sheet = load_sheet(SHEETS / "dan-van-chinh-quyen-2022.yaml")
    choices = [leaf for leaf in sheet.leaves() if leaf.kind == Kind.CHOICE]
    assert [int(group.ceiling) for group in sheet.criteria] == [14, 10, 15, 23, 8, 10, 10, 10]
    assert len(sheet.leaves()) == 28
    assert {leaf.kind for leaf in sheet.leaves()} == {Kind.GRADED, Kind.CHOICE}
    assert {leaf.code: [int(option.points) for option in leaf.options] for leaf in choices} == {
        "IV.1": [7, 3, 0],
        "IV.4": [6, 3, 0],
        "V.2": [5, 2, 0],
        "VIII.2": [5, 3, 0],
    }


def test_the_samples_stand_for_no_official_sheet() -> None:
    samples = [load_sheet(SHEETS / f"{slug}.yaml") for slug in ("bieu-1-mau", "bieu-2-mau")]
    assert [sheet.status for sheet in samples] == ["sample", "sample"]
    kinds = {leaf.kind for sheet in samples for leaf in sheet.leaves()}
    assert kinds == {Kind.GRADED, Kind.CHOICE, Kind.BINARY, Kind.RATIO, Kind.COUNT}


def test_an_entry_is_stored_without_what_was_not_filled_in() -> None:
    entry = Entry(points=Decimal("1.50"))
    stored = entry.model_dump_json(exclude_defaults=True)
    assert stored == '{"points":"1.5"}'
    assert Entry.model_validate_json(stored) == entry


@pytest.mark.parametrize("points", ["NaN", "Infinity", "1E+999999", "bốn"])
def test_an_entry_takes_no_number_that_cannot_be_reckoned_with(points: str) -> None:
    with pytest.raises(ValidationError):
        Entry.model_validate({"points": points})


def test_degrees_are_shown_in_vietnamese() -> None:
    assert [degree.label for degree in Degree] == ["Xuất sắc", "Tốt", "Trung bình", "Kém"]
