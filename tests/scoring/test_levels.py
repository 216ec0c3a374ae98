from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from config.rating import Band, Bands
from scoring.levels import level

BANDS = tuple(
    Band(at_least=Decimal(points), code=code, label=label)
    for points, code, label in [
        (90, "xuat_sac", "Xuất sắc"),
        (80, "tot", "Tốt"),
        (65, "kha", "Khá"),
        (50, "trung_binh", "Trung bình"),
        (0, "yeu", "Yếu"),
    ]
)


@pytest.mark.parametrize(
    ("total", "code"),
    [
        ("100", "xuat_sac"),
        ("90", "xuat_sac"),
        ("89.9999", "tot"),
        ("80", "tot"),
        ("79.75", "kha"),
        ("50", "trung_binh"),
        ("49.75", "yeu"),
        ("0", "yeu"),
    ],
)
def test_a_band_begins_at_its_figure_inclusive(total: str, code: str) -> None:
    reached = level(Decimal(total), BANDS)
    assert reached is not None
    assert reached.code == code


def test_without_bands_there_is_no_level() -> None:
    assert level(Decimal(100), ()) is None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ([(90, "a"), (50, "b")], "the bands leave a gap: the last one must begin at 0"),
        ([(50, "a"), (90, "b"), (0, "c")], "the bands overlap: each must begin below the one before it"),
        ([(50, "a"), (50, "b"), (0, "c")], "the bands overlap: each must begin below the one before it"),
        ([(50, "a"), (0, "a")], "two bands share a code"),
    ],
)
def test_bands_with_gaps_or_overlaps_are_refused(figures: list[tuple[int, str]], said: str) -> None:
    bands = [{"at_least": points, "code": code, "label": code} for points, code in figures]
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(Bands).validate_python(bands)
