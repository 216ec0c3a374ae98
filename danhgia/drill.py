"""A restore drill: the newest copy is brought back into a scratch database, and everything in it is verified."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from config.settings import Settings
from danhgia.edge import Unusable, opened_as_it_is
from danhgia.rehearse.scratch import scratch
from evidence.folder import Folder
from evidence.stores import store_of
from models.check import findings, revision
from models.copies import age_of, copies, digest_of, sheet_of
from models.db import Database, pool_of, run
from models.evidence import named_files
from models.restore import restore
from states import history

NAME: Final = "danhgia_drill"
EVIDENCE: Final = "evidence"
HEADS: Final = (
    "SELECT h.entity, h.seq, h.hash FROM history h "
    "JOIN (SELECT entity, max(seq) AS seq FROM history GROUP BY entity) l ON l.entity = h.entity AND l.seq = h.seq"
)
AT: Final = "SELECT hash FROM history WHERE entity = :entity AND seq = :seq"
COUNTS: Final = {"rounds": "SELECT count(*) FROM round", "dossiers": "SELECT count(*) FROM assessment"}


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


def newest(settings: Settings) -> Path:
    """The newest copy in the folder of backups; Unusable when there is none."""
    folder = settings.backup or settings.var / "backup"
    found = copies(folder)
    if not found:
        raise Unusable(f"there is no copy in {folder}: run `danhgia backup` or let the nightly work run")
    return found[-1]


def drill(settings: Settings, file: Path, now: datetime) -> Drill:
    """Bring a copy back beside the live database and verify chains, seals, counters and files; nothing live changes."""
    begun, digest = monotonic(), digest_of(file)
    sheet = sheet_of(file)
    faults = ["the copy is not the one its sheet speaks of"] if sheet and sheet.sha256 != digest else []
    with _scratch(settings) as database:
        restore(database, file)
        with database.reading() as session:
            made_at = revision(session)
        database.upgrade()
        found, hashes, heads = _verified(database, faults)
    store, beside = store_of(settings), file.parent / EVIDENCE
    faults += [f"file {one} is {what}" for one, what in store.damaged(hashes)]
    if beside.is_dir():
        faults += [f"copied file {one} is {what}" for one, what in Folder(beside).damaged(hashes)]
    return Drill(
        file=str(file),
        age_hours=age_of(file, now),
        bytes=file.stat().st_size,
        sha256=digest,
        revision=made_at,
        **found,
        compared=_compared(settings, heads, faults),
        files=len(hashes),
        files_copied=len(hashes) if beside.is_dir() else None,
        seconds=round(monotonic() - begun, 1),
        faults=faults,
    )


@contextmanager
def _scratch(settings: Settings) -> Iterator[Database]:
    """An empty database beside the live one, gone with the block."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=settings.var, prefix=".drill-") as folder:
        try:
            url = scratch(settings.database_url, Path(folder), NAME)
        except psycopg.errors.InsufficientPrivilege:
            raise Unusable("a drill needs a scratch database: let the role create databases (CREATEDB)") from None
        database = Database(url)
        try:
            yield database
        finally:
            database.dispose()
            if not database.is_sqlite:
                _drop(settings.database_url)


def _drop(live: str) -> None:
    _, found = pool_of(make_url(live))
    url = found.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))


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


def _compared(settings: Settings, heads: Heads, faults: list[str]) -> int | None:
    """How many chains of the copy the live database goes on from; None where there is no live database."""
    with suppress(Unusable), opened_as_it_is(settings) as live, live.reading() as session:
        for entity, seq, digest in heads:
            row = run(session, AT, {"entity": entity, "seq": seq}).fetchone()
            if row is None or bytes(row[0]) != digest:
                faults.append(f"{entity}, row {seq}: the live database does not go on from this copy")
        return len(heads)
    return None
