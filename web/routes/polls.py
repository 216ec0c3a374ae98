"""Ballots outside meetings: at the workplace, at home, of confidence; on paper, counted by two apart (HT-7, HT-8)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions import boxes, decision_page, meeting_page
from actions.meeting_page import Around
from actions.recognise import BOXES
from models.savepoint import savepoint
from states.errors import Refused, Unknown, refuse
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.meeting_form import ids
from web.words import _

desk: Final = Desk()
POLLS: Final = "/rounds/{round_id:id}/polls"
PAGE: Final = 50
MOST_VOTERS: Final = 100_000


def offered(around: Around) -> dict[str, str]:
    """The ballots that decide nothing and may be held outside a meeting in this year, by code with their labels."""
    programme = around.programme
    held = programme.polls_of(around.year)
    found = {name: box for name, box in programme.boxes.items() if name not in BOXES}
    return {name: box.label for name, box in found.items() if name not in programme.polls or name in held}


def _page(here: Here, *, told: Sequence[str] = ()) -> Page:
    around = meeting_page.around(here.session, here.path["round_id"])
    names = offered(around)
    name = here.typed.get("name") or here.query.get("name", "") or next(iter(names), "")
    if names and name not in names:
        raise Unknown(_("phiếu này trong chương trình"))
    held = decision_page.polls(here.session, around, here.actor)
    number, pages = page_of(here.query, len(held), PAGE)
    return page(
        "meetings/polls.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        names=names,
        name=name,
        waiting=[line.dossier for line in decision_page.at_poll(here.session, around, here.actor, name)],
        ticked=ids(here.typed.all("dossier")),
        summoned=here.typed.get("summoned"),
        held=[(box, around.programme.boxes[box.name].label) for box in held[(number - 1) * PAGE : number * PAGE]],
        number=number,
        pages=pages,
        told=told,
    )


@desk.get(POLLS, asks=OfRound("meet", by_body=True))
def polls_page(here: Here) -> Answer:
    """Ballots outside a meeting."""
    return _page(here)


@desk.post(POLLS, asks=OfRound("meet", by_body=True))
def open_poll(here: Here) -> Answer:
    """Open a ballot outside a meeting."""
    try:
        with savepoint(here.session):
            box = _opened(here)
    except Refused as refused:
        return _page(here, told=[one.sentence for one in refused.refusals])
    return redirect_with_note(f"/boxes/{box}", _("Đã mở hòm phiếu."))


def _opened(here: Here) -> int:
    around, name = meeting_page.around(here.session, here.path["round_id"]), here.typed.get("name")
    known = {line.dossier.id for line in decision_page.at_poll(here.session, around, here.actor, name)}
    chosen = [key for key in ids(here.typed.all("dossier")) if key in known]
    summoned = ids((here.typed.line("summoned"),))
    if not chosen or name not in offered(around):
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    most = summoned[0] if summoned else 0
    if most > MOST_VOTERS:
        raise refuse("summoned", _("Số người được bỏ phiếu lớn hơn mức phần mềm nhận."))
    return boxes.open_box(here.session, name, chosen, summoned=most, actor=here.actor, now=here.now)
