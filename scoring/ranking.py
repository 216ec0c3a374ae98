"""Places within each group, by total, with the reason for each place in words (AMB-DN-6)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Final

from scoring.numbers import format_points

_UNPLACED: Final = "Không xếp hạng vì chưa có điểm được quyết định."


@dataclass(frozen=True, slots=True)
class Rankable:
    """A subject to be ranked; `total` is None while no total was decided, or when it is left out."""

    key: int
    group: str
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a subject stands in its group; `place` is None for those without a total."""

    key: int
    group: str
    place: int | None
    tied: bool
    reason: str


def rank(rows: Iterable[Rankable]) -> list[Place]:
    """Rank each group by total, the highest first; equal totals share a place: 1, 2, 2, 4.

    The answer is ordered by group, place and key, those without a total last, in whatever order the rows
    come in.
    """
    ordered = sorted(rows, key=lambda row: (row.group, row.total is None, -(row.total or 0), row.key))
    return [place for _, members in groupby(ordered, attrgetter("group")) for place in _group(list(members))]


def _group(members: Sequence[Rankable]) -> Iterator[Place]:
    placed = sum(member.total is not None for member in members)
    ahead = 0
    for total, sharing in groupby(members, attrgetter("total")):
        equals = list(sharing)
        place = None if total is None else ahead + 1
        tied = total is not None and len(equals) > 1
        reason = _UNPLACED if total is None else _reason(ahead + 1, placed, total, len(equals) - 1)
        yield from (Place(member.key, member.group, place, tied, reason) for member in equals)
        ahead += len(equals)


def _reason(place: int, placed: int, total: Decimal, others: int) -> str:
    points = format_points(total)
    equal = f"cùng {points} điểm với {others} đơn vị khác" if others else f"được {points} điểm"
    return f"Hạng {place} trong {placed} đơn vị của nhóm; {equal}."
