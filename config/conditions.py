"""The typed conditions of a rating: what may be asked of a subject, and the names that each one uses.

Shares are exact fractions, written "4/5" or "all". `if_none` tells what a condition answers where there is
nothing to count: no such body, no poll this year.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, model_serializer, model_validator

from config import sheet
from config.graph import Frozen, listed
from config.sheet import Code, Criterion, Degree, Kind, Points, Text
from config.vocabulary import Name, Parameters

How = Literal["at_least", "more_than", "at_most", "below", "equals"]
IfNone = Literal["holds", "fails", "unknown"]
Whom = Literal["subordinates", "members", "peers", "managed", "headed", "civil_servant"]
Who = Literal["self", "member", "subordinate"]
Poll = Literal["workplace", "residence", "confidence"]
CriteriaSet = Literal["all", "basic", "not_basic", "task", "not_task"]
Use = Literal["level", "count", "yes_no", "box"]

_BOUNDS: Final[tuple[How, ...]] = ("at_least", "more_than", "at_most", "below", "equals")


def _all(written: object) -> object:
    return 1 if written == "all" else written


Share = Annotated[sheet.Share, BeforeValidator(_all)]


class Bound(NamedTuple):
    """How a share is compared, and with what."""

    how: How
    limit: Fraction


class Named(NamedTuple):
    """A name that a condition uses, and as what."""

    use: Use
    name: str


class Asked(Parameters):
    """What a condition takes; it tells the names it uses and the conditions within it."""

    def names(self) -> Iterator[Named]:
        """Yield the names that the regime or the programme has to know."""
        yield from ()

    @property
    def inner(self) -> tuple["Term", ...]:
        """The conditions that it combines."""
        return ()


class Term(Frozen):
    """One condition, written as one pair: {name: what it takes}."""

    name: str
    parameters: SerializeAsAny[Asked]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        if isinstance(written, Term) or not isinstance(written, dict):
            return written
        beside = {key: value for key, value in written.items() if key in _BESIDE & set(cls.model_fields)}
        pairs = [(key, value) for key, value in written.items() if key not in beside]
        if len(pairs) != 1:
            message = "a condition is written as one name with what it takes"
            raise ValueError(message)
        name, given = pairs[0]
        if name not in CONDITIONS:
            message = f'there is no condition "{name}"'
            raise ValueError(message)
        return {"name": name, "parameters": CONDITIONS[name].model_validate(given), **beside}

    @model_serializer
    def _write(self) -> dict[str, object]:
        beside = {key: value for key, value in self if key in _BESIDE}
        return {self.name: self.parameters.model_dump(mode="json", exclude_none=True), **beside}

    def every(self) -> Iterator["Term"]:
        """Yield this condition and all within it."""
        yield self
        for term in self.parameters.inner:
            yield from term.every()

    def names(self) -> Iterator[Named]:
        """Yield the names that this condition and those within it use."""
        for term in self.every():
            yield from term.parameters.names()


class Condition(Term):
    """A condition of a level, with the place of the source and the rule that it follows."""

    clause: Text
    rule: Annotated[str, Field(pattern=r"^((AMB|ANO)-)?[A-Z][A-Z0-9]*-[0-9]+(\.[0-9]+)?$")]


_BESIDE: Final = frozenset({"clause", "rule"})


class Compared(Asked):
    """A share held against exactly one bound."""

    at_least: Share | None = None
    more_than: Share | None = None
    at_most: Share | None = None
    below: Share | None = None
    equals: Share | None = None
    if_none: IfNone = "unknown"

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        _exactly_one(self, *_BOUNDS)
        return self

    @cached_property
    def bound(self) -> Bound:
        """The one bound that was given."""
        given: dict[str, Any] = dict(self)
        return next(Bound(how, given[how]) for how in _BOUNDS if given[how] is not None)


class Total(Asked):
    """The total of the sheet: from some points on, or below them."""

    at_least: Points | None = None
    below: Points | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        _exactly_one(self, "at_least", "below")
        return self


class OfCriteria(Asked):
    """Which of the criteria that are graded in degrees are looked at."""

    of: CriteriaSet


class Degrees(OfCriteria):
    """All of them reach a degree."""

    at_least: Degree


class DegreeShare(OfCriteria, Compared):
    """The share of them that stand at a degree or below it."""

    at_or_below: Literal[Degree.GOOD, Degree.AVERAGE, Degree.POOR]


class CriteriaShare(OfCriteria, Compared):
    """A stated number of criteria, as a share of them."""

    figure: Name

    def names(self) -> Iterator[Named]:
        """Yield the figure."""
        yield Named("count", self.figure)


class Related(Asked):
    """Levels of other subjects: one and those above it, or exactly one."""

    whom: Whom
    or_better: Code | None = None
    exactly: Code | None = None

    @model_validator(mode="after")
    def _one_level(self) -> Self:
        _exactly_one(self, "or_better", "exactly")
        return self

    def names(self) -> Iterator[Named]:
        """Yield the level."""
        yield Named("level", self.level)

    @property
    def level(self) -> str:
        """The level asked for."""
        return self.or_better or self.exactly or ""


class RelatedShare(Related, Compared):
    """The share of the others that have the level."""


class RelatedLevel(Related):
    """All the others (mostly it is one) have the level; in a trigger with `exactly`, one of them has."""

    if_none: IfNone = "unknown"


class FigureShare(Compared):
    """One stated figure as a share of another."""

    part: Name
    of: Name

    def names(self) -> Iterator[Named]:
        """Yield both figures."""
        yield Named("count", self.part)
        yield Named("count", self.of)


class FigureCount(Asked):
    """A stated figure reaches a number."""

    figure: Name
    at_least: Annotated[int, Field(ge=1)]

    def names(self) -> Iterator[Named]:
        """Yield the figure."""
        yield Named("count", self.figure)


class Disciplined(Asked):
    """Disciplinary measures of the year.

    With `excused` those self-detected, with the consequences remedied, do not count (the SD exception);
    `corruption` looks only at those for corruption.
    """

    of: Annotated[tuple[Who, ...], BeforeValidator(listed), Field(min_length=1)]
    excused: bool
    corruption: bool = False


class DisciplinedShare(Compared):
    """The share of the disciplined in a stated number, which is not needed where nobody is disciplined."""

    who: Who
    of: Name

    def names(self) -> Iterator[Named]:
        """Yield the figure."""
        yield Named("count", self.of)


class Ballots(Compared):
    """The share of the ballots of a box for a level (or better, AMB-HT-3) or for a plain answer.

    With `when_polled` it is asked only in a year with that poll (AMB-HT-11).
    """

    box: Poll
    level: Code | None = None
    option: Literal["good", "bad", "low"] | None = None
    when_polled: bool = False

    @model_validator(mode="after")
    def _one_option(self) -> Self:
        _exactly_one(self, "level", "option")
        return self

    def names(self) -> Iterator[Named]:
        """Yield the box, and the level if one is asked for."""
        yield Named("box", self.box)
        if self.level is not None:
            yield Named("level", self.level)


class Declared(Asked):
    """What is stated with yes or no."""

    statement: Name

    def names(self) -> Iterator[Named]:
        """Yield the statement."""
        yield Named("yes_no", self.statement)


class Several(Asked):
    """A list of conditions."""

    terms: Annotated[tuple[Term, ...], Field(min_length=2)]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        return {"terms": written} if isinstance(written, list | tuple) else written

    @model_serializer
    def _write(self) -> list[object]:
        return [term.model_dump(mode="json") for term in self.terms]

    @property
    def inner(self) -> tuple[Term, ...]:
        """The conditions in the list."""
        return self.terms


class Negated(Asked):
    """One condition that is not to hold."""

    term: Term

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        wrapped = isinstance(written, dict) and set(written) == {"term"}
        return written if wrapped else {"term": written}

    @model_serializer
    def _write(self) -> object:
        return self.term.model_dump(mode="json")

    @property
    def inner(self) -> tuple[Term, ...]:
        """The condition."""
        return (self.term,)


CONDITIONS: Final[Mapping[str, type[Asked]]] = MappingProxyType(
    {
        "total": Total,
        "degrees": Degrees,
        "poor_degrees": OfCriteria,
        "degree_share": DegreeShare,
        "criteria_share": CriteriaShare,
        "share": RelatedShare,
        "level": RelatedLevel,
        "figures": FigureShare,
        "count": FigureCount,
        "disciplined": Disciplined,
        "no_discipline": Disciplined,
        "disciplined_share": DisciplinedShare,
        "ballots": Ballots,
        "declared": Declared,
        "any": Several,
        "all": Several,
        "not": Negated,
    }
)


_SETS: Final[Mapping[CriteriaSet, Callable[[Criterion], bool]]] = MappingProxyType(
    {
        "all": lambda _: True,
        "basic": lambda leaf: leaf.basic,
        "not_basic": lambda leaf: not leaf.basic,
        "task": lambda leaf: leaf.task,
        "not_task": lambda leaf: not leaf.task,
    }
)


def in_set(leaf: Criterion, criteria: CriteriaSet) -> bool:
    """Whether a leaf is graded in degrees and belongs to the set (AMB-HT-5: basic unless the sheet says no)."""
    return leaf.kind is Kind.DEGREE and _SETS[criteria](leaf)


def _exactly_one(asked: Asked, *fields: str) -> None:
    given: dict[str, object] = dict(asked)
    if sum(given[field] is not None for field in fields) != 1:
        message = f"exactly one of {', '.join(fields)} is needed"
        raise ValueError(message)
