"""Hostile files: what each family holds, and what may be said of each file of it.

The same seed makes the same files, but for the keys and hours of signatures. `python -m tests.faults.hostile FOLDER`
writes them all out.
"""

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from evidence.kinds import IMAGES, Kind
from evidence.verdict import Form, Outcome, Rules, Verdict

STRICT: Final = Rules(forms=(Form.SCAN, Form.SIGNED))
"""Đà Nẵng: the three forms."""
WIDE: Final = Rules()
"""Văn Giang: any readable file; what is refused here is refused everywhere."""
SEED: Final = 20261122


class Expected(StrEnum):
    """What may be said of a file: that it is refused is always right."""

    REFUSED = "refused"
    """Nothing else is right."""
    PICTURE = "picture"
    """A picture that Pillow decodes to its last line is one: it is shown as an image of its own kind, nothing else."""
    PAPER = "paper"
    """A PDF that is whole, runs nothing and carries nothing is shown as one, and never as a signed one."""
    DECLARED = "declared"
    """A whole PDF that is not of pictures alone waits for the unit's own word, and says so."""
    UNVOUCHED = "unvouched"
    """A whole signature of which no trusted root knows is shown as that."""
    READABLE = "readable"
    """A file of a programme that takes any: handed out to be kept, and never shown."""


class Hostile(NamedTuple):
    """A file, the name it comes with, and what may be said of it by which rules."""

    name: str
    content: bytes
    expected: Expected = Expected.REFUSED
    rules: Rules = WIDE


Maker = Callable[[Random], Iterator[Hostile]]


def is_right(found: Verdict, expected: Expected) -> bool:
    """Whether that may be said of the file."""
    is_accepted, is_pdf = found.outcome is Outcome.ACCEPTED, found.kind is Kind.PDF
    is_picture = found.form is Form.SCAN and found.kind in IMAGES
    is_unsigned = is_pdf and found.form is not Form.SIGNED and not found.signatures
    allowed = {
        Expected.REFUSED: False,
        Expected.PICTURE: is_accepted and is_picture,
        Expected.PAPER: is_unsigned and (is_accepted or found.outcome is Outcome.UNDECLARED),
        Expected.DECLARED: is_unsigned and found.outcome is Outcome.UNDECLARED,
        Expected.UNVOUCHED: found.outcome is Outcome.ISSUER_UNKNOWN,
        Expected.READABLE: is_accepted and found.form is Form.OTHER and not is_pdf,
    }
    return found.outcome is Outcome.REFUSED or allowed[expected]


def flipped(content: bytes, at: int, chance: Random) -> bytes:
    """The content with one bit turned over."""
    return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]


def cut(content: bytes, share: float) -> bytes:
    return content[: max(1, int(len(content) * share))]


def families() -> dict[str, Maker]:
    """Every family by its name."""
    from tests.faults import hostile_images, hostile_packed, hostile_pdfs, hostile_signed, hostile_texts

    found: dict[str, Maker] = {}
    for module in (hostile_images, hostile_pdfs, hostile_signed, hostile_packed, hostile_texts):
        found |= module.FAMILIES
    return found


def family(name: str, seed: int = SEED) -> list[Hostile]:
    """The files of one family."""
    return list(families()[name](Random(f"{seed}/{name}")))


def main(folder: Path) -> None:
    """Write all out, numbered: their own names would leave the folder."""
    for name in families():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(family(name)):
            (folder / name / f"{number:03}-{one.expected}").write_bytes(one.content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
