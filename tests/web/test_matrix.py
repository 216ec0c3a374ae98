"""Every relation in every state on every route: what the permits forbid is refused and tells nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from models.db import Database
from states.permits import VERBS
from tests.web.matrix import Cell, Law, is_walked, of_dossiers, routes, walk
from tests.web.matrix_world import EARLY, KINDS, LATE, SUBJECTS, WHO, early, late, secret

SOME: Final = {state: LATE[state] for state in ("explaining", "announced")}


@dataclass
class Matrix:
    """All cells of one database, and the law they are judged by."""

    law: Law
    cells: list[Cell]
    states: Mapping[str, int]

    def wrong(self, law: Law | None = None) -> list[str]:
        """The cells that are not as the law wants them, one a line."""
        return [str(cell) for cell in self.cells if (law or self.law).is_wrong(cell)]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with request.getfixturevalue(f"fresh_{request.param}")() as url:
        database = Database(url)
        yield walked(database, tmp_path_factory.mktemp("matrix"), every=request.param == "sqlite")
        database.dispose()


def walked(database: Database, folder: Path, *, every: bool) -> Matrix:
    """Every state, or some after the deadline: what is asked is the same SQL in both databases."""
    made = early(database, folder)
    law = Law(VERBS, made.world.programme.workflow.assessment.transitions)
    cells = walk(made, EARLY, law) if every else []
    late(made)
    states = LATE if every else SOME
    return Matrix(law, [*cells, *walk(made, states, law)], EARLY | LATE if every else SOME)


def test_every_cell_is_as_the_permits_want_it(matrix: Matrix) -> None:
    wrong = matrix.wrong()
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_out(matrix: Matrix) -> None:
    walked = {(cell.who, cell.state, cell.route.method, cell.route.path) for cell in matrix.cells}
    dossiers = [route for route in routes() if of_dossiers(route)]
    states = matrix.states
    asked = product(WHO, states, dossiers)
    every = {(who, state, one.method, one.path) for who, state, one in asked if is_walked(who, state, one, matrix.law)}
    assert every <= walked
    wide = {(one.method, one.path) for one in routes() if not of_dossiers(one)}
    assert {one for one in wide if not any((who, "", *one) in walked for who in WHO)} == set()
    read = {text for cell in matrix.cells for text in cell.read}
    assert {kind for kind in KINDS for number in range(SUBJECTS) if secret(kind, number) in read} == set(KINDS)
    assert {cell.status for cell in matrix.cells} >= {200, 303, 401, 403, 404}


def test_a_leak_and_a_write_are_found(matrix: Matrix) -> None:
    cell = next(one for one in matrix.cells if one.status == 403)
    assert not matrix.law.is_wrong(cell)
    assert matrix.law.is_wrong(cell._replace(leaked=("mat-note-1z",)))
    assert matrix.law.is_wrong(cell._replace(changed=True))
    assert matrix.law.is_wrong(cell._replace(status=500))


@pytest.mark.parametrize(("verb", "who"), [("download", "reader"), ("mark", "authority"), ("assign", "auditor")])
def test_a_permit_too_many_is_found(matrix: Matrix, verb: str, who: str) -> None:
    wrong = matrix.wrong(Law({**VERBS, verb: (*VERBS[verb], who)}, matrix.law.steps))
    assert wrong
    assert all(line.startswith(who) for line in wrong)


@pytest.mark.parametrize(("verb", "who"), [("download", "auditor"), ("draft", "head"), ("view", "superior")])
def test_a_permit_too_few_is_found(matrix: Matrix, verb: str, who: str) -> None:
    fewer = tuple(one for one in VERBS[verb] if one != who)
    wrong = matrix.wrong(Law({**VERBS, verb: fewer}, matrix.law.steps))
    assert wrong
    assert all(line.startswith(who) for line in wrong)
