from datetime import date

import pytest
from sqlmodel import select

from actions.accounts import add_account, grant
from actions.drafts import put_draft
from actions.launch_draft import KIND, Letter, Member, Wish, carry_out, check, look, prefilled, read_wish
from actions.register import take_register
from config.load import load_programme
from models.approvals import Approval
from models.assessments import Assessment
from models.db import Database
from models.decisions import Document
from models.drafts import Draft
from models.mail import Outbox
from models.people import Account, Grant
from models.rounds import Round
from states.actor import Actor, account
from states.errors import NotAllowed, Refused
from states.hold import milestones_for
from tests.actions.world import CONSOLE, at, rows_of

SLUG = "dan-chu-co-so"
NOW = at("2026-10-01 08:00")
LETTER = Letter(number="15-CV/BDVTU", dated=date(2026, 10, 1), signer="Nguyễn Ví Dụ")
STAFF = (Member(role="appraiser", email="cv@a.example", name="Trần A"), Member(role="lead", email="td@a.example"))


def administrator(database: Database, *, units: int = 3) -> Actor:
    """An administrator of a rehearsal and some units."""
    with database.writing() as session:
        programme = load_programme(SLUG)
        rows = rows_of(programme, units)
        take_register(session, rows, actor=CONSOLE, now=NOW)
        key = add_account(session, "quantri@a.example", actor=CONSOLE, now=NOW)
        grant(session, key, "administrator", actor=CONSOLE, now=NOW)
    return account(key)


def wish(**changes: object) -> Wish:
    made = prefilled(load_programme(SLUG), 2026).model_copy(update={"letter": LETTER, "staff": STAFF, "live": False})
    return made.model_copy(update=changes)


def draft(database: Database, wanted: Wish, actor: Actor) -> int:
    with database.writing() as session:
        return put_draft(session, KIND, wanted.model_dump_json(), actor=actor, now=NOW).id


def sentences(wanted: Wish) -> list[str]:
    return [refusal.sentence for refusal in check(wanted)[1]]


def test_what_the_second_look_says_is_what_a_launch_does(database: Database) -> None:
    actor = administrator(database)
    key = draft(database, wish(left_out=("dv-3",)), actor)
    with database.reading() as session:
        prospect = look(session, read_wish(session.get_one(Draft, key)), now=NOW)
    assert (prospect.dossiers, prospect.mails, [one.code for one in prospect.outside]) == (2, 4, ["dv-3"])
    with database.writing() as session:
        round_id = carry_out(session, session.get_one(Draft, key), prospect.seen, actor=actor, now=NOW)
    with database.reading() as session:
        made = session.get_one(Round, round_id)
        dossiers = session.exec(select(Assessment)).all()
        assert {(one.name, one.closes_at) for one in dossiers} == {
            (line.newcomer.name, line.newcomer.closes_at) for line in prospect.plan.lines if line.newcomer
        }
        assert len(session.exec(select(Outbox).where(Outbox.message == "assigned")).all()) == prospect.mails
        assert session.get_one(Document, made.launch_document_id).number == LETTER.number
        given = session.exec(select(Account.email, Grant.role).join(Grant).where(Grant.round_id == round_id)).all()
        assert given == [("cv@a.example", "appraiser")]
        waiting = session.exec(select(Approval.kind, Approval.asked_by)).all()
        assert waiting == [("grant", actor.account_id)]
        kept = session.get_one(Draft, key)
        assert (kept.result, kept.done_at) == (str(round_id), NOW)
    with database.writing() as session, pytest.raises(Refused, match="đã được phát động"):
        carry_out(session, session.get_one(Draft, key), prospect.seen, actor=actor, now=NOW)


def test_what_has_changed_since_the_second_look_refuses_the_launch(database: Database) -> None:
    actor = administrator(database)
    key = draft(database, wish(), actor)
    with database.reading() as session:
        seen = look(session, wish(), now=NOW).seen
    with database.writing() as session:
        take_register(session, rows_of(load_programme(SLUG), 4), actor=CONSOLE, now=NOW)
    with database.writing() as session, pytest.raises(Refused, match="đã thay đổi"):
        carry_out(session, session.get_one(Draft, key), seen, actor=actor, now=NOW)
    stranger = stranger_of(database)
    with database.writing() as session, pytest.raises(NotAllowed):
        carry_out(session, session.get_one(Draft, key), seen, actor=stranger, now=NOW)


def stranger_of(database: Database) -> Actor:
    with database.writing() as session:
        return account(add_account(session, "ai@a.example", actor=CONSOLE, now=NOW))


def test_other_dates_and_another_telephone_are_pinned_with_the_round(database: Database) -> None:
    actor = administrator(database)
    dates = (date(2026, 11, 20), prefilled(load_programme(SLUG), 2026).dates[1])
    wanted = wish(dates=dates, contact_name="Phòng Nội vụ", contact_phone="024 3825 1234", staff=())
    key = draft(database, wanted, actor)
    with database.writing() as session:
        seen = look(session, wanted, now=NOW).seen
        round_id = carry_out(session, session.get_one(Draft, key), seen, actor=actor, now=NOW)
    with database.reading() as session:
        spans = milestones_for(session, round_id, "dang_bo_quan_huyen")
        assert spans["self_assessment"].closes_at == at("2026-11-21 00:00")
        assert spans["report"].closes_at == at("2026-12-30 00:00")
        assert {one.closes_at for one in session.exec(select(Assessment))} == {at("2026-11-21 00:00")}


def test_a_wish_as_the_programme_has_it_changes_nothing_of_the_programme() -> None:
    programme, refusals = check(wish())
    assert (programme.digest, refusals) == (load_programme(SLUG).digest, [])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"letter": Letter(number="15")}, "Ghi đủ số, ngày và người ký"),
        ({"dates": (date(2026, 12, 31), date(2026, 12, 1))}, "theo đúng thứ tự"),
        ({"dates": (date(2027, 12, 1), date(2026, 12, 29))}, "phải thuộc năm 2026"),
        ({"dates": (date(2026, 12, 1),)}, "Ghi đủ ngày"),
        ({"contact_phone": "gọi tôi"}, "số điện thoại"),
        ({"kinds": ()}, "ít nhất một loại"),
        ({"staff": (Member(role="officer", email="a@b.example"),)}, "chọn nhiệm vụ"),
        ({"staff": (Member(role="lead", email="không phải thư"),)}, "không hợp lệ"),
    ],
)
def test_what_is_wrong_with_a_wish_is_said(changes: dict[str, object], sentence: str) -> None:
    assert [one for one in sentences(wish(**changes)) if sentence in one]
