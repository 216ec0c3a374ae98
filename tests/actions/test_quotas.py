"""The preview of a quota before anything is decided, and the greater share of an outstanding body."""

from collections.abc import Sequence

import pytest

from actions.quotas import is_raised, preview_of, raise_quota
from models.db import Database, run
from models.statements import Proposal
from scoring.quota import Preview
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ha_tinh_world import DECIDED, Ward, ballot, staffed, ward
from tests.actions.later import rules
from tests.actions.test_xep_loai_tap_the import collectives
from tests.actions.world import paper

MEMBERS = ("m1", "m2", "m3", "m4", "m5")


def proposed(database: Database, world: Ward, levels: Sequence[str]) -> None:
    with database.writing() as session:
        for code, level in zip(MEMBERS, levels, strict=True):
            session.add(Proposal(assessment_id=world.ids[code], made_at=DECIDED, level=level, body="{}"))


def previewed(database: Database, world: Ward, actor: Actor) -> Preview:
    with database.reading() as session:
        return preview_of(session, world.round_id, "p", "dang_vien", actor=actor)


@pytest.mark.rule("HT-9.1", "HT-9.2")
def test_a_preview_says_who_would_have_a_seat_before_anything_is_decided(database: Database) -> None:
    world = ward(database)
    proposed(database, world, ["htxsnv", "htxsnv", "httnv", "httnv", "httnv"])
    found = previewed(database, world, world.administrator)
    assert (found.seats.total, found.seats.seats) == (5, 1)
    assert [(line.name, line.standing.value) for line in found.lines] == [("Mẫu m1", "open"), ("Mẫu m2", "open")]
    with database.reading() as session:
        assert run(session, "SELECT count(*) FROM assessment WHERE level IS NOT NULL").fetchone()[0] == 0


def test_those_voted_for_by_more_go_first(database: Database) -> None:
    world = ward(database)
    proposed(database, world, ["htxsnv", "htxsnv", "httnv", "httnv", "httnv"])
    with database.writing() as session:
        ballot(session, world, "m1", "decision", {"htxsnv": 6, "httnv": 3}, winner="htxsnv")
        ballot(session, world, "m2", "decision", {"htxsnv": 8, "httnv": 1}, winner="htxsnv")
    lines = previewed(database, world, world.administrator).lines
    assert [(line.name, line.standing.value) for line in lines] == [("Mẫu m2", "in"), ("Mẫu m1", "out")]
    assert "8/9 phiếu" in lines[0].text


def test_who_may_see_a_preview(database: Database) -> None:
    world = ward(database)
    with database.writing() as session:
        own, other = staffed(session, "secretary", body="p"), staffed(session, "secretary", body="btv")
    assert previewed(database, world, own).lines == ()
    for stranger in (other, world.heads["m1"]):
        with pytest.raises(NotAllowed):
            previewed(database, world, stranger)
    with pytest.raises(Unknown), database.reading() as session:
        preview_of(session, world.round_id, "p", "khong_co", actor=own)


def test_a_greater_share_needs_the_authority_a_reason_and_a_programme_that_has_one(database: Database) -> None:
    world = collectives(database)
    authority = world.authorities["btv"]

    def raised(by: Actor, reason: str = "Đơn vị nổi bật trong năm") -> None:
        with database.writing() as session:
            document = paper(session, now=DECIDED)
            raise_quota(session, world.round_id, "btv", "hanh_chinh", reason, document, actor=by, now=DECIDED)

    with pytest.raises(NotAllowed):
        raised(world.secretary)
    with pytest.raises(Refused) as caught:
        raised(authority, " ")
    assert rules(caught.value) == ["needs_reason"]
    raised(authority)
    with pytest.raises(Refused) as caught:
        raised(authority)
    assert rules(caught.value) == ["outstanding"]
    with database.reading() as session:
        assert is_raised(session, world.round_id, "btv", "hanh_chinh")
        assert not is_raised(session, world.round_id, "btv", "su_nghiep")


def test_where_there_is_no_greater_share_none_is_given(database: Database) -> None:
    world = ward(database)
    authority = world.authorities["p"]
    with database.writing() as session:
        document = paper(session, now=DECIDED)
        with pytest.raises(Refused) as caught:
            raise_quota(session, world.round_id, "p", "dang_vien", "Nổi bật", document, actor=authority, now=DECIDED)
    assert rules(caught.value) == ["outstanding"]
