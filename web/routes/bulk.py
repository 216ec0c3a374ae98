"""One act on many dossiers: the list first, with those that would not move and why; then what was listed, no more."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from actions.many import Listing, Offer, Wish, do_listed, listing, offers
from config.calendar import parse_date
from models.savepoint import savepoint
from states import desk as desks
from states.desk import Desk as Found
from states.desk import Queue
from states.errors import Refused, Stale, refuse
from states.permits import standings
from web import confirming, correcting, papers
from web.answers import Answer, Page, Redirect, page, redirect_with_note
from web.asks import OfRound
from web.desk_queue import address, carried, choices, page_of, wanted_of
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
MANY: Final = OfRound("many", by_body=True)
PAGE: Final = 50
MOST_PICKED: Final = 200
NEEDS: Final = {"reason": _("lý do"), "document": _("văn bản")}


@desk.get("/rounds/{round_id:id}/bulk", asks=MANY)
def bulk_page(here: Here) -> Answer:
    """Steps for many dossiers."""
    return _page(here)


def _page(here: Here, *, told: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    found = _round(here)
    queue, offer = _queue(here, found), _offer(here, found)
    shown = _listing(here, found, queue, offer) if offer else None
    lines = [*shown.moving, *shown.staying] if shown else []
    number, pages = page_of(here.query, len(lines), PAGE)
    return page(
        "steer/bulk.html",
        status=status,
        desk=found,
        offers=_offers(here, found),
        offer=offer,
        wanted=wanted_of(here.query),
        choices=choices(found, queue),
        until=here.query.get("until", ""),
        only=bool(_only(here)),
        shown=shown,
        rows=lines[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        query=_query(here),
        told=told,
        typed={"reason": here.typed.get("reason"), **papers.typed(here, confirming.PAPER)},
    )


def _round(here: Here) -> Found:
    return desks.round_as_desk(here.session, here.path["round_id"])


def _offers(here: Here, found: Found) -> list[Offer]:
    _house, there = standings(here.session, here.actor, found.id)
    return offers(found.programme, there)


def _offer(here: Here, found: Found) -> Offer | None:
    return next((one for one in _offers(here, found) if one.name == here.query.get("do")), None)


def _queue(here: Here, found: Found) -> Queue:
    """The dossiers the address asks for, among those on which the account may act."""
    return desks.queue(here.session, here.actor, found, wanted_of(here.query), now=here.now, verb="many")


def _only(here: Here) -> set[str]:
    """The dossiers picked one by one; nothing picked is all that the filters leave."""
    return {one for one in here.query.get("only", "").split(".") if one.isascii() and one.isdecimal()}


def _listing(here: Here, found: Found, queue: Queue, offer: Offer) -> Listing:
    only = _only(here)
    rows = [row for row in queue.rows if not only or str(row.id) in only]
    wish = Wish(offer.name, _day(here.query.get("until", "")) if "until" in offer.needs else None)
    return listing(here.session, found, rows, wish, actor=here.actor, now=here.now)


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text.strip() else None
    except ValueError:
        return None


def _query(here: Here, **changes: str) -> str:
    asked = {name: here.query.get(name, "") for name in ("do", "until", "only")} | changes
    mine = urlencode({name: value for name, value in asked.items() if value})
    return "&".join(part for part in (carried(wanted_of(here.query)), mine) if part)


@desk.post("/rounds/{round_id:id}/bulk/pick", asks=MANY)
def pick(here: Here) -> Answer:
    """Keep to the dossiers that are ticked."""
    ticked = [one for one in here.typed.all("id") if one.isascii() and one.isdecimal()][:MOST_PICKED]
    return Redirect(address(f"/rounds/{here.path['round_id']}/bulk", _query(here, only=".".join(ticked))))


@desk.post("/rounds/{round_id:id}/bulk", asks=MANY)
def do(here: Here) -> Answer:
    """Take a step with many dossiers that were looked at."""
    try:
        with savepoint(here.session):
            count, label = _do(here)
    except Refused as refused:
        return _page(here, told=correcting.problems(refused), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Stale:
        return _page(here, told=[confirming.CHANGED], status=HTTPStatus.CONFLICT)
    note = _("Đã thực hiện «%(what)s» với %(count)s hồ sơ.") % {"what": label, "count": count}
    return redirect_with_note(f"/rounds/{here.path['round_id']}/bulk", note)


def _do(here: Here) -> tuple[int, str]:
    found = _round(here)
    offer = _offer(here, found)
    if offer is None:
        raise refuse("do", _("Chọn việc cần làm."))
    shown = _listing(here, found, _queue(here, found), offer)
    if shown.digest != here.typed.get("seen"):
        raise Stale
    reason, document = here.typed.get("reason"), None
    if "reason" in offer.needs and not reason.strip():
        raise refuse("needs_reason", _("Phải ghi lý do cho việc này."))
    if "document" in offer.needs:
        document = papers.put(here, confirming.PAPER, offer.name, _("văn bản"), scan=False)
    who: dict[str, Any] = {"actor": here.actor, "now": here.now}
    return do_listed(here.session, found, shown, reason=reason, document_id=document, **who), offer.label
