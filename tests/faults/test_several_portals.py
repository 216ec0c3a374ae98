"""Portals on several machines behind a proxy that gives each request to the next one: nothing is kept in a process."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from sqlmodel import select

from actions.passwords import set_password
from models.assessments import Assessment, marks
from models.db import Database, run
from models.people import Account
from states.actor import SYSTEM
from tests.actions.world import World, launched
from tests.conftest import Fresh
from tests.faults.bouncer import LENT, bouncer
from tests.faults.officers import Officer, now
from tests.faults.whole import demand_whole
from tests.served import portal
from tests.web.letters import PASSWORD, PASSWORD_HASH
from tests.web.unit_forms import VERSION, best_fields

Found = TypeVar("Found")


class Turns(Random):
    """Chance that gives each request to the next portal."""

    def __init__(self, first: int) -> None:
        super().__init__(first)
        self.turn = first

    def choice(self, among: Sequence[Found]) -> Found:  # type: ignore[override]
        self.turn += 1
        return among[self.turn % len(among)]


@contextmanager
def round_with_passwords(url: str, count: int) -> Iterator[tuple[Database, World, list[str]]]:
    """A round a day old by the real clock, whose officers sign in by address and password."""
    database, begun = Database(url), now() - timedelta(days=1)
    world = launched(database, year=begun.year + 1, subjects=count, now=begun)
    with database.writing() as session:
        for officer in world.officers:
            set_password(session, officer.account_id or 0, PASSWORD_HASH, actor=SYSTEM, now=begun)
        emails = [session.get_one(Account, officer.account_id).email for officer in world.officers]
    yield database, world, emails
    database.dispose()


@pytest.mark.parametrize(
    ("count", "through", "commands"),
    [
        (2, nullcontext, ()),
        pytest.param(2 * LENT, bouncer, ("tick", "audit verify"), id="pgbouncer", marks=pytest.mark.faults),
    ],
)
def test_each_request_of_a_whole_submission_goes_to_another_portal(
    count: int,
    through: Callable[[str], AbstractContextManager[str]],
    commands: Sequence[str],
    fresh_postgresql: Fresh,
    tmp_path: Path,
) -> None:
    with (
        fresh_postgresql() as direct,
        through(direct) as url,
        round_with_passwords(url, count) as (database, world, emails),
    ):
        with (
            portal(url, tmp_path / "one") as one,
            portal(url, tmp_path / "two") as two,
        ):
            officers = asyncio.run(all_submit(world, emails, [one, two]))
        for command in commands:
            demand_command(url, tmp_path, command)
        with database.reading() as session:
            demand_whole(session)
            states = Counter(found.state for found in session.exec(select(Assessment)))
            submitted = run(session, "SELECT count(*) FROM history WHERE act = 'submit'").fetchone()[0]
            for officer, key in zip(officers, world.assessment_ids, strict=True):
                kept = {code: mark.note for code, mark in marks(session, key, "self").items()}
                assert kept == officer.notes
    assert states == Counter(submitted=count)
    assert submitted == count
    assert {answer.status for answer in officers[0].log} <= {200, 303}


def demand_command(url: str, folder: Path, command: str) -> None:
    """The work loop's turn, and what reads all there is."""
    ours = {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(folder)}
    subprocess.run([sys.executable, "-m", "danhgia", *command.split()], env=os.environ | ours, check=True)


async def all_submit(world: World, emails: list[str], addresses: list[str]) -> list[Officer]:
    """All at once, each alternating between the portals."""
    fields = best_fields(world.programme.sheet_for(next(iter(world.programme.subject_kinds))))
    officers = [
        Officer(number, f"/assessments/{key}", addresses, fields, [], Turns(number))
        for number, key in enumerate(world.assessment_ids)
    ]
    await asyncio.gather(*(submit(officer, email) for officer, email in zip(officers, emails, strict=True)))
    return officers


async def submit(officer: Officer, email: str) -> None:
    """Sign in, save criterion by criterion, save all, look again, submit, sign out: each request elsewhere."""
    await officer.send("door", "GET", "/sign-in/password")
    await officer.send("password", "POST", "/sign-in/password", {"email": email, "password": PASSWORD})
    await officer.open_sheet()
    for code in officer.codes[:6]:
        await officer.autosave(code, f"{officer.number} ghi {code}")
    await officer.save_all()
    looked = await officer.send("look", "GET", f"{officer.home}/submit")
    version = VERSION.search(looked.text)
    assert version
    await officer.submit(version[1])
    await officer.client.aclose()
