import json
from datetime import date, datetime, timedelta

import pytest

from actions.shortcomings import Remedied, carried, conclude, figures, remedy
from models.db import Database
from models.statements import open_shortcomings
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.consulting_world import ASKED, Consulting, consulting
from tests.actions.later import acts, chain, is_whole, payload, rules

NEXT = ASKED + timedelta(days=365)


def concluded(
    database: Database,
    world: Consulting,
    code: str,
    text: str = "Chậm giải ngân đầu tư công.",
    *,
    on: date = date(2024, 11, 15),
    by: Actor | None = None,
    now: datetime = ASKED,
) -> int:
    with database.writing() as session:
        return conclude(session, world.dossiers[code], text, concluded_on=on, actor=by or world.owner, now=now)


def remedied(
    database: Database, key: int, world: Consulting, code: str, text: str = "Đã giải ngân 98%.", *, on: date
) -> None:
    with database.writing() as session:
        remedy(session, key, world.dossiers[code], text, remedied_on=on, actor=world.officers[code], now=NEXT)


def texts(database: Database, world: Consulting, code: str) -> list[str]:
    with database.reading() as session:
        return [one.text for one in carried(session, world.dossiers[code], actor=world.heads[code])]


def counted(database: Database, world: Consulting, code: str) -> Remedied:
    with database.reading() as session:
        return figures(session, world.dossiers[code])


@pytest.mark.rule("HT-3.2")
def test_what_one_year_concludes_opens_the_next_years_dossier(database: Database) -> None:
    before = consulting(database, 2024)
    concluded(database, before, "tt-1")
    concluded(database, before, "tt-1", "Họp giao ban chưa đều.", by=before.staff["authority"])
    assert texts(database, before, "tt-1") == []
    world = consulting(database, 2025)
    assert texts(database, world, "tt-1") == ["Chậm giải ngân đầu tư công.", "Họp giao ban chưa đều."]
    assert texts(database, world, "tt-2") == []
    row = chain(database, f"assessment:{before.dossiers['tt-1']}")[-1]
    assert (row.act, json.loads(payload(database, row.entity, row.seq))) == (
        "conclude_shortcoming",
        {"text": "Họp giao ban chưa đều."},
    )
    assert is_whole(database, before.round_id)


@pytest.mark.rule("HT-3.2", "ANO-S2-3")
def test_a_remedy_is_stated_in_this_years_dossier_and_counted_there(database: Database) -> None:
    before, world = consulting(database, 2024), consulting(database, 2025)
    first, _ = concluded(database, before, "tt-1"), concluded(database, before, "tt-1", "Họp giao ban chưa đều.")
    assert counted(database, world, "tt-1") == Remedied(0, 2)
    remedied(database, first, world, "tt-1", on=date(2025, 6, 30))
    assert counted(database, world, "tt-1") == Remedied(1, 2)
    assert len(texts(database, world, "tt-1")) == 2
    assert acts(database, f"assessment:{world.dossiers['tt-1']}")[-1] == "remedy_shortcoming"
    with database.reading() as session:
        left = open_shortcomings(session, world.subjects["tt-1"])
        assert [one.text for one in left] == ["Họp giao ban chưa đều."]
    later = consulting(database, 2026)
    assert texts(database, later, "tt-1") == ["Họp giao ban chưa đều."]
    assert counted(database, later, "tt-1") == Remedied(0, 1)
    with pytest.raises(Refused) as caught:
        remedied(database, first, world, "tt-1", on=date(2025, 7, 1))
    assert rules(caught.value) == ["remedied"]


def test_what_is_concluded_in_january_is_still_of_the_year_that_was_assessed(database: Database) -> None:
    before, world = consulting(database, 2024), consulting(database, 2025)
    concluded(database, before, "tt-1", on=date(2025, 1, 10), now=NEXT)
    assert counted(database, world, "tt-1") == Remedied(0, 1)


def test_nobody_with_nothing_left_has_anything_to_remedy(database: Database) -> None:
    world = consulting(database, 2025)
    key = concluded(database, world, "tt-1", on=date(2025, 3, 1), now=NEXT)
    assert counted(database, world, "tt-1") == Remedied(0, 0)
    for other in (key, key + 1):
        with pytest.raises(Unknown):
            remedied(database, other, world, "tt-1", on=date(2025, 6, 30))


def test_all_that_is_wrong_is_said(database: Database) -> None:
    before, world = consulting(database, 2024), consulting(database, 2025)
    with pytest.raises(Refused) as caught:
        concluded(database, before, "tt-1", " ", on=date(2024, 11, 21))
    assert rules(caught.value) == ["text", "concluded_on"]
    key = concluded(database, before, "tt-1")
    for on in (date(2024, 11, 14), date(2025, 11, 21)):
        with pytest.raises(Refused) as caught:
            remedied(database, key, world, "tt-1", " ", on=on)
        assert rules(caught.value) == ["text", "remedied_on"]


def test_a_unit_does_not_conclude_of_itself_and_a_stranger_sees_nothing(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(NotAllowed):
        concluded(database, world, "tt-1", by=world.heads["tt-1"])
    concluded(database, world, "cb", by=world.heads["db"])
    with pytest.raises(NotAllowed), database.reading() as session:
        carried(session, world.dossiers["cb"], actor=world.heads["tt-1"])
