"""Files by their content: each lies once under its SHA-256, is written whole or not at all, and is never written over.

A row that names a file comes after it, so a file without a row is waste and a row without a file does not happen.
"""

import errno
import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final, NamedTuple

from evidence.kinds import MEDIA_TYPES, Kind, kind_of

CHUNK: Final = 64 * 1024
MEGABYTE: Final = 1024 * 1024
LIMIT: Final = 25 * MEGABYTE
LONGEST_NAME: Final = 180
LONGEST_ENDING: Final = 16
FOLDER: Final = "files"
"""Below the folder of everything that is kept."""
COMING: Final = "den-"
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
THUMBNAIL: Final = ".png"
WASTE: Final = timedelta(days=1)
"""How long a file that no row names may lie: longer than any request or check lives."""
OTHER: Final = "application/octet-stream"
HASHERS: Final = ThreadPoolExecutor(os.cpu_count(), "hash")


class Unkept(ValueError):
    """The file is not taken; the sentence says why."""


class Kept(NamedTuple):
    """A file that lies in the folder, and the name it came with."""

    name: str
    file_hash: str
    size: int
    media_type: str


Glance = Callable[[Path, Kind], str | None]
"""What a look at a file of that kind says against it at once, in a sentence."""


def nothing_against(_path: Path, _kind: Kind) -> None:
    """The glance that takes every kind."""


class Coming:
    """A file on its way: written and hashed as it comes, under a name of its own, until it is kept or dropped.

    What goes beyond the limit is counted and not written, and for what the disk has no room the rest is not either:
    so the form that it came with can still be read to its end.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.size = 0
        self._folder, self._limit = folder, limit
        self._digest = sha256()
        self._hashing: Future[None] | None = None
        self._file: IO[bytes] | None = None
        self._no_room: OSError | None = None

    def write(self, piece: bytes | memoryview) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if self.size > self._limit or self._no_room:
            return
        self._hash(piece)
        with self._minding_room():
            file = self._opened()
            for start in range(0, len(piece), CHUNK):
                file.write(piece[start : start + CHUNK])
            _begin_to_sync(file, self.size - len(piece), len(piece))

    def end(self) -> None:
        """Nothing comes after this; the file waits without being open."""
        with self._minding_room():
            if self._file:
                self._file.close()

    def read(self, most: int) -> bytes:
        """The beginning of what has come; the OSError if there was no room for it."""
        if self._no_room:
            raise self._no_room
        if self._file is None:
            return b""
        with self._path.open("rb") as file:
            return file.read(most)

    def keep(self, name: str, glance: Glance = nothing_against) -> Kept:
        """Let it lie in the folder; Unkept when empty, larger than the limit, refused at a glance, or without room."""
        name = plain(name)
        try:
            return self._keep(name, glance)
        except OSError as error:
            if error.errno not in FULL:
                raise
            raise Unkept(
                f"Tệp «{name}» chưa được lưu vì máy chủ hết chỗ chứa; báo cơ quan phụ trách rồi gửi lại."
            ) from error

    def drop(self) -> None:
        """Take away what came; what was kept stays where it lies."""
        self.end()
        if self._file:
            self._path.unlink(missing_ok=True)

    def _keep(self, name: str, glance: Glance) -> Kept:
        _demand_size(name, self.size, self._limit)
        if self._no_room:
            raise self._no_room
        kind = _demand_kind(name, self._path, glance)
        file_hash = self._hashed()
        _sync(self._path)
        _settle(self._path, place(self._folder, file_hash))
        return Kept(name, file_hash, self.size, MEDIA_TYPES.get(kind, OTHER))

    def _hash(self, piece: bytes | memoryview) -> None:
        """Begin to hash it: that goes on while it is written."""
        self._hashed()
        self._hashing = HASHERS.submit(self._digest.update, piece)

    def _hashed(self) -> str:
        if self._hashing:
            self._hashing.result()
        return self._digest.hexdigest()

    @contextmanager
    def _minding_room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._no_room = error

    @property
    def _path(self) -> Path:
        return Path(self._opened().name)

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = NamedTemporaryFile(dir=self._folder, prefix=COMING, delete=False)  # noqa: SIM115  see end
        return self._file


def place(folder: Path, file_hash: str) -> Path:
    """Where the content of that hash lies."""
    return folder / file_hash[:2] / file_hash


def thumbnail(folder: Path, file_hash: str) -> Path:
    """Where the small picture of that content lies, if it has one."""
    return folder / file_hash[:2] / f"{file_hash}{THUMBNAIL}"


def damaged(folder: Path, hashes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Of the contents named, those that are missing or altered, and which of the two; every one is read whole."""
    for file_hash in hashes:
        path = place(folder, file_hash)
        if not path.is_file():
            yield file_hash, "missing"
        elif _hash_of(path) != file_hash:
            yield file_hash, "altered"


def sweep(folder: Path, known: Collection[str], now: datetime) -> int:
    """Throw away what no row names and no request is bringing any more; returns how many contents and remains."""
    before = (now - WASTE).timestamp()
    gone = [path for path in _files(folder) if _is_waste(path, known, before)]
    for path in gone:
        path.unlink(missing_ok=True)
    return sum(path.suffix != THUMBNAIL for path in gone)


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.glob(f"{COMING}*") if path.is_file())
    yield from (path for path in folder.glob("??/*") if path.is_file())


def _is_waste(path: Path, known: Collection[str], before: float) -> bool:
    try:
        return path.name.partition(".")[0] not in known and path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def plain(name: str) -> str:
    """The name without folders, on one line, short enough for every system."""
    last = " ".join(unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2].split())
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').rstrip(". ")
    stem, dot, ending = shown.rpartition(".")
    return f"{(stem or 'tep')[:LONGEST_NAME]}{dot}{ending[:LONGEST_ENDING]}" if dot else (shown or "tep")[:LONGEST_NAME]


def _settle(coming: Path, target: Path) -> None:
    """What lies there already stays, and counts as just come: a sweep must not take it away from its second row."""
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(coming, target)
    except FileExistsError:
        os.utime(target)
    _sync(target.parent)


def _begin_to_sync(file: IO[bytes], start: int, length: int) -> None:
    """Let the system write these pages now, while the next come, so that there is little to wait for at the end."""
    if hasattr(os, "posix_fadvise"):  # only Linux has it
        os.posix_fadvise(file.fileno(), start, length, os.POSIX_FADV_DONTNEED)


def _sync(path: Path) -> None:
    """Wait until it is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _demand_size(name: str, size: int, limit: int) -> None:
    if size == 0:
        raise Unkept(f"Tệp «{name}» không có nội dung.")
    if size > limit:
        most = limit // MEGABYTE
        raise Unkept(f"Tệp «{name}» lớn hơn {most} MB; chia nhỏ hoặc giảm dung lượng rồi gửi lại.")


def _demand_kind(name: str, path: Path, glance: Glance) -> Kind:
    kind = kind_of(path)
    why = glance(path, kind)
    if why:
        raise Unkept(f"Tệp «{name}»: {why}")
    return kind


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
