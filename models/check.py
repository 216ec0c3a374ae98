"""What can be wrong with a database as it lies: its schema, its files, its counters, its owner."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import inspect
from sqlmodel import Session

from models.counts import differing
from models.db import NewerSchema, is_sqlite, run
from models.triggers import missing

VERSIONS = Path(__file__).parent / "migrations" / "versions"
COUNTERS = {
    "asked": "SELECT count(*) FROM explanation_request e WHERE e.assessment_id = a.id AND e.status = 'open'",
    "unreasoned": "SELECT count(*) FROM mark p LEFT JOIN mark s ON s.assessment_id = p.assessment_id "
    "AND s.copy_name = 'self' AND s.criterion = p.criterion WHERE p.assessment_id = a.id "
    "AND p.copy_name = 'appraised' AND p.note = '' "
    "AND (p.points <> coalesce(s.points, 0) OR p.entry <> coalesce(s.entry, p.entry))",
}
MARKS = "(SELECT count(*) FROM mark m WHERE m.assessment_id = a.id AND m.copy_name = '{copy}')"
SUSPECT = (
    "SELECT a.id FROM assessment a "
    f"WHERE a.scored <> {MARKS.format(copy='draft')} OR a.appraised <> {MARKS.format(copy='appraised')} ORDER BY a.id"
)


class OlderSchema(Exception):
    """The database lacks migrations of this release."""


class Finding(NamedTuple):
    """One thing found; a warning leaves the database sound."""

    level: str
    what: str


def revisions() -> list[str]:
    """The revisions of this release, the oldest first, as their files are named (Alembic is slow to import)."""
    return sorted(path.stem.partition("_")[0].removeprefix("v") for path in VERSIONS.glob("v*_*.py"))


def demand_schema(session: Session) -> None:
    """OlderSchema or NewerSchema unless the database has exactly the schema of this release."""
    found, known = revision(session), revisions()
    if found == known[-1]:
        return
    if found is None or found in known:
        raise OlderSchema("the database is not at the schema of this release: run `danhgia db upgrade`")
    raise NewerSchema(f"the database is at revision {found}, which this release does not know: install the newer one")


def revision(session: Session) -> str | None:
    """The revision a database is at; None when it was never upgraded."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    row = run(session, "SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def findings(session: Session) -> list[Finding]:
    """What is wrong, but for the chains of the history and the counters that hang on a sheet (`suspects`)."""
    wrong = [*_errors("trigger {} is missing or disabled", missing(session)), *_errors("{}", list(differing(session)))]
    return [*wrong, *_counters(session), *_engine(session)]


def suspects(session: Session) -> list[int]:
    """Dossiers whose counters of marks are not just the number of their marks; a sheet with extras may be why."""
    return [row[0] for row in run(session, SUSPECT).fetchall()]


def _errors(sentence: str, things: Sequence[Any]) -> list[Finding]:
    return [Finding("error", sentence.format(thing)) for thing in things]


def _counters(session: Session) -> Iterator[Finding]:
    for name, counted in COUNTERS.items():
        sql = f"SELECT a.id, a.{name}, ({counted}) FROM assessment a WHERE a.{name} <> ({counted}) ORDER BY a.id"
        for key, kept, found in run(session, sql).fetchall():
            yield Finding("error", f"assessment {key} keeps {name} = {kept}, and its rows count {found}")


def _engine(session: Session) -> list[Finding]:
    return _sqlite(session) if is_sqlite(session) else _postgresql(session)


def _sqlite(session: Session) -> list[Finding]:
    damage = [row[0] for row in run(session, "PRAGMA integrity_check").fetchall() if row[0] != "ok"]
    orphans = [f"{row[0]}, row {row[1]}" for row in run(session, "PRAGMA foreign_key_check").fetchall()]
    return _errors("the file is damaged: {}", damage) + _errors("a row refers to nothing: table {}", orphans)


def _postgresql(session: Session) -> list[Finding]:
    sql = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user"
    owned: int = run(session, sql).fetchone()[0]
    warning = f"the role of this connection owns {owned} tables and could switch their triggers off"
    return [Finding("warning", warning)] if owned else []
