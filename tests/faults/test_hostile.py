"""Every hostile file through the checking process, as the program does it: refused, or safely shown."""

import logging
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from evidence.checker import Checked, Task, check
from evidence.images import THUMBNAIL
from evidence.verdict import Outcome
from evidence.worker import CPU, MEMORY
from tests.evidence import authority
from tests.faults.hostile import Hostile, families, family, is_right

LOG = logging.getLogger(__name__)
LEAST = 1_000
LONGEST_SENTENCE = 320

pytestmark = pytest.mark.faults


class Done(NamedTuple):
    """What was found of a file, and the seconds by the wall."""

    checked: Checked
    seconds: float


def done(task: Task) -> Done:
    begun = time.perf_counter()
    return Done(check(task), time.perf_counter() - begun)


def tasks(files: list[Hostile], folder: Path) -> list[Task]:
    (folder / "roots").mkdir()
    (folder / "roots" / "goc.pem").write_bytes(authority.root().pem)
    for number, one in enumerate(files):
        (folder / f"{number}").write_bytes(one.content)
    return [
        Task(
            path=folder / f"{number}",
            rules=one.rules,
            roots=folder / "roots",
            at=authority.NOW,
            thumbnail=folder / f"{number}.png",
        )
        for number, one in enumerate(files)
    ]


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("name", families())
def test_every_file_of_a_family_is_refused_or_safely_shown(name: str, tmp_path: Path) -> None:
    files = family(name)
    found = list(map(done, tasks(files, tmp_path)))
    tell(name, found)
    pairs = [(one, got.checked.verdict) for one, got in zip(files, found, strict=True)]
    assert [(one.name, one.expected, got) for one, got in pairs if not is_right(got, one.expected)] == []
    for number, got in enumerate(found):
        demand_decent(got.checked, tmp_path / f"{number}.png")


def demand_decent(got: Checked, thumbnail: Path) -> None:
    """One sentence; within the limits; a thumbnail that is a small picture."""
    sentence = got.verdict.sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < LONGEST_SENTENCE
    assert got.ending.processor <= CPU + 2
    assert got.ending.memory <= MEMORY >> 20
    if thumbnail.exists():
        with Image.open(thumbnail, formats=["PNG"]) as shown:
            assert max(shown.size) <= THUMBNAIL


def tell(name: str, found: list[Done]) -> None:
    refused = sum(one.checked.verdict.outcome is Outcome.REFUSED for one in found)
    endings = [one.checked.ending for one in found]
    LOG.warning(
        "%s: %s files, %s refused, %s shown; %.2f s each by the wall, longest %.1f s; processor at most %.1f s; "
        "memory at most %s MB",
        *(name, len(found), refused, len(found) - refused, sum(one.seconds for one in found) / len(found)),
        *(max(one.seconds for one in found), max(one.processor for one in endings)),
        max(one.memory for one in endings),
    )


def test_they_are_more_than_a_thousand() -> None:
    counts = {name: len(family(name)) for name in families()}
    LOG.warning("%s hostile files in %s families", sum(counts.values()), len(counts))
    assert sum(counts.values()) >= LEAST
