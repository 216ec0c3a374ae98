"""Workbooks that were filled in outside and come back: read whole, held against what they are of, cell by cell."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic import BaseModel

from config.errors import ConfigError
from config.sheet import Criterion, Sheet
from intake.filled import CHOICE, Form, Line, read_form
from models.rounds import Round
from notifications.wording import minute
from reports import entry_cells
from reports.entry_cells import Fields
from web.edge import Here, Outside
from web.forms import Typed, Upload, clean
from web.uploads import base_name, read_whole
from web.words import _

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: Final = {
    "unit": _("biểu tự chấm điểm"),
    "appraisal": _("biểu thẩm định"),
    "opinions": _("biểu tham gia ý kiến"),
}
NAMES: Final = {
    CHOICE: _("Mức chọn"),
    "done": _("Số đã thực hiện"),
    "assigned": _("Số được giao"),
    "units": _("Số lượng"),
    "points": _("Điểm"),
    "note": _("Thuyết minh"),
}
"""What the columns of a criterion are called, in their order."""


NOTHING: Final = Form({}, {})


class Came(NamedTuple):
    """A file that was sent: what it holds, or the sentence that refuses it."""

    name: str = ""
    form: Form = NOTHING
    refusal: str = ""


class Change(NamedTuple):
    """A cell that is not as it stands here: its address, what it is, what stands, and what would."""

    address: str
    name: str
    before: str
    after: str


def take_workbook(here: Here) -> Came | Outside:
    """Read the file of a form, before and outside the transaction."""
    given = here.typed.files.get("file", ())
    if not given:
        return Came(refusal=_("Chưa chọn tệp; hãy chọn tệp Excel (.xlsx) đã điền."))
    return Outside(partial(_taken, given[0]))


def _taken(upload: Upload) -> Came:
    name = base_name(upload)
    try:
        return Came(name, read_whole(upload, "form.xlsx", read_form))
    except ConfigError as error:
        return Came(name, refusal=error.problems[0].message)


def about(here: Here, form: str, found: Round, more: Mapping[str, str]) -> dict[str, str]:
    """What a workbook is of; a round of a rehearsal is another than the real one of the same number."""
    launched = "" if found.launched_at is None else found.launched_at.isoformat()
    return {
        "form": form,
        "round": f"{found.id}/{launched}/{here.place.is_rehearsal}",
        "round_title": found.title,
        **more,
        "made": minute(here.now),
    }


def digest(*parts: BaseModel | str) -> str:
    """What tells one version of sheets, or of what may be chosen, from another."""
    texts = (part if isinstance(part, str) else part.model_dump_json() for part in parts)
    return sha256("\n".join(texts).encode()).hexdigest()


def against(form: Form, wanted: Mapping[str, str]) -> str:
    """Why a workbook is not the one that is wanted, in one sentence; empty when it is."""
    given = form.about
    if given.get("form") != wanted["form"]:
        sentence = _("Tệp này là %(given)s, không phải %(wanted)s; hãy chọn đúng tệp.")
        kinds = {"given": FORMS.get(given.get("form", ""), _("biểu khác")), "wanted": FORMS[wanted["form"]]}
        return sentence % kinds
    if given.get("round") != wanted["round"]:
        sentence = _("Tệp này thuộc đợt khác («%(title)s»); hãy tải biểu của đợt này rồi chép nội dung sang.")
        return sentence % {"title": given.get("round_title", "")}
    if given.get("whose") != wanted["whose"]:
        sentence = _("Tệp này là biểu của «%(given)s», không phải của «%(wanted)s»; hãy chọn đúng tệp.")
        return sentence % {"given": given.get("name", ""), "wanted": wanted["name"]}
    if given.get("sheet") != wanted["sheet"]:
        return _("Biểu tiêu chí đã được sửa sau khi tải tệp này; hãy tải biểu mới rồi chép nội dung sang.")
    return ""


def as_typed(lines: Iterable[tuple[str, Line]]) -> Typed:
    """Rows as if they had been typed on a page; each with the end of the names of its fields."""
    return Typed(tuple(field for end, line in lines for field in _fields(end, line)))


def _fields(end: str, line: Line) -> Iterator[tuple[str, str]]:
    yield f"was-{end}", line.was
    for name, text in line.fields.items():
        yield f"{name}-{end}", clean(text)


def changes(
    leaf: Criterion, sheet: Sheet, line: Line, before: Fields, after: Fields, *, note: str = NAMES["note"]
) -> list[Change]:
    """The cells of a criterion's row that differ; `note` is what its words are called."""
    stands, given = (_cells(leaf, sheet, fields) for fields in (before, after))
    return [
        Change(line.places.get(name, ""), label, stands.get(name, ""), given.get(name, ""))
        for name, label in {**NAMES, "note": note}.items()
        if stands.get(name, "") != given.get(name, "")
    ]


def _cells(leaf: Criterion, sheet: Sheet, fields: Fields) -> Mapping[str, str]:
    return {**fields, CHOICE: entry_cells.chosen(entry_cells.choices(leaf, sheet), fields)}


def addressed(line: Line, problem: str, *, about_note: bool = False) -> str:
    """A sentence against a row, with the address of the cell that it is about."""
    names = ("note",) if about_note else ("points", *NAMES)
    address = next((line.places[name] for name in names if name in line.places), "")
    return _("Ô %(address)s: %(problem)s") % {"address": address, "problem": problem} if address else problem
