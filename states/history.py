"""The history: written with every act, verified row by row, sealed (DESIGN §5)."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from sqlmodel import Session

from models.columns import Chained
from models.db import bytes_of, driver, entropy, is_sqlite, run, stream
from models.history import HistoryPayload, Seal
from models.types import GENESIS, from_micros
from states.actor import Actor
from states.chain import Link, Row, canonical, follow, iso_micros, preamble
from states.errors import Unknown
from states.merkle import Leaf, root

COLUMNS = "entity, seq, v, body, prev_hash, hash, round_id, at, actor, act"
INSERT = (
    f"INSERT INTO history ({COLUMNS}) VALUES "
    "(:entity, :seq, :v, :body, :prev_hash, :hash, :round_id, :at, :actor, :act)"
)
KEEP = "INSERT INTO history_payload (entity, seq, hash, salt, content) VALUES (:entity, :seq, :hash, :salt, :content)"
KINDS = (str, int, int, bytes, bytes, bytes, object, int, str, str)
START = (0, GENESIS)
ERASE = "erase_payload"
PAYLOAD = b'"payload":"'
"""How a body names the hash of the content beside its row; a quote within a text is written otherwise."""
UNREADABLE = (sqlite3.OperationalError, AttributeError, TypeError, ValueError)
TABLES = {"assessment": "assessment", "round": "round", "installation": "installation"}


class Broken(NamedTuple):
    """The first row of a chain that does not hold, and why."""

    entity: str
    seq: int
    why: str


class Verified(NamedTuple):
    """What was read, and every chain that is broken."""

    rows: int
    chains: int
    broken: tuple[Broken, ...]


def parameters(row: Row) -> dict[str, Any]:
    """A row as statement parameters."""
    return row._asdict()


def link_of(chained: Chained, entity: str, round_id: int | None) -> Link:
    """The end of the chain kept beside a row."""
    return Link(entity, round_id, chained.seq, chained.head, chained.chain_at)


def record(session: Session, link: Link, act: str, what: Mapping[str, Any], *, actor: Actor, now: datetime) -> Row:
    """Append an act that moves no state. The caller holds the lock on the entity's row."""
    row = follow(link, act, what, actor=actor.name, now=now)
    run(session, INSERT, parameters(row))
    table, _, key = row.entity.partition(":")
    sql = f"UPDATE {TABLES[table]} SET seq = :seq, head = :hash, chain_at = :at WHERE id = :id"
    run(session, sql, {"seq": row.seq, "hash": row.hash, "at": row.at, "id": int(key)})
    session.expire_all()
    return row


def record_installation(session: Session, act: str, what: Mapping[str, Any], *, actor: Actor, now: datetime) -> Row:
    """Append an act outside any round (accounts, grants, restore) to the installation's chain."""
    lock = "" if is_sqlite(session) else " FOR UPDATE"
    found = run(session, f"SELECT seq, head, chain_at FROM installation WHERE id = 1{lock}").fetchone()
    link = Link("installation:1", None, found[0], bytes(found[1]), from_micros(found[2]))
    return record(session, link, act, what, actor=actor, now=now)


def keep_payload(session: Session, entity: str, seq: int, content: Any) -> str:  # noqa: ANN401  any JSON value
    """Keep content beside row `seq` of a chain; returns its salted hash (hex), which goes into that row."""
    salt, text = entropy(session, 16), canonical(content)
    hashed = sha256(salt + text.encode()).hexdigest()
    run(session, KEEP, {"entity": entity, "seq": seq, "hash": hashed, "salt": salt, "content": text})
    return hashed


def erase_payload(session: Session, link: Link, seq: int, reason: str, *, actor: Actor, now: datetime) -> Row:
    """Erase the content beside a row for good; the act itself stays in the chain."""
    payload = session.get(HistoryPayload, (link.entity, seq))
    if payload is None or payload.content is None:
        raise Unknown(f"nội dung kèm dòng {seq} của {link.entity}")
    payload.salt = payload.content = None
    return record(session, link, ERASE, {"of": seq, "reason": reason}, actor=actor, now=now)


def verify(session: Session, round_id: int | None = None) -> Verified:
    """Recompute every chain (of a round, or all); compare it with the heads and the content kept beside its rows."""
    where = "" if round_id is None else f"WHERE h.round_id = {int(round_id)}"
    return _verify(session, where, partial(_heads, session, round_id))


def verify_chain(session: Session, entity: str) -> Verified:
    """The same of one chain, "assessment:ID" or "round:ID"."""
    table, _, key = entity.partition(":")
    own = f"{table}:{int(key)}"
    return _verify(session, f"WHERE h.entity = '{own}'", partial(_head, session, table, int(key)))


Heads = dict[str, tuple[int, bytes]]


class Beside(NamedTuple):
    """What is kept beside the chains, by entity: the head, and how many rows have content."""

    heads: Heads
    contents: dict[str, int]


def _verify(session: Session, where: str, heads: Callable[[], Heads]) -> Verified:
    kept = heads()
    chains, contents = len(kept), _contents(session, where)
    columns = COLUMNS.replace("body", bytes_of(session, "body"))
    sql = f"SELECT {columns} FROM history h {where} ORDER BY entity, seq"
    try:
        rows, broken = _walk(stream(session, sql), Beside(kept, dict(contents)))
    except UNREADABLE:
        kept = heads()
        rows, broken = _walk(_readable(session, sql), Beside(kept, contents))
    broken += [Broken(entity, 1, "chain is gone") for entity, (seq, _) in kept.items() if seq]
    known = {fault.entity for fault in broken}
    broken += [fault for fault in _content_faults(session, where) if fault.entity not in known]
    return Verified(rows, chains, tuple(sorted(broken)))


def _contents(session: Session, where: str) -> dict[str, int]:
    sql = (
        "SELECT p.entity, count(*) FROM history_payload p JOIN history h ON h.entity = p.entity AND h.seq = p.seq "
        f"{where or 'WHERE 1 = 1'} AND p.content IS NOT NULL GROUP BY p.entity"
    )
    return dict(run(session, sql).fetchall())


def _content_faults(session: Session, where: str) -> Iterator[Broken]:
    """The first row of each chain whose content is not what its body says; read as bytes, for anything may be there."""
    hashed, content, body = (bytes_of(session, column) for column in ("p.hash", "p.content", "h.body"))
    salt = "CAST(p.salt AS BLOB)" if is_sqlite(session) else "p.salt"
    sql = (
        f"SELECT p.entity, p.seq, {hashed}, {salt}, {content}, {body} FROM history_payload p "
        "LEFT JOIN history h ON h.entity = p.entity AND h.seq = p.seq "
        f"{where or 'WHERE 1 = 1'} AND p.content IS NOT NULL ORDER BY p.entity, p.seq"
    )
    last = ""
    for entity, seq, *row in stream(session, sql):
        why = _content_fault(*row)
        if why and entity != last:
            last = entity
            yield Broken(entity, seq, why)


def _content_fault(hashed: bytes, salt: bytes | None, content: bytes, body: bytes | None) -> str:
    if body is None or b'"payload":"%s"' % hashed not in body:
        return "the content beside it is not the row's"
    same = sha256((salt or b"") + content).hexdigest().encode() == hashed
    return "" if same else "the content beside it was changed"


def _readable(session: Session, sql: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a SQLite file into which somebody wrote what is no text or no number: that reads as other content."""
    connection = driver(session).dbapi_connection
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        for row in stream(session, sql):
            yield tuple(value if isinstance(value, kind) else kind() for value, kind in zip(row, KINDS, strict=True))
    finally:
        connection.text_factory = str


def _walk(rows: Iterator[tuple[Any, ...]], kept: Beside) -> tuple[int, list[Broken]]:
    """Follow the chains row by row and take from `kept` each that was met; one plain loop, for it is all the time."""
    count, chain, (last, head), contents = 0, "", START, 0
    fault: Broken | None = None
    broken: list[Broken] = []
    for entity, seq, v, body, prev_hash, hashed, round_id, at, actor, act in rows:
        if entity != chain:
            ended = _end(kept, chain, (last, head), contents)
            broken += [found for found in (fault or ended,) if found]
            chain, (last, head), contents, fault = entity, START, 0, None
        if (
            seq != last + 1
            or prev_hash != head
            or sha256(prev_hash + body).digest() != hashed
            or not body.startswith(
                f'{{"act":"{act}","at":"{iso_micros(at)}","by":"{actor}","entity":"{entity}",'
                f'"round":{round_id},"seq":{seq},"v":{v},'.encode()
            )
        ):
            opening = preamble(act, at, actor, entity, round_id, seq, v).encode()
            fault = fault or _explain(entity, (last, head), (seq, prev_hash, hashed), body, opening)
        last, head = seq, hashed
        if PAYLOAD in body:
            contents += 1
        elif act == ERASE:
            contents -= 1
        count += 1
    ended = _end(kept, chain, (last, head), contents)
    return count, broken + [found for found in (fault or ended,) if found]


def _end(kept: Beside, entity: str, end: tuple[int, bytes], contents: int) -> Broken | None:
    """What is wrong at the end of a chain: its head, or content beside its rows that no act has erased."""
    head, found = kept.heads.pop(entity, START), kept.contents.pop(entity, 0)
    if head != end:
        return Broken(entity, end[0], "chain and the head kept beside it disagree")
    return Broken(entity, end[0], "content beside its rows is gone without an act") if found < contents else None


def _explain(
    entity: str, before: tuple[int, bytes], row: tuple[int, bytes, bytes], body: bytes, opening: bytes
) -> Broken | None:
    (last, head), (seq, prev_hash, hashed) = before, row
    if seq != last + 1:
        return Broken(entity, last + 1, "row is missing")
    if prev_hash != head:
        return Broken(entity, seq, "does not follow the row before it")
    if sha256(head + body).digest() != hashed:
        return Broken(entity, seq, "body and hash disagree")
    return None if body.startswith(opening) else Broken(entity, seq, "columns and body disagree")


HEADS = {"assessment": "round_id", "round": "id"}


def _heads(session: Session, round_id: int | None) -> Heads:
    where = "" if round_id is None else "WHERE {key} = :round"
    parts = [
        f"SELECT '{table}' || ':' || id, seq, head FROM {table} {where.format(key=key)}" for table, key in HEADS.items()
    ]
    if round_id is None:
        parts.append("SELECT 'installation' || ':' || id, seq, head FROM installation")
    rows = run(session, " UNION ALL ".join(parts), {"round": round_id})
    return {entity: (seq, head) for entity, seq, head in rows}


def _head(session: Session, table: str, key: int) -> Heads:
    rows = run(session, f"SELECT seq, head FROM {TABLES[table]} WHERE id = :id", {"id": key}).fetchall()
    return {f"{table}:{key}": (seq, head) for seq, head in rows}


def heads_of_round(session: Session, round_id: int) -> list[Leaf]:
    """The heads of the round and of its dossiers, ordered by entity."""
    return sorted(Leaf(entity, seq, head.hex()) for entity, (seq, head) in _heads(session, round_id).items())


def seal(session: Session, round_id: int, kind: str, *, now: datetime) -> Seal:
    """Store the Merkle root over the heads as they stand, with its leaves."""
    leaves = heads_of_round(session, round_id)
    made = Seal(round_id=round_id, kind=kind, at=now, root=root(leaves), leaves=json.dumps(leaves))
    session.add(made)
    session.flush()
    return made


def verify_seal(session: Session, sealed: str) -> tuple[Broken, ...]:
    """Hold the chains against a seal kept outside: each sealed head must still be there, as a prefix."""
    found = run(session, "SELECT leaves, root FROM seal WHERE root = :root", {"root": sealed.lower()}).fetchone()
    if found is None:
        return (Broken("seal", 0, "no seal with this code was ever stored here: the history was replaced"),)
    leaves = [Leaf(*leaf) for leaf in json.loads(found[0])]
    if root(leaves) != sealed.lower():
        return (Broken("seal", 0, "the stored leaves do not give this code"),)
    return tuple(fault for leaf in leaves if (fault := _check_leaf(session, leaf)))


def _check_leaf(session: Session, leaf: Leaf) -> Broken | None:
    if leaf.seq == 0:
        return None
    sql = "SELECT hash FROM history WHERE entity = :entity AND seq = :seq"
    row = run(session, sql, {"entity": leaf.entity, "seq": leaf.seq}).fetchone()
    if row is None:
        return Broken(leaf.entity, leaf.seq, "sealed row is gone")
    return None if bytes(row[0]).hex() == leaf.hash else Broken(leaf.entity, leaf.seq, "sealed row was rewritten")
