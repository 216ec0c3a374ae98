from decimal import Decimal
from fractions import Fraction

import pytest

from scoring.numbers import format_points, parse_number, rounded


@pytest.mark.rule("X-N1")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,25", "1.25"),
        ("02", "2"),
        ("05 điểm", "5"),
        ("05 đie\u0302\u0309m", "5"),
        (" 0 ", "0"),
        ("1.5", "1.5"),
        ("-3,50", "-3.5"),
        ("1,250", "1.25"),
    ],
)
def test_numbers_are_read_as_offices_write_them(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.rule("X-N1")
@pytest.mark.parametrize("text", ["", "năm", "1.250", "1,2,3", "1 2", "1e3", "٣", "5 đồng", "NaN"])
def test_what_is_no_number_or_may_be_two_is_not_guessed(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.rule("X-N1")
@pytest.mark.parametrize(
    ("value", "text"),
    [("92.50", "92,5"), ("10", "10"), ("100.0000", "100"), ("0.0000", "0"), ("-0.25", "-0,25"), ("-0", "0")],
)
def test_points_are_written_with_a_comma_and_no_needless_zeros(value: str, text: str) -> None:
    assert format_points(Decimal(value)) == text


def test_a_half_is_rounded_to_the_even_neighbour() -> None:
    assert [rounded(Fraction(n, 20000)) for n in (1, 3)] == [Decimal("0.0000"), Decimal("0.0002")]
    assert rounded(Fraction(2, 3)) == Decimal("0.6667")
