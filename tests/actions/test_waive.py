"""A missing prerequisite is waived by the authority (DESIGN §7)."""

import pytest

from actions.known import case_of
from actions.propose import propose
from actions.recognise import Award, Papers, recognise
from actions.waive import waive
from models.db import Database
from models.order import Waiver
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from states.hold import hold
from states.order import blocked
from tests.actions.ha_tinh_world import DECIDED, RATED, Ward, bring, bring_all, ward
from tests.actions.later import acts, dossier, is_whole, sentences
from tests.actions.world import at, paper

REASON = "Đi học dài hạn, chưa kiểm điểm"


def waived(database: Database, world: Ward, code: str, *, actor: Actor | None = None, reason: str = REASON) -> None:
    with database.writing() as session:
        document = paper(session, now=RATED)
        waive(session, world.ids[code], reason, document, actor=actor or world.authorities["p"], now=RATED)


def test_only_the_deciding_body_waives_and_only_for_a_reason(database: Database) -> None:
    world = ward(database)
    for actor in (world.administrator, world.heads["c1"], world.authorities["btv"], world.secretary):
        with pytest.raises(NotAllowed):
            waived(database, world, "m1", actor=actor)
    with pytest.raises(Refused, match="Phải ghi lý do"):
        waived(database, world, "m1", reason=" ")
    waived(database, world, "m1")
    with pytest.raises(Refused, match="đã được cho qua trước đây"):
        waived(database, world, "m1")
    bring(database, world, "m2", "recognised")
    with pytest.raises(Refused, match="đã có kết quả, không cần cho qua"):
        waived(database, world, "m2")
    with pytest.raises(Unknown), database.writing() as session:
        waive(session, 10_000, REASON, None, actor=world.authorities["p"], now=RATED)
    with database.reading() as session:
        kept = session.get_one(Waiver, world.ids["m1"])
        assert (kept.reason, kept.account_id, kept.at) == (REASON, world.authorities["p"].account_id, RATED)
    assert acts(database, f"assessment:{world.ids['m1']}") == ["assigned", "waive"]
    assert is_whole(database, world.round_id)


@pytest.mark.rule("HT-11.3")
def test_who_waits_for_the_waived_goes_on_and_is_flagged(database: Database) -> None:
    world = ward(database)
    bring_all(database, world, ["m1", "m2"], "recognised")
    bring(database, world, "c1", "appraising")
    with pytest.raises(Refused) as caught:
        bring(database, world, "c1", "deciding")
    assert sentences(caught.value) == ["Phải xếp loại trước: Mẫu m3."]
    with database.reading() as session:
        waiting = blocked(session, world.programme, "rating_order", world.round_id)
    assert waiting[world.ids["c1"]] == (world.ids["m3"],)
    waived(database, world, "m3")
    with database.reading() as session:
        assert world.ids["c1"] not in blocked(session, world.programme, "rating_order", world.round_id)
    with database.writing() as session:
        found = propose(session, world.ids["c1"], actor=world.administrator, now=RATED)
    told = [(flag.code, flag.text) for flag in found.flags if flag.code == "waiver"]
    assert told == [("waiver", "«Mẫu m3» chưa xếp loại, cấp có thẩm quyền cho xếp loại trước.")]
    assert bring(database, world, "c1", "recognised") == world.ids["c1"]


@pytest.mark.rule("HT-11.2")
def test_the_waived_is_outside_the_shares_until_rated_late(database: Database) -> None:
    """AMB-HT-15: late rating is allowed, flagged, and counts from then on."""
    world = ward(database)
    bring_all(database, world, ["m1", "m2"], "recognised")
    bring(database, world, "m3", "reviewed")
    waived(database, world, "m3")

    def members() -> tuple[str | None, ...]:
        with database.reading() as session:
            facts = hold(session, world.ids["c1"], actor=world.administrator, now=RATED)
            return case_of(session, facts).related["members"]

    assert members() == ("httnv", "httnv")
    key, late = bring(database, world, "m3", "deciding", "htnv"), at("2024-12-20 08:00")
    with database.writing() as session:
        award, papers = Award(key, reason="Xếp loại bổ sung"), Papers(paper(session, now=late))
        recognise(session, world.round_id, [award], papers, actor=world.authorities["p"], now=late)
    found = dossier(database, key)
    assert (found.level, found.late) == ("htnv", True)
    assert members() == ("httnv", "httnv", "htnv")


@pytest.mark.rule("HT-9.3")
def test_the_waived_is_outside_the_group_of_the_quota(database: Database) -> None:
    """Of two cells one is waived: the other is all of its group, and may be the one (AMB-HT-2)."""
    world = ward(database)
    bring_all(database, world, ["m1", "m2", "m3"], "recognised")
    bring(database, world, "c1", "deciding", "htxsnv")
    awards = [Award(world.ids["c1"], reason="Theo phiếu")]
    with pytest.raises(Refused, match="Chưa đủ căn cứ để có 1 HTXSNV"), database.writing() as session:
        recognise(session, world.round_id, awards, Papers(1), actor=world.authorities["p"], now=DECIDED)
    waived(database, world, "c2")
    with database.writing() as session:
        papers = Papers(paper(session, now=DECIDED))
        recognise(session, world.round_id, awards, papers, actor=world.authorities["p"], now=DECIDED)
    assert dossier(database, world.ids["c1"]).level == "htxsnv"
