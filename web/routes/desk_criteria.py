"""One criterion across the units of a round: compared, and appraised where it is the actor's (DN-4.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from actions.appraise_seen import Overtaken, save_over
from actions.assign import leaves_in
from config.sheet import Criterion, Sheet
from models.savepoint import savepoint
from states import desk as desks
from states.desk import Desk as Found
from states.desk import Wanted
from states.desk_file import Cell, column
from states.errors import DanhgiaError, NotAllowed, Unknown, refuse
from web import desk_entries
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import Own
from web.desk_queue import address, carried, page_of, wanted_of
from web.edge import Desk, Here
from web.sheet_form import Fields, standing, typed_for
from web.sheet_view import Row
from web.words import _

desk: Final = Desk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One dossier in a column: what stands there, what its fields hold, and whether the actor may write there.

    `key` ends the names of its fields.
    """

    cell: Cell
    key: str
    row: Row
    own_fields: Fields
    is_confirmed: bool
    may_write: bool
    own: str
    own_beside: str
    given: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A column: the criterion, its sheet, and a page of the dossiers scored by it."""

    found: Found
    sheet: Sheet
    leaf: Criterion
    places: Sequence[Place]
    number: int
    pages: int


@desk.get("/rounds/{round_id:id}/criteria", asks=Own())
def criteria_page(here: Here) -> Answer:
    """Criteria of the sheet, with how far each is appraised."""
    found = desks.desk_of(here.session, here.actor, here.path["round_id"])
    return page(
        "desk/criteria.html",
        desk=found,
        is_lead=desks.is_lead(here.session, here.actor, found.id),
        sheets=_sheets(here, found),
        query=carried(wanted_of(here.query)),
    )


def _sheets(here: Here, found: Found) -> list[Sheet]:
    """The sheets by which the actor's dossiers are scored."""
    every = desks.queue(here.session, here.actor, found, Wanted(), now=here.now)
    return list({sheet.slug: sheet for sheet in map(found.programme.sheet_for, every.kinds)}.values())


@desk.get("/rounds/{round_id:id}/criteria/{code}", asks=Own())
def column_page(here: Here) -> Answer:
    """One criterion through all dossiers of the desk."""
    return _page(here, _shown(here))


def _page(here: Here, shown: Shown, *, told: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    return page(
        "desk/column.html",
        status=status,
        desk=shown.found,
        is_lead=desks.is_lead(here.session, here.actor, shown.found.id),
        shown=shown,
        beside=_neighbours(shown),
        wanted=wanted_of(here.query),
        query=carried(wanted_of(here.query)),
        told=told,
    )


def _neighbours(shown: Shown) -> tuple[Criterion | None, Criterion | None]:
    leaves = shown.sheet.leaves()
    place = [leaf.code for leaf in leaves].index(shown.leaf.code)
    return (leaves[place - 1] if place else None, leaves[place + 1] if place + 1 < len(leaves) else None)


def _shown(here: Here) -> Shown:
    found = desks.desk_of(here.session, here.actor, here.path["round_id"])
    code, wanted = here.path["code"], wanted_of(here.query)
    wanted = wanted._replace(sort=wanted.sort or "name")
    sheet = _sheet(found, code, here.query.get("sheet", ""))
    kinds = [kind for kind in found.programme.subject_kinds if found.programme.sheet_for(kind) is sheet]
    rows = desks.queue(here.session, here.actor, found, wanted, now=here.now).rows
    listed = [row.id for row in rows if row.kind in kinds]
    cells = {cell.id: cell for cell in column(here.session, here.actor, found.id, code, kinds)}
    number, pages = page_of(here.query, len(listed))
    on_page = [cells[key] for key in listed[(number - 1) * desks.PAGE : number * desks.PAGE]]
    return Shown(found, sheet, sheet.leaf(code), _places(here, found, sheet, code, on_page), number, pages)


def _sheet(found: Found, code: str, slug: str) -> Sheet:
    """The sheet of this name that has the criterion, else the first that has it; Unknown when none has."""
    having = [use.sheet for use in found.programme.sheets if code in leaves_in(use.sheet, "")]
    if not having:
        raise Unknown(_("tiêu chí này trong đợt"))
    return next((sheet for sheet in having if sheet.slug == slug), having[0])


def _places(here: Here, found: Found, sheet: Sheet, code: str, cells: Sequence[Cell]) -> list[Place]:
    ids = [cell.id for cell in cells]
    confirmed = desks.confirmed(here.session, here.actor, ids)
    parts = desks.parts(here.session, here.actor, ids)
    places = []
    for cell in cells:
        is_mine = any(code in leaves_in(sheet, part) for part in parts.get(cell.id, ()))
        may_write = is_mine and cell.id in confirmed and desks.may_mark(found, cell.state)
        places.append(_place(cell, sheet, code, is_confirmed=cell.id in confirmed, may_write=may_write))
    return sorted(places, key=lambda place: not place.is_confirmed)


def _place(cell: Cell, sheet: Sheet, code: str, *, is_confirmed: bool, may_write: bool) -> Place:
    leaf, own, given = sheet.leaf(code), desk_entries.entry_in(cell.own), desk_entries.entry_in(cell.appraised)
    return Place(
        cell=cell,
        key=f"{code}@{cell.id}",
        row=desk_entries.row_of(leaf, sheet, f"d{cell.id}", cell.appraised, suffix=f"@{cell.id}"),
        own_fields=standing(cell.own),
        is_confirmed=is_confirmed,
        may_write=may_write,
        own=desk_entries.told(own, cell.own.points if cell.own else None),
        own_beside=desk_entries.beside(leaf, own),
        given=desk_entries.told(given, cell.appraised.points if cell.appraised else None),
        differs=given is not None and given != own,
    )


@desk.post("/rounds/{round_id:id}/criteria/{code}", asks=Own())
def save_column(here: Here) -> Answer:
    """Each row by itself, in the order of ids: what stands against one is no obstacle to the others."""
    before = _shown(here)
    problems, kept = dict[int, str](), 0
    for place in sorted(before.places, key=lambda one: one.cell.id):
        try:
            with savepoint(here.session):
                kept += _save(here, before, place)
        except Overtaken:
            problems[place.cell.id] = _overtaken(here, place)
        except DanhgiaError as error:
            problems[place.cell.id] = str(error)
    if here.typed.get("part"):
        return _part(here, problems)
    note = _("Đã lưu %(count)s hồ sơ.") % {"count": kept}
    if problems:
        told = [note, _("Còn %(count)s hồ sơ chưa lưu được, xem ở từng dòng.") % {"count": len(problems)}]
        shown = _retyped(here, _shown(here), problems)
        return _page(here, shown, told=told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    path = f"/rounds/{before.found.id}/criteria/{before.leaf.code}"
    page_number = str(before.number) if before.number > 1 else ""
    query = carried(wanted_of(here.query), sheet=before.sheet.slug, page=page_number)
    return redirect_with_note(address(path, query), note)


def _save(here: Here, shown: Shown, place: Place) -> int:
    typed = typed_for(here.typed, place.key)
    if typed is None or typed == place.row.fields:
        return 0
    if not place.may_write:
        raise NotAllowed
    read = desk_entries.read_one(shown.leaf, typed, shown.sheet)
    if isinstance(read, str):
        raise refuse("entry", read)
    seen = {shown.leaf.code: here.typed.get(f"{desk_entries.WAS}{place.key}")}
    save_over(here.session, place.cell.id, {shown.leaf.code: read}, seen, actor=here.actor, now=here.now)
    return 1


def _overtaken(here: Here, place: Place) -> str:
    """What stands now where something else was typed; sending again writes what was typed."""
    now = next((one for one in _shown(here).places if one.cell.id == place.cell.id), place)
    note = now.cell.appraised.note if now.cell.appraised else ""
    return desk_entries.overtaken(now.given, note)


def _retyped(here: Here, shown: Shown, problems: dict[int, str]) -> Shown:
    return replace(shown, places=[_again(here, place, problems) for place in shown.places])


def _again(here: Here, place: Place, problems: dict[int, str]) -> Place:
    typed = typed_for(here.typed, place.key)
    if place.cell.id not in problems or typed is None:
        return place
    return replace(place, row=desk_entries.retyped(place.row, typed, problems[place.cell.id]))


def _part(here: Here, problems: dict[int, str]) -> Page:
    """The row that was sent, for the script that sent it."""
    places: Iterable[Place] = _retyped(here, _shown(here), problems).places
    sent = next((place for place in places if typed_for(here.typed, place.key) is not None), None)
    if sent is None:
        raise Unknown(_("hồ sơ này trong danh sách"))
    return page("desk/saved_row.html", place=sent, at=here.now)
