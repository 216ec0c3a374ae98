"""Discipline after the fact: a level is annulled and another recognised by form 03 (HT-11.8, HT-11.9)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from actions.ballots import second
from actions.propose import propose
from actions.recognise import Award, Papers, annul_and_recognise, recognise, record_superior
from actions.report import number_report
from actions.statements import enclose
from actions.waive import waive
from models.db import Database
from models.decisions import Decision, DecisionItem
from models.statements import Discipline
from states.actor import Actor
from states.advance import Move, advance, advance_round
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ha_tinh_world import DECIDED, RATED, Ward, ballot, bring, bring_all, pull, ward
from tests.actions.later import dossier, is_whole, mails, payload
from tests.actions.world import at, paper
from tests.states.worlds import column

LATER, AGAIN = at("2026-03-03 08:00"), at("2026-04-06 08:00")
MEMBERS = ("m1", "m2", "m3", "m4", "m5")


def levels(database: Database, world: Ward, codes: Sequence[str]) -> list[str | None]:
    return [dossier(database, world.ids[code]).level for code in codes]


def replaceable(database: Database, world: Ward, code: str, *, form: bool = True) -> int:
    """A dossier is recognised HTTNV, then discipline for an act of the year takes effect; perhaps with form 03."""
    key, later = bring(database, world, code, "recognised"), at("2026-03-02 08:00")
    with database.writing() as session:
        found = Discipline(assessment_id=key, who="self", effective_on=date(2026, 2, 20), stated_at=later)
        found.acted_on = date(2024, 5, 3)
        session.add(found)
        if form:
            enclose(session, key, "mau-03", paper(session, now=later), actor=world.administrator, now=later)
    return key


def annulled(
    database: Database,
    world: Ward,
    key: int,
    level: str | None,
    *,
    actor: Actor | None = None,
    reason: str = "Kỷ luật",
    now: datetime = LATER,
) -> int:
    with database.writing() as session:
        papers, award = Papers(paper(session, now=now, number="09-QĐ/ĐU")), Award(key, level, reason)
        return annul_and_recognise(session, award, papers, actor=actor or world.authorities["p"], now=now)


@pytest.mark.rule("HT-11.8")
def test_a_result_is_annulled_and_another_recognised(database: Database) -> None:
    """Vector 15: the year of the act is rated again; the old decision stays, annulled, and says what it said."""
    world = ward(database)
    key = replaceable(database, world, "mt")
    old = dossier(database, key).decision_id or 0
    new = annulled(database, world, key, "khtnv")
    found = dossier(database, key)
    assert (found.state, found.level, found.decision_id, found.late) == ("recognised", "khtnv", new, False)
    with database.reading() as session:
        before, after = session.get_one(Decision, old), session.get_one(Decision, new)
        assert (before.annulled_at, before.replaced_by) == (at("2026-03-03 08:00"), new)
        assert (after.annulled_at, after.reason) == (None, "Kỷ luật")
        kept = [session.get_one(DecisionItem, (decision, key)).level for decision in (old, new)]
    assert kept == ["httnv", "khtnv"]
    assert '"instead_of":"httnv"' in payload(database, f"assessment:{key}", found.seq)
    assert len(mails(database, "result_replaced")) == 2
    assert is_whole(database, world.round_id)


@pytest.mark.rule("HT-11.8")
def test_what_stands_against_an_annulment(database: Database) -> None:
    world = ward(database)
    key = replaceable(database, world, "mt", form=False)
    refusals = {
        "form": ("khtnv", "Kỷ luật", "Mẫu 03"),
        "same": ("httnv", "Kỷ luật", "trùng với mức đã công nhận"),
        "unknown": ("kem", "Kỷ luật", "Không có mức xếp loại «kem»"),
        "reason": ("khtnv", "", "Phải ghi lý do"),
    }
    for level, reason, told in refusals.values():
        with pytest.raises(Refused, match=told):
            annulled(database, world, key, level, reason=reason)
    for actor in (world.heads["mt"], world.administrator, world.authorities["nhom_2"], world.secretary):
        with pytest.raises(NotAllowed):
            annulled(database, world, key, "khtnv", actor=actor)
    with pytest.raises(Refused, match="Đã giao"):
        annulled(database, world, world.ids["c2"], "khtnv")
    with pytest.raises(Unknown):
        annulled(database, world, 10_000, "khtnv")
    assert levels(database, world, ["mt"]) == ["httnv"]


@pytest.mark.rule("HT-11.8")
def test_the_superior_may_annul_and_a_better_level_keeps_the_quota(database: Database) -> None:
    world = ward(database)
    bring_all(database, world, MEMBERS, "recognised")
    first, second = (replaceable(database, world, code) for code in ("m1", "m2"))
    annulled(database, world, first, "htxsnv", actor=world.heads["c1"])
    with pytest.raises(Refused, match="Vượt tỷ lệ: có 2 HTXSNV"):
        annulled(database, world, second, "htxsnv", actor=world.heads["c1"])
    assert levels(database, world, ["m1", "m2"]) == ["htxsnv", "httnv"]


@pytest.mark.rule("HT-11.8")
def test_each_annulment_has_a_form_of_its_own(database: Database) -> None:
    world = ward(database)
    key = replaceable(database, world, "mt")
    annulled(database, world, key, "htnv")
    with pytest.raises(Refused, match="Mẫu 03 trong hồ sơ là của lần công nhận lại trước"):
        annulled(database, world, key, "khtnv", now=AGAIN)
    with database.writing() as session:
        enclose(session, key, "mau-03", paper(session, now=AGAIN), actor=world.administrator, now=AGAIN)
    annulled(database, world, key, "khtnv", now=AGAIN)
    assert levels(database, world, ["mt"]) == ["khtnv"]


@pytest.mark.rule("HT-11.8")
def test_after_the_report_an_annulment_is_sealed_besides(database: Database) -> None:
    world = ward(database)
    key = replaceable(database, world, "mt")
    owner, now = world.administrator, at("2024-12-20 08:00")
    for code in sorted(world.ids.keys() - {"mt"}):
        pull(database, world, code, "remove", actor=owner, now=RATED, reason="Chuyển đi", papers=True)
    with database.writing() as session:
        number_report(session, world.round_id, paper(session, now=now, kind="report"), actor=owner, now=now)
        move = Move(document_id=paper(session, now=now))
        advance_round(session, world.round_id, "report", actor=owner, now=now, move=move)
    annulled(database, world, key, "htnv")
    assert column(database, "SELECT kind FROM seal ORDER BY id")[-1:] == ["supplementary"]
    assert is_whole(database, world.round_id)


def cell(database: Database, head: str) -> Ward:
    """A cell and its members are HTTNV; its secretary has another level, or the same."""
    world = ward(database)
    bring_all(database, world, ["m1", "m2", "m3", "c1"], "recognised")
    bring(database, world, "b1", "recognised", head)
    return world


@pytest.mark.rule("HT-11.14")
def test_an_annulment_lifts_no_head_above_the_body(database: Database) -> None:
    world = cell(database, "htnv")
    key = replaceable(database, world, "b1")
    with pytest.raises(Refused, match="Người đứng đầu không được xếp loại cao hơn: Mẫu c1"):
        annulled(database, world, key, "htxsnv")
    annulled(database, world, key, "httnv")
    assert levels(database, world, ["c1", "b1"]) == ["httnv", "httnv"]


@pytest.mark.rule("HT-11.14")
def test_a_body_is_not_lowered_below_its_head(database: Database) -> None:
    world = cell(database, "httnv")
    key, head = replaceable(database, world, "c1"), replaceable(database, world, "b1")
    with pytest.raises(Refused, match="người đứng đầu «Mẫu b1» đã được công nhận mức cao hơn"):
        annulled(database, world, key, "khtnv")
    assert levels(database, world, ["c1", "b1"]) == ["httnv", "httnv"]
    annulled(database, world, head, "khtnv")
    annulled(database, world, key, "khtnv")
    assert levels(database, world, ["c1", "b1"]) == ["khtnv", "khtnv"]


@pytest.mark.rule("HT-11.14")
def test_a_body_that_was_waived_is_not_rated_late_below_its_head(database: Database) -> None:
    world = ward(database)
    bring(database, world, "ub", "appraising")
    with database.writing() as session:
        waive(session, world.ids["ub"], "Đang kiện toàn", None, actor=world.authorities["nhom_2"], now=RATED)
    bring(database, world, "ct", "recognised")
    with pytest.raises(Refused, match="«Mẫu ub»: người đứng đầu «Mẫu ct» đã được công nhận mức cao hơn"):
        bring(database, world, "ub", "recognised", "htnv")
    assert levels(database, world, ["ub", "ct"]) == [None, "httnv"]


def referred(database: Database, world: Ward, code: str) -> int:
    """Two ballots gave no majority, and the chair reports to the superior."""
    key = bring(database, world, code, "appraising")
    split, later = {"htxsnv": 5, "httnv": 5}, DECIDED + timedelta(minutes=1)
    with database.writing() as session:
        propose(session, key, actor=world.administrator, now=RATED + timedelta(hours=1))
        advance(session, key, "open_decision", actor=world.administrator, now=DECIDED)
        ballot(session, world, code, "decision", split)
    with database.writing() as session:
        second(session, [key], paper(session, now=DECIDED), actor=world.secretary, now=DECIDED)
        ballot(session, world, code, "second_decision", split, opened_at=later)
        move = Move(minutes_id=paper(session, now=later))
        advance(session, key, "refer_up", actor=world.secretary, now=later, move=move)
    return key


def recorded(database: Database, world: Ward, key: int, level: str, *, minuted: bool = False) -> None:
    now = at("2024-12-02 08:00")
    with database.writing() as session:
        minutes = paper(session, now=now, kind="minutes") if minuted else None
        award, papers = Award(key, level, "Cấp trên quyết định"), Papers(paper(session, now=now), minutes)
        record_superior(session, award, papers, actor=world.administrator, now=now)


@pytest.mark.rule("HT-9.1")
def test_what_the_superior_decides_for_want_of_a_majority_keeps_the_quota(database: Database) -> None:
    world = ward(database)
    bring_all(database, world, MEMBERS[:4], "recognised", "htnv")
    key = referred(database, world, "m5")
    with pytest.raises(Refused, match="Vượt tỷ lệ: có 1 HTXSNV"):
        recorded(database, world, key, "htxsnv")
    recorded(database, world, key, "htxsnv", minuted=True)
    assert levels(database, world, ["m5"]) == ["htxsnv"]


@pytest.mark.rule("HT-11.14")
def test_what_the_superior_decides_of_a_head_is_not_above_the_body(database: Database) -> None:
    world = ward(database)
    bring_all(database, world, ["m1", "m2", "m3", "c1"], "recognised")
    key = referred(database, world, "b1")
    with pytest.raises(Refused, match="Người đứng đầu không được xếp loại cao hơn: Mẫu c1"):
        recorded(database, world, key, "htxsnv", minuted=True)
    recorded(database, world, key, "httnv")
    assert levels(database, world, ["b1"]) == ["httnv"]


@pytest.mark.rule("HT-11.14", "AMB-HT-7")
def test_what_the_superior_decides_of_a_body_is_not_below_its_head(database: Database) -> None:
    world = ward(database)
    key = referred(database, world, "ub")
    with database.writing() as session:
        waive(session, key, "Đang kiện toàn", None, actor=world.authorities["nhom_2"], now=RATED)
    bring(database, world, "ct", "recognised")
    with pytest.raises(Refused, match="«Mẫu ub»: người đứng đầu «Mẫu ct» đã được công nhận mức cao hơn"):
        recorded(database, world, key, "htnv", minuted=True)
    recorded(database, world, key, "httnv")
    assert levels(database, world, ["ub", "ct"]) == ["httnv", "httnv"]


def lowered(database: Database, world: Ward, code: str, level: str) -> None:
    """A level below the one that was voted, by minutes and for a reason."""
    now = at("2024-12-02 08:00")
    with database.writing() as session:
        papers = Papers(paper(session, now=now), paper(session, now=now, kind="minutes"))
        award = Award(world.ids[code], level, "Theo mức của chi bộ")
        recognise(session, world.round_id, [award], papers, actor=world.authorities["p"], now=now)


@pytest.mark.rule("HT-11.14")
def test_a_head_voted_above_a_body_lowered_since_is_recognised_at_its_level(database: Database) -> None:
    """And not below it: the minutes lower as far as the cap asks for."""
    world = ward(database)
    bring_all(database, world, ["m1", "m2", "m3", "c1"], "recognised")
    bring(database, world, "b1", "deciding", "httnv")
    annulled(database, world, replaceable(database, world, "c1"), "htnv")
    for level, why in (("httnv", "Người đứng đầu không được xếp loại cao hơn"), ("khtnv", "đã được bỏ phiếu")):
        with pytest.raises(Refused, match=why):
            lowered(database, world, "b1", level)
    lowered(database, world, "b1", "htnv")
    assert levels(database, world, ["c1", "b1"]) == ["htnv", "htnv"]


@pytest.mark.parametrize("papers", [Papers(10_000), Papers(1, 10_000)])
def test_a_paper_that_is_not_there_recognises_nothing(database: Database, papers: Papers) -> None:
    world = ward(database)
    award = Award(replaceable(database, world, "mt"), "khtnv", "Kỷ luật")
    with pytest.raises(Unknown, match="văn bản số 10000"), database.writing() as session:
        annul_and_recognise(session, award, papers, actor=world.authorities["p"], now=at("2026-03-03 08:00"))
    assert levels(database, world, ["mt"]) == ["httnv"]
