from collections.abc import Iterator

import pytest

from models.db import Database
from reports.contents import RoundReport
from reports.figures import gather
from tests.conftest import Fresh
from tests.reports import factory
from tests.reports.rating_factory import ha_tinh, scored_collectives
from tests.reports.spots_factory import nghe_an

MADE: dict[str, factory.Make] = {"rating": ha_tinh, "scored": scored_collectives, "spots": nghe_an}


@pytest.fixture(scope="session")
def reports(fresh_sqlite: Fresh) -> dict[str, RoundReport]:
    """The report of Đà Nẵng, in the Party's layout, and the draft of Văn Giang, in the administrative one."""
    return {layout: report for layout, make in factory.MADE.items() for report in _gathered(fresh_sqlite, make)}


@pytest.fixture(scope="session")
def forms(fresh_sqlite: Fresh) -> dict[str, RoundReport]:
    """The reports of rounds in which no points decide: two that rate, and one of bright spots."""
    return {name: report for name, make in MADE.items() for report in _gathered(fresh_sqlite, make)}


def _gathered(fresh: Fresh, make: factory.Make) -> Iterator[RoundReport]:
    with fresh() as url:
        database = Database(url)
        with database.writing() as session:
            yield gather(session, make(session).round.id)
        database.dispose()
