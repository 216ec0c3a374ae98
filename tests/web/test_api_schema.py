"""The API under Schemathesis: whatever is sent, it answers as described and never with a fault of ours."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from actions.tokens import SCOPES
from models.db import Database
from tests.actions.world import launched
from tests.conftest import Fresh
from tests.web.audit_world import audited
from tests.web.browser import Hands, place_of
from tests.web.committee_world import committee
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal
from tests.web.programs import made
from web.api.openapi import operations
from web.api.routes import APIS
from web.app import create_app

CHECKS: Final = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
STEP: Final = timedelta(milliseconds=50)
"""So much passes each time the clock is looked at: no program comes too often."""
BRIEF, LONG = 11, 100
COUNT: Final = len(list(operations(APIS)))


@dataclass
class Ground:
    """A portal on a round at some time of its year; tokens by the scope into which their people are likely let."""

    app: Any
    tokens: dict[str, str]
    ids: dict[str, list[int]]
    chance: int
    cases: int = 0


def at_launch(database: Database, _folder: Path) -> Portal:
    """Units fill in their sheets."""
    world = launched(database)
    hands = Hands(world.launched_at + timedelta(days=1))
    return Portal(world, database, hands, place_of(database, hands))


def at_appraisal(database: Database, _folder: Path) -> Portal:
    """Appraisers are at work."""
    return desk_portal(database)


def at_ballot(database: Database, _folder: Path) -> Portal:
    """Dossiers wait for the ballot of their body."""
    return committee(database).portal


WORLDS: Final[dict[str, Callable[[Database, Path], Portal]]] = {
    "launch": at_launch,
    "appraisal": at_appraisal,
    "ballot": at_ballot,
    "announced": audited,
}


@pytest.fixture(params=WORLDS)
def ground(request: pytest.FixtureRequest, fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Ground]:
    """One of the worlds on SQLite."""
    with ExitStack() as stack:
        database = Database(stack.enter_context(fresh_sqlite()))
        stack.callback(database.dispose)
        portal = WORLDS[request.param](database, tmp_path)
        yield on(portal, list(WORLDS).index(request.param))


def on(portal: Portal, chance: int) -> Ground:
    """The portal with a clock that goes, and tokens of the administrator, a unit, an appraiser, an auditor."""
    world, hands = portal.world, portal.hands
    whose = {
        "administer": world.administrator,
        "approve": world.authority,
        "draft": world.officer,
        "appraise": world.appraiser,
        "audit": world.auditor,
    }
    tokens = {scope: made(portal, who, tuple(SCOPES))[1] for scope, who in whose.items()}

    def now() -> datetime:
        hands.pass_by(STEP)
        return hands.at

    app = create_app(portal.place._replace(now=now))
    return Ground(app, tokens, {"assessment_id": world.assessment_ids[:2], "round_id": [world.round_id]}, chance)


def try_all(ground: Ground, examples: int) -> None:
    """Send so many requests to every operation."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", ground.app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        _try(ground, found.ok(), examples)


def _try(ground: Ground, operation: APIOperation[Any, Any, Any, Any], examples: int) -> None:
    """Mostly of what there is; sometimes of anything, sometimes what is not as described."""
    names = [one.name for one in operation.path_parameters]
    known = st.fixed_dictionaries({name: st.sampled_from(ground.ids.get(name, [1])) for name in names})
    wrong = GenerationMode.NEGATIVE if _can_be_wrong(operation) else GenerationMode.POSITIVE

    def there(mode: GenerationMode) -> st.SearchStrategy[Any]:
        return known.flatmap(lambda path: operation.as_strategy(mode, path_parameters=path or None))

    likely = ground.tokens.get(operation.definition.raw["x-scope"], ground.tokens["administer"])
    right = there(GenerationMode.POSITIVE)
    kinds = (right, right, right, there(wrong), operation.as_strategy())

    @seed(ground.chance)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=st.one_of(*kinds), token=st.sampled_from([*ground.tokens.values(), *[likely] * 5]))
    def one(case: schemathesis.Case[Any], token: str) -> None:
        ground.cases += 1
        headers = {"Authorization": f"Bearer {token}"}
        case.call_and_validate(headers=headers, checks=CHECKS[:-1] if _comes_as_described(case) else CHECKS)

    one()


def _comes_as_described(case: schemathesis.Case[Any]) -> bool:
    """Whether what is wrong with a request is lost on the way: a parameter of no values is not sent at all."""
    return [] in (case.query or {}).values()


def _can_be_wrong(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    """Whether anything can be sent that is not as described."""
    return bool(list(operation.query) or operation.body)


def test_whatever_is_sent_is_answered_as_described(ground: Ground) -> None:
    try_all(ground, BRIEF)
    assert ground.cases >= 2_000 // len(WORLDS), ground.cases


@pytest.mark.faults
@pytest.mark.timeout(1_800)
def test_much_more_is_answered_as_described_too(ground: Ground) -> None:
    try_all(ground, LONG)
    assert ground.cases >= 20_000 // len(WORLDS), ground.cases
