"""Decisions of a round: one document for many dossiers, tried and looked at before it is made, numbered, announced."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions import decide, decision_page, meeting_page
from actions.decision_page import Shown
from evidence.store import OTHER
from models.savepoint import savepoint
from states.errors import Refused, Unknown
from web import papers, settling
from web.answers import Answer, Page, Stored, page, redirect_with_note
from web.asks import OfRound
from web.desk_queue import page_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.routes import wide_steps
from web.settling import PAPER, Form
from web.words import _

desk: Final = Desk()
DECISIONS: Final = "/rounds/{round_id:id}/decisions"
NEW: Final = "/rounds/{round_id:id}/decisions/new"
DECISION: Final = "/rounds/{round_id:id}/decisions/{decision_id:id}"
PAGE: Final = 100


def _told(refused: Refused) -> list[str]:
    return [one.sentence for one in refused.refusals]


@desk.get(DECISIONS, asks=OfRound("number", by_body=True))
def decisions_page(here: Here) -> Answer:
    """Decisions of a round, and dossiers that wait for one."""
    around = meeting_page.around(here.session, here.path["round_id"])
    way = decision_page.way_of(around.programme)
    decides = bool(meeting_page.bodies(here.session, around, here.actor, "decide"))
    return page(
        "decisions/list.html",
        around=around,
        way=way,
        decides=decides,
        waiting=len(decision_page.ready(here.session, around, here.actor, way)) if way and decides else 0,
        decisions=decision_page.listed(here.session, around, here.actor),
        has_quota=around.programme.quota is not None,
        waives=bool(around.programme.order),
        steps=wide_steps.offered(here, around, "decisions"),
    )


def _form(here: Here) -> Form:
    return settling.form_of(here, meeting_page.around(here.session, here.path["round_id"]))


def _new_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    form = _form(here)
    return page(
        "decisions/new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=form.around,
        form=form,
        meetings=decision_page.ended_meetings(here.session, form.around, here.actor),
        meeting=here.typed.get("meeting"),
        papers=papers.typed(here, PAPER),
        told=told,
    )


@desk.get(NEW, asks=OfRound("decide", by_body=True))
def new_page(here: Here) -> Answer:
    """A new decision: its dossiers with what is proposed."""
    return _new_page(here)


@desk.post("/rounds/{round_id:id}/decisions/what-if", asks=OfRound("decide", by_body=True))
def what_if(here: Here) -> Answer:
    """The form with what its levels would do to the quotas; nothing is written."""
    return new_page(here)


def _look(here: Here, *, told: Sequence[str] = ()) -> Page:
    form = _form(here)
    ended = decision_page.ended_meetings(here.session, form.around, here.actor)
    return page(
        "decisions/look.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=form.around,
        form=form,
        minutes={str(one.id): document for one, document in ended}.get(here.typed.get("meeting")),
        kept=here.typed.kept(),
        papers=papers.typed(here, PAPER),
        told=told,
    )


@desk.post("/rounds/{round_id:id}/decisions/look", asks=OfRound("decide", by_body=True))
def look(here: Here) -> Answer:
    """The second look: everything that the decision would do, tried out and undone."""
    told = settling.try_out(here, _form(here))
    return _new_page(here, told=told) if told else _look(here)


@desk.post(DECISIONS, asks=OfRound("decide", by_body=True), first=take_files)
def do(here: Here) -> Answer:
    """Decide on dossiers, or keep the number of a decision."""
    form = _form(here)
    count, round_id = len(form.ticked), form.around.id
    try:
        with savepoint(here.session):
            key = settling.settle(here, form, scan=True)
    except Refused as refused:
        return _look(here, told=_told(refused))
    note = _("Đã quyết định đối với %(count)s hồ sơ.") % {"count": count}
    return redirect_with_note(f"/rounds/{round_id}/decisions/{key}", note)


def _found(here: Here) -> Shown:
    around = meeting_page.around(here.session, here.path["round_id"])
    return decision_page.shown(here.session, around, here.path["decision_id"], here.actor)


def _decision_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    around, one = meeting_page.around(here.session, here.path["round_id"]), _found(here)
    items = decision_page.items_in(here.session, one.decision.id, here.actor)
    number, pages = page_of(here.query, len(items), PAGE)
    unsaid = decision_page.before_announcing(around.programme)
    return page(
        "decisions/decision.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        way=decision_page.way_of(around.programme),
        one=one,
        items=items[(number - 1) * PAGE : number * PAGE],
        count=len(items),
        waiting=[item for item in items if item.stands and item.dossier.state in unsaid],
        decides=bool(meeting_page.bodies(here.session, around, here.actor, "decide")),
        papers=papers.typed(here, PAPER),
        number=number,
        pages=pages,
        told=told,
    )


@desk.get(DECISION, asks=OfRound("number", by_body=True))
def decision(here: Here) -> Answer:
    """A decision with its dossiers."""
    return _decision_page(here)


@desk.post("/rounds/{round_id:id}/decisions/{decision_id:id}/number", asks=OfRound("number"), first=take_files)
def number(here: Here) -> Answer:
    """Give the decision its number, day, signer and signed copy."""
    one, key = _found(here), here.path["decision_id"]
    try:
        with savepoint(here.session):
            document = papers.put(here, PAPER, "decision", _("quyết định"), scan=True)
            decide.number_decision(here.session, one.decision.id, document, actor=here.actor, now=here.now)
    except Refused as refused:
        return _decision_page(here, told=_told(refused))
    to = f"/rounds/{here.path['round_id']}/decisions/{key}"
    return redirect_with_note(to, _("Đã ghi số, ngày và bản đã ký của quyết định."))


@desk.get("/rounds/{round_id:id}/decisions/{decision_id:id}/announce", asks=OfRound("number"))
def announce_page(here: Here) -> Answer:
    """A second look before results are announced."""
    return _announce_page(here)


def _announce_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    around, one = meeting_page.around(here.session, here.path["round_id"]), _found(here)
    unsaid = decision_page.before_announcing(around.programme)
    items = decision_page.items_in(here.session, one.decision.id, here.actor)
    return page(
        "decisions/announce.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        one=one,
        waiting=[item for item in items if item.stands and item.dossier.state in unsaid],
        told=told,
    )


@desk.post("/rounds/{round_id:id}/decisions/{decision_id:id}/announce", asks=OfRound("number"))
def announce(here: Here) -> Answer:
    """Announce a decision: each unit is told its own result."""
    one = _found(here)
    try:
        with savepoint(here.session):
            moved = decide.announce(here.session, one.decision.id, actor=here.actor, now=here.now)
    except Refused as refused:
        return _announce_page(here, told=_told(refused))
    to = f"/rounds/{here.path['round_id']}/decisions/{one.decision.id}"
    return redirect_with_note(to, _("Đã thông báo kết quả cho %(count)s đơn vị.") % {"count": len(moved.moved)})


@desk.get("/rounds/{round_id:id}/decisions/{decision_id:id}/copy", asks=OfRound("number", by_body=True))
def signed_copy(here: Here) -> Answer:
    """Hand out the signed copy of a decision."""
    document = _found(here).document
    if document is None or not document.file_hash:
        raise Unknown(_("bản đã ký của quyết định này"))
    name = f"quyet-dinh-{document.number.replace('/', '-')}"
    return Stored(document.file_hash, name, OTHER, _("nội dung của tệp này"))
