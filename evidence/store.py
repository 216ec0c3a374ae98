"""Files by their content: each lies once under its SHA-256, is written whole or not at all, and is never written over.

A row that names a file comes after it, so a file without a row is waste and a row without a file does not happen.
Contents lie in a folder (`evidence.folder`) or in a bucket (`evidence.bucket`); what comes always comes into a folder.
"""

import errno
import os
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
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


class Unanswered(Unkept):
    """The file is not taken because the store of files gives no answer, which it will not to the next one either."""


class StoreDown(Exception):
    """The store of files gives no answer, or refuses to serve us."""


class Absent(LookupError):
    """No such content lies in the store."""


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


class Found(NamedTuple):
    """A content that is there: its size, its bytes, and where it lies if that is a file of this machine."""

    size: int
    pieces: Iterator[bytes]
    path: Path | None = None


class Lying(NamedTuple):
    """Something that lies in the store, by the name it has there, and when it came, in seconds since 1970."""

    name: str
    at: float

    @property
    def file_hash(self) -> str:
        """The content it is, or belongs to."""
        return self.name.rpartition("/")[2].partition(".")[0]


class Store(ABC):
    """Where contents lie. `coming` is the folder of this machine into which they come.

    Whatever asks a store raises StoreDown when it gives no answer.
    """

    def __init__(self, coming: Path) -> None:
        self.coming = coming

    @abstractmethod
    def settle(self, path: Path, file_hash: str) -> None:
        """Let the content of a file lie under its hash; when this returns it is safe.

        What lies there already stays, and counts as just come: a sweep must not take it away from its second row.
        """

    @abstractmethod
    def open(self, file_hash: str) -> Found:
        """A content; Absent when there is none. What was begun to be read is read to its end, or closed."""

    @abstractmethod
    def has(self, file_hash: str) -> bool:
        """Whether a content is there."""

    @abstractmethod
    def borrow(self, file_hash: str) -> AbstractContextManager[Path]:
        """A file of this machine with that content, to be read only and only within the block; Absent without one."""

    @abstractmethod
    def keep_thumbnail(self, path: Path, file_hash: str) -> None:
        """Let a small picture lie beside its content; the file may be moved there."""

    @abstractmethod
    def open_thumbnail(self, file_hash: str) -> Found:
        """The small picture of a content; Absent when there is none."""

    @abstractmethod
    def has_thumbnail(self, file_hash: str) -> bool:
        """Whether a content has a small picture."""

    @abstractmethod
    def lying(self) -> Iterator[Lying]:
        """Everything that lies in the store."""

    @abstractmethod
    def remove(self, name: str, before: float) -> bool:
        """Throw away what lies under a name if it came before then, and tell whether it did."""

    @abstractmethod
    def told(self) -> str:
        """Where the store is, for people; no secret is in it."""

    def damaged(self, hashes: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Of the contents named, those that are missing or altered, and which of the two; every one is read whole."""
        for file_hash in hashes:
            try:
                if _hash_of(self.open(file_hash).pieces) != file_hash:
                    yield file_hash, "altered"
            except Absent:
                yield file_hash, "missing"

    def sweep(self, known: Collection[str], now: datetime) -> int:
        """Throw away what no row names and no request is bringing any more; returns how many contents and remains."""
        before = (now - WASTE).timestamp()
        waste = (one for one in self.lying() if one.at < before and one.file_hash not in known)
        gone = [one.name for one in waste if self.remove(one.name, before)]
        return sum(not name.endswith(THUMBNAIL) for name in gone) + self.sweep_coming(now)

    def sweep_coming(self, now: datetime) -> int:
        """Throw away what began to come to this machine and never came; returns how many."""
        before = (now - WASTE).timestamp()
        remains = [path for path in self.coming.glob(f"{COMING}*") if came_before(path, before)]
        for path in remains:
            path.unlink(missing_ok=True)
        return sum(path.suffix != THUMBNAIL for path in remains)


class Coming:
    """A file on its way: written and hashed as it comes, under a name of its own, until it is kept or dropped.

    What goes beyond the limit is counted and not written, and for what the disk has no room the rest is not either:
    so the form that it came with can still be read to its end.
    """

    def __init__(self, store: Store, limit: int = LIMIT) -> None:
        self.size = 0
        self._store, self._limit = store, limit
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
        """Let it lie in the store; Unkept when empty, larger than the limit, refused at a glance, or without room.

        Unanswered when it is the store that does not take it.
        """
        name = plain(name)
        try:
            return self._keep(name, glance)
        except StoreDown as error:
            raise unanswered(name) from error
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
        self._store.settle(self._path, file_hash)
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
            folder = self._store.coming
            folder.mkdir(parents=True, exist_ok=True)
            self._file = NamedTemporaryFile(dir=folder, prefix=COMING, delete=False)  # noqa: SIM115  see end
        return self._file


def keep_copy(store: Store, path: Path) -> Kept:
    """Let a copy of a file of this machine lie in a store; Unkept as `Coming.keep` says."""
    coming = Coming(store)
    try:
        with path.open("rb") as file:
            for piece in iter(partial(file.read, CHUNK), b""):
                coming.write(piece)
        coming.end()
        return coming.keep(path.name)
    finally:
        coming.drop()


def unanswered(name: str) -> Unanswered:
    """What is told of a file that the store did not take."""
    return Unanswered(
        f"Tệp «{name}» chưa được lưu vì kho chứa tệp không trả lời; vài phút nữa chọn lại tệp và gửi lại."
    )


def came_before(path: Path, before: float) -> bool:
    """Whether there is a file that was written before then."""
    with suppress(FileNotFoundError):
        return path.is_file() and path.stat().st_mtime < before
    return False


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def plain(name: str) -> str:
    """The name without folders, on one line, short enough for every system."""
    last = " ".join(unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2].split())
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').rstrip(". ")
    stem, dot, ending = shown.rpartition(".")
    return f"{(stem or 'tep')[:LONGEST_NAME]}{dot}{ending[:LONGEST_ENDING]}" if dot else (shown or "tep")[:LONGEST_NAME]


def _begin_to_sync(file: IO[bytes], start: int, length: int) -> None:
    """Let the system write these pages now, while the next come, so that there is little to wait for at the end."""
    if hasattr(os, "posix_fadvise"):  # only Linux has it
        os.posix_fadvise(file.fileno(), start, length, os.POSIX_FADV_DONTNEED)


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


def _hash_of(pieces: Iterator[bytes]) -> str:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
