"""Special cases (AMB-DN-1); RULES 6.7, vector 4."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import col, select

from actions import self_assess
from actions.extension import ask_extension, grant_extension, refuse_extension
from actions.lock import lock_due
from config.vocabulary import MESSAGES
from models.assessments import Assessment, Extension, marks
from models.db import Database
from models.history import history_of
from models.mail import Outbox
from states.actor import Actor
from states.advance import Moved, advance
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from tests.actions.world import World, at, best, launched, paper, sheet_of, state_of, submitted

LOCK = at("2024-12-10 00:00")
AFTER = at("2024-12-11 09:00")
NOVEMBER = at("2024-11-20 09:00")
FLOOD = "Mưa lũ, mất điện toàn huyện"


def granted(
    database: Database,
    world: World,
    until: str,
    *,
    now: datetime = AFTER,
    actor: Actor | None = None,
    reason: str = FLOOD,
) -> Moved:
    with database.writing() as session:
        return grant_extension(
            session,
            world.first,
            until=date.fromisoformat(until),
            reason=reason,
            document=paper(session, now=now),
            actor=actor or world.administrator,
            now=now,
        )


def refusals(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.sentence for refusal in caught.value.refusals]


def filled(database: Database, world: World, now: datetime) -> None:
    with database.writing() as session:
        marks_of = best(sheet_of(session, world, world.first))
        self_assess.save(session, world.first, marks_of, actor=world.officer, now=now)


def swept(database: Database, world: World, now: datetime) -> dict[int, str]:
    with database.writing() as session:
        return dict(lock_due(session, world.round_id, now=now).moved)


def dossier(database: Database, key: int) -> Assessment:
    with database.reading() as session:
        return session.get_one(Assessment, key)


def mails(database: Database, message: str) -> list[Outbox]:
    with database.reading() as session:
        return list(session.exec(select(Outbox).where(Outbox.message == message).order_by(col(Outbox.id))))


@pytest.mark.rule("DN-4.6", "X-D6")
def test_an_extension_through_a_day_is_open_until_the_next_begins(database: Database) -> None:
    world = launched(database, subjects=2)
    filled(database, world, NOVEMBER)
    assert set(swept(database, world, LOCK).values()) == {"locked_zero"}
    assert granted(database, world, "2024-12-14").state == "self_assessing"
    one = dossier(database, world.first)
    assert (one.closes_at, one.zeroed, one.self_total) == (at("2024-12-15 00:00"), False, None)
    assert swept(database, world, at("2024-12-14 23:59:59.999")) == {}
    with pytest.raises(Refused), database.writing() as session:
        self_assess.submit(session, world.first, actor=world.officer, now=at("2024-12-15 00:00"))
    with database.writing() as session:
        self_assess.submit(session, world.first, actor=world.officer, now=at("2024-12-14 23:59:59.999"))
    one = dossier(database, world.first)
    assert (one.state, one.self_total, one.late) == ("submitted", Decimal(100), False)
    assert state_of(database, world.assessment_ids[1]) == "locked_zero"


def test_who_lets_the_extension_pass_is_zeroed(database: Database) -> None:
    world = launched(database, subjects=1)
    swept(database, world, LOCK)
    granted(database, world, "2024-12-14")
    assert swept(database, world, at("2024-12-15 00:00")) == {world.first: "locked_zero"}
    one = dossier(database, world.first)
    assert (one.zeroed, one.self_total) == (True, Decimal(0))


def test_an_extension_before_the_lock_keeps_the_lock_away(database: Database) -> None:
    world = launched(database, subjects=2)
    assert granted(database, world, "2024-12-14", now=NOVEMBER).state == "assigned"
    assert swept(database, world, LOCK) == {world.assessment_ids[1]: "locked_zero"}
    filled(database, world, at("2024-12-14 22:00"))
    assert state_of(database, world.first) == "self_assessing"


def test_what_was_drafted_and_submitted_stays(database: Database) -> None:
    world = launched(database, subjects=1)
    submitted(database, world)
    swept(database, world, LOCK)
    assert granted(database, world, "2024-12-14").state == "submitted"
    one = dossier(database, world.first)
    assert (one.self_total, one.submitted_at) == (Decimal(100), at("2024-10-02 08:00"))
    with database.writing() as session:
        self_assess.revise(session, world.first, actor=world.officer, now=AFTER)
        assert len(marks(session, world.first, "draft")) == one.leaves


def test_lateness_goes_with_the_extension(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", subjects=1, kinds=("ubnd_xa",))
    late = at("2024-11-15 08:00")
    assert swept(database, world, late) == {world.first: "assigned"}
    granted(database, world, "2024-11-20", now=late)
    assert not dossier(database, world.first).late
    assert swept(database, world, at("2024-11-20 23:59:59")) == {}
    assert swept(database, world, at("2024-11-21 00:00")) == {world.first: "assigned"}
    assert dossier(database, world.first).late


def test_the_unit_is_told_until_when(database: Database) -> None:
    world = launched(database, subjects=1)
    granted(database, world, "2024-12-14", now=NOVEMBER)
    told = mails(database, "extension_granted")
    assert [mail.account_id for mail in told] == [world.officer.account_id, world.head.account_id]
    read = MESSAGES["extension_granted"].parameters.model_validate_json(told[0].parameters)
    assert read.model_dump() == {"closes_at": datetime(2024, 12, 14, 17, tzinfo=UTC)}


@pytest.mark.rule("X-A1")
def test_history_has_reason_document_and_closing(database: Database) -> None:
    world = launched(database, subjects=1)
    granted(database, world, "2024-12-14", now=NOVEMBER)
    with database.reading() as session:
        row = history_of(session, f"assessment:{world.first}")[-1]
        assert verify(session).broken == ()
        kept = session.exec(select(Extension)).one()
    what = json.loads(row.body)["what"]
    assert what == {
        "from": "assigned",
        "to": "assigned",
        "closes_at": "2024-12-14T17:00:00.000000Z",
        "reason": FLOOD,
        "document": kept.document_id,
    }
    assert (kept.granted, kept.until, kept.answered_at) == (True, at("2024-12-15 00:00"), NOVEMBER)


TOO_LONG = (
    "Thời hạn mới là hết ngày 30/12/2024 (trước ngày 31/12); phải trước hạn «Thẩm định, quyết định và báo cáo», "
    "hết ngày 29/12/2024 (trước ngày 30/12)."
)
TOO_LATE = (
    "Thời hạn mới là hết ngày 10/12/2024 (trước ngày 11/12); phải sau thời điểm hiện tại và sau thời hạn đang có, "
    "hết ngày 09/12/2024 (trước ngày 10/12)."
)


@pytest.mark.parametrize(("until", "sentence"), [("2024-12-30", TOO_LONG), ("2024-12-10", TOO_LATE)])
def test_the_new_deadline_lies_between_now_and_the_report(database: Database, until: str, sentence: str) -> None:
    world = launched(database, subjects=1)
    swept(database, world, LOCK)
    with pytest.raises(Refused) as caught:
        granted(database, world, until)
    assert refusals(caught) == [sentence]
    assert (state_of(database, world.first), mails(database, "extension_granted")) == ("locked_zero", [])


def test_the_day_before_the_report_is_due_is_the_last(database: Database) -> None:
    world = launched(database, subjects=1)
    assert granted(database, world, "2024-12-29").state == "assigned"


def test_an_extension_never_shortens(database: Database) -> None:
    world = launched(database, subjects=1)
    granted(database, world, "2024-12-20")
    with pytest.raises(Refused):
        granted(database, world, "2024-12-14")
    assert dossier(database, world.first).closes_at == at("2024-12-21 00:00")


def test_an_extension_needs_a_reason(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused) as caught:
        granted(database, world, "2024-12-14", reason="  ")
    assert refusals(caught) == ["Phải ghi lý do."]


def test_only_the_owner_grants(database: Database) -> None:
    world = launched(database, subjects=1)
    for actor in (world.officer, world.head, world.lead, world.authority):
        with pytest.raises(NotAllowed):
            granted(database, world, "2024-12-14", actor=actor)


def test_a_dossier_under_appraisal_is_not_extended(database: Database) -> None:
    world = launched(database, subjects=1)
    submitted(database, world)
    swept(database, world, LOCK)
    with database.writing() as session:
        advance(session, world.first, "start_appraisal", actor=world.lead, now=AFTER)
    with pytest.raises(Refused, match="«Đang thẩm định»"):
        granted(database, world, "2024-12-14")
    with pytest.raises(Refused) as caught, database.writing() as session:
        ask_extension(session, world.first, FLOOD, actor=world.officer, now=AFTER)
    assert refusals(caught) == ["Hồ sơ đang ở trạng thái «Đang thẩm định», không còn gia hạn được."]


def test_a_request_is_answered_by_the_grant(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.writing() as session:
        key = ask_extension(session, world.first, FLOOD, until=date(2024, 12, 12), actor=world.head, now=NOVEMBER)
    with pytest.raises(Refused, match="đang chờ trả lời"), database.writing() as session:
        ask_extension(session, world.first, FLOOD, actor=world.officer, now=NOVEMBER)
    granted(database, world, "2024-12-14", now=NOVEMBER + timedelta(days=1), reason="Đồng ý")
    with database.reading() as session:
        kept = session.exec(select(Extension)).one()
    assert (kept.id, kept.granted, kept.reason, kept.answer) == (key, True, FLOOD, "Đồng ý")
    assert (kept.asked_at, kept.until) == (NOVEMBER, at("2024-12-15 00:00"))


def test_a_request_may_be_refused_once_and_the_unit_is_told_why(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.writing() as session:
        key = ask_extension(session, world.first, FLOOD, actor=world.officer, now=NOVEMBER)
    with pytest.raises(NotAllowed), database.writing() as session:
        refuse_extension(session, key, "Không", actor=world.officer, now=NOVEMBER)
    with database.writing() as session:
        refuse_extension(session, key, "Chưa đủ căn cứ", actor=world.administrator, now=NOVEMBER)
    with pytest.raises(Refused, match="đã được trả lời"), database.writing() as session:
        refuse_extension(session, key, "Chưa đủ căn cứ", actor=world.administrator, now=NOVEMBER)
    told = mails(database, "extension_refused")
    assert [json.loads(mail.parameters) for mail in told] == [{"reason": "Chưa đủ căn cứ"}] * 2
    with database.reading() as session:
        acts = [row.act for row in history_of(session, f"assessment:{world.first}")]
        assert verify(session).broken == ()
    assert acts == ["assigned", "ask_extension", "refuse_extension"]
    assert dossier(database, world.first).closes_at == LOCK


def test_only_the_unit_asks(database: Database) -> None:
    world = launched(database)
    with pytest.raises(NotAllowed), database.writing() as session:
        ask_extension(session, world.first, FLOOD, actor=world.officers[1], now=NOVEMBER)
    with pytest.raises(Unknown), database.writing() as session:
        refuse_extension(session, 99, FLOOD, actor=world.administrator, now=NOVEMBER)
