"""What conditions are asked of and answer: three values, shares held against bounds, and the words for both."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from config.conditions import Bound, How
from config.rating import Rulebook
from scoring.case import Case
from scoring.numbers import format_points, rounded


class Answer(NamedTuple):
    """Whether a condition holds, None when that is not known, and why."""

    held: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a condition is asked of; `wanted` is the word before a figure: what is required, or what triggers."""

    case: Case
    book: Rulebook
    wanted: str = "yêu cầu"

    def label(self, level: str | None) -> str:
        """Return the label of a level as part of a sentence."""
        return "chưa xếp loại" if level is None else lower(self.book.regime.levels[self.book.ranks[level]].label)

    def stated(self, name: str) -> str:
        """Return the label of a statement."""
        return self.book.regime.statements[name].label

    def or_better(self, level: str) -> str:
        """Return the label of a level and those above it."""
        return f"{self.label(level)}{' trở lên' if self.book.ranks[level] else ''}"


def all_of(held: Iterable[bool | None]) -> bool | None:
    """Kleene's and: one no is enough, an unknown leaves it open."""
    seen = list(held)
    return False if False in seen else None if None in seen else True


def any_of(held: Iterable[bool | None]) -> bool | None:
    """Kleene's or: one yes is enough, an unknown leaves it open."""
    seen = list(held)
    return True if True in seen else None if None in seen else False


def negated(held: bool | None) -> bool | None:  # noqa: FBT001  three-valued, not a flag
    """Kleene's not."""
    return None if held is None else not held


_MEETS: Final[Mapping[How, Callable[[int, int], bool]]] = MappingProxyType(
    {
        "at_least": operator.ge,
        "more_than": operator.gt,
        "at_most": operator.le,
        "below": operator.lt,
        "equals": operator.eq,
    }
)
_BOUNDS: Final[Mapping[How, str]] = MappingProxyType(
    {"at_least": "từ", "more_than": "trên", "at_most": "không quá", "below": "dưới", "equals": "đúng"}
)
IF_NONE: Final = {"holds": True, "fails": False, "unknown": None}


def meets(bound: Bound, part: int, whole: int, open_: int = 0) -> bool | None:
    """Hold a share against a bound without rounding: `part` of `whole` are known to count, `open_` more may do so."""
    how, limit = bound
    least, most, line = part * limit.denominator, (part + open_) * limit.denominator, whole * limit.numerator
    if how == "equals" and least < most:
        return None if least <= line <= most else False
    low, high = _MEETS[how](least, line), _MEETS[how](most, line)
    return low if low == high else None


def worded(bound: Bound) -> str:
    """Say a bound in words: "từ 80%", "trên 70%"; all of them is "100%"."""
    return _spelled(bound.how, bound.limit.numerator, bound.limit.denominator)


@lru_cache(maxsize=256)
def _spelled(how: How, numerator: int, denominator: int) -> str:
    percent = f"{format_points(rounded(Fraction(numerator * 100, denominator)))}%"
    return percent if how == "at_least" and numerator == denominator else f"{_BOUNDS[how]} {percent}"


def _percent(part: int, whole: int, limit: Fraction) -> str:
    """Write a share in percent with one decimal, with more where it would read like the limit without being it."""
    above, below = limit.numerator, limit.denominator
    units = places = 0
    for places in range(1, 4):
        units = (200 * 10**places * part + whole) // (2 * whole)  # a half goes up
        if units * below != 100 * 10**places * above or part * below == above * whole:
            break
    return f"{format_points(Decimal(units).scaleb(-places))}%"


def share(bound: Bound, part: int, whole: int, what: str) -> str:
    """Say "8/9 of what (88,9%)"."""
    return f"{part}/{whole} {what} ({_percent(part, whole, bound.limit)})"


def lower(label: str) -> str:
    """Return a label as part of a sentence."""
    return label[:1].lower() + label[1:]
