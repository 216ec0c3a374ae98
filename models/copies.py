"""The copies in the folder of backups: each with a sheet that says what it is, and which of them are kept."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ValidationError

STEM: Final = "danhgia-"
ENDINGS: Final = (".bak", ".json", ".sha256")
DAILY: Final = 14
MONTHLY: Final = 12


class NoCopy(Exception):
    """There is no copy yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no copy in {folder}: run `danhgia backup` or let the nightly work run")


class Sheet(BaseModel, frozen=True):
    """What a copy was when it was made; `files` counts the contents of evidence that it names."""

    made_at: AwareDatetime
    revision: str
    bytes: int
    sha256: str
    history_rows: int
    files: int
    files_copied: bool


def sheet_file(copy: Path) -> Path:
    """Where the sheet of a copy lies."""
    return copy.with_suffix(".json")


def list_file(copy: Path) -> Path:
    """Where the contents are listed that a copy names, as `sha256sum --check` reads them."""
    return copy.with_suffix(".sha256")


def sheet_of(copy: Path) -> Sheet | None:
    """The sheet of a copy; None for one that has none that can be read."""
    try:
        return Sheet.model_validate_json(sheet_file(copy).read_bytes())
    except (OSError, ValidationError):
        return None


def digest_of(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def copies(folder: Path) -> list[Path]:
    """The copies of a folder, the oldest first; those of the night are named by their day."""
    return sorted(folder.glob(f"{STEM}*.bak"))


def newest(folder: Path) -> Path:
    """The newest copy of a folder; NoCopy where there is none."""
    found = copies(folder)
    if not found:
        raise NoCopy(folder)
    return found[-1]


def rotate(folder: Path) -> list[Path]:
    """Throw away all but the newest of the last days and one of each of the last months; returns what went."""
    found = copies(folder)
    first = {copy.stem.removeprefix(STEM)[:7]: copy for copy in reversed(found)}
    kept = {*found[-DAILY:], *sorted(first.values())[-MONTHLY:]}
    gone = [copy for copy in found if copy not in kept]
    for copy in gone:
        for ending in ENDINGS:
            copy.with_suffix(ending).unlink(missing_ok=True)
    return gone


def write_sheet(copy: Path, hashes: Iterable[str], **told: object) -> Sheet:
    """Write the list and the sheet of a copy; the sheet last, for it says that all of it is there."""
    listed = sorted(hashes)
    list_file(copy).write_text("".join(f"{one}  evidence/{one[:2]}/{one}\n" for one in listed))
    size, digest = copy.stat().st_size, digest_of(copy)
    made = Sheet.model_validate({"bytes": size, "sha256": digest, "files": len(listed), **told})
    sheet_file(copy).write_text(made.model_dump_json(indent=2) + "\n")
    return made


def age_of(copy: Path, now: datetime) -> float:
    """How many hours ago a copy was made."""
    sheet = sheet_of(copy)
    made = sheet.made_at.timestamp() if sheet else copy.stat().st_mtime
    return round((now.timestamp() - made) / 3600, 1)
