"""Facts without a database, and what tests add to the round of `danhgia.bench.world` and read from it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from config.load import load_programme
from danhgia.bench.world import CLOSES_AT, NOW, SLUG
from models.db import Database, run
from models.types import EPOCH, GENESIS, to_micros
from states.facts import Dossier, RoundFacts, Span
from states.reading import Reader

TICK = timedelta(microseconds=1)
TOTAL = Decimal("87.5")
STAFF = 900
"""Accounts of staff are numbered from here on, above those of the units."""
WRITTEN = {
    "round": "id",
    "assessment": "id",
    "history": "entity, seq",
    "history_payload": "entity, seq",
    "outbox": "id",
    "seal": "id",
    "installation": "id",
    "milestone": "stage, kind",
}
Rows = dict[str, list[tuple[Any, ...]]]

DOSSIER = Dossier(
    entity="assessment:1",
    id=1,
    round_id=1,
    state="self_assessing",
    version=1,
    seq=1,
    head=GENESIS,
    chain_at=EPOCH,
    round_state="self_assessment",
    relations=frozenset({"officer"}),
    programme=load_programme(SLUG),
    now=NOW,
    subject_id=1,
    name="Đơn vị 1",
    kind="so_nganh",
    group="",
    sheet="bieu-2-mau",
    closes_at=CLOSES_AT,
    late=False,
    zeroed=False,
    submitted_at=None,
    leaves=20,
    scored=20,
    appraised=0,
    unreasoned=0,
    asked=0,
    self_total=None,
    appraised_total=None,
    decided_total=None,
    decision_id=None,
    decision_numbered=False,
    body="",
    level=None,
    proposed_level=None,
    reviewed_at=None,
    file=Reader(Session(), 1, 1, 1, "so_nganh", "", load_programme(SLUG)),
)
ROUND = RoundFacts(
    entity="round:1",
    id=1,
    round_id=1,
    state="self_assessment",
    version=0,
    seq=0,
    head=GENESIS,
    chain_at=EPOCH,
    round_state="self_assessment",
    relations=frozenset({"administrator"}),
    programme=load_programme(SLUG),
    now=NOW,
    counts={},
    closings={"self_assessment": CLOSES_AT},
    document_signed=False,
)


def dossier(**changes: Any) -> Dossier:  # noqa: ANN401  any fact
    """Facts of a dossier that its officer may submit; its window closes with it unless `windows` are given."""
    facts = replace(DOSSIER, **changes)
    return replace(facts, windows=facts.windows or {"self_assessment": Span(None, facts.closes_at)})


def round_facts(**changes: Any) -> RoundFacts:  # noqa: ANN401  any fact
    """Facts of a round in its first stage, as its administrator sees it."""
    return replace(ROUND, **changes)


def write(database: Database, sql: str, **parameters: object) -> None:
    """Run one statement in a transaction of its own."""
    with database.writing() as session:
        run(session, sql, parameters)


def insert(session: Session, table: str, **values: object) -> None:
    """Insert a row with an id of the test's own, so that it is the same on every database."""
    names = ", ".join(f":{name}" for name in values)
    run(session, f"INSERT INTO {table} ({', '.join(values)}) VALUES ({names})", values)


def add_account(session: Session, account_id: int) -> int:
    """A further account, without any grant."""
    email = f"tai-khoan-{account_id}@don-vi.example"
    insert(session, "account", id=account_id, email=email, name="", position="", active=True, reminders=True)
    return account_id


def add_grant(
    session: Session,
    grant_id: int,
    account_id: int,
    role: str,
    *,
    subject_id: int | None = None,
    round_id: int | None = None,
    ended: bool = False,
) -> None:
    """Give an account a role, in force or ended."""
    at = to_micros(NOW)
    scope = {"subject_id": subject_id, "round_id": round_id, "granted_at": at, "ended_at": at if ended else None}
    insert(session, "account_grant", id=grant_id, account_id=account_id, role=role, **scope)


def add_staff(session: Session, *roles: str) -> dict[str, int]:
    """An account in every round for each role, numbered from STAFF on; an appraiser still needs its assignments."""
    found = {role: add_account(session, STAFF + number) for number, role in enumerate(roles)}
    for role, account_id in found.items():
        add_grant(session, account_id, account_id, role)
    return found


def assign(session: Session, assessment_id: int, account_id: int) -> None:
    """Let an appraiser have a whole dossier."""
    insert(session, "assignment", assessment_id=assessment_id, account_id=account_id, criterion_group="")


def declare_conflict(session: Session, assessment_id: int, account_id: int) -> None:
    """Let an account have declared a conflict of interest on a dossier."""
    about = {"reason": "người thân", "declared_at": to_micros(NOW)}
    insert(session, "conflict", assessment_id=assessment_id, account_id=account_id, **about)


def add_document(session: Session, document_id: int, *, signed: bool = True) -> int:
    """A numbered document, with or without its signed copy."""
    about = {"number": "01-CV/BDVTU", "dated": "2026-12-01", "signer": "Nguyễn Ví Dụ", "recorded_at": to_micros(NOW)}
    copy = "ab" * 32 if signed else ""
    insert(session, "document", id=document_id, kind="letter", title="", file_hash=copy, confidential=False, **about)
    return document_id


def add_second_round(session: Session) -> int:
    """A round 2 of the same programme without dossiers."""
    columns = "programme_version_id, slug, year, title, state, version, seq, head, chain_at, launched_at"
    run(session, f"INSERT INTO round (id, {columns}) SELECT 2, {columns} FROM round WHERE id = 1")
    return 2


def rows_of(database: Database) -> Rows:
    """Everything that transitions write, in order."""
    with database.reading() as session:
        found = {table: run(session, f"SELECT * FROM {table} ORDER BY {key}") for table, key in WRITTEN.items()}
        return {table: [tuple(row) for row in rows.fetchall()] for table, rows in found.items()}


def column(database: Database, sql: str, **parameters: object) -> list[Any]:
    """The first column of a query."""
    with database.reading() as session:
        return [row[0] for row in run(session, sql, parameters).fetchall()]


def state_of(database: Database, assessment_id: int) -> str:
    """The state a dossier is in."""
    state: str = column(database, "SELECT state FROM assessment WHERE id = :id", id=assessment_id)[0]
    return state


def recount(session: Session) -> None:
    """Counts of states that a test has set by hand."""
    run(session, "DELETE FROM round_count")
    run(
        session,
        "INSERT INTO round_count (round_id, body, kind, group_name, left_state, state, n) "
        "SELECT round_id, body, kind, group_name, '', state, count(*) FROM assessment GROUP BY 1, 2, 3, 4, 6",
    )
