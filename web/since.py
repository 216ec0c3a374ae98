"""Since when a machine is not well: a mark in its folder of data for what no table tells, shared by its processes."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FOLDER: Final = "unwell"


def seen_since(var: Path, name: str, now: datetime, *, ok: bool) -> datetime | None:
    """When this was first seen not to be well, and never well since; None while it is, or where no mark can be left."""
    mark = var / FOLDER / name
    try:
        if ok:
            mark.unlink(missing_ok=True)
            return None
        if not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
            os.utime(mark, (now.timestamp(), now.timestamp()))
        return datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    except OSError:
        return None
