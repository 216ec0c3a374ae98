"""A unit's sheet as a workbook: what goes into it, and what one that came back would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actions.self_assess import sheet_of
from config.calendar import deadline_text
from config.sheet import Criterion, Sheet
from intake.filled import Form, Line
from models.assessments import MarkRow, marks
from models.rounds import Round
from notifications.wording import upper_first
from reports import wording
from reports.form_book import Head, as_written
from reports.unit_book import UnitForm, unit_book
from scoring import marks as scoring
from web import workbooks
from web.edge import Here
from web.sheet_form import LONGEST_NOTE, Fields, entry_in, print_of, problem_of, standing, typed_for
from web.words import _
from web.workbooks import Change

COPY: Final = "draft"


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion that a workbook would change; `fields` and `was` are sent as if they had been typed.

    `keep` is the print of what stands, where that was changed here since the workbook was made.
    """

    leaf: Criterion
    changes: Sequence[Change]
    fields: Fields
    was: str
    keep: str = ""
    wrong: Sequence[str] = ()


@dataclass(slots=True)
class Look:
    """What a workbook would change: rows to be taken, rows that are wrong, and what it leaves as it stands.

    `ahead` are criteria that were changed here since, and not in the workbook; `missing` have no row in it.
    """

    rows: list[Row] = field(default_factory=list)
    wrong: list[Row] = field(default_factory=list)
    ahead: list[Criterion] = field(default_factory=list)
    missing: list[Criterion] = field(default_factory=list)

    @property
    def cells(self) -> int:
        """How many cells would change."""
        return sum(len(row.changes) for row in self.rows)

    @property
    def conflicts(self) -> list[Row]:
        """The rows that were changed on both sides."""
        return [row for row in self.rows if row.keep]


def identity(here: Here) -> dict[str, str]:
    """What the workbook of a dossier is of."""
    facts = here.dossier
    sheet = sheet_of(facts)
    more = {"whose": f"{facts.id}/{facts.subject_id}", "name": facts.name, "sheet": workbooks.digest(sheet)}
    return workbooks.about(here, "unit", here.session.get_one(Round, facts.round_id), more)


def written(here: Here) -> bytes:
    """The workbook of a dossier, with what its draft holds."""
    facts, sheet = here.dossier, sheet_of(here.dossier)
    found = marks(here.session, facts.id, COPY)
    fields = {code: as_written(standing(mark)) for code, mark in found.items()}
    about = identity(here)
    until = _("Thời hạn: %(until)s.") % {"until": upper_first(deadline_text(facts.closes_at))}
    mark = wording.REHEARSAL if here.place.is_rehearsal else ""
    return unit_book(
        UnitForm(
            about=about,
            head=Head(sheet.title, [facts.name, about["round_title"], until, mark]),
            sheet=sheet,
            fields=fields,
            prints={leaf.code: print_of(fields.get(leaf.code, {})) for leaf in sheet.leaves()},
            points={code: mark.points for code, mark in found.items()},
            totals=scoring.totals(sheet, {code: entry_in(mark.entry) for code, mark in found.items()}),
            made_at=here.now,
        )
    )


def look(sheet: Sheet, found: Mapping[str, MarkRow], form: Form) -> Look:
    """Hold a workbook against what stands."""
    looked = Look()
    typed = workbooks.as_typed(form.lines.items())
    for leaf in sheet.leaves():
        line, stands = form.lines.get(leaf.code), standing(found.get(leaf.code))
        given = typed_for(typed, leaf.code)
        if line is None or given is None:
            looked.missing.append(leaf)
        elif line.wrong or print_of(given) != print_of(as_written(stands)):
            _sort(looked, _row(leaf, sheet, line, given, stands), line)
    return looked


def _sort(looked: Look, row: Row, line: Line) -> None:
    if row.wrong:
        looked.wrong.append(row)
    elif print_of(row.fields) == line.was:
        looked.ahead.append(row.leaf)
    else:
        looked.rows.append(row)


def _row(leaf: Criterion, sheet: Sheet, line: Line, given: Fields, stands: Fields) -> Row:
    shown = as_written(stands)
    is_moved = line.was != print_of(shown)
    return Row(
        leaf=leaf,
        changes=workbooks.changes(leaf, sheet, line, shown, given),
        fields=given,
        was=line.was if is_moved else print_of(stands),
        keep=print_of(stands) if is_moved else "",
        wrong=wrong_of(leaf, sheet, line, given),
    )


def wrong_of(leaf: Criterion, sheet: Sheet, line: Line, given: Fields) -> list[str]:
    """What stands against a row, in sentences with the addresses of cells."""
    said = [one.sentence for one in line.wrong]
    problem = "" if said else problem_of(leaf, given, sheet)
    is_note = len(given.get("note", "")) > LONGEST_NOTE
    return [*said, *([workbooks.addressed(line, problem, about_note=is_note)] if problem else [])]
