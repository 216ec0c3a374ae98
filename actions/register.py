"""Takes a register of subjects: subjects by code, their names dated, their officers and heads with accounts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from actions.accounts import tell_change
from config.calendar import local_day
from config.register import RegisterRow
from config.vocabulary import Relation
from models.db import among, listed, reserve_ids, run, run_many
from models.types import to_micros
from states.actor import Actor
from states.history import record_installation
from states.permits import demand_everywhere

FIELDS = ("name", "kind", "group_name", "valid_from", "valid_to", "active", "post", "since", "body", "parent_id")
DATES = ("valid_from", "valid_to", "since")
LINKS = ("leads", "member_of", "peer_of")
SET = ", ".join(f"{name} = :{name}" for name in FIELDS)
NEW = FIELDS[:-1]
INSERT = (
    f"INSERT INTO subject (id, code, {', '.join(NEW)}) VALUES (:id, :code, {', '.join(f':{name}' for name in NEW)})"
)
NAME = (
    "INSERT INTO subjectname (subject_id, since, name) VALUES (:id, :since, :name) "
    "ON CONFLICT (subject_id, since) DO UPDATE SET name = excluded.name"
)
VERSION = (
    "INSERT INTO accountversion (account_id, since, email, name, position) "
    "VALUES (:id, :since, :email, :name, :position) ON CONFLICT (account_id, since) DO UPDATE SET "
    "email = excluded.email, name = excluded.name, position = excluded.position"
)
Place = tuple[int, str]


class Taken(NamedTuple):
    """Codes of the subjects that are new and of those that differ from before; ids of the accounts made."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    accounts: tuple[int, ...]


class _People(NamedTuple):
    """Accounts by address; which were made, which have another name; and who holds which place of which subject."""

    ids: Mapping[str, int]
    made: tuple[int, ...]
    renamed: tuple[int, ...]


class _Change(NamedTuple):
    """A place of a subject that passes to an account; the grants that end, by id, with their accounts."""

    place: Place
    account_id: int
    ended: Mapping[int, int]


def take_register(session: Session, rows: Sequence[RegisterRow], *, actor: Actor, now: datetime) -> Taken:
    """Make the subjects, accounts and grants what the register says; taking it again changes nothing.

    The rows are those of `load_register`. Subjects that are not in it stay as they are; so do the officers and heads
    of a row without addresses. Whoever held a place that passes to another address loses it, and both are told
    (`address_changed`) as far as a round concerns them. One history row tells everything by ids.
    """
    demand_everywhere(session, actor, "administer")
    ids, created, changed = _take_subjects(session, rows, local_day(now))
    people = _take_accounts(session, rows, now)
    changes = _changes(session, rows, ids, people.ids)
    what = {
        "created": [ids[code] for code in created],
        "changed": [ids[code] for code in changed],
        "accounts": people.made,
        "renamed": people.renamed,
        "grants": [[change.account_id, change.place[1], change.place[0]] for change in changes],
        "ended": sorted(grant_id for change in changes for grant_id in change.ended),
    }
    if any(what.values()):
        row = record_installation(session, "take_register", what, actor=actor, now=now)
        _hand_over(session, changes, f"{row.entity}/{row.seq}", now)
    return Taken(created, changed, people.made)


def _take_subjects(
    session: Session, rows: Sequence[RegisterRow], today: date
) -> tuple[dict[str, int], tuple[str, ...], tuple[str, ...]]:
    codes = {row.code for row in rows} | {row.parent for row in rows if row.parent}
    codes |= {other for row in rows for link in LINKS for other in getattr(row, link)}
    before = _subjects(session, codes)
    ids = {code: key for code, (key, _) in before.items()}
    created = [row for row in rows if row.code not in before]
    fresh = reserve_ids(session, "subject", len(created))
    ids |= {row.code: key for row, key in zip(created, fresh, strict=True)}
    wanted = {row.code: _wanted(row, ids) for row in rows}
    changed = [row for row in rows if row.code in before and before[row.code][1] != wanted[row.code]]
    run_many(session, INSERT, [{**wanted[row.code], "id": ids[row.code], "code": row.code} for row in created])
    linked = [row for row in created if row.parent]
    update = f"UPDATE subject SET {SET} WHERE id = :id"
    run_many(session, update, [{**wanted[row.code], "id": ids[row.code]} for row in (*linked, *changed)])
    _date_names(session, ids, created, [row for row in changed if before[row.code][1]["name"] != row.name], today)
    relinked = _take_links(session, rows, ids)
    changed += [row for row in rows if row.code in before and ids[row.code] in relinked and row not in changed]
    return ids, tuple(row.code for row in created), tuple(row.code for row in changed)


def _take_links(session: Session, rows: Sequence[RegisterRow], ids: Mapping[str, int]) -> set[int]:
    """Make the links of the subjects what the register says; returns those whose links changed."""
    wanted = {(ids[row.code], link, ids[other]) for row in rows for link in LINKS for other in getattr(row, link)}
    sql = f"SELECT subject_id, link, other_id FROM subject_link WHERE subject_id {among(session)}"
    own = {"among": listed(session, [ids[row.code] for row in rows])}
    there = {tuple(row) for row in run(session, sql, own).fetchall()}
    delete = "DELETE FROM subject_link WHERE subject_id = :id AND link = :link AND other_id = :other"
    insert = "INSERT INTO subject_link (subject_id, link, other_id) VALUES (:id, :link, :other)"
    for statement, rows_of in ((delete, there - wanted), (insert, wanted - there)):
        run_many(
            session, statement, [{"id": key, "link": link, "other": other} for key, link, other in sorted(rows_of)]
        )
    return {key for key, _, _ in there ^ wanted}


def _subjects(session: Session, codes: Iterable[str]) -> dict[str, tuple[int, dict[str, Any]]]:
    sql = f"SELECT code, id, {', '.join(FIELDS)} FROM subject WHERE code {among(session)}"
    found = run(session, sql, {"among": listed(session, codes)}).fetchall()
    return {code: (key, _plain(values)) for code, key, *values in found}


def _plain(values: Sequence[Any]) -> dict[str, Any]:
    named = dict(zip(FIELDS, values, strict=True))
    dates = {name: str(named[name]) for name in DATES if named[name] is not None}
    return named | dates | {"active": bool(named["active"])}


def _wanted(row: RegisterRow, ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "group_name": row.group,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "active": row.active,
        "post": row.post,
        "since": row.since.isoformat() if row.since else None,
        "body": row.body,
        "parent_id": ids[row.parent] if row.parent else None,
    }


def _date_names(
    session: Session,
    ids: Mapping[str, int],
    created: Iterable[RegisterRow],
    renamed: Iterable[RegisterRow],
    today: date,
) -> None:
    dated = [(row, row.valid_from or today) for row in created] + [(row, today) for row in renamed]
    names = [{"id": ids[row.code], "since": since.isoformat(), "name": row.name} for row, since in dated]
    run_many(session, NAME, names)


def _holders(rows: Iterable[RegisterRow]) -> Iterable[tuple[str, Relation, str, str, RegisterRow]]:
    for row in rows:
        for role, email, person in (
            (Relation.OFFICER, row.email_officer, row.officer),
            (Relation.HEAD, row.email_head, row.head),
        ):
            if email:
                yield row.code, role, email.strip().lower(), person, row


def _take_accounts(session: Session, rows: Sequence[RegisterRow], now: datetime) -> _People:
    wanted: dict[str, dict[str, Any]] = {}
    for _, _, email, person, row in _holders(rows):
        said = {"name": person, "position": row.holder} if person else {"name": row.holder, "position": ""}
        wanted.setdefault(email, {**said, "email": email, "since": to_micros(now)})
    sql = f"SELECT email, id, name, position FROM account WHERE email {among(session)}"
    before = {row[0]: row[1:] for row in run(session, sql, {"among": listed(session, wanted)}).fetchall()}
    made = [email for email in wanted if email not in before]
    ids = {email: row[0] for email, row in before.items()}
    ids |= dict(zip(made, reserve_ids(session, "account", len(made)), strict=True))
    people = {email: {**said, "id": ids[email]} for email, said in wanted.items()}
    renamed = [email for email, row in before.items() if row[1:] != (people[email]["name"], people[email]["position"])]
    insert = (
        "INSERT INTO account (id, email, name, position, active, reminders) "
        "VALUES (:id, :email, :name, :position, :yes, :yes)"
    )
    run_many(session, insert, [{**people[email], "yes": True} for email in made])
    update = "UPDATE account SET name = :name, position = :position WHERE id = :id"
    run_many(session, update, [people[email] for email in renamed])
    run_many(session, VERSION, [people[email] for email in (*made, *renamed)])
    return _People(ids, tuple(ids[email] for email in made), tuple(ids[email] for email in renamed))


def _changes(
    session: Session, rows: Sequence[RegisterRow], ids: Mapping[str, int], accounts: Mapping[str, int]
) -> list[_Change]:
    wanted = {(ids[code], role.value): accounts[email] for code, role, email, *_ in _holders(rows)}
    held: dict[Place, dict[int, int]] = {}
    sql = (
        "SELECT subject_id, role, id, account_id FROM account_grant "
        f"WHERE ended_at IS NULL AND role IN ('officer', 'head') AND subject_id {among(session)}"
    )
    subjects = {subject_id for subject_id, _ in wanted}
    for subject_id, role, grant_id, account_id in run(session, sql, {"among": listed(session, subjects)}).fetchall():
        held.setdefault((subject_id, role), {})[grant_id] = account_id
    return [
        _Change(place, account_id, held.get(place, {}))
        for place, account_id in wanted.items()
        if account_id not in held.get(place, {}).values()
    ]


def _hand_over(session: Session, changes: Sequence[_Change], occasion: str, now: datetime) -> None:
    moved = [change for change in changes if change.ended]
    for account_id in sorted({account_id for change in moved for account_id in change.ended.values()}):
        tell_change(session, account_id, occasion, now=now)
    ended = [{"id": grant_id, "now": to_micros(now)} for change in moved for grant_id in change.ended]
    run_many(session, "UPDATE account_grant SET ended_at = :now WHERE id = :id", ended)
    insert = (
        "INSERT INTO account_grant (account_id, role, subject_id, granted_at) VALUES (:account, :role, :subject, :now)"
    )
    given = [
        {"account": change.account_id, "role": change.place[1], "subject": change.place[0], "now": to_micros(now)}
        for change in changes
    ]
    run_many(session, insert, given)
    session.expire_all()
    for account_id in sorted({change.account_id for change in moved}):
        tell_change(session, account_id, occasion, now=now)
