from fractions import Fraction

import pytest

from config.conditions import Bound
from scoring.ground import meets, share


@pytest.mark.parametrize(
    ("part", "open_", "held"),
    [(0, 1, False), (0, 2, None), (1, 2, None), (2, 0, True), (2, 1, None), (3, 1, False), (1, 0, False)],
)
def test_an_exact_share_is_open_while_it_may_still_come_about(part: int, open_: int, *, held: bool | None) -> None:
    assert meets(Bound("equals", Fraction(1, 2)), part, 4, open_) is held


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (8, 9, "8/9 phiếu (88,9%)"),
        (7, 10, "7/10 phiếu (70%)"),
        (6999, 10000, "6999/10000 phiếu (69,99%)"),
        (69999, 100000, "69999/100000 phiếu (69,999%)"),
        (699999, 1000000, "699999/1000000 phiếu (70%)"),
        (70001, 100000, "70001/100000 phiếu (70,001%)"),
        (1, 2000, "1/2000 phiếu (0,1%)"),
    ],
)
def test_a_share_reads_like_its_limit_only_where_it_is(part: int, whole: int, said: str) -> None:
    assert share(Bound("more_than", Fraction(7, 10)), part, whole, "phiếu") == said
