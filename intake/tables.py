"""Tables as they stand in a document: rows of cells with the row's number in the source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from intake.oddities import Oddity

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 3_000
MOST_COLUMNS: Final = 64
LONGEST_CELL: Final = 20_000
TOO_MANY_ROWS: Final = (
    f"Bảng có hơn {MOST_ROWS:,} dòng".replace(",", ".")
    + ", không phải một biểu tiêu chí; hãy xóa các dòng thừa, kể cả "
    "dòng trống có định dạng, rồi nhập lại."
)
MOST_LETTERS: Final = 2_000_000
TOO_LONG: Final = "Bảng và phần trước bảng dài hơn 2 triệu chữ; hãy tách riêng bảng tiêu chí rồi nhập lại."
TOO_WIDE: Final = f"Bảng có hơn {MOST_COLUMNS} cột hoặc một ô quá dài; hãy tách riêng bảng tiêu chí rồi nhập lại."


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `covered` tells of a column which other one's merged cell lies over it.

    `is_cut`: the source ends within the row.
    """

    number: int
    cells: tuple[str, ...]
    covered: Mapping[int, int] = field(default_factory=dict)
    is_cut: bool = False

    def cell(self, column: int | None) -> str:
        """The text of a column; nothing where the row is shorter."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the lines of text before it, and what was odd when it was read."""

    rows: Sequence[Row]
    before: Sequence[str] = ()
    oddities: Sequence[Oddity] = ()
    name: str = ""


def too_large(table: Table) -> str | None:
    """The sentence that refuses a table of more rows, columns or text than a criteria sheet has."""
    rows = table.rows
    if len(rows) > MOST_ROWS:
        return TOO_MANY_ROWS
    if any(len(row.cells) > MOST_COLUMNS or max(map(len, row.cells), default=0) > LONGEST_CELL for row in rows):
        return TOO_WIDE
    return TOO_LONG if letters_of(table) > MOST_LETTERS else None


def letters_of(table: Table) -> int:
    """How much text there is in a table and before it."""
    return sum(map(len, table.before)) + sum(len(cell) for row in table.rows for cell in row.cells)
