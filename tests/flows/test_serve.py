import stat
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psutil

from danhgia.child import FIRST_BACKOFF, Child
from models.db import Database
from tests.actions.world import World, state_of
from tests.flows.serving import close, settings_in, supervisor, underway, until

SECOND = timedelta(seconds=1)


def family(pid: int) -> dict[str, psutil.Process]:
    """The children of a supervisor, by what they run."""
    commands = ((_command(child), child) for child in psutil.Process(pid).children())
    return {command[4]: child for command, child in commands if len(command) > 4}


def _command(child: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess):
        return child.cmdline()
    return []


def locks_within(seconds: float, database: Database, world: World, number: int) -> None:
    close(database, world, datetime.now(UTC) - 14 * SECOND, number)
    until(lambda: state_of(database, world.assessment_ids[number]) == "locked_zero", seconds)


def test_work_is_done_whatever_becomes_of_prefect_and_all_stops_at_a_signal(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    database = Database(settings.database_url)
    world = underway(database, subjects=2)
    with supervisor(settings) as process:
        until(lambda: "prefect" in family(process.pid))
        locks_within(60, database, world, 0)
        assert stat.S_IMODE((tmp_path / "prefect" / "auth").stat().st_mode) == 0o600
        until(lambda: "Prefect answers at" in (tmp_path / "serve.log").read_text())
        until(lambda: "flows.runner" in family(process.pid))
        first = family(process.pid)["prefect"]
        first.kill()
        locks_within(60, database, world, 1)
        until(lambda: family(process.pid).get("prefect") not in {None, first})
        everybody = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(60) == 0
    assert psutil.wait_procs(everybody, timeout=60)[1] == []
    database.dispose()


def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with supervisor(settings) as process:
        until(lambda: "prefect" in family(process.pid))
        everybody = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
    assert psutil.wait_procs(everybody, timeout=60)[1] == []


def test_a_child_that_keeps_dying_is_started_ever_more_seldom(tmp_path: Path) -> None:
    child, starts = Child("nobody", tmp_path / "log"), list[float]()
    while len(starts) < 3:
        if not child.is_running() and child.may_start():
            child.start(("no.such.module",), {})
            starts.append(time.monotonic())
        time.sleep(0.05)
    child.end(time.monotonic())
    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert waits[0] >= FIRST_BACKOFF
    assert waits[1] >= 2 * FIRST_BACKOFF
