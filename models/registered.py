"""The register as it stands: subjects with their superiors and links, and who holds their places."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import Session

from config.register import RegisterRow
from models.db import among, listed, run
from models.types import from_day

SUBJECTS = (
    "SELECT s.id, s.code, s.name, s.kind, s.group_name, p.code, s.active, s.valid_from, s.valid_to, s.post, s.since, "
    "s.body FROM subject s LEFT JOIN subject p ON p.id = s.parent_id"
)
HOLDERS = (
    "SELECT g.subject_id, g.role, a.email, a.name, a.position FROM account_grant g "
    "JOIN account a ON a.id = g.account_id "
    "WHERE g.subject_id IS NOT NULL AND g.ended_at IS NULL AND g.role IN ('officer', 'head')"
)
LINKS = "SELECT l.subject_id, l.link, o.code FROM subject_link l JOIN subject o ON o.id = l.other_id"


class Holder(NamedTuple):
    """Who holds a place of a subject: address, and name and position of the account."""

    email: str
    name: str
    position: str


class Listed(NamedTuple):
    """A subject as the list of units shows it."""

    id: int
    code: str
    name: str
    kind: str
    group: str
    parent: str | None
    active: bool
    valid_from: date | None
    valid_to: date | None
    post: str
    since: date | None
    body: str

    def exists_on(self, day: date) -> bool:
        """Whether it is active and exists on that day."""
        return self.active and (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


Places = Mapping[tuple[int, str], Sequence[Holder]]
"""The holders of each place: of a subject by its id, and the role."""


def subjects(session: Session, codes: Collection[str] | None = None) -> list[Listed]:
    """All subjects, or those of some codes, by name."""
    some = codes is not None
    condition = f" WHERE s.code {among(session)}" if some else ""
    given = {"among": listed(session, codes or ())} if some else {}
    found = run(session, f"{SUBJECTS}{condition} ORDER BY s.name, s.id", given).fetchall()
    return [_listed(row) for row in found]


def _listed(row: Sequence[Any]) -> Listed:
    values = list(row)
    values[6] = bool(row[6])
    for index in (7, 8, 10):
        values[index] = from_day(row[index])
    return Listed._make(values)


def places(session: Session, ids: Collection[int]) -> Places:
    """Who holds the places of some subjects, the first holder first."""
    sql = f"{HOLDERS} AND g.subject_id {among(session)} ORDER BY g.id"
    found: dict[tuple[int, str], list[Holder]] = defaultdict(list)
    for key, role, *holder in run(session, sql, {"among": listed(session, ids)}).fetchall():
        found[key, role].append(Holder._make(holder))
    return found


def standing(session: Session, chosen: Sequence[Listed]) -> Iterator[RegisterRow]:
    """Some subjects as rows of a register that could be imported again; of several holders the first."""
    held = places(session, [one.id for one in chosen])
    links = _links(session, [one.id for one in chosen])
    for one in chosen:
        yield _row(one, held, links[one.id])


def _links(session: Session, ids: Collection[int]) -> Mapping[int, Mapping[str, list[str]]]:
    sql = f"{LINKS} WHERE l.subject_id {among(session)} ORDER BY o.code"
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, link, code in run(session, sql, {"among": listed(session, ids)}).fetchall():
        found[key][link].append(code)
    return found


def _row(one: Listed, held: Places, links: Mapping[str, Sequence[str]]) -> RegisterRow:
    officer, head = (next(iter(held.get((one.id, role), ())), Holder("", "", "")) for role in ("officer", "head"))
    return RegisterRow(
        code=one.code,
        name=one.name,
        kind=one.kind,
        group=one.group,
        parent=one.parent,
        holder=officer.position or officer.name or one.name,
        officer=officer.name if officer.position else "",
        email_officer=officer.email,
        head=head.name if head.position else "",
        email_head=head.email,
        active=one.active,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        note="",
        leads=tuple(links.get("leads", ())),
        member_of=tuple(links.get("member_of", ())),
        peer_of=tuple(links.get("peer_of", ())),
        post=one.post,
        since=one.since,
        body=one.body,
    )
