"""What Prometheus reads: figures of the database, alike in every process, and the requests this one has answered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlmodel import Session

from models import vitals
from models.types import EPOCH
from models.vitals import Queue
from states.hold import programme_of
from web import health
from web.glimpse import Glimpse
from web.health import UNREACHABLE, Check, Figures
from web.place import Place

FRESH: Final = timedelta(seconds=5)
STALE: Final = timedelta(minutes=2)
SETTLED: Final = timedelta(minutes=10)
"""No transaction takes so long: what is older than this is written, and counted once."""
BUCKETS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Labelled = Iterable[tuple[tuple[str, ...], float]]


class Requests:
    """The requests this process has answered, by route and status, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "danhgia_request_seconds",
            "Seconds that requests took, by route and status.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One more."""
        self._seconds.labels(method, route, status).observe(seconds)


class Seen(NamedTuple):
    """What one look at the installation has found; of the tables nothing while they cannot be read."""

    checks: list[Check]
    room: int | None
    tables: "Tables | None" = None


class Tables(NamedTuple):
    """What the tables told."""

    figures: Figures
    mail: Mapping[str, int]
    jobs: Mapping[tuple[str, str], int]
    jobs_done: int
    transitions: Mapping[str, int]


class Tally:
    """How often each transition was taken, from the history: what has settled is counted once and remembered."""

    def __init__(self) -> None:
        self._settled: Counter[str] = Counter()
        self._until = EPOCH

    def transitions(self, session: Session, now: datetime) -> dict[str, int]:
        """The count of every trigger of the programmes in use, 0 where it was never pulled."""
        until = now - SETTLED
        if until > self._until:
            self._settled += vitals.acts(session, self._until, until)
            self._until = until
        found = self._settled + vitals.acts(session, self._until)
        return {trigger: found[trigger] for trigger in sorted(_triggers(session))}


def _triggers(session: Session) -> set[str]:
    flows = [programme_of(session, digest).workflow for digest in vitals.digests(session)]
    return {step.do for flow in flows for machine in (flow.round, flow.assessment) for step in machine.transitions}


class Installation(Collector):
    """The installation of a place, looked at when it is asked for, though not at every asking."""

    def __init__(self, place: Place) -> None:
        self._place, self._tally = place, Tally()
        self._glimpse = Glimpse(self._look, place.now, fresh=FRESH, stale=STALE)

    def collect(self) -> Iterator[Metric]:
        """Everything that is known; nothing while the first look is still being taken."""
        seen = self._glimpse.value()
        if seen is None:
            return
        yield _gauge("check_ok", "Whether a check of the installation holds.", ["check"], _of_checks(seen.checks))
        if seen.room is not None:
            yield _gauge("free_bytes", "Bytes that are free where files are kept.", [], [((), seen.room)])
        if seen.tables is not None:
            yield from _of_tables(seen.tables)
            yield from _of_figures(seen.tables.figures)

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering takes no look."""
        return iter(())

    def _look(self) -> Seen:
        ready, free = health.readiness(self._place), health.room(self._place)
        if not all(check.ok for check in ready if check.name in {"database", "schema"}):
            return Seen(ready, free)
        try:
            with self._place.database.reading() as session:
                tables = self._tables(session)
        except UNREACHABLE:
            return Seen([Check("database", ok=False), *ready[1:]], free)
        return Seen([*ready, *health.running(self._place, tables.figures)], free, tables)

    def _tables(self, session: Session) -> Tables:
        now = self._place.now()
        return Tables(
            health.figures(session, now),
            vitals.mail_by_status(session),
            vitals.jobs_left(session),
            vitals.jobs_done(session),
            self._tally.transitions(session, now),
        )


def _of_checks(checks: Iterable[Check]) -> Labelled:
    return [((check.name,), float(check.ok)) for check in checks]


def _of_tables(found: Tables) -> Iterator[Metric]:
    transitions = [((trigger,), float(count)) for trigger, count in found.transitions.items()]
    family = CounterMetricFamily("danhgia_transitions", "Transitions in the history.", labels=["trigger"])
    for labels, value in transitions:
        family.add_metric(labels, value)
    yield family
    yield _gauge("mail", "Mails of the outbox.", ["status"], [((name,), n) for name, n in found.mail.items()])
    yield _gauge("jobs", "Jobs that wait or have failed.", ["kind", "status"], found.jobs.items())
    yield _gauge("jobs_done", "Jobs that were done.", [], [((), found.jobs_done)])


def _of_figures(found: Figures) -> Iterator[Metric]:
    now = found.now
    lags = [((str(key),), (now - at).total_seconds() if at else 0.0) for key, at in found.locks.items()]
    yield _gauge("lock_lag_seconds", "Age of what has run out and is not locked.", ["round"], lags)
    yield from _of_queue("outbox", "Mail that is due", found.outbox, now)
    yield from _of_queue("sign_in_mail", "Sign-in mail", found.sign_in, now)
    yield from _of_queue("evidence_waiting", "Evidence that waits for its check", found.evidence, now)
    yield from _of_queue("jobs_lying", "Jobs that are due and in nobody's hands", found.jobs, now)
    for name, last in (("chain_verified", found.verified), ("backup", found.backed_up)):
        if last is not None:
            yield _gauge(f"{name}_timestamp_seconds", "When it was last done.", [], [((), last.at.timestamp())])
            yield _gauge(f"{name}_ok", "Whether it held then.", [], [((), float(last.held))])


def _of_queue(name: str, what: str, queue: Queue, now: datetime) -> Iterator[Metric]:
    yield _gauge(f"{name}_size", f"{what}.", [], [((), queue.size)])
    yield _gauge(f"{name}_age_seconds", f"{what}: age of the oldest.", [], [((), queue.age(now).total_seconds())])


def _gauge(name: str, what: str, labels: list[str], values: Labelled) -> Metric:
    family = GaugeMetricFamily(f"danhgia_{name}", what, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


class Metrics:
    """Everything that one process tells Prometheus."""

    def __init__(self, place: Place) -> None:
        self.registry = CollectorRegistry()
        self.requests = Requests(self.registry)
        self.registry.register(Installation(place))
        ProcessCollector(registry=self.registry)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
