"""How the installation is: checks by name, the same for /readyz, for /metrics and for the administrator's page.

Four of them tell whether this process can do its work (`READY`); they are cheap. The others tell of what runs by itself
and read our own tables, so that every process gives the same answer.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import Final, NamedTuple

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from actions.closings import closings
from actions.evidence_checks import JOB
from actions.remind import unarchived
from evidence.store import StoreDown
from models import vitals
from models.check import OlderSchema, demand_schema
from models.db import NewerSchema
from models.outages import Lost
from models.vitals import Last, Queue
from notifications.claims import BACKOFF
from states.duties_log import PATIENCE
from web.place import Place
from web.since import seen_since

UNREACHABLE: Final = (SQLAlchemyError, sqlite3.Error, psycopg.Error, Lost)
LATE_LOCK: Final = timedelta(minutes=2)
LATE_MAIL: Final = timedelta(minutes=15)
LATE_SIGN_IN: Final = timedelta(minutes=2)
LATE_EVIDENCE: Final = timedelta(minutes=30)
LATE_NIGHT: Final = timedelta(hours=26)
"""Nightly work is done once a day, and takes its time."""
LATELY: Final = timedelta(days=1)
LEAST_ROOM: Final = 2 * 1024**3
NO_CONTENT: Final = "0" * 64
READY: Final = ("database", "schema", "store", "relay")
MARKED: Final = (*READY, "room")
"""Of these no table tells when they began: a machine marks when it first saw them, as often as it is asked."""
CAN_WAIT: Final = frozenset({"lost_mail", "evidence", "failed_jobs", "verified", "backup"})
"""What has time until the morning; all else is to be seen to at once."""


class Check(NamedTuple):
    """One thing that is well or not: since when it is not, when it was last known to be, and how many are concerned."""

    name: str
    ok: bool
    since: datetime | None = None
    at: datetime | None = None
    size: int = 0

    @property
    def is_seen(self) -> bool:
        """Whether it may have begun before it was seen."""
        return self.name in MARKED

    @property
    def is_urgent(self) -> bool:
        """Whether somebody is to be called."""
        return not self.ok and self.name not in CAN_WAIT


class Figures(NamedTuple):
    """What the tables tell, read in one snapshot."""

    now: datetime
    locks: Mapping[int, datetime | None]
    outbox: Queue
    sign_in: Queue
    lost_mail: Queue
    evidence: Queue
    jobs: Queue
    failed_jobs: Queue
    verified: Last | None
    backed_up: Last | None
    launched: datetime | None


def readiness(place: Place) -> list[Check]:
    """Whether this process can do its work."""
    return [_marked(place, name, ok=ok) for name, ok in zip(READY, _ready(place), strict=True)]


def _marked(place: Place, name: str, *, ok: bool) -> Check:
    return Check(name, ok, seen_since(place.settings.var, name, place.now(), ok=ok))


def _ready(place: Place) -> Iterator[bool]:
    yield from _of_database(place)
    yield _is_writable(place)
    yield place.is_rehearsal or place.settings.smtp_url is not None


def _of_database(place: Place) -> tuple[bool, bool]:
    """Whether it answers, and whether its schema is that of this release."""
    try:
        place.database.look(demand_schema)
    except UNREACHABLE:
        return False, False
    except (OlderSchema, NewerSchema):
        return True, False
    return True, True


def _is_writable(place: Place) -> bool:
    """Whether a file can come to this machine, and the store where it would lie answers."""
    store = place.store
    try:
        store.coming.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=store.coming) as probe:
            probe.write(b"0")
            probe.flush()
        store.has(NO_CONTENT)
    except (OSError, StoreDown):
        return False
    return True


def room(place: Place) -> int | None:
    """How many bytes are free where files come to; None when that cannot be told."""
    coming = place.store.coming
    try:
        return shutil.disk_usage(coming if coming.exists() else place.settings.var).free
    except OSError:
        return None


def has_room(free: int | None) -> bool:
    """Whether there is room for the files of a day; what cannot be told is not held against it."""
    return free is None or free >= LEAST_ROOM


def figures(session: Session, now: datetime) -> Figures:
    """What the tables tell now, in a number of queries that grows with the rounds under way alone."""
    return Figures(
        now=now,
        locks={own.id: _overdue(closings(session, own), now) for own in unarchived(session)},
        outbox=vitals.outbox(session, now, BACKOFF),
        sign_in=vitals.sign_in_mail(session),
        lost_mail=vitals.lost_mail(session, now - LATELY),
        evidence=vitals.waiting(session, JOB),
        jobs=vitals.lying(session, now),
        failed_jobs=vitals.failed_jobs(session, now - LATELY),
        verified=vitals.last(session, "verify"),
        backed_up=vitals.last(session, "backup"),
        launched=vitals.first_launch(session),
    )


def _overdue(instants: Iterator[datetime], now: datetime) -> datetime | None:
    return min((at for at in instants if at <= now), default=None)


def running(place: Place, found: Figures) -> list[Check]:
    """Whether what runs by itself does; of what was never done nothing, as long as it is not late."""
    return [
        _lock(found),
        _queue("outbox", found.outbox, found.now, LATE_MAIL),
        _queue("sign_in", found.sign_in, found.now, LATE_SIGN_IN),
        _none("lost_mail", found.lost_mail),
        _queue("evidence", found.evidence, found.now, LATE_EVIDENCE),
        _queue("jobs", found.jobs, found.now, PATIENCE),
        _none("failed_jobs", found.failed_jobs),
        *_nights(found, is_live=not place.is_rehearsal),
        _marked(place, "room", ok=has_room(room(place))),
    ]


def _lock(found: Figures) -> Check:
    overdue = [at for at in found.locks.values() if at and found.now - at > LATE_LOCK]
    return Check("lock", not overdue, min(overdue, default=None), size=len(overdue))


def _queue(name: str, queue: Queue, now: datetime, patience: timedelta) -> Check:
    is_late = queue.age(now) > patience
    return Check(name, not is_late, queue.since if is_late else None, size=queue.size)


def _none(name: str, queue: Queue) -> Check:
    return Check(name, queue.size == 0, queue.since, size=queue.size)


def _nights(found: Figures, *, is_live: bool) -> Iterator[Check]:
    """The work of the night; a rehearsal is neither verified nor copied then."""
    last = found.verified
    if last is not None:
        yield Check("chain", last.held, None if last.held else last.at, last.at if last.held else None)
    for name, done in (("verified", found.verified), ("backup", found.backed_up)) if is_live else ():
        yield from _nightly(name, done, found)


def _nightly(name: str, last: Last | None, found: Figures) -> Iterator[Check]:
    """It counts from the first launch on. A chain found broken was verified; a copy that failed is none."""
    is_done = last is not None and (last.held or name == "verified")
    done = last.at if last and is_done else None
    begun = done or found.launched
    is_late = begun is not None and found.now - begun > LATE_NIGHT
    if is_late or last is not None:
        ok = is_done and not is_late
        yield Check(name, ok, None if ok else begun, done)


def look(session: Session, place: Place, now: datetime) -> list[Check]:
    """Every check, for a page."""
    return [*readiness(place), *running(place, figures(session, now))]
