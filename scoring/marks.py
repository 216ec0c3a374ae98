"""What an entry is worth and why it may not stand. Decimal and Fraction only, never float (X-N1, X-N2, X-N4).

`check` answers with a sentence; `points` and `totals` reckon with entries that `check` has let through.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from config.sheet import BLANK, Criterion, Entry, Kind, Sheet
from scoring.numbers import format_points, rounded

_ZERO: Final = Decimal(0)

_NEEDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.GROUP: (),
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
_NAMES: Final = {
    "points": "điểm",
    "option": "mức được chọn",
    "degree": "cấp độ",
    "passed": "kết luận đạt hay không đạt",
    "done": "số đã thực hiện",
    "assigned": "số được giao",
    "units": "số lượng",
}
_WORDS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


@dataclass(frozen=True, slots=True)
class Totals:
    """The points of a sheet as filled in.

    `groups` has every group by its code, without bonus and penalty and not rescaled; `missing` the codes that
    still have to be scored, in the order of the sheet.
    """

    total: Decimal
    groups: Mapping[str, Decimal]
    missing: tuple[str, ...]


def check(criterion: Criterion, entry: Entry, sheet: Sheet) -> str | None:
    """Say in one Vietnamese sentence which rule the entry breaks, or None. An empty entry is refused too."""
    refusals = (rule(criterion, entry, sheet) for rule in _RULES)
    refusal = next(filter(None, refusals), None)
    return None if refusal is None else f"Tiêu chí {criterion.code}: {refusal}."


def points(criterion: Criterion, entry: Entry, sheet: Sheet) -> Decimal:  # noqa: ARG001 - called like `check`
    """Return what the entry counts: 0 when not applicable or not scored, below 0 for a penalty.

    A ratio is rounded to four decimals and not to the step; doing more than was assigned counts as all of it,
    and where nothing was assigned nothing is missing (AMB-S2-4).
    """
    return _ZERO if entry.not_applicable else _WORTH[criterion.kind](criterion, entry)


def totals(sheet: Sheet, entries: Mapping[str, Entry]) -> Totals:
    """Add up a sheet; entries for other codes than its leaves are passed over.

    With "rescale" the sum becomes `sum * sheet.total / applicable max`, exact and then rounded to four
    decimals (0 when nothing applies). Then bonus and penalty come; the total is never below 0, nor above the
    sheet's unless the sheet lets a bonus lift it.
    """
    filled = {leaf.code: entries.get(leaf.code, BLANK) for leaf in sheet.leaves()}
    worth = {leaf.code: points(leaf, filled[leaf.code], sheet) for leaf in sheet.leaves()}
    groups: dict[str, Decimal] = {}
    scaled = _rescaled(_add_up(sheet.criteria, worth, groups), sheet, filled)
    extras = sum((worth[leaf.code] for leaf in sheet.leaves() if leaf.is_extra), _ZERO)
    missing = (leaf.code for leaf in sheet.leaves() if not is_scored(leaf, filled[leaf.code]))
    return Totals(_bounded(scaled + extras, sheet), groups, tuple(missing))


def highest(sheet: Sheet) -> Decimal:
    """Return the greatest total of a sheet: its own, and all bonus where that may lift it."""
    bonus = sum((leaf.ceiling for leaf in sheet.leaves() if leaf.kind == Kind.BONUS), _ZERO)
    return sheet.total + (bonus if sheet.bonus_above_total else _ZERO)


def is_scored(criterion: Criterion, entry: Entry) -> bool:
    """Whether nothing is left to fill in; 0 is a score, blank is not (AMB-DN-3); what is `may_stay_blank` is."""
    return entry.not_applicable or may_stay_blank(criterion) or not _lacking(criterion, entry)


def may_stay_blank(criterion: Criterion) -> bool:
    """Whether nobody has to fill it in: bonus, penalty, and what a part of the dossier meets (ANO-NA-1)."""
    return criterion.is_extra or criterion.met_by is not None


def unmet(sheet: Sheet, entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the codes of the checks that stand against recognition, in the order of the sheet.

    All have to be passed (AMB-NA-1) but those that do not apply; one that the dossier meets by itself stands
    against it only when it is said not to be passed (ANO-NA-1).
    """
    filled = ((leaf, entries.get(leaf.code, BLANK)) for leaf in sheet.leaves() if leaf.kind == Kind.CHECK)
    return tuple(leaf.code for leaf, entry in filled if not _is_met(leaf, entry))


def _is_met(criterion: Criterion, entry: Entry) -> bool:
    if entry.passed is None:
        return entry.not_applicable or criterion.met_by is not None
    return entry.passed


def _add_up(criteria: Iterable[Criterion], worth: Mapping[str, Decimal], groups: dict[str, Decimal]) -> Decimal:
    total = _ZERO
    for criterion in criteria:
        if criterion.kind == Kind.GROUP:
            groups[criterion.code] = _ZERO  # its place is before its children's
            groups[criterion.code] = _add_up(criterion.children, worth, groups)
            total += groups[criterion.code]
        elif not criterion.is_extra:
            total += worth[criterion.code]
    return total


def _rescaled(total: Decimal, sheet: Sheet, filled: Mapping[str, Entry]) -> Decimal:
    if sheet.not_applicable != "rescale":
        return total
    left_out = sum((leaf.ceiling for leaf in sheet.leaves() if filled[leaf.code].not_applicable), _ZERO)
    applicable = Fraction(sheet.total - left_out)
    return rounded(Fraction(total) * Fraction(sheet.total) / applicable) if applicable else _ZERO


def _bounded(total: Decimal, sheet: Sheet) -> Decimal:
    bounded = total if sheet.bonus_above_total else min(total, sheet.total)
    return max(bounded, _ZERO)


def _entered(_: Criterion, entry: Entry) -> Decimal:
    return entry.points or _ZERO


def _chosen(criterion: Criterion, entry: Entry) -> Decimal:
    return next((option.points for option in criterion.options if option.code == entry.option), _ZERO)


def _share(criterion: Criterion, entry: Entry) -> Decimal:
    if entry.done is None or entry.assigned is None:
        return _ZERO
    share = Fraction(entry.done) / Fraction(entry.assigned) if entry.assigned else Fraction(1)
    return rounded(min(share, Fraction(1)) * Fraction(criterion.ceiling))


def _counted(criterion: Criterion, entry: Entry) -> Decimal:
    return min((entry.units or _ZERO) * (criterion.per_unit or _ZERO), criterion.ceiling)


_WORTH: Final[Mapping[Kind, Callable[[Criterion, Entry], Decimal]]] = {
    Kind.GRADED: _entered,
    Kind.CHOICE: _chosen,
    Kind.CAPPED_CHOICE: _entered,
    Kind.BINARY: _entered,
    Kind.DEGREE: lambda *_: _ZERO,
    Kind.CHECK: lambda *_: _ZERO,
    Kind.RATIO: _share,
    Kind.COUNT: _counted,
    Kind.BONUS: _entered,
    Kind.PENALTY: lambda criterion, entry: -_entered(criterion, entry),
}


def _given(entry: Entry) -> tuple[str, ...]:
    return tuple(name for name in _NAMES if getattr(entry, name) is not None)


def _lacking(criterion: Criterion, entry: Entry) -> tuple[str, ...]:
    return tuple(name for name in _NEEDS[criterion.kind] if getattr(entry, name) is None)


def _named(fields: Iterable[str]) -> str:
    return " và ".join(_NAMES[field] for field in fields)


def _check_leaf(criterion: Criterion, _: Entry, __: Sheet) -> str | None:
    return "là nhóm tiêu chí, không chấm điểm trực tiếp" if criterion.kind == Kind.GROUP else None


def _check_applicable(criterion: Criterion, entry: Entry, sheet: Sheet) -> str | None:
    if not entry.not_applicable:
        return None
    if criterion.kind == Kind.CHECK and not criterion.optional:
        return "luôn phải kết luận đạt hay không đạt, không đánh dấu «không áp dụng»"
    if sheet.not_applicable == "forbidden" and not criterion.optional:
        return "biểu này không cho phép đánh dấu «không áp dụng»"
    if criterion.is_extra:
        return "điểm thưởng, điểm trừ không đánh dấu «không áp dụng», không có thì để trống"
    return "đã đánh dấu «không áp dụng» thì để trống phần chấm điểm" if _given(entry) else None


def may_not_apply(criterion: Criterion, sheet: Sheet) -> bool:
    """Whether it may be said that the criterion does not concern the unit."""
    if criterion.kind == Kind.CHECK or sheet.not_applicable == "forbidden":
        return criterion.optional
    return not criterion.is_extra


def _check_fields(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    needed = _NEEDS[criterion.kind]
    foreign = [name for name in _given(entry) if name not in needed]
    return f"chấm bằng {_named(needed)}, không nhận {_named(foreign)}" if foreign else None


def _check_complete(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    lacking = () if entry.not_applicable else _lacking(criterion, entry)
    if "option" in lacking:
        return f"chưa chọn mức nào, phải chọn {_one_of(criterion)}"
    return f"chưa có {_named(lacking)}" if lacking else None


def _check_value(criterion: Criterion, entry: Entry, sheet: Sheet) -> str | None:
    return None if entry.not_applicable else _VALUES[criterion.kind](criterion, entry, sheet)


_RULES: Final = (_check_leaf, _check_applicable, _check_fields, _check_complete, _check_value)


def _one_of(criterion: Criterion) -> str:
    codes = [printed(criterion, option.code) for option in criterion.options]
    number = _WORDS[len(codes)] if len(codes) < len(_WORDS) else str(len(codes))
    return f"một trong {number} mức ({', '.join(codes)})"


def printed(criterion: Criterion, code: str | None) -> str:
    """Return an option's code as sheets print it, without the group: IV.1.2 is 1.2 (ANO-VG-8)."""
    group = criterion.code.rpartition(".")[0]
    return (code or "").removeprefix(f"{group}.")


def _check_points(criterion: Criterion, entry: Entry, sheet: Sheet) -> str | None:
    given, step = _entered(criterion, entry), sheet.step_of(criterion)
    if not 0 <= given <= criterion.ceiling:
        return f"điểm phải từ 0 đến {format_points(criterion.ceiling)}, không nhận {format_points(given)}"
    if given % step:
        return f"điểm theo bước {format_points(step)}, không nhận {format_points(given)}"
    return None


def _check_choice(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    codes = {option.code for option in criterion.options}
    return None if entry.option in codes else f"chỉ được chọn {_one_of(criterion)}"


def _check_capped(criterion: Criterion, entry: Entry, sheet: Sheet) -> str | None:
    cap, given = _chosen(criterion, entry), _entered(criterion, entry)
    refusal = _check_choice(criterion, entry, sheet)
    if refusal is None and given > cap:
        level = printed(criterion, entry.option)
        return f"mức {level} chấm tối đa {format_points(cap)} điểm, không nhận {format_points(given)}"
    return refusal or _check_points(criterion, entry, sheet)


def _check_binary(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    most = criterion.ceiling
    return None if entry.points in {_ZERO, most} else f"chỉ nhận 0 hoặc {format_points(most)} điểm"


def _check_ratio(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    done, assigned = entry.done or _ZERO, entry.assigned or _ZERO
    if done < 0 or assigned < 0:
        return f"«{criterion.done_label}» và «{criterion.assigned_label}» không được âm"
    if done and not assigned:
        return f"«{criterion.assigned_label}» bằng 0 thì «{criterion.done_label}» cũng phải bằng 0"
    return None


def _check_count(criterion: Criterion, entry: Entry, _: Sheet) -> str | None:
    units = entry.units or _ZERO
    whole = units >= 0 and units == units.to_integral_value()
    return None if whole else f"«{criterion.unit_label}» phải là số nguyên từ 0 trở lên"


_VALUES: Final[Mapping[Kind, Callable[[Criterion, Entry, Sheet], str | None]]] = {
    Kind.GRADED: _check_points,
    Kind.CHOICE: _check_choice,
    Kind.CAPPED_CHOICE: _check_capped,
    Kind.BINARY: _check_binary,
    Kind.DEGREE: lambda *_: None,
    Kind.CHECK: lambda *_: None,
    Kind.RATIO: _check_ratio,
    Kind.COUNT: _check_count,
    Kind.BONUS: _check_points,
    Kind.PENALTY: _check_points,
}
