"""The timeline of a dossier or a round: rows of its chain and the mails about it, the newest first. Read only.

A page is found by the last row and the last mail of the one before it, so it costs the same wherever it lies; the
number of queries does not grow with the rows.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import from_micros, to_micros
from states.past import Step

PAGE: Final = 50
BEHIND: Final = 120
"""How many rows with marks before a page are looked at for what a mark was before."""
DECLARATIONS: Final = 100
MAIL: Final = "mail"
KINDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "marks": (
            "submit", "self_rate", "enter_result", "appraise", "conclude_appraisal", "decide", "redecide", "rank",
        ),
        "evidence": (
            "add_evidence", "remove_evidence", "restore_evidence", "check_evidence", "declare_evidence", "add_report",
            "enclose", "allow_replacement",
        ),
        "time": (
            "assigned", "reopen", "move_milestone", "ask_extension", "refuse_extension", "lock", "mark_overdue",
            "mark_own_overdue",
        ),
        "questions": (
            "ask_explanation", "answer_explanation", "answer_in_part", "withdraw_explanation", "expire_explanation",
            "raise_difficulty", "answer_difficulty", "ask_opinions", "give_opinion", "enter_opinion", "close_opinions",
            "remind_opinions",
        ),
        "decisions": (
            "propose", "decide", "redecide", "recognise", "annul_and_recognise", "announce", "number_decision",
            "number_document", "report", "number_report", "draft_report", "ballot_closed", "sealed", "raise_quota",
            "waive",
        ),
        "people": (
            "assign", "unassign", "declare_conflict", "confirm_no_conflict", "declare_person", "grant", "end_grant",
            "change_address", "resend",
        ),
        "reading": ("export", "read_confidential"),
    }
)  # fmt: skip
"""What a timeline may be narrowed to; `mail` beside these."""


class Line(NamedTuple):
    """One row of a chain, with what was kept beside it; `erased` when that is gone for good."""

    seq: int
    at: datetime
    actor: str
    act: str
    what: Mapping[str, Any]
    hash: str
    content: Any
    erased: bool

    @property
    def step(self) -> Step:
        """The row as far as it tells what a dossier was."""
        return Step(self.seq, self.act, self.what, self.content)


class Letter(NamedTuple):
    """One mail about the dossier or round, and what the server answered."""

    id: int
    at: datetime
    message: str
    account_id: int
    status: str
    attempts: int
    answer: str
    ended_at: datetime | None


class Wanted(NamedTuple):
    """What of a timeline is asked for: a kind, what lies before an instant, and after which row and mail it goes on."""

    kind: str = ""
    until: datetime | None = None
    seq: int | None = None
    mail: int | None = None


class Page(NamedTuple):
    """A page of a timeline; `seq` and `mail` are where the next goes on, None for both at the end."""

    entries: Sequence[Line | Letter]
    seq: int | None
    mail: int | None

    @property
    def lines(self) -> list[Line]:
        """The rows on it."""
        return [one for one in self.entries if isinstance(one, Line)]

    @property
    def letters(self) -> list[Letter]:
        """The mails on it."""
        return [one for one in self.entries if isinstance(one, Letter)]


LINE: Final = (
    "SELECT h.seq, h.at, h.actor, h.act, h.body, h.hash, p.content, p.hash FROM history h LEFT JOIN history_payload p "
    "ON p.entity = h.entity AND p.seq = h.seq WHERE h.entity = :entity"
)
LETTER: Final = (
    "SELECT o.id, o.due_at, o.message, o.account_id, o.status, o.attempts, o.answer, o.ended_at, o.occasion "
    "FROM outbox o WHERE"
)
LAST: Final = 1 << 62


def page(session: Session, entity: str, wanted: Wanted) -> Page:
    """A page of the timeline of "assessment:ID" or "round:ID"; of mails, those that are about exactly that."""
    of_mail = wanted.kind == MAIL
    lines: list[Line | Letter] = [] if of_mail else [*_lines(session, entity, wanted)]
    letters: list[Line | Letter] = [*_letters(session, entity, wanted)] if wanted.kind in {"", MAIL} else []
    entries = list(islice(merge(lines, letters, key=_when, reverse=True), PAGE))
    seqs = [one.seq for one in entries if isinstance(one, Line)]
    mails = [one.id for one in entries if isinstance(one, Letter)]
    if len(lines) + len(letters) <= PAGE:
        return Page(entries, None, None)
    return Page(entries, min(seqs, default=wanted.seq or LAST), min(mails, default=wanted.mail or LAST))


def rows(session: Session, entity: str, before: int | None, most: int) -> list[Line]:
    """The rows of a chain before one, the newest first; one more than `most` where there are more."""
    sql = f"{LINE} AND h.seq < :before ORDER BY h.seq DESC LIMIT :most"
    given = {"entity": entity, "before": before or LAST, "most": most + 1}
    return [as_line(row) for row in run(session, sql, given).fetchall()]


def _when(entry: Line | Letter) -> tuple[datetime, bool]:
    return entry.at, isinstance(entry, Letter)


def _lines(session: Session, entity: str, wanted: Wanted) -> list[Line]:
    acts = f" AND h.act IN ({', '.join(map(repr, KINDS[wanted.kind]))})" if wanted.kind in KINDS else ""
    sql = f"{LINE} AND h.seq < :before AND h.at < :until{acts} ORDER BY h.seq DESC LIMIT {PAGE + 1}"
    given = {"entity": entity, "before": wanted.seq or LAST, "until": _until(wanted)}
    return [as_line(row) for row in run(session, sql, given).fetchall()]


def _until(wanted: Wanted) -> int:
    return LAST if wanted.until is None else to_micros(wanted.until)


def as_line(row: Sequence[Any]) -> Line:
    """A row of LINE."""
    seq, at, actor, act, body, hashed, content, kept = row
    what = json.loads(body)["what"]
    erased = kept is not None and content is None
    return Line(
        seq, from_micros(at), actor, act, what, bytes(hashed).hex(), json.loads(content) if content else None, erased
    )


def _letters(session: Session, entity: str, wanted: Wanted) -> list[Letter]:
    table, _, key = entity.partition(":")
    about = "o.assessment_id = :key" if table == "assessment" else "o.assessment_id IS NULL AND o.round_id = :key"
    sql = f"{LETTER} {about} AND o.id < :before AND o.due_at < :until ORDER BY o.id DESC LIMIT {PAGE + 1}"
    given = {"key": int(key), "before": wanted.mail or LAST, "until": _until(wanted)}
    rows = run(session, sql, given).fetchall()
    causes = _causes(session, entity, [row[8] for row in rows])
    return _in_order([_letter(row, causes) for row in rows])


def _causes(session: Session, entity: str, occasions: Iterable[str]) -> dict[str, int]:
    """When the rows were written that caused mails, by occasion: a mail that is tried again keeps its place."""
    own = [one for one in set(occasions) if one.startswith(f"{entity}/") and one.rpartition("/")[2].isdecimal()]
    seqs = ", ".join(str(int(one.rpartition("/")[2])) for one in own) or "NULL"
    sql = f"SELECT seq, at FROM history WHERE entity = :entity AND seq IN ({seqs})"
    return {f"{entity}/{seq}": at for seq, at in run(session, sql, {"entity": entity}).fetchall()}


def _letter(row: Sequence[Any], causes: Mapping[str, int]) -> Letter:
    key, due_at, message, account_id, status, attempts, answer, ended_at, occasion = row
    ended = None if ended_at is None else from_micros(ended_at)
    at = from_micros(causes.get(occasion, due_at))
    return Letter(key, at, message, account_id, status, attempts, answer, ended)


def _in_order(letters: Sequence[Letter]) -> list[Letter]:
    """By id, and none later than the one before it: one that was put off stands where it was queued."""
    made: list[Letter] = []
    for one in letters:
        made.append(one._replace(at=min(one.at, made[-1].at)) if made else one)
    return made


def before(session: Session, entity: str, seq: int) -> list[Line]:
    """The last rows with marks before one, the oldest first: what the marks of a page were before it."""
    acts = ", ".join(map(repr, KINDS["marks"]))
    sql = f"{LINE} AND h.seq < :before AND h.act IN ({acts}) ORDER BY h.seq DESC LIMIT {BEHIND}"
    rows = run(session, sql, {"entity": entity, "before": seq}).fetchall()
    return [as_line(row) for row in reversed(rows)]


def line(session: Session, entity: str, seq: int) -> Line | None:
    """One row of a chain."""
    row = run(session, f"{LINE} AND h.seq = :seq", {"entity": entity, "seq": seq}).fetchone()
    return None if row is None else as_line(row)


def through(session: Session, entity: str, seq: int) -> list[Line]:
    """The chain up to a row, in order."""
    sql = f"{LINE} AND h.seq <= :seq ORDER BY h.seq"
    return [as_line(row) for row in run(session, sql, {"entity": entity, "seq": seq}).fetchall()]


class Person(NamedTuple):
    """An account as it was from an instant on."""

    since: datetime
    name: str
    position: str
    email: str


class Held(NamedTuple):
    """A role that an account held over a time, in one round or for one subject where these are named."""

    role: str
    subject_id: int | None
    round_id: int | None
    since: datetime
    until: datetime | None


class Declared(NamedTuple):
    """Who an account said it was, from a row on: those who share a mailbox say so each time."""

    seq: int
    actor: str
    name: str
    position: str


class People(NamedTuple):
    """Everybody a page names, as they were over time."""

    persons: Mapping[int, Sequence[Person]]
    roles: Mapping[int, Sequence[Held]]
    declared: Sequence[Declared]

    def person(self, account_id: int, at: datetime) -> Person | None:
        """An account as it was then."""
        known = self.persons.get(account_id, ())
        return next((one for one in reversed(known) if one.since <= at), known[0] if known else None)

    def held(self, account_id: int, at: datetime, subjects: Collection[int], round_id: int) -> list[str]:
        """The roles an account held then for these subjects or this round."""
        found = (one for one in self.roles.get(account_id, ()) if one.since <= at and (not one.until or at < one.until))
        mine = (one for one in found if one.round_id in {None, round_id} and one.subject_id in {None, *subjects})
        return list(dict.fromkeys(one.role for one in mine))

    def said(self, line: Line) -> Declared | None:
        """Who the account of a row last said it was before it."""
        earlier = (one for one in self.declared if one.actor == line.actor and one.seq <= line.seq)
        return next(earlier, None)


def people(session: Session, entity: str, accounts: Collection[int], newest: int) -> People:
    """What is known of accounts, and the last declarations up to a row, in three queries."""
    among = ", ".join(str(int(one)) for one in sorted(accounts)) or "NULL"
    persons: dict[int, list[Person]] = {}
    sql = f"SELECT account_id, since, name, position, email FROM accountversion WHERE account_id IN ({among})"
    for key, since, name, position, email in run(session, f"{sql} ORDER BY account_id, since").fetchall():
        persons.setdefault(key, []).append(Person(from_micros(since), name, position, email))
    return People(persons, _roles(session, among), _declared(session, entity, newest))


def _roles(session: Session, among: str) -> dict[int, list[Held]]:
    sql = (
        "SELECT account_id, role, subject_id, round_id, granted_at, ended_at FROM account_grant "
        f"WHERE account_id IN ({among}) ORDER BY id"
    )
    roles: dict[int, list[Held]] = {}
    for key, role, subject_id, round_id, since, until in run(session, sql).fetchall():
        ended = None if until is None else from_micros(until)
        roles.setdefault(key, []).append(Held(role, subject_id, round_id, from_micros(since), ended))
    return roles


def _declared(session: Session, entity: str, newest: int) -> list[Declared]:
    sql = f"{LINE} AND h.act = 'declare_person' AND h.seq <= :newest ORDER BY h.seq DESC LIMIT {DECLARATIONS}"
    lines = map(as_line, run(session, sql, {"entity": entity, "newest": newest}).fetchall())
    return [Declared(one.seq, one.actor, one.content["name"], one.content["position"]) for one in lines if one.content]


def papers(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str | None, str, str, bool]]:
    """Documents by id: number, date (ISO), signer, title, and whether they are marked *Mật*."""
    among = ", ".join(str(int(one)) for one in sorted(ids)) or "NULL"
    sql = f"SELECT id, number, dated, signer, title, confidential FROM document WHERE id IN ({among})"
    rows = run(session, sql).fetchall()
    return {key: (number, dated and str(dated), *rest, bool(mark)) for key, number, dated, *rest, mark in rows}


def working_subjects(session: Session, assessment_id: int) -> tuple[int, ...]:
    """The subjects whose officers and heads work on a dossier, and its superior."""
    sql = (
        "SELECT a.subject_id, a.agency_id, s.parent_id FROM assessment a JOIN subject s ON s.id = a.subject_id "
        "WHERE a.id = :id"
    )
    row = run(session, sql, {"id": assessment_id}).fetchone()
    return tuple(key for key in row if key is not None)


def things(session: Session, assessment_id: int) -> dict[int, tuple[str, str]]:
    """Every piece of evidence a dossier ever had: its criterion, and its name or address."""
    sql = "SELECT id, criterion, name, address FROM evidence WHERE assessment_id = :id ORDER BY id"
    rows = run(session, sql, {"id": assessment_id}).fetchall()
    return {key: (criterion, name or address) for key, criterion, name, address in rows}
