import pytest

from actions.forward import send_up
from models.db import Database
from states.errors import NotAllowed, Refused
from tests.actions.later import chain, is_whole, mails, rules
from tests.actions.world import World, at, launched, paper, state_of, submitted

NOW = at("2022-11-28 09:00")


def own_dossier(database: Database) -> World:
    kinds = ("ubnd_huyen", "ubnd_xa")
    world = launched(database, "dan-van-chinh-quyen", 2022, subjects=2, kinds=kinds)
    for number in range(2):
        submitted(database, world, number)
    return world


@pytest.mark.rule("VG-1.6", "VG-1.4")
def test_the_own_dossier_of_the_district_ends_at_the_province(database: Database) -> None:
    world = own_dossier(database)
    with database.writing() as session:
        send_up(session, world.first, paper(session, now=NOW), actor=world.administrator, now=NOW)
    assert state_of(database, world.first) == "sent_to_province"
    assert chain(database, f"assessment:{world.first}")[-1].act == "send_to_province"
    assert {key for key, _ in mails(database, "sent_to_province")} == {world.first}
    assert is_whole(database, world.round_id)


@pytest.mark.rule("VG-1.6")
def test_it_needs_a_document_and_is_for_the_district_alone(database: Database) -> None:
    world = own_dossier(database)
    own, other = world.assessment_ids
    with pytest.raises(Refused) as caught, database.writing() as session:
        send_up(session, own, None, actor=world.administrator, now=NOW)
    assert rules(caught.value) == ["needs_document"]
    with pytest.raises((Refused, NotAllowed)), database.writing() as session:
        send_up(session, other, paper(session, now=NOW), actor=world.administrator, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        send_up(session, own, paper(session, now=NOW), actor=world.officer, now=NOW)
