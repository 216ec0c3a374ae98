"""Levels by points: bands that leave no total without a level and none with two."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from config.sheet import Code, Points, Text


class Band(BaseModel):
    """A level and the total from which it is reached, inclusive (*từ … trở lên*)."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    at_least: Points
    code: Code
    label: Text


def _whole(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    if bands and bands[-1].at_least != 0:
        raise ValueError("the bands leave a gap: the last one must begin at 0")
    if any(higher.at_least <= lower.at_least for higher, lower in pairwise(bands)):
        raise ValueError("the bands overlap: each must begin below the one before it")
    if len({band.code for band in bands}) < len(bands):
        raise ValueError("two bands share a code")
    return bands


Bands = Annotated[tuple[Band, ...], AfterValidator(_whole)]
"""From the best level down to the one that begins at 0; empty when a programme gives no level."""
