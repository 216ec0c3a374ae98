"""Limits on tries against a door, kept in the database: nobody can use them up for somebody else.

Tries are counted for one address at one client, and, far more generously, for one client. A client is a browser that
has signed in to that address before, else the network address it comes from; so a stranger in the same office, or one
who knows the address, does not shut its owner out.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.sessions import Visit
from models.db import run
from models.doors import Attempt
from models.types import from_micros, to_micros

WINDOW: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
PREFIX: Final = 64
KNOWN: Final = (
    "SELECT 1 FROM web_session s JOIN account a ON a.id = s.account_id WHERE s.device_hash = :device "
    "AND a.email = :email AND s.awaits = '' LIMIT 1"
)
COUNTED: Final = "SELECT at, whose FROM attempt WHERE door = :door AND client = :client AND at > :since ORDER BY at"


class Limit(NamedTuple):
    """How many tries a client has in a quarter of an hour: for one address, and for all together."""

    own: int
    client: int


LIMITS: Final = {
    "mail": Limit(5, 60),
    "password": Limit(10, 100),
    "code": Limit(5, 50),
    "second": Limit(5, 50),
    "oidc": Limit(100, 100),
}


class Try(NamedTuple):
    """One try: at which door, for whose address, from which client."""

    door: str
    whose: bytes
    client: str


def the_try(session: Session, door: str, email: str, visit: Visit) -> Try:
    """The try of a browser for an address, whether or not there is such an account."""
    typed = email.strip().lower()
    return Try(door, sha256(typed.encode()).digest(), _client(session, typed, visit))


def _client(session: Session, email: str, visit: Visit) -> str:
    if run(session, KNOWN, {"device": visit.device_hash, "email": email}).fetchone():
        return f"device:{visit.device_hash.hex()}"
    return f"address:{network(visit.client)}"


def network(client: str) -> str:
    """The address, or the network that one subscriber has of IPv6."""
    try:
        found = ip_address(client)
    except ValueError:
        return client
    return str(ip_network(f"{found}/{PREFIX}", strict=False)) if isinstance(found, IPv6Address) else str(found)


def wait_until(session: Session, one: Try, *, now: datetime) -> datetime | None:
    """When the next try may be made; None when it may be made now."""
    given = {"door": one.door, "client": one.client, "since": to_micros(now - WINDOW)}
    rows = run(session, COUNTED, given).fetchall()
    own, limit = [at for at, whose in rows if bytes(whose) == one.whose], LIMITS[one.door]
    counted = ((own, limit.own), ([at for at, _ in rows], limit.client))
    full = [tries[-most] for tries, most in counted if len(tries) >= most]
    return from_micros(max(full)) + WINDOW if full else None


def count(session: Session, one: Try, *, now: datetime) -> None:
    """Count a try; those of the day before are forgotten."""
    given = {"door": one.door, "client": one.client, "before": to_micros(now - KEPT)}
    run(session, "DELETE FROM attempt WHERE door = :door AND client = :client AND at < :before", given)
    session.add(Attempt(door=one.door, client=one.client, whose=one.whose, at=now))
    session.flush()


MINUTE: Final = timedelta(minutes=1)
A_MINUTE: Final = 600
"""So many requests a minute may a program make by one token."""
SPEND: Final = (
    "UPDATE api_token SET used_at = :now, spent = CASE WHEN window_at > :since THEN spent + 1 ELSE 1 END, "
    "window_at = CASE WHEN window_at > :since THEN window_at ELSE :now END WHERE id = :id "
    "AND (window_at <= :since OR spent < :most) RETURNING window_at"
)


def spend(session: Session, token_id: int, *, now: datetime) -> datetime | None:
    """Count a request by a token, which was used now; None, or until when no other is taken."""
    given = {"id": token_id, "now": to_micros(now), "since": to_micros(now - MINUTE), "most": A_MINUTE}
    if run(session, SPEND, given).fetchone() is not None:
        return None
    found = run(session, "SELECT window_at FROM api_token WHERE id = :id", {"id": token_id}).fetchone()
    return from_micros(found[0]) + MINUTE
