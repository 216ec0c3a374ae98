"""An appraiser works in Excel: one workbook for its dossiers, looked at cell by cell when it is back, then taken.

Taking does what saving on the page of a dossier does, in one transaction; what is refused in one is no obstacle to
others.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from states import desk as desks
from web import appraisal_workbook as book
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import Own
from web.desk_queue import carried, wanted_of
from web.edge import Desk, Here, Outside
from web.words import _
from web.workbooks import MEDIA_TYPE, Came, against, take_workbook

desk: Final = Desk()
WORKBOOK: Final = "/rounds/{round_id:id}/desk/workbook"


def _found(here: Here) -> desks.Desk:
    return desks.desk_of(here.session, here.actor, here.path["round_id"])


@desk.get(WORKBOOK, asks=Own())
def workbook_page(here: Here) -> Answer:
    """Appraisal by workbook: fetch it, send it back."""
    return _page(here)


def _page(here: Here, refusal: str = "") -> Page:
    found, wanted = _found(here), wanted_of(here.query)
    queue = desks.queue(here.session, here.actor, found, wanted, now=here.now)
    every = book.mine(here, found, wanted)
    return page(
        "desk/workbook.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        desk=found,
        is_lead=desks.is_lead(here.session, here.actor, found.id),
        count=len(every),
        others=len(queue.rows) - len(every),
        most=book.MOST,
        refusal=refusal,
        query=carried(wanted),
    )


@desk.get(f"{WORKBOOK}/file", asks=Own())
def download(here: Here) -> Answer:
    """Hand out the dossiers of the desk as a workbook."""
    found = _found(here)
    every = book.mine(here, found, wanted_of(here.query))[: book.MOST]
    return Download(book.written(here, found, every), f"phieu-tham-dinh-{found.id}.xlsx", MEDIA_TYPE)


def _take(here: Here) -> Came | Outside:
    """Read the workbook of an account that has dossiers here, and of nobody else."""
    _found(here)
    return take_workbook(here)


@desk.post(WORKBOOK, asks=Own(), first=_take)
def look(here: Here) -> Answer:
    """Show what a filled workbook would change."""
    found, came = _found(here), here.before
    refusal = _against(here, found, came)
    if refusal:
        return _page(here, refusal)
    units = book.look(here, book.mine(here, found, desks.Wanted()), book.of_lines(came.form.lines))
    for unit in units:
        book.try_out(here, unit)
    return _look(here, found, units, came=came)


def _against(here: Here, found: desks.Desk, came: Came) -> str:
    return came.refusal or against(came.form, book.identity(here, found))


def _look(
    here: Here,
    found: desks.Desk,
    units: Sequence[book.Unit],
    *,
    came: Came | None = None,
    told: str = "",
) -> Page:
    return page(
        "desk/workbook_look.html",
        status=HTTPStatus.CONFLICT if told else HTTPStatus.OK,
        desk=found,
        is_lead=desks.is_lead(here.session, here.actor, found.id),
        units=units,
        name=came.name if came else "",
        made=came.form.about.get("made", "") if came else "",
        told=told,
    )


@desk.post(f"{WORKBOOK}/take", asks=Own())
def take(here: Here) -> Answer:
    """Take over the marks of a filled workbook."""
    found, sent = _found(here), book.of_form(here)
    units = book.look(here, book.mine(here, found, desks.Wanted()), sent)
    over = set(here.typed.all("keep"))
    done = {
        unit.id: book.keep(here, unit, sent[unit.id], over=str(unit.id) in over)
        for unit in sorted(units, key=lambda one: one.id)
    }
    note = _("Đã ghi %(rows)s tiêu chí của %(units)s hồ sơ.")
    note %= {"rows": sum(done.values()), "units": sum(map(bool, done.values()))}
    note = note if any(done.values()) else _("Chưa ghi gì.")
    left = [unit for unit in units if unit.rows or unit.wrong or unit.told]
    if left:
        return _look(here, found, left, told=note)
    return redirect_with_note(f"/rounds/{found.id}/desk", note)
