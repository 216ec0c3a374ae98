"""What is looked at now and then, however often it is asked for: nobody wears the database out by asking."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

Seen = TypeVar("Seen")


class Glimpse(Generic[Seen]):
    """A look that is taken again once it is older than `fresh`, by one at a time; the others get the last one.

    It is held to be nothing once it is older than `stale`, so that a look that never comes back is noticed.
    """

    def __init__(
        self, look: Callable[[], Seen], now: Callable[[], datetime], *, fresh: timedelta, stale: timedelta
    ) -> None:
        self._look, self._now, self._fresh, self._stale = look, now, fresh, stale
        self._looking = Lock()
        self._seen: tuple[datetime, Seen] | None = None

    def value(self) -> Seen | None:
        """What was seen last; None when that is nothing yet, or too long ago."""
        if not self._is_within(self._fresh) and self._looking.acquire(blocking=False):
            try:
                self._seen = self._now(), self._look()
            finally:
                self._looking.release()
        return self._seen[1] if self._seen and self._is_within(self._stale) else None

    def _is_within(self, age: timedelta) -> bool:
        return self._seen is not None and timedelta() <= self._now() - self._seen[0] < age
