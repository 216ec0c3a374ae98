"""The columns of an imported table on its page: what each of them is for, and what a form says of it."""

from collections.abc import Mapping
from itertools import islice
from typing import Final, NamedTuple

from intake.columns import NAMES, SETTLED, Role
from intake.questions import Unfit, points_of, settle
from intake.sheets import Imported
from web.edge import Here
from web.sheet_imports import Given
from web.words import _

NONE: Final = "none"
SAMPLES: Final = 3
LONGEST: Final = 60
"""Letters of a cell that are shown of it."""


class Column(NamedTuple):
    """A column of the source by its number: its heading, the first cells below it, and what it is for."""

    number: int
    heading: str
    samples: tuple[str, ...]
    role: str

    @property
    def field(self) -> str:
        """The field of the form that says what it is for."""
        return f"column-{self.number}"


def choices() -> list[tuple[str, str]]:
    """What a column may be for."""
    return [(NONE, _("không dùng")), *((str(role), NAMES[role]) for role in Role)]


def columns_of(found: Imported) -> list[Column]:
    """Every column of the source with what it is for now."""
    layout, rows = found.layout, [row for row in found.source.rows if not row.is_empty]
    roles = {at: str(role) for role, at in layout.columns.items()}
    return [
        Column(
            at + 1,
            " ".join(layout.heads[at].split()) if at < len(layout.heads) else "",
            tuple(map(_clipped, islice(filter(None, (row.cell(at).strip() for row in rows)), SAMPLES))),
            roles.get(at, NONE),
        )
        for at in range(found.source.width)
    ]


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def take(given: Given, here: Here, found: Imported) -> None:
    """Settle what a form says of the columns; nothing of it where two are for the same, or none for the content."""
    columns = columns_of(found)
    changed = {one: role for one in columns if (role := _changed(here, one))}
    late = [one for one in changed if here.typed.get(f"was-{one.field}") != one.role]
    if late:
        given.problems[late[0].field] = _("Người khác vừa giải quyết chỗ này; xem lại rồi chọn.")
        return
    roles = {one: changed.get(one, one.role) for one in columns}
    problems = _problems(changed, roles)
    given.problems |= problems
    if changed and not problems:
        _settle(given, here, found, {role: one.number for one, role in roles.items() if role != NONE})


def _changed(here: Here, one: Column) -> str:
    role = here.typed.get(one.field)
    return "" if role == here.typed.get(f"was-{one.field}") else role


def _problems(changed: Mapping[Column, str], roles: Mapping[Column, str]) -> dict[str, str]:
    known, taken = {NONE, *map(str, Role)}, list(roles.values())
    found = {}
    for one, role in changed.items():
        if role not in known:
            found[one.field] = _("Chọn một vai trò trong danh sách.")
        elif role != NONE and taken.count(role) > 1:
            twice = _("Đã có cột khác là cột %(role)s; mỗi vai trò một cột, đổi cả cột kia.")
            found[one.field] = twice % {"role": NAMES[Role(role)]}
    if not found and changed and Role.CONTENT not in taken:
        found[next(iter(changed)).field] = _("Bảng phải có một cột nội dung; chọn cột đó.")
    return found


def _settle(given: Given, here: Here, found: Imported, numbers: Mapping[str, int]) -> None:
    whole, was = points_of(found)[None], found.layout.columns
    for about, role in SETTLED.items():
        value, stood = str(numbers.get(role, "")), str(was[role] + 1) if role in was else ""
        if value == stood:
            continue
        try:
            made = settle(whole, about, value)
        except Unfit as unfit:
            given.problems[f"column-{value}"] = str(unfit)
        else:
            given.settled.append(made.model_copy(update={"by": here.account.shown, "at": here.now}))
