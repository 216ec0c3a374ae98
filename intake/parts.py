"""Which tables of a document may be the sheet: one table, or one that goes on in the next; and those parted again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final
from unicodedata import normalize

from intake import columns, numbering, points, surroundings
from intake.columns import Layout, Role
from intake.lines import gather
from intake.oddities import Kind, Oddity
from intake.tables import Row, Table

_ON: Final = "tiếp"
"""What the title of a table says that goes on from the page before."""
SHOWN: Final = 120
"""Letters of a table's title or first row that are shown of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that may be the sheet, with what continues it; `place` counts all tables of the document, from 1.

    `parts` are the tables of which it was joined; none of one that was not.
    """

    number: int
    place: int
    table: Table
    layout: Layout
    oddities: tuple[Oddity, ...] = ()
    parts: tuple[Table, ...] = ()

    @property
    def joints(self) -> list[tuple[int, str]]:
        """Every part that was joined to the one before it, from 2, with its first row below the heading."""
        return [(at, _first_row(part.rows[_first(part) :])) for at, part in enumerate(self.parts[1:], 2)]

    @property
    def body(self) -> Sequence[Row]:
        """The rows below the heading that hold anything."""
        return [row for row in self.table.rows[self.layout.first :] if not row.is_empty]

    @property
    def name(self) -> str:
        """What the worksheet is called; empty in a document that has none."""
        return _clipped(self.table.name)

    @property
    def title(self) -> str:
        """The title above the table; empty when there is none."""
        return _clipped(surroundings.title_of(above(self.table, self.layout)) or "")

    @property
    def begins(self) -> str:
        """The heading, or where there is none the first row."""
        return _in_a_line(self.layout.heads) if self.layout.heads else _first_row(self.table.rows)

    @property
    def scored(self) -> int:
        """How many rows have points where the most points stand."""
        return sum(points.in_cell(self.layout.text(row, Role.MAX)) is not None for row in self.body)


def above(table: Table, layout: Layout) -> list[str]:
    """The lines before a table and the rows above its heading."""
    rows = table.rows[: max(layout.first - 1, 0)]
    return [*table.before, *(" ".join(filter(None, row.cells)) for row in rows)]


def probable(found: Sequence[Candidate]) -> Candidate:
    """The most probable one: with a heading, with a column of points, with the most rows that have some."""
    return max(found, key=lambda one: (bool(one.layout.heads), Role.MAX in one.layout.columns, one.scored))


Find = Callable[[Sequence[Row]], Layout | None]


def candidates(tables: Sequence[Table]) -> list[Candidate]:
    """Every table of criteria with what continues it, in the order of the document; where none shows, what may be one.

    Before each stands what is told between the one before it and itself.
    """
    return _candidates(tables, columns.find) or _candidates(tables, columns.assumed)


def _candidates(tables: Sequence[Table], find: Find) -> list[Candidate]:
    found: list[Candidate] = []
    before: list[str] = []
    for place, table in enumerate(map(_composed, tables), 1):
        layout = find(table.rows)
        if found and _continues(found[-1], table, layout):
            found[-1] = _joined(found[-1], table)
        elif layout is not None and gather(table.rows, layout).lines:
            own = replace(table, before=[*before, *table.before])
            found.append(Candidate(len(found) + 1, place, own, layout))
            before = []
        else:
            before += [*table.before, *(cell for row in table.rows for cell in row.cells if cell.strip())]
    return found


def parted(one: Candidate, part: int) -> tuple[Candidate, Candidate]:
    """The table up to the part of that number, and from it on; LookupError when there is no such part."""
    if not 1 < part <= len(one.parts):
        raise LookupError(part)
    first, second = one.parts[: part - 1], one.parts[part - 1 :]
    return _again(one, first, one.place), _again(one, second, one.place + len(first))


def _again(one: Candidate, parts: Sequence[Table], place: int) -> Candidate:
    """A candidate of some of the parts; one without a heading has the columns of the table it was part of."""
    first = parts[0]
    layout = columns.find(first.rows) or replace(one.layout, first=0, heads=(), oddities=())
    what = Oddity(None, Kind.PARTS, "Phần mềm đã nối bảng này với bảng liền kề; người nhập đã tách ra.")
    return reduce(_joined, parts[1:], Candidate(one.number, place, first, layout, (what,)))


def _first(table: Table) -> int:
    layout = columns.find(table.rows)
    return layout.first if layout else 0


def _first_row(rows: Sequence[Row]) -> str:
    return _in_a_line(next((row.cells for row in rows if not row.is_empty), ()))


def _in_a_line(cells: Sequence[str]) -> str:
    return _clipped(" | ".join(dict.fromkeys(" ".join(cell.split()) for cell in cells if cell.strip())))


def _clipped(text: str) -> str:
    shown = "".join(one for one in normalize("NFC", " ".join(text.split())) if one.isprintable())
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def _joined(one: Candidate, other: Table) -> Candidate:
    last = one.table.rows[-1].number
    rows = [replace(row, number=row.number + last) for row in other.rows]
    what = Oddity(rows[0].number, Kind.PARTS, "Bảng bị tách làm hai; đã nối phần này vào phần trước.")
    moved = [told._replace(row=told.row + last if told.row else None) for told in other.oddities]
    table = replace(one.table, rows=[*one.table.rows, *rows], oddities=[*one.table.oddities, *moved])
    return replace(one, table=table, oddities=(*one.oddities, what), parts=(*(one.parts or (one.table,)), other))


def _composed(table: Table) -> Table:
    """The table in Unicode of one form (NFC), as sheets are kept."""
    rows = [replace(row, cells=tuple(normalize("NFC", cell) for cell in row.cells)) for row in table.rows]
    oddities = [*table.oddities]
    if rows != [*table.rows]:
        oddities.append(Oddity(None, Kind.ENCODING, "Chữ Unicode tổ hợp đã được ghép thành dựng sẵn (NFC)."))
    return replace(table, rows=rows, before=[normalize("NFC", line) for line in table.before], oddities=oddities)


def _continues(one: Candidate, other: Table, found: Layout | None) -> bool:
    """Whether the other table goes on where the one before it ends: as wide, alike headed, without a new beginning.

    Its numbers begin anew with "I" or "A", or where the table before it began so; below a title of its own with any
    first number, or without one.
    """
    if other.name != one.table.name or not other.rows or not _is_headed_alike(one.layout, found):
        return False
    body = other.rows[found.first :] if found and found.heads else other.rows
    widths = {len(row.cells) for row in one.table.rows[one.layout.first :]}
    if not body or not widths & {len(row.cells) for row in body}:
        return False
    begun = set(_firsts(one.layout, body[:1]))
    if found is not None and _is_titled(one, other):
        return not begun and bool(numbering.readings(one.layout.text(body[0], Role.NUMBER)))
    return not begun & {"R", "A", *_firsts(one.layout, one.body[:1])}


def _is_headed_alike(layout: Layout, found: Layout | None) -> bool:
    """Whether a heading, where the other table has one, says what that of the first one said."""
    if found is None or not found.heads:
        return True
    return list(map(columns.role_of, layout.heads)) == list(map(columns.role_of, found.heads))


def _is_titled(one: Candidate, other: Table) -> bool:
    """Whether the other table has a title of its own, and not that of the first one again."""
    title = _clipped(surroundings.title_of(other.before) or "")
    return title not in {"", one.title} and _ON not in title.casefold()


def _firsts(layout: Layout, rows: Sequence[Row]) -> Iterator[str]:
    """The styles in which the rows bear the first number of a list."""
    for row in rows:
        yield from (read.style for read in numbering.readings(layout.text(row, Role.NUMBER)) if read.place == 1)
