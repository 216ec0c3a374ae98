"""The baselines: psycopg and sqlite3 by hand, prepared, no SQLAlchemy; the same rows, indexes and triggers."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import psycopg

from danhgia.bench.world import CLOSES_AT, NOW
from models.names import sort_name
from models.types import to_micros

AT = to_micros(NOW)
LOCK_AT = to_micros(CLOSES_AT)
NOW_TEXT = NOW.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
LOCK_TEXT = CLOSES_AT.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
COUNTED = (
    "INSERT INTO round_count (round_id, body, kind, group_name, left_state, state, n) "
    "VALUES (1, '', 'so_nganh', '', ?, ?, ?)"
)
HISTORY = "entity, seq, v, body, prev_hash, hash, round_id, at, actor, act"
OUTBOX = "round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, answer"
READ = "SELECT prev_hash, body, hash FROM history ORDER BY entity, seq"
UPDATE = (
    "UPDATE assessment SET state = ?, version = version + 1, seq = ?, head = ?, chain_at = ?, self_total = ?, "
    "submitted_at = ? WHERE id = ?"
)
LOCK = (
    "UPDATE assessment SET state = ?, version = version + 1, seq = ?, head = ?, chain_at = ?, self_total = ?, "
    "zeroed = ? WHERE id = ?"
)
DUE = (
    "SELECT id, seq, head, chain_at FROM assessment WHERE round_id = 1 AND state = 'self_assessing' "
    "AND closes_at <= ? ORDER BY id"
)
TELL = (
    f"INSERT INTO outbox ({OUTBOX}) SELECT 1, a.id, 'locked', g.account_id, 'assessment:' || a.id || '/' || a.seq, "
    "'{}', ?, 'queued', 0, '' FROM assessment a JOIN account_grant g ON g.subject_id = a.subject_id "
    "AND g.role IN ('officer', 'head') WHERE a.round_id = 1 AND a.state = 'locked_zero'"
)


ASSESSMENT = (
    "id, round_id, subject_id, body, name, sort_name, kind, group_name, sheet, state, version, closes_at, late, "
    "zeroed, leaves, scored, appraised, unreasoned, asked, tied, seq, head, chain_at"
)
INVITE = (
    f"INSERT INTO outbox ({OUTBOX}) SELECT 1, a.id, 'assigned', g.account_id, 'assessment:' || a.id || '/' || a.seq, "
    "'{}', ?, 'queued', 0, '' FROM assessment a JOIN account_grant g ON g.subject_id = a.subject_id "
    "AND g.role IN ('officer', 'head') WHERE a.round_id = 1"
)


class Sqlite:
    """sqlite3 with the pragmas the program uses."""

    def __init__(self, url: str) -> None:
        self.connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
            self.connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """One BEGIN IMMEDIATE … COMMIT."""
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        yield cursor
        cursor.execute("COMMIT")

    def sql(self, statement: str) -> str:
        """A statement in this driver's words."""
        return statement

    def history(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Write history rows in the fastest way the driver has."""
        cursor.executemany(f"INSERT INTO history ({HISTORY}) VALUES (?,?,?,?,?,?,?,?,?,?)", rows)

    def assessments(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Write dossiers in the fastest way the driver has."""
        marks = ",".join("?" * len(rows[0]))
        cursor.executemany(f"INSERT INTO assessment ({ASSESSMENT}) VALUES ({marks})", rows)

    def lock(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Update locked dossiers: (id, seq, head)."""
        cursor.executemany(LOCK, [("locked_zero", seq, head, LOCK_AT, 0, True, key) for key, seq, head in rows])

    def stream(self, cursor: Any, statement: str) -> Iterator[Any]:  # noqa: ANN401  a driver's cursor
        """The rows of a large query."""
        yield from cursor.execute(statement)


class Postgresql:
    """psycopg, every statement prepared."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(urlsplit(url).geturl(), autocommit=True, prepare_threshold=0)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor[Any]]:
        """One BEGIN … COMMIT."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            yield cursor

    def sql(self, statement: str) -> str:
        """A statement in this driver's words."""
        return statement.replace("?", "%s")

    def history(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Write history rows in the fastest way the driver has."""
        with cursor.copy(f"COPY history ({HISTORY}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def assessments(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Write dossiers in the fastest way the driver has."""
        with cursor.copy(f"COPY assessment ({ASSESSMENT}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def lock(self, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:  # noqa: ANN401  a driver's cursor
        """Update locked dossiers: (id, seq, head)."""
        cursor.execute(
            "UPDATE assessment a SET state = 'locked_zero', version = version + 1, seq = h.seq, head = h.head, "
            "chain_at = %s, self_total = 0, zeroed = true "
            "FROM unnest(%s::bigint[], %s::int[], %s::bytea[]) AS h(id, seq, head) WHERE a.id = h.id",
            (LOCK_AT, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]),
        )

    def stream(self, cursor: Any, statement: str) -> Iterator[Any]:  # noqa: ANN401  a driver's cursor
        """The rows of a large query, by a cursor of the server."""
        with cursor.connection.cursor(name="bench") as rows:
            rows.itersize = 5_000
            yield from rows.execute(statement)


Raw = Sqlite | Postgresql


def connect(url: str) -> Raw:
    """A raw connection to a database URL."""
    return Sqlite(url) if url.startswith("sqlite") else Postgresql(url)


def row_of(key: int, seq: int, head: bytes, act: str, actor: str, at: str, micros: int, to: str) -> tuple[Any, ...]:
    """The same history row as the program writes."""
    entity = f"assessment:{key}"
    body = json.dumps(
        {"act": act, "at": at, "by": actor, "entity": entity, "round": 1, "seq": seq, "v": 1,
         "what": {"from": "self_assessing", "to": to}},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return entity, seq, 1, body, head, sha256(head + body.encode()).digest(), 1, micros, actor, act


def submit(raw: Raw, key: int, total: int) -> None:
    """One transition in five statements and a commit."""
    select = "SELECT state, version, seq, head, chain_at FROM assessment WHERE id = ?"
    with raw.transaction() as cursor:
        lock = " FOR UPDATE" if isinstance(raw, Postgresql) else ""
        found: Any = cursor.execute(raw.sql(select) + lock, (key,)).fetchone()
        seq = found[2] + 1
        row = row_of(key, seq, bytes(found[3]), "submit", f"account:{2 * key - 1}", NOW_TEXT, AT, "submitted")
        cursor.execute(raw.sql(UPDATE), ("submitted", seq, row[5], AT, total, AT, key))
        cursor.execute(raw.sql(f"INSERT INTO history ({HISTORY}) VALUES (?,?,?,?,?,?,?,?,?,?)"), row)
        mails = [1, key, "receipt", 2 * key - 1, f"{row[0]}/{seq}", "{}", AT, "queued", 0, ""]
        mails += [1, key, "receipt", 2 * key, f"{row[0]}/{seq}", "{}", AT, "queued", 0, ""]
        values = "(?,?,?,?,?,?,?,?,?,?)"
        cursor.execute(raw.sql(f"INSERT INTO outbox ({OUTBOX}) VALUES {values},{values}"), mails)
        cursor.execute(raw.sql(COUNTED), ("self_assessing", "submitted", 1))


def lock_all(raw: Raw) -> int:
    """The lock of every due dossier in one transaction; returns how many."""
    with raw.transaction() as cursor:
        lock = " FOR UPDATE" if isinstance(raw, Postgresql) else ""
        due: list[Any] = cursor.execute(raw.sql(DUE) + lock, (LOCK_AT,)).fetchall()
        rows = [
            row_of(key, seq + 1, bytes(head), "lock", "system", LOCK_TEXT, LOCK_AT, "locked_zero")
            for key, seq, head, _ in due
        ]
        raw.lock(cursor, [(one[0], row[1], row[5]) for one, row in zip(due, rows, strict=True)])
        raw.history(cursor, rows)
        cursor.execute(raw.sql(TELL), (LOCK_AT,))
        cursor.execute(raw.sql(COUNTED), ("self_assessing", "locked_zero", len(rows)))
    return len(rows)


def launch(raw: Raw, n: int) -> int:
    """Write n dossiers with their first history rows and invitations in one transaction."""
    with raw.transaction() as cursor:
        found: list[Any] = cursor.execute("SELECT id, name, kind, group_name FROM subject ORDER BY id").fetchall()
        rows = [first_row(key) for key, *_ in found]
        raw.assessments(cursor, [_assessment(one, row) for one, row in zip(found, rows, strict=True)])
        raw.history(cursor, rows)
        cursor.execute(raw.sql(INVITE), (AT,))
        cursor.execute(raw.sql(COUNTED), ("", "assigned", len(rows)))
    return n


def first_row(key: int) -> tuple[Any, ...]:
    """The row of a launch, as the program writes it."""
    entity = f"assessment:{key}"
    body = json.dumps(
        {"act": "assigned", "at": NOW_TEXT, "by": "console:bench", "entity": entity, "round": 1, "seq": 1, "v": 1,
         "what": {"closes_at": LOCK_TEXT, "group": "", "kind": "so_nganh", "sheet": "bieu-2-mau", "subject": key,
                  "to": "assigned"}},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return entity, 1, 1, body, bytes(32), sha256(bytes(32) + body.encode()).digest(), 1, AT, "console:bench", "assigned"


def _assessment(subject: Sequence[Any], row: tuple[Any, ...]) -> tuple[Any, ...]:
    key, name, kind, group = subject
    return (
        key, 1, key, "", name, sort_name(name), kind, group, "bieu-2-mau", "assigned", 0, LOCK_AT, False, False, 21, 0,
        0, 0, 0, False, 1, row[5], AT,
    )  # fmt: skip


def verify(raw: Raw) -> int:
    """Read every history row in order, not all at once, and hash it again; returns how many are as they were."""
    count = 0
    with raw.transaction() as cursor:
        for prev_hash, body, hashed in raw.stream(cursor, READ):
            count += sha256(bytes(prev_hash) + body.encode()).digest() == bytes(hashed)
    return count
