"""Criteria sheets as they come from a browser: a document read whole, its rows beside what came of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from config.errors import ConfigError
from evidence.store import plain
from intake.sheets import Imported, read_sheet
from intake.tables import MOST_BYTES
from scoring.numbers import format_points
from web.edge import Here
from web.words import _

KINDS: Final = {
    "group": _("Nhóm"),
    "graded": _("Chấm theo mức"),
    "choice": _("Chọn một"),
    "capped_choice": _("Chọn một, có trần"),
    "ratio": _("Theo tỷ lệ"),
    "check": _("Đạt hoặc không đạt"),
    "bonus": _("Điểm thưởng"),
    "penalty": _("Điểm trừ"),
    "option": _("Phương án"),
}


class Made(NamedTuple):
    """What came of a row: its code, how it is scored, its points in words."""

    code: str
    kind: str
    points: str


class Beside(NamedTuple):
    """A row of the source, what came of it, and what was odd."""

    number: int
    cells: Sequence[str]
    made: Sequence[Made]
    oddities: Sequence[str]
    is_open: bool


class Reading(NamedTuple):
    """What was read of a document, or the sentence that refuses it; nothing of either before one was chosen."""

    name: str = ""
    found: Imported | None = None
    refusal: str = ""


def read_upload(here: Here) -> Reading:
    """Read the document of the form, before and outside the transaction."""
    given = here.typed.files.get("file", ())
    if not given:
        return Reading(refusal=_("Chưa chọn tệp; hãy chọn tệp Word, Excel, CSV hoặc văn bản có bảng tiêu chí."))
    name = given[0].filename.replace("\\", "/").rpartition("/")[2]
    content = given[0].file.read(MOST_BYTES + 1)
    with TemporaryDirectory() as folder:
        path = Path(folder) / plain(name)
        path.write_bytes(content)
        try:
            return Reading(name, read_sheet(path))
        except ConfigError as error:
            return Reading(name, refusal=error.problems[0].message)


def beside(found: Imported) -> list[Beside]:
    """Every row of the source with what came of it, in the order of the source."""
    made = _made(found)
    told: dict[int, list[str]] = {}
    open_rows = {one.row for one in found.oddities if one.blocks}
    for one in found.oddities:
        if one.row is not None:
            told.setdefault(one.row, []).append(one.what)
    rows = [row for row in found.source if not row.is_empty]
    return [
        Beside(
            row.number,
            [cell.strip() for cell in row.cells],
            made.get(row.number, ()),
            told.get(row.number, ()),
            row.number in open_rows,
        )
        for row in rows
    ]


def _made(found: Imported) -> Mapping[int, list[Made]]:
    made: dict[int, list[Made]] = {}
    for one in _all(found.document["criteria"]):
        worth = one.get("max", one.get("points"))
        kind = KINDS.get(one.get("kind", "option"), one.get("kind", ""))
        row = Made(one["code"], kind, "" if worth is None else format_points(worth))
        made.setdefault(found.rows[one["code"]], []).append(row)
    return made


def _all(criteria: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in criteria:
        yield one
        yield from one.get("options", ())
        yield from _all(one.get("children", ()))
