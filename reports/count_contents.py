"""What the papers of a ballot say: the ballot papers themselves, and the minutes of the count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reports.contents import Head
from reports.values import Paper


@dataclass(frozen=True, slots=True)
class Asked:
    """One dossier on a ballot paper: its name, and the labels of what may be marked for it."""

    name: str
    offered: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotPaper:
    """A ballot paper; `options` are the labels of all its columns."""

    head: Head
    title: str
    meeting: str
    day: date
    options: Sequence[str]
    asked: Sequence[Asked]
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of one dossier, by the labels of its options; `outcome` in words."""

    name: str
    counts: Mapping[str, int]
    valid: int
    invalid: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountMinutes:
    """The minutes of a count; a draft while the box is open."""

    head: Head
    title: str
    meeting: str
    place: str
    chair: str
    opened_at: datetime
    closed_at: datetime | None
    paper: Paper
    summoned: int
    present: int | None
    issued: int
    returned: int
    counted: Sequence[Counted]
    electronic: bool
    rehearsal: bool
