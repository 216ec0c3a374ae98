"""The table of a cell's members as a form: what was typed in each cell, what stands there, what could not be kept.

`was-7` holds what stood in the line of dossier 7 when the page was made, cell by cell: what another window changed
since is not overwritten, and told in its cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from actions import member_table
from actions.member_table import Line, Table
from config.sheet import Criterion
from models.savepoint import savepoint
from states.errors import Refused, Unknown
from web.edge import Here
from web.forms import Typed
from web.words import _

LEVEL: Final = "level"
DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Row:
    """One line on the page: what is in its cells (the level under `level`), and what is told of which cell."""

    line: Line
    cells: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)

    def was(self, criteria: Sequence[Criterion]) -> str:
        """What stands in the line, cell by cell."""
        stands = {**self.line.cells, LEVEL: self.line.level}
        return "|".join(stands.get(code, "") for code in codes(criteria))


@dataclass(slots=True)
class Kept:
    """What came of a save, by dossier: what was typed and not kept, and why."""

    typed: dict[int, Mapping[str, str]] = field(default_factory=dict)
    told: dict[int, Mapping[str, str]] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status that tells it."""
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.told else HTTPStatus.OK


def codes(criteria: Sequence[Criterion]) -> list[str]:
    """The cells of a line."""
    return [*(leaf.code for leaf in criteria), LEVEL]


def rows(found: Table, done: Kept | None = None) -> list[Row]:
    """The table on its page, after a save with what it could not keep."""
    kept = done or Kept()
    return [
        Row(one, kept.typed.get(one.id, {**one.cells, LEVEL: one.level}), kept.told.get(one.id, {}))
        for one in found.lines
    ]


def keep(here: Here, only: int | None = None) -> Kept:
    """Keep what was typed of each member, line by line; Unknown for a dossier that is none of the table."""
    found, done = member_table.table(here.session, here.dossier), Kept()
    lines = {one.id: one for one in found.lines}
    for key in [only] if only is not None else _ids(here.typed):
        if key not in lines:
            raise Unknown(f"hồ sơ số {key} trong bảng này")
        _keep_line(here, lines[key], found.criteria, done)
    return done


def _ids(typed: Typed) -> list[int]:
    written = typed.starting("was-")
    return [int(one) for one in written if one.isascii() and one.isdecimal() and len(one) <= DIGITS]


def _keep_line(here: Here, line: Line, criteria: Sequence[Criterion], done: Kept) -> None:
    typed, was = _typed(here.typed, line, criteria), _was(here.typed, line, criteria)
    stands = {code: {**line.cells, LEVEL: line.level}.get(code, "") for code in codes(criteria)}
    changed = {code for code in typed if typed[code] not in {was[code], stands[code]}}
    crossed = {code for code in changed if was[code] != stands[code]}
    told = {code: _there(here, stands[code], code) for code in crossed} | _bad(here, typed, changed, criteria)
    new = {code: typed[code] for code in changed if code not in told}
    if new:
        told |= _write(here, line, {**stands, **new}, new)
    if told:
        done.told[line.id], done.typed[line.id] = told, {**stands, **{code: typed[code] for code in changed}}


def _write(here: Here, line: Line, whole: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    cells = {code: text for code, text in new.items() if code != LEVEL}
    try:
        with savepoint(here.session):
            member_table.keep(here.session, here.dossier, line.id, cells, whole[LEVEL], actor=here.actor, now=here.now)
    except Refused as refused:
        return {next(iter(new)): str(refused)}
    return {}


def _typed(typed: Typed, line: Line, criteria: Sequence[Criterion]) -> dict[str, str]:
    """What was typed in a line; a degree for the whole line fills blank cells, what is optional as not applicable."""
    whole = typed.line(f"all-{line.id}")
    cells = {leaf.code: typed.line(f"d-{line.id}-{leaf.code}") for leaf in criteria}
    filled = {leaf.code: cells[leaf.code] or _filling(leaf, whole) for leaf in criteria}
    return {**filled, LEVEL: typed.line(f"level-{line.id}")}


def _filling(leaf: Criterion, whole: str) -> str:
    return member_table.NOT_APPLICABLE if whole and leaf.optional else whole


def _was(typed: Typed, line: Line, criteria: Sequence[Criterion]) -> dict[str, str]:
    given = typed.get(f"was-{line.id}").split("|")
    return dict(zip(codes(criteria), [*given, *[""] * len(criteria)], strict=False))


def _bad(here: Here, typed: Mapping[str, str], changed: set[str], criteria: Sequence[Criterion]) -> dict[str, str]:
    """Cells that hold what they cannot."""
    known = {leaf.code: {code for code, _label in member_table.takes(leaf)} for leaf in criteria}
    known[LEVEL] = set(here.dossier.programme.level_labels)
    return {code: _("Chọn trong danh sách.") for code in changed if typed[code] and typed[code] not in known[code]}


def _there(here: Here, stands: str, code: str) -> str:
    labels = here.dossier.programme.level_labels if code == LEVEL else member_table.LABELS
    shown = labels.get(stands, stands) or _("để trống")
    return _("Vừa được ghi ở nơi khác: %(there)s. Lưu lần nữa để thay.") % {"there": shown}
