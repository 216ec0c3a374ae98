"""What an appraiser reads beside one queue: questions and answers, one criterion across dossiers, all differences."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from models.assessments import Mark
from models.db import run
from models.types import from_micros, from_scaled
from states.actor import Actor
from states.desk import COMPARED, DIFFERENT
from states.permits import DOSSIER, allowed


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
    own: Mark | None
    appraised: Mark | None


class Difference(NamedTuple):
    """One appraised mark that differs from the self mark."""

    id: int
    name: str
    kind: str
    criterion: str
    own: Mark | None
    appraised: Mark


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
        "SELECT a.id, a.name, a.kind, a.state, a.version, s.entry, s.points, s.note, p.entry, p.points, p.note "
        "FROM assessment a "
        "LEFT JOIN mark s ON s.assessment_id = a.id AND s.copy_name = 'self' AND s.criterion = :code "
        "LEFT JOIN mark p ON p.assessment_id = a.id AND p.copy_name = 'appraised' AND p.criterion = :code "
        f"WHERE a.round_id = :round AND a.kind IN ({listed}) AND {allowed('mark', DOSSIER)} ORDER BY a.id"
    )
    where = {"round": round_id, "actor": actor.account_id, "code": code}
    found = run(session, sql, where).fetchall()
    return [Cell._make((*row[:5], _mark(row[0], code, row[5:8]), _mark(row[0], code, row[8:11]))) for row in found]


def differing(session: Session, actor: Actor, round_id: int, verb: str) -> list[Difference]:
    """Every difference in the dossiers of a round to which the actor may do `verb`."""
    sql = (
        "SELECT a.id, a.name, a.kind, p.criterion, s.entry, s.points, s.note, p.entry, p.points, p.note "
        f"FROM {COMPARED} JOIN assessment a ON a.id = p.assessment_id "
        f"WHERE a.round_id = :round AND p.copy_name = 'appraised' AND {DIFFERENT} AND {allowed(verb, DOSSIER)} "
        "ORDER BY a.id, p.criterion"
    )
    found = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()
    return [
        Difference._make((*row[:4], _mark(row[0], row[3], row[4:7]), _given(row[0], row[3], row[7:10])))
        for row in found
    ]


def _mark(key: int, code: str, found: Sequence[Any]) -> Mark | None:
    return None if found[0] is None else _given(key, code, found)


def _given(key: int, code: str, found: Sequence[Any]) -> Mark:
    """A mark to look at, of its entry, points and note; no row of the table."""
    entry, points, note = found
    return Mark(assessment_id=key, copy_name="", criterion=code, entry=entry, points=from_scaled(points), note=note)
