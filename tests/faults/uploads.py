"""What a process does that uploads, until it is killed or has no room."""

import resource
import tempfile
from io import BytesIO
from pathlib import Path

from danhgia.bench.upload import Form, answer, portal, send
from evidence.store import FOLDER, Unkept, keep
from models.db import Database

SIZE = 2
"""Megabytes: more than is held in memory while a form is read."""
ROOM = 20 * 1024 * 1024


def upload(url: str, folder: str, form: Form, first: int) -> int:
    """Upload one file after the other, as many as a criterion takes."""
    database = Database(url)
    app = portal(database, Path(folder))
    for number in range(first, first + 25):
        send(app, form, number, SIZE)
    database.dispose()
    return 0


def upload_without_room(url: str, folder: str, form: Form) -> tuple[int, str, str]:
    """What is answered when no file may grow beyond ROOM: while the form is read, and while its file is kept."""
    tempfile.tempdir = folder
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))
    database = Database(url)
    status, text = answer(portal(database, Path(folder)), form, form.pieces(1, 24))
    database.dispose()
    return status, text, _kept(Path(folder) / FOLDER)


def _kept(folder: Path) -> str:
    try:
        keep(folder, BytesIO(bytes(ROOM + 1)), "a.pdf")
    except Unkept as why:
        return str(why)
    return ""
