"""A file put into the folder of evidence as the portal does it."""

from pathlib import Path

from evidence.folder import Folder
from evidence.store import CHUNK, LIMIT, Coming, Glance, Kept, Store, nothing_against


def keep(
    folder: Path | Store, content: bytes, name: str, *, limit: int = LIMIT, glance: Glance = nothing_against
) -> Kept:
    coming = Coming(folder if isinstance(folder, Store) else Folder(folder), limit)
    try:
        for start in range(0, len(content), CHUNK):
            coming.write(content[start : start + CHUNK])
        coming.end()
        return coming.keep(name, glance)
    finally:
        coming.drop()
