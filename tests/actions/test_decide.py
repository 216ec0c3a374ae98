import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from actions.appraise import agree_untouched, conclude, reopen, save_marks, untouched
from actions.decide import Result, announce, decide, number_decision, redecide
from actions.documents import complete_document, put_document
from actions.marks import Filled
from actions.rank import rank_round
from config.sheet import Entry
from models.assessments import marks
from models.db import Database
from models.decisions import Decision, items_of
from states.actor import SYSTEM
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.later import (
    DECIDING,
    acts,
    announced,
    begun,
    chain,
    decided,
    dossier,
    in_appraisal,
    in_decision,
    is_whole,
    mails,
    payload,
    rules,
    sentences,
)
from tests.actions.world import World, paper, state_of

HOUR = timedelta(hours=1)


def refusal(database: Database, world: World, *results: Result) -> Refused:
    with pytest.raises(Refused) as caught:
        decided(database, world, results)
    return caught.value


def again(database: Database, world: World, *results: Result, reason: str = "Theo kết luận của BTV") -> int:
    with database.writing() as session:
        return redecide(
            session,
            world.round_id,
            results,
            reason=reason,
            document_id=paper(session, now=DECIDING, number="20-KL/TU"),
            actor=world.authority,
            now=DECIDING + 2 * HOUR,
        )


def said(database: Database, key: int) -> list[tuple[int, str | None, str | None, str]]:
    with database.reading() as session:
        return [(one.id, item.total, item.level, item.reason) for one, item in items_of(session, key)]


def decision(database: Database, decision_id: int) -> Decision:
    with database.reading() as session:
        return session.get_one(Decision, decision_id)


def copies(database: Database, key: int) -> dict[str, int]:
    with database.reading() as session:
        return {copy: len(marks(session, key, copy)) for copy in ("self", "appraised", "decided")}


@pytest.mark.rule("DN-4.3")
def test_one_decision_takes_many_dossiers_as_proposed(database: Database) -> None:
    world = in_decision(database)
    made = decided(database, world)
    found = [dossier(database, key) for key in world.assessment_ids]
    assert [(one.state, one.decision_id, one.decided_total) for one in found] == [
        ("decided", made, Decimal(100)),
        ("decided", made, Decimal(100)),
        ("decided", made, Decimal(0)),
    ]
    assert [said(database, key) for key in world.assessment_ids] == [
        [(made, "100.0000", None, "")],
        [(made, "100.0000", None, "")],
        [(made, "0.0000", None, "")],
    ]
    every = found[0].leaves
    assert [copies(database, key) for key in world.assessment_ids] == [
        {"self": every, "appraised": every, "decided": every},
        {"self": every, "appraised": every, "decided": every},
        {"self": 0, "appraised": 0, "decided": 0},
    ]
    assert is_whole(database, world.round_id)


@pytest.mark.rule("X-A1")
def test_a_decision_is_in_the_history_of_each_dossier(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    made = decided(database, world, [Result(world.first, Decimal("99.5"), reason="Trừ do báo cáo chậm")])
    row = chain(database, f"assessment:{world.first}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, row.actor, what["decision"]) == ("decide", world.authority.name, made)
    assert what["reason"] == "Trừ do báo cáo chậm"
    kept = json.loads(payload(database, row.entity, row.seq))
    assert (kept["total"], kept["level"], len(kept["marks"])) == ("99.5000", None, 24)


def test_another_total_than_the_proposed_needs_a_reason(database: Database) -> None:
    world = in_decision(database)
    one, two, three = world.assessment_ids
    caught = refusal(database, world, Result(one, Decimal(99)), Result(two), Result(three, Decimal("12.5")))
    assert sentences(caught) == [
        "«Đơn vị 1»: điểm quyết định khác điểm đề xuất (100) thì phải ghi lý do.",
        "«Đơn vị 3»: điểm quyết định khác điểm đề xuất (0) thì phải ghi lý do.",
    ]
    assert [state_of(database, key) for key in world.assessment_ids] == ["appraised"] * 3
    decided(database, world, [Result(three, Decimal("12.5"), reason="Có lý do khách quan")])
    assert dossier(database, three).decided_total == Decimal("12.5")
    assert copies(database, three)["decided"] == 0


@pytest.mark.rule("DN-4.3")
def test_all_refusals_come_together_and_nothing_is_decided(database: Database) -> None:
    world = in_decision(database)
    one, two, three = world.assessment_ids
    with database.writing() as session:
        reopen(session, two, "Xem lại", actor=world.lead, now=DECIDING)
    results = [
        Result(three, Decimal(-1), reason="Không"),
        Result(one, Decimal("99.00001"), level="tot", reason="Không"),
        Result(two),
    ]
    caught = refusal(database, world, *results)
    assert [refusal.sentence[:11] for refusal in caught.refusals] == ["«Đơn vị 1»:"] * 2 + [
        "«Đơn vị 2»:",
        "«Đơn vị 3»:",
    ]
    assert rules(caught) == ["total", "level", "state", "total"]
    assert "decide" not in acts(database, f"assessment:{one}")
    with database.reading() as session:
        assert session.exec(select(Decision)).all() == []


def test_a_decision_names_dossiers_of_its_round_each_once(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    assert rules(refusal(database, world, Result(world.first), Result(world.first))) == ["twice"]
    with pytest.raises(Unknown):
        decided(database, world, [Result(999)])
    with pytest.raises(Refused) as caught, database.writing() as session:
        decide(session, world.round_id, [], actor=world.authority, now=DECIDING)
    assert rules(caught.value) == ["results"]


@pytest.mark.rule("DN-3.1")
@pytest.mark.parametrize("role", ["administrator", "lead", "appraiser", "officer", "reader"])
def test_only_the_authority_decides(database: Database, role: str) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    with pytest.raises(NotAllowed), database.writing() as session:
        decide(session, world.round_id, [Result(world.first)], actor=getattr(world, role), now=DECIDING)


@pytest.mark.rule("DN-4.3")
def test_nothing_is_decided_before_its_stage(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=0)
    assert rules(refusal(database, world, Result(world.first))) == ["during"]


def test_a_locked_zero_may_be_decided_without_appraisal(database: Database) -> None:
    world = in_decision(database, world=in_appraisal(database, subjects=2, handed_in=1), appraise=[0])
    assert state_of(database, world.assessment_ids[1]) == "locked_zero"
    decided(database, world)
    assert dossier(database, world.assessment_ids[1]).decided_total == Decimal(0)


def test_a_decision_is_announced_once_it_is_numbered_and_signed(database: Database) -> None:
    world = in_decision(database)
    made = decided(database, world)
    now = DECIDING + HOUR
    with pytest.raises(Refused) as caught, database.writing() as session:
        announce(session, made, actor=world.authority, now=now)
    assert rules(caught.value) == ["decision_numbered"]
    with database.writing() as session:
        unsigned = put_document(session, kind="decision", number="07-QĐ/BDVTU", dated=now.date(), signer="A", now=now)
        number_decision(session, made, unsigned.id, actor=world.administrator, now=now)
        document_id = unsigned.id
    with pytest.raises(Refused), database.writing() as session:
        announce(session, made, actor=world.authority, now=now)
    with database.writing() as session:
        complete_document(session, document_id, file_hash="cd" * 32)
        number_decision(session, made, document_id, actor=world.authority, now=now)
        moved = announce(session, made, actor=world.administrator, now=now).moved
    assert moved == dict.fromkeys(world.assessment_ids, "announced")
    units = zip(world.assessment_ids, world.officers, world.heads, strict=True)
    told = [(key, who.account_id or 0) for key, *both in units for who in both]
    assert mails(database, "result_announced") == sorted(told)
    with pytest.raises(Refused) as caught, database.writing() as session:
        announce(session, made, actor=world.authority, now=now)
    assert rules(caught.value) == ["announce"]
    rows = [row for row in chain(database, f"round:{world.round_id}") if row.act == "number_decision"]
    assert [json.loads(payload(database, row.entity, row.seq))["file_hash"] for row in rows] == ["", "cd" * 32]


def test_a_number_is_given_once(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    made = decided(database, world)
    with database.writing() as session:
        nameless = put_document(session, kind="decision", number="", dated=None, signer="", now=DECIDING)
        with pytest.raises(Refused) as caught:
            number_decision(session, made, nameless.id, actor=world.administrator, now=DECIDING)
        assert sentences(caught.value) == ["Văn bản phải có số và ngày."]
        first, second = (paper(session, now=DECIDING, number=number) for number in ("07-QĐ", "08-QĐ"))
        number_decision(session, made, first, actor=world.administrator, now=DECIDING)
        with pytest.raises(Refused) as caught:
            number_decision(session, made, second, actor=world.administrator, now=DECIDING)
        assert sentences(caught.value) == ["Đã ghi văn bản số 07-QĐ; không thay bằng văn bản khác."]
        with pytest.raises(NotAllowed):
            number_decision(session, made, first, actor=world.lead, now=DECIDING)


def test_who_may_not_announce(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    made = decided(database, world)
    with pytest.raises(NotAllowed), database.writing() as session:
        announce(session, made, actor=world.lead, now=DECIDING)


def test_deciding_again_keeps_what_was_said(database: Database) -> None:
    world = in_decision(database)
    one, two, three = world.assessment_ids
    first = decided(database, world)
    announced(database, world, first)
    second = again(database, world, Result(one, Decimal(95)))
    assert (state_of(database, one), state_of(database, two)) == ("decided", "announced")
    reason = "Theo kết luận của BTV"
    assert said(database, one) == [(first, "100.0000", None, ""), (second, "95.0000", None, reason)]
    assert decision(database, first).annulled_at is None
    third = again(database, world, Result(two), Result(three))
    annulled = decision(database, first)
    assert (annulled.annulled_at, annulled.replaced_by) == (DECIDING + 2 * HOUR, third)
    assert (decision(database, second).annulled_at, decision(database, second).reason) == (None, reason)
    assert {key for key, _ in mails(database, "result_replaced")} == {one, two, three}
    with pytest.raises(Refused) as caught, database.writing() as session:
        number_decision(session, first, 1, actor=world.authority, now=DECIDING + 3 * HOUR)
    assert rules(caught.value) == ["annulled"]
    announced(database, world, second, number="08-QĐ/BDVTU")
    assert state_of(database, one) == "announced"
    assert is_whole(database, world.round_id)


def test_deciding_again_needs_reason_and_document(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    first = decided(database, world)
    announced(database, world, first)
    wanted, who = [Result(world.first)], world.authority
    with pytest.raises(Refused) as caught, database.writing() as session:
        redecide(session, world.round_id, wanted, reason=" ", document_id=None, actor=who, now=DECIDING)
    assert rules(caught.value) == ["needs_reason", "needs_document"]
    assert (state_of(database, world.first), decision(database, first).annulled_at) == ("announced", None)


def test_deciding_again_before_announcing_tells_nobody(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    decided(database, world)
    again(database, world, Result(world.first, Decimal(90)))
    assert (mails(database, "result_replaced"), state_of(database, world.first)) == ([], "decided")


@pytest.mark.rule("X-N5")
def test_the_marks_of_the_appraisal_become_the_decided_ones(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=1)
    key = begun(database, world)
    poorer = {"I.1": Filled(Entry(points=Decimal(1)), "Thiếu")}
    with database.writing() as session:
        save_marks(session, key, poorer, actor=world.appraiser, now=DECIDING)
        rest = untouched(session, key, actor=world.appraiser)
        agree_untouched(session, key, "", rest, actor=world.appraiser, now=DECIDING)
        conclude(session, key, actor=world.appraiser, now=DECIDING)
    in_decision(database, world=world, appraise=[])
    decided(database, world)
    with database.reading() as session:
        mine, ours, last = (marks(session, key, copy)["I.1"] for copy in ("self", "appraised", "decided"))
    assert (mine.points, ours.points, last.points) == (Decimal(4), Decimal(1), Decimal(1))
    assert last.note == "Thiếu"
    assert dossier(database, key).decided_total == Decimal(97)


@pytest.mark.rule("AMB-DN-6")
def test_another_decision_gives_other_places(database: Database) -> None:
    """Nobody keeps the place of points that he has no more; where nothing was ranked yet, nothing is."""
    world = in_decision(database)
    decided(database, world)
    again(database, world, Result(world.first, Decimal(90)))
    assert [dossier(database, key).place for key in world.assessment_ids] == [None, None, None]
    with database.writing() as session:
        rank_round(session, world.round_id, actor=SYSTEM, now=DECIDING + 2 * HOUR)
    again(database, world, Result(world.assessment_ids[1], Decimal(50)))
    found = [dossier(database, key) for key in world.assessment_ids]
    assert [(one.place, one.place_reason) for one in found[:2]] == [
        (1, "Hạng 1 trong 3 đơn vị của nhóm; được 90 điểm."),
        (2, "Hạng 2 trong 3 đơn vị của nhóm; được 50 điểm."),
    ]
    assert is_whole(database, world.round_id)
