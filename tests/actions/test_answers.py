import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from actions.accounts import end_grant
from actions.answers import Answer, Consolidated, Said, consolidated, enter, mine, save, send
from actions.opinions import Closed, ask, close
from models.db import Database
from models.opinions import Opinion
from models.people import live_grants
from states.actor import Actor
from states.advance import advance
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.consulting_world import ASKED, CLOSES, Consulting, consulted, consulting, put_in
from tests.actions.later import acts, chain, is_whole, payload, rules, sentences
from tests.actions.world import CONSOLE, paper, state_of

DAY = timedelta(days=1)
GOOD = Answer("httnv", "Đoàn kết, hoàn thành chỉ tiêu.")
ONLY_WORDS = Answer(None, " Cần quan tâm cải cách hành chính. ")


def drafted(database: Database, request: int, by: Actor, answers: dict[int, Answer], *, late: timedelta = -DAY) -> None:
    with database.writing() as session:
        save(session, request, answers, actor=by, now=CLOSES + late)


def sent(database: Database, request: int, by: Actor, *keys: int, late: timedelta = -DAY) -> tuple[int, ...]:
    with database.writing() as session:
        return send(session, request, keys or None, actor=by, now=CLOSES + late)


def entered(
    database: Database,
    world: Consulting,
    request: int,
    answers: dict[int, Answer],
    *,
    by: Actor | None = None,
    late: timedelta = -DAY,
    body: int = 0,
) -> int:
    with database.writing() as session:
        letter = paper(session, now=ASKED, number="05-CV/MAU")
        who = by or world.owner
        enter(session, request, world.asked[body], answers, letter, actor=who, now=CLOSES + late)
        return letter


def row(database: Database, request: int, key: int, account_id: int) -> Opinion:
    with database.reading() as session:
        return session.get_one(Opinion, (request, key, account_id))


def test_a_body_drafts_and_sends_and_only_what_is_sent_is_given(database: Database) -> None:
    world = consulting(database)
    request, (one, two) = consulted(database, world, "tt-1", "tt-2"), world.ids("tt-1", "tt-2")
    body = world.bodies[0]
    drafted(database, request, body, {one: GOOD, two: ONLY_WORDS})
    assert acts(database, f"assessment:{one}")[-1] == "consult"
    assert sent(database, request, body, one) == (one,)
    assert sent(database, request, body) == (two,)
    given = row(database, request, two, body.account_id or 0)
    assert (given.status, given.level, given.comment) == ("given", None, "Cần quan tâm cải cách hành chính.")
    assert (given.given_at, given.late, given.entered_by) == (CLOSES - DAY, False, None)
    told = chain(database, f"assessment:{one}")[-1]
    what = json.loads(told.body)["what"]
    assert len(what.pop("payload")) == 64
    assert (told.act, told.actor) == ("give_opinion", body.name)
    assert what == {"request": request, "account": body.account_id, "status": "given"}
    assert json.loads(payload(database, told.entity, told.seq)) == GOOD._asdict()
    assert is_whole(database, world.round_id)


def test_a_draft_may_lack_everything_and_an_opinion_may_not(database: Database) -> None:
    world = consulting(database)
    request, (one, two) = consulted(database, world, "tt-1", "tt-2"), world.ids("tt-1", "tt-2")
    drafted(database, request, world.bodies[0], {one: GOOD, two: Answer(None, "  ")})
    with pytest.raises(Refused) as caught:
        sent(database, request, world.bodies[0])
    assert sentences(caught.value) == ["«Đối tượng tt-2»: chưa ghi mức xếp loại hoặc ý kiến nào."]
    assert row(database, request, one, world.asked[0]).status == "open"


def test_a_level_is_one_of_the_programme(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    with pytest.raises(Refused) as caught:
        drafted(database, request, world.bodies[0], {key: Answer("giỏi")})
    assert rules(caught.value) == ["level"]
    assert "Hoàn thành xuất sắc nhiệm vụ; Hoàn thành tốt nhiệm vụ" in sentences(caught.value)[0]


def test_what_is_sent_stays(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    drafted(database, request, world.bodies[0], {key: GOOD})
    sent(database, request, world.bodies[0])
    for attempt in (
        lambda: drafted(database, request, world.bodies[0], {key: ONLY_WORDS}),
        lambda: sent(database, request, world.bodies[0], key),
        lambda: entered(database, world, request, {key: ONLY_WORDS}),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert rules(caught.value) == ["given"]
    with pytest.raises(Refused) as caught:
        sent(database, request, world.bodies[0])
    assert rules(caught.value) == ["dossiers"]


@pytest.mark.rule("AMB-HT-13")
def test_after_the_deadline_a_body_is_told_so_in_one_sentence(database: Database) -> None:
    world = consulting(database)
    request, (one, two) = consulted(database, world, "tt-1", "tt-2"), world.ids("tt-1", "tt-2")
    drafted(database, request, world.bodies[0], {one: GOOD}, late=-timedelta.resolution)
    late = (
        "Đã quá hạn tham gia ý kiến: hết ngày 27/11/2024 (trước ngày 28/11); gửi văn bản để cơ quan tổng hợp ghi nhận."
    )
    for attempt in (
        lambda: drafted(database, request, world.bodies[0], {one: Answer("?"), two: GOOD}, late=timedelta()),
        lambda: sent(database, request, world.bodies[0], late=timedelta()),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert sentences(caught.value) == [late]


def test_what_has_closed_stays_closed_when_the_clock_steps_back(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    drafted(database, request, world.bodies[0], {key: GOOD})
    with database.writing() as session:
        close(session, request, now=CLOSES)
    with pytest.raises(Refused) as caught:
        sent(database, request, world.bodies[0], key)
    assert rules(caught.value) == ["closes_at"]
    forgotten = row(database, request, key, world.asked[0])
    assert (forgotten.status, forgotten.level, forgotten.comment) == ("silent", None, "")


def test_who_sent_while_the_request_was_being_closed_is_not_silent(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    drafted(database, request, world.bodies[0], {key: GOOD})
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            send(session, request, actor=world.bodies[0], now=CLOSES - timedelta.resolution)
            closing = pool.submit(closed, database, request)
            time.sleep(0.5)
        assert closing.result(60).silent == 2
    assert row(database, request, key, world.asked[0]).status == "given"
    told = next(one for one in chain(database, f"assessment:{key}") if one.act == "close_opinions")
    assert json.loads(told.body)["what"]["silent"] == sorted(world.asked[1:])


def closed(database: Database, request: int) -> Closed:
    with database.writing() as session:
        return close(session, request, now=CLOSES)


@pytest.mark.rule("HT-6.3")
def test_a_letter_is_entered_also_late_and_says_so_for_ever(database: Database) -> None:
    world = consulting(database)
    request, (one, two) = consulted(database, world, "tt-1", "tt-2"), world.ids("tt-1", "tt-2")
    letter = entered(database, world, request, {one: GOOD})
    with database.writing() as session:
        close(session, request, now=CLOSES)
    late = entered(database, world, request, {two: ONLY_WORDS}, late=DAY)
    found = [row(database, request, key, world.asked[0]) for key in (one, two)]
    owner = world.owner.account_id
    assert [(one.status, one.late, one.entered_by, one.document_id) for one in found] == [
        ("given", False, owner, letter),
        ("given", True, owner, late),
    ]
    told = chain(database, f"assessment:{two}")[-1]
    what = json.loads(told.body)["what"]
    assert (told.act, told.actor) == ("enter_opinion", world.owner.name)
    assert (what["account"], what["document"], what["late"]) == (world.asked[0], late, True)
    assert state_of(database, two) == "appraising"


def test_only_who_consults_enters_letters_and_only_before_the_result(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    for stranger in (world.bodies[0], world.heads["tt-1"], world.staff["authority"]):
        with pytest.raises(NotAllowed):
            entered(database, world, request, {key: GOOD}, by=stranger)
    with pytest.raises(Unknown), database.writing() as session:
        enter(session, request, world.asked[0], {key: GOOD}, 999, actor=world.owner, now=ASKED)
    put_in(database, "recognised", key)
    with pytest.raises(Refused) as caught:
        entered(database, world, request, {key: Answer()}, late=DAY)
    assert rules(caught.value) == ["blank", "state"]


def test_a_body_sees_its_own_dossiers_and_answers_and_nothing_else(database: Database) -> None:
    world = consulting(database)
    one, two = world.ids("tt-1", "tt-2")
    first = consulted(database, world, "tt-1", bodies=world.asked[:2])
    second = consulted(database, world, "tt-2", bodies=world.asked[1:2])
    drafted(database, first, world.bodies[0], {one: GOOD})
    with database.reading() as session:
        seen = mine(session, first, actor=world.bodies[0])
        assert [tuple(each) for each in seen.asked] == [(one, "Đối tượng tt-1", "open", GOOD)]
        assert mine(session, first, actor=world.bodies[1]).asked[0].answer == Answer()
        for request, actor in ((second, world.bodies[0]), (first, world.bodies[2]), (first, world.heads["tt-1"])):
            with pytest.raises(Unknown):
                mine(session, request, actor=actor)
    for body in world.bodies:
        with pytest.raises(NotAllowed), database.reading() as session:
            consolidated(session, first, actor=body)
    with pytest.raises(NotAllowed):
        drafted(database, first, world.bodies[0], {two: GOOD})
    with pytest.raises(Unknown):
        drafted(database, first, world.bodies[1], {two: GOOD})
    with pytest.raises(Unknown):
        sent(database, first, world.bodies[2])


def test_who_is_no_giver_any_more_gives_nothing(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    with database.writing() as session:
        for grant in live_grants(session, "opinion_giver"):
            end_grant(session, grant.id, actor=CONSOLE, now=ASKED)
    with pytest.raises(NotAllowed):
        drafted(database, request, world.bodies[0], {key: GOOD})
    with pytest.raises(NotAllowed), database.reading() as session:
        mine(session, request, actor=world.bodies[0])


@pytest.mark.rule("AMB-HT-13")
def test_answers_stand_side_by_side_without_weight_for_the_staff_alone(database: Database) -> None:
    world = consulting(database)
    request, (key,) = consulted(database, world, "tt-1"), world.ids("tt-1")
    drafted(database, request, world.bodies[0], {key: GOOD})
    sent(database, request, world.bodies[0])
    drafted(database, request, world.bodies[1], {key: ONLY_WORDS})
    with database.writing() as session:
        (before,) = consolidated(session, request, actor=world.staff["authority"])
        assert before.awaited == ("co-quan-2", "co-quan-3")
        close(session, request, now=CLOSES)
    letter = entered(database, world, request, {key: ONLY_WORDS}, late=DAY, body=2)
    words = Answer(None, ONLY_WORDS.comment.strip())
    with database.reading() as session:
        assert consolidated(session, request, actor=world.owner) == [
            Consolidated(
                key,
                "Đối tượng tt-1",
                {"htxsnv": 0, "httnv": 1, "htnv": 0, "khtnv": 0},
                (
                    Said("co-quan-1", GOOD, late=False, document_id=None),
                    Said("co-quan-3", words, late=True, document_id=letter),
                ),
                ("co-quan-2",),
                (),
            )
        ]
        for stranger in (world.heads["tt-1"], world.officers["tt-1"], world.bodies[0]):
            with pytest.raises(NotAllowed):
                consolidated(session, request, actor=stranger)
        with pytest.raises(Unknown):
            consolidated(session, request + 1, actor=world.owner)


@pytest.mark.rule("HT-11.12", "HT-11.13")
def test_the_former_or_temporary_cell_of_a_member_is_waited_for_like_the_residence(database: Database) -> None:
    world = consulting(database)
    key = world.dossiers["dv-1"]
    residence = consulted(database, world, "dv-1", name="residence", bodies=world.asked[:1])
    with database.writing() as session:
        about = "Thời gian sinh hoạt tại chi bộ cũ."
        former = ask(
            session, world.round_id, "residence", [key], world.asked[1:2], about,
            closes_at=CLOSES, actor=world.owner, now=ASKED,
        )  # fmt: skip
    drafted(database, residence, world.bodies[0], {key: ONLY_WORDS})
    sent(database, residence, world.bodies[0])
    with pytest.raises(Refused) as caught, database.writing() as session:
        advance(session, key, "appraise", actor=world.owner, now=CLOSES - DAY)
    assert sentences(caught.value) == ["Còn 1 nơi chưa trả lời ý kiến và chưa hết hạn."]
    drafted(database, former, world.bodies[1], {key: GOOD})
    sent(database, former, world.bodies[1])
    with database.writing() as session:
        advance(session, key, "appraise", actor=world.owner, now=CLOSES - DAY)
    assert state_of(database, key) == "appraising"
