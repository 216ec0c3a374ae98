"""Results by superior and over the years as an Excel workbook."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from models.installation import installation
from reports import wording
from reports.rollup import Branch, Rollup, rollups
from reports.workbook import Book, Cover, Field, Value
from states.actor import Actor
from states.desk import Desk
from states.outcomes import InYear, Outcome, Superior, outcomes, outcomes_below, superiors

NO_SUPERIOR: Final = "Không ghi cấp trên"
WHOLE: Final = "Toàn bộ"
MOST_YEARS: Final = 6
Years = Mapping[int, Mapping[int, InYear]]
"""What subjects came to, by subject and year."""


class Compared(NamedTuple):
    """Released results beside each other."""

    title: str
    programme: Programme
    made_at: datetime
    rehearsal: bool
    found: Sequence[Outcome]
    rollups: Sequence[Rollup]
    superiors: Mapping[int, Superior]


def compared(session: Session, actor: Actor, own: Desk, *, below: int | None = None, now: datetime) -> Compared:
    """Everything of a released round that the actor may read, beside each other; of one superior those `below` it."""
    every = outcomes(session, actor, own.id, own.programme)
    return _compared(session, own, [one for one in every if below in {None, one.parent_id}], every, now=now)


def compared_below(session: Session, actor: Actor, own: Desk, *, now: datetime) -> Compared:
    """The same of those whom the actor's own units stand above."""
    found = outcomes_below(session, actor, own.id, own.programme)
    return _compared(session, own, found, found, now=now)


def _compared(
    session: Session, own: Desk, found: Sequence[Outcome], every: Sequence[Outcome], *, now: datetime
) -> Compared:
    above = superiors(session, {one.parent_id for one in found if one.parent_id})
    ones = {one.parent_id for one in found}
    of_one = ", ".join(f"các đơn vị thuộc {one.name}" for one in above.values()) if len(ones) == 1 else ""
    return Compared(
        title=": ".join(filter(None, (own.title, of_one))),
        programme=own.programme,
        made_at=now,
        rehearsal=installation(session).made_as == "rehearsal",
        found=found,
        rollups=rollups(found, above, every),
        superiors=above,
    )


def written_xlsx(told: Compared, years: Years) -> bytes:
    """The workbook: a sheet for each kind by superior, the units, and the years; the same values, the same bytes."""
    made = BytesIO()
    mark = wording.REHEARSAL if told.rehearsal else ""
    book = Book(Cover(told.title, mark, told.programme.title, told.programme.bodies.owner, told.made_at), made)
    for one in told.rollups:
        kind = told.programme.subject_kinds[one.kind].label
        rows = [*one.branches, one.whole]
        book.table(kind, f"Tổng hợp theo cấp trên: {kind}", _branch_fields(told, one), rows)
    book.table("Từng đơn vị", "Kết quả từng đơn vị theo cấp trên", _unit_fields(told), told.found, filtered=True)
    book.table("Qua các năm", "Kết quả qua các năm", _year_fields(years), told.found, filtered=True)
    book.close()
    return made.getvalue()


def has_points(found: Sequence[Outcome]) -> bool:
    """Whether there are totals to compare."""
    return any(one.decided_total is not None for one in found)


def levels_in(programme: Programme, found: Sequence[Outcome]) -> dict[str, str]:
    """The levels that were given, by code with their words, in their order; codes of old programmes last."""
    given = {one.level for one in found if one.level}
    known = {code: label for code, label in programme.level_labels.items() if code in given}
    return known | {code: code for code in sorted(given - known.keys())}


def _branch_fields(told: Compared, one: Rollup) -> tuple[Field[Branch], ...]:
    def name(branch: Branch) -> Value:
        return branch.superior.name if branch.superior else WHOLE if branch is one.whole else NO_SUPERIOR

    points: tuple[Field[Branch], ...] = (
        Field("Điểm bình quân", 12, lambda branch: branch.mean),
        Field("Thấp nhất", 12, lambda branch: branch.least),
        Field("Cao nhất", 12, lambda branch: branch.most),
        Field("Thứ hạng theo bình quân", 14, lambda branch: branch.place),
    )
    return (
        Field("Cấp trên trực tiếp", 44, name),
        Field("Số đơn vị", 10, lambda branch: len(branch.units)),
        Field("Đã có kết quả", 10, lambda branch: branch.told),
        *(Field(label, 14, partial(_level, code)) for code, label in levels_in(told.programme, told.found).items()),
        *(points if has_points(told.found) else ()),
        Field("Kết quả của chính cấp trên", 24, lambda branch: _own(told, branch.own)),
    )


def _level(code: str, branch: Branch) -> Value:
    return branch.levels.get(code, 0)


def _own(told: Compared, own: Outcome | None) -> str:
    if own is None or not own.told:
        return ""
    points = "" if own.decided_total is None else f"{wording.points(own.decided_total)} điểm"
    return "; ".join(filter(None, (points, _text(told, own.level))))


def _text(told: Compared, level: str | None) -> str:
    return told.programme.level_labels.get(level or "", level or "")


def _unit_fields(told: Compared) -> tuple[Field[Outcome], ...]:
    def above(one: Outcome) -> Value:
        found = told.superiors.get(one.parent_id or 0)
        return found.name if found else ""

    points: tuple[Field[Outcome], ...] = (
        Field("Điểm tự chấm", 11, lambda one: one.self_total),
        Field("Điểm thẩm định", 11, lambda one: one.appraised_total),
        Field("Điểm quyết định", 11, lambda one: one.decided_total),
    )
    return (
        Field("Đơn vị", 40, lambda one: one.name),
        Field("Cấp trên trực tiếp", 36, above),
        Field("Loại đối tượng", 30, lambda one: told.programme.subject_kinds[one.kind].label),
        *(points if has_points(told.found) else ()),
        Field("Mức xếp loại", 26, lambda one: _text(told, one.level)),
        Field("Hạng", 7, lambda one: one.place),
    )


def _year_fields(years: Years) -> tuple[Field[Outcome], ...]:
    shown = shown_years(years)
    return (
        Field("Đơn vị", 44, lambda one: one.name),
        *(Field(f"Năm {year}", 26, partial(_in_year, years, year)) for year in shown),
        Field("Tăng, giảm so với năm liền trước", 16, lambda one: change(years.get(one.subject_id, {}))),
    )


def shown_years(years: Years) -> list[int]:
    """The last years that there are, the oldest first."""
    return sorted({year for found in years.values() for year in found})[-MOST_YEARS:]


def _in_year(years: Years, year: int, one: Outcome) -> Value:
    found = years.get(one.subject_id, {}).get(year)
    return None if found is None else found.level_text if found.total is None else found.total


def change(found: Mapping[int, InYear]) -> Decimal | None:
    """By how much the newest total lies above the one of the year before it; None while one of them is missing."""
    newest = max(found, default=0)
    last, before = found.get(newest), found.get(newest - 1)
    if last is None or before is None or last.total is None or before.total is None:
        return None
    return last.total - before.total
