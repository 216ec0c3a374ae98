"""A few of every family of hostile files, examined here; `make faults` sends all through the checking process."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from evidence.examine import examine
from evidence.store import LONGEST_ENDING, LONGEST_NAME, plain
from tests.evidence import authority
from tests.faults.hostile import Hostile, families, family, is_right
from tests.faults.hostile_texts import NAMES

COSTLY = ("image-bombs", "pdf-bombs", "packed-bombs", "signed-changed", "signed-unknown")
EACH = 5


def some() -> Iterator[Hostile]:
    chance = Random(5)
    for name in families():
        if name not in COSTLY:
            files = family(name)
            yield from chance.sample(files, EACH)


def test_a_few_of_every_family_are_refused_or_safely_shown(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "goc.pem").write_bytes(authority.root().pem)
    for one in some():
        path = tmp_path / "tep"
        path.write_bytes(one.content)
        found = examine(path, one.rules, tmp_path / "roots", authority.NOW, tmp_path / "nho.png")
        assert is_right(found, one.expected), (one.name, one.expected, found)


def test_a_name_means_nothing_to_any_system() -> None:
    for kept in map(plain, NAMES):
        assert 0 < len(kept) <= LONGEST_NAME + LONGEST_ENDING + 1
        assert not set(kept) & set('/\\:<>"|?*\0\r\n\u202e\u2066\u200f')
        assert kept.isprintable()
        assert kept.strip(". ")
