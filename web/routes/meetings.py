"""Meetings of a round: the list, a new one with its agenda and those summoned, and changes before it is opened."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions import meeting_page, meetings
from actions.meeting_page import Around
from models.meetings import agenda_of, attendance_of
from models.savepoint import savepoint
from states.errors import NotAllowed, Refused
from web import meeting_form as form
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfMeeting, OfRound
from web.edge import Desk, Here
from web.meeting_form import Draft
from web.routes import polls, wide_steps
from web.words import _

desk: Final = Desk()
MEETINGS: Final = "/rounds/{round_id:id}/meetings"
NEW: Final = "/rounds/{round_id:id}/meetings/new"
AGENDA: Final = "/meetings/{meeting_id:id}/agenda"
PEOPLE: Final = "/meetings/{meeting_id:id}/people"


@desk.get(MEETINGS, asks=OfRound("meet", by_body=True))
def meetings_page(here: Here) -> Answer:
    """Meetings of a round."""
    found = meeting_page.around(here.session, here.path["round_id"])
    listed = meeting_page.listed(here.session, found.id, here.actor)
    return page(
        "meetings/list.html",
        around=found,
        meetings=listed,
        bodies=meeting_page.bodies(here.session, found, here.actor),
        polls=polls.offered(found),
        steps=wide_steps.offered(here, found, "meetings"),
    )


@desk.get(NEW, asks=OfRound("meet", by_body=True))
def new_page(here: Here) -> Answer:
    """The form of a new meeting."""
    found = meeting_page.around(here.session, here.path["round_id"])
    body = here.query.get("body", "")
    before = next((one for one in meeting_page.listed(here.session, found.id, here.actor) if one.body == body), None)
    people = attendance_of(here.session, before.id) if before else []
    text = form.as_text(people, form.emails_of(here.session, people))
    draft = Draft(title=_("Phiên họp xét, quyết định mức xếp loại"), body=body, people=text)
    return _new_page(here, found, draft)


def _new_page(here: Here, found: Around, draft: Draft, *, told: Sequence[str] = ()) -> Page:
    bodies = meeting_page.bodies(here.session, found, here.actor)
    if draft.body not in bodies:
        raise NotAllowed(_("Tài khoản này không tổ chức phiên họp của cấp này."))
    waiting = meeting_page.waiting(here.session, found, draft.body)
    ready = meeting_page.at_ballot(found.programme)
    ticked = form.ids(here.typed.all("dossier")) if told else [one.id for one in waiting if one.state in ready]
    return page(
        "meetings/new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=found,
        draft=draft,
        body=bodies[draft.body],
        waiting=waiting,
        ready=ready,
        ticked=ticked,
        told=told,
    )


@desk.post(MEETINGS, asks=OfRound("meet", by_body=True))
def prepare(here: Here) -> Answer:
    """Prepare a meeting."""
    found = meeting_page.around(here.session, here.path["round_id"])
    try:
        with savepoint(here.session):
            key = _prepared(here, found)
    except Refused as refused:
        told = [one.sentence for one in refused.refusals]
        return _new_page(here, found, form.draft_of(here.typed), told=told)
    return redirect_with_note(f"/meetings/{key}", _("Đã lập phiên họp."))


def _prepared(here: Here, found: Around) -> int:
    people = form.read_people(here.session, here.typed.get("people"))
    return meetings.prepare(
        here.session,
        found.id,
        form.read_plan(here, people),
        agenda=form.ids(here.typed.all("dossier")),
        summoned=people,
        actor=here.actor,
        now=here.now,
    )


def _agenda_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    one = meeting_page.meeting(here.session, here.path["meeting_id"])
    found = meeting_page.around(here.session, one.round_id)
    waiting = meeting_page.waiting(here.session, found, one.body)
    return page(
        "meetings/agenda.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=found,
        meeting=one,
        waiting=waiting,
        ready=meeting_page.at_ballot(found.programme),
        ticked=form.ids(here.typed.all("dossier")) if told else agenda_of(here.session, one.id),
        told=told,
    )


@desk.get(AGENDA, asks=OfMeeting("hold"))
def agenda_page(here: Here) -> Answer:
    """The agenda: which dossiers are before the meeting."""
    return _agenda_page(here)


@desk.post(AGENDA, asks=OfMeeting("hold"))
def set_agenda(here: Here) -> Answer:
    """Set the agenda."""
    key = here.path["meeting_id"]
    try:
        meetings.set_agenda(here.session, key, form.ids(here.typed.all("dossier")), actor=here.actor, now=here.now)
    except Refused as refused:
        return _agenda_page(here, told=[one.sentence for one in refused.refusals])
    return redirect_with_note(f"/meetings/{key}", _("Đã ghi chương trình phiên họp."))


def _people_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    one = meeting_page.meeting(here.session, here.path["meeting_id"])
    people = attendance_of(here.session, one.id)
    text = form.as_text(people, form.emails_of(here.session, people))
    return page(
        "meetings/people.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=meeting_page.around(here.session, one.round_id),
        meeting=one,
        people=here.typed.get("people") if told else text,
        told=told,
    )


@desk.get(PEOPLE, asks=OfMeeting("hold"))
def people_page(here: Here) -> Answer:
    """Who is summoned, who is present."""
    return _people_page(here)


@desk.post(PEOPLE, asks=OfMeeting("hold"))
def summon(here: Here) -> Answer:
    """Summon members."""
    key = here.path["meeting_id"]
    try:
        people = form.read_people(here.session, here.typed.get("people"))
        meetings.summon(here.session, key, people, actor=here.actor, now=here.now)
    except Refused as refused:
        return _people_page(here, told=[one.sentence for one in refused.refusals])
    return redirect_with_note(f"/meetings/{key}", _("Đã ghi danh sách triệu tập."))
