"""The appraisal of many dossiers as one workbook: what goes into it, what one that came back would change and does."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from actions.appraise_seen import save_over, stamp
from actions.assign import leaves_in
from actions.marks import Filled
from config.sheet import Criterion, Sheet
from intake.filled import Line
from models.assessments import MarkRow, marks_of
from models.rounds import Round
from models.savepoint import savepoint
from reports import entry_cells, wording
from reports.appraisal_book import Dossier, Own, appraisal_book
from reports.form_book import Head, as_written
from states import desk as desks
from states.desk import Desk, Wanted
from states.errors import DanhgiaError, Refused, refuse
from web import desk_entries, workbooks
from web.desk_sheet import by_criterion
from web.edge import Here
from web.sheet_form import entry_in, print_of, standing, typed_for
from web.words import _
from web.workbooks import Change

MOST: Final = 100
"""As many dossiers as one workbook holds."""
ROWS: Final = "rows-"
DIGITS: Final = 18


class Sent(BaseModel):
    """A row of a workbook on its way from the look to the taking; `seen` is the stamp of the mark that was shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    was: str
    fields: dict[str, str]
    places: dict[str, str] = {}
    wrong: tuple[str, ...] = ()
    seen: str = ""


_SENT: Final = TypeAdapter(dict[str, Sent])


class Mine(NamedTuple):
    """A dossier that the actor may appraise now, and its criteria that are the actor's."""

    id: int
    name: str
    sheet: Sheet
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion that a workbook would change; `is_moved`: it was changed here since the workbook was made."""

    leaf: Criterion
    changes: Sequence[Change]
    sent: Sent
    filled: Filled | None
    is_moved: bool
    wrong: Sequence[str] = ()


@dataclass(slots=True)
class Unit:
    """What a workbook would change in one dossier; `told` is why nothing of it can be taken."""

    id: int
    name: str
    rows: list[Row] = field(default_factory=list)
    wrong: list[Row] = field(default_factory=list)
    ahead: list[Criterion] = field(default_factory=list)
    told: str = ""

    @property
    def moved(self) -> int:
        """How many rows were changed on both sides."""
        return sum(row.is_moved for row in self.rows)

    @property
    def as_sent(self) -> str:
        """The rows to be taken, as the look sends them on."""
        return _SENT.dump_json({row.leaf.code: row.sent for row in self.rows}).decode()


def identity(here: Here, found: Desk) -> dict[str, str]:
    """What a workbook of an appraiser is of."""
    sheets = [use.sheet for use in found.programme.sheets]
    more = {"whose": str(here.account.account_id), "name": here.account.shown, "sheet": workbooks.digest(*sheets)}
    return workbooks.about(here, "appraisal", here.session.get_one(Round, found.id), more)


def mine(here: Here, found: Desk, wanted: Wanted) -> list[Mine]:
    """The dossiers that the actor may appraise now: given to it, without conflict of interest, open."""
    queue = desks.queue(here.session, here.actor, found, wanted._replace(sort=wanted.sort or "name"), now=here.now)
    ids = [row.id for row in queue.rows]
    confirmed = desks.confirmed(here.session, here.actor, ids)
    parts = desks.parts(here.session, here.actor, ids)
    made = []
    for row in queue.rows:
        if row.id in confirmed and desks.may_mark(found, row.state):
            sheet = found.programme.sheet_for(row.kind)
            own = {code for part in parts.get(row.id, ()) for code in leaves_in(sheet, part)}
            codes = [code for code in leaves_in(sheet, "") if code in own]
            made.append(Mine(row.id, row.name, sheet, codes))
    return made


def written(here: Here, found: Desk, every: Sequence[Mine]) -> bytes:
    """The workbook of dossiers, with the marks that stand."""
    ids = [one.id for one in every]
    own, given = (marks_of(here.session, ids, copy) for copy in ("self", "appraised"))
    about = identity(here, found)
    mark = wording.REHEARSAL if here.place.is_rehearsal else ""
    head = Head(_("Phiếu thẩm định điểm tự chấm"), [found.title, about["name"], mark])
    return appraisal_book(about, head, [_dossier(one, own[one.id], given[one.id]) for one in every], here.now)


def _dossier(one: Mine, own: Mapping[str, MarkRow], given: Mapping[str, MarkRow]) -> Dossier:
    fields = {code: as_written(standing(mark)) for code, mark in given.items()}
    return Dossier(
        id=one.id,
        name=one.name,
        sheet=one.sheet,
        leaves=[one.sheet.leaf(code) for code in one.codes],
        own={code: _own(one.sheet, code, mark) for code, mark in own.items() if code in one.codes},
        fields=fields,
        prints={code: print_of(fields.get(code, {})) for code in one.codes},
        points={code: mark.points for code, mark in given.items()},
    )


def _own(sheet: Sheet, code: str, mark: MarkRow) -> Own:
    leaf, entry = sheet.leaf(code), entry_in(mark.entry)
    chosen = entry_cells.chosen(entry_cells.choices(leaf, sheet), standing(mark))
    if not leaf.ceiling:
        return Own(chosen, "", mark.note)
    shown = mark.points if desk_entries.told(entry, mark.points) else ""
    return Own(shown, chosen or desk_entries.beside(leaf, entry), mark.note)


def of_lines(lines: Mapping[str, Line]) -> dict[int, dict[str, Sent]]:
    """The rows of a workbook by dossier and criterion."""
    sent: dict[int, dict[str, Sent]] = {}
    for key, line in lines.items():
        code, _at, number = key.rpartition("@")
        if number.isascii() and number.isdecimal():
            wrong = tuple(one.sentence for one in line.wrong)
            one = Sent(was=line.was, fields=dict(line.fields), places=dict(line.places), wrong=wrong)
            sent.setdefault(int(number[:DIGITS]), {})[code] = one
    return sent


def of_form(here: Here) -> dict[int, dict[str, Sent]]:
    """The rows that a look sent on, of the dossiers that are to be taken."""
    chosen = set(here.typed.all("take"))
    try:
        return {
            int(key[:DIGITS]): _SENT.validate_json(text)
            for key, text in here.typed.starting(ROWS).items()
            if key in chosen and key.isascii() and key.isdecimal()
        }
    except ValidationError:
        raise refuse("rows", _("Không đọc được nội dung gửi lên; hãy tải lại tệp Excel.")) from None


def look(here: Here, every: Iterable[Mine], sent: Mapping[int, Mapping[str, Sent]]) -> list[Unit]:
    """Hold rows against what stands, by dossier in their order; dossiers without any difference are left out."""
    known = {one.id: one for one in every if one.id in sent}
    stands = marks_of(here.session, known, "appraised")
    looked = [_unit(one, stands[one.id], sent[one.id]) for one in known.values()]
    name = _("Hồ sơ số %(id)s")
    told = _("Không còn được giao, chưa khai báo xung đột lợi ích hoặc đã kết thúc thẩm định; không ghi được.")
    others = [Unit(key, name % {"id": key}, told=told) for key in sent if key not in known]
    return [one for one in looked if one.rows or one.wrong or one.ahead] + others


def _unit(one: Mine, stands: Mapping[str, MarkRow], sent: Mapping[str, Sent]) -> Unit:
    unit = Unit(one.id, one.name)
    for code in one.codes:
        if code in sent:
            _sort(unit, one.sheet, one.sheet.leaf(code), stands.get(code), sent[code])
    return unit


def _sort(unit: Unit, sheet: Sheet, leaf: Criterion, mark: MarkRow | None, sent: Sent) -> None:
    line = Line(leaf.code, sent.was, sent.fields, sent.places)
    given = typed_for(workbooks.as_typed([(leaf.code, line)]), leaf.code) or {}
    shown = as_written(standing(mark))
    if print_of(given) == print_of(shown) and not sent.wrong:
        return
    if print_of(given) == sent.was and not sent.wrong:
        unit.ahead.append(leaf)
        return
    read = desk_entries.read_one(leaf, given, sheet)
    wrong = [workbooks.addressed(line, read)] if isinstance(read, str) else []
    row = Row(
        leaf=leaf,
        changes=workbooks.changes(leaf, sheet, line, shown, given, note=_("Lý do")),
        sent=sent.model_copy(update={"seen": stamp(mark)}),
        filled=None if isinstance(read, str) else read,
        is_moved=sent.was != print_of(shown),
        wrong=sent.wrong or wrong,
    )
    (unit.wrong if row.wrong else unit.rows).append(row)


class _Undone(Exception):
    """Thrown at the end of a trial."""


def try_out(here: Here, unit: Unit) -> None:
    """Write the rows and take that back: what would refuse them is told at the look already."""
    with suppress(_Undone):
        _write(here, unit, unit.rows, is_trial=True)


def keep(here: Here, unit: Unit, sent: Mapping[str, Sent], *, over: bool) -> int:
    """Write the rows of a dossier, those that were changed on both sides only `over` what stands; returns how many.

    What is not written stays in the unit: refused, or changed here since the look.
    """
    changed = [row for row in unit.rows if row.sent.seen != sent[row.leaf.code].seen]
    rows = [row for row in unit.rows if row not in changed and (over or not row.is_moved)]
    unit.rows, unit.ahead = rows, []
    is_kept = _write(here, unit, rows)
    unit.rows = [*(() if is_kept else unit.rows), *changed]
    return len(rows) if is_kept else 0


def _write(here: Here, unit: Unit, rows: Sequence[Row], *, is_trial: bool = False) -> bool:
    """Write rows as if they had been typed, all or none, and say whether; those that are refused are set apart."""
    filled = {row.leaf.code: row.filled for row in rows if row.filled}
    seen = {row.leaf.code: row.sent.seen for row in rows}
    try:
        with savepoint(here.session):
            if filled:
                save_over(here.session, unit.id, filled, seen, actor=here.actor, now=here.now)
            if is_trial:
                raise _Undone
    except Refused as refused:
        problems, others = by_criterion([one.sentence for one in refused.refusals], filled)
        unit.told = " ".join(others)
        _set_apart(unit, problems)
    except DanhgiaError as error:
        unit.told = str(error)
    else:
        return True
    return False


def _set_apart(unit: Unit, problems: Mapping[str, str]) -> None:
    rows, unit.rows = unit.rows, []
    for row in rows:
        problem, line = problems.get(row.leaf.code), Line(row.leaf.code, "", {}, row.sent.places)
        if problem is None:
            unit.rows.append(row)
        else:
            said = workbooks.addressed(line, problem, about_note="lý do" in problem)
            unit.wrong.append(replace(row, wrong=[said]))
