"""The fields of an appraised mark, named as those of the sheet; and marks in words."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from actions.appraise_seen import stamp
from actions.marks import Filled
from config.sheet import BLANK, Criterion, Entry, Kind, Sheet
from models.assessments import MarkRow
from scoring.marks import printed
from scoring.numbers import format_points
from web.evidence_view import Piece
from web.forms import Typed
from web.sheet_form import ENTRY, Fields, entry_of, problem_of, standing, typed_for
from web.sheet_view import Row
from web.words import _

WAS = "was-"
"""Begins the field that names a criterion whose fields are in the form, with the stamp of the mark they showed."""


class Read(NamedTuple):
    """A form as it was read: entries, stamps, a sentence for each criterion that is none, and what was typed."""

    filled: dict[str, Filled]
    seen: dict[str, str]
    problems: dict[str, str]
    typed: dict[str, Fields]


def read(sheet: Sheet, typed: Typed) -> Read:
    """The criteria of a form; what is no criterion of the sheet is passed over."""
    found = Read({}, {}, {}, {})
    for leaf in sheet.leaves():
        fields = typed_for(typed, leaf.code)
        if fields is None:
            continue
        found.typed[leaf.code], found.seen[leaf.code] = fields, typed.get(f"{WAS}{leaf.code}")
        one = read_one(leaf, fields, sheet)
        if isinstance(one, str):
            found.problems[leaf.code] = one
        else:
            found.filled[leaf.code] = one
    return found


def read_one(leaf: Criterion, fields: Fields, sheet: Sheet) -> Filled | str:
    """What was typed for a criterion, or the sentence against it."""
    return _problem(leaf, fields, sheet) or Filled(_entry(leaf, fields), fields.get("note", ""))


def _problem(leaf: Criterion, fields: Fields, sheet: Sheet) -> str:
    if fields.keys() == {"note"}:
        return _("Tiêu chí %(code)s: đã ghi lý do nhưng chưa có điểm thẩm định.") % {"code": leaf.code}
    return problem_of(leaf, fields, sheet)


def _entry(leaf: Criterion, fields: Fields) -> Entry | None:
    return entry_of(leaf, fields) if fields.keys() & set(ENTRY) else None


class Shown(dict[str, str]):
    """What stands in fields; those without anything are empty."""

    def __missing__(self, name: str) -> str:
        """Nothing stands in it."""
        return ""


def row_of(
    leaf: Criterion, sheet: Sheet, key: str, mark: MarkRow | None, files: Sequence[Piece] = (), *, suffix: str = ""
) -> Row:
    """A criterion's fields for an appraised mark; `suffix` ends their names where one page has several dossiers."""
    return Row(
        key=key,
        leaf=leaf.model_copy(update={"code": f"{leaf.code}{suffix}"}),
        sheet=sheet,
        fields=Shown(standing(mark)),
        was=stamp(mark),
        entry=entry_in(mark) or BLANK,
        files=files,
    )


def retyped(row: Row, typed: Fields, problem: str) -> Row:
    """A row with what was typed in its fields, and the sentence that stands against it."""
    return replace(row, fields=Shown(typed), problem=problem)


def entry_in(mark: MarkRow | None) -> Entry | None:
    """The entry of a mark."""
    return None if mark is None else Entry.model_validate_json(mark.entry)


def told(entry: Entry | None, points: Decimal | None) -> str:
    """A mark in a word: "7,5", "Tốt", "Đạt"."""
    if entry is None or entry == BLANK or points is None:
        return ""
    if entry.not_applicable:
        return _("Không áp dụng")
    if entry.degree is not None:
        return entry.degree.label
    if entry.passed is not None:
        return _("Đạt") if entry.passed else _("Không đạt")
    return format_points(points)


def overtaken(*words: str) -> str:
    """That a mark was written elsewhere, and what it is now; words that are empty are left out."""
    told = _("Trong lúc nhập, tiêu chí này đã được ghi khác đi: %(stands)s. Lưu lần nữa thì ghi nội dung đang nhập.")
    return told % {"stands": "; ".join(word for word in words if word) or _("đã bỏ điểm thẩm định")}


def beside(leaf: Criterion, entry: Entry | None) -> str:
    """What an entry says beside its points: the level that was chosen, the figures of a ratio or a count."""
    if entry is None or entry.not_applicable:
        return ""
    if leaf.options:
        chosen = next((option.label for option in leaf.options if option.code == entry.option), "")
        return _("Mức %(code)s: %(label)s") % {"code": printed(leaf, entry.option), "label": chosen} if chosen else ""
    return _figures(leaf, entry)


def _figures(leaf: Criterion, entry: Entry) -> str:
    if leaf.kind is Kind.RATIO:
        return f"{leaf.done_label}: {_number(entry.done)}; {leaf.assigned_label}: {_number(entry.assigned)}"
    return f"{leaf.unit_label}: {_number(entry.units)}" if leaf.kind is Kind.COUNT else ""


def _number(value: Decimal | None) -> str:
    return "" if value is None else format_points(value)
