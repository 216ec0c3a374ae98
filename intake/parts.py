"""Which tables of a document are the sheet: one table, or one that goes on in the next."""

from collections.abc import Sequence
from dataclasses import replace
from unicodedata import normalize

from intake import columns, numbering
from intake.columns import Layout, Role
from intake.oddities import Kind, Oddity
from intake.tables import Table


def whole(tables: Sequence[Table]) -> tuple[Table, Layout, list[Oddity]] | None:
    """The first table of criteria with what continues it, its layout, and what is odd; None without one."""
    tables = [_composed(table) for table in tables]
    found = [(at, layout) for at, table in enumerate(tables) if (layout := columns.find(table.rows))]
    if not found:
        return None
    at, layout = max(found, key=lambda one: bool(one[1].heads))
    table, oddities = tables[at], []
    before = [*table.before]
    for other in tables[:at]:
        before = [*other.before, *(cell for row in other.rows for cell in row.cells if cell.strip()), *before]
    for other in tables[at + 1 :]:
        if _continues(table, other, layout):
            rows = [replace(row, number=row.number + table.rows[-1].number) for row in other.rows]
            oddities.append(Oddity(rows[0].number, Kind.PARTS, "Bảng bị tách làm hai; đã nối phần này vào phần trước."))
            moved = [one._replace(row=one.row + table.rows[-1].number if one.row else None) for one in other.oddities]
            table = replace(table, rows=[*table.rows, *rows], oddities=[*table.oddities, *moved])
        elif columns.find(other.rows) is not None:
            named = f"«{other.name}»" if other.name else "đứng sau"
            oddities.append(
                Oddity(
                    None, Kind.PARTS, f"Tệp còn một bảng tiêu chí khác ({named}), chưa nhập; hãy tách thành tệp riêng."
                )
            )
    return replace(table, before=before), layout, oddities


def _composed(table: Table) -> Table:
    """The table in Unicode of one form (NFC), as sheets are kept."""
    rows = [replace(row, cells=tuple(normalize("NFC", cell) for cell in row.cells)) for row in table.rows]
    oddities = [*table.oddities]
    if rows != [*table.rows]:
        oddities.append(Oddity(None, Kind.ENCODING, "Chữ Unicode tổ hợp đã được ghép thành dựng sẵn (NFC)."))
    return replace(table, rows=rows, before=[normalize("NFC", line) for line in table.before], oddities=oddities)


def _continues(table: Table, other: Table, layout: Layout) -> bool:
    """Whether the other table goes on where this one ends: as wide, and without a new beginning."""
    if other.name != table.name or not other.rows:
        return False
    widths = {len(row.cells) for row in table.rows[layout.first :]}
    found = columns.find(other.rows)
    body = other.rows[found.first :] if found and found.heads else other.rows
    if not body or not widths & {len(row.cells) for row in body}:
        return False
    begins = numbering.readings(layout.text(body[0], Role.NUMBER))
    return not any(one.style in {"R", "A"} and one.place == 1 for one in begins)
