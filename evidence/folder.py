"""Contents in a folder of this machine: linked to their hash from the file they came in, and synced first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidence.store import THUMBNAIL, Absent, Found, Lying, Store, came_before, pieces_of


class Folder(Store):
    """A folder of contents; they come into the same folder, so that a link is all it takes to keep one."""

    def settle(self, path: Path, file_hash: str) -> None:
        """Sync and link; of a content that lies there already the file is touched."""
        _sync(path)
        target = place(self.coming, file_hash)
        target.parent.mkdir(exist_ok=True)
        try:
            os.link(path, target)
        except FileExistsError:
            os.utime(target)
        _sync(target.parent)

    def open(self, file_hash: str) -> Found:
        """The file of a content."""
        return _found(place(self.coming, file_hash))

    def has(self, file_hash: str) -> bool:
        """Whether it has one."""
        return place(self.coming, file_hash).is_file()

    @contextmanager
    def borrow(self, file_hash: str) -> Iterator[Path]:
        """The file itself."""
        path = place(self.coming, file_hash)
        if not path.is_file():
            raise Absent(file_hash)
        yield path

    def keep_thumbnail(self, path: Path, file_hash: str) -> None:
        """Move it beside its content."""
        path.replace(thumbnail(self.coming, file_hash))

    def open_thumbnail(self, file_hash: str) -> Found:
        """The file of the picture."""
        return _found(thumbnail(self.coming, file_hash))

    def has_thumbnail(self, file_hash: str) -> bool:
        """Whether there is one."""
        return thumbnail(self.coming, file_hash).is_file()

    def lying(self) -> Iterator[Lying]:
        """Contents and pictures; what vanishes meanwhile is left out."""
        for path in self.coming.glob("??/*"):
            try:
                at = path.stat().st_mtime
            except FileNotFoundError:
                continue
            yield Lying(f"{path.parent.name}/{path.name}", at)

    def remove(self, name: str, before: float) -> bool:
        """Ask once more how old it is, for it may have come again since."""
        path = self.coming / name
        if not came_before(path, before):
            return False
        path.unlink(missing_ok=True)
        return True

    def told(self) -> str:
        """Its path."""
        return str(self.coming)


def place(folder: Path, file_hash: str) -> Path:
    """Where the content of that hash lies."""
    return folder / file_hash[:2] / file_hash


def thumbnail(folder: Path, file_hash: str) -> Path:
    """Where the small picture of that content lies, if it has one."""
    return folder / file_hash[:2] / f"{file_hash}{THUMBNAIL}"


def _found(path: Path) -> Found:
    if not path.is_file():
        raise Absent(path.name)
    return Found(path.stat().st_size, pieces_of(path), path)


def _sync(path: Path) -> None:
    """Wait until it is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
