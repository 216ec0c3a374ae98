from datetime import UTC, datetime


class Clock:
    """The one reader of the time: the real one, or one that runs on from `start`."""

    def __init__(self, start: datetime | None = None) -> None:
        if start is not None and start.utcoffset() is None:
            raise ValueError("a clock starts at an instant with a time zone")
        real = datetime.now(UTC)
        self._ahead = (start or real) - real

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead
