"""The portal as a child of the supervisor; imports little, so that it can be started before all else is loaded."""

import logging
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from danhgia.child import Child

STOP_SECONDS: Final = 4.0
ASK_SECONDS: Final = 0.2
LOG: Final = logging.getLogger(__name__)


class Portal:
    """The portal, in a process of its own that needs nothing of Prefect; it opens when the file `after` is there."""

    def __init__(self, host: str, port: int, environment: Mapping[str, str], after: Path | None = None) -> None:
        self.process = Child("portal")
        self._at, self._environment = (host, port), environment
        self._arguments = ("danhgia.portal", host, str(port), *([str(after)] if after else []))
        self._has_answered = False

    def watch(self) -> None:
        """Start it when it is down and may start."""
        if not self.process.is_running() and self.process.may_start():
            self.process.start(self._arguments, self._environment)

    def has_answered(self) -> bool:
        """Whether it has listened since this object was made."""
        if not self._has_answered and listens(*self._at):
            self._has_answered = True
            LOG.info("the portal is at http://%s:%d", *self._at)
        return self._has_answered

    def stop(self) -> None:
        """Requests under way are answered first; it is gone when this returns."""
        self.process.tell_to_stop()
        self.process.end(time.monotonic() + STOP_SECONDS)


def listens(host: str, port: int) -> bool:
    """Whether anybody listens at a port."""
    try:
        socket.create_connection((host, port), timeout=ASK_SECONDS).close()
    except OSError:
        return False
    return True


def demand_free(host: str, port: int) -> None:
    """Unusable when somebody else listens there: told at once, and not in a log."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            from danhgia.edge import Unusable

            raise Unusable(f"the portal cannot listen on {host}:{port}: {error.strerror}") from None
