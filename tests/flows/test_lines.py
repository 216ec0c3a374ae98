import json
import logging
from collections.abc import Iterator

import pytest

from config.logs import JsonLine
from flows import jobs
from flows.jobs import Errand
from tests.actions.world import launched
from tests.flows.keeper import Keeper
from tests.flows.test_duties import NIGHT


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What the flows log, line by line."""
    found: list[dict[str, object]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(self.format(record)))

    handler, log = Keeping(), logging.getLogger("flows")
    handler.setFormatter(JsonLine())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield found
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)


def test_a_job_leaves_one_line_with_its_round_and_how_it_ended(keeper: Keeper, lines: list[dict[str, object]]) -> None:
    world = launched(keeper.database, subjects=1)
    keeper.at(NIGHT)
    (told,) = [one for one in lines if one["event"] == "job"]
    (job,) = keeper.jobs("seal")
    found = [told[name] for name in ("kind", "job", "round", "status", "attempt", "level")]
    assert found == ["seal", job.id, world.round_id, "done", 1, "info"]
    lines.clear()
    with keeper.database.writing() as session:
        jobs.ask(session, [Errand("backup", "installation:1", "x")], NIGHT)
    (keeper.folder / "backup").write_text("in the way")
    with pytest.raises(ExceptionGroup):
        keeper.at(NIGHT)
    (told,) = [one for one in lines if one["event"] == "job"]
    assert (told["kind"], told["status"], "round" in told) == ("backup", "put off", False)
