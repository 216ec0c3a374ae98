"""What the columns of a table are, by their headings and by what stands in them, never by their place."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from intake import numbering, points
from intake.oddities import Kind, Oddity
from intake.settled import About, Settled, value_of
from intake.tables import Row

LONGEST_HEADING: Final = 160

_MAJORITY: Final = 0.5
_FEWEST: Final = 4
"""Rows that a table must have which shows in no other way that it is a sheet."""


class Role(StrEnum):
    """What a column is for."""

    NUMBER = "number"
    CONTENT = "content"
    MAX = "max"
    SELF = "self"
    APPRAISED = "appraised"
    EVIDENCE = "evidence"
    NOTE = "note"


HEADINGS: Final = (
    (Role.NUMBER, r"^(?:s?\.?tt|số\s*tt|số thứ tự|thứ tự|mã số|mục|#)\.?$"),
    (Role.APPRAISED, r"thẩm định|có thẩm quyền|cấp trên (?:chấm|đánh giá)|hội đồng|tổ chấm|đoàn kiểm tra|phúc tra"),
    (Role.SELF, r"tự chấm|tự đánh giá|tự cho điểm|đơn vị chấm"),
    (Role.EVIDENCE, r"minh chứng|kiểm chứng|hồ sơ|tài liệu|giải trình|thuyết minh|căn cứ"),
    (Role.NOTE, r"ghi chú|lưu ý"),
    (Role.MAX, r"tối đa|thang điểm|điểm chuẩn|barem|ba-rem|điểm quy định|mức điểm|^số điểm$|^điểm$|^điểm số$"),
    (Role.CONTENT, r"nội dung|tiêu chí|chỉ tiêu|tiêu chuẩn|yêu cầu"),
    (Role.MAX, r"điểm"),
)
NAMES: Final = {
    Role.NUMBER: "số thứ tự",
    Role.CONTENT: "nội dung",
    Role.MAX: "điểm tối đa",
    Role.SELF: "tự chấm",
    Role.APPRAISED: "thẩm định",
    Role.EVIDENCE: "minh chứng, giải trình",
    Role.NOTE: "ghi chú",
}


SETTLED: Final = {
    About.COLUMN_CONTENT: Role.CONTENT,
    About.COLUMN_NUMBER: Role.NUMBER,
    About.COLUMN_MAX: Role.MAX,
    About.COLUMN_SELF: Role.SELF,
    About.COLUMN_APPRAISED: Role.APPRAISED,
    About.COLUMN_EVIDENCE: Role.EVIDENCE,
    About.COLUMN_NOTE: Role.NOTE,
}
"""What may be settled of the columns: which of them, from 1, has a role; empty when none has. The content has one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are and where the rows below the heading begin; `heads` are the heading's cells."""

    columns: Mapping[Role, int]
    first: int
    heads: tuple[str, ...] = ()
    oddities: tuple[Oddity, ...] = ()

    def text(self, row: Row, role: Role) -> str:
        """What the row has in the column of that role."""
        return row.cell(self.columns.get(role))


def as_settled(layout: Layout, settled: Settled) -> Layout:
    """The layout with what was settled about its columns: there is always a content, and no column has two roles.

    What the reader told of a column that has another role now is left out.
    """
    said = {role: value_of(settled, None, about) for about, role in SETTLED.items()}
    given = {role: int(value) - 1 for role, value in said.items() if value}
    content = given.pop(Role.CONTENT, layout.columns[Role.CONTENT])
    found = {at: role for role, at in layout.columns.items() if said[role] is None}
    roles = found | {at: role for role, at in given.items()} | {content: Role.CONTENT}
    columns = {role: at for at, role in roles.items() if role is not Role.CONTENT or at == content}
    return replace(layout, columns=columns, oddities=tuple(_still(layout, columns)))


def _still(layout: Layout, columns: Mapping[Role, int]) -> Iterator[Oddity]:
    """What was told of the columns, but for those whose role is another one now."""
    was, now = ({at: role for role, at in known.items()} for known in (layout.columns, columns))
    settled = {at for at in was.keys() | now.keys() if was.get(at) != now.get(at)}
    heads = {at: layout.heads[at] for at in settled if at < len(layout.heads)}
    untrue = {
        *(_skipped(head, role_of(head)) for head in heads.values()),
        *(_guessed(was[at], at) for at in settled if at in was),
    }
    return (oddity for oddity in layout.oddities if oddity.what not in untrue)


def _skipped(head: str, role: Role | None) -> str:
    said = "trùng vai trò với một cột trước" if role else "không rõ vai trò"
    return f"Cột «{' '.join(head.split())}» {said}; đã bỏ qua."


def _guessed(role: Role, column: int) -> str:
    return f"Cột {column + 1} được coi là cột {NAMES[role]} theo nội dung vì không có tiêu đề."


def role_of(heading: str) -> Role | None:
    """The role a heading names; None for none that is known."""
    plain = " ".join(heading.casefold().split()).strip(" .:*")
    if not plain or len(plain) > LONGEST_HEADING:
        return None
    return next((role for role, pattern in HEADINGS if re.search(pattern, plain)), None)


def find(rows: Sequence[Row]) -> Layout | None:
    """The layout of a table of criteria; None when it is no such table."""
    for at, row in enumerate(rows):
        heads = _filled(row)
        if _is_heading(heads):
            below = rows[at + 1] if at + 1 < len(rows) else None
            both = _with_below(row, below)
            return _layout(rows, both or heads, at + (2 if both else 1))
    return _layout(rows, (), 0) if _looks_scored(rows) else None


def assumed(rows: Sequence[Row]) -> Layout | None:
    """The layout of a table that does not show that it is a sheet, until a person says what its columns are.

    None when it is too small to be one.
    """
    wide = (at for at, row in enumerate(rows) if sum(bool(cell.strip()) for cell in row.cells) > 1)
    top = next(wide, None)
    if top is None or sum(not row.is_empty for row in rows) < _FEWEST:
        return None
    named = any(map(role_of, rows[top].cells))
    return (_layout(rows, _filled(rows[top]), top + 1) if named else None) or _by_length(rows, top)


def _by_length(rows: Sequence[Row], top: int) -> Layout:
    """The column with the most letters is taken for the content; the top row may be a heading."""
    below = rows[top + 1 :]
    letters = [sum(len(row.cell(column).strip()) for row in below) for column in range(len(rows[top].cells))]
    content = letters.index(max(letters))
    found = _by_content(below, {Role.CONTENT: content})
    told = Oddity(None, Kind.COLUMNS, _assumed(content))
    is_headed = any(not _SHARES[role]([rows[top].cell(at).strip()]) for role, at in found.items())
    first, heads = (top + 1, _filled(rows[top])) if is_headed else (top, ())
    return Layout({Role.CONTENT: content} | found, first, heads, (told,))


def _assumed(content: int) -> str:
    return (
        f"Không nhận ra các cột theo tiêu đề; cột {content + 1} tạm được coi là cột nội dung. "
        "Chọn vai trò của từng cột rồi xem lại."
    )


def _filled(row: Row) -> tuple[str, ...]:
    return tuple(row.cell(row.covered.get(column, column)) for column in range(len(row.cells)))


def _is_heading(heads: Sequence[str]) -> bool:
    roles = [role_of(head) for head in dict.fromkeys(heads)]
    return Role.CONTENT in roles and len(set(roles) - {None}) > 1


def _with_below(row: Row, below: Row | None) -> tuple[str, ...] | None:
    """The heading of two rows as one, where cells of the upper are divided in the lower."""
    if below is None or not row.covered:
        return None
    under = [column for column, cell in enumerate(below.cells) if cell.strip()]
    split = {*row.covered, *row.covered.values()}
    if not under or not split.issuperset(under) or not any(role_of(below.cells[column]) for column in under):
        return None
    upper = _filled(row)
    return tuple(below.cell(column).strip() or head for column, head in enumerate(upper))


def _layout(rows: Sequence[Row], heads: tuple[str, ...], first: int) -> Layout | None:
    columns: dict[Role, int] = {}
    oddities = []
    for column, head in enumerate(heads):
        role = role_of(head)
        if role is not None and role not in columns:
            columns[role] = column
        elif head.strip() and head not in heads[:column]:
            oddities.append(Oddity(rows[first - 1].number, Kind.COLUMNS, _skipped(head, role)))
    body = rows[first:]
    guessed = _by_content(body, columns)
    oddities += [Oddity(None, Kind.COLUMNS, _guessed(role, column)) for role, column in guessed.items()]
    columns |= guessed
    return Layout(columns, first, heads, tuple(oddities)) if Role.CONTENT in columns else None


def _by_content(rows: Sequence[Row], known: Mapping[Role, int]) -> dict[Role, int]:
    """Roles that no heading names: the longest texts, the most numbers of a list, the most points."""
    found: dict[Role, int] = {}
    width = max((len(row.cells) for row in rows), default=0)
    free = [column for column in range(width) if column not in known.values()]
    texts = {column: [text for row in rows if (text := row.cell(column).strip())] for column in free}
    for role, share in _SHARES.items():
        shares = {column: share(cells) for column, cells in texts.items() if cells}
        best = max(shares, key=lambda column: shares[column], default=None)
        if role not in known and best is not None and shares[best] > _MAJORITY:
            found[role] = best
            del texts[best]
    return found


def _wordy(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / 40 if sum(" " in cell for cell in cells) > _MAJORITY * len(cells) else 0


def _numbered(cells: Sequence[str]) -> float:
    """How far the cells are numbers of a list; digits alone may as well be points."""
    own = [cell for cell in cells if numbering.readings(cell)]
    lists = [cell for cell in own if not points.in_cell(cell)]
    return len(own) / len(cells) if lists or [cell.lstrip("0") for cell in own[:2]] == ["1", "2"] else 0


def _pointed(cells: Sequence[str]) -> float:
    return sum(points.in_cell(cell) is not None for cell in cells) / len(cells)


def _looks_scored(rows: Sequence[Row]) -> bool:
    found = _by_content(rows, {})
    return Role.CONTENT in found and len(found) > 1 and len(rows) > 1


_SHARES: Final[Mapping[Role, Callable[[Sequence[str]], float]]] = MappingProxyType(
    {Role.CONTENT: _wordy, Role.NUMBER: _numbered, Role.MAX: _pointed}
)
"""How far the cells of a column show what it is for."""
