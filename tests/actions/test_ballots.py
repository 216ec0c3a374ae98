import json
from datetime import timedelta

import pytest

from actions.accounts import grant
from actions.ballots import Count, Entered, Entry, enter, own_count, second
from actions.boxes import cancel_box, open_box
from models.db import Database
from models.history import HistoryPayload, history_of
from models.meetings import counts_in
from scoring.majority import Outcome
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ballots_world import (
    LEVELS,
    VOTING,
    Voters,
    add,
    box_of,
    chain,
    count,
    counted,
    deciding,
    entered,
    entry,
    launched,
    meeting,
    moved,
    opened,
    recognised,
)
from tests.actions.world import CONSOLE, paper

LATER = VOTING + timedelta(hours=1)
BEST = "Hoàn thành xuất sắc nhiệm vụ"


def refused(database: Database, box_id: int, what: Entry, by: Actor, *, minutes: bool = True) -> list[str]:
    with pytest.raises(Refused) as caught:
        entered(database, box_id, what, by, minutes=minutes)
    return [refusal.sentence for refusal in caught.value.refusals]


def all_alike(voters: Voters, *numbers: int, invalid: int = 0) -> dict[int, Count]:
    return {one: count(*numbers, invalid=invalid) for one in voters.all}


@pytest.mark.rule("HT-6.1", "HT-6.3", "X-A2")
def test_two_counts_that_agree_close_the_box(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    of = {voters.collective: count(5, 1, 0, 0, invalid=1), voters.leader: count(0, 7), voters.party: count(2, 2, 3)}
    assert entered(database, box_id, entry(of), voters.secretary) == Entered(closed=False)
    found = entered(database, box_id, entry(of), voters.administrator, minutes=False)
    assert found.closed
    assert {one: outcome.winner for one, outcome in found.outcomes.items()} == {
        voters.collective: "htxsnv",
        voters.leader: "httnv",
        voters.party: None,
    }
    assert found.outcomes[voters.party].again == LEVELS[:3]
    box, items = box_of(database, box_id)
    assert (box.status, box.summoned, box.issued, box.returned, box.closed_at) == ("closed", 7, 7, 7, VOTING)
    assert box.minutes_document_id is not None
    assert [(one.valid, one.invalid, json.loads(one.counts or ""), one.winner, one.sealed) for one in items] == [
        (6, 1, dict(zip(LEVELS, (5, 1, 0, 0), strict=True)), "htxsnv", None),
        (7, 0, dict(zip(LEVELS, (0, 7, 0, 0), strict=True)), "httnv", None),
        (7, 0, dict(zip(LEVELS, (2, 2, 3, 0), strict=True)), None, None),
    ]


def test_counts_that_differ_both_stay_until_one_is_corrected(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    wrong, right = entry({voters.party: count(4, 3)}), entry({voters.party: count(3, 3)}, returned=6)
    entered(database, box_id, wrong, voters.secretary)
    found = entered(database, box_id, right, voters.administrator, now=LATER)
    assert found == Entered(
        closed=False,
        differences=(
            "Số phiếu thu về: người nhập thứ nhất ghi 7, người nhập thứ hai ghi 6.",
            "«Đơn vị 3»: Số phiếu hợp lệ: người nhập thứ nhất ghi 7, người nhập thứ hai ghi 6.",
            f"«Đơn vị 3»: Số phiếu cho «{BEST}»: người nhập thứ nhất ghi 4, người nhập thứ hai ghi 3.",
        ),
    )
    with database.reading() as session:
        counters = [one.account_id for one in counts_in(session, box_id)]
    assert counters == [voters.secretary.account_id, voters.administrator.account_id]
    assert box_of(database, box_id)[0].status == "open"
    assert entered(database, box_id, right, voters.secretary).closed
    correction = chain(database, f"round:{voters.round_id}", "correct_count")
    assert [one["box"] for one in correction] == [box_id]
    with database.reading() as session:
        rows = [row for row in history_of(session, f"round:{voters.round_id}") if row.act == "correct_count"]
        kept = session.get_one(HistoryPayload, (rows[0].entity, rows[0].seq))
    assert json.loads(kept.content or "")["of"][str(voters.party)]["counts"] == dict(zip(LEVELS, (4, 3), strict=False))


def test_an_option_without_ballots_may_be_left_out(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    entered(database, box_id, entry({voters.party: Count(7, 0, {"httnv": 7})}), voters.secretary)
    assert entered(database, box_id, entry({voters.party: count(0, 7, 0, 0)}), voters.administrator).closed


def test_the_second_does_not_see_the_first(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    first = entry({voters.party: count(4, 3)})
    entered(database, box_id, first, voters.secretary)
    with database.reading() as session:
        assert own_count(session, box_id, voters.secretary.account_id or 0) == first
        assert own_count(session, box_id, voters.administrator.account_id or 0) is None
        rows = [row for row in history_of(session, f"round:{voters.round_id}") if row.act == "enter_count"]
        assert [session.get(HistoryPayload, (row.entity, row.seq)) for row in rows] == [None]


def test_one_person_alone_closes_nothing_and_a_third_counts_nothing(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    same, other = entry({voters.party: count(4, 3)}), entry({voters.party: count(3, 4)})
    with database.writing() as session:
        third = add(session, "thu-ky-hai", "secretary")
    for _ in range(3):
        assert entered(database, box_id, same, voters.secretary) == Entered(closed=False)
    assert entered(database, box_id, other, voters.administrator).differences
    assert refused(database, box_id, same, third) == [
        "Đã có hai người nhập kết quả kiểm phiếu; chỉ hai người đó được sửa số của mình."
    ]


def test_what_does_not_add_up_is_said_at_once(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    of = {
        voters.collective: count(4, 3),
        voters.leader: Count(6, 2, {"htxsnv": 1, "httnv": 5}),
        99: count(7),
    }
    assert refused(database, box_id, entry(of, issued=9, returned=8), voters.secretary) == [
        "«Đơn vị 3»: chưa nhập kết quả kiểm phiếu.",
        "Hồ sơ số 99 không có trên phiếu này.",
        "Số phiếu phát ra (9) nhiều hơn số người được triệu tập (7).",
        "«Đơn vị 1»: Số phiếu thu về là 8, nhưng có 7 hợp lệ và 0 không hợp lệ.",
    ]
    bad = {one: Count(7, 0, {"tuyet_voi": 7}) for one in voters.all}
    assert refused(database, box_id, entry(bad), voters.secretary) == ["Phiếu không có lựa chọn «tuyet_voi»."]


def test_minutes_are_named_by_one_of_the_two(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    same = entry({voters.party: count(7)})
    entered(database, box_id, same, voters.secretary, minutes=False)
    assert refused(database, box_id, same, voters.administrator, minutes=False) == [
        "Hai người nhập khớp nhau; phải nêu biên bản kiểm phiếu để đóng hòm phiếu."
    ]
    with pytest.raises(Unknown), database.writing() as session:
        enter(session, box_id, same, minutes_id=99, actor=voters.administrator, now=VOTING)
    assert entered(database, box_id, same, voters.administrator).closed


def test_a_closed_box_takes_nothing_more(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    counted(database, voters, box_id, {voters.party: count(7)})
    closed = f"Hòm phiếu số {box_id} đã đóng và kiểm phiếu xong; không nhận thêm phiếu."
    assert refused(database, box_id, entry({voters.party: count(7)}), voters.secretary) == [closed]
    with pytest.raises(Refused) as caught, database.writing() as session:
        cancel_box(session, box_id, "nhầm", actor=voters.secretary, now=VOTING)
    assert str(caught.value) == closed


def test_who_holds_no_meetings_neither_opens_nor_counts(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    for who in (voters.members[0], voters.heads[2], voters.officers[2], voters.authority):
        with pytest.raises(NotAllowed), database.writing() as session:
            open_box(session, "decision", [voters.party], meeting_id=where, actor=who, now=VOTING)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    for who in (voters.heads[2], voters.members[0], CONSOLE):
        with pytest.raises(NotAllowed):
            entered(database, box_id, entry({voters.party: count(7)}), who)


@pytest.mark.rule("HT-6.1")
def test_a_unit_votes_on_its_own_rating_and_counts_it_itself(database: Database) -> None:
    voters = launched(database)
    moved(database, "open_self_ballot", voters.party, by=voters.heads[2])
    with database.writing() as session:
        head = voters.heads[2]
        box_id = open_box(session, "self_rating", [voters.party], summoned=12, actor=head, now=VOTING)
    what = entry({voters.party: count(1, 9, invalid=1)}, issued=11, returned=11)
    with pytest.raises(NotAllowed):
        entered(database, box_id, what, voters.heads[0])
    entered(database, box_id, what, voters.heads[2])
    found = entered(database, box_id, what, voters.officers[2])
    sentence = "«Hoàn thành tốt nhiệm vụ» 9 phiếu, quá 1/2 số người được triệu tập (12)."
    assert found.outcomes == {voters.party: Outcome("httnv", (), sentence)}


@pytest.mark.rule("AMB-HT-7", "HT-6.1")
def test_without_a_majority_the_two_highest_are_voted_on_again(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, at_meeting=where)
    of = {voters.collective: count(4, 3), voters.leader: count(3, 1, 2, invalid=1), voters.party: count(1, 3, 3)}
    counted(database, voters, box_id, of)
    again = [voters.leader, voters.party]
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
        second(session, again, minutes, actor=voters.secretary, now=LATER)
        second_id = open_box(session, "second_decision", again, meeting_id=where, actor=voters.secretary, now=LATER)
    box, items = box_of(database, second_id)
    assert json.loads(box.options) == ["htxsnv", "httnv", "htnv"]
    assert [json.loads(item.options or "") for item in items] == [["htxsnv", "htnv"], ["httnv", "htnv"]]
    assert second_id != box_id


def test_a_second_ballot_is_the_last(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    counted(database, voters, box_id, {voters.party: count(3, 3, 1)})
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
        second(session, [voters.party], minutes, actor=voters.secretary, now=LATER)
    last = opened(database, voters, voters.party, name="second_decision", at_meeting=where)
    found = counted(database, voters, last, {voters.party: count(3, 3, invalid=1)})
    why = "Không có lựa chọn nào được quá 1/2 số người được triệu tập (7); người chủ trì báo cáo cấp trên trực tiếp."
    assert found.outcomes == {voters.party: Outcome(None, (), why)}
    with pytest.raises(Refused) as caught, database.writing() as session:
        second(session, [voters.party], minutes, actor=voters.secretary, now=LATER)
    assert str(caught.value) == "«Đơn vị 3»: đã bỏ phiếu lần hai; người chủ trì báo cáo cấp trên trực tiếp."


@pytest.mark.rule("AMB-HT-7")
def test_where_no_ballot_was_valid_all_is_voted_on_again(database: Database) -> None:
    """Nobody is among the two highest: without a second ballot the dossier could go nowhere."""
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    found = counted(database, voters, box_id, {voters.party: count(invalid=7)})
    assert (found.outcomes[voters.party].winner, found.outcomes[voters.party].again) == (None, LEVELS)
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
        second(session, [voters.party], minutes, actor=voters.secretary, now=LATER)
    last = opened(database, voters, voters.party, name="second_decision", at_meeting=where)
    assert json.loads(box_of(database, last)[0].options) == list(LEVELS)


@pytest.mark.rule("AMB-HT-7", "HT-11.14")
def test_a_second_ballot_offers_what_the_cap_has_left_meanwhile(database: Database) -> None:
    """The body was recognised between both ballots, below what its head was voted for."""
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.collective, voters.leader, at_meeting=where)
    counted(database, voters, box_id, {voters.collective: count(0, 0, 7), voters.leader: count(3, 3, 1)})
    recognised(database, voters, voters.collective, "htnv")
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
        second(session, [voters.leader], minutes, actor=voters.secretary, now=LATER)
    last = opened(database, voters, voters.leader, name="second_decision", at_meeting=where)
    assert json.loads(box_of(database, last)[0].options) == ["htnv", "khtnv"]


def test_with_a_majority_there_is_no_second_ballot(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    counted(database, voters, box_id, {voters.party: count(4, 3)})
    with database.writing() as session:
        minutes = paper(session, now=VOTING, kind="minutes")
    with pytest.raises(Refused), database.writing() as session:
        second(session, [voters.party], minutes, actor=voters.secretary, now=LATER)


def test_a_secretary_of_another_body_counts_nothing(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    with database.writing() as session:
        other = add(session, "thu-ky-khac")
        given = grant(session, other.account_id or 0, "secretary", actor=CONSOLE, now=VOTING)
        session.connection().exec_driver_sql(f"UPDATE account_grant SET body = 'nhom_1' WHERE id = {given}")
    with pytest.raises(NotAllowed):
        entered(database, box_id, entry({voters.party: count(7)}), other)
