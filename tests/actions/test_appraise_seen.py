from decimal import Decimal

import pytest

from actions.appraise_seen import Overtaken, begin, save_over, stamp
from actions.marks import Filled
from config.sheet import Entry
from models.assessments import marks
from models.db import Database
from states.errors import Refused, Stale
from tests.actions.later import LOCKED, acts, in_appraisal
from tests.actions.world import state_of

ONE = Filled(Entry(points=Decimal(1)), "Một")
TWO = Filled(Entry(points=Decimal(2)), "Hai")


def test_the_first_mark_begins_the_appraisal(database: Database) -> None:
    world = in_appraisal(database)
    with database.writing() as session:
        save_over(session, world.first, {"I.1": ONE}, {}, actor=world.appraiser, now=LOCKED)
        begin(session, world.first, actor=world.appraiser, now=LOCKED)
    assert state_of(database, world.first) == "appraising"
    assert acts(database, f"assessment:{world.first}").count("start_appraisal") == 1


def test_a_mark_is_kept_over_what_was_seen_and_over_nothing_else(database: Database) -> None:
    world = in_appraisal(database)
    with database.writing() as session:
        save_over(session, world.first, {"I.1": ONE}, {}, actor=world.appraiser, now=LOCKED)
        save_over(session, world.first, {"I.1": ONE}, {}, actor=world.appraiser, now=LOCKED)
        with pytest.raises(Overtaken) as caught:
            save_over(session, world.first, {"I.1": TWO}, {}, actor=world.appraiser, now=LOCKED)
        seen = {"I.1": stamp(marks(session, world.first, "appraised")["I.1"])}
        save_over(session, world.first, {"I.1": TWO}, seen, actor=world.appraiser, now=LOCKED)
        assert marks(session, world.first, "appraised")["I.1"].points == Decimal(2)
    assert isinstance(caught.value, Stale)
    assert caught.value.codes == ("I.1",)
    assert stamp(None) == ""


def test_what_the_sheet_refuses_is_refused(database: Database) -> None:
    world = in_appraisal(database)
    nine = Filled(Entry(points=Decimal(9)), "Vượt")
    with database.writing() as session, pytest.raises(Refused, match="không nhận 9"):
        save_over(session, world.first, {"I.1": nine}, {}, actor=world.appraiser, now=LOCKED)
