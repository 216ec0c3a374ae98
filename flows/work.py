"""What is due, and the call that does it: used by every flow, by `tick`, by rehearsals and by the plain work loop.

All of it may run late, early, never, twice, or in several processes at once: what is due follows from our own tables,
and the rows are locked where they are written.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import explain, lock, opinions, remind
from actions.remind import Underway
from config.vocabulary import Relation, Stage
from config.workflow import Deadline
from flows import duties, jobs
from flows.duties import Clock, Counts, Plan, Setting
from models import counts
from models.db import Database, run
from models.opinions import due_requests
from models.types import from_micros, to_micros
from notifications import send
from notifications.render import Origin
from notifications.send import Transport

GRACE: Final = timedelta(seconds=15)
"""Requests that arrived in time may still be under way for 10 seconds; the sweep starts after them."""

Ids = tuple[int, ...]
LOG = logging.getLogger(__name__)


class Work(NamedTuple):
    """One kind of due work: batches of ids to be done, and the call that does one batch."""

    name: str
    due: Callable[[Database, datetime], list[Ids]]
    do: Callable[[Setting, Ids], Counts]


class Done(NamedTuple):
    """What one kind of work came to in one pass."""

    work: str
    counts: Counts


def tick(database: Database, *, now: Clock, transport: Transport, origin: Origin, directory: Path) -> list[Done]:
    """One pass over everything due, in order; raises an ExceptionGroup at the end, when all has been tried.

    Mail leaves by `transport` in the name of `origin`; reports and copies of the database go under `directory`.
    """
    return sweep(Setting(database, now, transport, origin, directory))


def sweep(setting: Setting, works: Sequence[Work] | None = None) -> list[Done]:
    """`tick` in a setting; of some works only, where others are done elsewhere."""
    errors: list[Exception] = []
    done = [Done(work.name, _pass(work, setting, errors)) for work in works or (*WORKS, *EVIDENCE, *LONG)]
    if errors:
        raise ExceptionGroup("some of the due work failed", errors)
    return done


def _pass(work: Work, setting: Setting, errors: list[Exception]) -> Counts:
    total: Counter[str] = Counter()
    with _edge(errors):
        for ids in work.due(setting.database, setting.now()):
            with _edge(errors):
                total.update(work.do(setting, ids))
    return {name: count for name, count in sorted(total.items()) if count}


@contextmanager
def _edge(errors: list[Exception]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        LOG.exception("due work failed")
        errors.append(error)


def next_due(database: Database, now: datetime) -> datetime | None:
    """When there is something to do next: `now` or earlier when there already is, None when nothing is in sight."""
    with database.reading() as session:
        found = [
            *(at + GRACE for own in remind.unarchived(session) for at in _closings(session, own)),
            *(at + GRACE for sql in (OPEN_REQUESTS, OPEN_OPINIONS) for at in _earliest(session, sql)),
            *_earliest(session, QUEUED),
            duties.next_reminder(session, now),
            jobs.next_due(session),
            duties.next_night(session, now),
        ]
        asked = jobs.missing(session, duties.wanted(session, now))
    return now if asked else min((at for at in found if at is not None), default=None)


OPEN_REQUESTS: Final = "SELECT min(closes_at) FROM explanation_request WHERE status = 'open'"
OPEN_OPINIONS: Final = "SELECT min(closes_at) FROM opinion_request WHERE status = 'open'"
QUEUED: Final = "SELECT min(coalesce(lease_until, due_at)) FROM outbox WHERE status = 'queued'"


def _earliest(session: Session, sql: str, **parameters: int) -> list[datetime]:
    return [from_micros(row[0]) for row in run(session, sql, parameters).fetchall() if row[0] is not None]


def _closings(session: Session, own: Underway) -> Iterator[datetime]:
    """When the sweep of a round has something to do: for dossiers that wait for it, and for the round itself."""
    machine = own.programme.workflow.assessment
    later = lock.later_deadlines(own.programme)
    for deadline in own.programme.workflow.deadlines:
        states = {name for step in machine.transitions if step.do == deadline.do for name in step.sources}
        if states:
            sql = _behind_sql(states, deadline) if deadline in later else _waiting_sql(states, deadline)
            yield from _earliest(session, sql, round=own.id)
    for step in own.programme.workflow.round.transitions:
        if own.state in step.sources and Relation.SYSTEM in step.by:
            for stage in (call.parameters.stage for call in step.guards if isinstance(call.parameters, Stage)):
                sql = f"SELECT max(closes_at) FROM milestone WHERE round_id = :round AND stage = '{stage}'"
                yield from _earliest(session, sql, round=own.id)


def _waiting_sql(states: Iterable[str], deadline: Deadline) -> str:
    sql = f"SELECT min(closes_at) FROM assessment WHERE round_id = :round AND state IN ({_listed(states)})"
    kinds = f" AND kind IN ({_listed(deadline.kinds)})" if deadline.kinds else ""
    return f"{sql}{kinds} AND NOT late"


def _behind_sql(states: Iterable[str], deadline: Deadline) -> str:
    """As above, for a deadline that is a milestone of the round and not the dossiers' own closing."""
    return (
        "SELECT min(m.closes_at) FROM milestone m JOIN assessment a ON a.round_id = m.round_id AND a.kind = m.kind "
        f"WHERE m.round_id = :round AND m.stage = '{deadline.stage}' AND a.state IN ({_listed(states)})"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def _to_lock(database: Database, now: datetime) -> list[Ids]:
    with database.reading() as session:
        rounds = remind.unarchived(session)
        return [(own.id,) for own in rounds if any(at + GRACE <= now for at in _closings(session, own))]


def _lock(setting: Setting, ids: Ids) -> Counts:
    """Each round in a transaction of its own."""
    total: Counter[str] = Counter()
    for round_id in ids:
        with setting.database.writing() as session:
            total.update(lock.lock_due(session, round_id, now=setting.now()).moved.values())
    return total


def _to_expire(database: Database, now: datetime) -> list[Ids]:
    sql = (
        "SELECT DISTINCT a.round_id FROM explanation_request q JOIN assessment a ON a.id = q.assessment_id "
        "WHERE q.status = 'open' AND q.closes_at <= :now ORDER BY 1"
    )
    with database.reading() as session:
        return [(row[0],) for row in run(session, sql, {"now": to_micros(now - GRACE)}).fetchall()]


def _expire(setting: Setting, ids: Ids) -> Counts:
    total = 0
    for round_id in ids:
        with setting.database.writing() as session:
            total += len(explain.expire_due(session, round_id, now=setting.now()))
    return {"expired": total}


def _to_close(database: Database, now: datetime) -> list[Ids]:
    """Each request for opinions is a batch of its own."""
    with database.reading() as session:
        return [(request.id,) for request in due_requests(session, now - GRACE)]


def _close(setting: Setting, ids: Ids) -> Counts:
    total: Counter[str] = Counter()
    for request_id in ids:
        with setting.database.writing() as session:
            closed = opinions.close(session, request_id, now=setting.now())
        total.update(closed=1, silent=closed.silent, moved=len(closed.moved))
    return total


def _to_do(plan: Plan, kinds: Collection[str], database: Database, now: datetime) -> list[Ids]:
    """Ask for the jobs the calendar wants, and return those of these kinds that are due, each as a batch."""
    with database.reading() as session:
        wanted = jobs.missing(session, plan(session, now))
    if wanted:
        with database.writing() as session:
            jobs.ask(session, wanted, now)
    with database.reading() as session:
        return [(job_id,) for job_id in jobs.waiting(session, kinds, now)]


def _perform(setting: Setting, ids: Ids) -> Counts:
    total: Counter[str] = Counter()
    for job_id in ids:
        total.update(duties.perform(setting, job_id))
    return total


def _to_deliver(database: Database, now: datetime) -> list[Ids]:
    with database.reading() as session:
        return [()] if any(at <= now for at in _earliest(session, QUEUED)) else []


def _deliver(setting: Setting, _: Ids) -> Counts:
    return send.deliver(setting.database, setting.transport, setting.origin, now=setting.now)._asdict()


def _to_fold(database: Database, _: datetime) -> list[Ids]:
    with database.reading() as session:
        return [(round_id,) for round_id in counts.crowded(session)]


def _fold(setting: Setting, ids: Ids) -> Counts:
    """What has been appended to the counts of a round becomes one row a key; a board reads either alike."""
    with setting.database.writing() as session:
        return {"folded": sum(counts.fold(session, round_id) for round_id in ids)}


WORKS: Final = (
    Work("lock", _to_lock, _lock),
    Work("explain", _to_expire, _expire),
    Work("opinions", _to_close, _close),
    Work("remind", partial(_to_do, duties.reminders, duties.REMINDER_KINDS), _perform),
    Work("report", partial(_to_do, duties.drafts, duties.REPORT_KINDS), _perform),
    Work("nightly", partial(_to_do, duties.nightly, duties.NIGHTLY_KINDS), _perform),
    Work("asked", partial(_to_do, duties.nothing, duties.ASKED_KINDS), _perform),
    Work("mail", _to_deliver, _deliver),
    Work("counts", _to_fold, _fold),
)
EVIDENCE: Final = (Work("evidence", partial(_to_do, duties.nothing, duties.EVIDENCE_KINDS), _perform),)
LONG: Final = (Work("rehearsal", partial(_to_do, duties.nothing, duties.LONG_KINDS), _perform),)
"""Work of minutes, which a process that lives does beside the rest."""


def find(name: str) -> Work:
    """One kind of work by its name."""
    return next(work for work in (*WORKS, *EVIDENCE, *LONG) if work.name == name)
