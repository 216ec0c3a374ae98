"""What is odd in a document that was read: each with its row, in a sentence for the administrator."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from config.errors import ConfigError, Problem


class Kind(StrEnum):
    """What sort of oddity; those that change what is read are repairs, which are never made in silence."""

    JOINED = "joined"
    DETAIL = "detail"
    MARKUP = "markup"
    SPACES = "spaces"
    LINES = "lines"
    FILLED = "filled_letter"
    LETTERS = "letters"
    SEQUENCE = "sequence"
    REPEATED = "repeated"
    CODE = "code"
    LEVEL = "level"
    LEFT_OUT = "left_out"
    FROM_TEXT = "points_from_text"
    UNCLEAR = "unclear_points"
    RANGE = "range"
    NO_POINTS = "no_points"
    NO_GROUP_POINTS = "no_group_points"
    SUM = "sum"
    UNREACHABLE = "unreachable"
    TOTAL = "total"
    NO_TOTAL = "no_total"
    SUBTOTAL = "subtotal"
    ASSUMED_CHOICE = "assumed_choice"
    CHOICE_COUNT = "choice_count"
    NO_OPTIONS = "no_options"
    DOUBLE_COUNT = "double_count"
    DUPLICATE = "duplicate"
    GAP = "gap"
    OVERLAP = "overlap"
    THRESHOLD = "threshold"
    SHARE = "share"
    RATIO = "ratio"
    EXTRA = "extra"
    STEP = "step"
    FOOTNOTE = "footnote"
    HEADING = "heading"
    MERGED = "merged"
    FORMULA = "formula"
    PARTS = "parts"
    TITLE = "title"
    COLUMNS = "columns"
    FILLED_IN = "filled_in"
    CUT = "cut"
    TYPO = "typo"
    LOCAL = "local"
    OUTLINE = "outline"
    LEVELS = "levels"
    DATED = "dated"
    ENCODING = "encoding"
    CHANGES = "changes"
    REFUSED = "refused"


class Oddity(NamedTuple):
    """One odd thing; `row` None when it is of the whole, `blocks` when the sheet cannot be used before that is settled.

    `offer` are the points that would settle it.

    Rows are those the reader of the source sees: of the worksheet, the line of a text file, the row of Word's table.
    """

    row: int | None
    kind: Kind
    what: str
    blocks: bool = False
    offer: str = ""


def in_order(oddities: Iterable[Oddity]) -> tuple[Oddity, ...]:
    """Without what is told twice, those of the whole first and then by row."""
    return tuple(sorted(dict.fromkeys(oddities), key=lambda oddity: oddity.row or 0))


def refuse(path: Path, sentence: str) -> ConfigError:
    """The error of a file that cannot be read at all, to be raised."""
    return ConfigError([Problem(str(path), None, "", sentence)])
