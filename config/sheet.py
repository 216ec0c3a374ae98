"""A criteria sheet (*biểu*) as data, checked whole when it is built; and the entry that fills in one leaf.

Verified, never repaired (X-N3): the points of a group are the sum of its children, those of a choose-one its
largest option (X-N2), the total of the sheet is the sum of its top criteria. Bonus and penalty stand outside
every sum; a degree and a check carry no points at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from operator import not_
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from config import variants, yamlfile
from config.errors import Defect, KeyPath, refuse


def _plain(value: Decimal) -> Decimal:
    """Write equal numbers alike, so that 2, 2.0 and "02" have one text and one digest."""
    value = value.normalize() + 0
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


class Kind(StrEnum):
    """How a criterion is scored."""

    GROUP = "group"
    GRADED = "graded"
    CHOICE = "choice"
    CAPPED_CHOICE = "capped_choice"
    BINARY = "binary"
    DEGREE = "degree"
    CHECK = "check"
    RATIO = "ratio"
    COUNT = "count"
    BONUS = "bonus"
    PENALTY = "penalty"


class Degree(StrEnum):
    """The grade of one criterion (*cấp độ*, HT-5.4); it carries no points."""

    EXCELLENT = "xuat_sac"
    GOOD = "tot"
    AVERAGE = "trung_binh"
    POOR = "kem"

    @property
    def label(self) -> str:
        return _DEGREE_LABELS[self]


_DEGREE_LABELS: Final = {
    Degree.EXCELLENT: "Xuất sắc",
    Degree.GOOD: "Tốt",
    Degree.AVERAGE: "Trung bình",
    Degree.POOR: "Kém",
}

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
Points = Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4), AfterValidator(_plain)]
Worth = Annotated[Points, Field(gt=0)]
Share = Annotated[Fraction, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(max_digits=18), AfterValidator(_plain)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Option(_Frozen):
    """One level of a choose-one: its fixed points in a `choice`, its ceiling in a `capped_choice`.

    `share`, exact ("9/10"), is what has to be reached for it, where a capped choice is made by a share (S2-2.2).
    """

    code: Code
    label: Text
    points: Points
    share: Share | None = None


class Criterion(_Frozen):
    """A criterion (*tiêu chí*): a group of others, or a leaf that is scored.

    `done_label` and `assigned_label` name the two figures of a ratio, `unit_label` what a count counts and
    `per_unit` what each is worth; `share_of` what the share of a capped choice is taken of; `step` overrides the
    sheet's; `evidence` is what the sheet asks for and `note` a remark to be shown with it.

    Conditions of a rating tell all, `basic` and `task` criteria apart (AMB-HT-5, HT-5.3). What is `optional` (*nếu có*)
    may be said not to apply, whatever the sheet says of others (AMB-NA-1). A check with `met_by` is met by that part
    of the dossier and may stay blank (ANO-NA-1).
    """

    code: Code
    label: Text
    kind: Kind
    max: Worth | None = None
    step: Worth | None = None
    basic: bool = True
    task: bool = False
    optional: bool = False
    met_by: Text | None = None
    note: Text | None = None
    evidence: tuple[Text, ...] = ()
    note_below_max: bool = False
    options: tuple[Option, ...] = ()
    share_of: Text | None = None
    done_label: Text | None = None
    assigned_label: Text | None = None
    unit_label: Text | None = None
    per_unit: Worth | None = None
    children: tuple["Criterion", ...] = ()

    @property
    def is_extra(self) -> bool:
        """Whether it stands outside the sums: a bonus or a penalty."""
        return self.kind in {Kind.BONUS, Kind.PENALTY}

    @property
    def ceiling(self) -> Decimal:
        """Its greatest points; 0 for what carries none."""
        return Decimal(0) if self.max is None else self.max


class Columns(_Frozen):
    """The headings of the columns, as the official sheet prints them."""

    number: Text = "TT"
    content: Text = "Nội dung tiêu chí"
    most: Text = "Điểm tối đa"
    own: Text = "Điểm tự chấm"
    given: Text = "Điểm thẩm định"
    beside: Text = "Thuyết minh, tài liệu kiểm chứng"


class Sheet(_Frozen):
    """A whole sheet. Built only when nothing in it contradicts itself.

    `not_applicable`: what a unit may say of a criterion that does not concern it: nothing ("forbidden"), that
    it counts 0 ("zero"), or that the rest is scaled up to the whole ("rescale"). A bonus fills up to `total`
    and lifts a mark above it only with `bonus_above_total`.
    """

    slug: Slug
    title: Text
    status: Literal["official", "sample", "own_wording"]
    step: Worth = Decimal("0.25")
    total: Points
    not_applicable: Literal["forbidden", "zero", "rescale"] = "forbidden"
    bonus_above_total: bool = False
    columns: Columns | None = Field(default=None, exclude_if=not_)
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Sheet", [defect for check in _CHECKS for defect in check(self)])
        return self

    def leaves(self) -> tuple[Criterion, ...]:
        """Return what is scored, in the order of the sheet."""
        return tuple(self._leaves.values())

    def leaf(self, code: str) -> Criterion:
        """Return the leaf of that code; KeyError when the sheet has none."""
        return self._leaves[code]

    def step_of(self, criterion: Criterion) -> Decimal:
        """Return the step of the criterion's points: its own, or the sheet's (X-N4)."""
        return criterion.step or self.step

    @cached_property
    def _leaves(self) -> Mapping[str, Criterion]:
        places = _places(self.criteria, ("criteria",))
        return {place.criterion.code: place.criterion for place in places if place.criterion.kind != Kind.GROUP}


class Entry(_Frozen):
    """What a person fills in for one leaf; what is stored is `model_dump_json(exclude_defaults=True)`.

    Only the form is checked here; `scoring.marks.check` holds it against the criterion.
    """

    points: Amount | None = None
    option: str | None = None
    degree: Degree | None = None
    passed: bool | None = None
    done: Amount | None = None
    assigned: Amount | None = None
    units: Amount | None = None
    not_applicable: bool = False


BLANK: Final = Entry()


def load_sheet(path: Path) -> Sheet:
    """Read a sheet, or a variant on its frame, from a YAML file; ConfigError names every problem with file and line."""
    document = yamlfile.read(path)
    if variants.is_variant(document):
        beside = variants.frame_of(document, path)
        frame = yamlfile.read(beside)
        yamlfile.validate(Sheet, frame, beside)
        document = variants.merged(document, frame, path)
    return yamlfile.validate(Sheet, document, path)


class _Place(NamedTuple):
    path: KeyPath
    criterion: Criterion

    def defect(self, field: str, message: str) -> Defect:
        return Defect((*self.path, field), f"criterion {self.criterion.code}: {message}")


def _places(criteria: Sequence[Criterion], path: KeyPath) -> Iterator[_Place]:
    for index, criterion in enumerate(criteria):
        place = _Place((*path, index), criterion)
        yield place
        yield from _places(criterion.children, (*place.path, "children"))


def _all(sheet: Sheet) -> Iterator[_Place]:
    return _places(sheet.criteria, ("criteria",))


_TAKES: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.GROUP: frozenset({"max", "children"}),
    Kind.GRADED: frozenset({"max", "step"}),
    Kind.CHOICE: frozenset({"max", "options"}),
    Kind.CAPPED_CHOICE: frozenset({"max", "step", "options", "share_of"}),
    Kind.BINARY: frozenset({"max"}),
    Kind.DEGREE: frozenset({"optional"}),
    Kind.CHECK: frozenset({"optional", "met_by"}),
    Kind.RATIO: frozenset({"max", "done_label", "assigned_label"}),
    Kind.COUNT: frozenset({"max", "per_unit", "unit_label"}),
    Kind.BONUS: frozenset({"max", "step"}),
    Kind.PENALTY: frozenset({"max", "step"}),
}
_ANY: Final = sorted(frozenset().union(*_TAKES.values()))
_MAY: Final = frozenset({"step", "share_of", "optional", "met_by"})
_POINTLESS: Final = frozenset({Kind.DEGREE, Kind.CHECK})


def _check_shape(sheet: Sheet) -> Iterator[Defect]:
    """Each kind has what it needs and nothing that belongs to another kind."""
    for place in _all(sheet):
        kind = place.criterion.kind
        needed = _TAKES[kind] - _MAY - ({"max"} if kind == Kind.GROUP else set())
        values = dict(place.criterion)
        for field in _ANY:
            given = bool(values[field])
            if given and field not in _TAKES[kind]:
                yield place.defect(field, f'kind "{kind}" takes no "{field}"')
            elif not given and field in needed:
                yield place.defect(field, f'kind "{kind}" needs "{field}"')


def _coded(sheet: Sheet) -> Iterator[tuple[KeyPath, str]]:
    for place in _all(sheet):
        yield (*place.path, "code"), place.criterion.code
        for index, option in enumerate(place.criterion.options):
            yield (*place.path, "options", index, "code"), option.code


def _check_codes(sheet: Sheet) -> Iterator[Defect]:
    """No two criteria or options share a code."""
    seen: set[str] = set()
    for path, code in _coded(sheet):
        if code in seen:
            yield Defect(path, f"the code {code} stands twice")
        seen.add(code)


def _check_options(sheet: Sheet) -> Iterator[Defect]:
    """A choice is between two or more; an option's code begins with that of its criterion (ANO-VG-8)."""
    for place in _all(sheet):
        criterion = place.criterion
        if len(criterion.options) == 1:
            yield place.defect("options", "a choice needs at least two options")
        for index, option in enumerate(criterion.options):
            if not option.code.startswith(f"{criterion.code}."):
                path = (*place.path, "options", index, "code")
                yield Defect(path, f"option {option.code} must begin with {criterion.code}.")


def _check_shares(sheet: Sheet) -> Iterator[Defect]:
    """Shares stand at every option of a criterion that says of what, falling down to 0, so that one always fits."""
    for place in _all(sheet):
        options, share_of = place.criterion.options, place.criterion.share_of
        shares = [option.share for option in options if option.share is not None]
        if shares and share_of is None:
            yield place.defect("options", 'options with a "share" need a "share_of"')
        elif share_of is not None and len(shares) < len(options):
            yield place.defect("options", 'with "share_of" every option needs a "share"')
        elif shares and (shares[-1] or any(higher <= lower for higher, lower in pairwise(shares))):
            yield place.defect("options", "the shares must fall from option to option, the last one to 0")


def _check_sums(sheet: Sheet) -> Iterator[Defect]:
    """A group is worth the sum of its children, a choose-one its largest option (X-N2, X-N3)."""
    for place in _all(sheet):
        criterion = place.criterion
        if criterion.options and criterion.max is not None:
            largest = max(option.points for option in criterion.options)
            if largest != criterion.max:
                yield place.defect("max", f"max is {criterion.max}, the largest option has {largest}")
        total = _sum(criterion.children) if criterion.children else None
        if total is not None and total != criterion.ceiling:
            yield place.defect("max", f"max is {criterion.max or 'not given'}, its children add up to {total}")


def _check_total(sheet: Sheet) -> Iterator[Defect]:
    """The sheet is worth the sum of its top criteria (X-N3)."""
    total = _sum(sheet.criteria)
    if total is not None and total != sheet.total:
        yield Defect(("total",), f"total is {sheet.total}, the top criteria add up to {total}")


def _sum(criteria: Sequence[Criterion]) -> Decimal | None:
    """Add up what counts towards a sum; None when a leaf lacks its max, which is a defect of its own."""
    worths = [_worth(criterion) for criterion in criteria if not criterion.is_extra]
    known = [worth for worth in worths if worth is not None]
    return sum(known, Decimal(0)) if len(known) == len(worths) else None


def _worth(criterion: Criterion) -> Decimal | None:
    if criterion.kind == Kind.GROUP and criterion.max is None:
        return _sum(criterion.children)
    return Decimal(0) if criterion.kind in _POINTLESS else criterion.max


def _check_steps(sheet: Sheet) -> Iterator[Defect]:
    """What is scored in steps can reach its ceiling, and each of its ceilings, by them (X-N4)."""
    for place in _all(sheet):
        criterion, step = place.criterion, sheet.step_of(place.criterion)
        if "step" not in _TAKES[criterion.kind]:
            continue
        for ceiling in sorted({criterion.ceiling, *(option.points for option in criterion.options)}):
            if ceiling % step:
                yield place.defect("max", f"{ceiling} points cannot be reached in steps of {step}")


_CHECKS: Final[Sequence[Callable[[Sheet], Iterator[Defect]]]] = (
    _check_shape,
    _check_codes,
    _check_options,
    _check_shares,
    _check_sums,
    _check_total,
    _check_steps,
)
