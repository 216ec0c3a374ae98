"""What the developer's guide says is done, exactly so, in a copy of the tree, with as few files as it says."""

from collections import defaultdict
from pathlib import Path

import pytest

from tests.guide.blocks import GUIDE, apply, blocks, copied

BLOCKS = blocks()
FILES = {"A programme": 1, "A guard": 3, "A message": 5, "An official document": 2}
"""How many files each addition makes or changes."""
PLAYED = "Playing a year of it"


def test_each_addition_touches_as_few_files_as_the_guide_says() -> None:
    touched = defaultdict(set)
    for block in BLOCKS:
        if block.touched:
            touched[block.heading].add(block.touched)
    assert {heading: len(files) for heading, files in touched.items()} == FILES
    words = {1: "One", 2: "Two", 3: "Three", 5: "Five"}
    told = GUIDE.read_text(encoding="utf-8")
    for heading, many in FILES.items():
        assert told.partition(f"## {heading}\n")[2].lstrip().startswith(f"{words[many]} file")


def test_what_the_guide_adds_is_known_to_the_program(tmp_path: Path) -> None:
    """As far as it goes without playing a year, which `make faults` does."""
    tree = copied(tmp_path)
    for block in BLOCKS:
        if block.heading != PLAYED:
            apply(block, tree)
    assert (tree / "reports" / "templates" / "submission-note-party.docx").exists()


@pytest.mark.faults
def test_the_blocks_of_the_guide_do_what_it_says(tmp_path: Path) -> None:
    tree = copied(tmp_path)
    for block in BLOCKS:
        apply(block, tree)
    assert (tree / "giay-xac-nhan.docx").stat().st_size
