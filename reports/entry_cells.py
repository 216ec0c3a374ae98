"""The cells in which a criterion is scored in a workbook: what may be chosen, which numbers stand, what it comes to."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from config.sheet import Criterion, Degree, Kind, Option, Sheet
from intake.filled import CHOICE
from reports.form_book import Cell, Choice, Column, Formula, Input, Table
from scoring import marks as scoring
from scoring.numbers import format_points

Fields = Mapping[str, str]
"""What stands in the fields of a criterion, by name, without empty ones."""
YES: Final = "1"
NO: Final = "0"
NOT_APPLICABLE: Final = "Không áp dụng"
LONGEST_LABEL: Final = 70
_TYPED: Final = frozenset({Kind.GRADED, Kind.CAPPED_CHOICE, Kind.BINARY, Kind.BONUS, Kind.PENALTY})
"""The points of these are typed; of the others they follow from what is chosen or counted."""
_FIGURES: Final = {Kind.RATIO: ("done", "assigned"), Kind.COUNT: ("units",)}
_HEADINGS: Final = {"done": "Số đã thực hiện", "assigned": "Số được giao", "units": "Số lượng"}


def columns(sheets: Iterable[Sheet], own: str) -> list[Column]:
    """The columns that sheets are scored in; `own` is the heading of the points."""
    leaves = [(leaf, sheet) for sheet in sheets for leaf in sheet.leaves()]
    figures = {name for leaf, _sheet in leaves for name in _FIGURES.get(leaf.kind, ())}
    made = [Column(CHOICE, "Mức chọn", 30)] if any(choices(leaf, sheet) for leaf, sheet in leaves) else []
    made += [Column(name, heading, 11) for name, heading in _HEADINGS.items() if name in figures]
    has_points = any(leaf.ceiling for leaf, _sheet in leaves)
    return [*made, *([Column("points", own, 11)] if has_points else [])]


def choices(leaf: Criterion, sheet: Sheet) -> tuple[Choice, ...]:
    """What may be chosen for a criterion; nothing where all is typed."""
    made = [_option(leaf, option) for option in leaf.options]
    if leaf.kind is Kind.DEGREE:
        made = [Choice(degree.label, "degree", degree.value) for degree in Degree]
    if leaf.kind is Kind.CHECK:
        made = [Choice("Đạt", "passed", YES), Choice("Không đạt", "passed", NO)]
    if scoring.may_not_apply(leaf, sheet):
        made.append(Choice(NOT_APPLICABLE, "not_applicable", YES, Decimal(0)))
    return tuple(made)


def _option(leaf: Criterion, option: Option) -> Choice:
    words = option.label if len(option.label) <= LONGEST_LABEL else f"{option.label[:LONGEST_LABEL].rstrip()}…"
    code = scoring.printed(leaf, option.code)
    most = "tối đa " if leaf.kind is Kind.CAPPED_CHOICE else ""
    return Choice(f"{code} – {words} ({most}{format_points(option.points)} điểm)", "option", option.code, option.points)


def cells(table: Table, leaf: Criterion, sheet: Sheet, fields: Fields, worth: Decimal) -> dict[str, Cell]:
    """The cells of a criterion in the row that is written next; `worth` is what its fields come to now."""
    made: dict[str, Cell] = {name: Input(fields.get(name, ""), _FIGURE, is_number=True) for name in _figures(leaf)}
    if may := choices(leaf, sheet):
        made[CHOICE] = table.choosing(may, chosen(may, fields))
    if leaf.kind in _TYPED:
        rule = _rule(_limits(table, leaf, sheet, may), _said(leaf, sheet))
        made["points"] = Input(fields.get("points", ""), rule, is_number=True)
    elif leaf.ceiling:
        is_blank = not any(name in fields for name in (*_figures(leaf), "option", "not_applicable"))
        made["points"] = Formula(_reckoned(table, leaf, sheet, may), "" if is_blank else worth)
    return made


def chosen(may: Iterable[Choice], fields: Fields) -> str:
    """The label of what is chosen."""
    return next((one.label for one in may if fields.get(one.field) == one.value), "")


def _figures(leaf: Criterion) -> Sequence[str]:
    return _FIGURES.get(leaf.kind, ())


def _limits(table: Table, leaf: Criterion, sheet: Sheet, may: Sequence[Choice]) -> str:
    """The formula that holds for the points that may be typed."""
    cell, step = table.at("points"), sheet.step_of(leaf)
    if leaf.kind is Kind.BINARY:
        return f"OR({cell}=0,{cell}={leaf.ceiling})"
    most = table.points_of(may) if leaf.kind is Kind.CAPPED_CHOICE else f"{leaf.ceiling}"
    return f"AND(ISNUMBER({cell}),{cell}>=0,{cell}<={most},ABS(ROUND({cell}/{step},0)*{step}-{cell})<0.000001)"


def _said(leaf: Criterion, sheet: Sheet) -> str:
    most = format_points(leaf.ceiling)
    if leaf.kind is Kind.BINARY:
        return f"Chỉ nhận 0 hoặc {most} điểm."
    step = format_points(sheet.step_of(leaf))
    if leaf.kind is Kind.CAPPED_CHOICE:
        return f"Chọn mức trước; điểm không quá điểm tối đa của mức, theo bước {step}."
    return f"Điểm từ 0 đến {most}, theo bước {step}."


def _rule(formula: str, sentence: str) -> dict[str, Any]:
    return {
        "validate": "custom",
        "value": f"={formula}",
        "input_message": sentence,
        "error_title": "Điểm không hợp lệ",
        "error_message": sentence,
    }


_FIGURE: Final = {
    "validate": "decimal",
    "criteria": ">=",
    "value": 0,
    "error_title": "Số không hợp lệ",
    "error_message": "Ghi số từ 0 trở lên.",
}


def _reckoned(table: Table, leaf: Criterion, sheet: Sheet, may: Sequence[Choice]) -> str:
    """The formula of points that follow from the rest of the row."""
    if leaf.kind is Kind.CHOICE:
        return f'IF({table.at(CHOICE)}="","",IFERROR({table.points_of(may)},""))'
    figures = [table.at(name) for name in _figures(leaf)]
    if leaf.kind is Kind.RATIO:
        done, assigned = figures
        worth = f"ROUND(MIN(IF({assigned}=0,1,{done}/{assigned}),1)*{leaf.ceiling},4)"
    else:
        worth = f"MIN({figures[0]}*{leaf.per_unit},{leaf.ceiling})"
    blank = ",".join(f'{cell}=""' for cell in figures)
    counted = f'IF(OR({blank}),"",{worth})'
    if not scoring.may_not_apply(leaf, sheet):
        return counted
    return f'IF({table.at(CHOICE)}="{NOT_APPLICABLE}",0,{counted})'
