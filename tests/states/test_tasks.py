"""What a link into a task opens: it dies with the stage of its task."""

import pytest

from states.facts import Dossier
from states.tasks import is_alive, is_open
from tests.states.worlds import dossier

READY = dossier()
DECIDED = dossier(state="announced", round_state="deciding")


@pytest.mark.parametrize(
    ("task", "facts", "alive"),
    [
        ("self_assessment", READY, True),
        ("self_assessment", dossier(relations=frozenset({"head"})), True),
        ("self_assessment", dossier(relations=frozenset({"administrator"})), False),
        ("self_assessment", dossier(relations=frozenset()), False),
        ("self_assessment", DECIDED, False),
        ("explanation", READY, False),
        ("result", READY, False),
        ("result", DECIDED, True),
        ("no_such_task", READY, False),
    ],
)
def test_a_link_is_alive_while_its_task_is_there(task: str, facts: Dossier, *, alive: bool) -> None:
    assert is_alive(task, facts) is alive


def test_a_trigger_is_open_guards_and_needs_apart() -> None:
    assert is_open(dossier(scored=0), "submit")
    assert not is_open(dossier(relations=frozenset({"auditor"})), "submit")
    assert not is_open(DECIDED, "submit")
