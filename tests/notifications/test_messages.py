"""What a batch reads, what becomes one mail, and what is better not sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from models.db import Database
from models.mail import Outbox
from notifications.messages import Case, letters, load, needless
from notifications.render import code_of, render
from states import actor, history
from tests.notifications import factory
from tests.notifications.factory import NOW, ORIGIN, World
from tests.notifications.reading import parsed, part


def cases(database: Database, write: Callable[[Session, World], list[Outbox]]) -> list[Case]:
    with database.writing() as session:
        world = factory.world(session)
        return load(session, write(session, world), NOW)


def both(session: Session, world: World, message: str = "reminder") -> list[Outbox]:
    return [
        factory.row(session, message, world.officer, of=world, about=about, parameters={"days": 7}) for about in (0, 1)
    ]


def test_a_batch_is_read_in_a_few_queries(database: Database) -> None:
    seen: list[str] = []
    with database.writing() as session:
        world = factory.world(session)
        for number in range(30):
            occasion = str(number)
            factory.row(session, "reminder", world.officer, of=world, parameters={"days": 7}, occasion=occasion)
    with database.reading() as session:
        rows = list(factory.rows(session))
        load(session, rows, NOW)
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: seen.append(call[2]))
        assert len(load(session, rows, NOW)) == 30
    assert len(seen) <= 2


def test_reminders_of_one_person_are_one_letter_and_obligations_are_not(database: Database) -> None:
    digest = letters(cases(database, both))
    assert [len(letter) for letter in digest] == [2]


def test_assignments_stay_letters_of_their_own(database: Database) -> None:
    separate = letters(cases(database, lambda session, world: both(session, world, "locked")))
    assert [len(letter) for letter in separate] == [1, 1]


def test_a_programme_may_do_without_digests(database: Database) -> None:
    found = cases(database, both)
    programme = found[0].programme
    plain = programme.model_copy(update={"reminders": programme.reminders.model_copy(update={"digest": False})})
    assert [len(letter) for letter in letters(replace(case, programme=plain) for case in found)] == [1, 1]


def test_a_code_is_of_every_occasion_and_of_nothing_else(database: Database) -> None:
    one, two = cases(database, both)
    two = replace(two, row=two.row.model_copy(update={"occasion": "other"}))
    assert code_of([one]) == code_of([replace(one, row=one.row.model_copy(update={"attempts": 5}))])
    assert len({code_of([one]), code_of([two]), code_of([one, two])}) == 3
    launched = one.round.model_copy(update={"launched_at": NOW})
    assert code_of([one]) != code_of([replace(one, round=launched)])


def reminder(database: Database, message: str = "reminder") -> Case:
    (case,) = cases(database, lambda session, world: [factory.row(session, message, world.officer, of=world)])
    return case


@pytest.mark.parametrize("message", ["reminder", "last_day", "locked"])
def test_what_is_due_is_needed(database: Database, message: str) -> None:
    assert needless(reminder(database, message), NOW) is None


def test_reminders_can_be_turned_off_and_obligations_cannot(database: Database) -> None:
    case = reminder(database)
    off = replace(case, account=case.account.model_copy(update={"reminders": False}))
    assert needless(off, NOW) == "người nhận đã tắt thư nhắc"
    obligation = replace(off, row=case.row.model_copy(update={"message": "last_day"}))
    assert needless(obligation, NOW) is None


def test_a_closed_account_gets_no_mail(database: Database) -> None:
    case = reminder(database, "locked")
    closed = replace(case, account=case.account.model_copy(update={"active": False}))
    assert needless(closed, NOW) == "tài khoản đã ngừng hoạt động"


def test_a_reminder_comes_before_the_closing_or_not_at_all(database: Database) -> None:
    case = reminder(database)
    assert case.closing is not None
    assert needless(case, case.closing - timedelta.resolution) is None
    assert needless(case, case.closing) == "đã qua thời điểm nhắc"


def test_nobody_is_reminded_of_what_was_removed(database: Database) -> None:
    case = reminder(database)
    assert case.assessment is not None
    removed = replace(case, assessment=case.assessment.model_copy(update={"state": "removed"}))
    assert needless(removed, NOW) == "đã qua thời điểm nhắc"


def test_a_later_submission_changes_no_earlier_receipt(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(
            session, "receipt", world.officer, of=world, occasion=factory.submission(session, world.assessments[0])
        )
        before = render([factory.case(session, row)], ORIGIN, NOW)
        own = world.assessments[0]
        own.self_total, own.submitted_at = None, NOW
        link = history.link_of(own, f"assessment:{own.id}", own.round_id)
        history.record(session, link, "submit", {"late": True}, actor=actor.account(1), now=NOW)
        assert render([factory.case(session, row)], ORIGIN, NOW) == before
    assert "86,25 / 100" in part(before, "plain")


def test_a_receipt_that_is_sent_again_is_of_the_submission(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        own = world.assessments[0]
        first = factory.row(session, "receipt", world.officer, of=world, occasion=factory.submission(session, own))
        link = history.link_of(own, f"assessment:{own.id}", own.round_id)
        again = history.record(session, link, "resend", {"message": "receipt"}, actor=actor.account(1), now=NOW)
        second = factory.row(session, "receipt", world.officer, of=world, occasion=f"{again.entity}/{again.seq}")
        said = [factory.case(session, row).more for row in (first, second)]
    assert said[0] == said[1]


def test_a_receipt_without_a_submission_is_refused(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(session, "receipt", world.officer, of=world)
        with pytest.raises(LookupError):
            factory.case(session, row)


def test_who_revises_is_told_that_the_submitted_copy_stands(database: Database) -> None:
    (case,) = cases(
        database,
        lambda session, world: [
            factory.row(session, "reminder", world.officer, of=world, about=2, parameters={"days": 7})
        ],
    )
    text = part(render([case], ORIGIN, NOW), "plain")
    assert "đang sửa hồ sơ" in text
    assert "bản đã nộp vẫn có hiệu lực" in text
    assert "0 (không) điểm" not in text


def test_who_was_removed_is_not_asked_for_anything(database: Database) -> None:
    case = reminder(database, "round_changed")
    assert case.assessment is not None
    removed = case.assessment.model_copy(update={"state": "removed"})
    told = replace(case, assessment=removed, row=case.row.model_copy(update={"parameters": '{"reason": "Sáp nhập."}'}))
    text = part(render([told], ORIGIN, NOW), "plain")
    assert "- Tình trạng hồ sơ: Đã đưa ra khỏi đợt" in text
    assert "Thời hạn" not in text
    assert "Xem hồ sơ" not in text


def test_an_address_change_names_the_units_whose_mail_comes_now(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        factory.appoint(session, world.officer, world)
        factory.appoint(session, world.officer, world, "head")
        holders = (world.officer, world.head)
        rows = [factory.row(session, "address_changed", who, of=world, about=None) for who in holders]
        texts = [part(render([case], ORIGIN, NOW), "plain") for case in load(session, rows, NOW)]
    assert "- Nhận thư của: Đảng bộ quận Mẫu Một\n" in texts[0]
    assert "- Nhận thư của: không còn đơn vị nào\n" in texts[1]


def test_a_unit_whose_name_has_marks_of_html_is_shown_as_written(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        world.assessments[0].name = 'Đảng bộ <b>"Mẫu" & Ba</b>\n<p>'
        mail = render([factory.case(session, factory.row(session, "assigned", world.officer, of=world))], ORIGIN, NOW)
    assert "Đảng bộ &lt;b&gt;&#34;Mẫu&#34; &amp; Ba&lt;/b&gt; &lt;p&gt;" in part(mail, "html")
    assert 'Đảng bộ <b>"Mẫu" & Ba</b> <p>' in part(mail, "plain")


def test_a_reason_stays_one_line(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        reason = {"reason": "Dòng một\r\n.\r\nQUIT\n\nKính gửi: người khác"}
        row = factory.row(session, "extension_refused", world.officer, of=world, parameters=reason)
        mail = render([factory.case(session, row)], ORIGIN, NOW)
    assert "- Lý do: Dòng một . QUIT Kính gửi: người khác\n" in part(mail, "plain")
    assert len(parsed(mail).get_all("To") or []) == 1
