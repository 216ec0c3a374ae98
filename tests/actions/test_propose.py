"""What is known of a dossier, and the level that is proposed from it (RULES 4.13)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from actions.appraise import save_marks
from actions.boxes import cancel_box, open_box
from actions.known import case_of
from actions.marks import Filled
from actions.propose import kept, propose, weighed
from config.sheet import Degree, Entry
from models.db import Database, run
from models.order import Waiver
from models.statements import Discipline, Proposal, Statement
from scoring.case import Case, Votes
from scoring.case import Discipline as Known
from states.actor import Actor
from states.errors import NotAllowed, Refused
from states.hold import hold
from tests.actions.ha_tinh_world import RATED, Ward, ballot, bring, bring_all, pull, rows, staffed, ward
from tests.actions.later import acts, dossier, is_whole, payload
from tests.actions.world import at, best, launched
from tests.states.worlds import assign


def known(database: Database, world: Ward, code: str) -> Case:
    with database.reading() as session:
        return case_of(session, hold(session, world.ids[code], actor=world.administrator, now=RATED))


def proposal(database: Database, world: Ward, code: str) -> Mapping[str, Any]:
    """The level proposed for a dossier, the flags, and the findings of each level by whether they held."""
    with database.writing() as session:
        found = propose(session, world.ids[code], actor=world.administrator, now=RATED)
    return {"level": found.level, "flags": [flag.code for flag in found.flags], "possible": found.possible}


def state_all(database: Database, world: Ward, code: str, **values: str) -> None:
    """Everything is stated and accepted."""
    with database.writing() as session:
        for name, value in values.items():
            one = Statement(assessment_id=world.ids[code], name=name, value=value, stated_at=RATED, accepted_at=RATED)
            session.merge(one)


def assigned(session: Session, assessment_id: int) -> Actor:
    """An appraiser of the dossier."""
    appraiser = staffed(session, "appraiser")
    assign(session, assessment_id, appraiser.account_id or 0)
    return appraiser


def test_the_proposal_is_kept_with_its_whole_explanation(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "appraising")
    with database.reading() as session:
        assert kept(session, key) is None
    with database.writing() as session:
        found = propose(session, key, actor=world.administrator, now=RATED)
    with database.reading() as session:
        row = session.get_one(Proposal, key)
        assert kept(session, key) == found.as_dict() == json.loads(row.body)
        assert (row.level, row.flagged, row.made_at) == (found.level, bool(found.flags), RATED)
    assert [tried.level for tried in found.tried] == list(world.programme.level_labels)
    assert all(finding.text and finding.clause for tried in found.tried for finding in tried.findings)
    assert acts(database, f"assessment:{key}")[-1] == "propose"
    assert json.loads(payload(database, f"assessment:{key}", dossier(database, key).seq)) == found.as_dict()
    assert is_whole(database, world.round_id)


def test_it_is_made_again_when_something_became_known(database: Database) -> None:
    world = ward(database)
    bring(database, world, "mt", "appraising")
    assert proposal(database, world, "mt")["level"] is None
    state_all(database, world, "mt", united="yes", disunity="no", member_degraded="no")
    state_all(database, world, "mt", targets="10", targets_done="10", main_targets_missed="0")
    assert proposal(database, world, "mt") == {"level": "htxsnv", "flags": [], "possible": ("htxsnv",)}
    state_all(database, world, "mt", disunity="yes")
    assert proposal(database, world, "mt")["level"] == "khtnv"
    with database.reading() as session:
        assert run(session, "SELECT count(*) FROM proposal").fetchone()[0] == 1


def test_who_proposes(database: Database) -> None:
    world = ward(database)
    with database.writing() as session:
        elsewhere = staffed(session, "lead", body="btv")
    for actor in (world.heads["mt"], world.secretary, world.authorities["p"], world.officers["tp"], elsewhere):
        with pytest.raises(NotAllowed), database.writing() as session:
            propose(session, world.ids["mt"], actor=actor, now=RATED)


def test_a_programme_without_conditions_proposes_nothing(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused, match="không xếp loại theo điều kiện"), database.writing() as session:
        propose(session, world.first, actor=world.administrator, now=RATED)


@pytest.mark.rule("HT-7.1", "HT-8.1")
def test_whose_levels_count(database: Database) -> None:
    """A head is weighed apart from the members of the cell; who is still to be rated is there without a level."""
    world = ward(database)
    bring_all(database, world, ["m1", "m2", "ub"], "recognised")
    related = {code: known(database, world, code).related for code in ("p", "c1", "bt", "ct", "m1")}
    empty: dict[str, tuple[str | None, ...]] = dict.fromkeys(
        ("subordinates", "managed", "members", "peers", "headed", "civil_servant"), ()
    )
    assert related["p"] == empty | {"subordinates": (None, None), "peers": ("httnv", None)}
    assert related["c1"] == empty | {"members": ("httnv", "httnv", None)}
    assert related["bt"] == empty | {"headed": (None,), "managed": (None, None)}
    assert related["ct"] == empty | {"headed": ("httnv",)}
    assert related["m1"] == empty


@pytest.mark.rule("HT-11.10")
def test_who_is_not_rated_or_waived_counts_in_no_share(database: Database) -> None:
    world = ward(database, rows(ub={"since": date(2024, 9, 1)}))
    bring(database, world, "ub", "reviewed")
    pull(database, world, "ub", "set_aside", actor=world.administrator, now=RATED, reason="Mới thành lập")
    with database.writing() as session:
        session.add(Waiver(assessment_id=world.ids["mt"], reason="Sáp nhập", at=RATED))
    assert known(database, world, "p").related["peers"] == ()


@pytest.mark.rule("HT-5.3")
def test_degrees_are_the_appraised_ones_where_there_are_some(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "appraising")
    with database.writing() as session:
        appraiser = assigned(session, key)
        lower = {"A.1": Filled(Entry(degree=Degree.AVERAGE), "Chưa đều")}
        save_marks(session, key, lower, actor=appraiser, now=RATED)
    case = known(database, world, "mt")
    assert case.degrees == dict.fromkeys(best(world.programme.sheet_for("tap_the_co_so")), Degree.EXCELLENT) | {
        "A.1": Degree.AVERAGE
    }
    assert {leaf.code for leaf in case.leaves} == case.degrees.keys()


def test_what_does_not_apply_is_no_criterion(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "m1", "appraising")
    with database.writing() as session:
        appraiser = assigned(session, key)
        none = {"B.3": Filled(Entry(not_applicable=True), "Không có gợi ý")}
        save_marks(session, key, none, actor=appraiser, now=RATED)
    assert "B.3" not in {leaf.code for leaf in known(database, world, "m1").leaves}


@pytest.mark.rule("HT-11.1")
def test_figures_and_declarations_are_those_in_force(database: Database) -> None:
    """What needs two keys and nobody accepted is not claimed; any other that nobody stated is not known."""
    world = ward(database)
    with database.writing() as session:
        for name, value in (("tasks", "12"), ("exemplary", "yes"), ("new_head", "yes"), ("civil_servant", "httnv")):
            session.add(Statement(assessment_id=world.ids["ct"], name=name, value=value, stated_at=RATED))
    case = known(database, world, "ct")
    assert (case.figures, case.related["civil_servant"]) == ({"tasks": 12}, ("httnv",))
    assert case.declared == {"exemplary": True, "new_head": False, "leap": False}
    state_all(database, world, "ct", new_head="yes", outstanding="no")
    accepted = known(database, world, "ct").declared
    assert accepted == {"exemplary": True, "outstanding": False, "new_head": True, "leap": False}
    assert (case.post, case.months_in_post, case.polls) == ("head", 54, frozenset())


@pytest.mark.rule("HT-8.4", "AMB-HT-11")
def test_a_vote_of_confidence_counts_whenever_it_was_held(database: Database) -> None:
    """More than half low is a trigger of KHTNV in any year; residents are asked in years of polls only."""
    world = ward(database)
    bring(database, world, "ub", "recognised")
    bring(database, world, "ct", "consulting")
    assert known(database, world, "ct").polls == frozenset()
    with database.writing() as session:
        ballot(session, world, "ct", "confidence", {"high": 1, "normal": 3, "low": 5})
    assert known(database, world, "ct").polls == frozenset({"confidence"})
    assert proposal(database, world, "ct")["level"] == "khtnv"
    with pytest.raises(Refused, match="không tổ chức «Phiếu lấy ý kiến nơi cư trú»"), database.writing() as session:
        open_box(session, "residence", [world.ids["ct"]], summoned=40, actor=world.secretary, now=RATED)


@pytest.mark.rule("HT-8.1", "HT-8.4")
@pytest.mark.parametrize("name", ["workplace", "confidence"])
def test_a_dossier_waits_for_every_vote_that_is_held_on_it(database: Database, name: str) -> None:
    """Else it would be proposed and decided without what the vote says."""
    world = ward(database)
    bring(database, world, "ub", "recognised")
    bring(database, world, "ct", "consulting")
    with database.writing() as session:
        box = open_box(session, name, [world.ids["ct"]], summoned=40, actor=world.secretary, now=RATED)
    with pytest.raises(Refused, match="Chưa kiểm phiếu xong"):
        pull(database, world, "ct", "appraise", actor=world.administrator, now=RATED)
    with database.writing() as session:
        cancel_box(session, box, "Hoãn lấy phiếu", actor=world.secretary, now=RATED)
    assert pull(database, world, "ct", "appraise", actor=world.administrator, now=RATED) == "appraising"


@pytest.mark.rule("HT-11.9")
def test_a_violation_counts_where_it_was_committed(database: Database) -> None:
    """It is recorded with the dossier of the old unit, wherever the measure was taken; the new unit has none."""
    world = ward(database)
    bring_all(database, world, ["ub", "mt"], "appraising")
    committed = Discipline(assessment_id=world.ids["ub"], who="member", remedied=True, effective_on=date(2024, 9, 1))
    committed.acted_on, committed.stated_at = date(2024, 3, 1), RATED
    with database.writing() as session:
        session.add(committed)
    assert known(database, world, "ub").disciplines == (Known("member", remedied=False, corruption=False),)
    assert known(database, world, "mt").disciplines == ()
    for code in ("ub", "mt"):
        state_all(database, world, code, united="yes", disunity="no", member_degraded="no")
        state_all(database, world, code, targets="10", targets_done="10", main_targets_missed="0")
    assert [proposal(database, world, code)["level"] for code in ("ub", "mt")] == ["khtnv", "htxsnv"]
    with database.writing() as session:
        run(session, "UPDATE discipline SET accepted_at = 1")
    assert proposal(database, world, "ub")["level"] == "httnv"


def test_ballots_count_once_they_are_closed(database: Database) -> None:
    world = ward(database)
    with database.writing() as session:
        ballot(session, world, "ct", "workplace", {"httnv": 9, "htnv": 1})
        ballot(session, world, "ct", "residence", {"good": 3}, status="open")
    assert known(database, world, "ct").ballots == {"workplace": Votes({"httnv": 9, "htnv": 1}, 10, 10, 10)}


@pytest.mark.rule("HT-11.14")
def test_the_proposal_of_a_head_is_capped(database: Database) -> None:
    """Vector 11: proposed HTXSNV, the collective HTTNV; newly arrived and not involved, not capped."""
    world = ward(database)
    bring(database, world, "ub", "recognised", "httnv")
    bring(database, world, "ct", "appraising", "htxsnv")
    yes = dict.fromkeys(("outstanding", "exemplary", "leader_exemplary", "new_head"), "yes")
    tasks = dict.fromkeys(("tasks", "tasks_done", "tasks_on_time", "tasks_exceeded"), "10")
    targets = dict.fromkeys(("targets", "targets_done", "basic_targets", "basic_targets_exceeded"), "10")
    state_all(database, world, "ct", breach_concluded="no", criteria_not_ensured="0", **yes, **tasks, **targets)
    with database.writing() as session:
        ballot(session, world, "ct", "workplace", {"htxsnv": 10})
    assert proposal(database, world, "ct")["level"] == "htxsnv"
    state_all(database, world, "ct", new_head="no")
    found = proposal(database, world, "ct")
    assert found["possible"] == ("httnv",)


@pytest.mark.rule("HT-11.10")
def test_less_than_six_months_is_proposed_no_level(database: Database) -> None:
    world = ward(database, rows(ct={"since": date(2024, 7, 15)}))
    with database.reading() as session:
        facts = hold(session, world.ids["ct"], actor=world.administrator, now=at("2024-12-10 08:00"))
        found = weighed(session, facts)
        later = weighed(session, replace(facts, now=at("2025-01-15 08:00")))
    assert (found.level, found.possible, [flag.code for flag in found.flags]) == (None, (), ["HT-11.10"])
    assert later.possible != ()
