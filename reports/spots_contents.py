"""What the report on bright spots says, as plain values."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from reports.values import NO_GROUNDS, Grounds


@dataclass(frozen=True, slots=True)
class Spot:
    """One bright spot: who registered it, how far it came, by which decision and on which day.

    `ending` is empty while it may still be recognised; `day` is the day on which the recognition was recorded, `later`
    whether that is the day of the report or after it.
    """

    agency: str
    kind: str
    name: str
    state: str
    registered: bool
    ending: Literal["", "recognised", "refused", "withdrawn"] = ""
    grounds: Grounds = NO_GROUNDS
    day: date | None = None
    later: bool = False


@dataclass(frozen=True, slots=True)
class Shortage:
    """An agency that registered fewer of a kind than it has to (NA-3.3)."""

    agency: str
    kind: str
    needed: int
    registered: int


@dataclass(frozen=True, slots=True)
class SpotsPart:
    """What the report on bright spots says beside the rest; `spots` by kind and agency."""

    gathered_with: str
    kinds: tuple[str, ...]
    agencies: tuple[str, ...]
    spots: tuple[Spot, ...]
    shortages: tuple[Shortage, ...]

    @property
    def addendum(self) -> tuple[Spot, ...]:
        """Those recognised on the day of the report or later: they are in no total of it (ANO-NA-3)."""
        return tuple(spot for spot in self.spots if spot.later)

    @property
    def recognised(self) -> tuple[Spot, ...]:
        """Those that the report counts."""
        return tuple(spot for spot in self.spots if spot.ending == "recognised" and not spot.later)

    @property
    def refused(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in self.spots if spot.ending == "refused")

    @property
    def withdrawn(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in self.spots if spot.ending == "withdrawn")
