"""Who acts."""

from typing import NamedTuple


class Actor(NamedTuple):
    """An account, a person at the console, or the system itself; `name` is what history keeps.

    `approved_by` is the account of the second person where one act takes two.
    """

    name: str
    account_id: int | None = None
    standing: frozenset[str] = frozenset()
    approved_by: int | None = None


SYSTEM = Actor("system", standing=frozenset({"system"}))


def account(account_id: int) -> Actor:
    """A signed-in account: its relations come from its grants alone."""
    return Actor(f"account:{account_id}", account_id)


def by_token(account_id: int, token_id: int) -> Actor:
    """An account for which a program works by a token: history names both."""
    return Actor(f"account:{account_id}+token:{token_id}", account_id)


def console(user: str) -> Actor:
    """A person with a shell on the server: acts as cycle administrator and is named in history."""
    return Actor(f"console:{user}", standing=frozenset({"administrator"}))


def together(requester: int, approver: int) -> Actor:
    """Two people in one act: it is the requester's, as far as permits go, and history names both."""
    return Actor(f"account:{requester}+account:{approver}", requester, approved_by=approver)


def accounts_of(name: str) -> tuple[int, ...]:
    """The accounts in a name that history keeps: one, two where an act took two people, else none."""
    kinds = (part.partition(":") for part in name.split("+"))
    return tuple(int(key) for kind, _, key in kinds if kind == "account" and key.isdecimal())


def token_of(name: str) -> int | None:
    """The token in a name that history keeps; None where no program worked."""
    kinds = (part.partition(":") for part in name.split("+"))
    return next((int(key) for kind, _, key in kinds if kind == "token" and key.isdecimal()), None)
