"""A restore drill: the newest copy is brought back into a scratch database, and everything in it is verified."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final, NamedTuple

import psycopg
from sqlalchemy import make_url

from evidence.folder import Folder
from evidence.store import Store
from models.check import findings, revision
from models.copies import age_of, digest_of, sheet_of
from models.db import Database, run
from models.evidence import named_files
from models.restore import restore
from models.scratch import drop, scratch
from states import history

EVIDENCE: Final = "evidence"
ENDING: Final = "_drill"
PREFIX: Final = ".drill-"
LEFT: Final = timedelta(days=1)
LONGEST: Final = 63
"""Bytes that a server takes of a name."""
HEADS: Final = (
    "SELECT h.entity, h.seq, h.hash FROM history h "
    "JOIN (SELECT entity, max(seq) AS seq FROM history GROUP BY entity) l ON l.entity = h.entity AND l.seq = h.seq"
)
AT: Final = "SELECT hash FROM history WHERE entity = :entity AND seq = :seq"
COUNTS: Final = {"rounds": "SELECT count(*) FROM round", "dossiers": "SELECT count(*) FROM assessment"}


class NoScratch(Exception):
    """The role may make no scratch database."""

    def __init__(self) -> None:
        super().__init__("a drill needs a scratch database: let the role create databases (CREATEDB)")


class Where(NamedTuple):
    """Beside which database a drill is done, in which folder, and against what its copy is held, where that is there.

    With a `store` every file of evidence is hashed as well, which takes its time.
    """

    url: str
    folder: Path
    live: Database | None
    store: Store | None = None

    @property
    def name(self) -> str:
        """What the scratch database is called on a server, which may hold more than one installation."""
        return f"{make_url(self.url).database or ''}"[: LONGEST - len(ENDING)] + ENDING


class Drill(NamedTuple):
    """What a drill found; it held when `faults` is empty. `compared` counts the chains held against the live ones."""

    file: str
    age_hours: float
    bytes: int
    sha256: str
    revision: str | None
    rounds: int
    dossiers: int
    rows: int
    chains: int
    seals: int
    compared: int | None
    files: int
    files_copied: int | None
    seconds: float
    faults: list[str]


def drill(where: Where, file: Path, now: datetime) -> Drill:
    """Bring a copy back beside the live database and verify chains, seals, counters and files; nothing live changes."""
    begun, digest = monotonic(), digest_of(file)
    sheet = sheet_of(file)
    faults = ["the copy is not the one its sheet speaks of"] if sheet and sheet.sha256 != digest else []
    with _scratch(where, now) as database:
        restore(database, file)
        with database.reading() as session:
            made_at = revision(session)
        database.upgrade()
        found, hashes, heads = _verified(database, faults)
    beside = file.parent / EVIDENCE
    files = _hashed(where.store, beside, hashes, faults) if where.store else 0
    return Drill(
        file=str(file),
        age_hours=age_of(file, now),
        bytes=file.stat().st_size,
        sha256=digest,
        revision=made_at,
        **found,
        compared=_compared(where.live, heads, faults) if where.live else None,
        files=files,
        files_copied=files if where.store and beside.is_dir() else None,
        seconds=round(monotonic() - begun, 1),
        faults=faults,
    )


@contextmanager
def _scratch(where: Where, now: datetime) -> Iterator[Database]:
    """An empty database beside the live one, gone with the block."""
    where.folder.mkdir(parents=True, exist_ok=True)
    _sweep(where.folder, now)
    with TemporaryDirectory(dir=where.folder, prefix=PREFIX) as folder:
        try:
            database = Database(scratch(where.url, Path(folder), where.name))
        except psycopg.errors.InsufficientPrivilege:
            raise NoScratch from None
        try:
            yield database
        finally:
            database.dispose()
            drop(where.url, where.name)


def _sweep(folder: Path, now: datetime) -> None:
    """A drill that was killed has left a whole database."""
    for left in folder.glob(f"{PREFIX}*"):
        if left.stat().st_mtime < (now - LEFT).timestamp():
            rmtree(left, ignore_errors=True)


Heads = list[tuple[str, int, bytes]]


def _verified(database: Database, faults: list[str]) -> tuple[dict[str, int], list[str], Heads]:
    """Counts, the contents that are named, and the end of every chain; what is wrong goes to `faults`."""
    with database.reading() as session:
        whole = history.verify(session)
        roots = [row[0] for row in run(session, "SELECT root FROM seal ORDER BY id").fetchall()]
        broken = [*whole.broken, *(one for root in roots for one in history.verify_seal(session, root))]
        faults += [f"{one.entity}, row {one.seq}: {one.why}" for one in broken]
        faults += [one.what for one in findings(session) if one.level == "error"]
        counted = {name: int(run(session, asked).fetchone()[0]) for name, asked in COUNTS.items()}
        heads = [(entity, seq, bytes(digest)) for entity, seq, digest in run(session, HEADS).fetchall()]
        found = counted | {"rows": whole.rows, "chains": whole.chains, "seals": len(roots)}
        return found, sorted(named_files(session)), heads


def _compared(live: Database, heads: Heads, faults: list[str]) -> int:
    """How many chains of the copy were held against the live database, which goes on from each of them."""
    with live.reading() as session:
        for entity, seq, digest in heads:
            row = run(session, AT, {"entity": entity, "seq": seq}).fetchone()
            if row is None or bytes(row[0]) != digest:
                faults.append(f"{entity}, row {seq}: the live database does not go on from this copy")
    return len(heads)


def _hashed(store: Store, beside: Path, hashes: list[str], faults: list[str]) -> int:
    """How many files the copy names; those that are altered or missing go to `faults`."""
    faults += [f"file {one} is {what}" for one, what in store.damaged(hashes)]
    if beside.is_dir():
        faults += [f"copied file {one} is {what}" for one, what in Folder(beside).damaged(hashes)]
    return len(hashes)
