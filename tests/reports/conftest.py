from collections.abc import Iterator

import pytest

from models.db import Database
from reports.contents import RoundReport
from reports.figures import gather
from tests.conftest import Fresh
from tests.reports import factory


@pytest.fixture(scope="session")
def reports(fresh_sqlite: Fresh) -> dict[str, RoundReport]:
    """The report of Đà Nẵng, in the Party's layout, and the draft of Văn Giang, in the administrative one."""
    return {layout: report for layout, make in factory.MADE.items() for report in _gathered(fresh_sqlite, make)}


def _gathered(fresh: Fresh, make: factory.Make) -> Iterator[RoundReport]:
    with fresh() as url:
        database = Database(url)
        with database.writing() as session:
            yield gather(session, make(session).round.id)
        database.dispose()
