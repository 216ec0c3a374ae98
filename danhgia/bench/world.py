"""A round of n dossiers for measuring, written straight into the tables."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session

from config.load import load_programme
from config.programme import Programme
from models import counts
from models.db import Database, put_many, run, run_many
from models.names import sort_name
from models.rounds import programme_version
from models.types import GENESIS, to_micros
from states import chain, history

SLUG = "dan-chu-co-so"
KIND = "so_nganh"
CLOSES_AT = datetime(2026, 12, 9, 17, tzinfo=UTC)
NOW = CLOSES_AT - timedelta(days=1)
LEAVES = 20
YEAR = 2026
BATCH = 1_000
RATED = "kiem-diem-xep-loai"
GROUP = 500
TABLES: Mapping[str, str] = {
    "subject": "id, code, name, kind, group_name, active",
    "account": "id, email, name, position, active, reminders",
    "account_grant": "id, account_id, role, subject_id, granted_at",
    "assessment": "id, round_id, subject_id, name, sort_name, kind, group_name, sheet, state, version, closes_at, "
    "late, zeroed, leaves, scored, appraised, unreasoned, asked, tied, seq, head, chain_at",
    "history": history.COLUMNS,
    "round_count": counts.COLUMNS,
}


@cache
def pinned(slug: str) -> Programme:
    """A programme that comes with this release, read once."""
    return load_programme(slug)


class World(NamedTuple):
    """What was written: ids of dossiers 1…n; officer of dossier i is account 2i-1, head is 2i."""

    programme: Programme
    n: int


def fill(database: Database, n: int, state: str = "self_assessing", *others: str) -> World:
    """Write a launched round (id 1) of n dossiers, each with officer, head and one history row.

    Where there are several states, the dossiers take turns.
    """
    programme = pinned(SLUG)
    with database.writing() as session:
        _round(session, programme)
        for table, rows in _tables(n, state, *others).items():
            _insert(session, table, list(rows))
    return World(programme, n)


def fill_register(database: Database, n: int) -> World:
    """Write n subjects with officer and head, and nothing of a round."""
    with database.writing() as session:
        for table in ("subject", "account", "account_grant"):
            _insert(session, table, list(_tables(n, "assigned")[table]))
    return World(pinned(SLUG), n)


def lengthen(database: Database, n: int, times: int) -> None:
    """Give each of the n chains further rows."""
    told = chain.canonical({"criteria": ["I.1", "II.3"], "note": "Đo thời gian kiểm chứng"})
    with database.writing() as session:
        for first in range(1, n + 1, BATCH):
            ends = _ends(session, first)
            for _ in range(times):
                rows = [chain.extend(end, "appraise", told, actor="account:7", now=to_micros(NOW)) for end in ends]
                put_many(session, "history", history.COLUMNS, rows)
                ends = [chain.End(row.entity, 1, row.seq, row.hash, row.at) for row in rows]
            heads = [{"id": int(end.entity.partition(":")[2]), "seq": end.seq, "head": end.head} for end in ends]
            run_many(session, "UPDATE assessment SET seq = :seq, head = :head WHERE id = :id", heads)


def _ends(session: Session, first: int) -> list[chain.End]:
    sql = "SELECT id, seq, head, chain_at FROM assessment WHERE id BETWEEN :first AND :last ORDER BY id"
    rows = run(session, sql, {"first": first, "last": first + BATCH - 1}).fetchall()
    return [chain.End(f"assessment:{key}", 1, seq, bytes(head), at) for key, seq, head, at in rows]


def give_totals(database: Database, n: int) -> None:
    """Give each dossier a decided total."""
    with database.writing() as session:
        totals = [{"id": key, "total": (key * 7919) % 1_000_000} for key in range(1, n + 1)]
        run_many(session, "UPDATE assessment SET decided_total = :total WHERE id = :id", totals)


def give_levels(database: Database, n: int) -> None:
    """Make the round one of a programme with quotas: bodies of five hundred each, every fifth proposed for the best."""
    programme = pinned(RATED)
    if programme.quota is None or programme.rating is None:
        raise AssertionError("the programme of the bench has no quota")
    kinds = [kind for group in programme.quota.groups.values() for kind in group]
    levels = [level.code for level in programme.rating.levels]
    dealt = [
        {"id": key, "body": body_of(key), "kind": kinds[key % len(kinds)], "level": levels[1 if key % 5 else 0]}
        for key in range(1, n + 1)
    ]
    with database.writing() as session:
        version = programme_version(session, slug=RATED, digest=programme.digest, document=programme.document())
        run(session, "UPDATE round SET programme_version_id = :id, slug = :slug", {"id": version.id, "slug": RATED})
        run_many(session, "UPDATE assessment SET body = :body, kind = :kind, level = :level WHERE id = :id", dealt)


def body_of(key: int) -> str:
    """The deciding body of a dossier, where there are several."""
    return f"don_vi_{key // GROUP}"


def launch_frame(session: Session, programme: Programme) -> None:
    """A round without dossiers, for the baseline of the launch."""
    _round(session, programme)


def _insert(session: Session, table: str, rows: list[Mapping[str, Any]]) -> None:
    names = TABLES[table].split(", ")
    values = ", ".join(f":{name}" for name in names)
    run_many(session, f"INSERT INTO {table} ({TABLES[table]}) VALUES ({values})", rows)


def _round(session: Session, programme: Programme) -> None:
    version = programme_version(session, slug=SLUG, digest=programme.digest, document=programme.document())
    run(
        session,
        "INSERT INTO round "
        "(id, programme_version_id, slug, year, title, state, version, seq, head, chain_at, launched_at) "
        "VALUES (1, :version, :slug, 2026, 'Đợt đo', 'self_assessment', 0, 0, :head, 0, :at)",
        {"version": version.id, "slug": SLUG, "head": GENESIS, "at": to_micros(NOW)},
    )
    run(
        session,
        "INSERT INTO milestone (round_id, stage, kind, closes_at, late, trigger) "
        "VALUES (1, 'self_assessment', :kind, :at, 'zero', 'lock')",
        {"kind": KIND, "at": to_micros(CLOSES_AT)},
    )


def _tables(n: int, *states: str) -> dict[str, Iterator[Mapping[str, Any]]]:
    ids = range(1, n + 1)
    rows = [first_row(i) for i in ids]
    return {
        "subject": (subject(i) for i in ids),
        "account": (account(i) for i in range(1, 2 * n + 1)),
        "account_grant": (grant(i) for i in range(1, 2 * n + 1)),
        "assessment": (assessment(i, rows[i - 1], states[i % len(states)]) for i in ids),
        "history": (history.parameters(row) for row in rows),
        "round_count": (
            counted(state, count) for state, count in Counter(states[i % len(states)] for i in ids).items()
        ),
    }


def subject(i: int) -> dict[str, Any]:
    return {"id": i, "code": f"DV{i:06}", "name": f"Đơn vị {i}", "kind": KIND, "group_name": "", "active": True}


def account(i: int) -> dict[str, Any]:
    email = f"can-bo-{i}@don-vi.example"
    return {"id": i, "email": email, "name": f"Cán bộ {i}", "position": "", "active": True, "reminders": True}


def grant(i: int) -> dict[str, Any]:
    role = "officer" if i % 2 else "head"
    return {"id": i, "account_id": i, "role": role, "subject_id": (i + 1) // 2, "granted_at": to_micros(NOW)}


def first_row(i: int) -> chain.Row:
    link = chain.Link(f"assessment:{i}", 1, 0, GENESIS, NOW)
    return chain.follow(link, "assigned", {"to": "assigned", "subject": i}, actor="system", now=NOW)


def assessment(i: int, row: chain.Row, state: str) -> dict[str, Any]:
    return {
        "id": i,
        "round_id": 1,
        "subject_id": i,
        "name": f"Đơn vị {i}",
        "sort_name": sort_name(f"Đơn vị {i}"),
        "kind": KIND,
        "group_name": "",
        "sheet": "bieu-2-mau",
        "state": state,
        "version": 1,
        "closes_at": to_micros(CLOSES_AT),
        "late": False,
        "zeroed": False,
        "leaves": LEAVES,
        "scored": LEAVES,
        "appraised": 0,
        "unreasoned": 0,
        "asked": 0,
        "tied": False,
        "seq": row.seq,
        "head": row.hash,
        "chain_at": row.at,
    }


def counted(state: str, n: int) -> dict[str, Any]:
    return {"round_id": 1, "body": "", "kind": KIND, "group_name": "", "left_state": "", "state": state, "n": n}
