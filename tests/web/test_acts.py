"""Every act that the program writes into a history has words, and belongs to something an auditor may narrow to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import list_programmes, load_programme
from states import history
from states.chain_words import WHYS
from states.timeline import KINDS as NARROWED
from states.timeline import MAIL
from web.acts import ACTS, KINDS

ROOT = Path(__file__).resolve().parents[2]
WRITERS = {"record", "record_all", "record_installation", "_record", "_give", "follow"}
"""The functions that are given the name of an act."""


def written(source: str) -> Iterator[str]:
    """The acts that a source writes by their names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [one.value for one in node.args if isinstance(one, ast.Constant)]
            yield from (one for one in given if called in WRITERS and isinstance(one, str))


def triggers() -> set[str]:
    programmes = [load_programme(slug).workflow for slug in list_programmes()]
    return {name for one in programmes for machine in (one.round, one.assessment) for name in machine.triggers}


def test_every_act_has_words() -> None:
    folders = ("actions", "states", "web", "flows", "danhgia")
    sources = [path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py")]
    acts = {act for source in sources for act in written(source)}
    assert {"appraise", "assigned", "export"} <= acts
    assert acts - ACTS.keys() - triggers() == set()


def test_what_one_narrows_to_is_known_and_named() -> None:
    assert KINDS.keys() == {*NARROWED, MAIL}
    assert {act for acts in NARROWED.values() for act in acts} <= ACTS.keys() | triggers()


@pytest.mark.parametrize("why", sorted(WHYS))
def test_what_is_wrong_with_a_chain_is_told_in_the_words_of_the_check(why: str) -> None:
    assert f'"{why}"' in Path(history.__file__).read_text()
