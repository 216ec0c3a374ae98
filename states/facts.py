"""What is known of a dossier or a round at the moment its row is locked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from config.programme import Programme
from states.chain import Link
from states.reading import Reader


class Span(NamedTuple):
    """When a stage is open: from `opens_at` (None: always) until before `closes_at`."""

    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Common to dossiers and rounds; `now` is the arrival of the request."""

    entity: str
    id: int
    round_id: int
    state: str
    version: int
    seq: int
    head: bytes
    chain_at: datetime
    round_state: str
    relations: frozenset[str]
    programme: Programme
    now: datetime

    @property
    def link(self) -> Link:
        """The end of its chain, for the next history row."""
        return Link(self.entity, self.round_id, self.seq, self.head, self.chain_at)


@dataclass(frozen=True, slots=True)
class Dossier(Facts):
    """One assessment; the counters are those of `models.assessments.Assessment`.

    `intended` is the level a decision is about to give; `file` reads, when a guard asks, what lies beside the row.
    """

    subject_id: int
    name: str
    kind: str
    group: str
    sheet: str
    closes_at: datetime
    late: bool
    zeroed: bool
    submitted_at: datetime | None
    leaves: int
    scored: int
    appraised: int
    unreasoned: int
    asked: int
    self_total: Decimal | None
    appraised_total: Decimal | None
    decided_total: Decimal | None
    decision_id: int | None
    decision_numbered: bool
    body: str
    level: str | None
    proposed_level: str | None
    reviewed_at: datetime | None
    file: Reader = field(repr=False)
    intended: str | None = None
    windows: Mapping[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundFacts(Facts):
    """One round: how many dossiers stand in each state, and when its stages close for the last group."""

    counts: Mapping[str, int]
    closings: Mapping[str, datetime]
    document_signed: bool
