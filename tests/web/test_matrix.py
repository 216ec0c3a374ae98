"""Every relation in every state on every route: what the permits forbid is refused and tells nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.db import Database
from states.permits import VERBS
from tests.web.matrix import Cell, Law, of_dossiers, routes, walk
from tests.web.matrix_world import EARLY, KINDS, LATE, SUBJECTS, WHO, early, late, secret


@dataclass
class Matrix:
    """All cells of one database, and the law they are judged by."""

    law: Law
    cells: list[Cell]

    def wrong(self, law: Law | None = None) -> list[str]:
        """The cells that are not as the law wants them, one a line."""
        return [str(cell) for cell in self.cells if (law or self.law).is_wrong(cell)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with request.getfixturevalue(f"fresh_{request.param}")() as url:
        database = Database(url)
        yield walked(database, tmp_path_factory.mktemp("matrix"))
        database.dispose()


def walked(database: Database, folder: Path) -> Matrix:
    made = early(database, folder)
    law = Law(VERBS, made.world.programme.workflow.assessment.transitions)
    cells = walk(made, EARLY, law)
    late(made)
    return Matrix(law, [*cells, *walk(made, LATE, law)])


def test_every_cell_is_as_the_permits_want_it(matrix: Matrix) -> None:
    wrong = matrix.wrong()
    assert not wrong, "\n".join(wrong)


def test_nothing_is_left_out(matrix: Matrix) -> None:
    walked = {(cell.who, cell.state, cell.route.method, cell.route.path) for cell in matrix.cells}
    dossiers = [route for route in routes() if of_dossiers(route)]
    every = {(who, state, one.method, one.path) for who in WHO for state in EARLY | LATE for one in dossiers}
    assert every <= walked
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
