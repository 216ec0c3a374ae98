import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from actions.appraise import conclude, save_marks
from actions.assign import assign, unassign
from actions.corrections import Grounds, remove_subject
from actions.explain import answer, ask, expire_due, withdraw
from actions.marks import Filled
from actions.self_assess import save, submit
from config.sheet import Entry
from models.assessments import ExplanationRequest, items
from models.db import Database
from states.actor import SYSTEM, Actor
from states.advance import advance
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.later import (
    LOCKED,
    acts,
    begun,
    chain,
    dossier,
    in_appraisal,
    is_whole,
    mails,
    payload,
    rules,
    sentences,
)
from tests.actions.world import World, at, paper

CLOSES = at("2024-12-16 00:00")
DAY = timedelta(days=1)


def asked(
    database: Database,
    world: World,
    *criteria: str,
    closes_at: datetime | None = CLOSES,
    now: datetime = LOCKED,
    question: str = "Bổ sung minh chứng",
    by: Actor | None = None,
) -> int:
    with database.writing() as session:
        who = by or world.appraiser
        return ask(session, world.first, criteria, question, closes_at=closes_at, actor=who, now=now)


def answered(database: Database, request: int, by: Actor, *, now: datetime = LOCKED + DAY, **texts: str) -> str | None:
    with database.writing() as session:
        given = {code.replace("_", "."): text for code, text in texts.items()}
        moved = answer(session, request, given, actor=by, now=now)
        return moved.state if moved else None


def status(database: Database, request: int) -> str:
    with database.reading() as session:
        return session.get_one(ExplanationRequest, request).status


def begun_world(database: Database) -> World:
    world = in_appraisal(database, subjects=2)
    begun(database, world)
    return world


@pytest.mark.rule("DN-4.2")
def test_a_question_is_asked_recorded_and_mailed(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.2", "I.1")
    now = dossier(database, world.first)
    assert (now.state, now.asked) == ("explaining", 1)
    row = chain(database, f"assessment:{world.first}")[-1]
    what = json.loads(row.body)["what"]
    hashed = what.pop("payload")
    assert (row.act, len(hashed)) == ("ask_explanation", 64)
    assert what == {
        "from": "appraising",
        "to": "explaining",
        "request": request,
        "criteria": ["I.1", "I.2"],
        "closes_at": "2024-12-15T17:00:00.000000Z",
    }
    assert json.loads(payload(database, row.entity, row.seq)) == {"question": "Bổ sung minh chứng"}
    unit = sorted([world.officer.account_id or 0, world.head.account_id or 0])
    assert mails(database, "explanation_asked") == [(world.first, one) for one in unit]


def test_by_default_there_are_three_working_days(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.1", closes_at=None, now=at("2024-12-12 16:30"))
    with database.reading() as session:
        assert session.get_one(ExplanationRequest, request).closes_at == at("2024-12-18 00:00")


def test_all_that_is_wrong_with_a_question_is_said(database: Database) -> None:
    world = begun_world(database)
    with pytest.raises(Refused) as caught:
        asked(database, world, "I", "I.9", question=" ", closes_at=LOCKED)
    assert rules(caught.value) == ["criterion", "criterion", "question", "closes_at"]
    with pytest.raises(Refused) as caught:
        asked(database, world)
    assert sentences(caught.value) == ["Phải nêu ít nhất một tiêu chí cần giải trình."]
    assert dossier(database, world.first).state == "appraising"


@pytest.mark.rule("DN-6.2")
@pytest.mark.parametrize("closes_at", [at("2024-12-30 00:00"), at("2025-01-02 00:00")])
def test_an_answer_is_due_before_the_report(database: Database, closes_at: datetime) -> None:
    world = begun_world(database)
    with pytest.raises(Refused) as caught:
        asked(database, world, "I.1", closes_at=closes_at)
    assert rules(caught.value) == ["before_report"]
    asked(database, world, "I.1", closes_at=at("2024-12-29 17:00"))


def test_the_default_too_must_come_before_the_report(database: Database) -> None:
    world = begun_world(database)
    with pytest.raises(Refused) as caught:
        asked(database, world, "I.1", closes_at=None, now=at("2024-12-26 09:00"))
    late, report = "hết ngày 31/12/2024 (trước ngày 01/01/2025)", "hết ngày 29/12/2024 (trước ngày 30/12)"
    assert sentences(caught.value) == [f"Hạn giải trình là {late}, phải trước hạn báo cáo: {report}."]


def test_an_appraiser_of_a_group_asks_about_it_alone(database: Database) -> None:
    world = begun_world(database)
    whose = world.appraiser.account_id or 0
    with database.writing() as session:
        unassign(session, world.first, whose, actor=world.lead, now=LOCKED)
        assign(session, world.round_id, [world.first], whose, criterion_group="I", actor=world.lead, now=LOCKED)
    with pytest.raises(Refused) as caught:
        asked(database, world, "I.1", "II.1")
    assert rules(caught.value) == ["criterion_group"]
    with pytest.raises(NotAllowed):
        asked(database, world, "I.1", by=world.officer)


def test_the_scores_stay_closed_to_the_unit_while_it_explains(database: Database) -> None:
    """RULES 6.7, vector 5."""
    world = begun_world(database)
    asked(database, world, "I.1")
    before = dossier(database, world.first)
    changed = {"I.1": Filled(Entry(points=Decimal(2)))}
    with pytest.raises(Refused) as caught, database.writing() as session:
        save(session, world.first, changed, actor=world.officer, now=LOCKED + DAY)
    assert rules(caught.value) == ["state"]
    with pytest.raises(Refused), database.writing() as session:
        submit(session, world.first, actor=world.head, now=LOCKED + DAY)
    with pytest.raises(NotAllowed), database.writing() as session:
        save_marks(session, world.first, changed, actor=world.officer, now=LOCKED + DAY)
    assert dossier(database, world.first) == before


@pytest.mark.rule("DN-3.2")
def test_a_full_answer_sends_the_explanation(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.1", "I.2")
    assert answered(database, request, world.officer, I_1="Đã có", I_2=" Kèm sau ") == "appraising"
    assert (status(database, request), dossier(database, world.first).asked) == ("answered", 0)
    with database.reading() as session:
        found = [(item.criterion, item.answer, item.answered_at) for item in items(session, request)]
    moment = (LOCKED + DAY).astimezone(UTC)
    assert found == [("I.1", "Đã có", moment), ("I.2", "Kèm sau", moment)]
    row = chain(database, f"assessment:{world.first}")[-1]
    assert (row.act, row.actor) == ("answer_explanation", world.officer.name)
    assert json.loads(payload(database, row.entity, row.seq)) == {"I.1": "Đã có", "I.2": "Kèm sau"}
    told = {world.appraiser.account_id, world.lead.account_id}
    assert {account for _, account in mails(database, "explanation_answered")} == told
    assert is_whole(database, world.round_id)


def test_an_answer_may_come_in_parts_and_be_bettered(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.1", "I.2")
    assert answered(database, request, world.officer, I_1="Một phần") is None
    assert (status(database, request), dossier(database, world.first).state) == ("open", "explaining")
    assert answered(database, request, world.head, I_1="Đầy đủ", I_2="Kèm sau") == "appraising"
    assert acts(database, f"assessment:{world.first}")[-2:] == ["answer_in_part", "answer_explanation"]
    assert mails(database, "explanation_answered") != []


def test_only_what_was_asked_is_answered_and_nothing_blank(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.1", "I.2")
    with pytest.raises(Refused) as caught:
        answered(database, request, world.officer, I_1=" ", I_3="Thêm")
    assert sentences(caught.value) == [
        "Tiêu chí I.3: không được yêu cầu giải trình.",
        "Tiêu chí I.1: nội dung giải trình còn trống.",
    ]
    with pytest.raises(Refused) as caught:
        answered(database, request, world.officer)
    assert rules(caught.value) == ["answers"]


def test_an_answer_at_the_very_instant_is_too_late(database: Database) -> None:
    world = begun_world(database)
    early, late = asked(database, world, "I.1"), asked(database, world, "I.2")
    assert answered(database, early, world.officer, now=CLOSES - timedelta.resolution, I_1="Kịp") == "explaining"
    with pytest.raises(Refused) as caught:
        answered(database, late, world.officer, now=CLOSES, I_2="Trễ")
    assert sentences(caught.value) == ["Đã quá hạn giải trình: hết ngày 15/12/2024 (trước ngày 16/12)."]


@pytest.mark.rule("DN-3.2")
@pytest.mark.rule("AMB-DN-4")
def test_what_was_too_late_stays_so_when_the_clock_steps_back(database: Database) -> None:
    """Like the lock of the sheet: the history has seen the deadline pass, though nothing was swept yet."""
    world = in_appraisal(database)
    begun(database, world)
    request = asked(database, world, "I.1")
    with database.writing() as session:
        lower = {"I.1": Filled(Entry(points=Decimal(1)), "Thiếu minh chứng")}
        save_marks(session, world.first, lower, actor=world.appraiser, now=CLOSES + DAY)
    with pytest.raises(Refused, match="Đã quá hạn giải trình"):
        answered(database, request, world.officer, I_1="Có biên bản")
    assert status(database, request) == "open"


def test_only_the_unit_answers(database: Database) -> None:
    world = begun_world(database)
    request = asked(database, world, "I.1")
    for who in (world.officers[1], world.appraiser, world.administrator, SYSTEM):
        with pytest.raises(NotAllowed):
            answered(database, request, who, I_1="Thay mặt")
    with pytest.raises(Unknown):
        answered(database, 999, world.officer, I_1="Gì")


@pytest.mark.rule("DN-4.3")
def test_questions_follow_each_other_without_limit(database: Database) -> None:
    world = begun_world(database)
    first, second = asked(database, world, "I.1"), asked(database, world, "I.2", by=world.lead)
    assert dossier(database, world.first).asked == 2
    assert answered(database, second, world.officer, I_2="Hai") == "explaining"
    with pytest.raises(Refused) as caught, database.writing() as session:
        conclude(session, world.first, actor=world.appraiser, now=LOCKED + DAY)
    assert rules(caught.value) == ["state"]
    assert answered(database, first, world.officer, I_1="Một") == "appraising"
    third = asked(database, world, "I.1", now=LOCKED + DAY)
    with pytest.raises(Refused) as caught:
        answered(database, first, world.officer, I_1="Lại")
    assert sentences(caught.value) == [f"Yêu cầu giải trình số {first} đã được trả lời."]
    assert status(database, third) == "open"


def test_a_question_can_be_withdrawn(database: Database) -> None:
    world = begun_world(database)
    request, other = asked(database, world, "I.1"), asked(database, world, "I.2")
    with pytest.raises(Refused) as caught, database.writing() as session:
        withdraw(session, request, " ", actor=world.appraiser, now=LOCKED)
    assert rules(caught.value) == ["needs_reason"]
    with pytest.raises(NotAllowed), database.writing() as session:
        withdraw(session, request, "Không cần", actor=world.officer, now=LOCKED)
    with database.writing() as session:
        assert withdraw(session, request, "Đã đủ", actor=world.appraiser, now=LOCKED).state == "explaining"
        assert withdraw(session, other, "Đã đủ", actor=world.lead, now=LOCKED).state == "appraising"
    assert [status(database, one) for one in (request, other)] == ["withdrawn", "withdrawn"]
    with pytest.raises(Refused) as caught, database.writing() as session:
        withdraw(session, request, "Nữa", actor=world.appraiser, now=LOCKED)
    assert sentences(caught.value) == [f"Yêu cầu giải trình số {request} đã được rút."]
    assert is_whole(database, world.round_id)


def test_what_is_due_expires_once(database: Database) -> None:
    world = in_appraisal(database, subjects=2)
    one, two = begun(database, world), begun(database, world, 1)
    first, second = asked(database, world, "I.1"), asked(database, world, "I.2", closes_at=CLOSES + DAY)
    with database.writing() as session:
        third = ask(session, two, ["I.1"], "Nêu rõ", closes_at=CLOSES, actor=world.lead, now=LOCKED)
    with database.writing() as session:
        assert expire_due(session, world.round_id, now=CLOSES - timedelta.resolution) == ()
    with database.writing() as session:
        assert expire_due(session, world.round_id, now=CLOSES) == (first, third)
    with database.writing() as session:
        assert expire_due(session, world.round_id, now=CLOSES) == ()
    assert [dossier(database, key).state for key in (one, two)] == ["explaining", "appraising"]
    assert [status(database, request) for request in (first, second, third)] == ["expired", "open", "expired"]
    row = chain(database, f"assessment:{two}")[-1]
    assert (row.act, row.actor) == ("expire_explanation", "system")
    with database.writing() as session:
        assert expire_due(session, world.round_id, now=CLOSES + DAY) == (second,)
    assert (dossier(database, one).state, dossier(database, one).asked) == ("appraising", 0)


def test_what_left_the_round_does_not_expire(database: Database) -> None:
    world = begun_world(database)
    asked(database, world, "I.1")
    with database.writing() as session:
        grounds = Grounds("Giải thể", paper(session, now=LOCKED))
        remove_subject(session, world.first, grounds, actor=world.administrator, now=LOCKED)
    with database.writing() as session:
        assert expire_due(session, world.round_id, now=CLOSES) == ()
    assert (dossier(database, world.first).state, dossier(database, world.first).asked) == ("removed", 0)


def test_nobody_but_the_system_lets_a_question_expire(database: Database) -> None:
    world = begun_world(database)
    asked(database, world, "I.1")
    with pytest.raises(NotAllowed), database.writing() as session:
        advance(session, world.first, "expire_explanation", actor=world.administrator, now=CLOSES)
