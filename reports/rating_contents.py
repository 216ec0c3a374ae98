"""What the report of a round that rates by conditions says, as plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from reports.values import Grounds, Paper, Redecided


@dataclass(frozen=True, slots=True)
class Rated:
    """One subject of a round that rates: three levels side by side, for ever apart (X-N5), each as it is abbreviated.

    `proposed` are the levels that the conditions leave open, several when something is not known; none when there
    is to be no level. `paper` is the decision in force.
    """

    name: str
    kind: str
    body: str
    state: str
    submitted_at: datetime | None
    self_total: Decimal | None
    appraised_total: Decimal | None
    self_level: str
    proposed: tuple[str, ...]
    level: str
    paper: Paper
    closes_at: datetime
    late: bool
    notes: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether others gave it other points or another level than it gave itself; what is missing does not count."""
        pairs = ((self.self_total, self.appraised_total), (self.self_level or None, self.level or None))
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)


@dataclass(frozen=True, slots=True)
class RatedBoard:
    """Those of one kind on whom one body decides, as registered."""

    kind: str
    body: str
    rows: tuple[Rated, ...]

    @property
    def has_points(self) -> bool:
        """Whether anybody in it was scored."""
        return any(row.self_total is not None for row in self.rows)


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many of a kind have each level, the best first; `not_rated` for good, `waiting` still to be rated."""

    kind: str
    levels: tuple[int, ...]
    not_rated: int
    waiting: int

    @property
    def rated(self) -> int:
        return sum(self.levels)

    @property
    def total(self) -> int:
        return self.rated + self.not_rated + self.waiting


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One group under one deciding body, and how many of it have the scarce level (HT-9.1 to HT-9.3).

    `held` is None while those still to be decided may make it keep the quota. `overrides` are the grounds on which
    the scarce level was given beyond it; `raises` those on which the greater share holds (RULES 7.3).
    """

    kinds: tuple[str, ...]
    body: str
    size: int
    counted: int
    scarce: int
    seats: int
    base: str
    held: bool | None
    overrides: tuple[Grounds, ...] = ()
    raises: tuple[Grounds, ...] = ()


@dataclass(frozen=True, slots=True)
class Aside:
    """Who has no level for a reason: excluded, too short in post, waived, or out of the round."""

    name: str
    kind: str
    case: str
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Flagged:
    """A gap or a contradiction that the authority had to look at, and the level it then recognised."""

    name: str
    kind: str
    code: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class SentUp:
    """Whom a body above decides on: the level voted here as an opinion, and what was decided there (HT-10.2)."""

    name: str
    voted: str
    paper: Paper
    level: str
    decided_by: Paper


@dataclass(frozen=True, slots=True)
class CriterionDegree:
    """One criterion of one subject that is graded and carries no points."""

    kind: str
    name: str
    code: str
    label: str
    self_degree: str
    appraised_degree: str
    note: str


@dataclass(frozen=True, slots=True)
class RatingPart:
    """What the report of a round that rates says beside the rest; the levels best first, as (short, whole) words.

    `replaced` are levels that were annulled and recognised again. `reviewed` is None where nobody is reviewed.
    """

    gathered_by: str
    superior: str
    levels: tuple[tuple[str, str], ...]
    scarce: str
    reviewed: int | None
    boards: tuple[RatedBoard, ...]
    counts: tuple[LevelCount, ...]
    quotas: tuple[QuotaLine, ...]
    asides: tuple[Aside, ...]
    flags: tuple[Flagged, ...]
    sent_up: tuple[SentUp, ...]
    replaced: tuple[Redecided, ...]
    degrees: tuple[CriterionDegree, ...] = field(default=(), repr=False)

    @property
    def rows(self) -> tuple[Rated, ...]:
        return tuple(row for board in self.boards for row in board.rows)

    @property
    def late(self) -> tuple[Rated, ...]:
        return tuple(row for row in self.rows if row.late)

    @property
    def differing(self) -> tuple[Rated, ...]:
        """Those whose appraised points or recognised level are not their own."""
        return tuple(row for row in self.rows if row.differs)

    @property
    def has_points(self) -> bool:
        """Whether anybody was scored."""
        return any(board.has_points for board in self.boards)
