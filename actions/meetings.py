"""Meetings (*phiên họp*) of a deciding body or of a unit: prepared, held, closed with their minutes (RULES 4.6).

Whoever holds meetings of the body may prepare one; a unit prepares one over its own dossiers. Every act stands on
the round's chain, with names and titles beside it by salted hash; what was voted never does (X-A2).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, delete, select

from actions.boxes import record
from actions.documents import one_line
from models.assessments import Assessment
from models.decisions import Document
from models.meetings import AgendaItem, Attendance, Meeting, agenda_of, attendance_of, boxes_at
from models.people import Account
from states.actor import Actor
from states.chain import iso
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.hold import hold_round
from states.permits import can, can_body

LABELS = {"prepared": "chưa khai mạc", "open": "đang diễn ra", "closed": "đã kết thúc"}


class Person(NamedTuple):
    """Somebody by name and position; an account's own name is taken when none is given."""

    name: str = ""
    position: str = ""
    account_id: int | None = None


class Plan(NamedTuple):
    """A meeting to be held; `body` is the code of the deciding body, empty for a unit's own meeting."""

    title: str
    held_at: datetime
    chair: Person
    body: str = ""
    place: str = ""
    electronic: bool = False


def prepare(
    session: Session,
    round_id: int,
    plan: Plan,
    *,
    agenda: Sequence[int] = (),
    summoned: Sequence[Person] = (),
    actor: Actor,
    now: datetime,
) -> int:
    """Prepare a meeting with its agenda and the people summoned to it; returns its id.

    Refused with every reason: no title or chair, dossiers of another round or body, a person named twice.
    """
    hold_round(session, round_id, actor=actor, now=now)
    _demand(session, round_id, plan.body, agenda, actor)
    chair, people = _named(session, plan.chair), [_named(session, person) for person in summoned]
    refusals = [
        *_bad_plan(plan, chair),
        *_bad_agenda(session, round_id, plan.body, agenda),
        *_bad_people(people),
    ]
    if refusals:
        raise Refused(refusals)
    meeting = Meeting(
        round_id=round_id,
        body=plan.body,
        title=one_line(plan.title),
        place=one_line(plan.place),
        held_at=plan.held_at,
        chair=chair.name,
        chair_id=chair.account_id,
        electronic=plan.electronic,
        account_id=actor.account_id,
    )
    session.add(meeting)
    session.flush()
    _put_agenda(session, meeting.id, agenda)
    _put_people(session, meeting.id, people)
    return _record(session, meeting, "prepare_meeting", actor, now, held_at=iso(plan.held_at), body=plan.body)


def set_agenda(session: Session, meeting_id: int, agenda: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Give a meeting that is not open yet another agenda."""
    meeting = _hold(session, meeting_id, actor, now)
    _demand_status(meeting, "prepared")
    _demand(session, meeting.round_id, meeting.body, agenda, actor)
    refusals = list(_bad_agenda(session, meeting.round_id, meeting.body, agenda))
    if refusals:
        raise Refused(refusals)
    session.exec(delete(AgendaItem).where(col(AgendaItem.meeting_id) == meeting_id))
    _put_agenda(session, meeting_id, agenda)
    _record(session, meeting, "set_agenda", actor, now)


def summon(session: Session, meeting_id: int, people: Sequence[Person], *, actor: Actor, now: datetime) -> None:
    """Give a meeting that is not open yet another list of people summoned."""
    meeting = _hold(session, meeting_id, actor, now)
    _demand_status(meeting, "prepared")
    named = [_named(session, person) for person in people]
    refusals = list(_bad_people(named))
    if refusals:
        raise Refused(refusals)
    session.exec(delete(Attendance).where(col(Attendance.meeting_id) == meeting_id))
    _put_people(session, meeting_id, named)
    _record(session, meeting, "summon", actor, now)


def attend(session: Session, meeting_id: int, present: Collection[int], *, actor: Actor, now: datetime) -> None:
    """Say who of those summoned is present, by the ids of their places on the list; the others are absent."""
    meeting = _hold(session, meeting_id, actor, now)
    _demand_status(meeting, "prepared", "open")
    people = attendance_of(session, meeting_id)
    for unknown in sorted(set(present) - {one.id for one in people}):
        raise Unknown(f"người được triệu tập số {unknown} của phiên họp này")
    for one in people:
        one.present = one.id in present
    session.flush()
    _record(session, meeting, "attend", actor, now)


def open_meeting(session: Session, meeting_id: int, *, actor: Actor, now: datetime) -> None:
    """Open a meeting; Refused while nobody is summoned or present, or nothing is on its agenda."""
    meeting = _hold(session, meeting_id, actor, now)
    _demand_status(meeting, "prepared")
    refusals = [
        *_lacks(any(one.present for one in attendance_of(session, meeting_id)), "present", "người có mặt"),
        *_lacks(bool(agenda_of(session, meeting_id)), "agenda", "hồ sơ nào trong chương trình"),
    ]
    if refusals:
        raise Refused(refusals)
    meeting.status = "open"
    session.flush()
    _record(session, meeting, "open_meeting", actor, now)


def close_meeting(session: Session, meeting_id: int, minutes_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a meeting with its minutes; Refused while one of its ballot boxes is open."""
    meeting = _hold(session, meeting_id, actor, now)
    _demand_status(meeting, "open")
    demand_minutes(session, minutes_id)
    waiting = [str(box.id) for box in boxes_at(session, meeting_id) if box.status == "open"]
    if waiting:
        raise refuse("boxes", f"Còn hòm phiếu chưa kiểm xong: số {', '.join(waiting)}; kiểm phiếu xong rồi kết thúc.")
    meeting.status, meeting.minutes_document_id = "closed", minutes_id
    session.flush()
    _record(session, meeting, "close_meeting", actor, now, minutes=minutes_id)


def demand_minutes(session: Session, minutes_id: int) -> None:
    """Unknown unless the minutes are a document that is there."""
    if session.get(Document, minutes_id) is None:
        raise Unknown(f"văn bản số {minutes_id}")


def may_hold(session: Session, round_id: int, body: str, agenda: Sequence[int], actor: Actor) -> bool:
    """Whether the actor may hold meetings of a body, or, without a body, over dossiers that are its unit's own."""
    if can_body(session, actor, "meet", round_id, body):
        return True
    return not body and bool(agenda) and all(can(session, actor, "draft", one) for one in agenda)


def _demand(session: Session, round_id: int, body: str, agenda: Sequence[int], actor: Actor) -> None:
    if not may_hold(session, round_id, body, agenda, actor):
        raise NotAllowed("Tài khoản này không được tổ chức phiên họp này.")


def _hold(session: Session, meeting_id: int, actor: Actor, now: datetime) -> Meeting:
    """The meeting, with its round locked; whoever writes a meeting waits there."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise Unknown(f"phiên họp số {meeting_id}")
    hold_round(session, meeting.round_id, actor=actor, now=now)
    session.refresh(meeting)
    _demand(session, meeting.round_id, meeting.body, agenda_of(session, meeting_id), actor)
    return meeting


def _demand_status(meeting: Meeting, *allowed_in: str) -> None:
    if meeting.status not in allowed_in:
        label = LABELS[meeting.status]
        raise refuse("meeting", f"Phiên họp «{meeting.title}» {label}; không làm được việc này.")


def _named(session: Session, person: Person) -> Person:
    if person.account_id is None:
        return Person(one_line(person.name), one_line(person.position))
    account = session.get(Account, person.account_id)
    if account is None:
        raise Unknown(f"tài khoản số {person.account_id}")
    name, position = person.name or account.name or account.email, person.position or account.position
    return Person(one_line(name), one_line(position), person.account_id)


def _bad_plan(plan: Plan, chair: Person) -> Iterator[Refusal]:
    yield from _lacks(bool(plan.title.strip()), "title", "tên phiên họp")
    yield from _lacks(bool(chair.name), "chair", "người chủ trì")


def _lacks(given: bool, rule: str, what: str) -> list[Refusal]:  # noqa: FBT001  a predicate's value
    return [] if given else [Refusal(rule, f"Phiên họp chưa có {what}.")]


def _bad_agenda(session: Session, round_id: int, body: str, agenda: Sequence[int]) -> Iterator[Refusal]:
    rows = session.exec(select(Assessment).where(col(Assessment.id).in_(list(agenda))))
    found = {row.id: row for row in rows if row.round_id == round_id}
    for one in dict.fromkeys(agenda):
        if one not in found:
            raise Unknown(f"hồ sơ số {one} trong đợt số {round_id}")
        if body and found[one].body != body:
            yield Refusal("body", f"«{found[one].name}»: hồ sơ không thuộc thẩm quyền của phiên họp này.")
    if len(set(agenda)) < len(agenda):
        yield Refusal("agenda", "Một hồ sơ được nêu hai lần trong chương trình phiên họp.")


def _bad_people(people: Sequence[Person]) -> Iterator[Refusal]:
    accounts = [person.account_id for person in people if person.account_id is not None]
    if not all(person.name for person in people):
        yield Refusal("name", "Mỗi người được triệu tập phải có họ tên.")
    if len(set(accounts)) < len(accounts):
        yield Refusal("person", "Một tài khoản được triệu tập hai lần.")


def _put_agenda(session: Session, meeting_id: int, agenda: Sequence[int]) -> None:
    for position, one in enumerate(agenda, 1):
        session.add(AgendaItem(meeting_id=meeting_id, assessment_id=one, position=position))
    session.flush()


def _put_people(session: Session, meeting_id: int, people: Sequence[Person]) -> None:
    for person in people:
        session.add(Attendance(meeting_id=meeting_id, **person._asdict()))
    session.flush()


def _record(session: Session, meeting: Meeting, act: str, actor: Actor, now: datetime, **more: object) -> int:
    """The act with how many are summoned and present; who they are, title and place are kept beside it."""
    meeting_id, people = meeting.id, attendance_of(session, meeting.id)
    present = [one.name for one in people if one.present]
    what: dict[str, Any] = {"meeting": meeting_id, "agenda": agenda_of(session, meeting_id), **more}
    what |= {"summoned": len(people), "present": len(present)}
    content = {
        "title": meeting.title,
        "place": meeting.place,
        "chair": meeting.chair,
        "summoned": [one.name for one in people],
        "present": present,
    }
    record(session, meeting.round_id, act, what, content=content, actor=actor, now=now)
    return meeting_id
