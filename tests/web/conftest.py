from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from models.db import Database
from tests.actions.world import World, launched
from tests.web.browser import Browser, Hands, browser_at, place_of
from web.edge import Desk
from web.place import Place


@dataclass
class Portal:
    """The portal on a launched round of three units, and its clock."""

    world: World
    database: Database
    hands: Hands
    place: Place
    desks: tuple[Desk, ...] = ()

    def browser(self, client: str = "192.0.2.1") -> Browser:
        """A new browser at a network address."""
        return browser_at(self.place, *self.desks, client=client)


@pytest.fixture
def portal(database: Database) -> Portal:
    """The portal on the day after a launch."""
    world = launched(database)
    hands = Hands(world.launched_at.replace(day=world.launched_at.day + 1))
    return Portal(world, database, hands, place_of(database, hands))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def two_alike(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    """Two new databases of a kind that draw the same chance."""
    fresh: Callable[[], Any] = request.getfixturevalue(f"fresh_{request.param}")
    with ExitStack() as stack:
        first, second = (Database(stack.enter_context(fresh()), entropy=Random(5).randbytes) for _ in range(2))
        stack.callback(first.dispose)
        stack.callback(second.dispose)
        yield first, second
