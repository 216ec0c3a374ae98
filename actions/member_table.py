"""The table in which a cell writes what its meeting found of its members, before it enters it by its minutes (HT-6.4).

What stands in it are the members' drafts: nothing is in force before `actions.on_behalf.enter_results`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, col, func, select

from actions import marks
from actions.marks import Filled
from actions.on_behalf import TRIGGER, Entered, members
from actions.self_assess import sheet_of
from config.programme import Programme
from config.sheet import BLANK, Criterion, Degree, Entry, Kind, Sheet
from models.assessments import Assessment, Mark
from models.db import run
from scoring.marks import is_scored
from states.actor import Actor
from states.errors import NotAllowed, Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.machine import demand_open
from states.permits import VERBS

NOT_APPLICABLE: Final = "na"
"""What a cell of the table holds where the criterion does not apply."""
LABELS: Final[Mapping[str, str]] = {**{one.value: one.label for one in Degree}, NOT_APPLICABLE: "Không áp dụng"}
Cells = Mapping[str, str]
"""What stands in the cells of a line by criterion, without empty ones: a degree, or NOT_APPLICABLE."""


class Line(NamedTuple):
    """A member in the table: the draft of his degrees, the level he proposes, whether it is still to be entered."""

    id: int
    name: str
    state: str
    cells: Cells
    level: str
    is_open: bool
    missing: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether it may be entered as it stands."""
        return self.is_open and not self.missing and bool(self.level)


class Table(NamedTuple):
    """The members of a cell that are entered in one table, by name, and the criteria of their sheet."""

    lines: Sequence[Line]
    criteria: Sequence[Criterion]


def table(session: Session, facts: Dossier) -> Table:
    """The table of a cell, by its own dossier, in a fixed number of queries."""
    programme, ids = facts.programme, members(session, facts.subject_id, facts.round_id)
    kinds = entered_kinds(programme)
    among = select(Assessment).where(col(Assessment.id).in_(ids), col(Assessment.kind).in_(kinds))
    found = session.exec(among.order_by(col(Assessment.name), col(Assessment.id))).all()
    drafted = _drafts(session, [one.id for one in found])
    sheets = {one.kind: programme.sheet_for(one.kind) for one in found}
    leaves = {leaf.code: leaf for sheet in sheets.values() for leaf in sheet.leaves()}
    return Table(
        [_line(programme, one, sheets[one.kind], drafted.get(one.id, {})) for one in found], [*leaves.values()]
    )


def count(session: Session, facts: Dossier) -> int:
    """How many members of a subject are entered by it in one table."""
    kinds = entered_kinds(facts.programme)
    if not kinds or facts.programme.subject_kinds[facts.kind].person:
        return 0
    ids = members(session, facts.subject_id, facts.round_id)
    chosen = select(func.count()).where(col(Assessment.id).in_(ids), col(Assessment.kind).in_(kinds))
    return session.exec(chosen).one()


def entered_kinds(programme: Programme) -> list[str]:
    """The kinds of subjects whose results a cell enters."""
    steps = [step for step in programme.workflow.assessment.transitions if step.do == TRIGGER]
    return [kind for kind in programme.subject_kinds if any(not step.kinds or kind in step.kinds for step in steps)]


def _drafts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Entry]]:
    chosen = select(Mark).where(col(Mark.assessment_id).in_(ids), Mark.copy_name == "draft")
    found: dict[int, dict[str, Entry]] = {}
    for mark in session.exec(chosen):
        found.setdefault(mark.assessment_id, {})[mark.criterion] = Entry.model_validate_json(mark.entry)
    return found


def _line(programme: Programme, one: Assessment, sheet: Sheet, drafted: Mapping[str, Entry]) -> Line:
    is_open = bool(programme.workflow.assessment.steps(TRIGGER, one.state))
    missing = tuple(leaf.code for leaf in sheet.leaves() if not is_scored(leaf, drafted.get(leaf.code, BLANK)))
    cells = {code: text for code, entry in drafted.items() if (text := cell_of(entry))}
    return Line(one.id, one.name, one.state, cells, one.proposed_level or "", is_open, missing)


def cell_of(entry: Entry) -> str:
    """An entry as its cell shows it."""
    if entry.not_applicable:
        return NOT_APPLICABLE
    return entry.degree.value if entry.degree is not None else ""


def keep(
    session: Session,
    cell: Dossier,
    assessment_id: int,
    cells: Mapping[str, str],
    level: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was written of one member, "" to empty a cell, as his draft.

    NotAllowed for others than his cell and the staff; refused where he has his result entered, and for what is no
    degree of the sheet or no level of the programme.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    if facts.id not in members(session, cell.subject_id, cell.round_id):
        raise Unknown(f"đảng viên có hồ sơ số {assessment_id} trong chi bộ này")
    if facts.relations.isdisjoint(VERBS["enter"]):
        raise NotAllowed
    demand_open(facts, TRIGGER)
    if level and level not in facts.programme.level_labels:
        raise refuse("level", "Chọn mức tự xếp loại trong danh sách.")
    filled = {code: Filled(_entry(text) if text else None) for code, text in cells.items()}
    totals = marks.put(session, sheet_of(facts), facts.id, "draft", filled, actor=actor, now=now)
    sql = "UPDATE assessment SET scored = :scored, proposed_level = :level, version = version + 1 WHERE id = :id"
    scored = facts.leaves - len(totals.missing)
    run(session, sql, {"scored": scored, "level": level or None, "id": facts.id})
    session.expire_all()


def _entry(text: str) -> Entry:
    if text == NOT_APPLICABLE:
        return Entry(not_applicable=True)
    if text not in set(Degree):
        raise refuse("degree", "Chọn cấp độ trong danh sách.")
    return Entry(degree=Degree(text))


def takes(leaf: Criterion) -> list[tuple[str, str]]:
    """What a cell of a criterion may hold, with its label."""
    degrees = [one.value for one in Degree] if leaf.kind == Kind.DEGREE else []
    return [(code, LABELS[code]) for code in (*degrees, *([NOT_APPLICABLE] if leaf.optional else []))]


def entered(lines: Iterable[Line]) -> list[Entered]:
    """Lines of the table as `on_behalf.enter_results` takes them."""
    return [Entered(one.id, {code: _degree(text) for code, text in one.cells.items()}, one.level) for one in lines]


def _degree(text: str) -> Degree | None:
    return None if text == NOT_APPLICABLE else Degree(text)
