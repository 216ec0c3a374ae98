"""How many subjects of a group may be rated at the scarce level (HT-9.1, HT-9.2, HT-9.3; RULES 7.3)."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from config.errors import Defect, refuse
from config.graph import Frozen, Names, OneOrMore, Ordered, spelled
from config.sheet import Code

_SHARE: Final = re.compile(r"[1-9][0-9]{0,3}(/[1-9][0-9]{0,3})?")


def _share(written: object) -> Fraction:
    share = written
    if isinstance(written, str) and _SHARE.fullmatch(written):
        share = Fraction(written)
    if not isinstance(share, Fraction) or not 0 < share <= 1:
        message = f'a share is written as a fraction above 0 and up to 1, as "1/5"; found "{written}"'
        raise ValueError(message)
    return share


Share = Annotated[Fraction, BeforeValidator(_share)]
"""An exact part of a number; a document holds it as text, "1/5"."""


class Base(StrEnum):
    """Of which number the share is taken (AMB-HT-1): all rated `counted` or better, or those at `counted` alone."""

    ALL = "all"
    STRICT = "strict"


class OnBreach(StrEnum):
    """What a decision above the quota meets: a refusal, or one that a minuted reason lifts."""

    BLOCK = "block"
    OVERRIDE = "override"


class Quota(Frozen):
    """At most `share` of those rated `counted` may have `level`, counted for each of the groups apart.

    `outstanding_share` is for what belongs to a body that the authority has named outstanding (RULES 7.3).
    A group of fewer than `few` that is wholly at `counted` may have one (HT-9.3); 0: there is no such rule.
    """

    level: Code
    counted: Code
    share: Share
    base: Base = Base.ALL
    outstanding_share: Share | None = None
    few: Annotated[int, Field(ge=0)] = 5
    on_breach: OnBreach = OnBreach.BLOCK
    groups: Ordered[Annotated[Names, OneOrMore]]

    def share_of(self, *, outstanding: bool) -> Fraction:
        """Return the share that holds for what belongs, or does not, to a body named outstanding."""
        return self.outstanding_share or self.share if outstanding else self.share

    def group_of(self, kind: str) -> str | None:
        """Return the group in which a kind of subject is counted; None when it is under no quota."""
        return next((name for name, kinds in self.groups.items() if kind in kinds), None)

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the quota with each name of a group of subjects replaced by its kinds; checked again."""
        own = {name: spelled(kinds, groups) for name, kinds in self.groups.items()}
        return self.model_validate(dict(self) | {"groups": own})

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Quota", [defect for check in _CHECKS for defect in check(self)])
        return self


def _check_levels(quota: Quota) -> Iterator[Defect]:
    if quota.level == quota.counted:
        yield Defect(("counted",), f'"{quota.level}" cannot be the scarce level and the one that is counted')


def _check_shares(quota: Quota) -> Iterator[Defect]:
    if quota.outstanding_share is not None and quota.outstanding_share <= quota.share:
        message = f"outstanding bodies get {quota.outstanding_share}, which is not above the usual {quota.share}"
        yield Defect(("outstanding_share",), message)


def _check_groups(quota: Quota) -> Iterator[Defect]:
    if not quota.groups:
        yield Defect(("groups",), "a quota needs at least one group (HT-9.2)")
    seen: dict[str, str] = {}
    for name, kind in [(name, kind) for name, kinds in quota.groups.items() for kind in kinds]:
        if kind in seen:
            yield Defect(("groups", name), f'"{kind}" is counted twice: already in "{seen[kind]}" (HT-9.2)')
        seen[kind] = name


_CHECKS: Final = (_check_levels, _check_shares, _check_groups)
