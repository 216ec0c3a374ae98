"""Locking a row and reading, in one statement, all facts about it (lock order: round, then dossiers by id)."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlmodel import Session

from config.load import programme_from_document
from config.programme import Programme
from config.workflow import Workflow
from models.db import Parameters, is_sqlite, locks_rows, run
from models.types import from_micros, from_scaled
from states.actor import Actor
from states.errors import Unknown
from states.facts import Dossier, Facts, RoundFacts, Span
from states.permits import DOSSIER, ROUND, relations_of, standing
from states.reading import Reader

SIGNED = """CASE WHEN d.number <> '' AND d.dated IS NOT NULL
 AND (d.confidential OR (d.signer <> '' AND d.file_hash <> '')) THEN 1 ELSE 0 END"""
"""Whether a document is complete; one marked *Mật* is recorded by number and date alone (DESIGN §6)."""
DOSSIER_COLUMNS = f"""a.id, a.round_id, a.state, a.version, a.seq, a.head, a.chain_at, r.state, v.digest, a.subject_id,
 a.name, a.kind, a.group_name, a.sheet, a.closes_at, a.late, a.zeroed, a.submitted_at, a.leaves, a.scored,
 a.appraised, a.unreasoned, a.asked, a.self_total, a.appraised_total, a.decided_total, a.decision_id,
 {SIGNED}, a.body, a.level, a.proposed_level, a.reviewed_at"""
FIELDS = (
    *("id", "round_id", "state", "version", "seq", "head", "chain_at", "round_state", "programme", "subject_id"),
    *("name", "kind", "group", "sheet", "closes_at", "late", "zeroed", "submitted_at", "leaves", "scored"),
    *("appraised", "unreasoned", "asked", "self_total", "appraised_total", "decided_total", "decision_id"),
    *("decision_numbered", "body", "level", "proposed_level", "reviewed_at", "relations"),
)
"""The facts that stand in a row of DOSSIER_COLUMNS and the actor's relations, in their order."""
WAITED = "{row}.seq <> (SELECT s.seq FROM {table} s WHERE s.id = {row}.id)"
"""Whether its history grew since the statement began: while it waited for the lock."""
NO_LOCK = ("", "0")
"""The clause that locks and whether it waited, where nothing is to be waited for."""
DOSSIER_TABLES = """FROM round r JOIN assessment a ON a.round_id = r.id
 JOIN programme_version v ON v.id = r.programme_version_id
 LEFT JOIN decision c ON c.id = a.decision_id LEFT JOIN document d ON d.id = c.document_id"""
_PROGRAMMES: dict[str, Programme] = {}


def programme_of(session: Session, digest: str) -> Programme:
    """The pinned programme of a digest; a version never changes, so it is read once a process."""
    if digest not in _PROGRAMMES:
        sql = "SELECT document FROM programme_version WHERE digest = :digest"
        _PROGRAMMES[digest] = programme_from_document(run(session, sql, {"digest": digest}).fetchone()[0])
    return _PROGRAMMES[digest]


def share_round(session: Session, round_id: int) -> Programme:
    """Lock a round against steps of its own, before its dossiers are locked; returns its programme."""
    lock = " FOR SHARE OF r" if locks_rows(session) else ""
    sql = (
        f"SELECT v.digest FROM round r JOIN programme_version v ON v.id = r.programme_version_id WHERE r.id = :id{lock}"
    )
    row = run(session, sql, {"id": round_id}).fetchone()
    if row is None:
        raise Unknown(f"đợt số {round_id}")
    return programme_of(session, row[0])


def hold(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Dossier:
    """Lock a dossier (and share its round) and read its facts; Unknown when there is none."""
    sql = _hold_sql(known=actor.account_id is not None, sqlite=is_sqlite(session), locks=locks_rows(session))
    row = _after_waiting(session, sql, {"id": assessment_id, "actor": actor.account_id})
    if row is None:
        raise Unknown(f"hồ sơ số {assessment_id}")
    return dossier(session, row, actor, now)


def _after_waiting(session: Session, sql: str, given: Parameters) -> tuple[Any, ...] | None:
    """The row once it is locked; read once more where its last column says that it WAITED.

    PostgreSQL then reads the locked rows anew, but not what is said beside them: relations, documents.
    """
    row: tuple[Any, ...] | None = run(session, sql, given).fetchone()
    if row is not None and row[-1]:
        row = run(session, sql, given).fetchone()
    return row


@cache
def _hold_sql(*, known: bool, sqlite: bool, locks: bool) -> str:
    relations = standing(DOSSIER, known=known, sqlite=sqlite)
    lock, waited = (" FOR SHARE OF r FOR UPDATE OF a", WAITED.format(row="a", table="assessment")) if locks else NO_LOCK
    return f"SELECT {DOSSIER_COLUMNS}, {relations}, {waited} {DOSSIER_TABLES} WHERE a.id = :id{lock}"


def dossier(session: Session, row: tuple[Any, ...], actor: Actor, now: datetime) -> Dossier:
    """Facts of one row of DOSSIER_COLUMNS followed by the actor's relations."""
    programme = programme_of(session, row[8])
    return Dossier(
        entity=f"assessment:{row[0]}",
        id=row[0],
        round_id=row[1],
        state=row[2],
        version=row[3],
        seq=row[4],
        head=bytes(row[5]),
        chain_at=from_micros(row[6]),
        round_state=row[7],
        relations=relations_of(actor, row[32]),
        programme=programme,
        now=now,
        subject_id=row[9],
        name=row[10],
        kind=row[11],
        group=row[12],
        sheet=row[13],
        closes_at=from_micros(row[14]),
        late=bool(row[15]),
        zeroed=bool(row[16]),
        submitted_at=_instant(row[17]),
        leaves=row[18],
        scored=row[19],
        appraised=row[20],
        unreasoned=row[21],
        asked=row[22],
        self_total=_points(row[23]),
        appraised_total=_points(row[24]),
        decided_total=_points(row[25]),
        decision_id=row[26],
        decision_numbered=bool(row[27]),
        body=row[28],
        level=row[29],
        proposed_level=row[30],
        reviewed_at=_instant(row[31]),
        file=Reader(session, row[0], row[1], row[9], row[11], row[28], programme),
        windows=_windows(session, programme, row),
    )


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _points(scaled: int | None) -> Decimal | None:
    return None if scaled is None else from_scaled(scaled)


def _windows(session: Session, programme: Programme, row: tuple[Any, ...]) -> dict[str, Span]:
    own, others = _window_stages(programme.digest, row[11])
    windows = {own: Span(None, from_micros(row[14]))} if own else {}
    return milestones_for(session, row[1], row[11]) | windows if others else windows


@cache
def _window_stages(digest: str, kind: str) -> tuple[str | None, bool]:
    workflow = _PROGRAMMES[digest].workflow
    own = own_stage(workflow, kind)
    pulled = {deadline.stage for deadline in workflow.deadlines if deadline.do and deadline.covers(kind)}
    return own, not pulled | {step.window for step in workflow.assessment.transitions} <= {None, own}


def own_stage(workflow: Workflow, kind: str) -> str | None:
    """The stage a dossier's own `closes_at` is of: the first deadline that covers its kind."""
    return next((deadline.stage for deadline in workflow.deadlines if deadline.covers(kind)), None)


def milestones_for(session: Session, round_id: int, kind: str) -> dict[str, Span]:
    """When each stage of a round is open for a kind of subject."""
    sql = "SELECT stage, opens_at, closes_at FROM milestone WHERE round_id = :round AND kind = :kind"
    rows = run(session, sql, {"round": round_id, "kind": kind}).fetchall()
    return {stage: Span(_instant(opens), from_micros(closes)) for stage, opens, closes in rows}


def hold_round(session: Session, round_id: int, *, actor: Actor, now: datetime) -> RoundFacts:
    """Lock a round for a step of its own and read its facts; Unknown when there is none."""
    locks = (" FOR UPDATE OF r", WAITED.format(row="r", table="round")) if locks_rows(session) else NO_LOCK
    return round_facts(session, round_id, *locks, actor=actor, now=now)


def hold_entity(session: Session, entity: str, *, actor: Actor, now: datetime) -> Facts:
    """Lock the round or the dossier that a chain is of and read its facts; Unknown when there is none."""
    table, _, key = entity.partition(":")
    found: Facts = (hold_round if table == "round" else hold)(session, int(key), actor=actor, now=now)
    return found


def round_facts(session: Session, round_id: int, lock: str, waited: str, *, actor: Actor, now: datetime) -> RoundFacts:
    """The facts of a round, its row locked by that clause of SQL, if any; Unknown when there is none."""
    relations = standing(ROUND, known=actor.account_id is not None, sqlite=is_sqlite(session))
    sql = (
        "SELECT r.id, r.state, r.version, r.seq, r.head, r.chain_at, v.digest, "
        f"{SIGNED}, "
        f"{relations}, {waited} FROM round r JOIN programme_version v ON v.id = r.programme_version_id "
        f"LEFT JOIN document d ON d.id = r.report_document_id WHERE r.id = :id{lock}"
    )
    row = _after_waiting(session, sql, {"id": round_id, "actor": actor.account_id})
    if row is None:
        raise Unknown(f"đợt số {round_id}")
    return RoundFacts(
        entity=f"round:{row[0]}",
        id=row[0],
        round_id=row[0],
        state=row[1],
        version=row[2],
        seq=row[3],
        head=bytes(row[4]),
        chain_at=from_micros(row[5]),
        round_state=row[1],
        relations=relations_of(actor, row[8]),
        programme=programme_of(session, row[6]),
        now=now,
        counts=counts(session, round_id),
        closings=_closings(session, round_id),
        document_signed=bool(row[7]),
    )


def counts(session: Session, round_id: int) -> dict[str, int]:
    """How many dossiers of a round stand in each state."""
    sql = "SELECT state, count(*) FROM assessment WHERE round_id = :round GROUP BY state ORDER BY state"
    return dict(run(session, sql, {"round": round_id}).fetchall())


def _closings(session: Session, round_id: int) -> dict[str, datetime]:
    sql = "SELECT stage, max(closes_at) FROM milestone WHERE round_id = :round GROUP BY stage"
    return {stage: from_micros(at) for stage, at in run(session, sql, {"round": round_id}).fetchall()}
