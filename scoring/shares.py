"""Shares of related bodies at a level, exact, and the option of a capped choice that a share leads to (S2-2.2)."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar

from config.sheet import Criterion, Entry, Option
from scoring.marks import printed
from scoring.numbers import format_points

Body = TypeVar("Body", bound=Hashable)
UNRATED: Final = "not_rated"
"""What stands for the level of a body that is not rated this year (*không xếp loại*)."""


def share(levels: Mapping[Body, str | None], at_least: str, scale: Sequence[str]) -> Fraction | None:
    """Return the exact share of bodies at the level or a better one; None when it is to be settled by hand.

    `levels` by body, so that each counts once and equally; those UNRATED are left out, and nobody knows the share
    while one is still to be rated (None) or when nobody is left (AMB-S2-2). `scale` goes from the best level down.
    """
    rated = [level for level in levels.values() if level != UNRATED]
    if not rated or None in rated:
        return None
    good = scale[: scale.index(at_least) + 1]
    return Fraction(sum(level in good for level in rated), len(rated))


def option_for(criterion: Criterion, reached: Fraction) -> Option | None:
    """Return the best option whose share is reached, without rounding (AMB-S2-3); None when options have no shares."""
    fitting = (option for option in criterion.options if option.share is not None and reached >= option.share)
    return next(fitting, None)


def check_share(criterion: Criterion, entry: Entry, reached: Fraction | None) -> str | None:
    """Say in one Vietnamese sentence that another option had to be chosen, or None.

    Nothing is said while the share is not known, or nothing chosen.
    """
    fitting = None if reached is None else option_for(criterion, reached)
    if reached is None or fitting is None or entry.option in {None, fitting.code}:
        return None
    right, chosen = printed(criterion, fitting.code), printed(criterion, entry.option)
    said = f"{criterion.share_of} đạt {format_share(reached)} thì chọn mức {right}, không chọn mức {chosen}"
    return f"Tiêu chí {criterion.code}: {said}."


def format_share(value: Fraction) -> str:
    """Write a share with its percentage cut, not rounded, to one decimal: 8/9 (88,8%), so that 90% means 90%."""
    percent = Decimal(int(value * 1000)).scaleb(-1)
    return f"{value.numerator}/{value.denominator} ({format_points(percent)}%)"
