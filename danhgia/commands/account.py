"""`danhgia account`: who may sign in, and as what."""

from datetime import datetime
from typing import Annotated, NamedTuple

import typer
from sqlmodel import Session

from actions.accounts import add_account, grant
from actions.sign_in import give_key
from danhgia.commands import show
from danhgia.commands.options import As, AsJson, group
from danhgia.edge import actor_of, opened
from models.people import account_by_email, subjects_by_code
from states.actor import Actor
from states.errors import Unknown

app = group("Add accounts, grant them roles, and let them in by telephone.")


class Scope(NamedTuple):
    """What a role is limited to: a round, a subject by its code, or nothing."""

    round_id: int | None = None
    subject: str | None = None


class Wish(NamedTuple):
    """An account that is to have a role."""

    email: str
    name: str
    position: str
    role: str
    scope: Scope


class Given(NamedTuple):
    """The account and its role."""

    account: int
    grant: int


class Told(NamedTuple):
    """A one-time code, to be told by telephone, and the link that does the same."""

    code: str
    link: str


def read_scope(text: str) -> Scope:
    """A scope written `round:ID`, `subject:CODE` or `all`."""
    kind, _, name = text.partition(":")
    if text == "all":
        return Scope()
    if kind == "round" and name.isdecimal():
        return Scope(round_id=int(name))
    if kind == "subject" and name:
        return Scope(subject=name)
    raise typer.BadParameter(f"{text!r} is not round:ID, subject:CODE or all")


@app.command()
def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address of a person or a shared mailbox.")],
    role: Annotated[
        str, typer.Option(help="Such as administrator, officer, head, appraiser, lead, authority, auditor.")
    ],
    scope: Annotated[
        Scope | None,
        typer.Option(parser=read_scope, metavar="round:ID|subject:CODE|all", help="What the role is limited to."),
    ] = None,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    position: Annotated[str, typer.Option(help="The person's position.")] = "",
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Give a role to the account of an address; adds the account when there is none."""
    wish = Wish(email, name, position, role, scope or Scope())
    with opened() as here:
        now = here.clock.now()
        given = here.act(lambda session: _give(session, wish, actor=actor_of(session, account), now=now))
    show.tell(given._asdict(), f"account {given.account} ({email}): {role}", as_json=as_json)


@app.command()
def code(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address of the account.")],
    without_second: Annotated[
        bool, typer.Option("--without-second", help="Also take away a second factor that was lost.")
    ] = False,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Make a one-time code, to be told over the telephone: it signs a unit in; a privileged role sets a password by it.

    In a rehearsal it signs every role in.
    """
    with opened() as here:
        now, base = here.clock.now(), here.settings.base_url.rstrip("/")

        def make(session: Session) -> Told:
            key_of, actor = _account(session, email), actor_of(session, account)
            key = give_key(session, key_of, without_second=without_second, actor=actor, now=now)
            return Told(key.code, f"{base}/s/{key.token}")

        told = here.act(make)
    show.tell(told._asdict(), f"{told.code[:4]} {told.code[4:]}\n{told.link}", as_json=as_json)


def _account(session: Session, email: str) -> int:
    found = account_by_email(session, email)
    if found is None:
        raise Unknown(f"tài khoản {email}")
    return found.id


def _give(session: Session, wish: Wish, *, actor: Actor, now: datetime) -> Given:
    found = account_by_email(session, wish.email)
    name, position = wish.name, wish.position
    key = found.id if found else add_account(session, wish.email, name=name, position=position, actor=actor, now=now)
    subject, of_round = _subject(session, wish.scope), wish.scope.round_id
    return Given(key, grant(session, key, wish.role, subject_id=subject, round_id=of_round, actor=actor, now=now))


def _subject(session: Session, scope: Scope) -> int | None:
    if scope.subject is None:
        return None
    found = subjects_by_code(session, [scope.subject]).get(scope.subject)
    if found is None:
        raise Unknown(f"đơn vị mang mã {scope.subject}")
    return found.id
