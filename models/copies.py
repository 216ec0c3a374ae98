"""The copies in the folder of backups: each with a sheet that says what it is, and which of them are kept."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, BaseModel, ValidationError

STEM: Final = "danhgia-"
NIGHTLY: Final = f"{STEM}[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].bak"
ENDINGS: Final = (".bak", ".json", ".sha256")
DAILY: Final = 14
MONTHLY: Final = 12


class NoCopy(Exception):
    """There is no nightly copy yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"there is no nightly copy in {folder}: name one (`danhgia restore --drill FILE`), or wait for the night"
        )


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
    """The nightly copies of a folder, the oldest first, by the day in their names; what people laid there is theirs."""
    return sorted(folder.glob(NIGHTLY))


def newest(folder: Path) -> Path:
    """The newest nightly copy of a folder; NoCopy where there is none."""
    found = copies(folder)
    if not found:
        raise NoCopy(folder)
    return found[-1]


def rotate(folder: Path) -> list[Path]:
    """Throw away all but the newest of the last days and one of each of the last months; returns what went.

    So goes what a process that was killed over its copy has left of an earlier night.
    """
    found = copies(folder)
    for part in folder.glob(f".{STEM}*.bak.*"):
        if found and part.name[1:] < found[-1].name:
            part.unlink(missing_ok=True)
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
