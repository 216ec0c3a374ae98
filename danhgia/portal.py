"""The portal as a process: `python -m danhgia.portal HOST PORT [FILE]`; it opens when the file is there."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn

from config.logs import set_up
from danhgia.edge import opened, settings_of_environment
from web.app import create_app
from web.edge import LIFE
from web.place import Place

KEPT_OPEN: Final = 75
"""Seconds for which an idle connection stays open: longer than people pause between two saves, and than proxies wait,
so that none is closed under a form that is just being sent."""
LOOK_SECONDS: Final = 0.02
PATIENCE: Final = LIFE.total_seconds() - 2
"""Seconds for which a write waits for SQLite: who sent it is told while the request lives."""


@contextmanager
def portal() -> Iterator[Any]:
    """The application on the database of the environment, closed at the end."""
    with opened(PATIENCE) as here:
        place = Place(here.settings, here.database, here.clock.now, is_rehearsal=not here.is_live)
        place.store.sweep_coming(place.now())
        yield create_app(place)


def main(host: str, port: int, after: Path | None = None) -> None:
    """Serve until told to stop. Addresses hold secrets, so no access log is written."""
    while after is not None and not after.exists():
        time.sleep(LOOK_SECONDS)
    settings = settings_of_environment()
    set_up(settings.log_level, settings.log_format)
    with portal() as app:
        uvicorn.run(
            app,
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            forwarded_allow_ips=[str(network) for network in settings.proxies],
            timeout_keep_alive=KEPT_OPEN,
            timeout_graceful_shutdown=3,
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(Path, sys.argv[3:]))
