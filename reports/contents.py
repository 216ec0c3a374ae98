"""What a report on a round says, as plain values: the same for Word, for Excel and for a program."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from reports.rating_contents import RatingPart
from reports.spots_contents import SpotsPart
from reports.values import Paper, Redecided

SEAL_GROUP = 8
Form = Literal["points", "rating", "spots"]
"""What decides in a round: points, conditions of levels, or whether what agencies entered is recognised."""


@dataclass(frozen=True, slots=True)
class Result:
    """One subject and its three totals, for ever apart (X-N5).

    `level` is given only when a person has confirmed the bands (RULES 7.1); `proposed_level` is the unit's own
    words. `closes_at` is the closing that counted for this subject.
    """

    name: str
    kind: str
    group: str
    state: str
    closes_at: datetime
    submitted_at: datetime | None
    self_total: Decimal | None
    appraised_total: Decimal | None
    decided_total: Decimal | None
    proposed_level: str = ""
    level: str = ""
    place: int | None = None
    tied: bool = False
    reason: str = ""
    zeroed: bool = False
    late: bool = False

    @property
    def difference(self) -> Decimal | None:
        """How far the appraised total lies above the self total; None while one of them is missing."""
        if self.self_total is None or self.appraised_total is None:
            return None
        return self.appraised_total - self.self_total


@dataclass(frozen=True, slots=True)
class Board:
    """Those who are ranked among each other: a kind, or a group with the kinds in it; by place, then as registered."""

    kind: str
    group: str
    results: tuple[Result, ...]

    @property
    def decided(self) -> tuple[Decimal, ...]:
        return tuple(result.decided_total for result in self.results if result.decided_total is not None)


@dataclass(frozen=True, slots=True)
class Special:
    """A special case (trường hợp đặc biệt): an extension that was granted (AMB-DN-1)."""

    name: str
    kind: str
    reason: str
    paper: Paper
    until: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Removed:
    """A subject that was taken out of the round."""

    name: str
    kind: str
    state: str
    reason: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Closing:
    """A stage and when it closes; `kinds` only when the stage closes at different times."""

    label: str
    closes_at: datetime
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionPoints:
    """One criterion of one subject in the three copies."""

    kind: str
    name: str
    code: str
    label: str
    most: Decimal
    self_points: Decimal | None
    appraised_points: Decimal | None
    decided_points: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """The seal (mã kiểm chứng dữ liệu) over the history of the round."""

    root: str
    at: datetime

    @property
    def groups(self) -> tuple[str, ...]:
        """The code in groups of eight digits, as it is printed."""
        return tuple(self.root[start : start + SEAL_GROUP] for start in range(0, len(self.root), SEAL_GROUP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who writes to whom on which grounds: the head and the foot of the document."""

    layout: Literal["party", "administrative"]
    parent: str = ""
    issuer: str
    abbreviation: str
    place: str
    signed_for: str = ""
    signer_post: str
    sender: str
    appraiser: str = ""
    recipient: str = ""
    bases: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundReport:
    """Everything that the report on a round says.

    `boards` hold who is decided on here, in the order of the programme; `forwarded` who only passes through to
    a body above (VG-1.6); `removed` who is out: nobody stands in two of them. `criteria` is empty when the round
    is too large for it. `made_at` is the report's own date, the same for the same data. `rating` is there when the
    programme rates by conditions, `spots` when agencies enter what is assessed; otherwise points decide.
    """

    round_id: int
    slug: str
    year: int
    title: str
    subject: str
    head: Head
    paper: Paper
    draft: bool
    made_at: datetime
    boards: tuple[Board, ...]
    forwarded: tuple[Result, ...]
    removed: tuple[Removed, ...]
    specials: tuple[Special, ...]
    redecided: tuple[Redecided, ...]
    closings: tuple[Closing, ...]
    states: tuple[tuple[str, int], ...]
    asked: int
    explained: int
    zero_rule: bool
    levels: Literal["none", "proposed", "decided"]
    seal: Sealed | None
    criteria: tuple[CriterionPoints, ...] = field(default=(), repr=False)
    rating: RatingPart | None = None
    spots: SpotsPart | None = None

    @property
    def form(self) -> Form:
        if self.rating is not None:
            return "rating"
        return "points" if self.spots is None else "spots"

    @property
    def results(self) -> Iterator[Result]:
        """Every subject that is decided on here."""
        return (result for board in self.boards for result in board.results)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of those who are decided on here."""
        return tuple(dict.fromkeys(result.kind for result in self.results))

    @property
    def zeros(self) -> tuple[Result, ...]:
        """Those who had not finished when the round locked (DN-4.6)."""
        return tuple(result for result in self.results if result.zeroed)

    @property
    def late(self) -> tuple[Result, ...]:
        """Those who are overdue and were not set to zero, whether they have submitted since or not."""
        return tuple(result for result in (*self.results, *self.forwarded) if result.late and not result.zeroed)

    @property
    def differing(self) -> tuple[Result, ...]:
        """Those whose appraised total is not their self total."""
        return tuple(result for result in self.results if result.difference)
