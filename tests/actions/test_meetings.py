import json
from collections.abc import Callable

import pytest
from sqlmodel import Session

from actions.meetings import (
    Person,
    Plan,
    attend,
    close_meeting,
    may_hold,
    open_meeting,
    prepare,
    set_agenda,
    summon,
)
from models.db import Database
from models.history import history_of
from models.meetings import Meeting, agenda_of, attendance_of, meetings_of
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from tests.actions.ballots_world import VOTING, Voters, add, deciding, launched, meeting, opened
from tests.actions.world import paper

Change = Callable[[Session], None]
CHAIR = Person("Trần Ví Dụ", "Bí thư")


def prepared(database: Database, voters: Voters, *people: Person, body: str = "", by: Actor | None = None) -> int:
    plan = Plan("Họp kiểm điểm", VOTING, CHAIR, body=body)
    agenda = [voters.party]
    with database.writing() as session:
        return prepare(
            session,
            voters.round_id,
            plan,
            agenda=agenda,
            summoned=people,
            actor=by or voters.secretary,
            now=VOTING,
        )


def sentences(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.sentence for refusal in caught.value.refusals]


def acts(database: Database, voters: Voters) -> list[str]:
    with database.reading() as session:
        return [row.act for row in history_of(session, f"round:{voters.round_id}")]


@pytest.mark.rule("HT-6.1", "HT-6.3")
def test_a_meeting_is_prepared_held_and_closed_with_its_minutes(database: Database) -> None:
    voters = deciding(database)
    key = meeting(database, voters)
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
        close_meeting(session, key, minutes, actor=voters.secretary, now=VOTING)
    with database.reading() as session:
        held = session.get_one(Meeting, key)
        assert (held.status, held.body, held.chair, held.minutes_document_id) == ("closed", "btv", "uy-vien-1", minutes)
        assert held.chair_id == voters.members[0].account_id
        assert agenda_of(session, key) == voters.all
        assert [(one.name, one.present) for one in attendance_of(session, key)] == [
            (f"uy-vien-{number}", True) for number in range(1, 8)
        ]
        assert [one.id for one in meetings_of(session, voters.round_id)] == [key]
        assert verify(session).broken == ()
    assert acts(database, voters)[-4:] == ["prepare_meeting", "attend", "open_meeting", "close_meeting"]


def test_history_names_numbers_and_keeps_names_beside(database: Database) -> None:
    voters = deciding(database)
    key = meeting(database, voters)
    with database.reading() as session:
        row = history_of(session, f"round:{voters.round_id}")[-1]
    what = json.loads(row.body)["what"]
    del what["payload"]
    assert what == {"meeting": key, "agenda": voters.all, "summoned": 7, "present": 7}
    assert "uy-vien" not in row.body


def test_people_without_an_account_are_summoned_by_name(database: Database) -> None:
    voters = launched(database)
    key = prepared(database, voters, CHAIR, Person(account_id=voters.members[0].account_id))
    with database.reading() as session:
        people = attendance_of(session, key)
    assert [(one.name, one.position, one.account_id) for one in people] == [
        ("Trần Ví Dụ", "Bí thư", None),
        ("uy-vien-1", "", voters.members[0].account_id),
    ]


def test_agenda_and_summons_change_until_it_opens(database: Database) -> None:
    voters = launched(database)
    key = prepared(database, voters, CHAIR)
    with database.writing() as session:
        set_agenda(session, key, [voters.party, voters.collective], actor=voters.secretary, now=VOTING)
        summon(session, key, [Person("Lê Ví Dụ")], actor=voters.secretary, now=VOTING)
        attend(session, key, [attendance_of(session, key)[0].id], actor=voters.secretary, now=VOTING)
        open_meeting(session, key, actor=voters.secretary, now=VOTING)
    with database.reading() as session:
        assert agenda_of(session, key) == [voters.party, voters.collective]
        assert [one.name for one in attendance_of(session, key)] == ["Lê Ví Dụ"]
    changes: list[Change] = [
        lambda session: set_agenda(session, key, [], actor=voters.secretary, now=VOTING),
        lambda session: summon(session, key, [], actor=voters.secretary, now=VOTING),
        lambda session: open_meeting(session, key, actor=voters.secretary, now=VOTING),
    ]
    for change in changes:
        with pytest.raises(Refused) as caught, database.writing() as session:
            change(session)
        assert sentences(caught) == ["Phiên họp «Họp kiểm điểm» đang diễn ra; không làm được việc này."]


def test_a_meeting_without_anybody_or_anything_does_not_open(database: Database) -> None:
    voters = launched(database)
    key = prepared(database, voters, CHAIR)
    with database.writing() as session:
        set_agenda(session, key, [], actor=voters.secretary, now=VOTING)
    with pytest.raises(Refused) as caught, database.writing() as session:
        open_meeting(session, key, actor=voters.secretary, now=VOTING)
    assert sentences(caught) == [
        "Phiên họp chưa có người có mặt.",
        "Phiên họp chưa có hồ sơ nào trong chương trình.",
    ]


def test_everything_wrong_with_a_plan_is_said_at_once(database: Database) -> None:
    voters = launched(database)
    twice = Person(account_id=voters.members[0].account_id)
    plan = Plan(" ", VOTING, Person(), body="nhom_1")
    agenda, people = [voters.party, voters.party], [twice, twice, Person()]
    with pytest.raises(Refused) as caught, database.writing() as session:
        prepare(session, voters.round_id, plan, agenda=agenda, summoned=people, actor=voters.secretary, now=VOTING)
    assert sentences(caught) == [
        "Phiên họp chưa có tên phiên họp.",
        "Phiên họp chưa có người chủ trì.",
        "«Đơn vị 3»: hồ sơ không thuộc thẩm quyền của phiên họp này.",
        "Một hồ sơ được nêu hai lần trong chương trình phiên họp.",
        "Mỗi người được triệu tập phải có họ tên.",
        "Một tài khoản được triệu tập hai lần.",
    ]


def test_a_meeting_does_not_close_over_an_open_box(database: Database) -> None:
    voters = deciding(database)
    key = meeting(database, voters)
    box_id = opened(database, voters, at_meeting=key)
    with pytest.raises(Refused) as caught, database.writing() as session:
        close_meeting(session, key, paper(session, now=VOTING), actor=voters.secretary, now=VOTING)
    assert sentences(caught) == [f"Còn hòm phiếu chưa kiểm xong: số {box_id}; kiểm phiếu xong rồi kết thúc."]


def test_a_unit_holds_its_own_meetings_and_no_others(database: Database) -> None:
    voters = launched(database)
    assert prepared(database, voters, CHAIR, by=voters.heads[2]) > 0
    with pytest.raises(NotAllowed):
        prepared(database, voters, CHAIR, by=voters.heads[0])
    with pytest.raises(NotAllowed):
        prepared(database, voters, CHAIR, body="btv", by=voters.heads[2])
    with pytest.raises(NotAllowed):
        prepared(database, voters, CHAIR, by=voters.members[0])


def test_a_secretary_of_one_body_holds_no_meeting_of_another(database: Database) -> None:
    voters = launched(database)
    with database.writing() as session:
        own = add(session, "thu-ky-btv", "secretary")
        session.connection().exec_driver_sql(
            f"UPDATE account_grant SET body = 'btv' WHERE account_id = {own.account_id}"
        )
    with database.reading() as session:
        found = [may_hold(session, voters.round_id, body, [], own) for body in ("btv", "nhom_1", "")]
    assert found == [True, False, False]


def test_what_is_not_there_is_unknown(database: Database) -> None:
    voters = launched(database)
    key = prepared(database, voters, CHAIR)
    wrongs: list[Change] = [
        lambda session: open_meeting(session, 99, actor=voters.secretary, now=VOTING),
        lambda session: attend(session, key, [99], actor=voters.secretary, now=VOTING),
        lambda session: set_agenda(session, key, [99], actor=voters.secretary, now=VOTING),
        lambda session: summon(session, key, [Person(account_id=99)], actor=voters.secretary, now=VOTING),
    ]
    for wrong in wrongs:
        with pytest.raises(Unknown), database.writing() as session:
            wrong(session)
