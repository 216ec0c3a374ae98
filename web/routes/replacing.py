"""A result is annulled and decided or recognised again, by reason and document; the old one keeps what it said."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Final, NamedTuple

from actions import decide, decision_page, meeting_page, recognise, statements
from actions.decide import Result
from actions.decision_page import Item
from actions.meeting_page import Around
from actions.recognise import Award, Papers
from models.savepoint import savepoint
from scoring.numbers import parse_number
from states.errors import Refused, Unknown, refuse
from web import papers, settling
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.drafts import take_files
from web.edge import Desk, Here
from web.meeting_form import ids
from web.settling import PAPER
from web.words import _

desk: Final = Desk()
AGAIN: Final = "/rounds/{round_id:id}/decisions/{decision_id:id}/again"
FORM: Final = "mau-03"


class Old(NamedTuple):
    """The result that is to be replaced, in its round."""

    around: Around
    decision_id: int
    item: Item


def _old(here: Here) -> Old:
    around = meeting_page.around(here.session, here.path["round_id"])
    shown = decision_page.shown(here.session, around, here.path["decision_id"], here.actor)
    named = ids((here.typed.get("dossier", here.query.get("dossier", "")),))
    items = decision_page.items_in(here.session, shown.decision.id, here.actor)
    found = next((one for one in items if one.stands and [one.dossier.id] == named), None)
    if found is None:
        raise Unknown(_("kết quả đang có hiệu lực của hồ sơ này trong quyết định"))
    return Old(around, shown.decision.id, found)


def _page(here: Here, template: str, *, told: Sequence[str] = ()) -> Page:
    old = _old(here)
    return page(
        template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=old.around,
        way=decision_page.way_of(old.around.programme),
        decision_id=old.decision_id,
        item=old.item,
        typed={name: here.typed.get(name) for name in ("level", "total", "reason")},
        papers=papers.typed(here, PAPER),
        kept=here.typed.kept(),
        told=told,
    )


@desk.get(AGAIN, asks=OfRound("decide", by_body=True))
def again_page(here: Here) -> Answer:
    """Decide again on a dossier: the form."""
    return _page(here, "decisions/again.html")


@desk.post("/rounds/{round_id:id}/decisions/{decision_id:id}/again/look", asks=OfRound("decide", by_body=True))
def look(here: Here) -> Answer:
    """Show what deciding again would change."""
    told = settling.tried(here, partial(_replace, here, _old(here), scan=False))
    return _page(here, "decisions/again.html" if told else "decisions/again_look.html", told=told)


@desk.post(AGAIN, asks=OfRound("decide", by_body=True), first=take_files)
def do(here: Here) -> Answer:
    """Decide again: the old decision stays, annulled."""
    old = _old(here)
    name = old.item.dossier.name
    try:
        with savepoint(here.session):
            key = _replace(here, old, scan=True)
    except Refused as refused:
        return _page(here, "decisions/again_look.html", told=[one.sentence for one in refused.refusals])
    note = _("Đã hủy kết quả cũ và quyết định lại đối với «%(name)s».") % {"name": name}
    return redirect_with_note(f"/rounds/{old.around.id}/decisions/{key}", note)


def _replace(here: Here, old: Old, *, scan: bool) -> int:
    document = papers.put(here, PAPER, "decision", _("quyết định"), scan=scan)
    if decision_page.way_of(old.around.programme) == "recognise":
        return _recognise(here, old, document)
    reason = here.typed.get("reason").strip()
    result = Result(old.item.dossier.id, _total(here), here.typed.get("level") or None, reason)
    return decide.redecide(
        here.session, old.around.id, [result], reason=reason, document_id=document, actor=here.actor, now=here.now
    )


def _recognise(here: Here, old: Old, document: int) -> int:
    """The decision is form 03 itself (HT-11.8)."""
    key, now = old.item.dossier.id, here.now
    if FORM in old.around.programme.part_labels:
        statements.enclose(here.session, key, FORM, document, actor=here.actor, now=now)
    award = Award(key, here.typed.get("level") or None, here.typed.get("reason"))
    return recognise.annul_and_recognise(here.session, award, Papers(document), actor=here.actor, now=now)


def _total(here: Here) -> Decimal | None:
    text = here.typed.line("total")
    total = parse_number(text) if text else None
    if text and total is None:
        raise refuse("total", _("Tổng điểm phải là số, ví dụ 92,5."))
    return total
