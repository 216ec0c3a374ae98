import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from actions.accounts import change_address
from actions.boxes import cancel_box, open_box
from actions.corrections import (
    Grounds,
    add_subject,
    cancel_round,
    merge,
    plan_add_subject,
    plan_cancel_round,
    plan_merge,
    plan_remove_subject,
    plan_resend,
    remove_subject,
    resend,
)
from actions.explain import ask
from actions.register import take_register
from actions.report import report
from models.assessments import ExplanationRequest
from models.db import Database
from models.mail import Outbox
from models.rounds import Round, milestones
from states.actor import together
from states.errors import NotAllowed, Refused, Unknown
from tests.actions import ha_tinh_world
from tests.actions.later import (
    LOCKED,
    acts,
    begun,
    chain,
    dossier,
    in_appraisal,
    is_whole,
    mails,
    ready_to_report,
    rules,
    sentences,
)
from tests.actions.world import CONSOLE, World, at, launched, paper, register_row, state_of, submitted

NOW = at("2024-11-05 09:00")
WHY = "Sắp xếp bộ máy"


def grounds(database: Database, reason: str = WHY) -> Grounds:
    with database.writing() as session:
        return Grounds(reason, paper(session, now=NOW))


def newcomer(database: Database, number: int = 9, kind: str = "dang_bo_quan_huyen", **changes: object) -> str:
    row = register_row(number, kind, **changes)
    with database.writing() as session:
        take_register(session, [row], actor=CONSOLE, now=NOW)
    return row.code


def unit(world: World, number: int) -> list[tuple[int, int]]:
    """The mails of one message to a whole unit."""
    both = (world.officers[number].account_id or 0, world.heads[number].account_id or 0)
    return [(world.assessment_ids[number], one) for one in sorted(both)]


def test_a_subject_joins_a_running_round(database: Database) -> None:
    world = launched(database)
    code = newcomer(database)
    with database.reading() as session:
        plan = plan_add_subject(session, world.round_id, code, live=False, actor=world.administrator, now=NOW)
    assert [tuple(effect) for effect in plan.effects] == [
        (None, "Đơn vị 9", "thêm vào đợt, hạn hết ngày 09/12/2024 (trước ngày 10/12)")
    ]
    why = grounds(database)
    with database.writing() as session:
        who = world.administrator
        made = add_subject(session, world.round_id, code, why, live=False, actor=who, now=NOW)
    now = dossier(database, made)
    assert (now.state, now.name, now.closes_at) == ("assigned", "Đơn vị 9", at("2024-12-10 00:00"))
    assert now.leaves == dossier(database, world.first).leaves
    row = chain(database, f"round:{world.round_id}")[-1]
    assert json.loads(row.body)["what"] == {"assessment": made, "reason": WHY, "document": why.document_id}
    assert len([mail for mail in mails(database, "assigned") if mail[0] == made]) == 2
    assert is_whole(database, world.round_id)


def test_a_subject_of_a_new_kind_brings_its_milestones(database: Database) -> None:
    world = launched(database)
    code, why = newcomer(database, kind="so_nganh"), grounds(database)
    with database.writing() as session:
        add_subject(session, world.round_id, code, why, live=False, actor=world.administrator, now=NOW)
    with database.reading() as session:
        kinds = {(one.stage, one.kind) for one in milestones(session, world.round_id)}
    both = ("dang_bo_quan_huyen", "so_nganh")
    assert kinds == {(stage, kind) for stage in ("self_assessment", "report") for kind in both}


@pytest.mark.parametrize(
    ("code", "rule"), [("dv-1", "already"), ("khong-co", "unknown"), ("het-han", "expired"), ("nghi", "inactive")]
)
def test_who_cannot_join(database: Database, code: str, rule: str) -> None:
    world = launched(database)
    newcomer(database, 7, code="het-han", valid_to=at("2024-06-30 00:00").date())
    newcomer(database, 8, code="nghi", active=False)
    why = grounds(database)
    with pytest.raises(Refused) as caught, database.writing() as session:
        add_subject(session, world.round_id, code, why, live=False, actor=world.administrator, now=NOW)
    assert rules(caught.value) == [rule]
    with database.reading() as session:
        plan = plan_add_subject(session, world.round_id, code, live=False, actor=world.administrator, now=NOW)
    assert [problem.rule for problem in plan.problems] == [rule]


def test_nobody_joins_a_real_round_on_a_sample_sheet(database: Database) -> None:
    world = launched(database)
    code, why = newcomer(database), Grounds(" ", None)
    with pytest.raises(Refused) as caught, database.writing() as session:
        add_subject(session, world.round_id, code, why, actor=world.administrator, now=NOW)
    assert rules(caught.value) == ["needs_reason", "needs_document", "sample"]


def test_after_the_deadline_a_subject_joins_with_its_own(database: Database) -> None:
    world = in_appraisal(database)
    code, why = newcomer(database), grounds(database)
    for closes_at, rule in ((None, "closes_at"), (at("2025-01-01 00:00"), "before_report")):
        with pytest.raises(Refused) as caught, database.writing() as session:
            add_subject(
                session,
                world.round_id,
                code,
                why,
                closes_at=closes_at,
                live=False,
                actor=world.administrator,
                now=LOCKED,
            )
        assert rules(caught.value) == [rule]
    own = at("2024-12-15 00:00")
    with database.writing() as session:
        made = add_subject(
            session, world.round_id, code, why, closes_at=own, live=False, actor=world.administrator, now=LOCKED
        )
    assert dossier(database, made).closes_at == own


def test_a_dossier_leaves_the_round_with_all_that_was_written(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    with database.writing() as session:
        request = ask(session, key, ["I.1"], "Nêu rõ", actor=world.lead, now=LOCKED)
    with database.reading() as session:
        plan = plan_remove_subject(session, key, actor=world.administrator, now=LOCKED)
    assert [tuple(effect) for effect in plan.effects] == [(key, "Đơn vị 1", "đưa ra khỏi đợt")]
    why = grounds(database)
    with database.writing() as session:
        remove_subject(session, key, why, actor=world.administrator, now=LOCKED)
    now = dossier(database, key)
    assert (now.state, now.asked, now.self_total) == (
        "removed",
        0,
        dossier(database, world.assessment_ids[1]).self_total,
    )
    with database.reading() as session:
        assert session.get_one(ExplanationRequest, request).status == "withdrawn"
    assert mails(database, "round_changed") == unit(world, 0)
    what = json.loads(chain(database, f"assessment:{key}")[-1].body)["what"]
    assert (what["to"], what["reason"], what["document"]) == ("removed", WHY, why.document_id)
    assert is_whole(database, world.round_id)


def test_a_dossier_leaves_once_and_only_for_a_reason(database: Database) -> None:
    world = launched(database)
    with pytest.raises(Refused) as caught, database.writing() as session:
        remove_subject(session, world.first, Grounds(" ", None), actor=world.administrator, now=NOW)
    assert rules(caught.value) == ["needs_reason", "needs_document"]
    why = grounds(database)
    with database.writing() as session:
        remove_subject(session, world.first, why, actor=world.administrator, now=NOW)
    with pytest.raises(Refused) as caught, database.writing() as session:
        remove_subject(session, world.first, why, actor=world.administrator, now=NOW)
    assert rules(caught.value) == ["state"]
    with pytest.raises(Unknown), database.writing() as session:
        remove_subject(session, 999, why, actor=world.administrator, now=NOW)


def test_merged_units_leave_and_the_other_says_so(database: Database) -> None:
    world = launched(database)
    one, two, three = world.assessment_ids
    submitted(database, world, 2)
    with database.reading() as session:
        plan = plan_merge(session, world.round_id, [two, one], three, actor=world.administrator, now=NOW)
    assert [(effect.assessment_id, effect.what) for effect in plan.effects] == [
        (one, "đưa ra khỏi đợt, sáp nhập vào «Đơn vị 3»"),
        (two, "đưa ra khỏi đợt, sáp nhập vào «Đơn vị 3»"),
    ]
    why = grounds(database)
    with database.writing() as session:
        merge(session, world.round_id, [two, one], three, why, actor=world.administrator, now=NOW)
    assert [state_of(database, key) for key in world.assessment_ids] == ["removed", "removed", "submitted"]
    merged = json.loads(chain(database, f"assessment:{three}")[-1].body)
    assert (merged["act"], merged["what"]["merged"]) == ("merge", [one, two])
    assert json.loads(chain(database, f"assessment:{two}")[-1].body)["what"]["merged_into"] == three
    assert mails(database, "round_changed") == [*unit(world, 0), *unit(world, 1), *unit(world, 2)]
    assert is_whole(database, world.round_id)


def test_what_cannot_be_merged(database: Database) -> None:
    world = launched(database)
    one, two, _ = world.assessment_ids
    why = grounds(database)
    for sources, into in (([one], one), ([], one)):
        with pytest.raises(Refused) as caught, database.writing() as session:
            merge(session, world.round_id, sources, into, why, actor=world.administrator, now=NOW)
        assert rules(caught.value) == ["merge"]
    with database.writing() as session:
        remove_subject(session, one, why, actor=world.administrator, now=NOW)
    with pytest.raises(Refused) as caught, database.writing() as session:
        merge(session, world.round_id, [two], one, why, actor=world.administrator, now=NOW)
    assert sentences(caught.value) == ["«Đơn vị 1»: đã có kết quả hoặc đã ra khỏi đợt."]
    assert state_of(database, two) == "assigned"


def test_a_message_goes_again_to_the_address_of_now(database: Database) -> None:
    world = launched(database)
    whose = world.officer.account_id or 0
    why = grounds(database)
    with database.writing() as session:
        change_address(session, whose, "moi@donvi.example", actor=CONSOLE, now=NOW)
    with database.reading() as session:
        plan = plan_resend(session, world.first, "assigned", whose, actor=world.administrator, now=NOW)
    assert [effect.what for effect in plan.effects] == [
        f"gửi lại thư «Giao nhiệm vụ tự đánh giá» cho tài khoản số {whose}"
    ]
    before = len(mails(database, "assigned"))
    for moment in (NOW, NOW + timedelta(hours=1)):
        with database.writing() as session:
            resend(session, world.first, "assigned", whose, why, actor=world.administrator, now=moment)
    with database.reading() as session:
        chosen = select(Outbox).where(Outbox.message == "assigned", Outbox.account_id == whose)
        found = session.exec(chosen.order_by(col(Outbox.id))).all()
    entity = f"assessment:{world.first}"
    assert [mail.occasion for mail in found] == [f"{entity}/1", f"{entity}/2", f"{entity}/3"]
    assert len(mails(database, "assigned")) == before + 2
    assert acts(database, entity) == ["assigned", "resend", "resend"]


def test_what_cannot_be_sent_again(database: Database) -> None:
    world = launched(database)
    why = grounds(database)
    officer, stranger = world.officer.account_id or 0, world.officers[1].account_id or 0
    for message, whose, rule in (
        ("assigned", stranger, "account"),
        ("locked", officer, "message"),
        ("x", officer, "message"),
    ):
        with pytest.raises(Refused) as caught, database.writing() as session:
            resend(session, world.first, message, whose, why, actor=world.administrator, now=NOW)
        assert rules(caught.value) == [rule]


def test_a_cancelled_round_takes_its_dossiers_along(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    with database.writing() as session:
        request = ask(session, key, ["I.1"], "Nêu rõ", actor=world.lead, now=LOCKED)
    why = grounds(database)
    with database.writing() as session:
        remove_subject(session, world.assessment_ids[1], why, actor=world.administrator, now=LOCKED)
    with database.reading() as session:
        plan = plan_cancel_round(session, world.round_id, actor=world.administrator, now=LOCKED)
    assert [tuple(effect) for effect in plan.effects] == [
        (key, "Đơn vị 1", "hủy, đang ở «Chờ giải trình»"),
        (world.assessment_ids[2], "Đơn vị 3", "hủy, đang ở «Đã khóa: chưa hoàn thành, 0 điểm»"),
    ]
    with database.writing() as session:
        cancel_round(session, world.round_id, why, actor=world.administrators, now=LOCKED)
    states = [state_of(database, key) for key in world.assessment_ids]
    assert states == ["cancelled", "removed", "cancelled"]
    with database.reading() as session:
        assert session.get_one(Round, world.round_id).state == "cancelled"
        assert session.get_one(ExplanationRequest, request).status == "withdrawn"
    assert mails(database, "round_cancelled") == [*unit(world, 0), *unit(world, 2)]
    assert is_whole(database, world.round_id)


def test_a_round_is_not_cancelled_without_grounds_nor_after_its_report(database: Database) -> None:
    world = ready_to_report(database, subjects=1, handed_in=1)
    with pytest.raises(Refused) as caught, database.writing() as session:
        cancel_round(session, world.round_id, Grounds("", None), actor=world.administrators, now=LOCKED)
    assert rules(caught.value) == ["needs_reason", "needs_document"]
    now, why = at("2024-12-28 08:00"), grounds(database)
    with database.writing() as session:
        report(session, world.round_id, actor=world.administrator, now=now)
    with database.reading() as session:
        problems = plan_cancel_round(session, world.round_id, actor=world.administrator, now=now).problems
    assert [problem.rule for problem in problems] == ["state"]
    code = newcomer(database)
    with pytest.raises(Refused) as caught, database.writing() as session:
        add_subject(
            session,
            world.round_id,
            code,
            why,
            closes_at=now + timedelta(hours=1),
            live=False,
            actor=world.administrator,
            now=now,
        )
    assert rules(caught.value) == ["state"]


@pytest.mark.parametrize("role", ["authority", "lead", "appraiser", "officer", "auditor"])
def test_only_the_administrator_corrects(database: Database, role: str) -> None:
    world = launched(database)
    code, why, who = newcomer(database), grounds(database), getattr(world, role)
    one, two, _ = world.assessment_ids
    whose = world.officer.account_id or 0
    with pytest.raises(NotAllowed), database.writing() as session:
        add_subject(session, world.round_id, code, why, live=False, actor=who, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        remove_subject(session, one, why, actor=who, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        merge(session, world.round_id, [one], two, why, actor=who, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        resend(session, one, "assigned", whose, why, actor=who, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        cancel_round(session, world.round_id, why, actor=who, now=NOW)


@pytest.mark.rule("X-A2")
def test_nothing_is_taken_away_from_under_an_open_ballot(database: Database) -> None:
    """Who is voting would vote on nothing, and what has been cast would stay in an open box for ever."""
    world = ha_tinh_world.ward(database)
    key, now = ha_tinh_world.bring(database, world, "m1", "consulting"), ha_tinh_world.RATED
    with database.writing() as session:
        box = open_box(session, "workplace", [key], summoned=10, actor=world.secretary, now=now)
        why = Grounds("Chuyển đi", paper(session, now=now))
    both = together(world.administrator.account_id or 0, world.authorities["btv"].account_id or 0)
    label = "Phiếu đề xuất mức xếp loại tại nơi công tác"
    told = f"Hòm phiếu số {box} («{label}») đang mở; kiểm phiếu hoặc hủy hòm phiếu trước."
    with pytest.raises(Refused) as removing, database.writing() as session:
        remove_subject(session, key, why, actor=world.administrator, now=now)
    with pytest.raises(Refused) as cancelling, database.writing() as session:
        cancel_round(session, world.round_id, why, actor=both, now=now)
    assert [sentences(one.value) for one in (removing, cancelling)] == [[told], [told]]
    with database.writing() as session:
        remove_subject(session, world.ids["m2"], why, actor=world.administrator, now=now)
        cancel_box(session, box, "Nhầm hồ sơ", actor=world.secretary, now=now)
        remove_subject(session, key, why, actor=world.administrator, now=now)
    assert [state_of(database, world.ids[code]) for code in ("m1", "m2")] == ["removed", "removed"]
