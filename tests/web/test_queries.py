"""How many queries a page of a unit or of the desk makes does not depend on how many units, criteria, files there are.

Counted on SQLite, whose driver tells every statement; the queries of PostgreSQL are the same.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, event

from actions.appraise_seen import save_over
from actions.assign import confirm_no_conflict
from actions.difficulties import raise_difficulty
from actions.evidence_files import New, add
from actions.explain import ask
from actions.marks import Filled
from actions.self_assess import save
from config.sheet import Entry, Kind
from models.db import Database
from tests.actions.later import LOCKED, in_appraisal
from tests.actions.world import World, best, launched, submitted
from tests.conftest import Fresh
from tests.web.browser import Browser, Hands, place_of
from tests.web.conftest import Portal
from tests.web.desk_world import LATER, lead_of
from tests.web.letters import by_mail

DRAFTING = ("/", "/me", "{unit}", "{unit}/preview", "{unit}/submit", "{unit}/difficulties", "{unit}/extension")
ASKED = ("/", "{unit}", "{unit}/preview", "{unit}/explanations/1")
DESK = (
    "/",
    "{round}/desk",
    "{round}/criteria",
    "{round}/criteria/I.1",
    "{round}/differences",
    "{last}/conflict",
    "{unit}/appraise",
    "{unit}/appraise/agree?part=I",
    "{unit}/questions",
)
LEAD = ("{round}/appraisers", "{round}/assignments", "{round}/differences", "{round}/desk")


class Size(NamedTuple):
    """How large a world is: units, of which kind, and how many things there are of each sort."""

    units: int
    kind: str
    things: int

    def codes(self, world: World) -> list[str]:
        """The criteria of its sheets that take plain points."""
        leaves = world.programme.sheet_for(self.kind).leaves()
        return [leaf.code for leaf in leaves if leaf.kind in {Kind.GRADED, Kind.BINARY}]


SIZES = (Size(3, "so_nganh", 1), Size(14, "dang_bo_quan_huyen", 6))
Counts = dict[str, int]


@contextmanager
def told() -> Iterator[list[str]]:
    """The statements of all connections that are opened meanwhile."""
    statements: list[str] = []

    def listen(connection: object, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(statements.append)

    event.listen(Engine, "connect", listen)
    try:
        yield statements
    finally:
        event.remove(Engine, "connect", listen)


def portal_of(database: Database, world: World, now: datetime) -> Portal:
    hands = Hands(now)
    return Portal(world, database, hands, place_of(database, hands))


def counted(portal: Portal, browser: Browser, paths: Iterable[str], statements: list[str]) -> Counts:
    """The number of statements of each page, when it was opened before."""
    first, *_, last = (f"/assessments/{key}" for key in portal.world.assessment_ids)
    places = {"unit": first, "last": last, "round": f"/rounds/{portal.world.round_id}"}
    found = {}
    for path in paths:
        address = path.format(**places)
        assert browser.get(address).status_code == 200, address
        statements.clear()
        browser.get(address)
        found[path] = len(statements)
    return found


def drafting(database: Database, size: Size, statements: list[str]) -> Counts:
    """Units that score themselves; the first has files and difficulties."""
    world = launched(database, subjects=size.units, kinds=[size.kind])
    now, codes = world.launched_at + timedelta(days=1), size.codes(world)
    with database.writing() as session:
        save(session, world.first, best(world.programme.sheet_for(size.kind)), actor=world.officer, now=now)
        for number in range(size.things):
            new = [New(codes[number], address=f"https://donvi.example/{number}")]
            add(session, world.first, new, actor=world.officer, now=now)
            raise_difficulty(session, world.first, f"Vướng mắc {number}", actor=world.officer, now=now)
    portal = portal_of(database, world, now)
    return counted(portal, by_mail(portal, world.officer), DRAFTING, statements)


def appraising(database: Database, size: Size, statements: list[str]) -> Counts:
    """All have handed in; the appraiser has seen all, differs here and there, and asks the first about criteria."""
    world = launched(database, subjects=size.units, kinds=[size.kind])
    for number in range(size.units):
        submitted(database, world, number)
    in_appraisal(database, world=world)
    with database.writing() as session:
        for key in world.assessment_ids[:-1]:
            confirm_no_conflict(session, key, actor=world.appraiser, now=LOCKED)
        for key in world.assessment_ids[: size.things]:
            save_over(session, key, lower(size.codes(world)[: size.things]), {}, actor=world.appraiser, now=LOCKED)
        ask(session, world.first, size.codes(world)[: size.things], "Nêu căn cứ.", actor=world.appraiser, now=LOCKED)
    portal = portal_of(database, world, LATER)
    asked = counted(portal, by_mail(portal, world.officer), ASKED, statements)
    own = counted(portal, by_mail(portal, world.appraiser), DESK, statements)
    return {
        **{f"unit: {path}": count for path, count in asked.items()},
        **{f"desk: {path}": count for path, count in own.items()},
        **{f"lead: {path}": count for path, count in counted(portal, lead_of(portal), LEAD, statements).items()},
    }


def lower(codes: Iterable[str]) -> dict[str, Filled]:
    return {code: Filled(Entry(points=Decimal(0)), "Chưa đủ căn cứ.") for code in codes}


@pytest.mark.parametrize("stage", [drafting, appraising])
def test_a_page_asks_no_more_where_there_is_more(
    stage: Callable[[Database, Size, list[str]], Counts], fresh_sqlite: Fresh
) -> None:
    small, large = (of_size(stage, fresh_sqlite, size) for size in SIZES)
    assert large == small
    assert min(small.values()) > 1


def of_size(stage: Callable[[Database, Size, list[str]], Counts], fresh: Fresh, size: Size) -> Counts:
    with told() as statements, fresh() as url:
        database = Database(url)
        found = stage(database, size, statements)
        database.dispose()
    return found
