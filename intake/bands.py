"""Bands of percentages in words ("từ 80% đến dưới 90%"): whether they overlap, leave gaps, and fall to 0."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

WHOLE: Final = Fraction(100)
_NUMBER: Final = r"(\d{1,3}(?:[.,]\d+)?)\s*%?"
_PERCENT: Final = r"(\d{1,3}(?:[.,]\d+)?)\s*%"
_FORMS: Final = (
    (
        rf"(?P<above>trên|>|hơn)?\s*(?:từ\s*)?(?P<above2>trên\s*)?{_NUMBER}\s*(?:đến|-|–|tới)\s*(?P<under>dưới|<)?\s*{_PERCENT}",
        "both",
    ),
    (rf"(?:từ|đạt|≥|>=|tối thiểu|ít nhất)?\s*{_PERCENT}\s*(?:trở lên|trở lên)", "least"),
    (rf"(?:≥|>=|tối thiểu|ít nhất)\s*{_PERCENT}", "least"),
    (rf"(?:trên|>|hơn)\s*{_PERCENT}", "above"),
    (rf"(?:dưới|<|chưa đến|không đến)\s*{_PERCENT}", "under"),
    (rf"(?:≤|<=|không quá|đến)\s*{_PERCENT}|{_PERCENT}\s*trở xuống", "most"),
    (_PERCENT, "exactly"),
)


class Band(NamedTuple):
    """A band in per cent; `takes_low` and `takes_high` whether its ends belong to it."""

    low: Fraction
    takes_low: bool
    high: Fraction
    takes_high: bool


class Clash(NamedTuple):
    """Where two bands, or the bands and the ends of the scale, do not meet; `at` in words."""

    is_gap: bool
    at: str


def band_of(text: str) -> Band | None:
    """The last band the text speaks of; None when it speaks of none."""
    plain = " ".join(text.casefold().split())
    for pattern, form in _FORMS:
        found = list(re.finditer(pattern, plain))
        if found:
            return _band(found[-1], form)
    return None


def _band(found: re.Match[str], form: str) -> Band:
    values = [Fraction(one.replace(",", ".")) for one in found.groups() if one and one[0].isdigit()]
    match form:
        case "both":
            is_above = bool(found["above"] or found["above2"])
            return Band(values[0], not is_above, values[1], found["under"] is None)
        case "least":
            return Band(values[0], takes_low=True, high=WHOLE, takes_high=True)
        case "above":
            return Band(values[0], takes_low=False, high=WHOLE, takes_high=True)
        case "under" | "most":
            return Band(Fraction(0), takes_low=True, high=values[0], takes_high=form == "most")
    return Band(values[0], takes_low=True, high=values[0], takes_high=True)


def clashes(bands: Sequence[Band]) -> Iterator[Clash]:
    """Where the bands overlap or leave gaps, from 100% down to 0%."""
    falling = sorted(bands, reverse=True)
    if (falling[0].high, falling[0].takes_high) != (WHOLE, True):
        yield Clash(is_gap=True, at=f"trên {_words(falling[0].high)}")
    for upper, lower in pairwise(falling):
        if upper.low > lower.high or (upper.low == lower.high and not upper.takes_low and not lower.takes_high):
            is_point = upper.low == lower.high
            at = f"đúng {_words(upper.low)}" if is_point else f"giữa {_words(lower.high)} và {_words(upper.low)}"
            yield Clash(is_gap=True, at=at)
        elif upper.low < lower.high or (upper.takes_low and lower.takes_high):
            is_point = upper.low == lower.high
            at = f"đúng {_words(upper.low)}" if is_point else f"giữa {_words(upper.low)} và {_words(lower.high)}"
            yield Clash(is_gap=False, at=at)
    if (falling[-1].low, falling[-1].takes_low) != (Fraction(0), True):
        yield Clash(is_gap=True, at=f"dưới {_words(falling[-1].low)}")


def _words(share: Fraction) -> str:
    return f"{float(share):g}%".replace(".", ",")


def falls(bands: Sequence[Band]) -> bool:
    """Whether the bands stand from the highest to one that reaches 0, each with its lower end, and meet exactly."""
    is_falling = all(upper.low > lower.low for upper, lower in pairwise(bands))
    return is_falling and all(band.takes_low for band in bands) and not list(clashes(bands))
