"""What taking a register over would change, said beforehand; it writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from sqlmodel import Session

from config.calendar import date_text
from config.register import HEADINGS, RegisterRow
from models.db import among, listed, run
from models.registered import Holder, Places, places, standing, subjects

COMPARED = (
    "name",
    "kind",
    "group",
    "parent",
    "active",
    "valid_from",
    "valid_to",
    "post",
    "since",
    "body",
    "leads",
    "member_of",
    "peer_of",
)
ADDRESSES = (("officer", "email_officer"), ("head", "email_head"))


class Change(NamedTuple):
    """A cell that would differ: its column, and what it says now and then."""

    column: str
    before: str
    after: str


class Line(NamedTuple):
    """What would become of a subject. `ended`: it would no longer be active, or get a last day."""

    code: str
    name: str
    what: Literal["new", "changed", "ended", "same"]
    changes: tuple[Change, ...] = ()


class Look(NamedTuple):
    """What taking a register over would do, in the order of its rows; and how many subjects it does not name."""

    lines: tuple[Line, ...]
    others: int

    def of(self, what: str) -> list[Line]:
        """The lines of one kind."""
        return [line for line in self.lines if line.what == what]


def look(session: Session, rows: Sequence[RegisterRow]) -> Look:
    """Compare a register with what stands."""
    known = subjects(session, [row.code for row in rows])
    before = {row.code: row for row in standing(session, known)}
    ids = {one.code: one.id for one in known}
    held = places(session, list(ids.values()))
    people = _People(session, rows)
    lines = tuple(_line(row, before.get(row.code), held, ids.get(row.code, 0), people) for row in rows)
    total = run(session, "SELECT count(*) FROM subject").fetchone()[0]
    return Look(lines, total - len(known))


class _People:
    """The accounts that a register names: how each is called now, and by the first row that names it."""

    def __init__(self, session: Session, rows: Sequence[RegisterRow]) -> None:
        self.wanted: dict[str, tuple[str, str]] = {}
        self.first: dict[str, tuple[str, str]] = {}
        for row in rows:
            for role, field in ADDRESSES:
                email, person = getattr(row, field).lower(), getattr(row, role)
                if email and email not in self.wanted:
                    self.wanted[email] = (person, row.holder) if person else (row.holder, "")
                    self.first[email] = (row.code, role)
        sql = f"SELECT email, name, position FROM account WHERE email {among(session)}"
        found = run(session, sql, {"among": listed(session, self.wanted)}).fetchall()
        self.known = {email: (name, position) for email, name, position in found}

    def renamed(self, code: str, role: str, email: str) -> Change | None:
        """The name an account would get by this row."""
        if self.first.get(email) != (code, role) or self.known.get(email) in {None, self.wanted[email]}:
            return None
        before, after = (", ".join(filter(None, one)) for one in (self.known[email], self.wanted[email]))
        return Change(HEADINGS[role], before, after)


def _line(row: RegisterRow, before: RegisterRow | None, held: Places, key: int, people: _People) -> Line:
    if before is None:
        return Line(row.code, row.name, "new")
    changes = (*_cells(row, before), *_holders(row, held, key, people))
    ends = (before.active and not row.active) or (row.valid_to is not None and row.valid_to != before.valid_to)
    return Line(row.code, row.name, "ended" if ends else "changed" if changes else "same", changes)


def _cells(row: RegisterRow, before: RegisterRow) -> Iterator[Change]:
    for field in COMPARED:
        old, new = getattr(before, field), getattr(row, field)
        differs = set(old) != set(new) if isinstance(new, tuple) else old != new
        if differs:
            yield Change(HEADINGS[field], _shown(old), _shown(new))


def _holders(row: RegisterRow, held: Places, key: int, people: _People) -> Iterator[Change]:
    for role, field in ADDRESSES:
        email = getattr(row, field).lower()
        now: Sequence[Holder] = held.get((key, role), ())
        if email and email not in {one.email for one in now}:
            yield Change(HEADINGS[field], ", ".join(one.email for one in now), email)
        elif renamed := people.renamed(row.code, role, email):
            yield renamed


def _shown(value: object) -> str:
    match value:
        case bool():
            return "có" if value else "không"
        case tuple():
            return "; ".join(value)
        case None:
            return ""
        case date():
            return date_text(value)
    return str(value)


def summary(lines: Sequence[Line]) -> Mapping[str, int]:
    """How many lines of each kind there are."""
    kinds = ("new", "changed", "ended", "same")
    return {kind: sum(line.what == kind for line in lines) for kind in kinds}
