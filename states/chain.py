"""The form of a history row: canonical JSON, linked by SHA-256 (DESIGN §5). Pure."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from models.types import EPOCH, to_micros

FORMAT = 1
quoted = encode_basestring


class Link(NamedTuple):
    """The end of a chain: the entity, the number of its last row, its hash and its instant."""

    entity: str
    round_id: int | None
    seq: int
    head: bytes
    at: datetime


class Row(NamedTuple):
    """One history row, ready to be written; `at` in microseconds."""

    entity: str
    seq: int
    v: int
    body: str
    prev_hash: bytes
    hash: bytes
    round_id: int | None
    at: int
    actor: str
    act: str


def canonical(value: Any) -> str:  # noqa: ANN401  any JSON value
    """JSON as RFC 8785 writes it, for strings, safe integers, booleans, null, lists, and maps with ASCII keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _to_the_second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def iso(instant: datetime) -> str:
    """An instant as UTC text with microseconds, such as 2026-12-09T16:59:59.999999Z."""
    return iso_micros(to_micros(instant))


@lru_cache(maxsize=4096)
def iso_micros(micros: int) -> str:
    """As `iso`, of microseconds since the epoch; the rows of one act on many share their instant."""
    return f"{_to_the_second(micros // 1_000_000)}.{micros % 1_000_000:06}Z"


def preamble(act: str, at: int, actor: str, entity: str, round_id: int | None, seq: int, v: int = FORMAT) -> str:
    """How the body of a row opens: its columns, in the order of their keys; `at` in microseconds."""
    of_round = "null" if round_id is None else round_id
    return (
        f'{{"act":{quoted(act)},"at":"{iso_micros(at)}","by":{quoted(actor)},"entity":{quoted(entity)},'
        f'"round":{of_round},"seq":{seq},"v":{v}'
    )


def digest(prev_hash: bytes, body: str) -> bytes:
    """SHA-256 over the previous hash and the stored bytes of the body."""
    return sha256(prev_hash + body.encode()).digest()


def follow(link: Link, act: str, what: Mapping[str, Any], *, actor: str, now: datetime) -> Row:
    """The row after `link`; its instant never lies before the link's."""
    end = End(link.entity, link.round_id, link.seq, link.head, to_micros(link.at))
    return extend(end, act, canonical(dict(what)), actor=actor, now=to_micros(now))


class End(NamedTuple):
    """A link as it is stored: its instant in microseconds."""

    entity: str
    round_id: int | None
    seq: int
    head: bytes
    at: int


def extend(end: End, act: str, told: str, *, actor: str, now: int) -> Row:
    """As `follow`, of what is told in canonical form already: the rows of one act on many say the same of each."""
    entity, round_id, last, head, since = end
    at, seq = max(now, since), last + 1
    body = f'{preamble(act, at, actor, entity, round_id, seq)},"what":{told}}}'
    return Row(entity, seq, FORMAT, body, head, digest(head, body), round_id, at, actor, act)
