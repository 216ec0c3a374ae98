"""Who is who: accounts with their roles, the people of a round by role, and what was corrected in it. Read only.

Every list is a page, in a number of queries that does not grow with its rows.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.vocabulary import RELATIONS, Relation
from models.db import run
from models.types import from_micros
from states.actor import accounts_of

PAGE: Final = 50
UNIT: Final = ("officer", "head")
GIVEN: Final = (
    "SELECT g.id, g.account_id, g.role, g.subject_id, s.name, g.round_id, r.title, g.body, g.granted_at, g.ended_at "
    "FROM account_grant g LEFT JOIN subject s ON s.id = g.subject_id LEFT JOIN round r ON r.id = g.round_id"
)
STAFF: Final = (
    "SELECT g.id, g.account_id, g.role, g.subject_id, NULL, g.round_id, r.title, g.body, g.granted_at, g.ended_at "
    "FROM account_grant g JOIN account t ON t.id = g.account_id LEFT JOIN round r ON r.id = g.round_id "
    "WHERE g.subject_id IS NULL AND (g.round_id IS NULL OR g.round_id = :round) AND g.ended_at IS NULL"
)
ORPHANS: Final = (
    "SELECT a.id, a.name FROM assessment a WHERE a.round_id = :round AND NOT EXISTS (SELECT 1 FROM account_grant g "
    "JOIN account t ON t.id = g.account_id WHERE g.subject_id = coalesce(a.agency_id, a.subject_id) "
    "AND g.role IN ('officer', 'head') AND g.ended_at IS NULL AND t.active) ORDER BY a.sort_name, a.id"
)
HAS_ROLE: Final = (
    "EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = t.id AND g.role = :role AND g.ended_at IS NULL)"
)
NAMED: Final = (
    "t.email LIKE :{word} OR t.name LIKE :{word} OR EXISTS (SELECT 1 FROM account_grant g JOIN subject s "
    "ON s.id = g.subject_id WHERE g.account_id = t.id AND g.ended_at IS NULL "
    "AND (s.name LIKE :{word} OR s.code LIKE :{word}))"
)
MOST_WORDS: Final = 6
CORRECTING: Final = (
    "move_milestone",
    "add_subject",
    "remove_subject",
    "merge",
    "correct_sheet",
    "cancel",
    "ask_approval",
    "approve",
    "refuse_approval",
    "withdraw_approval",
)


class Person(NamedTuple):
    """An account as a list shows it."""

    id: int
    email: str
    name: str
    position: str
    active: bool

    @property
    def shown(self) -> str:
        """Name and position, else the address."""
        return ", ".join(part for part in (self.name, self.position) if part) or self.email


class Given(NamedTuple):
    """A role of an account with its scope."""

    id: int
    account_id: int
    role: str
    subject_id: int | None
    subject: str | None
    round_id: int | None
    round: str | None
    body: str | None
    granted_at: datetime
    ended_at: datetime | None

    @property
    def label(self) -> str:
        """What the role is called."""
        return RELATIONS[Relation(self.role)]


class Sought(NamedTuple):
    """What is asked of the accounts; nothing asked is everybody."""

    text: str = ""
    role: str = ""
    ended: bool = False


class Entry(NamedTuple):
    """A correction as the round's chain tells it; `document` is number and date."""

    seq: int
    at: datetime
    who: Sequence[str]
    act: str
    what: Mapping[str, Any]
    document: str


def people(session: Session, sought: Sought, page: int) -> tuple[list[Person], bool]:
    """A page of accounts, by name and address, and whether there are more."""
    conditions, given = _conditions(sought)
    sql = (
        f"SELECT t.id, t.email, t.name, t.position, t.active FROM account t WHERE {' AND '.join(conditions)} "
        f"ORDER BY t.name, t.email, t.id LIMIT {PAGE + 1} OFFSET :skipped"
    )
    rows = run(session, sql, given | {"skipped": (page - 1) * PAGE}).fetchall()
    return [_person(row) for row in rows[:PAGE]], len(rows) > PAGE


def people_behind(session: Session, after: int, most: int) -> list[Person]:
    """All accounts behind an id in the order of ids; one more than `most` where there are more."""
    columns = "t.id, t.email, t.name, t.position, t.active"
    sql = f"SELECT {columns} FROM account t WHERE t.id > :after ORDER BY t.id LIMIT :most"
    return [_person(row) for row in run(session, sql, {"after": after, "most": most + 1}).fetchall()]


def _conditions(sought: Sought) -> tuple[list[str], dict[str, Any]]:
    conditions, given = ["t.active = :active"], dict[str, Any](active=not sought.ended)
    if sought.role:
        conditions.append(HAS_ROLE)
        given["role"] = sought.role
    for number, word in enumerate(sought.text.split()[:MOST_WORDS]):
        spellings = {f"word{number}_{way}": f"%{spelt}%" for way, spelt in enumerate(_spellings(word))}
        conditions.append(f"({' OR '.join(NAMED.format(word=name) for name in spellings)})")
        given |= spellings
    return conditions, given


def _spellings(word: str) -> list[str]:
    """As typed, small, and as a name is written: SQLite knows no case beyond ASCII."""
    return list(dict.fromkeys((word, word.lower(), word.capitalize())))


def person(session: Session, account_id: int) -> Person | None:
    """One account."""
    sql = "SELECT t.id, t.email, t.name, t.position, t.active FROM account t WHERE t.id = :id"
    row = run(session, sql, {"id": account_id}).fetchone()
    return _person(row) if row else None


def roles(session: Session, account_ids: Collection[int], *, also_ended: bool = False) -> dict[int, list[Given]]:
    """The roles of accounts, by account, the oldest first; those that ended last."""
    living = "" if also_ended else " AND g.ended_at IS NULL"
    sql = f"{GIVEN} WHERE g.account_id IN ({_listed(account_ids)}){living} ORDER BY g.ended_at IS NOT NULL, g.id"
    found: dict[int, list[Given]] = {}
    for row in run(session, sql).fetchall():
        found.setdefault(row[1], []).append(_given(row))
    return found


def staff(session: Session, round_id: int) -> dict[str, list[tuple[Given, Person]]]:
    """Everybody whose role reaches a round, but for those of its units, by role in the order of the vocabulary."""
    given = [_given(row) for row in run(session, f"{STAFF} ORDER BY t.name, t.email, g.id", {"round": round_id})]
    known = _people(session, {one.account_id for one in given})
    by_role = {role.value: [(one, known[one.account_id]) for one in given if one.role == role] for role in RELATIONS}
    return {role: found for role, found in by_role.items() if role not in {*UNIT, "system", "superior"}}


def unowned(session: Session, round_id: int, most: int = PAGE) -> tuple[list[tuple[int, str]], bool]:
    """Dossiers of a round whose unit has neither officer nor head, and whether there are more."""
    rows = run(session, f"{ORPHANS} LIMIT {most + 1}", {"round": round_id}).fetchall()
    return [tuple(row) for row in rows[:most]], len(rows) > most


def corrections(session: Session, round_id: int, most: int = PAGE) -> list[Entry]:
    """What was corrected in a round, or asked for, the newest first."""
    listed = ", ".join(f"'{act}'" for act in CORRECTING)
    sql = (
        f"SELECT seq, at, actor, act, body FROM history WHERE entity = :entity AND act IN ({listed}) "
        f"ORDER BY seq DESC LIMIT {most}"
    )
    rows = [(*row[:4], json.loads(row[4])["what"]) for row in run(session, sql, {"entity": f"round:{round_id}"})]
    names = _people(session, {key for row in rows for key in accounts_of(row[2])})
    papers = _papers(session, {row[4]["document"] for row in rows if row[4].get("document")})
    return [
        Entry(seq, from_micros(at), _who(actor, names), act, what, papers.get(what.get("document") or 0, ""))
        for seq, at, actor, act, what in rows
    ]


def _who(actor: str, names: Mapping[int, Person]) -> list[str]:
    return [names[key].shown for key in accounts_of(actor) if key in names] or [actor]


def _papers(session: Session, keys: Collection[int]) -> dict[int, str]:
    sql = f"SELECT id, number, dated FROM document WHERE id IN ({_listed(keys)})"
    return {key: f"{number}, {_day(dated)}" for key, number, dated in run(session, sql).fetchall()}


def _day(dated: object) -> str:
    year, month, day = str(dated)[:10].split("-") if dated else ("", "", "")
    return f"{day}/{month}/{year}"


def _people(session: Session, keys: Collection[int]) -> dict[int, Person]:
    sql = f"SELECT t.id, t.email, t.name, t.position, t.active FROM account t WHERE t.id IN ({_listed(keys)})"
    return {row[0]: _person(row) for row in run(session, sql).fetchall()}


def _person(row: Sequence[Any]) -> Person:
    return Person._make((*row[:4], bool(row[4])))


def _given(row: Sequence[Any]) -> Given:
    ended = from_micros(row[9]) if row[9] is not None else None
    return Given._make((*row[:8], from_micros(row[8]), ended))


def _listed(keys: Iterable[int]) -> str:
    return ", ".join(str(int(key)) for key in keys) or "NULL"


class Mailed(NamedTuple):
    """How much mail of an account waits, and the last that did not arrive."""

    queued: int
    lost: Sequence[tuple[int | None, int, str, str, str]]


def mails(session: Session, account_id: int, most: int = 5) -> Mailed:
    """Mail of an account: how much waits; of what did not arrive the dossier, round, message, answer, and its name."""
    queued = "SELECT count(*) FROM outbox WHERE account_id = :id AND status = 'queued'"
    lost = (
        "SELECT o.assessment_id, o.round_id, o.message, o.answer, coalesce(a.name, '') FROM outbox o "
        "LEFT JOIN assessment a ON a.id = o.assessment_id WHERE o.account_id = :id "
        f"AND o.status IN ('bounced', 'failed') ORDER BY o.id DESC LIMIT {most}"
    )
    waiting = run(session, queued, {"id": account_id}).fetchone()[0]
    return Mailed(waiting, [tuple(row) for row in run(session, lost, {"id": account_id}).fetchall()])


def versions(session: Session, account_id: int, most: int = 10) -> list[tuple[datetime, str, str, str]]:
    """What an account was called and where its mail went, the newest first."""
    sql = (
        "SELECT since, email, name, position FROM accountversion WHERE account_id = :id "
        f"ORDER BY since DESC LIMIT {most}"
    )
    return [(from_micros(row[0]), row[1], row[2], row[3]) for row in run(session, sql, {"id": account_id}).fetchall()]
