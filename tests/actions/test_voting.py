import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from actions.ballots import enter
from actions.boxes import cancel_box
from actions.meetings import Person, Plan, attend, open_meeting, prepare
from actions.voting import cast, close, issue, open_box
from models.ballot_secret import BallotKey
from models.db import Database, run
from models.history import history_of
from models.meetings import attendance_of, roll_of
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from tests.actions.ballots_world import (
    KEY,
    LEVELS,
    VOTING,
    Voters,
    box_of,
    count,
    deciding,
    entry,
    meeting,
)
from tests.actions.ballots_world import opened as paper_box
from tests.actions.voting_box import Choices, closed, opened, token, vote, vote_all, vote_at_once
from tests.actions.world import CONSOLE
from tests.faults.processes import CONTEXT

BEST, GOOD, FAIR, _ = LEVELS
MANY = 20


def refused(database: Database, box_id: int, who: Actor, choices: Choices, written: str = "") -> list[str]:
    with pytest.raises(Refused) as caught, database.writing() as session:
        cast(session, box_id, written, choices, key=KEY, actor=who)
    return [refusal.sentence for refusal in caught.value.refusals]


def no_token(database: Database, box_id: int, who: Actor) -> str:
    with pytest.raises(Refused) as caught:
        token(database, box_id, who)
    return str(caught.value)


def not_closed(database: Database, box_id: int, who: Actor) -> str:
    with pytest.raises(Refused) as caught, database.writing() as session:
        close(session, box_id, key=KEY, actor=who, now=VOTING)
    return str(caught.value)


def not_opened(database: Database, voters: Voters, where: int) -> list[str]:
    with pytest.raises(Refused) as caught, database.writing() as session:
        open_box(session, "decision", [voters.party], where, key=KEY, actor=voters.secretary, now=VOTING)
    return [refusal.sentence for refusal in caught.value.refusals]


@pytest.mark.rule("HT-6.3", "X-A2", "AMB-HT-7")
def test_votes_become_a_tally_and_nothing_else_is_left(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.collective, voters.party)
    for who, marks in zip(
        voters.members,
        [(BEST, GOOD), (BEST, GOOD), (GOOD, None), (BEST, FAIR), (BEST, GOOD), (None, GOOD)],
        strict=False,
    ):
        vote(database, box_id, who, dict(zip((voters.collective, voters.party), marks, strict=True)))
    closed(database, box_id, voters)
    box, items = box_of(database, box_id)
    assert (box.status, box.summoned, box.issued, box.returned) == ("closed", 7, 6, 6)
    assert [(one.valid, one.invalid, json.loads(one.counts or ""), one.winner, one.sealed) for one in items] == [
        (5, 1, {"htxsnv": 4, "httnv": 1, "htnv": 0, "khtnv": 0}, BEST, None),
        (5, 1, {"htxsnv": 0, "httnv": 4, "htnv": 1, "khtnv": 0}, GOOD, None),
    ]
    with database.reading() as session:
        assert roll_of(session, box_id) == []
        assert verify(session).broken == ()


@pytest.mark.rule("X-A2")
def test_the_history_tells_opening_and_closing_and_no_vote(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    with database.reading() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar_one()
    vote_all(database, box_id, voters, [BEST] * 4 + [GOOD] * 3)
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM history").scalar_one() == before
    closed(database, box_id, voters)
    with database.reading() as session:
        rows = history_of(session, f"round:{voters.round_id}")
    assert [row.act for row in rows][-3:] == ["open_ballot", "ask_close_ballot", "ballot_closed"]
    assert {row.actor for row in rows[-3:]} == {voters.secretary.name, voters.members[0].name}


def test_somebody_who_is_not_on_the_roll_cannot_vote(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    sentence = "Tài khoản này không có trong danh sách bỏ phiếu của hòm phiếu này."
    for who in (voters.secretary, voters.heads[2], CONSOLE):
        assert refused(database, box_id, who, {voters.party: BEST}) == [sentence]
        assert no_token(database, box_id, who) == sentence


def test_nobody_votes_twice(database: Database) -> None:
    voters = deciding(database)
    box_id, who = opened(database, voters, voters.party), voters.members[2]
    written = token(database, box_id, who)
    with database.writing() as session:
        cast(session, box_id, written, {voters.party: BEST}, key=KEY, actor=who)
    sentence = "Tài khoản này đã bỏ phiếu; mỗi người chỉ bỏ phiếu một lần."
    assert refused(database, box_id, who, {voters.party: BEST}, written) == [sentence]
    assert no_token(database, box_id, who) == sentence
    assert box_of(database, box_id)[0].returned == 1


def test_nobody_votes_after_the_close(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    late = token(database, box_id, voters.members[6])
    vote_all(database, box_id, voters, [BEST] * 4)
    closed(database, box_id, voters)
    sentence = f"Hòm phiếu số {box_id} đã đóng và kiểm phiếu xong; không nhận thêm phiếu."
    choices = dict.fromkeys(voters.all, GOOD)
    assert refused(database, box_id, voters.members[6], choices, late) == [sentence]
    assert no_token(database, box_id, voters.members[6]) == sentence


def test_a_token_is_the_voters_own_and_only_its_hash_is_kept(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    one, two = voters.members[:2]
    old, others = token(database, box_id, one), token(database, box_id, two)
    new = token(database, box_id, one)
    sentence = "Mã phiếu không đúng hoặc đã được thay bằng mã mới; nhận lại phiếu rồi bỏ."
    for written in ("", old, others):
        assert refused(database, box_id, one, {voters.party: BEST}, written) == [sentence]
    assert refused(database, box_id, voters.members[3], {voters.party: BEST}, new) == [sentence]
    with database.reading() as session:
        kept = [row.token_hash for row in roll_of(session, box_id)]
    assert [None if row is None else len(row) for row in kept] == [32, 32, None, None, None, None, None]
    with database.writing() as session:
        cast(session, box_id, new, {voters.party: BEST}, key=KEY, actor=one)


def test_what_is_not_on_the_paper_is_refused(database: Database) -> None:
    voters = deciding(database)
    box_id, who = opened(database, voters), voters.members[0]
    written = token(database, box_id, who)
    choices = {voters.collective: "tuyet_voi", voters.leader: None, 99: BEST}
    assert refused(database, box_id, who, choices, written) == [
        "Hồ sơ số 99 không có trên phiếu này.",
        "«Đơn vị 1»: phiếu không có lựa chọn «tuyet_voi».",
        "«Đơn vị 3»: phiếu còn thiếu hồ sơ này; có thể để trống nhưng không bỏ sót.",
    ]
    assert box_of(database, box_id)[0].returned == 0


def test_before_quorum_nothing_is_voted(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party, present=4)
    sentence = "Mới có 4/7 người có mặt, cần ít nhất 2/3 số người được triệu tập; chưa bỏ phiếu được."
    assert no_token(database, box_id, voters.members[0]) == sentence
    assert refused(database, box_id, voters.members[0], {voters.party: BEST}) == [sentence]
    with database.writing() as session:
        where = box_of(database, box_id)[0].meeting_id or 0
        there = [one.id for one in attendance_of(session, where)][:5]
        attend(session, where, there, actor=voters.secretary, now=VOTING)
    vote(database, box_id, voters.members[0], {voters.party: BEST})
    absent = "Tài khoản này chưa được ghi là có mặt tại phiên họp nên chưa nhận phiếu được."
    assert no_token(database, box_id, voters.members[6]) == absent


@pytest.mark.rule("X-A2")
def test_too_few_voters_are_no_secret(database: Database) -> None:
    voters = deciding(database, members=2)
    assert not_opened(database, voters, meeting(database, voters, electronic=True)) == [
        "Phiên họp chỉ triệu tập 2 người; bỏ phiếu điện tử cần ít nhất 03 người để giữ bí mật."
    ]


@pytest.mark.rule("X-A2")
def test_too_few_votes_are_not_counted_and_may_be_thrown_away(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    vote_all(database, box_id, voters, [BEST, GOOD])
    assert not_closed(database, box_id, voters.secretary) == (
        f"Hòm phiếu số {box_id} mới có 2 phiếu; kiểm phiếu khi có ít nhất 03 phiếu để giữ bí mật."
    )
    with database.writing() as session:
        cancel_box(session, box_id, "Không đủ phiếu", actor=voters.secretary, now=VOTING)
    with database.reading() as session:
        for table in ("ballot_box", "ballot_item", "roll"):
            assert run(session, f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_the_meeting_has_to_vote_on_screens_and_everybody_needs_an_account(database: Database) -> None:
    voters = deciding(database)
    assert not_opened(database, voters, meeting(database, voters)) == [
        "Phiên họp «Hội nghị Ban Thường vụ» bỏ phiếu giấy, không bỏ phiếu điện tử."
    ]
    people = [Person("Khách Ví Dụ"), *(Person(account_id=one.account_id) for one in voters.members)]
    plan = Plan("Họp", VOTING, people[1], electronic=True)
    with database.writing() as session:
        where = prepare(
            session,
            voters.round_id,
            plan,
            agenda=voters.all,
            summoned=people,
            actor=voters.secretary,
            now=VOTING,
        )
        attend(session, where, [attendance_of(session, where)[0].id], actor=voters.secretary, now=VOTING)
        open_meeting(session, where, actor=voters.secretary, now=VOTING)
    assert not_opened(database, voters, where) == ["Khách Ví Dụ chưa có tài khoản nên phiên họp phải bỏ phiếu giấy."]


def test_a_box_needs_two_keys_to_close(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    vote_all(database, box_id, voters, [BEST] * 3)
    with database.writing() as session:
        assert not close(session, box_id, key=KEY, actor=voters.secretary, now=VOTING).closed
    assert not_closed(database, box_id, voters.secretary) == "Việc đóng hòm phiếu phải do người thứ hai xác nhận."
    vote(database, box_id, voters.members[3], dict.fromkeys(voters.all, BEST))
    for who in (voters.members[1], voters.heads[0], CONSOLE):
        with pytest.raises(NotAllowed), database.writing() as session:
            close(session, box_id, key=KEY, actor=who, now=VOTING)
    with database.writing() as session:
        found = close(session, box_id, key=KEY, actor=voters.administrator, now=VOTING)
    assert found.closed
    assert {one.winner for one in found.outcomes.values()} == {BEST}


def test_paper_and_screen_do_not_mix(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    what = entry({voters.party: count(7)})
    with pytest.raises(Refused) as caught, database.writing() as session:
        enter(session, box_id, what, actor=voters.secretary, now=VOTING)
    assert str(caught.value) == "Hòm phiếu điện tử do phần mềm kiểm; không nhập kết quả bằng tay."
    paper_id = paper_box(database, voters, voters.collective)
    assert not_closed(database, paper_id, voters.secretary) == (
        "Hòm phiếu giấy đóng khi hai người nhập kết quả kiểm phiếu khớp nhau."
    )


def test_another_key_or_a_changed_row_opens_nothing(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters, voters.party)
    vote(database, box_id, voters.members[0], {voters.party: BEST})
    old = box_of(database, box_id)[1][0].sealed
    written, who = token(database, box_id, voters.members[1]), voters.members[1]
    sentence = f"Không mở được hòm phiếu số {box_id}: sai khóa hoặc dữ liệu đã bị sửa; báo quản trị."
    with pytest.raises(Refused) as caught, database.writing() as session:
        cast(session, box_id, written, {voters.party: GOOD}, key=BallotKey(bytes(32)), actor=who)
    assert str(caught.value) == sentence
    vote(database, box_id, voters.members[2], {voters.party: BEST})
    with database.writing() as session:
        run(session, "UPDATE ballot_item SET sealed = :old WHERE box_id = :box", {"old": old, "box": box_id})
    written = token(database, box_id, who)
    assert refused(database, box_id, who, {voters.party: BEST}, written) == [sentence]


def test_a_box_that_is_not_there_is_unknown(database: Database) -> None:
    voters = deciding(database)
    with pytest.raises(Unknown), database.writing() as session:
        issue(session, 99, actor=voters.members[0])
    with pytest.raises(Unknown), database.writing() as session:
        close(session, 99, key=KEY, actor=voters.secretary, now=VOTING)
    with pytest.raises(Unknown), database.writing() as session:
        open_box(session, "decision", voters.all, 99, key=KEY, actor=voters.secretary, now=VOTING)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(MANY, CONTEXT) as processes:
        yield processes


@pytest.mark.rule("X-A2")
def test_twenty_voters_at_once_lose_no_ballot(database: Database, database_url: str, pool: ProcessPoolExecutor) -> None:
    voters = deciding(database, members=MANY)
    box_id = opened(database, voters)
    marks = [LEVELS[number % 3] for number in range(MANY)]
    running = [
        pool.submit(vote_at_once, database_url, box_id, who, dict.fromkeys(voters.all, mark))
        for who, mark in zip(voters.members, marks, strict=True)
    ]
    assert [future.result(120) for future in running] == ["cast"] * MANY
    closed(database, box_id, voters)
    box, items = box_of(database, box_id)
    assert (box.issued, box.returned) == (MANY, MANY)
    assert [json.loads(item.counts or "") for item in items] == [{"khtnv": 0, **Counter(marks)}] * 3


@pytest.mark.rule("X-A2")
def test_one_voter_in_many_windows_votes_once(database: Database, database_url: str, pool: ProcessPoolExecutor) -> None:
    voters = deciding(database)
    box_id, who = opened(database, voters, voters.party), voters.members[0]
    running = [pool.submit(vote_at_once, database_url, box_id, who, {voters.party: BEST}) for _ in range(10)]
    answers = Counter(future.result(120) for future in running)
    assert answers["cast"] == 1
    assert box_of(database, box_id)[0].returned == 1
