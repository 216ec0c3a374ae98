"""The ballot boxes of a programme: between what is voted, and what a majority is (AMB-HT-7)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, field_serializer, model_validator

from config.errors import Defect, refuse
from config.graph import Frozen
from config.quota import Share
from config.sheet import Code, Text
from config.vocabulary import Name

LEVELS: Final = "levels"
_FEWEST: Final = 2


class Of(StrEnum):
    """Of which number the majority is taken."""

    SUMMONED = "summoned"
    ISSUED = "issued"
    VALID = "valid"


class Choice(Frozen):
    """One thing that may be marked on a ballot."""

    code: Code
    label: Text


def _choices(written: object) -> object:
    if written == LEVELS:
        return ()
    if isinstance(written, str) or (isinstance(written, list) and len(written) < _FEWEST):
        message = f'expected "{LEVELS}" or a list of two or more options'
        raise ValueError(message)
    return written


class Box(Frozen):
    """One box; `options` are empty when it is voted between the levels of the programme, written "levels".

    An option wins with strictly more than `majority` of those that `of` names; the meeting counts when at
    least `quorum` of the summoned are present.
    """

    label: Text
    options: Annotated[tuple[Choice, ...], BeforeValidator(_choices)]
    majority: Share = Fraction(1, 2)
    of: Of = Of.SUMMONED
    quorum: Share = Fraction(2, 3)

    def options_among(self, levels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels of the options by their codes, in order; `levels` are those of the programme."""
        return {option.code: option.label for option in self.options} or levels

    @field_serializer("options")
    def _write(self, options: tuple[Choice, ...]) -> object:
        return options or LEVELS

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Box", [defect for check in _CHECKS for defect in check(self)])
        return self


def _check_codes(box: Box) -> Iterator[Defect]:
    seen: set[str] = set()
    for index, option in enumerate(box.options):
        if option.code in seen:
            yield Defect(("options", index, "code"), f'the option "{option.code}" stands twice')
        seen.add(option.code)


def _check_majority(box: Box) -> Iterator[Defect]:
    if not Fraction(1, 2) <= box.majority < 1:
        message = (
            f"more than {box.majority} is no majority: it must be at least 1/2, so that one alone wins, and below 1"
        )
        yield Defect(("majority",), message)


_CHECKS: Final = (_check_codes, _check_majority)

Boxes = Mapping[Name, Box]
"""The boxes of a programme by the names under which its workflow opens them."""
