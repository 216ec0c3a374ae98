"""Discipline after the fact: a level is annulled and another recognised by form 03 (HT-11.8, HT-11.9)."""

from collections.abc import Sequence
from datetime import date

import pytest

from actions.recognise import Award, Papers, annul_and_recognise
from actions.report import number_report
from actions.statements import enclose
from models.db import Database
from models.decisions import Decision, DecisionItem
from models.statements import Discipline
from states.actor import Actor
from states.advance import Move, advance_round
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ha_tinh_world import RATED, Ward, bring, bring_all, pull, ward
from tests.actions.later import dossier, is_whole, mails, payload
from tests.actions.world import at, paper
from tests.states.worlds import column

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
    database: Database, world: Ward, key: int, level: str | None, *, actor: Actor | None = None, reason: str = "Kỷ luật"
) -> int:
    later = at("2026-03-03 08:00")
    with database.writing() as session:
        papers, award = Papers(paper(session, now=later, number="09-QĐ/ĐU")), Award(key, level, reason)
        return annul_and_recognise(session, award, papers, actor=actor or world.authorities["p"], now=later)


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
