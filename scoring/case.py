"""What is known of one subject when its rating is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from config.conditions import Who
from config.sheet import Criterion, Degree


@dataclass(frozen=True, slots=True)
class Discipline:
    """A disciplinary measure that counts for the year, one for each who was disciplined.

    `remedied`: self-detected and the consequences remedied, as the superior has accepted (AMB-HT-14).
    """

    who: Who
    remedied: bool = False
    corruption: bool = False


@dataclass(frozen=True, slots=True)
class Votes:
    """The tally of one box; `counts` by the code of a level, or by "good", "bad", "low"."""

    counts: Mapping[str, int]
    valid: int
    issued: int
    summoned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything known of one subject; what is not known is absent, never guessed.

    `leaves` are those of its sheet that apply to it, `degrees` the appraised ones (else its own). `related` has, by
    whom, the levels of those that are rated or still to be rated (None), without those that are not rated this year;
    an empty tuple says that there is nobody. `declared` has the yes and no in force: an exception that nobody claims
    is False once nobody can claim it any more. `polls` names the polls held this year.
    """

    leaves: tuple[Criterion, ...] = ()
    degrees: Mapping[str, Degree] = field(default_factory=dict)
    total: Decimal | None = None
    related: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    figures: Mapping[str, int] = field(default_factory=dict)
    declared: Mapping[str, bool] = field(default_factory=dict)
    disciplines: tuple[Discipline, ...] | None = None
    ballots: Mapping[str, Votes] = field(default_factory=dict)
    post: str = ""
    months_in_post: int | None = None
    polls: frozenset[str] = frozenset()
