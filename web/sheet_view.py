"""A sheet as its page shows it: parts, rows, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Final, NamedTuple

from config.sheet import BLANK, Criterion, Degree, Entry, Kind, Sheet
from models.assessments import MarkRow
from scoring import marks as scoring
from scoring.marks import Totals, may_not_apply, printed
from scoring.numbers import format_points
from web.evidence_view import Piece
from web.sheet_form import Fields, entry_in, print_of, shown, standing
from web.words import _

POINTLESS: Final = frozenset({Kind.DEGREE, Kind.CHECK})


class Elsewhere(NamedTuple):
    """What stands in a row now, where somebody else changed what is being typed."""

    fields: Fields
    by: str
    at: datetime | None

    @property
    def print(self) -> str:
        """What tells it from anything else that may stand there."""
        return print_of(self.fields)


class Given(NamedTuple):
    """What stands in the fields of an entry: all that its fields on a page depend on beside the criterion."""

    points: str
    option: str
    degree: str
    passed: str
    done: str
    assigned: str
    units: str
    not_applicable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One criterion: what stands in its fields, what it is worth, what goes with it."""

    key: str
    leaf: Criterion
    sheet: Sheet
    fields: Fields
    was: str
    entry: Entry
    files: Sequence[Piece] = ()
    problem: str = ""
    elsewhere: Elsewhere | None = None
    is_filled: bool = field(init=False)
    is_scored: bool = field(init=False)
    points: Decimal = field(init=False)

    def __post_init__(self) -> None:
        """Reckon once whether something was entered, whether nothing is left to fill in, and what it counts."""
        object.__setattr__(self, "is_filled", self.entry != BLANK)
        object.__setattr__(self, "is_scored", scoring.is_scored(self.leaf, self.entry))
        object.__setattr__(self, "points", scoring.points(self.leaf, self.entry, self.sheet))

    @property
    def given(self) -> Given:
        """Its fields but for the words beside them."""
        return Given._make(self.fields[name] for name in Given._fields)

    @property
    def worth(self) -> str:
        """What the entry comes to, in one word."""
        if not self.is_filled:
            return "–"
        return word_of(self.entry) or format_points(self.points)

    @property
    def has_points(self) -> bool:
        """Whether it is scored in points at all."""
        return self.leaf.kind not in POINTLESS

    @property
    def step(self) -> Decimal:
        """The step of its points."""
        return self.sheet.step_of(self.leaf)

    @property
    def degrees(self) -> Sequence[Degree]:
        """The degrees, the best first."""
        return tuple(Degree)

    @property
    def may_not_apply(self) -> bool:
        """Whether it may be said not to apply."""
        return may_not_apply(self.leaf, self.sheet)

    @property
    def lacks_note(self) -> bool:
        """Whether it is below the greatest points without a word why, where the sheet wants one."""
        below = self.is_filled and self.is_scored and self.points < self.leaf.ceiling
        return self.leaf.note_below_max and below and not self.fields.get("note")

    @property
    def lacks_word(self) -> bool:
        """Whether it has neither evidence nor a word why, which the summary report then has to give (DN-5.4)."""
        return self.lacks_evidence and not self.fields.get("note")

    @property
    def is_told(self) -> bool:
        """Whether something is said of it below its fields."""
        return bool(self.problem or self.elsewhere or self.lacks_note or self.lacks_word)

    @property
    def lacks_evidence(self) -> bool:
        """Whether points are claimed without any evidence, where the sheet names some (DN-5.4)."""
        return bool(self.leaf.evidence) and self.is_filled and self.points > 0 and not self.files

    @property
    def there(self) -> str:
        """What stands elsewhere, in a few words."""
        fields = self.elsewhere.fields if self.elsewhere else {}
        chosen = next((one.label for one in self.leaf.options if one.code == fields["option"]), "")
        figures = "/".join(fields[name] for name in ("done", "assigned") if fields[name])
        degree = Degree(fields["degree"]).label if fields["degree"] else ""
        passed = {"1": _("Đạt"), "0": _("Không đạt")}.get(fields["passed"], "")
        found = (chosen, fields["points"], figures, fields["units"], degree, passed)
        return "; ".join(text for text in found if text) or _("để trống")

    def printed(self, code: str) -> str:
        """An option's code as sheets print it (ANO-VG-8)."""
        return printed(self.leaf, code)


def word_of(entry: Entry) -> str:
    """What an entry without points says in one word; nothing of one with points."""
    if entry.not_applicable:
        return _("Không áp dụng")
    if entry.degree is not None:
        return entry.degree.label
    if entry.passed is not None:
        return _("Đạt") if entry.passed else _("Không đạt")
    return ""


class Heading(NamedTuple):
    """A group within a part."""

    criterion: Criterion
    total: Decimal


@dataclass(frozen=True)
class Part:
    """A top group of the sheet."""

    key: str
    code: str
    label: str
    max: Decimal
    total: Decimal
    items: Sequence[Row | Heading]

    @cached_property
    def rows(self) -> list[Row]:
        """Its criteria."""
        return [one for one in self.items if isinstance(one, Row)]

    @cached_property
    def scored(self) -> int:
        """How many of them are scored."""
        return sum(row.is_scored for row in self.rows)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all are."""
        return self.scored == len(self.rows)


class Lack(NamedTuple):
    """Something missing, and the row it is in."""

    key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class View:
    """The whole sheet as filled in."""

    sheet: Sheet
    parts: Sequence[Part]
    totals: Totals
    rows: Mapping[str, Row] = field(default_factory=dict)

    @property
    def scored(self) -> int:
        """How many criteria are scored."""
        return len(self.rows) - len(self.totals.missing)

    @property
    def missing(self) -> list[Row]:
        """The criteria still to be scored."""
        return [self.rows[code] for code in self.totals.missing]

    @cached_property
    def unscored(self) -> list[Lack]:
        """What has to be scored before submitting: a criterion each, or a part where many are missing."""
        return [lack for part in self.parts for lack in _unscored(part)]

    @cached_property
    def without_note(self) -> list[Row]:
        """Criteria below the greatest points without a word why."""
        return [row for row in self.rows.values() if row.lacks_note]

    @cached_property
    def without_evidence(self) -> list[Row]:
        """Criteria with points and without evidence."""
        return [row for row in self.rows.values() if row.lacks_evidence]

    @cached_property
    def refused(self) -> list[Row]:
        """Criteria with a file that was refused and may be taken away while the sheet is open."""
        return [
            row for row in self.rows.values() if any(one.is_refused and not one.row.replace_by for one in row.files)
        ]

    @cached_property
    def to_declare(self) -> list[Row]:
        """Criteria with a file that serves once the unit declares it."""
        return [row for row in self.rows.values() if any(one.is_to_declare for one in row.files)]

    @property
    def to_replace(self) -> list[Piece]:
        """Files that were refused after the submission, and that nothing has come in place of."""
        every = [one for row in self.rows.values() for one in row.files]
        replaced = {one.row.replaces_id for one in every}
        return [one for one in every if one.row.replace_by is not None and one.id not in replaced]

    @property
    def untold(self) -> list[Row]:
        """Criteria with points, without evidence and without a word (DN-5.4)."""
        return [row for row in self.without_evidence if row.lacks_word]

    @property
    def files(self) -> int:
        """How many files and links go with it."""
        return sum(len(row.files) for row in self.rows.values())

    @property
    def has_points(self) -> bool:
        """Whether the sheet gives points."""
        return self.sheet.total > 0


MANY: Final = 3


def _unscored(part: Part) -> Iterator[Lack]:
    missing = [row for row in part.rows if not row.is_scored]
    if len(missing) > MANY:
        text = _("Mục %(code)s: %(count)s tiêu chí chưa chấm") % {"code": part.code, "count": len(missing)}
        yield Lack(missing[0].key, text)
        return
    for row in missing:
        yield Lack(row.key, _("%(code)s chưa chấm") % {"code": row.leaf.code})


def key_of(sheet: Sheet, code: str) -> str:
    """The name of a criterion's row on its page; KeyError when the sheet has none of that code."""
    return f"k{[leaf.code for leaf in sheet.leaves()].index(sheet.leaf(code).code) + 1}"


def view_of(
    sheet: Sheet,
    marks: Mapping[str, MarkRow],
    evidence: Sequence[Piece] = (),
    *,
    typed: Mapping[str, Fields] | None = None,
    was: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    elsewhere: Mapping[str, Elsewhere] | None = None,
) -> View:
    """A sheet with its marks; where something typed does not stand yet, that is shown in the fields."""
    entries = {code: entry_in(mark.entry) for code, mark in marks.items()}
    files = {code: tuple(group) for code, group in groupby(_by_code(evidence), key=lambda one: one.criterion)}
    rows = {}
    for number, leaf in enumerate(sheet.leaves(), 1):
        code, stands = leaf.code, standing(marks.get(leaf.code))
        rows[code] = Row(
            key=f"k{number}",
            leaf=leaf,
            sheet=sheet,
            fields=shown((typed or {}).get(code, stands)),
            was=(was or {}).get(code, print_of(stands)),
            entry=entries.get(code, BLANK),
            files=files.get(code, ()),
            problem=(problems or {}).get(code, ""),
            elsewhere=(elsewhere or {}).get(code),
        )
    totals = scoring.totals(sheet, entries)
    return View(sheet=sheet, parts=tuple(_parts(sheet, rows, totals)), totals=totals, rows=rows)


def _by_code(evidence: Sequence[Piece]) -> list[Piece]:
    return sorted(evidence, key=lambda one: (one.criterion, one.id))


def _parts(sheet: Sheet, rows: Mapping[str, Row], totals: Totals) -> Iterator[Part]:
    for number, (is_group, found) in enumerate(_tops(sheet), 1):
        if is_group:
            (top,) = found
            items = tuple(_items(top.children, rows, totals))
            yield Part(f"n{number}", top.code, top.label, top.ceiling or _sum(top), totals.groups[top.code], items)
        else:
            loose = tuple(rows[leaf.code] for leaf in found)
            total, most = (sum(values, Decimal(0)) for values in _loose(loose))
            yield Part(f"n{number}", "", sheet.title, most, total, loose)


def _loose(rows: Sequence[Row]) -> tuple[list[Decimal], list[Decimal]]:
    return [row.points for row in rows], [row.leaf.ceiling for row in rows if not row.leaf.is_extra]


def _tops(sheet: Sheet) -> Iterator[tuple[bool, Sequence[Criterion]]]:
    """Each top group by itself; leaves that stand beside each other together."""
    for is_group, found in groupby(sheet.criteria, key=lambda one: one.kind == Kind.GROUP):
        if is_group:
            yield from ((True, (one,)) for one in found)
        else:
            yield False, tuple(found)


def _items(criteria: Sequence[Criterion], rows: Mapping[str, Row], totals: Totals) -> Iterator[Row | Heading]:
    for criterion in criteria:
        if criterion.kind == Kind.GROUP:
            yield Heading(criterion, totals.groups[criterion.code])
            yield from _items(criterion.children, rows, totals)
        else:
            yield rows[criterion.code]


def _sum(criterion: Criterion) -> Decimal:
    if criterion.children:
        return sum((_sum(child) for child in criterion.children if not child.is_extra), Decimal(0))
    return criterion.ceiling
