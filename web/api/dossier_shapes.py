"""What the API tells of rounds and dossiers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from config.sheet import Entry
from web.api.shapes import Id, Paged, Points, Shape


class Me(Shape):
    """For whom a program works, and by which token."""

    account_id: int
    name: str
    email: str
    token_id: int


class RoundLine(Shape):
    """A round, with the number of its dossiers that the account may look at."""

    id: int
    title: str
    label: str
    total: int


class Closes(Shape):
    """A stage that closes."""

    label: str
    at: datetime
    kinds: tuple[str, ...]


class Board(Shape):
    """Where the dossiers of a round stand, as far as the account may see."""

    id: int
    title: str
    state: str
    label: str
    launched_at: datetime
    total: int
    handed_in: int
    appraised: int
    settled: int
    states: dict[str, int]
    closings: tuple[Closes, ...]


class DossierLine(Shape):
    """One dossier in a list."""

    id: int
    round_id: int
    name: str
    kind: str
    group: str
    state: str
    label: str
    version: int
    closes_at: datetime
    submitted_at: datetime | None
    scored: int
    leaves: int
    asked: int
    late: bool
    zeroed: bool


class One(Shape):
    """One dossier: `may` names the steps that are open to the account now, guards and papers apart."""

    id: int
    round_id: int
    name: str
    kind: str
    group: str
    state: str
    label: str
    version: int
    closes_at: datetime
    submitted_at: datetime | None
    late: bool
    zeroed: bool
    asked: int
    relations: tuple[str, ...]
    may: tuple[str, ...]
    self_total: Points | None
    appraised_total: Points | None
    decided_total: Points | None
    level: str | None


class OptionOf(Shape):
    """One option of a criterion."""

    code: str
    label: str
    points: Points


class Leaf(Shape):
    """A criterion that is scored."""

    code: str
    label: str
    kind: str
    max: Points | None
    options: tuple[OptionOf, ...]


class MarkOf(Shape):
    """A mark as it stands in a copy."""

    criterion: str
    points: Points
    entry: Entry
    note: str
    at: datetime


class Copy(Shape):
    """A copy of the marks: draft, self, appraised or decided."""

    name: str
    total: Points
    missing: tuple[str, ...]
    marks: tuple[MarkOf, ...]


class SheetOf(Shape):
    """The sheet of a dossier with the copies of its marks that the account may read."""

    slug: str
    title: str
    version: int
    total: Points
    criteria: tuple[Leaf, ...]
    copies: tuple[Copy, ...]


class EvidenceLine(Shape):
    """A file or a link to a criterion."""

    id: int
    criterion: str
    name: str
    address: str
    sha256: str
    size: int
    media_type: str
    explanation_id: int | None
    at: datetime


class ResultLine(Shape):
    """A dossier with its result, once it is released."""

    id: int
    name: str
    kind: str
    group: str
    state: str
    decided_total: Points | None
    level: str | None
    place: int | None
    tied: bool


class Filtered(Paged):
    """What of the dossiers is asked for."""

    round: Id | None = None
    state: Annotated[str, Field(max_length=60)] | None = None
    kind: Annotated[str, Field(max_length=60)] | None = None
    group: Annotated[str, Field(max_length=200)] | None = None
    search: Annotated[str, Field(max_length=100)] = ""
