"""Whether a database is whole, whatever happened to whoever wrote in it."""

import json
from typing import Any

from sqlmodel import Session

from models.check import SUSPECT, findings
from models.db import Database, run
from models.tables import METADATA
from states.history import verify

Rows = list[tuple[Any, ...]]
Tables = dict[str, list[dict[str, Any]]]
DOSSIERS = (
    "SELECT state, version, seq, zeroed, late, scored, appraised, self_total, decided_total, decision_id IS NULL, "
    "count(*) FROM assessment GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
)
CENSUS = {
    "rounds": "SELECT state, version, seq FROM round ORDER BY id",
    "dossiers": DOSSIERS,
    "history": "SELECT act, count(*), count(DISTINCT entity) FROM history GROUP BY act ORDER BY act",
    "mails": "SELECT message, status, count(*), count(DISTINCT assessment_id) FROM outbox GROUP BY 1, 2 ORDER BY 1, 2",
    **{f"rows of {table}": f"SELECT count(*) FROM {table}" for table in sorted(METADATA.tables.keys() - {"task_link"})},
}
TWICE = (
    "SELECT round_id, message, account_id, occasion, count(*) FROM outbox "
    "GROUP BY round_id, message, account_id, occasion HAVING count(*) > 1"
)


def census(database: Database) -> dict[str, Rows]:
    """How many there are of everything and how they stand, but for ids, salts and instants."""
    with database.reading() as session:
        return {name: run(session, sql).fetchall() for name, sql in CENSUS.items()}


def content(database: Database) -> Tables:
    """Every row of a database that is whole."""
    with database.reading() as session:
        demand_whole(session)
        return dump(session)


def dump(session: Session) -> Tables:
    """Every row of every table."""
    return {name: _rows(session, name) for name in sorted(METADATA.tables)}


def _rows(session: Session, name: str) -> list[dict[str, Any]]:
    table = METADATA.tables[name]
    columns, keys = ([column.name for column in some] for some in (table.columns, table.primary_key))
    sql = f"SELECT {', '.join(columns)} FROM {name} ORDER BY {', '.join(keys)}"
    return [dict(zip(columns, row, strict=True)) for row in run(session, sql)]


def demand_whole(session: Session) -> None:
    """Chains, states, foreign keys, triggers and counters hold, and no mail stands in the outbox twice."""
    assert verify(session).broken == ()
    assert [found for found in findings(session) if found.level == "error"] == []
    assert run(session, SUSPECT).fetchall() == []
    assert run(session, TWICE).fetchall() == []
    assert kept_states(session) == told_states(session)


def kept_states(session: Session) -> dict[str, str]:
    """The state of every round and dossier as its row has it."""
    sql = " UNION ALL ".join(f"SELECT '{table}' || ':' || id, state FROM {table}" for table in ("assessment", "round"))
    return dict(run(session, sql).fetchall())


def told_states(session: Session) -> dict[str, str]:
    """The state of every round and dossier as its history tells it."""
    rows = run(session, "SELECT entity, body FROM history WHERE act <> 'correct_sheet' ORDER BY entity, seq").fetchall()
    whats = ((entity, json.loads(body)["what"]) for entity, body in rows)
    return {entity: what["to"] for entity, what in whats if "to" in what}
