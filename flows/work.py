"""What is due, and the call that does it: used by every flow, by `tick`, by rehearsals and by the plain work loop.

All of it may run late, early, never, twice, or in several processes at once: what is due follows from our own tables,
and the rows are locked where they are written.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from actions import explain, lock, opinions, remind
from actions.closings import closings, earliest
from flows import duties, jobs
from flows.duties import Clock, Counts, Plan, Setting
from models import counts
from models.db import Database, run
from models.opinions import due_requests
from models.types import to_micros
from notifications.claims import spans
from notifications.delivery import Delivered, deliver
from notifications.render import Origin
from notifications.send import Transport

GRACE: Final = timedelta(seconds=15)
"""Requests that arrived in time may still be under way for 10 seconds; the sweep starts after them."""

Ids = tuple[int, ...]
LOG = logging.getLogger(__name__)


class Work(NamedTuple):
    """One kind of due work: batches of ids to be done, and the call that does one batch.

    `parts` are smaller batches, for several workers, of what is one to a process alone.
    """

    name: str
    due: Callable[[Database, datetime], list[Ids]]
    do: Callable[[Setting, Ids], Counts]
    parts: Callable[[Database, datetime], list[Ids]] | None = None

    def shares(self, database: Database, now: datetime) -> list[Ids]:
        """The batches as several workers share them."""
        return (self.parts or self.due)(database, now)


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
    done = [Done(work.name, _pass(work, setting, errors)) for work in works or (*WORKS, *MAIL, *EVIDENCE, *LONG)]
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
            *(at + GRACE for own in remind.unarchived(session) for at in closings(session, own)),
            *(at + GRACE for sql in (OPEN_REQUESTS, OPEN_OPINIONS) for at in earliest(session, sql)),
            *earliest(session, QUEUED),
            duties.next_reminder(session, now),
            jobs.next_due(session),
            duties.next_night(session, now),
        ]
        asked = jobs.missing(session, duties.wanted(session, now))
    return now if asked else min((at for at in found if at is not None), default=None)


OPEN_REQUESTS: Final = "SELECT min(closes_at) FROM explanation_request WHERE status = 'open'"
OPEN_OPINIONS: Final = "SELECT min(closes_at) FROM opinion_request WHERE status = 'open'"
QUEUED: Final = "SELECT min(coalesce(lease_until, due_at)) FROM outbox WHERE status = 'queued'"


def _to_lock(database: Database, now: datetime) -> list[Ids]:
    with database.reading() as session:
        rounds = remind.unarchived(session)
        return [(own.id,) for own in rounds if any(at + GRACE <= now for at in closings(session, own))]


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
        due = jobs.waiting(session, kinds, now)
    if wanted:
        with database.writing() as session:
            jobs.ask(session, wanted, now)
            due = jobs.waiting(session, kinds, now)
    return [(job_id,) for job_id in due]


def _perform(setting: Setting, ids: Ids) -> Counts:
    total: Counter[str] = Counter()
    for job_id in ids:
        total.update(duties.perform(setting, job_id))
    return total


def _to_deliver(database: Database, now: datetime) -> list[Ids]:
    with database.reading() as session:
        return [()] if any(at <= now for at in earliest(session, QUEUED)) else []


def _parts_of_mail(database: Database, now: datetime) -> list[Ids]:
    with database.reading() as session:
        return list(spans(session, now))


def _deliver(setting: Setting, ids: Ids) -> Counts:
    """All that waits; or a part of it by its first and last id, and then what others have left."""
    from_here = (setting.database, setting.transport, setting.origin)
    hand_over = partial(deliver, *from_here, now=setting.now, stopped=setting.stopped)
    if not ids:
        return hand_over()._asdict()
    own = hand_over(within=(ids[0], ids[-1]))
    rest = Delivered() if own.retried else hand_over()
    return Counter(own._asdict()) + Counter(rest._asdict())


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
    Work("counts", _to_fold, _fold),
)
MAIL: Final = (Work("mail", _to_deliver, _deliver, _parts_of_mail),)
"""Done beside the rest where a process lives: nothing that is due waits for tens of thousands of mails."""
EVIDENCE: Final = (Work("evidence", partial(_to_do, duties.nothing, duties.EVIDENCE_KINDS), _perform),)
LONG: Final = (Work("rehearsal", partial(_to_do, duties.weekly, duties.LONG_KINDS), _perform),)
"""Work of minutes, which a process that lives does beside the rest."""


def find(name: str) -> Work:
    """One kind of work by its name."""
    return next(work for work in (*WORKS, *MAIL, *EVIDENCE, *LONG) if work.name == name)
