"""Zip archives whose bytes depend on nothing but what is in them."""

import zipfile
from pathlib import Path
from typing import IO

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16


def repack(source: IO[bytes], target: Path | IO[bytes]) -> None:
    """Copy an archive with its parts in their order and without times of its own."""
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as written:
        for name in read.namelist():
            part = zipfile.ZipInfo(name, _EPOCH)
            part.compress_type, part.external_attr, part.create_system = zipfile.ZIP_DEFLATED, _READABLE, 3
            written.writestr(part, read.read(name))
