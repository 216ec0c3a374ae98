"""Levels recognised by ballot, under the cap and the quota, and replaced for later discipline (HT-6, HT-9 to HT-11)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from actions.recognise import OTHER_THAN_VOTED as VOTED
from actions.recognise import Award, Papers, recognise, record_superior
from config.load import load_programme
from models.db import Database, run
from models.decisions import Decision, DecisionItem
from models.statements import Statement
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ha_tinh_world import (
    DECIDED,
    SLUG,
    Ward,
    ballot,
    bring,
    bring_all,
    pull,
    rows,
    ward,
)
from tests.actions.later import acts, dossier, is_whole, mails, payload, sentences
from tests.actions.world import at, paper
from tests.states.worlds import column

MEMBERS = ("m1", "m2", "m3", "m4", "m5")
REASON = "Theo kết quả bỏ phiếu"


def decided(
    database: Database,
    world: Ward,
    awards: Mapping[str, str | None],
    *,
    actor: Actor | None = None,
    reason: str = REASON,
    minutes: bool = False,
    now: datetime = DECIDED,
) -> int:
    """One decision on some dossiers by their body, or by somebody else; its id."""
    with database.writing() as session:
        papers = Papers(paper(session, now=now), paper(session, now=now, kind="minutes") if minutes else None)
        chosen = [Award(world.ids[code], level, reason) for code, level in awards.items()]
        return recognise(session, world.round_id, chosen, papers, actor=actor or world.authorities["p"], now=now)


def refused(database: Database, world: Ward, awards: Mapping[str, str | None], **how: bool | str) -> list[str]:
    with pytest.raises(Refused) as caught:
        decided(database, world, awards, reason=str(how.get("reason", REASON)), minutes=bool(how.get("minutes")))
    return sentences(caught.value)


def levels(database: Database, world: Ward, codes: Sequence[str]) -> list[str | None]:
    return [dossier(database, world.ids[code]).level for code in codes]


def voted(database: Database, world: Ward, scarce: Sequence[str]) -> None:
    """The five members of the ward stand before their decision; some were voted HTXSNV, the others HTTNV."""
    for code in MEMBERS:
        bring(database, world, code, "deciding", "htxsnv" if code in scarce else "httnv")


@pytest.mark.rule("HT-6.3", "HT-6.4")
def test_the_level_that_won_the_ballot_is_recognised(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "deciding")
    with pytest.raises(NotAllowed):
        decided(database, world, {"mt": None}, actor=world.administrator)
    decision_id = decided(database, world, {"mt": None})
    found = dossier(database, key)
    assert (found.state, found.level, found.decision_id, found.late) == ("recognised", "httnv", decision_id, False)
    with database.reading() as session:
        decision = session.get_one(Decision, decision_id)
        item = session.get_one(DecisionItem, (decision_id, key))
        assert (decision.decided_at, decision.annulled_at, item.level, item.reason) == (DECIDED, None, "httnv", REASON)
    assert len(mails(database, "result_announced")) == 2
    assert (acts(database, f"assessment:{key}")[-1], is_whole(database, world.round_id)) == ("recognise", True)
    assert '"level":"httnv"' in payload(database, f"assessment:{key}", found.seq)


@pytest.mark.rule("HT-6.1", "HT-6.3")
def test_without_a_majority_there_is_a_second_ballot_and_without_that_no_level(database: Database) -> None:
    """AMB-HT-7."""
    world = ward(database)
    key = bring(database, world, "mt", "appraising")
    bring(database, world, "mt", "deciding")
    with database.writing() as session:
        run(session, "UPDATE ballot_item SET winner = NULL WHERE assessment_id = :id", {"id": key})
    assert refused(database, world, {"mt": "httnv"}) == [
        "«Mẫu mt»: «Phiếu quyết định mức xếp loại» chưa có mức nào đạt quá bán.",
    ]
    assert pull(database, world, "mt", "second_ballot", actor=world.secretary, now=DECIDED, papers=True) == "deciding"
    with database.writing() as session:
        ballot(session, world, "mt", "second_decision", {"htnv": 6}, winner="htnv")
    decided(database, world, {"mt": None})
    assert levels(database, world, ["mt"]) == ["htnv"]


def test_a_second_ballot_only_where_the_first_gave_no_majority(database: Database) -> None:
    world = ward(database)
    bring(database, world, "mt", "deciding")
    with pytest.raises(Refused, match="không còn đúng với hồ sơ"):
        pull(database, world, "mt", "second_ballot", actor=world.secretary, now=DECIDED, papers=True)


def test_another_level_than_voted_or_proposed_needs_its_grounds(database: Database) -> None:
    world = ward(database)
    bring(database, world, "mt", "deciding")
    for level in ("htxsnv", "htnv"):
        assert refused(database, world, {"mt": level}, minutes=True) == [f"«Mẫu mt»: {VOTED}"]
    assert refused(database, world, {"mt": "tot"}) == ["«Mẫu mt»: không có mức xếp loại «tot»."]
    with database.reading() as session:
        proposal = run(session, "SELECT level FROM proposal").fetchone()[0]
    assert proposal != "httnv"
    assert refused(database, world, {"mt": None}, reason="") == [
        "«Mẫu mt»: mức công nhận khác mức đề xuất thì phải ghi lý do."
    ]


def test_one_decision_is_all_or_none_and_names_each(database: Database) -> None:
    world = ward(database)
    bring_all(database, world, ["m1", "m2"], "deciding")
    bring(database, world, "mt", "appraising")
    told = refused(database, world, {"m1": None, "m2": "htxsnv", "mt": "httnv"})
    assert sorted(one.partition(":")[0] for one in told) == ["«Mẫu m2»", "«Mẫu mt»"]
    assert levels(database, world, ["m1", "m2"]) == [None, None]
    with pytest.raises(Refused, match="Chưa chọn hồ sơ nào"):
        decided(database, world, {})
    twice, authority = [Award(world.ids["m1"]), Award(world.ids["m1"])], world.authorities["p"]
    with pytest.raises(Refused, match="nêu hai lần"), database.writing() as session:
        recognise(session, world.round_id, twice, Papers(1), actor=authority, now=DECIDED)
    assert column(database, "SELECT count(*) FROM decision") == [0]


def test_a_dossier_of_another_round_is_not_in_a_decision(database: Database) -> None:
    world = ward(database)
    bring(database, world, "m1", "deciding")
    with database.writing() as session:
        columns = "programme_version_id, slug, year, title, state, version, seq, head, chain_at, launched_at"
        run(session, f"INSERT INTO round (id, {columns}) SELECT 99, {columns} FROM round")
    award, authority = Award(world.ids["m1"], reason=REASON), world.authorities["p"]
    with pytest.raises(Unknown), database.writing() as session:
        recognise(session, 99, [award], Papers(1), actor=authority, now=DECIDED)


@pytest.mark.rule("HT-10.2", "HT-10.4", "HT-10.6")
def test_each_body_recognises_what_is_its_to_decide(database: Database) -> None:
    """The standing committee, the delegated group of UBND, the ward's committee; nobody in another's place."""
    world = ward(database)
    bring_all(database, world, [*MEMBERS, "ub", "mt", "c1", "c2"], "recognised")
    bring_all(database, world, ["p", "ct"], "deciding")
    for code, own in (("p", "btv"), ("ct", "nhom_2")):
        for body in world.authorities.keys() - {own}:
            with pytest.raises(NotAllowed):
                decided(database, world, {code: None}, actor=world.authorities[body])
            with pytest.raises(NotAllowed):
                decided(database, world, {code: "khtnv"}, actor=world.authorities[body], reason="")
        decided(database, world, {code: None}, actor=world.authorities[own])
    with pytest.raises(NotAllowed):
        decided(database, world, {"b1": None}, actor=world.heads["c1"])
    bring(database, world, "b1", "recognised")
    bodies = {code: dossier(database, world.ids[code]).body for code in ("p", "ub", "mt", "c1", "bt", "b1", "m1")}
    assert bodies == {"p": "btv", "ub": "nhom_2", "mt": "p", "c1": "p", "bt": "btv", "b1": "p", "m1": "p"}


@pytest.mark.rule("HT-10.3", "HT-10.5")
def test_the_delegated_groups_recognise_what_the_register_gives_them(database: Database) -> None:
    world = ward(database, rows(mt={"body": "nhom_2"}, ub={"body": "nhom_3"}), bodies=("btv", "nhom_2", "nhom_3"))
    for code, own in (("mt", "nhom_2"), ("ub", "nhom_3")):
        bring(database, world, code, "deciding")
        for body in world.authorities.keys() - {own}:
            with pytest.raises(NotAllowed):
                decided(database, world, {code: None}, actor=world.authorities[body])
        decided(database, world, {code: None}, actor=world.authorities[own])
    assert levels(database, world, ["mt", "ub"]) == ["httnv", "httnv"]


@pytest.mark.rule("HT-6.2", "HT-11.3")
def test_out_of_order_nothing_comes_to_its_decision(database: Database) -> None:
    """Members before their cell, cells and the bodies beside before the ward, each body before its head."""
    world = ward(database)
    for code in ("ub", "mt", "p", "bt", "c1", "b1", "ct"):
        bring(database, world, code, "appraising")
    missing = {
        "c1": "Mẫu m1; Mẫu m2; Mẫu m3",
        "b1": "Mẫu c1",
        "p": "Mẫu ub; Mẫu mt; Mẫu c1; Mẫu c2",
        "bt": "Mẫu p",
        "ct": "Mẫu ub",
    }
    for code, names in missing.items():
        with pytest.raises(Refused) as caught:
            bring(database, world, code, "deciding")
        assert sentences(caught.value) == [f"Phải xếp loại trước: {names}."]
    bring_all(database, world, ["m1", "m2", "m3"], "recognised")
    assert bring(database, world, "c1", "deciding") == world.ids["c1"]


@pytest.mark.rule("HT-11.14")
def test_a_head_is_not_recognised_above_the_body(database: Database) -> None:
    """Vector 11."""
    world = ward(database)
    bring(database, world, "ub", "recognised", "httnv")
    bring(database, world, "ct", "deciding", "htxsnv")
    with pytest.raises(Refused) as caught:
        decided(database, world, {"ct": None}, actor=world.authorities["nhom_2"])
    assert "«Mẫu ct»: Người đứng đầu không được xếp loại cao hơn: Mẫu ub." in sentences(caught.value)
    with pytest.raises(Refused):
        decided(database, world, {"ct": None}, actor=world.authorities["nhom_2"], minutes=True)
    with database.writing() as session:
        new_head = Statement(assessment_id=world.ids["ct"], name="new_head", value="yes", stated_at=DECIDED)
        new_head.accepted_at = DECIDED
        session.add(new_head)
    decided(database, world, {"ct": None}, actor=world.authorities["nhom_2"], minutes=True)
    assert levels(database, world, ["ct"]) == ["htxsnv"]


@pytest.mark.rule("HT-12.3")
def test_late_is_what_is_recognised_after_its_level_of_the_city_should_be_done(database: Database) -> None:
    """Grassroots before 05/12; what the standing committee decides before 15/12, though dossiers came before 10/12."""
    world = ward(database)
    bring_all(database, world, [*MEMBERS, "ub", "mt", "c1", "c2"], "recognised")
    bring(database, world, "p", "deciding")
    decided(database, world, {"p": None}, actor=world.authorities["btv"], now=at("2024-12-14 23:59:59"))
    bring(database, world, "bt", "deciding")
    decided(database, world, {"bt": None}, actor=world.authorities["btv"], now=at("2024-12-05 00:00"))
    assert [dossier(database, world.ids[code]).late for code in ("p", "bt", "m1")] == [False, True, False]
    closings = {one.stage: one.closes_at(2024) for one in load_programme(SLUG).deadlines(2024)}
    assert closings == {
        "grassroots": at("2024-12-05 00:00"),
        "dossiers": at("2024-12-10 00:00"),
        "city": at("2024-12-15 00:00"),
    }


@pytest.mark.rule("HT-9.1", "HT-9.2")
def test_above_the_quota_nothing_is_recognised_but_by_minutes_and_a_reason(database: Database) -> None:
    world = ward(database)
    voted(database, world, ["m1", "m2"])
    everybody: dict[str, str | None] = dict.fromkeys(MEMBERS)
    told = refused(database, world, everybody)
    assert {one.partition(" Tính")[0] for one in told} == {
        *(f"«Mẫu {code}»: Chưa đủ căn cứ để có 1 HTXSNV." for code in ("m1", "m2")),
    }
    assert refused(database, world, everybody, minutes=True, reason="") != []
    assert levels(database, world, MEMBERS) == [None] * 5
    decided(database, world, everybody, minutes=True, reason="Phiên họp thống nhất chọn 02")
    assert levels(database, world, MEMBERS) == ["htxsnv", "htxsnv", "httnv", "httnv", "httnv"]


@pytest.mark.rule("HT-9.1")
def test_what_was_voted_is_lowered_only_for_the_quota_and_by_minutes(database: Database) -> None:
    world = ward(database)
    voted(database, world, ["m1", "m2"])
    given: dict[str, str | None] = dict.fromkeys(MEMBERS) | {"m2": "httnv"}
    assert refused(database, world, given)[0] == f"«Mẫu m2»: {VOTED}"
    assert refused(database, world, given, minutes=True, reason="")[0] == f"«Mẫu m2»: {VOTED}"
    assert refused(database, world, given | {"m1": "httnv"}, minutes=True) == [
        f"«Mẫu m1»: {VOTED}",
        f"«Mẫu m2»: {VOTED}",
    ]
    assert refused(database, world, given | {"m2": "khtnv"}, minutes=True) == [f"«Mẫu m2»: {VOTED}"]
    decided(database, world, given, minutes=True, reason="Vượt tỷ lệ, phiên họp chọn Mẫu m1")
    assert levels(database, world, MEMBERS) == ["htxsnv", "httnv", "httnv", "httnv", "httnv"]


@pytest.mark.rule("HT-9.3")
def test_of_fewer_than_five_that_are_all_good_one_is_chosen(database: Database) -> None:
    """Vector 10: the two cells of the ward; the last to be decided may be the one, and no second one."""
    world = ward(database)
    bring_all(database, world, MEMBERS, "recognised")
    bring_all(database, world, ["c1", "c2"], "deciding", "htxsnv")
    told = refused(database, world, {"c1": None})
    assert told[0].startswith("«Mẫu c1»: Chưa đủ căn cứ để có 1 HTXSNV.")
    decided(database, world, {"c1": "httnv", "c2": None}, minutes=True, reason="Chỉ chọn 01 theo tỷ lệ")
    assert levels(database, world, ["c1", "c2"]) == ["httnv", "htxsnv"]


@pytest.mark.rule("HT-10.2")
def test_whom_the_province_manages_is_only_sent_up_and_its_decision_recorded(database: Database) -> None:
    province = rows(ct={"kind": "can_bo_dien_tinh", "body": ""})
    world = ward(database, province)
    bring(database, world, "ub", "recognised")
    key = bring(database, world, "ct", "deciding")
    assert dossier(database, key).body == "btv"
    with pytest.raises(NotAllowed):
        decided(database, world, {"ct": None}, actor=world.authorities["btv"])
    owner = world.administrator
    with pytest.raises(Refused, match="Phải nêu văn bản làm căn cứ"):
        pull(database, world, "ct", "send_up", actor=owner, now=DECIDED)
    assert pull(database, world, "ct", "send_up", actor=world.authorities["btv"], now=DECIDED, papers=True) == "sent_up"
    assert dossier(database, key).level is None
    for actor in (world.authorities["btv"], world.heads["ct"]):
        with pytest.raises(NotAllowed), database.writing() as session:
            record_superior(session, Award(key, "httnv"), Papers(1), actor=actor, now=DECIDED)
    with pytest.raises(Refused, match="Không có mức xếp loại «tot»"), database.writing() as session:
        record_superior(session, Award(key, "tot"), Papers(paper(session, now=DECIDED)), actor=owner, now=DECIDED)
    with database.writing() as session:
        decision_id = record_superior(
            session, Award(key, "htxsnv"), Papers(paper(session, now=DECIDED)), actor=owner, now=DECIDED
        )
    found = dossier(database, key)
    assert (found.state, found.level, found.decision_id) == ("recognised", "htxsnv", decision_id)
