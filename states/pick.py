"""What a correction may be about, found by its name: dossiers of a round, subjects outside it, mails. Read only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_micros

MOST: Final = 50
MOST_TERMS: Final = 8
MAILS: Final = (
    "SELECT o.assessment_id, a.name, o.message, o.account_id, t.email, o.status, o.answer, o.ended_at FROM outbox o "
    "JOIN assessment a ON a.id = o.assessment_id JOIN account t ON t.id = o.account_id WHERE o.round_id = :round "
    "AND o.id = (SELECT max(l.id) FROM outbox l WHERE l.assessment_id = o.assessment_id AND l.message = o.message "
    "AND l.account_id = o.account_id) AND {named} ORDER BY CASE o.status WHEN 'bounced' THEN 0 WHEN 'failed' THEN 1 "
    "ELSE 2 END, a.name, o.id DESC LIMIT {most}"
)


class Dossier(NamedTuple):
    """A dossier of the round."""

    id: int
    name: str
    kind: str
    state: str


class Subject(NamedTuple):
    """A subject of the register that has no dossier in the round."""

    code: str
    name: str
    kind: str


class Mail(NamedTuple):
    """The last mail of a kind about a dossier to one account."""

    assessment_id: int
    name: str
    message: str
    account_id: int
    email: str
    status: str
    answer: str
    ended_at: datetime | None

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.assessment_id}:{self.message}:{self.account_id}"


def dossiers(session: Session, round_id: int, text: str) -> list[Dossier]:
    """Dossiers of a round by name; several names may be given, parted by commas."""
    named, given = _named("a.name", text)
    sql = (
        f"SELECT a.id, a.name, a.kind, a.state FROM assessment a WHERE a.round_id = :round AND {named} "
        f"ORDER BY a.sort_name, a.id LIMIT {MOST}"
    )
    return [Dossier._make(row) for row in run(session, sql, given | {"round": round_id}).fetchall()]


def subjects(session: Session, round_id: int, text: str, kinds: Sequence[str]) -> list[Subject]:
    """Subjects of these kinds without a dossier in the round, by name or code."""
    named, given = _named("s.name", text)
    coded, by_code = _named("s.code", text, "code")
    listed = ", ".join(f"'{kind}'" for kind in kinds) or "NULL"
    sql = (
        f"SELECT s.code, s.name, s.kind FROM subject s WHERE s.active AND s.kind IN ({listed}) "
        f"AND ({named} OR {coded}) AND NOT EXISTS (SELECT 1 FROM assessment a WHERE a.round_id = :round "
        f"AND a.subject_id = s.id) ORDER BY s.name, s.id LIMIT {MOST}"
    )
    return [Subject._make(row) for row in run(session, sql, given | by_code | {"round": round_id}).fetchall()]


def mails(session: Session, round_id: int, text: str) -> list[Mail]:
    """The last mails of each kind about dossiers of a round by name, those that came back first."""
    named, given = _named("a.name", text)
    rows = run(session, MAILS.format(named=named, most=MOST), given | {"round": round_id}).fetchall()
    return [Mail._make((*row[:7], None if row[7] is None else from_micros(row[7]))) for row in rows]


def _named(column: str, text: str, prefix: str = "name") -> tuple[str, dict[str, Any]]:
    terms = [" ".join(term.split()) for term in text.split(",") if term.strip()][:MOST_TERMS]
    if not terms:
        return "1 = 1", {}
    ways = {f"{prefix}{number}_{way}": f"%{spelt}%" for number, term in enumerate(terms) for way, spelt in _spelt(term)}
    return f"({' OR '.join(f'{column} LIKE :{name}' for name in ways)})", ways


def _spelt(term: str) -> list[tuple[int, str]]:
    """As typed, small, and as names are written: SQLite knows no case beyond ASCII."""
    return list(enumerate(dict.fromkeys((term, term.lower(), term.capitalize(), term.title()))))
