"""Reminders: when they fall, and the mails they queue, each once however often and however late this runs.

A slot is a moment at which a reminder falls. Of the slots that have passed only the newest counts, so a day that
was missed is not made up for by several mails; and whoever was told of the deadline after a slot is spared it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.calendar import LOCAL, add_working_days, earlier_working_day, is_working_day, last_day, local_day
from config.programme import Programme
from config.vocabulary import StateKind
from models.db import is_sqlite, run
from models.types import from_micros, to_micros
from states.advance import tell_sql
from states.hold import programme_of
from states.permits import DOSSIER, ROUND, Target

MORNING: Final = time(8)
EVENING: Final = time(17)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


class Slot(NamedTuple):
    """A moment of a reminder; `code` tells it from the others of the same closing."""

    at: datetime
    code: str


class Underway(NamedTuple):
    """A round that is launched and goes on."""

    id: int
    state: str
    programme: Programme


class Due(NamedTuple):
    """A reminder of a round whose slot has passed, for what closes at `closes_at`."""

    kind: str
    round_id: int
    closes_at: datetime
    slot: Slot


class Reminder(NamedTuple):
    """What lies ahead in a round, when it is reminded of, for which ids now, and how some of these are told."""

    closings: Callable[[Session, Underway, datetime], Iterable[datetime]]
    slots: Callable[[Programme, datetime], Iterable[Slot]]
    ids: Callable[[Session, Underway, Due, datetime], list[int]]
    tell: Callable[[Session, Due, Sequence[int], datetime], int]


class Mails(NamedTuple):
    """A message to the audience of every row of a table (SQL) whose `key` is among ids and that meets `condition`."""

    message: str
    table: str
    alias: str
    target: Target
    key: str
    occasion: str
    about: str = ":about"
    condition: str = "1 = 1"


def due(session: Session, now: datetime) -> list[Due]:
    """The newest reminder of everything that closes later than now."""
    found = []
    for (kind, round_id, closes_at), group in groupby(_all(session, now), key=lambda one: one[:3]):
        passed = [one.slot for one in group if one.slot.at <= now]
        if passed:
            newest = max(reversed(passed), key=lambda slot: slot.at)
            found.append(Due(kind, round_id, closes_at, newest))
    return found


def next_slot(session: Session, now: datetime) -> datetime | None:
    """The next moment at which a reminder falls; None when none is in sight."""
    return min((one.slot.at for one in _all(session, now) if one.slot.at > now), default=None)


def ids(session: Session, one: Due, now: datetime) -> list[int]:
    """Whom a reminder concerns now, ascending: nobody once it is no longer the newest."""
    if one not in due(session, now):
        return []
    own = next(round_ for round_ in underway(session) if round_.id == one.round_id)
    return REMINDERS[one.kind].ids(session, own, one, now)


def tell(session: Session, one: Due, among: Sequence[int], now: datetime) -> int:
    """Queue a reminder for these ids; returns how many mails are new."""
    return REMINDERS[one.kind].tell(session, one, among, now)


def underway(session: Session) -> list[Underway]:
    """The rounds that are launched and have no result yet, by id."""
    return [one for one in unarchived(session) if _kind(one) is not StateKind.SETTLED]


def unarchived(session: Session) -> list[Underway]:
    """The rounds that are launched and neither archived nor cancelled, by id."""
    sql = (
        "SELECT r.id, r.state, v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id "
        "WHERE r.launched_at IS NOT NULL ORDER BY r.id"
    )
    rows = [Underway(row[0], row[1], programme_of(session, row[2])) for row in run(session, sql).fetchall()]
    return [one for one in rows if _kind(one) is not StateKind.FINAL]


def _kind(one: Underway) -> StateKind:
    return one.programme.workflow.round.states[one.state].kind


def _all(session: Session, now: datetime) -> Iterator[Due]:
    for own in underway(session):
        for kind, reminder in REMINDERS.items():
            for closes_at in sorted(reminder.closings(session, own, now)):
                slots = reminder.slots(own.programme, closes_at)
                yield from (Due(kind, own.id, closes_at, slot) for slot in slots if slot.at < closes_at)


def _local(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, LOCAL).astimezone(UTC)


def _days_before(programme: Programme, closes_at: datetime, days: int, letter: str) -> Slot:
    """The morning `days` before the first closed day; moved off a day off, but for the last day itself (X-D7)."""
    day = last_day(closes_at) + DAY - days * DAY
    falls = day if days == 1 else earlier_working_day(day, programme.days_off)
    return Slot(_local(falls, MORNING), f"{letter}-{days}/{day}")


def _unit_slots(programme: Programme, closes_at: datetime) -> Iterator[Slot]:
    for days in programme.reminders.offsets_days:
        yield _days_before(programme, closes_at, days, "D")
    for hours in programme.reminders.last_day_hours:
        yield Slot(closes_at - hours * HOUR, f"H-{hours}/{last_day(closes_at)}")


def _escalation_slots(programme: Programme, closes_at: datetime) -> Iterator[Slot]:
    yield _days_before(programme, closes_at, programme.escalation_days_before, "E")


def _explanation_slots(programme: Programme, closes_at: datetime) -> Iterator[Slot]:
    yield _days_before(programme, closes_at, 2, "Q")
    yield _days_before(programme, closes_at, 1, "Q")


def _appraisal_slots(programme: Programme, closes_at: datetime) -> Iterator[Slot]:
    for days in programme.reminders.offsets_days:
        yield _days_before(programme, closes_at, days, "A")


def _summary_slots(_: Programme, closes_at: datetime) -> Iterator[Slot]:
    day = local_day(closes_at)
    yield Slot(_local(day, MORNING), str(day))


def _sources(programme: Programme, *triggers: str) -> str:
    """The states from which one of the triggers goes, as a list in SQL."""
    steps = programme.workflow.assessment.transitions
    names = sorted({name for step in steps if step.do in triggers for name in step.sources})
    return ", ".join(f"'{name}'" for name in names) or "NULL"


def _awaited(programme: Programme) -> str:
    return _sources(programme, "start_self", "submit")


def _instants(session: Session, sql: str, parameters: Mapping[str, Any]) -> list[datetime]:
    return [from_micros(row[0]) for row in run(session, sql, parameters).fetchall()]


def _numbers(session: Session, sql: str, parameters: Mapping[str, Any]) -> list[int]:
    return [row[0] for row in run(session, sql, parameters).fetchall()]


def _unit_closings(session: Session, own: Underway, now: datetime) -> list[datetime]:
    sql = (
        "SELECT DISTINCT closes_at FROM assessment WHERE round_id = :round AND closes_at > :now "
        f"AND state IN ({_awaited(own.programme)})"
    )
    return _instants(session, sql, {"round": own.id, "now": to_micros(now)})


def _explanation_closings(session: Session, own: Underway, now: datetime) -> list[datetime]:
    sql = (
        "SELECT DISTINCT q.closes_at FROM explanation_request q JOIN assessment a ON a.id = q.assessment_id "
        "WHERE q.status = 'open' AND q.closes_at > :now AND a.round_id = :round"
    )
    return _instants(session, sql, {"round": own.id, "now": to_micros(now)})


BY_KIND: Final = (
    "FROM milestone m JOIN milestone o ON o.round_id = m.round_id AND o.kind = m.kind AND o.trigger IS NOT NULL "
    "AND m.closes_at > o.closes_at WHERE m.round_id = :round GROUP BY m.kind"
)
"""The kinds of a round; `min(m.closes_at)` is when they have to be through: the first milestone after their own."""


def _in_appraisal(own: Underway) -> str:
    """The condition under which appraisers are awaited on dossier `a`."""
    steps = own.programme.workflow.assessment.transitions
    starts = [step for step in steps if step.do == "start_appraisal" and own.state in step.during]
    kinds = {kind for step in starts for kind in step.kinds or own.programme.subject_kinds}
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds)) or "NULL"
    states = _sources(own.programme, "start_appraisal", "conclude_appraisal")
    return f"a.round_id = :round AND a.closes_at <= :now AND a.state IN ({states}) AND a.kind IN ({listed})"


def _appraisal_closings(session: Session, own: Underway, now: datetime) -> list[datetime]:
    parameters = {"round": own.id, "now": to_micros(now)}
    if not _numbers(session, f"SELECT a.id FROM assessment a WHERE {_in_appraisal(own)} LIMIT 1", parameters):
        return []
    closings = set(_instants(session, f"SELECT min(m.closes_at) {BY_KIND}", {"round": own.id}))
    return [closes_at for closes_at in closings if closes_at > now]


def _summary_closings(_: Session, own: Underway, now: datetime) -> list[datetime]:
    """The end of work of this day, when it is one of work, and of the next."""
    days_off, today = own.programme.days_off, local_day(now)
    days = [day for day in (today,) if is_working_day(day, days_off)] + [add_working_days(today, 1, days_off)]
    return [closes_at for day in days if (closes_at := _local(day, EVENING)) > now]


def _unit_ids(session: Session, own: Underway, one: Due, _: datetime) -> list[int]:
    """Dossiers not submitted, but for those told of their deadline since."""
    sql = (
        "SELECT a.id FROM assessment a WHERE a.round_id = :round AND a.closes_at = :closes_at "
        f"AND a.state IN ({_awaited(own.programme)}) AND NOT EXISTS (SELECT 1 FROM outbox o WHERE "
        "o.assessment_id = a.id AND o.message IN ('assigned', 'extension_granted', 'round_changed') "
        "AND o.due_at > :slot) ORDER BY a.id"
    )
    return _numbers(session, sql, _parameters(one))


def _request_ids(session: Session, _: Underway, one: Due, __: datetime) -> list[int]:
    sql = (
        "SELECT q.id FROM explanation_request q JOIN assessment a ON a.id = q.assessment_id WHERE "
        "q.status = 'open' AND q.closes_at = :closes_at AND q.asked_at < :slot AND a.round_id = :round ORDER BY q.id"
    )
    return _numbers(session, sql, _parameters(one))


def _appraisal_ids(session: Session, own: Underway, one: Due, now: datetime) -> list[int]:
    kinds = f"SELECT m.kind {BY_KIND} HAVING min(m.closes_at) = :closes_at"
    sql = f"SELECT a.id FROM assessment a WHERE {_in_appraisal(own)} AND a.kind IN ({kinds}) ORDER BY a.id"
    return _numbers(session, sql, _parameters(one) | {"now": to_micros(now)})


def _round_ids(_: Session, own: Underway, __: Due, ___: datetime) -> list[int]:
    return [own.id]


def _parameters(one: Due) -> dict[str, Any]:
    return {"round": one.round_id, "closes_at": to_micros(one.closes_at), "slot": to_micros(one.slot.at)}


def _tell_units(session: Session, one: Due, among: Sequence[int], now: datetime) -> int:
    if one.slot.code.startswith("H"):
        return _queue(session, one, _of_dossiers(one, "last_day"), among, _hours_left(one, now))
    about = _days_left(one, now)
    unfinished = _of_dossiers(one, "reminder", "a.scored < a.leaves")
    unsubmitted = _of_dossiers(one, "unsubmitted_reminder", "a.scored >= a.leaves")
    return _queue(session, one, unfinished, among, about) + _queue(session, one, unsubmitted, among, about)


def _tell_heads(session: Session, one: Due, among: Sequence[int], now: datetime) -> int:
    return _queue(session, one, _of_dossiers(one, "escalation"), among, _days_left(one, now))


def _tell_appraisers(session: Session, one: Due, among: Sequence[int], now: datetime) -> int:
    return _queue(session, one, _of_dossiers(one, "appraisal_due"), among, _days_left(one, now))


def _tell_asked(session: Session, one: Due, among: Sequence[int], _: datetime) -> int:
    """Once a request, whichever of its slots comes first."""
    occasion = f"'request' || ':' || q.id || '/{one.closes_at:%Y-%m-%dT%H:%M}'"
    about = """'{"request": ' || q.id || '}'"""
    mails = Mails("explanation_due", "explanation_request q, assessment", "a", DOSSIER, "q.id", occasion, about)
    return _queue(session, one, mails._replace(condition="a.id = q.assessment_id"), among, {})


def _tell_owner(session: Session, one: Due, among: Sequence[int], _: datetime) -> int:
    occasion = f"'round' || ':' || r.id || '/{one.slot.code}'"
    return _queue(session, one, Mails("daily_summary", "round", "r", ROUND, "r.id", occasion), among, {})


def _of_dossiers(one: Due, message: str, condition: str = "1 = 1") -> Mails:
    occasion = f"'assessment' || ':' || a.id || '/{one.slot.code}'"
    return Mails(message, "assessment", "a", DOSSIER, "a.id", occasion, condition=condition)


def _days_left(one: Due, now: datetime) -> dict[str, int]:
    return {"days": (last_day(one.closes_at) - local_day(now)).days}


def _hours_left(one: Due, now: datetime) -> dict[str, int]:
    return {"hours": (one.closes_at - now + HOUR / 2) // HOUR}


def _queue(session: Session, one: Due, mails: Mails, among: Sequence[int], about: Mapping[str, int]) -> int:
    """Queue a message for every id; all mails of a slot are due at the same instant, which makes a digest of them."""
    sqlite = is_sqlite(session)
    listed = "IN (SELECT value FROM json_each(:ids))" if sqlite else "IN (SELECT unnest(:ids::bigint[]))"
    where = f"{mails.key} {listed} AND {mails.condition}"
    sql = tell_sql(mails.message, mails.table, mails.alias, mails.target, where, mails.occasion, mails.about, ":due_at")
    parameters = {
        "ids": json.dumps(list(among)) if sqlite else list(among),
        "about": json.dumps(about, sort_keys=True),
        "due_at": to_micros(one.slot.at),
    }
    count: int = run(session, sql, parameters).rowcount
    return count


REMINDERS: Final[Mapping[str, Reminder]] = {
    "reminder": Reminder(_unit_closings, _unit_slots, _unit_ids, _tell_units),
    "escalation": Reminder(_unit_closings, _escalation_slots, _unit_ids, _tell_heads),
    "explanation_due": Reminder(_explanation_closings, _explanation_slots, _request_ids, _tell_asked),
    "appraisal_due": Reminder(_appraisal_closings, _appraisal_slots, _appraisal_ids, _tell_appraisers),
    "daily_summary": Reminder(_summary_closings, _summary_slots, _round_ids, _tell_owner),
}
