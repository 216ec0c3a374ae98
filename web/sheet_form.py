"""The fields of a sheet: what stands in them, what was typed, and the entry this comes to.

A field is named by its kind and its criterion (`points-I.1`). `was-I.1` is the print of what stood there when the page
was made: what is typed and no different from it was not touched here; what stands now and is different from it was
changed elsewhere.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from config.sheet import BLANK, Criterion, Entry, Kind, Sheet
from models.assessments import MarkRow
from scoring import marks as scoring
from scoring.numbers import format_points, parse_number
from web.forms import Typed
from web.words import _

Fields = Mapping[str, str]
"""What stands in the fields of one criterion, without empty ones."""

NUMBERS: Final = ("points", "done", "assigned", "units")
NAMES: Final = (*NUMBERS, "option", "degree", "passed", "not_applicable", "note")
ENTRY: Final = NAMES[:-1]
LONGEST_NOTE: Final = 20_000
YES: Final = "1"
TAKEN: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.GRADED: ("points",),
    Kind.CHOICE: ("option",),
    Kind.CAPPED_CHOICE: ("option", "points"),
    Kind.BINARY: ("points",),
    Kind.DEGREE: ("degree",),
    Kind.CHECK: ("passed",),
    Kind.RATIO: ("done", "assigned"),
    Kind.COUNT: ("units",),
    Kind.BONUS: ("points",),
    Kind.PENALTY: ("points",),
}


def standing(mark: MarkRow | None) -> Fields:
    """A mark as its fields show it."""
    if mark is None:
        return {}
    return {**_entered(mark.entry), **({"note": mark.note} if mark.note else {})}


@lru_cache(maxsize=4096)
def entry_in(text: str) -> Entry:
    """The entry of a mark as it is stored."""
    return Entry.model_validate_json(text)


@lru_cache(maxsize=4096)
def _entered(text: str) -> Fields:
    given = ((name, _shown(value)) for name, value in entry_in(text) if value is not False or name == "passed")
    return MappingProxyType({name: shown for name, shown in given if shown})


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_points(value)
    return {True: YES, False: "0"}[value] if isinstance(value, bool) else str(value)


def typed_for(typed: Typed, code: str) -> Fields | None:
    """What was typed for a criterion, written as it would be shown; None when the form did not have it."""
    if not typed.all(f"was-{code}"):
        return None
    given = {name: typed.get(f"{name}-{code}").strip() for name in NAMES}
    read = {name: _plain(name, text) for name, text in given.items()}
    return {name: text for name, text in read.items() if text}


def _plain(name: str, text: str) -> str:
    number = parse_number(text) if name in NUMBERS else None
    return text if number is None else format_points(number)


def print_of(fields: Fields) -> str:
    """What tells one content of the fields from another."""
    filled = sorted((name, text) for name, text in fields.items() if text)
    return sha256(json.dumps(filled).encode()).hexdigest()[:16]


def shown(fields: Fields) -> Fields:
    """The fields with the empty ones, as a template reads them."""
    return {name: fields.get(name, "") for name in NAMES}


def entry_of(criterion: Criterion, fields: Fields) -> Entry:
    """The entry of what was typed; ValueError with a sentence when a number is none."""
    given: dict[str, object] = {name: fields[name] for name in TAKEN[criterion.kind] if name in fields}
    for name in NUMBERS:
        if name in given:
            given[name] = _number(criterion, fields[name])
    if "passed" in given:
        given["passed"] = fields["passed"] == YES
    if "not_applicable" in fields:
        given["not_applicable"] = True
    try:
        return Entry.model_validate(given)
    except ValidationError:
        raise ValueError(_("Tiêu chí %(code)s: giá trị không đọc được.") % {"code": criterion.code}) from None


def _number(criterion: Criterion, text: str) -> Decimal:
    number = parse_number(text)
    if number is None:
        sentence = _("Tiêu chí %(code)s: «%(text)s» không phải là số; ghi như 7,5 hoặc 10.")
        raise ValueError(sentence % {"code": criterion.code, "text": text[:40]})
    return number


def problem_of(criterion: Criterion, fields: Fields, sheet: Sheet) -> str:
    """Why what was typed cannot stand, in one sentence; empty when it can. Blank can stand."""
    if len(fields.get("note", "")) > LONGEST_NOTE:
        sentence = _("Tiêu chí %(code)s: thuyết minh dài quá %(most)s ký tự; rút gọn hoặc gửi kèm tệp.")
        return sentence % {"code": criterion.code, "most": f"{LONGEST_NOTE:,}".replace(",", ".")}
    try:
        entry = entry_of(criterion, fields)
    except ValueError as problem:
        return str(problem)
    return "" if entry == BLANK else scoring.check(criterion, entry, sheet) or ""
