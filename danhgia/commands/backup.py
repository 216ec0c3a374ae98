"""`danhgia backup` and `danhgia restore`."""

from hashlib import file_digest
from pathlib import Path

from config.clock import Clock
from danhgia.commands import show
from danhgia.commands.audit import tell_verified
from danhgia.commands.options import AsJson, File
from danhgia.edge import actor_of, opened, opened_as_it_is, settings_of_environment
from models.backup import copy
from models.db import Database
from models.restore import restore as bring_back
from states.history import Verified, record_installation, verify


def backup(file: File, as_json: AsJson = False) -> None:
    """Copy the whole database into a file while it is in use: a SQLite database, or pg_dump's custom format."""
    with opened() as here, show.working("Copying"):
        copy(here.database, file)
    size, digest = file.stat().st_size, _sha256(file)
    data = {"file": str(file), "bytes": size, "sha256": digest}
    show.tell(data, f"{file}: {size} bytes, SHA-256 {digest}", as_json=as_json)


def restore(file: File, as_json: AsJson = False) -> None:
    """Bring a copy back into an empty database, record that it was restored, and verify its history."""
    with opened_as_it_is(settings_of_environment(), create=True) as database, show.working("Restoring"):
        bring_back(database, file)
        database.upgrade()
        found = _recorded(database, _sha256(file))
    tell_verified(found, as_json=as_json)


def _sha256(file: Path) -> str:
    with file.open("rb") as copied:
        return file_digest(copied, "sha256").hexdigest()


def _recorded(database: Database, digest: str) -> Verified:
    now = Clock().now()
    with database.writing() as session:
        record_installation(session, "restore", {"sha256": digest}, actor=actor_of(session, None), now=now)
    with database.reading() as session:
        return verify(session)
