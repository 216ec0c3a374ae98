"""`kill -9` of the portal, the Prefect server, its runner, and of `danhgia serve` itself with all that it runs."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from models.db import Database, run
from tests.actions.world import World
from tests.faults.services import listens
from tests.faults.test_kill_processes import Plan, Season, Slow, demand_kept, demand_locked, demand_mailed, tell, work
from tests.faults.test_last_minute import round_that_closes
from tests.notifications.smtp import free_port, serving

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1_800)]
PLANS = [Plan(25, 4, 4, timedelta(seconds=2), seed) for seed in (1, 2)]
TARGETS = {"danhgia.portal": "portal", "prefect": "Prefect server", "flows.runner": "runner", "": "all"}


class House(Season):
    """A whole installation under its supervisor."""

    def __init__(self, database: Database, world: World, plan: Plan, folder: Path, smtp: str) -> None:
        super().__init__(database, world, plan, {})
        self.killed: Counter[str] = Counter()
        self.port = free_port()
        self._environment = os.environ | {
            "DANHGIA_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "DANHGIA_VAR": str(folder),
            "DANHGIA_SMTP_URL": smtp,
            "DANHGIA_SMTP_CONNECTIONS": "1",
        }
        self._log = (folder / "serve.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def dead(self) -> Counter[str]:
        return self.killed

    @property
    def mail_kills(self) -> int:
        """The mail goes out from the supervisor, and by the runner's flows."""
        return self.killed["all"] + self.killed["runner"]

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.quick_serve", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment, stdout=self._log, stderr=self._log)
        self.wait(lambda: bool(self.family()) and listens(self.port))

    def stop(self) -> None:
        """SIGKILL; its children notice, and all are gone when this returns."""
        if self._process is None:
            return
        with suppress(psutil.NoSuchProcess):
            everybody = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            self._process.wait()
            assert psutil.wait_procs(everybody, timeout=60)[1] == []
        self._process = None

    def family(self) -> dict[str, psutil.Process]:
        """The children by what they run."""
        assert self._process is not None
        assert self._process.poll() is None, "the supervisor ended"
        found = {}
        for child in psutil.Process(self._process.pid).children():
            with suppress(psutil.NoSuchProcess):
                command = child.cmdline()
                found[command[4] if len(command) > 4 else "?"] = child
        return found

    def kill_one(self) -> None:
        """Kill a child, which the supervisor starts again, or the supervisor; what does not run yet is waited for."""
        target = self.chance.choice(list(TARGETS))
        if target:
            self.wait(lambda: target in self.family())
            self.over.wait(self.chance.uniform(0, 0.5))
            with suppress(psutil.NoSuchProcess, KeyError):
                self.family()[target].kill()
                self.killed[TARGETS[target]] += 1
        else:
            self.over.wait(self.chance.uniform(0, 2))
            self.stop()
            self.killed["all"] += 1
            self.start()

    def end_round(self) -> None:
        """All stand still for a moment, so that what the killed ones had taken can be given to others."""
        self.stop()
        with self.database.writing() as session:
            for table in ("outbox", "job"):
                run(session, f"UPDATE {table} SET lease_until = 1 WHERE lease_until IS NOT NULL")
        self.start()
        super().end_round()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: str(plan.seed))
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_whole_house_survives(kind: str, plan: Plan, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    fresh = request.getfixturevalue(f"fresh_{kind}")
    postbox = Slow()
    with round_that_closes(fresh, plan.officers + plan.sleepers) as (_, database, world), serving(postbox) as port:
        house = House(database, world, plan, tmp_path, f"smtp://localhost:{port}?starttls=never")
        try:
            house.start()
            asyncio.run(work(house, [f"http://127.0.0.1:{house.port}"]))
        finally:
            house.stop()
        tell(house, postbox)
        demand_kept(house)
        demand_locked(house)
        demand_mailed(house, postbox)
