"""How the ballots of an electronic box are kept: sorted, of one length from its opening on, and sealed (X-A2).

A byte stands for each voter of the roll: 0 no ballot yet, 1 a blank one, from 2 on the options in their order. What
is sealed is always sorted, so that it tells how many chose what and never in which order or who.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
BLANK = 1


class Unreadable(Exception):
    """What is sealed was not sealed with this key, or not for this place, or was changed."""


@dataclass(frozen=True, slots=True)
class BallotKey:
    """The key of all electronic boxes, 32 bytes (AES-256-GCM); it stays apart from the database and its backups."""

    secret: bytes = field(repr=False)

    def seal(self, marks: bytes, place: str, nonce: bytes) -> bytes:
        """Seal the ballots of one dossier in one box; a nonce of NONCE bytes is used once."""
        return nonce + AESGCM(self.secret).encrypt(nonce, marks, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """The ballots that were sealed for that place; Unreadable."""
        try:
            return AESGCM(self.secret).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
        except InvalidTag:
            raise Unreadable from None


def nobody(voters: int) -> bytes:
    """The ballots of a box in which nobody has voted."""
    return bytes(voters)


def with_one_more(marks: bytes, choice: str | None, options: Sequence[str]) -> bytes:
    """The ballots with one more, sorted again; None is a blank ballot."""
    mark = BLANK if choice is None else BLANK + 1 + options.index(choice)
    return bytes(sorted([*marks[1:], mark]))


def cast_in(marks: bytes) -> int:
    """How many ballots there are."""
    return len(marks) - marks.count(0)


def counted(marks: bytes, options: Sequence[str]) -> dict[str, int]:
    """How many ballots each option has; blank ones are not counted."""
    found = Counter(marks)
    return {code: found[BLANK + 1 + number] for number, code in enumerate(options)}
