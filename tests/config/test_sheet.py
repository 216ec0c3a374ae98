from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.sheet import Degree, Entry, Sheet, load_sheet

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
            "        max: 2\n",
            "        max: 2\n        optional: true\n",
            '15: criteria[0].children[0].optional: criterion I.1: kind "graded" takes no "optional"',
        ),
        (
            "points: 5}",
            "points: 5, share: 9/10}",
            '19: criteria[0].children[1].options: criterion I.2: options with a "share" need a "share_of"',
        ),
        (
            "        options:\n",
            "        share_of: Tỷ lệ\n        options:\n",
            '19: criteria[0].children[1].share_of: criterion I.2: kind "choice" takes no "share_of"',
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


SHARES = """\
slug: ty-le
title: Chọn theo tỷ lệ
status: sample
total: 20
criteria:
  - code: II.3
    label: Xếp loại tổ chức trực thuộc
    kind: capped_choice
    max: 20
    share_of: Tỷ lệ tổ chức hoàn thành tốt
    options:
      - {code: II.3.a, label: Từ 90%, points: 20, share: 9/10}
      - {code: II.3.b, label: Dưới 90%, points: 5, share: 0}
"""


@pytest.mark.rule("S2-2.2")
def test_the_shares_of_options_are_exact(tmp_path: Path) -> None:
    sheet = loaded(tmp_path, SHARES)
    assert [option.share for option in sheet.leaf("II.3").options] == [Fraction(9, 10), Fraction(0)]
    assert Sheet.model_validate_json(sheet.model_dump_json()) == sheet


@pytest.mark.rule("S2-2.2")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (", share: 0}", "}", '11: criterion II.3: with "share_of" every option needs a "share"'),
        ("share: 0", "share: 1/2", "11: criterion II.3: the shares must fall from option to option, the last one to 0"),
        ("9/10", "0", "11: criterion II.3: the shares must fall from option to option, the last one to 0"),
        ("9/10", "11/10", '12: "11/10": input should be less than or equal to 1'),
        ("9/10", "90%", '12: "90%": input is not a valid fraction'),
    ],
)
def test_shares_that_leave_a_gap_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, SHARES.replace(old, new))
    assert said in [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(("field", "value"), [("kind", "grade"), ("code", "II 1")])
def test_a_kind_or_code_of_no_known_form_is_refused(tmp_path: Path, field: str, value: str) -> None:
    old = {"kind": "kind: ratio", "code": "code: II\n"}[field]
    (said,) = problems(tmp_path, old, f"{field}: {value}\n")
    assert f'criteria[1].{field}: "{value}"' in said


def test_an_entry_is_stored_without_what_was_not_filled_in() -> None:
    entry = Entry(points=Decimal("1.50"))
    stored = entry.model_dump_json(exclude_defaults=True)
    assert stored == '{"points":"1.5"}'
    assert Entry.model_validate_json(stored) == entry


def test_an_entry_that_failed_a_check_is_not_a_blank_one() -> None:
    entries = [Entry(passed=True), Entry(passed=False), Entry()]
    stored = [entry.model_dump_json(exclude_defaults=True) for entry in entries]
    assert stored == ['{"passed":true}', '{"passed":false}', "{}"]


@pytest.mark.parametrize("points", ["NaN", "Infinity", "1E+999999", "bốn"])
def test_an_entry_takes_no_number_that_cannot_be_reckoned_with(points: str) -> None:
    with pytest.raises(ValidationError):
        Entry.model_validate({"points": points})


def test_degrees_are_shown_in_vietnamese() -> None:
    assert [degree.label for degree in Degree] == ["Xuất sắc", "Tốt", "Trung bình", "Kém"]
