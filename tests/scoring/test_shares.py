from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from config.sheet import Criterion, Entry, Kind, load_sheet
from scoring.marks import check
from scoring.shares import UNRATED, check_share, format_share, option_for, share

FRAME = load_sheet(Path(__file__).parents[2] / "config" / "sheets" / "khung-30-70.yaml")
CHOICE = FRAME.leaf("II.3")
SCALE = ("htxsnv", "httnv", "htnv", "khtnv")


def reached(*levels: str | None) -> Fraction | None:
    return share(dict(enumerate(levels)), "httnv", SCALE)


def chosen(letter: str, points: str) -> Entry:
    return Entry(option=f"II.3.{letter}", points=Decimal(points))


@pytest.mark.rule("S2-2.2")
def test_the_level_or_a_better_one_counts() -> None:
    assert reached("htxsnv", "httnv", "htnv", "khtnv") == Fraction(1, 2)
    assert share({"a": "htxsnv", "b": "httnv"}, "htxsnv", SCALE) == Fraction(1, 2)
    assert share({"a": "khtnv", "b": "htnv"}, "khtnv", SCALE) == 1


@pytest.mark.rule("S2-2.2")
def test_a_body_that_is_both_beside_and_below_counts_once() -> None:
    beside, below = {"ubnd": "httnv", "mttq": "htnv"}, {"mttq": "htnv", "chi-bo": "htnv"}
    assert share(beside | below, "httnv", SCALE) == Fraction(1, 3)


@pytest.mark.rule("S2-2.2")
def test_unrated_bodies_are_left_out() -> None:
    assert reached("httnv", UNRATED, UNRATED) == 1
    assert reached("htnv", "httnv", UNRATED) == Fraction(1, 2)


@pytest.mark.rule("S2-2.2")
@pytest.mark.parametrize("levels", [(), (UNRATED,), ("httnv", None), (None, UNRATED)])
def test_a_share_of_nobody_or_of_some_still_to_be_rated_is_not_known(levels: tuple[str | None, ...]) -> None:
    assert reached(*levels) is None


@pytest.mark.rule("S2-2.2")
@pytest.mark.parametrize(
    ("of", "letter", "cap"),
    [
        (Fraction(8, 9), "b", 15),
        (Fraction(9, 10), "a", 20),
        (Fraction(5999, 10000), "d", 5),
        (Fraction(6, 10), "c", 10),
        (Fraction(1), "a", 20),
        (Fraction(8, 10), "b", 15),
        (Fraction(7999999, 10000000), "c", 10),
        (Fraction(0), "d", 5),
    ],
)
def test_vector_8_the_exact_share_leads_to_the_option(of: Fraction, letter: str, cap: int) -> None:
    option = option_for(CHOICE, of)
    assert option is not None
    assert (option.code, int(option.points)) == (f"II.3.{letter}", cap)


@pytest.mark.rule("S2-2.2", "X-N4")
def test_vector_8_16_points_under_a_share_of_85_percent_are_refused() -> None:
    of = Fraction(85, 100)
    assert check(CHOICE, chosen("b", "16"), FRAME) == "Tiêu chí II.3: mức 3.b chấm tối đa 15 điểm, không nhận 16."
    assert check(CHOICE, chosen("a", "16"), FRAME) is None
    assert check_share(CHOICE, chosen("a", "16"), of) == (
        "Tiêu chí II.3: Tỷ lệ tập thể cùng cấp và tổ chức trực thuộc hoàn thành tốt nhiệm vụ trở lên "
        "đạt 17/20 (85%) thì chọn mức 3.b, không chọn mức 3.a."
    )


@pytest.mark.rule("S2-2.2")
def test_a_worse_option_than_that_of_the_share_is_refused_too() -> None:
    assert check_share(CHOICE, chosen("c", "10"), Fraction(1)) is not None
    assert check_share(CHOICE, chosen("a", "3"), Fraction(1)) is None


@pytest.mark.parametrize(
    ("entry", "of"), [(chosen("a", "20"), None), (Entry(), Fraction(1, 2)), (chosen("d", "5"), Fraction(1, 2))]
)
def test_nothing_is_said_while_share_or_choice_are_not_known_or_fit(entry: Entry, of: Fraction | None) -> None:
    assert check_share(CHOICE, entry, of) is None


def test_other_criteria_have_no_share() -> None:
    graded = Criterion(code="I.1", label="Chấm", kind=Kind.GRADED, max=Decimal(2))
    assert option_for(graded, Fraction(1)) is None
    assert check_share(graded, Entry(points=Decimal(1)), Fraction(1)) is None


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (Fraction(8, 9), "8/9 (88,8%)"),
        (Fraction(8999, 10000), "8999/10000 (89,9%)"),
        (Fraction(9, 10), "9/10 (90%)"),
        (Fraction(1), "1/1 (100%)"),
        (Fraction(0), "0/1 (0%)"),
    ],
)
def test_a_percentage_is_cut_and_never_rounded_up(of: Fraction, said: str) -> None:
    assert format_share(of) == said
