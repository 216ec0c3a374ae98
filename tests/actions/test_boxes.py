import json

import pytest

from actions.boxes import cancel_box, open_box
from actions.meetings import Person, Plan, attend, open_meeting, prepare
from models.db import Database
from models.meetings import BallotBox, attendance_of
from states.errors import Refused, Unknown
from states.history import verify
from tests.actions.ballots_world import (
    LEVELS,
    VOTING,
    Voters,
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
from tests.actions.world import state_of

WAITS = "«Đơn vị 3»: hồ sơ đang ở trạng thái «Đang bỏ phiếu quyết định» nên không bỏ phiếu «{}» được."


def not_opened(
    database: Database, voters: Voters, *dossiers: int, name: str = "decision", meeting_id: int | None = None
) -> list[str]:
    with pytest.raises(Refused) as caught, database.writing() as session:
        open_box(session, name, dossiers, meeting_id=meeting_id, actor=voters.secretary, now=VOTING)
    return [refusal.sentence for refusal in caught.value.refusals]


def test_a_box_opens_only_where_the_workflow_has_come_to_it(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters, [voters.party, voters.leader])
    assert not_opened(database, voters, voters.collective, voters.party, meeting_id=where) == [
        "«Đơn vị 1»: hồ sơ không có trong chương trình phiên họp."
    ]
    assert not_opened(database, voters, voters.party, name="self_rating", meeting_id=where) == [
        WAITS.format("Phiếu tự xếp loại")
    ]
    assert not_opened(database, voters, voters.party, name="second_decision", meeting_id=where) == [
        WAITS.format("Phiếu quyết định lần hai")
    ]
    assert not_opened(database, voters) == ["Phiếu phải có ít nhất một hồ sơ."]
    for name, one in (("confidence_vote", voters.party), ("decision", 99)):
        with pytest.raises(Unknown), database.writing() as session:
            open_box(session, name, [one], meeting_id=where, actor=voters.secretary, now=VOTING)


@pytest.mark.rule("HT-6.1", "HT-6.3")
def test_what_decides_is_voted_in_a_meeting_of_the_deciding_body(database: Database) -> None:
    voters = deciding(database)
    with pytest.raises(Refused) as caught, database.writing() as session:
        open_box(session, "decision", [voters.party], summoned=1, actor=voters.secretary, now=VOTING)
    where = "«Phiếu quyết định mức xếp loại» chỉ bỏ tại phiên họp của cấp có thẩm quyền quyết định."
    assert [refusal.sentence for refusal in caught.value.refusals] == [where]
    own = Plan("Họp của đơn vị", VOTING, Person("Nguyễn Ví Dụ"))
    with database.writing() as session:
        head, people = voters.heads[2], [Person("Nguyễn Ví Dụ")]
        key = prepare(session, voters.round_id, own, agenda=[voters.party], summoned=people, actor=head, now=VOTING)
        attend(session, key, [one.id for one in attendance_of(session, key)], actor=head, now=VOTING)
        open_meeting(session, key, actor=head, now=VOTING)
    assert not_opened(database, voters, voters.party, meeting_id=key) == [
        "«Đơn vị 3»: phiên họp này không phải của cấp có thẩm quyền quyết định hồ sơ."
    ]


def test_a_box_is_opened_once(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    assert not_opened(database, voters, voters.party, meeting_id=where) == [
        "«Đơn vị 3»: hòm phiếu «Phiếu quyết định mức xếp loại» đang mở, chưa kiểm phiếu xong."
    ]
    counted(database, voters, box_id, {voters.party: count(7)})
    assert not_opened(database, voters, voters.party, meeting_id=where) == [
        "«Đơn vị 3»: đã bỏ phiếu «Phiếu quyết định mức xếp loại» rồi."
    ]


def test_without_quorum_there_is_no_ballot(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters, present=4)
    assert not_opened(database, voters, voters.party, meeting_id=where) == [
        "Mới có 4/7 người có mặt, cần ít nhất 2/3 số người được triệu tập; chưa bỏ phiếu được."
    ]


@pytest.mark.rule("HT-11.14")
def test_a_head_is_offered_nothing_above_what_he_heads(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    first = opened(database, voters, voters.collective, at_meeting=where)
    counted(database, voters, first, {voters.collective: count(0, 6, 1)})
    recognised(database, voters, voters.collective, "httnv")
    box_id = opened(database, voters, voters.leader, voters.party, at_meeting=where)
    box, items = box_of(database, box_id)
    assert json.loads(box.options) == list(LEVELS)
    assert [item.options and json.loads(item.options) for item in items] == [list(LEVELS[1:]), None]
    what = entry({voters.leader: count(7), voters.party: count(7)})
    with pytest.raises(Refused) as caught:
        entered(database, box_id, what, voters.secretary)
    assert str(caught.value) == "«Đơn vị 2»: Phiếu không có lựa chọn «htxsnv»."


@pytest.mark.rule("HT-6.4", "AMB-HT-9")
def test_a_poll_has_voters_and_no_meeting(database: Database) -> None:
    voters = launched(database)
    moved(database, "poll", voters.leader, by=voters.administrator)
    assert not_opened(database, voters, voters.leader, name="workplace") == [
        "Phải ghi số người được bỏ phiếu, ít nhất một người."
    ]
    with database.writing() as session:
        box_id = open_box(session, "workplace", [voters.leader], summoned=40, actor=voters.secretary, now=VOTING)
    counted(database, voters, box_id, {voters.leader: count(18, 12, invalid=5)}, issued=38, returned=35)
    box, items = box_of(database, box_id)
    assert (box.meeting_id, box.summoned, items[0].winner) == (None, 40, "htxsnv")
    (told,) = chain(database, f"assessment:{voters.leader}", "ballot_closed")
    assert (told["valid"], told["counts"]) == (30, {"htxsnv": 18, "httnv": 12, "htnv": 0, "khtnv": 0})


@pytest.mark.rule("AMB-HT-11")
def test_residents_are_asked_in_poll_years_only(database: Database) -> None:
    voters = launched(database)
    moved(database, "poll", voters.leader, by=voters.administrator)
    with pytest.raises(Refused) as caught, database.writing() as session:
        open_box(session, "residence", [voters.leader], summoned=40, actor=voters.secretary, now=VOTING)
    assert str(caught.value) == "Năm 2024 không tổ chức «Phiếu lấy ý kiến nơi cư trú»."


def test_a_closed_ballot_lets_the_level_be_recognised(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    counted(database, voters, box_id, {voters.party: count(0, 5, 2)})
    recognised(database, voters, voters.party, "httnv")
    assert state_of(database, voters.party) == "recognised"


def test_a_box_opened_by_mistake_is_taken_away_and_told_of(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    entered(database, box_id, entry({voters.party: count(7)}), voters.secretary)
    with pytest.raises(Refused), database.writing() as session:
        cancel_box(session, box_id, " ", actor=voters.secretary, now=VOTING)
    with database.writing() as session:
        cancel_box(session, box_id, "Thiếu hồ sơ", actor=voters.secretary, now=VOTING)
    with database.reading() as session:
        assert session.get(BallotBox, box_id) is None
    assert chain(database, f"round:{voters.round_id}", "cancel_ballot") == [
        {"box": box_id, "name": "decision", "reason": "Thiếu hồ sơ"}
    ]
    assert opened(database, voters, voters.party, at_meeting=where) > box_id


@pytest.mark.rule("AMB-HT-7")
def test_the_majority_is_of_those_summoned_not_of_those_who_voted(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    counted(database, voters, box_id, {voters.party: count(3, 2)}, issued=5, returned=5)
    _, items = box_of(database, box_id)
    assert items[0].winner is None


@pytest.mark.rule("X-A2")
def test_the_histories_tell_the_figures_and_nobodys_vote(database: Database) -> None:
    voters = deciding(database)
    where = meeting(database, voters)
    box_id = opened(database, voters, voters.party, at_meeting=where)
    counted(database, voters, box_id, {voters.party: count(4, 2, invalid=1)})
    minutes = box_of(database, box_id)[0].minutes_document_id
    about = {"box": box_id, "name": "decision", "meeting": where, "minutes": minutes}
    figures = {"summoned": 7, "issued": 7, "returned": 7}
    round_chain = f"round:{voters.round_id}"
    opening = {"box": box_id, "name": "decision", "meeting": where, "summoned": 7, "electronic": False}
    assert chain(database, round_chain, "open_ballot") == [opening | {"dossiers": [voters.party]}]
    assert chain(database, round_chain, "ballot_closed") == [about | figures | {"dossiers": [voters.party]}]
    counts = {"htxsnv": 4, "httnv": 2, "htnv": 0, "khtnv": 0}
    assert chain(database, f"assessment:{voters.party}", "ballot_closed") == [
        about | figures | {"valid": 6, "invalid": 1, "counts": counts, "winner": "htxsnv"}
    ]
    assert chain(database, round_chain, "enter_count") == [{"box": box_id}] * 2
    with database.reading() as session:
        assert verify(session).broken == ()
