"""What somebody settled about a document that was read: a row, what of it, and the value it has from then on.

A settlement changes what is made of a row (`intake.lines`, `intake.criteria`) and never its wording. It comes from the
page of the portal or from a file (`danhgia sheet import --settled FILE`), and goes with the sheet that comes of it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from config import yamlfile
from intake.oddities import Kind, Oddity, refuse

LONGEST: Final = 300
"""Letters of a value."""


class About(StrEnum):
    """What of a row is settled; those from the title on are of the whole sheet."""

    PLACE = "place"
    NUMBER = "number"
    POINTS = "points"
    KIND = "kind"
    WORDING = "wording"
    TITLE = "title"
    SLUG = "slug"
    COLUMN_CONTENT = "column_content"
    COLUMN_NUMBER = "column_number"
    COLUMN_MAX = "column_max"
    COLUMN_SELF = "column_self"
    COLUMN_APPRAISED = "column_appraised"
    COLUMN_EVIDENCE = "column_evidence"
    COLUMN_NOTE = "column_note"


class Place(StrEnum):
    """Whether a row is a criterion of its own, goes on from the one above, or is none at all."""

    OWN = "own"
    JOINED = "joined"
    LEFT_OUT = "left_out"


_OF_POINTS: Final = (Kind.FROM_TEXT, Kind.UNCLEAR, Kind.RANGE, Kind.FORMULA, Kind.NO_GROUP_POINTS, Kind.TOTAL)
_OF_NUMBERS: Final = (Kind.FILLED, Kind.LETTERS, Kind.SEQUENCE, Kind.REPEATED)
_OF_KINDS: Final = (Kind.ASSUMED_CHOICE, Kind.CHOICE_COUNT, Kind.NO_OPTIONS, Kind.RATIO, Kind.SHARE, Kind.EXTRA)
_OF_PLACES: Final = (Kind.JOINED, Kind.DETAIL, Kind.FOOTNOTE, Kind.LEFT_OUT, Kind.REFUSED)
_OF_WORDING: Final = (
    *(Kind.GAP, Kind.OVERLAP, Kind.THRESHOLD, Kind.TYPO, Kind.DUPLICATE),
    *(Kind.LOCAL, Kind.CUT, Kind.MERGED, Kind.OUTLINE, Kind.SUBTOTAL),
)
ASKS: Final[Mapping[Kind, tuple[About, ...]]] = MappingProxyType(
    dict.fromkeys(_OF_POINTS, (About.POINTS,))
    | dict.fromkeys(_OF_NUMBERS, (About.NUMBER,))
    | dict.fromkeys(_OF_KINDS, (About.KIND,))
    | dict.fromkeys(_OF_PLACES, (About.PLACE,))
    | dict.fromkeys(_OF_WORDING, (About.WORDING,))
    | dict.fromkeys((Kind.SUM, Kind.UNREACHABLE), (About.POINTS, About.KIND))
    | {Kind.NO_POINTS: (About.POINTS, About.PLACE, About.KIND), Kind.TITLE: (About.TITLE,)}
)


def asks_of(oddity: Oddity) -> tuple[About, ...]:
    """What of its row settles an oddity, any of them; nothing where it only tells what the reader did."""
    return ASKS.get(oddity.kind, ())


Key = tuple[int | None, About]


class Settlement(BaseModel):
    """One thing that was settled: by whom, when, and what had been odd about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: int | None = None
    about: About
    value: str = ""
    odd: tuple[str, ...] = ()
    by: str = ""
    at: AwareDatetime | None = None

    @property
    def key(self) -> Key:
        """The row and what of it."""
        return self.row, self.about


Settled = Mapping[Key, Settlement]
NOTHING: Final[Settled] = MappingProxyType({})


def by_key(settlements: Iterable[Settlement]) -> Settled:
    """Settlements as they are looked up; of two about the same the later one counts."""
    return {one.key: one for one in settlements}


def value_of(settled: Settled, row: int | None, about: About) -> str | None:
    """The value that was settled; None when nothing was."""
    found = settled.get((row, about))
    return None if found is None else found.value


def is_settled(settled: Settled, oddity: Oddity) -> bool:
    """Whether something was settled that an oddity asks for."""
    return any((oddity.row, about) in settled for about in asks_of(oddity))


class Parting(NamedTuple):
    """A table by its number that is parted, and the part of it that becomes a table of its own."""

    table: int
    part: int


class Settling(BaseModel):
    """A file of settlements; `source` is the SHA-256 of the document they are about, where it is told.

    `table` is the number of the table in it, 0 where it holds but one, once those that were joined are `parted`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = ""
    source: str = ""
    parted: tuple[Parting, ...] = ()
    table: Annotated[int, Field(ge=0)] = 0
    settled: tuple[Settlement, ...] = ()

    def as_yaml(self) -> str:
        """The file, as `read_settling` reads it."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100_000)


def read_settling(path: Path, digest: str) -> Settling:
    """A file of settlements about the document of that SHA-256; ConfigError with every problem."""
    found = yamlfile.validate(Settling, yamlfile.read(path), path)
    if found.source and found.source != digest:
        about = found.file or found.source[:12]
        raise refuse(path, f"Tệp giải quyết này lập cho tài liệu khác («{about}»); hãy chọn đúng tài liệu nguồn.")
    return found
