"""A meeting is conducted: who is there, the decision board with its what-if, ballots opened, the end with minutes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from actions import ballots, boxes, meeting_page, meetings, voting
from actions.meeting_page import Line
from config.programme import Programme
from models.ballot_secret import BallotKey
from models.decisions import Document
from models.meetings import BallotBox, attendance_of, boxes_at
from models.savepoint import savepoint
from states.errors import Refused, Unknown, refuse
from web import meeting_form as form
from web import papers
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfMeeting
from web.board import board
from web.drafts import take_files
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
MEETING: Final = "/meetings/{meeting_id:id}"
BALLOTS: Final = "/meetings/{meeting_id:id}/ballots"
MINUTES: Final = "minutes"
SECOND: Final = "second_decision"


def _told(refused: Refused) -> list[str]:
    return [one.sentence for one in refused.refusals]


def _page(here: Here, *, told: Sequence[str] = ()) -> Page:
    one = meeting_page.meeting(here.session, here.path["meeting_id"])
    around = meeting_page.around(here.session, one.round_id)
    standing, shown = meeting_page.standing(here.session, one.id, here.actor), board(here, one, around)
    return page(
        "meetings/meeting.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        meeting=one,
        around=around,
        body=meeting_page.body_labels(here.session, around.programme, [one.body])[one.body],
        standing=standing,
        people=attendance_of(here.session, one.id),
        boxes=[(box, around.programme.boxes[box.name].label) for box in boxes_at(here.session, one.id)],
        board=shown,
        papers=papers.typed(here, MINUTES),
        minutes=here.session.get(Document, one.minutes_document_id or 0),
        openable=_openable(around.programme, shown.lines) if one.status == "open" else {},
        told=told,
    )


def _openable(programme: Programme, lines: Sequence[Line]) -> dict[str, int]:
    """The ballots that may be opened now, and how many dossiers have come to each and have not had it."""
    found = {name: len(meeting_page.fit(programme, lines, name)) for name in programme.boxes}
    return {name: count for name, count in found.items() if count}


@desk.get(MEETING, asks=OfMeeting("read"))
def meeting(here: Here) -> Answer:
    """A meeting: agenda, people, ballots, minutes."""
    return _page(here)


@desk.post("/meetings/{meeting_id:id}/what-if", asks=OfMeeting("read"))
def what_if(here: Here) -> Answer:
    """The board with other levels in its fields; nothing is written."""
    return _page(here)


@desk.post("/meetings/{meeting_id:id}/people/present", asks=OfMeeting("hold"))
def attend(here: Here) -> Answer:
    """Record who is present."""
    key, opens = here.path["meeting_id"], here.typed.get("then") == "open"
    try:
        with savepoint(here.session):
            meetings.attend(here.session, key, form.ids(here.typed.all("present")), actor=here.actor, now=here.now)
            if opens:
                meetings.open_meeting(here.session, key, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, told=_told(refused))
    note = _("Đã ghi điểm danh và khai mạc phiên họp.") if opens else _("Đã ghi điểm danh.")
    return redirect_with_note(f"/meetings/{key}", note)


@desk.post("/meetings/{meeting_id:id}/close", asks=OfMeeting("hold"), first=take_files)
def close(here: Here) -> Answer:
    """Close the meeting."""
    key = here.path["meeting_id"]
    try:
        with savepoint(here.session):
            minutes = papers.put(here, MINUTES, "minutes", _("biên bản phiên họp"), scan=False)
            meetings.close_meeting(here.session, key, minutes, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, told=_told(refused))
    return redirect_with_note(f"/meetings/{key}", _("Đã kết thúc phiên họp."))


def _ballot_page(here: Here, name: str, *, told: Sequence[str] = ()) -> Page:
    one = meeting_page.meeting(here.session, here.path["meeting_id"])
    around = meeting_page.around(here.session, one.round_id)
    if name not in around.programme.boxes:
        raise Unknown(_("hòm phiếu này trong chương trình"))
    lines = meeting_page.fit(around.programme, meeting_page.agenda(here.session, one.id), name)
    ticked = form.ids(here.typed.all("dossier")) if told else [line.dossier.id for line in lines]
    return page(
        "meetings/ballot.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        meeting=one,
        around=around,
        name=name,
        box=around.programme.boxes[name],
        people=attendance_of(here.session, one.id),
        waiting=[line.dossier for line in lines],
        ticked=ticked,
        needs_minutes=name == SECOND and not all(_minutes_of(here, lines).values()),
        papers=papers.typed(here, MINUTES),
        told=told,
    )


def _minutes_of(here: Here, lines: Sequence[Line]) -> dict[int, int | None]:
    """The minutes of the last ballot of each dossier."""
    last = {line.dossier.id: line.votes[-1].box_id for line in lines if line.votes}
    found = {key: here.session.get_one(BallotBox, key) for key in set(last.values())}
    return {key: found[box].minutes_document_id for key, box in last.items()}


@desk.get(BALLOTS, asks=OfMeeting("hold"))
def ballot_page(here: Here) -> Answer:
    """The form of a ballot box."""
    return _ballot_page(here, here.query.get("name", ""))


@desk.post(BALLOTS, asks=OfMeeting("hold"), first=take_files)
def open_ballot(here: Here) -> Answer:
    """Open a ballot box."""
    name, chosen = here.typed.get("name"), form.ids(here.typed.all("dossier"))
    try:
        with savepoint(here.session):
            if name == SECOND:
                _send_into_second(here, chosen)
            box = _opened(here, name, chosen)
    except Refused as refused:
        return _ballot_page(here, name, told=_told(refused))
    return redirect_with_note(f"/boxes/{box}", _("Đã mở hòm phiếu."))


def _opened(here: Here, name: str, chosen: Sequence[int]) -> int:
    one = meeting_page.meeting(here.session, here.path["meeting_id"])
    if one.electronic:
        key = BallotKey(here.place.settings.ballot_secret())
        return voting.open_box(here.session, name, chosen, one.id, key=key, actor=here.actor, now=here.now)
    return boxes.open_box(here.session, name, chosen, meeting_id=one.id, actor=here.actor, now=here.now)


def _send_into_second(here: Here, chosen: Sequence[int]) -> None:
    """By the minutes of the first ballot, which an electronic one has not."""
    if not chosen:
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    lines = meeting_page.agenda(here.session, here.path["meeting_id"])
    known = _minutes_of(here, [line for line in lines if line.dossier.id in chosen])
    for minutes, keys in _by_minutes(here, known, chosen).items():
        ballots.second(here.session, keys, minutes, actor=here.actor, now=here.now)


def _by_minutes(here: Here, known: Mapping[int, int | None], chosen: Sequence[int]) -> dict[int, list[int]]:
    typed = None
    if not all(known.get(key) for key in chosen):
        typed = papers.put(here, MINUTES, "minutes", _("biên bản"), scan=False)
    found: dict[int, list[int]] = {}
    for key in chosen:
        found.setdefault(known.get(key) or typed or 0, []).append(key)
    return found
