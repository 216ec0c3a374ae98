"""What an appraiser reads beside one queue: questions and answers, one criterion across dossiers, all differences."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from models.assessments import MarkRow, mark_row
from models.db import run
from models.types import from_micros
from states.actor import Actor
from states.desk import COMPARED, DIFFERENT
from states.permits import DOSSIER, allowed

OWN, APPRAISED = (f"{it}.entry, {it}.points, {it}.note, {it}.account_id, {it}.at" for it in "sp")


class Item(NamedTuple):
    """One criterion of a question, with its answer as far as there is one."""

    criterion: str
    answer: str | None
    answered_at: datetime | None


class Asked(NamedTuple):
    """A question to a unit, and by whom."""

    id: int
    question: str
    asked_at: datetime
    closes_at: datetime
    status: str
    by: str
    items: tuple[Item, ...]


class Cell(NamedTuple):
    """One criterion of one dossier: what the unit gave and what the appraisal gave."""

    id: int
    name: str
    kind: str
    state: str
    version: int
    own: MarkRow | None
    appraised: MarkRow | None


class Difference(NamedTuple):
    """One appraised mark that differs from the self mark."""

    id: int
    name: str
    kind: str
    criterion: str
    own: MarkRow | None
    appraised: MarkRow


def questions(session: Session, assessment_id: int) -> list[Asked]:
    """All questions on a dossier with their answers, the newest first."""
    where = {"id": assessment_id}
    sql = (
        "SELECT q.id, q.question, q.asked_at, q.closes_at, q.status, coalesce(t.name, '') FROM explanation_request q "
        "LEFT JOIN account t ON t.id = q.account_id WHERE q.assessment_id = :id ORDER BY q.id DESC"
    )
    found = run(session, sql, where).fetchall()
    sql = (
        "SELECT i.request_id, i.criterion, i.answer, i.answered_at FROM explanation_item i "
        "JOIN explanation_request q ON q.id = i.request_id WHERE q.assessment_id = :id ORDER BY i.request_id"
    )
    items: dict[int, list[Item]] = {}
    for key, code, answer, at in run(session, sql, where).fetchall():
        items.setdefault(key, []).append(Item(code, answer, None if at is None else from_micros(at)))
    return [
        Asked(key, text, from_micros(asked), from_micros(closes), status, by, tuple(items.get(key, ())))
        for key, text, asked, closes, status, by in found
    ]


def column(session: Session, actor: Actor, round_id: int, code: str, kinds: Iterable[str]) -> list[Cell]:
    """One criterion in all dossiers of these kinds that the actor may appraise, by id."""
    listed = ", ".join(f"'{kind}'" for kind in kinds) or "NULL"
    sql = (
        f"SELECT a.id, a.name, a.kind, a.state, a.version, {OWN}, {APPRAISED} "
        "FROM assessment a "
        "LEFT JOIN mark s ON s.assessment_id = a.id AND s.copy_name = 'self' AND s.criterion = :code "
        "LEFT JOIN mark p ON p.assessment_id = a.id AND p.copy_name = 'appraised' AND p.criterion = :code "
        f"WHERE a.round_id = :round AND a.kind IN ({listed}) AND {allowed('mark', DOSSIER)} ORDER BY a.id"
    )
    where = {"round": round_id, "actor": actor.account_id, "code": code}
    found = run(session, sql, where).fetchall()
    return [Cell._make((*row[:5], _mark(row[5:10]), _mark(row[10:]))) for row in found]


def differing(session: Session, actor: Actor, round_id: int, verb: str) -> list[Difference]:
    """Every difference in the dossiers of a round to which the actor may do `verb`."""
    sql = (
        f"SELECT a.id, a.name, a.kind, p.criterion, {OWN}, {APPRAISED} "
        f"FROM {COMPARED} JOIN assessment a ON a.id = p.assessment_id "
        f"WHERE a.round_id = :round AND p.copy_name = 'appraised' AND {DIFFERENT} AND {allowed(verb, DOSSIER)} "
        "ORDER BY a.id, p.criterion"
    )
    found = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()
    return [Difference._make((*row[:4], _mark(row[4:9]), mark_row(*row[9:]))) for row in found]


def _mark(found: Sequence[Any]) -> MarkRow | None:
    return None if found[0] is None else mark_row(*found)
