"""A Merkle tree over the heads of chains. Pure."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple


class Leaf(NamedTuple):
    """The head of a chain at some moment."""

    entity: str
    seq: int
    hash: str


def leaf_hash(leaf: Leaf) -> bytes:
    """SHA-256(0x00 ‖ "entity:seq:hash") of a leaf."""
    return sha256(b"\x00" + f"{leaf.entity}:{leaf.seq}:{leaf.hash}".encode()).digest()


def _pairs(level: Sequence[bytes]) -> list[bytes]:
    joined = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*joined, level[-1]] if len(level) % 2 else joined


def root(leaves: Sequence[Leaf]) -> str:
    """The root (hex) over the leaves ordered by entity; an odd node moves up; none gives SHA-256 of nothing."""
    level = [leaf_hash(leaf) for leaf in sorted(leaves)]
    if not level:
        return sha256().hexdigest()
    while len(level) > 1:
        level = _pairs(level)
    return level[0].hex()
