"""Who acts."""

from typing import NamedTuple


class Actor(NamedTuple):
    """An account, a person at the console, or the system itself; `name` is what history keeps."""

    name: str
    account_id: int | None = None
    standing: frozenset[str] = frozenset()


SYSTEM = Actor("system", standing=frozenset({"system"}))


def account(account_id: int) -> Actor:
    """A signed-in account: its relations come from its grants alone."""
    return Actor(f"account:{account_id}", account_id)


def console(user: str) -> Actor:
    """A person with a shell on the server: acts as cycle administrator and is named in history."""
    return Actor(f"console:{user}", standing=frozenset({"administrator"}))
