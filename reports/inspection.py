"""The file of a dossier for inspection, as plain values: the same for its PDF and its JSON (docs/dossier-format.md).

Nothing in it is put together from words that somebody typed: each typed text is a value by itself.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

FORMAT: Final = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(_Part):
    """A fact under its words."""

    label: str
    value: str


class MovedMark(_Part):
    """A mark that an act changed; "" where there was or is none."""

    code: str
    label: str
    before: str
    after: str
    note: str


class Event(_Part):
    """A row of the chain, or a mail (then `seq` is None): what was done, by whom, why, and what came of it.

    What is `confidential` in it is left out where the file was not opened.
    """

    seq: int | None
    at: datetime
    act: str
    title: str
    by: str
    who: tuple[str, ...]
    before: str = ""
    after: str = ""
    facts: tuple[Told, ...] = ()
    marks: tuple[MovedMark, ...] = ()
    copy_of: str = ""
    confidential: bool = False
    erased: bool = False
    status: str = ""
    hash: str = ""


class Mark(_Part):
    """A mark in one of the three columns: its points, how it reads, and the word given with it."""

    points: Decimal
    text: str
    note: str = ""


class Line(_Part):
    """A criterion of the sheet, or a group of them (with its sums), in the three columns."""

    code: str
    label: str
    depth: int
    is_group: bool
    most: Decimal | None
    self_mark: Mark | None
    appraised: Mark | None
    decided: Mark | None


class Exhibit(_Part):
    """A piece of evidence: a file by its SHA-256, a link, or of a confidential document number and date only."""

    id: int
    criterion: str
    kind: Literal["file", "link", "confidential"]
    name: str
    sha256: str
    size: int
    media_type: str
    address: str
    number: str
    dated: str
    at: datetime
    removed_at: datetime | None
    replaces: int | None
    declared_at: datetime | None
    checked_at: datetime | None
    outcome: str
    verdict: str
    sentence: str


class Answer(_Part):
    """What a unit answered of one criterion."""

    criterion: str
    answer: str | None
    at: datetime | None


class Question(_Part):
    """A question to the unit (*yêu cầu giải trình*) with its answers."""

    id: int
    by: str
    question: str
    at: datetime
    closes_at: datetime
    status: str
    status_text: str
    answers: tuple[Answer, ...]


class Ruling(_Part):
    """What a decision said of the dossier; of a confidential document only that there is one."""

    id: int
    decided_at: datetime
    number: str
    dated: str
    signer: str
    confidential: bool
    total: Decimal | None
    level: str | None
    level_text: str
    reason: str
    annulled_at: datetime | None


class Head(_Part):
    """The end of a chain as it stood."""

    entity: str
    rows: int
    hash: str


class SealTold(_Part):
    """A seal of the round (*mã kiểm chứng*), and up to which row it covers this dossier."""

    kind: str
    kind_text: str
    at: datetime
    seal: str
    row: int


class RoundTold(_Part):
    """The round."""

    id: int
    title: str
    programme: str
    year: int
    state: str
    state_text: str
    owner: str


class SubjectTold(_Part):
    """What is assessed."""

    code: str
    name: str
    kind: str
    kind_text: str
    group: str
    parent: str


class Outcome(_Part):
    """Where the dossier stands."""

    state: str
    state_text: str
    closes_at: datetime
    submitted_at: datetime | None
    zeroed: bool
    late: bool
    self_total: Decimal | None
    appraised_total: Decimal | None
    decided_total: Decimal | None
    proposed_level: str
    level: str | None
    level_text: str
    place: int | None
    tied: bool
    place_reason: str


class Inspection(_Part):
    """Everything that the file says. `as_of` is the instant of the newest row: what is younger is not in it.

    `opened`: what is confidential is in it, and its reading was recorded.
    """

    format: Literal[1] = FORMAT
    assessment: int
    as_of: datetime
    rehearsal: bool
    opened: bool
    round: RoundTold
    subject: SubjectTold
    outcome: Outcome
    events: tuple[Event, ...]
    sheet: str
    has_points: bool
    marks: tuple[Line, ...]
    evidence: tuple[Exhibit, ...]
    questions: tuple[Question, ...]
    decisions: tuple[Ruling, ...]
    heads: tuple[Head, ...]
    seals: tuple[SealTold, ...]

    @property
    def read(self) -> tuple[int, ...]:
        """The rows whose confidential content is in the file."""
        rows = (one.seq for one in self.events if one.confidential and one.seq is not None)
        return tuple(rows) if self.opened else ()

    def as_json(self) -> bytes:
        """The file as JSON, one value a line; the same dossier gives the same bytes."""
        return f"{self.model_dump_json(indent=1)}\n".encode()
