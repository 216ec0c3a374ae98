"""Documents that are read whole from a form: in a folder of their own that goes again, a few at a time."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Final, TypeVar

from intake.oddities import refuse
from intake.tables import MOST_BYTES
from web.forms import Upload
from web.words import _

AT_ONCE: Final = 4
"""As many documents as one process reads at once: each may take a hundred megabytes and a processor."""
PATIENCE: Final = 1.0
"""Seconds that one waits for its turn before it is sent away."""
TURNS: Final = BoundedSemaphore(AT_ONCE)
Read = TypeVar("Read")


def base_name(upload: Upload) -> str:
    """What the sender called a file, without folders."""
    return upload.filename.replace("\\", "/").rpartition("/")[2]


def read_whole(upload: Upload, name: str, read: Callable[[Path], Read], most: int = MOST_BYTES) -> Read:
    """Read a file under a name of ours; ConfigError when too many are being read, or of the reader.

    Of a file beyond the limit one byte more than that is there, for the reader to tell.
    """
    if not TURNS.acquire(timeout=PATIENCE):
        raise refuse(Path(name), _("Máy chủ đang đọc nhiều tệp khác; một phút nữa hãy gửi lại tệp này."))
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(upload.file.read(most + 1))
            return read(path)
    finally:
        TURNS.release()
