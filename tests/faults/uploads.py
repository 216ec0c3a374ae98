"""What a process does that uploads, until it is killed or has no room."""

import os
import resource
from pathlib import Path

from danhgia.bench.upload import Form, answer, portal, send
from evidence import bucket
from models.db import Database

SIZE = 2
"""Megabytes: more than one piece of a form."""
ROOM = 20 * 1024 * 1024


def upload(url: str, folder: str, form: Form, first: int) -> int:
    """Upload one file after the other, as many as a criterion takes."""
    database = Database(url)
    app = portal(database, Path(folder))
    for number in range(first, first + 25):
        send(app, form, number, SIZE)
    database.dispose()
    return 0


def upload_to_bucket(url: str, folder: str, form: Form, first: int, environment: dict[str, str]) -> int:
    """The same, into the store that the environment names."""
    os.environ.update(environment)
    bucket.PATIENCE = 60.0
    return upload(url, folder, form, first)


def upload_without_room(url: str, folder: str, form: Form) -> tuple[int, str]:
    """What is answered when no file may grow beyond ROOM."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
    database = Database(url)
    status, text = answer(portal(database, Path(folder)), form, form.pieces(1, 24))
    database.dispose()
    return status, text
