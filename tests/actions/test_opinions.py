import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from actions.accounts import grant
from actions.answers import Answer, save, send
from actions.corrections import Grounds, remove_subject
from actions.opinions import Closed, ask, close, withdraw
from models.db import Database
from models.opinions import OpinionRequest, of_request
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.consulting_world import ASKED, CLOSES, Consulting, consulted, consulting, giver, put_in
from tests.actions.later import acts, chain, is_whole, mails, payload, rules, sentences
from tests.actions.world import CONSOLE, launched, paper, state_of

DAY = timedelta(days=1)


def asking(database: Database, world: Consulting, *codes: str, **changes: Any) -> int:  # noqa: ANN401  what `ask` takes
    about = {"name": "city_bodies", "assessment_ids": world.ids(*codes), "bodies": world.asked, "question": "Nhận xét?"}
    given: dict[str, Any] = about | {"closes_at": CLOSES, "actor": world.owner, "now": ASKED} | changes
    with database.writing() as session:
        return ask(session, world.round_id, **given)


def statuses(database: Database, request: int) -> dict[tuple[int, int], str]:
    with database.reading() as session:
        return {(one.assessment_id, one.account_id): one.status for one in of_request(session, request)}


@pytest.mark.rule("HT-6.1", "HT-6.3")
def test_one_request_asks_many_bodies_about_many_dossiers(database: Database) -> None:
    world = consulting(database)
    request = consulted(database, world, "tt-1", "tt-2", "db")
    keys = world.ids("tt-1", "tt-2", "db")
    assert [state_of(database, key) for key in keys] == ["consulting"] * 3
    assert statuses(database, request) == {(key, body): "open" for key in keys for body in world.asked}
    row = chain(database, f"assessment:{keys[0]}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, what) == ("consult", {"from": "self_rated", "to": "consulting", "request": request})
    row = chain(database, f"round:{world.round_id}")[-1]
    assert json.loads(payload(database, row.entity, row.seq)) == {
        "question": "Đề nghị nhận xét và đề xuất mức xếp loại."
    }
    assert is_whole(database, world.round_id)


def test_each_body_gets_one_mail_and_it_is_about_no_dossier(database: Database) -> None:
    world = consulting(database)
    consulted(database, world, "tt-1", "tt-2")
    assert mails(database, "opinion_asked") == [(None, body) for body in sorted(world.asked)]


def test_nobody_is_asked_about_the_own_unit(database: Database) -> None:
    world = consulting(database)
    own = world.heads["tt-1"].account_id or 0
    with database.writing() as session:
        grant(session, own, "opinion_giver", actor=CONSOLE, now=ASKED)
    request = consulted(database, world, "tt-1", "tt-2", bodies=[own, world.asked[0]])
    one, two = world.ids("tt-1", "tt-2")
    assert set(statuses(database, request)) == {(one, world.asked[0]), (two, own), (two, world.asked[0])}
    put_in(database, "self_rated", one)
    with pytest.raises(Refused) as caught:
        asking(database, world, "tt-1", bodies=[own])
    assert rules(caught.value) == ["own_unit"]


def test_a_dossier_that_is_being_consulted_may_be_asked_about_again(database: Database) -> None:
    world = consulting(database)
    consulted(database, world, "tt-1", bodies=world.asked[:1])
    asking(database, world, "tt-1", bodies=world.asked[1:2])
    key = world.dossiers["tt-1"]
    assert acts(database, f"assessment:{key}")[-2:] == ["consult", "ask_opinions"]
    with pytest.raises(NotAllowed):
        asking(database, world, "tt-1", actor=world.heads["tt-1"])


def test_all_that_is_wrong_with_a_request_is_said(database: Database) -> None:
    world = consulting(database)
    put_in(database, "self_rated", *world.ids("tt-1", "dv-1"))
    wrong = {"bodies": [world.heads["tt-2"].account_id], "question": " ", "closes_at": ASKED}
    with pytest.raises(Refused) as caught:
        asking(database, world, "tt-1", "tt-2", "dv-1", **wrong)
    assert rules(caught.value) == ["question", "closes_at", "body", "state", "state", "own_unit"]
    assert sentences(caught.value)[2:5] == [
        "«Thủ trưởng 2» chưa được giao vai trò chủ thể tham gia đánh giá trong đợt này.",
        "«Đối tượng tt-2»: đang ở trạng thái «Đã giao», chưa đến bước lấy ý kiến này.",
        "«Đối tượng dv-1»: đang ở trạng thái «Đã tự xếp loại», chưa đến bước lấy ý kiến này.",
    ]
    with pytest.raises(Refused) as caught:
        asking(database, world, bodies=[])
    assert rules(caught.value) == ["bodies", "dossiers"]
    assert state_of(database, world.dossiers["tt-1"]) == "self_rated"


def test_a_unit_does_not_ask_about_itself(database: Database) -> None:
    world = consulting(database)
    put_in(database, "self_rated", world.dossiers["tt-1"])
    with pytest.raises(NotAllowed):
        asking(database, world, "tt-1", actor=world.heads["tt-1"])


@pytest.mark.rule("AMB-HT-13", "HT-6.3")
def test_silence_is_recorded_and_the_dossiers_go_on(database: Database) -> None:
    world = consulting(database)
    request = consulted(database, world, "tt-1", "tt-2")
    keys = world.ids("tt-1", "tt-2")
    with database.writing() as session:
        assert close(session, request, now=CLOSES - timedelta.resolution) == Closed(0, ())
    with database.writing() as session:
        assert close(session, request, now=CLOSES) == Closed(6, tuple(keys))
    assert set(statuses(database, request).values()) == {"silent"}
    assert [state_of(database, key) for key in keys] == ["appraising"] * 2
    assert acts(database, f"assessment:{keys[0]}")[-2:] == ["close_opinions", "appraise"]
    row = chain(database, f"assessment:{keys[0]}")[-2]
    assert json.loads(row.body)["what"] == {"request": request, "silent": sorted(world.asked)}
    with database.writing() as session:
        assert close(session, request, now=CLOSES + DAY) == Closed(0, ())
    assert is_whole(database, world.round_id)


def test_a_dossier_waits_for_its_last_request(database: Database) -> None:
    world = consulting(database)
    first = consulted(database, world, "tt-1", bodies=world.asked[:1])
    second = asking(database, world, "tt-1", bodies=world.asked[1:], closes_at=CLOSES + DAY)
    with database.writing() as session:
        assert close(session, first, now=CLOSES).moved == ()
    with database.writing() as session:
        assert close(session, second, now=CLOSES + DAY).moved == (world.dossiers["tt-1"],)


def test_a_ballot_that_is_still_open_keeps_the_dossier(database: Database) -> None:
    from models.meetings import BallotBox, BallotItem

    world = consulting(database)
    request = consulted(database, world, "bi-thu", name="residence")
    key = world.dossiers["bi-thu"]
    with database.writing() as session:
        box = BallotBox(round_id=world.round_id, name="workplace", options="[]", opened_at=ASKED)
        session.add(box)
        session.flush()
        session.add(BallotItem(box_id=box.id, assessment_id=key))
    with database.writing() as session:
        assert close(session, request, now=CLOSES) == Closed(3, ())
    assert state_of(database, key) == "consulting"
    with database.reading() as session:
        assert session.get_one(OpinionRequest, request).status == "closed"


def test_the_step_is_found_in_the_workflow_of_the_programme(database: Database) -> None:
    world = launched(database, "xep-loai-tap-the", 2026, subjects=2, kinds=["khoi_tham_muu"])
    put_in(database, "appraising", *world.assessment_ids)
    now = ASKED.replace(year=2026)
    with database.writing() as session:
        body = giver(session, 1, now).account_id or 0
        request = ask(
            session,
            world.round_id,
            "related_bodies",
            world.assessment_ids,
            [body],
            "Nhận xét?",
            closes_at=now + DAY,
            document=paper(session, now=now),
            actor=world.administrator,
            now=now,
        )
    assert [state_of(database, key) for key in world.assessment_ids] == ["consulting"] * 2
    with database.writing() as session:
        assert close(session, request, now=now + DAY).moved == tuple(world.assessment_ids)
    assert acts(database, f"assessment:{world.first}")[-1] == "close_opinions"
    assert state_of(database, world.first) == "appraising"


def test_who_left_the_round_is_not_waited_for(database: Database) -> None:
    world = consulting(database)
    request = consulted(database, world, "tt-1", "tt-2")
    key = world.dossiers["tt-1"]
    with database.writing() as session:
        why = Grounds("Giải thể.", paper(session, now=ASKED))
        remove_subject(session, key, why, actor=world.owner, now=ASKED)
        withdraw(session, [key])
    with database.writing() as session:
        assert close(session, request, now=CLOSES) == Closed(3, (world.dossiers["tt-2"],))
    assert {status for (one, _), status in statuses(database, request).items() if one == key} == {"withdrawn"}


def test_nobody_answers_on_who_left_the_round(database: Database) -> None:
    world = consulting(database)
    request = consulted(database, world, "tt-1", "tt-2")
    key, body = world.dossiers["tt-1"], world.bodies[0]
    with database.writing() as session:
        save(session, request, {one: Answer("httnv") for one in world.ids("tt-1", "tt-2")}, actor=body, now=ASKED)
        remove_subject(session, key, Grounds("Giải thể.", paper(session, now=ASKED)), actor=world.owner, now=ASKED)
        withdraw(session, [key])
    for act in (partial(save, answers={key: Answer("htnv")}), partial(send, assessment_ids=[key])):
        with pytest.raises(Refused, match="hồ sơ đã ra khỏi đợt"), database.writing() as session:
            act(session, request, actor=body, now=ASKED)
    with database.writing() as session:
        assert send(session, request, actor=body, now=ASKED) == (world.dossiers["tt-2"],)


def test_there_is_no_other_request(database: Database) -> None:
    with database.writing() as session, pytest.raises(Unknown):
        close(session, 7, now=CLOSES)
