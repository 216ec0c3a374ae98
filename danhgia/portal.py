"""The portal as a process: `python -m danhgia.portal HOST PORT`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from danhgia.edge import opened
from web.app import create_app
from web.place import Place


@contextmanager
def portal() -> Iterator[Any]:
    """The application on the database of the environment, closed at the end."""
    with opened() as here:
        yield create_app(Place(here.settings, here.database, here.clock.now, is_rehearsal=not here.is_live))


def main(host: str, port: int) -> None:
    """Serve until told to stop. Addresses hold secrets, so no access log is written."""
    with portal() as app:
        uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
