"""Every page: planned for a picture, no wider than its window at any width, accessible, for every role it opens to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Client
from playwright.sync_api import Browser

from config.vocabulary import Relation
from tests.e2e import plan
from tests.e2e.looks import AXED, faults
from tests.e2e.plan import NOBODY, PLAN, Shot
from tests.e2e.scenes import LINK, SCENES, Scene, opened
from tests.e2e.shots import Visit, visit

ROLES = tuple(one for one in Relation if one != Relation.SYSTEM)
THIN = "appraisal"
"""The scene of which every sixth page is looked at in every run of the tests; `make faults` looks at all."""


def test_every_page_is_planned() -> None:
    assert plan.missing() == set(), "add a line to PLAN in tests/e2e/plan.py"
    assert plan.left_over() == set()
    assert len({shot.name for shot in PLAN}) == len(PLAN)


def planned(scene: str) -> list[Shot]:
    return [shot for shot in PLAN if shot.scene == scene]


def test_a_page_looks_right_with_and_without_script(chromium: Browser, tmp_path: Path) -> None:
    """One round in appraisal: a sixth of the pages, with script and without in turns."""
    with opened(THIN, tmp_path) as scene:
        told = [
            f"{shot.name}: {fault}"
            for number, shot in enumerate(planned(THIN)[::6])
            for fault in faults(chromium, visit(scene, shot), shot, script=number % 2 == 0, axed=AXED[number % 2 :][:1])
        ]
    assert told == []


def visits(scene: Scene) -> Iterator[tuple[Shot, Visit]]:
    """Every page that is planned, as each role to which it opens, one account a role."""
    shown: set[tuple[str, str]] = set()
    for shot in planned(scene.name):
        own = visit(scene, shot)
        yield shot, own
        for role in (one for one in ROLES if shot.who not in {NOBODY, LINK, one}):
            other = as_another(scene, own, role)
            if (role, own.address) not in shown and other is not None:
                shown.add((role, own.address))
                yield shot._replace(who=role, status=200), other


def as_another(scene: Scene, own: Visit, role: str) -> Visit | None:
    """The same page for somebody in another role; None where it does not open."""
    person = scene.person(role, dossier=False)
    if person is None or not own.token:
        return None
    key = int(own.address.partition("/assessments/")[2].partition("/")[0] or 0)
    beside = scene.beside(role, key) if key else None
    token = scene.token(beside or person.account_id)
    with Client(cookies={"danhgia": token}) as client:
        return Visit(own.address, token) if client.get(own.address).status_code == 200 else None


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("name", SCENES)
def test_every_page_for_everybody_at_every_width(chromium: Browser, tmp_path: Path, name: str, *, script: bool) -> None:
    with opened(name, tmp_path) as scene:
        told = [
            f"{shot.name}: {fault}"
            for shot, to in list(visits(scene))
            for fault in faults(chromium, to, shot, script=script)
        ]
    assert told == []
