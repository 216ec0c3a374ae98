"""What happens when: events in order of their instants, with due work done in between as the work loop does it."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

from danhgia.rehearse.stage import Stage
from flows import work

Event = Callable[[], object]
PAUSE = timedelta(minutes=5)


class Agenda:
    """Events by instant; those of one instant in the order they were put."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._events: list[tuple[datetime, int, Event]] = []
        self._order = count()
        self._swept = stage.at

    def put(self, at: datetime, event: Event) -> None:
        """Let something happen at an instant; never before the present."""
        heapq.heappush(self._events, (max(at, self.stage.at), next(self._order), event))

    def play(self, until: datetime | None = None) -> Iterator[datetime]:
        """Do everything in order, and what falls due before each event; yields the instants, all before `until`."""
        while self._events:
            due = self._next_sweep()
            if until is not None and min(due or self._events[0][0], self._events[0][0]) >= until:
                return
            if due is not None and due <= self._events[0][0]:
                self.stage.at = self._swept = due
                work.sweep(self.stage.setting())
            else:
                self.stage.at, _, event = heapq.heappop(self._events)
                event()
            yield self.stage.at

    def _next_sweep(self) -> datetime | None:
        due = work.next_due(self.stage.database, self.stage.at)
        return None if due is None else max(due, self.stage.at, self._swept + PAUSE)
