"""The mail of a round as it was handed over: to whom, when, and what the server answered. Read only.

No text of a mail is kept, and nothing here holds a link.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.vocabulary import MESSAGES
from models.db import run
from models.names import folded, holding, sought
from models.types import from_micros
from states.overview import Watched, narrowed

PAGE: Final = 50
MATCHES: Final = 300
"""So many dossiers found by what was typed are looked at."""
STATES: Final = {
    "undelivered": ("bounced", "failed"),
    "bounced": ("bounced",),
    "failed": ("failed",),
    "queued": ("queued",),
    "sent": ("sent",),
    "skipped": ("skipped",),
}
COLUMNS: Final = (
    "o.id, o.message, o.status, o.due_at, o.ended_at, o.attempts, o.answer, o.assessment_id, a.name, t.id, "
    "t.name, t.email"
)
TABLES: Final = "outbox o JOIN account t ON t.id = o.account_id LEFT JOIN assessment a ON a.id = o.assessment_id"
OF_UNITS: Final = (
    "SELECT a.id FROM assessment a WHERE a.round_id = :round AND replace(a.sort_name, '~', '') LIKE :name ESCAPE '!'"
)
OF_ACCOUNTS: Final = (
    "SELECT a.id FROM account t JOIN account_grant g ON g.account_id = t.id AND g.subject_id IS NOT NULL "
    "JOIN assessment a ON a.subject_id = g.subject_id AND a.round_id = :round WHERE t.email LIKE :email ESCAPE '!'"
)


class Mail(NamedTuple):
    """One mail to one account."""

    id: int
    message: str
    status: str
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    answer: str
    assessment_id: int | None
    unit: str | None
    account_id: int
    name: str
    email: str

    @property
    def label(self) -> str:
        """What the message is called."""
        return MESSAGES[self.message].label if self.message in MESSAGES else self.message

    @property
    def is_lost(self) -> bool:
        """Whether it did not arrive and is no longer tried."""
        return self.status in STATES["undelivered"]


class Wanted(NamedTuple):
    """What of the mail is asked for; `after` is the mail before the page."""

    search: str = ""
    state: str = ""
    message: str = ""
    after: int | None = None


class Log(NamedTuple):
    """A page of mail, the newest first; `after` is where the next one begins."""

    mails: Sequence[Mail]
    after: int | None


def log(session: Session, watched: Watched, wanted: Wanted) -> Log:
    """One page of the mail that is asked for: of each status the newest, of these the newest."""
    conditions, parameters = _conditions(session, watched, wanted)
    each = [[*conditions, f"o.status = '{name}'"] for name in STATES[wanted.state]] if wanted.state else [conditions]
    with_unit = "" if watched.bodies is None else " JOIN assessment a ON a.id = o.assessment_id"
    newest = " UNION ALL ".join(
        f"SELECT * FROM (SELECT o.id FROM outbox o{with_unit} WHERE {' AND '.join(own)} "
        f"ORDER BY o.id DESC LIMIT {PAGE + 1}) n{number}"
        for number, own in enumerate(each)
    )
    sql = f"SELECT {COLUMNS} FROM {TABLES} WHERE o.id IN ({newest}) ORDER BY o.id DESC LIMIT {PAGE + 1}"
    mails = [_mail(row) for row in run(session, sql, parameters).fetchall()]
    return Log(mails[:PAGE], mails[PAGE - 1].id if len(mails) > PAGE else None)


def _conditions(session: Session, watched: Watched, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    condition, given = narrowed(watched.bodies)
    conditions, parameters = ["o.round_id = :round", condition], {"round": watched.id, **given}
    if wanted.message:
        conditions.append("o.message = :message")
        parameters["message"] = wanted.message
    if wanted.after is not None:
        conditions.append("o.id < :after")
        parameters["after"] = wanted.after
    if wanted.search:
        found = _dossiers(session, watched, wanted.search)
        conditions.append(f"o.assessment_id IN ({', '.join(map(str, found)) or 'NULL'})")
    return conditions, parameters


def _dossiers(session: Session, watched: Watched, text: str) -> list[int]:
    """The dossiers whose name, or the address of whose people, holds what was typed."""
    sql = f"SELECT id FROM ({OF_UNITS} UNION {OF_ACCOUNTS}) f ORDER BY id LIMIT {MATCHES}"
    given = {"round": watched.id, "name": holding(sought(text)), "email": holding(folded(text))}
    return [row[0] for row in run(session, sql, given).fetchall()]


def _mail(row: Sequence[Any]) -> Mail:
    values: list[Any] = list(row)
    values[3], values[4] = from_micros(row[3]), None if row[4] is None else from_micros(row[4])
    return Mail._make(values)
