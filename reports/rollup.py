"""Results of those below gathered at their superior, kind by kind, and the superiors ranked by the mean. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from reports.wording import average
from states.desk import name_key
from states.outcomes import Outcome, Superior


class Branch(NamedTuple):
    """Those of one kind below one superior (None: whose superior the register does not name).

    `place` is the superior's among its like by the mean, the first the highest; `own` is what the superior itself came
    to in the round.
    """

    superior: Superior | None
    units: Sequence[Outcome]
    levels: Mapping[str, int]
    mean: Decimal | None
    least: Decimal | None
    most: Decimal | None
    own: Outcome | None = None
    place: int | None = None
    tied: bool = False

    @property
    def told(self) -> int:
        """How many have their result."""
        return sum(one.told for one in self.units)


class Rollup(NamedTuple):
    """One kind by superior, with all of it together."""

    kind: str
    branches: Sequence[Branch]
    whole: Branch


def rollups(found: Sequence[Outcome], superiors: Mapping[int, Superior], every: Sequence[Outcome] = ()) -> list[Rollup]:
    """The outcomes, which come kind by kind, gathered at the superiors; those without one come last.

    `every` has those of the superiors themselves, where `found` does not.
    """
    own = {one.subject_id: one for one in (*found, *every)}
    return [_rollup(kind, list(units), superiors, own) for kind, units in groupby(found, key=lambda one: one.kind)]


def _rollup(
    kind: str, units: Sequence[Outcome], superiors: Mapping[int, Superior], own: Mapping[int, Outcome]
) -> Rollup:
    below: dict[int | None, list[Outcome]] = {}
    for one in units:
        below.setdefault(one.parent_id if one.parent_id in superiors else None, []).append(one)
    named = [_branch(superiors[key], found, own.get(key)) for key, found in below.items() if key is not None]
    loose = [_branch(None, found, None) for key, found in below.items() if key is None]
    return Rollup(kind, [*_placed(named), *loose], _branch(None, units, None))


def _branch(superior: Superior | None, units: Sequence[Outcome], own: Outcome | None) -> Branch:
    totals = [one.decided_total for one in units if one.decided_total is not None]
    levels = Counter(one.level for one in units if one.level is not None)
    ends = (min(totals, default=None), max(totals, default=None))
    return Branch(superior, units, levels, average(totals), *ends, own)


def _placed(branches: Iterable[Branch]) -> list[Branch]:
    """By the mean, then by name; those without a figure last, and equal means share their place."""
    means = [one.mean for one in branches if one.mean is not None]
    placed = [_place(one, means) for one in branches]
    return sorted(placed, key=lambda one: (one.place is None, one.place or 0, _name(one)))


def _place(one: Branch, means: Sequence[Decimal]) -> Branch:
    if one.mean is None:
        return one
    return one._replace(place=1 + sum(mean > one.mean for mean in means), tied=means.count(one.mean) > 1)


def _name(one: Branch) -> object:
    return name_key(one.superior.name if one.superior else "")
