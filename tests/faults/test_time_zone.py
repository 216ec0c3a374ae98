"""The machine's time zone is wrong: pages, mails, sweeps and nights are as everywhere else."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from flows import duties
from models.db import Database
from tests.actions.world import at, launched, state_of
from tests.conftest import Fresh
from tests.flows.keeper import Keeper
from tests.web.browser import Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail

ZONES = ["Asia/Ho_Chi_Minh", "America/Los_Angeles"]
EVENING = at("2024-12-09 23:59:30")
LOCKED = at("2024-12-10 00:00:15")
NIGHT = at("2024-12-10 02:00")


@contextmanager
def host_in(zone: str) -> Iterator[None]:
    """This process is on a machine of that zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        yield
    os.environ.pop("TZ", None)
    time.tzset()


def test_nothing_depends_on_the_zone_of_the_machine(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    told = []
    for zone in ZONES:
        with fresh_sqlite() as url, host_in(zone):
            database = Database(url, entropy=Random(5).randbytes)
            told.append(year(database, tmp_path / zone.replace("/", "-")))
            database.dispose()
    assert told[1] == told[0]
    assert "hết ngày 09/12/2024 (trước ngày 10/12)" in str(told[0]["before"]).lower()
    assert (told[0]["early"], told[0]["states"]) == ({}, ["locked_zero"] * 2)
    assert told[0]["night"] == "2024-12-10"


def year(database: Database, folder: Path) -> dict[str, object]:
    """What a unit and its mail are told around the deadline, and when it falls."""
    world, keeper = launched(database, subjects=2), Keeper(database, folder)
    hands = Hands(EVENING)
    portal = Portal(world, database, hands, place_of(database, hands))
    browser = by_mail(portal, world.officer)
    hands.at = EVENING
    home = f"/assessments/{world.first}"
    before = words(browser.get(home))
    early = keeper.at(LOCKED - timedelta(microseconds=1)).get("lock", {})
    keeper.at(LOCKED)
    hands.at = LOCKED
    after = words(browser.get(home))
    keeper.at(NIGHT)
    return {
        "before": before,
        "after": after,
        "early": early,
        "states": [state_of(database, key) for key in world.assessment_ids],
        "night": str(duties.last_night(NIGHT).astimezone(EVENING.tzinfo).date()),
        "mails": sorted(file.read_bytes() for file in (folder / "mail").glob("*.eml")),
    }
