from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from config import yamlfile
from config.ballots import Box, Boxes, Of
from config.errors import ConfigError
from config.graph import Frozen
from scoring.majority import Outcome, Tally, differences, has_quorum, outcome, problems

LEVELS = {
    "htxsnv": "Hoàn thành xuất sắc nhiệm vụ",
    "httnv": "Hoàn thành tốt nhiệm vụ",
    "htnv": "Hoàn thành nhiệm vụ",
    "khtnv": "Không hoàn thành nhiệm vụ",
}
BOX = Box(label="Bỏ phiếu quyết định", options=())

GOOD = """\
boxes:
  decision: {label: Bỏ phiếu quyết định, options: levels}
  confidence:
    label: Phiếu tín nhiệm
    options:
      - {code: high, label: Tín nhiệm cao}
      - {code: low, label: Tín nhiệm thấp}
    majority: 2/3
    of: valid
    quorum: 3/4
"""


class Part(Frozen):
    boxes: Boxes


def loaded(folder: Path, text: str) -> Boxes:
    path = folder / "boxes.yaml"
    path.write_text(text, encoding="utf-8")
    return yamlfile.validate(Part, yamlfile.read(path), path).boxes


def tally(counts: Mapping[str, int], summoned: int = 20) -> Tally:
    """Everybody came, and every ballot is valid but those of who did not hand one in."""
    valid = sum(counts.values())
    return Tally(summoned=summoned, issued=summoned, returned=valid, valid=valid, invalid=0, counts=counts)


def test_a_box_is_voted_between_the_levels_or_its_own_options(tmp_path: Path) -> None:
    boxes = loaded(tmp_path, GOOD)
    assert boxes["decision"].options_among(LEVELS) == LEVELS
    assert boxes["confidence"].options_among(LEVELS) == {"high": "Tín nhiệm cao", "low": "Tín nhiệm thấp"}
    assert (boxes["confidence"].majority, boxes["confidence"].of) == (Fraction(2, 3), Of.VALID)


@pytest.mark.rule("AMB-HT-7")
def test_where_nothing_is_said_more_than_half_of_the_summoned_decide(tmp_path: Path) -> None:
    box = loaded(tmp_path, GOOD)["decision"]
    assert (box.majority, box.of, box.quorum) == (Fraction(1, 2), Of.SUMMONED, Fraction(2, 3))


def test_boxes_are_the_same_after_their_json(tmp_path: Path) -> None:
    boxes, adapter = loaded(tmp_path, GOOD), TypeAdapter[Boxes](Boxes)
    written = adapter.dump_json(boxes)
    assert b'"options":"levels","majority":"1/2"' in written
    assert adapter.validate_json(written) == boxes


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "options: levels",
            "options: level",
            '2: boxes.decision.options: expected "levels" or a list of two or more options',
        ),
        (
            "options: levels",
            "options: []",
            '2: boxes.decision.options: expected "levels" or a list of two or more options',
        ),
        (", options: levels", "", '2: boxes.decision: "options" is missing'),
        ("code: low", "code: high", '7: boxes.confidence.options[1].code: the option "high" stands twice'),
        (
            "of: valid",
            "of: all",
            "9: boxes.confidence.of: \"all\" is not allowed here; expected 'summoned', 'issued' or 'valid'",
        ),
        (
            "majority: 2/3",
            "majority: 2/5",
            (
                "8: boxes.confidence.majority: more than 2/5 is no majority: it must be at least 1/2, "
                "so that one alone wins, and below 1"
            ),
        ),
        (
            "majority: 2/3",
            "majority: 3/3",
            (
                "8: boxes.confidence.majority: more than 1 is no majority: it must be at least 1/2, "
                "so that one alone wins, and below 1"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_box_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, GOOD.replace(old, new))
    assert [f"{problem.line}: {problem.path}: {problem.message}" for problem in caught.value.problems] == [said]


@pytest.mark.rule("AMB-HT-7")
def test_more_than_half_of_the_summoned_win() -> None:
    assert outcome(tally({"htxsnv": 11, "httnv": 9}), BOX, LEVELS) == Outcome(
        winner="htxsnv",
        again=(),
        text="«Hoàn thành xuất sắc nhiệm vụ» 11 phiếu, quá 1/2 số người được triệu tập (20).",
    )


@pytest.mark.rule("AMB-HT-7")
def test_exactly_half_is_no_majority() -> None:
    assert outcome(tally({"htxsnv": 10, "httnv": 6, "htnv": 4}), BOX, LEVELS) == Outcome(
        winner=None,
        again=("htxsnv", "httnv"),
        text=(
            "Không có lựa chọn nào được quá 1/2 số người được triệu tập (20); đưa vào bỏ phiếu lần hai: "
            "«Hoàn thành xuất sắc nhiệm vụ» 10 phiếu, «Hoàn thành tốt nhiệm vụ» 6 phiếu."
        ),
    )


@pytest.mark.rule("AMB-HT-7")
def test_a_second_ballot_without_majority_goes_to_the_superior() -> None:
    assert outcome(tally({"htxsnv": 10, "httnv": 10}), BOX, LEVELS, second=True) == Outcome(
        winner=None,
        again=(),
        text=(
            "Không có lựa chọn nào được quá 1/2 số người được triệu tập (20); người chủ trì báo cáo cấp trên trực tiếp."
        ),
    )


@pytest.mark.parametrize(("of", "winner"), [(Of.SUMMONED, None), (Of.ISSUED, None), (Of.VALID, "httnv")])
def test_the_majority_is_taken_of_what_the_box_says(of: Of, winner: str | None) -> None:
    counted = tally({"httnv": 8, "htnv": 5})
    assert outcome(counted, BOX.model_copy(update={"of": of}), LEVELS).winner == winner
    issued = replace(counted, issued=15)
    assert outcome(issued, BOX.model_copy(update={"of": Of.ISSUED}), LEVELS).winner == "httnv"


def test_an_option_that_is_left_out_has_no_ballot() -> None:
    assert outcome(tally({}, 1), BOX, LEVELS).winner is None


def test_a_higher_majority_has_to_be_passed_as_well() -> None:
    box = BOX.model_copy(update={"majority": Fraction(2, 3), "of": Of.VALID})
    assert [outcome(tally({"httnv": votes, "htnv": 30 - votes}, 30), box, LEVELS).winner for votes in (20, 21)] == [
        None,
        "httnv",
    ]


@pytest.mark.parametrize(
    ("counts", "again"),
    [
        ({"htxsnv": 3, "httnv": 8, "htnv": 3, "khtnv": 2}, ("htxsnv", "httnv", "htnv")),
        ({"htxsnv": 5, "httnv": 5, "htnv": 5}, ("htxsnv", "httnv", "htnv")),
        ({"htxsnv": 7, "httnv": 7, "htnv": 1}, ("htxsnv", "httnv")),
        ({"khtnv": 9, "httnv": 0}, ("khtnv",)),
        ({"httnv": 9, "khtnv": 1}, ("httnv", "khtnv")),
        ({}, ("htxsnv", "httnv", "htnv", "khtnv")),
    ],
)
def test_all_that_are_tied_at_the_second_place_go_in_and_nothing_unmarked(
    counts: dict[str, int], again: tuple[str, ...]
) -> None:
    found = outcome(tally(counts), BOX, LEVELS)
    assert (found.winner, found.again) == (None, again)
    assert (" phiếu (bằng phiếu nên cùng được đưa vào)." in found.text) == (len(again) > 2)


@pytest.mark.parametrize(
    ("present", "summoned", "held"), [(13, 20, False), (14, 20, True), (2, 3, True), (1, 1, True), (0, 0, False)]
)
def test_a_quorum_is_at_least_its_share_of_the_summoned(present: int, summoned: int, *, held: bool) -> None:
    assert has_quorum(present, summoned, BOX) is held


RIGHT = Tally(summoned=20, issued=19, returned=18, valid=17, invalid=1, counts={"htxsnv": 10, "httnv": 7})


def test_a_right_tally_has_no_problems() -> None:
    assert problems(RIGHT, LEVELS) == ()
    assert problems(tally({"htxsnv": 20, "httnv": 0}), LEVELS) == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (replace(RIGHT, issued=21), "Số phiếu phát ra (21) nhiều hơn số người được triệu tập (20)."),
        (replace(RIGHT, issued=17), "Số phiếu thu về (18) nhiều hơn số phiếu phát ra (17)."),
        (replace(RIGHT, invalid=0), "Số phiếu thu về là 18, nhưng có 17 hợp lệ và 0 không hợp lệ."),
        (
            replace(RIGHT, counts={"htxsnv": 10}),
            "Cộng các lựa chọn được 10 phiếu, nhưng có 17 phiếu hợp lệ.",
        ),
        (replace(RIGHT, counts={"htxsnv": 10, "tốt": 7}), "Phiếu không có lựa chọn «tốt»."),
        (
            replace(RIGHT, counts={"htxsnv": 18, "httnv": -1}),
            "Số phiếu cho «Hoàn thành tốt nhiệm vụ» không được âm.",
        ),
        (
            replace(RIGHT, valid=19, invalid=-1, counts={"httnv": 19}),
            "Số phiếu không hợp lệ không được âm.",
        ),
    ],
)
def test_a_tally_that_does_not_add_up_is_told_why(wrong: Tally, said: str) -> None:
    assert problems(wrong, LEVELS) == (said,)


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = Tally(summoned=5, issued=6, returned=7, valid=3, invalid=3, counts={})
    assert len(problems(wrong, LEVELS)) == 4


def test_equal_entries_of_two_people_have_no_differences() -> None:
    one = tally({"htxsnv": 11, "httnv": 9})
    assert differences(one, replace(one, counts={"httnv": 9, "htxsnv": 11, "htnv": 0}), LEVELS) == ()


def test_the_entries_of_two_people_are_compared_figure_by_figure() -> None:
    first = tally({"htxsnv": 11, "httnv": 9})
    second = replace(first, issued=19, counts={"htxsnv": 10, "httnv": 9, "tốt": 1})
    assert differences(first, second, LEVELS) == (
        "Số phiếu phát ra: người nhập thứ nhất ghi 20, người nhập thứ hai ghi 19.",
        "Số phiếu cho «Hoàn thành xuất sắc nhiệm vụ»: người nhập thứ nhất ghi 11, người nhập thứ hai ghi 10.",
        "Số phiếu cho «tốt»: người nhập thứ nhất ghi 0, người nhập thứ hai ghi 1.",
    )
