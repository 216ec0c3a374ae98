"""Levels: by points alone (bands), or by a regime of conditions that explains itself (QĐ 124, QĐ 366)."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from config import yamlfile
from config.ballots import Of
from config.conditions import Condition, Term, Whom
from config.errors import refuse
from config.graph import Frozen, Names, OneOrMore, Ordered, listed, with_kinds
from config.regime_checks import check_against, defects_of
from config.sheet import Code, Points, Slug, Text
from config.statements import Statement
from config.vocabulary import Name

__all__ = [
    "Band",
    "Bands",
    "Cap",
    "Gap",
    "Level",
    "Regime",
    "Rule",
    "Rulebook",
    "Switches",
    "Trial",
    "check_against",
    "load_regime",
]


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

Post = Literal["secretary", "deputy_secretary", "head", "deputy", "member"]
Posts = Annotated[tuple[Post, ...], BeforeValidator(listed)]


class Level(Frozen):
    """A level of rating (*mức xếp loại*, HT-5.5)."""

    code: Code
    label: Text
    short: Text


class Switches(Frozen):
    """The defaults taken where the sources are silent, each by the name of its ambiguity."""

    ballots_cumulative: bool = True
    """AMB-HT-3: a ballot for a better level counts for a level too."""
    ballot_base: Of = Of.VALID
    """AMB-HT-3: of which number the share of the ballots is taken."""
    poor_basic: Literal["any", "all"] = "any"
    """AMB-HT-4: how many of the criteria looked at have to be Kém for the lowest level."""
    member_disciplined_default: Code
    """AMB-HT-6: what is proposed where a disciplined member bars every level and is listed under none."""
    unlisted_default: Code
    """RULES 4.13: what is proposed where no level fits for another reason."""
    leap_excuses: bool = False
    """AMB-HT-8: a leap (*vượt bậc*) also lifts the cap of a head."""
    polls_flagged: bool = True
    """AMB-HT-11: a yearly poll counts only in a round that is flagged for it; otherwise it is asked for every year."""
    months_to_be_rated: Annotated[int, Field(ge=0)] = 6
    """AMB-HT-10: whole months in the post, or since the foundation, from which there is a rating."""


class _ForSubjects(Frozen):
    kinds: Annotated[Names, OneOrMore] = Field(alias="for")
    posts: Posts = ()

    def concerns(self, kind: str, post: str) -> bool:
        """Tell whether it is for a subject of that kind in that post; groups have to be spelled out before."""
        return kind in self.kinds and (not self.posts or post in self.posts)


class Rule(_ForSubjects):
    """Conditions of a level for some subjects, in some posts: all of them, or any of them for the lowest level."""

    level: Code
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions, whichever way they count."""
        return self.all_of or self.any_of


class Cap(_ForSubjects):
    """A level that is never above that of a related subject (HT-11.14).

    `unless` is the statement that excuses from it; `leap` the one that does so too with the switch `leap_excuses`.
    """

    whom: Whom
    unless: Name | None = None
    leap: Name | None = None
    clause: Text
    rule: Text


class Gap(_ForSubjects):
    """A gap or a contradiction of the source, flagged with what is proposed by default.

    It is flagged `when` its condition holds and the proposal is among its `levels` (any when none is named); with
    `unlisted` only where no level fits, and then `default` names the switch with the proposal.
    """

    code: Text
    text: Text
    when: Term
    levels: Annotated[tuple[Code, ...], BeforeValidator(listed)] = ()
    unlisted: bool = False
    default: Literal["unlisted_default", "member_disciplined_default"] = "unlisted_default"


class Trial(NamedTuple):
    """The conditions of one level for one kind of subject in one post."""

    level: Level
    conditions: tuple[Condition, ...]


class Rulebook(NamedTuple):
    """All that a regime says of one kind of subject in one post; trials from the best level to the lowest."""

    regime: "Regime"
    trials: tuple[Trial, ...]
    caps: tuple[Cap, ...]
    gaps: tuple[Gap, ...]
    ranks: Mapping[str, int]


class Regime(Frozen):
    """How levels follow from conditions. Built only when nothing in it contradicts itself.

    `levels` from the best to the lowest. `later_discipline`: which year bears a measure for an earlier act (HT-11.8).
    """

    slug: Slug
    title: Text
    basis: Text
    levels: tuple[Level, ...] = Field(min_length=2)
    later_discipline: Literal["original_year", "current"]
    switches: Switches
    statements: Ordered[Statement]
    rules: Annotated[tuple[Rule, ...], OneOrMore]
    caps: tuple[Cap, ...] = ()
    gaps: tuple[Gap, ...] = ()

    _rulebooks: dict[tuple[str, str], Rulebook] = PrivateAttr(default_factory=dict)

    @property
    def lowest(self) -> Level:
        """The level that triggers lead to."""
        return self.levels[-1]

    @property
    def boxes(self) -> frozenset[str]:
        """The names of the ballot boxes that its conditions look into."""
        named = (name for rule in self.rules for condition in rule.conditions for name in condition.names())
        return frozenset(name.name for name in named if name.use == "box")

    def rulebook(self, kind: str, post: str = "") -> Rulebook:
        """Return what holds for a kind of subject in a post; KeyError when nothing is said of the kind."""
        book = self._rulebooks.get((kind, post))
        if book is None:
            book = self._rulebooks[kind, post] = self._write(kind, post)
        return book

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the regime with each name of a group of subjects replaced by its kinds."""
        update = {
            "rules": tuple(with_kinds(rule, groups) for rule in self.rules),
            "caps": tuple(with_kinds(cap, groups) for cap in self.caps),
            "gaps": tuple(with_kinds(gap, groups) for gap in self.gaps),
            "statements": {name: with_kinds(statement, groups) for name, statement in self.statements.items()},
        }
        spelled = self.model_copy(update=update)
        spelled._rulebooks = {}  # noqa: SLF001  its own: the copy shared those of the groups
        return spelled

    def _write(self, kind: str, post: str) -> Rulebook:
        rules = [rule for rule in self.rules if rule.concerns(kind, post)]
        if not rules:
            raise KeyError(kind)
        trials = tuple(Trial(level, tuple(_conditions(rules, level.code))) for level in self.levels)
        caps = tuple(cap for cap in self.caps if cap.concerns(kind, post))
        gaps = tuple(gap for gap in self.gaps if gap.concerns(kind, post))
        return Rulebook(self, trials, caps, gaps, {level.code: rank for rank, level in enumerate(self.levels)})

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Regime", list(defects_of(self)))
        return self


def _conditions(rules: list[Rule], level: str) -> Iterator[Condition]:
    return (condition for rule in rules if rule.level == level for condition in rule.conditions)


def load_regime(path: Path) -> Regime:
    """Read a regime from its YAML file; ConfigError names every problem with its line."""
    return yamlfile.validate(Regime, yamlfile.read(path), path)
