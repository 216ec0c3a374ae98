"""Accounts, what they may do, and where their mail goes. History bodies hold ids of accounts, no names or addresses."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, select

from actions.documents import one_line
from actions.owners import orphans
from config.vocabulary import RELATIONS, Relation
from models.db import run
from models.mail import Outbox
from models.people import Account, AccountVersion, Grant, Subject, account_by_email
from states.actor import Actor
from states.errors import Refusal, Refused, Unknown, refuse
from states.history import record, record_installation
from states.hold import hold_round
from states.keys import ROLES, demand_two
from states.permits import demand_everywhere, demand_round

ON_SUBJECT = frozenset({Relation.OFFICER, Relation.HEAD})
BY_BODY = frozenset({"administrator", "lead", "authority", "secretary"})
GRANTED = frozenset(Relation) - {Relation.SYSTEM, Relation.SUPERIOR}
CONCERNED = (
    "SELECT max(r.id) FROM round r JOIN account_grant g ON g.account_id = :account AND g.ended_at IS NULL "
    "WHERE r.launched_at IS NOT NULL AND (g.round_id = r.id OR (g.round_id IS NULL AND g.subject_id IS NULL) OR "
    "EXISTS (SELECT 1 FROM assessment a WHERE a.round_id = r.id AND a.subject_id = g.subject_id))"
)


def address(written: str) -> str:
    """An address as it is kept (NFC, lower case); Refused when it has not the form of one. Test domains will do."""
    text = unicodedata.normalize("NFC", written).strip()
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise refuse("email", f"Địa chỉ thư «{text}» không hợp lệ.") from None
    return found.normalized.lower()


def add_account(
    session: Session, email: str, *, name: str = "", position: str = "", actor: Actor, now: datetime
) -> int:
    """Make an account and return its id; Refused when the address is taken."""
    demand_everywhere(session, actor, "administer")
    made = Account(email=_free(session, email), name=one_line(name), position=one_line(position))
    session.add(made)
    session.flush()
    remember(session, made, now)
    account_id = made.id
    record_installation(session, "add_account", {"account": account_id}, actor=actor, now=now)
    return account_id


def rename(session: Session, account_id: int, name: str, position: str, *, actor: Actor, now: datetime) -> None:
    """Correct name and position of an account; what they were before stays as a dated version."""
    demand_everywhere(session, actor, "administer")
    account = _find(session, account_id)
    if not one_line(name):
        raise refuse("name", "Ghi họ và tên, hoặc tên cơ quan của tài khoản dùng chung.")
    account.name, account.position = one_line(name), one_line(position)
    remember(session, account, now)
    record_installation(session, "rename_account", {"account": account_id}, actor=actor, now=now)


def remember(session: Session, account: Account, now: datetime) -> None:
    """Keep name, position and address of an account as they are from now on."""
    version = AccountVersion(
        account_id=account.id, since=now, email=account.email, name=account.name, position=account.position
    )
    session.merge(version)
    session.flush()


def grant(
    session: Session,
    account_id: int,
    role: str,
    *,
    subject_id: int | None = None,
    round_id: int | None = None,
    body: str | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Give an account a role and return the grant's id; a role that it has already is not given twice.

    `officer` and `head` are of a subject, every other role is in one round or in all, and with `body` only where
    that body decides (HT-10). A role in one round is recorded on that round's chain and may be given by its
    administrator. Nobody gives a role to himself, and a privileged one takes two people.
    """
    scope = {"subject_id": subject_id, "round_id": round_id}
    wanted = asked_for(session, account_id, role, **scope, body=body, actor=actor, now=now)
    standing = same(session, wanted)
    if standing is not None:
        return standing.id
    if role in ROLES:
        demand_two(actor)
    session.add(wanted)
    session.flush()
    grant_id = wanted.id
    _record(session, "grant", wanted, actor, now)
    return grant_id


def asked_for(
    session: Session,
    account_id: int,
    role: str,
    *,
    subject_id: int | None = None,
    round_id: int | None = None,
    body: str | None = None,
    actor: Actor,
    now: datetime,
) -> Grant:
    """The grant that is asked for, not yet given; Refused, Unknown or NotAllowed where it cannot be, by one person."""
    _check_scope(role, subject_id, round_id, body)
    account = _find(session, account_id)
    if subject_id is not None and session.get(Subject, subject_id) is None:
        raise Unknown(f"đơn vị số {subject_id}")
    wanted = Grant(account_id=account_id, role=role, subject_id=subject_id, round_id=round_id, granted_at=now)
    wanted.body = body
    demand_over(session, wanted, actor, now)
    _demand_not_own(account, actor)
    return wanted


def end_grant(session: Session, grant_id: int, *, reason: str = "", actor: Actor, now: datetime) -> None:
    """Take a role away; what has ended stays as it ended. Refused where something would be left without anybody."""
    found = session.get(Grant, grant_id)
    if found is None:
        raise Unknown(f"quyền số {grant_id}")
    demand_over(session, found, actor, now)
    if found.ended_at is None:
        refuse_all(orphans(session, [found]))
        found.ended_at = now
        session.flush()
        _record(session, "end_grant", found, actor, now, reason)


def refuse_all(found: Sequence[Refusal]) -> None:
    """Refused with everything that was found, if anything was."""
    if found:
        raise Refused(found)


def change_address(session: Session, account_id: int, email: str, *, actor: Actor, now: datetime) -> None:
    """Send an account's mail elsewhere; the new address and the old one are told (`address_changed`).

    The mail to the old address carries it as parameter `to`. Where no round ever concerned the account, there is
    nothing to write about and nobody is told.
    """
    demand_everywhere(session, actor, "administer")
    account = _find(session, account_id)
    old, new = account.email, address(email)
    if new == old:
        raise refuse("email", "Địa chỉ mới trùng với địa chỉ đang dùng.")
    account.email = _free(session, new)
    remember(session, account, now)
    row = record_installation(session, "change_address", {"account": account_id}, actor=actor, now=now)
    occasion = f"{row.entity}/{row.seq}"
    tell_change(session, account_id, occasion, now=now)
    tell_change(session, account_id, f"{occasion}/old", to=old, now=now)


def tell_change(session: Session, account_id: int, occasion: str, *, to: str | None = None, now: datetime) -> None:
    """Queue `address_changed` to an account, or to `to` in its stead, in the last round that concerns the account."""
    round_id = run(session, CONCERNED, {"account": account_id}).fetchone()[0]
    if round_id is not None:
        parameters = json.dumps({} if to is None else {"to": to})
        mail = {"round_id": round_id, "account_id": account_id, "occasion": occasion, "due_at": now}
        session.add(Outbox(message="address_changed", parameters=parameters, **mail))
        session.flush()


def _free(session: Session, email: str) -> str:
    wanted = address(email)
    if account_by_email(session, wanted) is not None:
        raise refuse("email", f"Địa chỉ thư «{wanted}» đã thuộc về một tài khoản khác.")
    return wanted


def _find(session: Session, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise Unknown(f"tài khoản số {account_id}")
    return found


def _demand_not_own(account: Account, actor: Actor) -> None:
    if not account.active:
        raise refuse("account_active", "Tài khoản đã ngừng hoạt động; không cấp vai trò được.")
    if account.id in {actor.account_id, actor.approved_by}:
        raise refuse("own_grant", "Không ai tự cấp hoặc tự phê duyệt vai trò cho chính mình.")


def _check_scope(role: str, subject_id: int | None, round_id: int | None, body: str | None) -> None:
    if role not in GRANTED:
        known = ", ".join(sorted(GRANTED))
        raise refuse("role", f"Không có vai trò «{role}» (có: {known}).")
    label = RELATIONS[Relation(role)]
    if role in ON_SUBJECT and (subject_id is None or round_id is not None):
        raise refuse("scope", f"Vai trò «{label}» phải gắn với đúng một đơn vị, không gắn với đợt.")
    if role not in ON_SUBJECT and subject_id is not None:
        raise refuse("scope", f"Vai trò «{label}» không gắn với đơn vị; chỉ gắn với đợt hoặc với mọi đợt.")
    if body is not None and role not in BY_BODY:
        raise refuse("scope", f"Vai trò «{label}» không gắn với cấp có thẩm quyền quyết định.")


def demand_over(session: Session, wanted: Grant, actor: Actor, now: datetime) -> None:
    """NotAllowed for whoever may not give or end such a role; a role in one round holds the round."""
    if wanted.round_id is None:
        demand_everywhere(session, actor, "administer")
    else:
        hold_round(session, wanted.round_id, actor=actor, now=now)
        demand_round(session, actor, "administer", wanted.round_id)


def same(session: Session, wanted: Grant) -> Grant | None:
    """The grant in force that is as this one."""
    chosen = select(Grant).where(
        Grant.account_id == wanted.account_id,
        Grant.role == wanted.role,
        Grant.subject_id == wanted.subject_id,
        Grant.round_id == wanted.round_id,
        Grant.body == wanted.body,
        col(Grant.ended_at).is_(None),
    )
    return session.exec(chosen).first()


def _record(session: Session, act: str, one: Grant, actor: Actor, now: datetime, reason: str = "") -> None:
    what = {"account": one.account_id, "role": one.role, "subject": one.subject_id, "round": one.round_id}
    what |= {"body": one.body} if one.body else {}
    what |= {"reason": reason.strip()} if reason.strip() else {}
    if one.round_id is None:
        record_installation(session, act, what, actor=actor, now=now)
    else:
        record(session, hold_round(session, one.round_id, actor=actor, now=now).link, act, what, actor=actor, now=now)
