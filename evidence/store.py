"""Files by their content: each lies once under its SHA-256, is written whole or not at all, and is never written over.

A row that names a file comes after it, so a file without a row is waste and a row without a file does not happen.
"""

import errno
import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, Final, NamedTuple

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


def keep(folder: Path, source: BinaryIO, name: str, *, limit: int = LIMIT, glance: Glance = nothing_against) -> Kept:
    """Take a file into the folder, in pieces; Unkept when empty, larger than the limit, or refused at a glance.

    Unkept also where the disk is full; what came of it is gone.
    """
    name = plain(name)
    try:
        return _keep(folder, source, name, limit, glance)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Unkept(
            f"Tệp «{name}» chưa được lưu vì máy chủ hết chỗ chứa; báo cơ quan phụ trách rồi gửi lại."
        ) from error


def _keep(folder: Path, source: BinaryIO, name: str, limit: int, glance: Glance) -> Kept:
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=COMING, delete=False) as made:
        coming = Path(made.name)
        try:
            file_hash, size = _copy(source, made, limit)
            _demand_size(name, size, limit)
            kind = _demand_kind(name, coming, glance)
            _settle(coming, place(folder, file_hash))
        finally:
            coming.unlink(missing_ok=True)
    return Kept(name, file_hash, size, MEDIA_TYPES.get(kind, OTHER))


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


def _copy(source: BinaryIO, made: IO[bytes], limit: int) -> tuple[str, int]:
    digest, size = sha256(), 0
    while size <= limit and (chunk := source.read(CHUNK)):
        digest.update(chunk)
        size += len(chunk)
        made.write(chunk)
    made.flush()
    os.fsync(made.fileno())
    return digest.hexdigest(), size


def _settle(coming: Path, target: Path) -> None:
    """What lies there already stays, and counts as just come: a sweep must not take it away from its second row."""
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(coming, target)
    except FileExistsError:
        os.utime(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
