"""The staff asks bodies about many dossiers after a second look and reminds them; a round goes on by its stages."""

from datetime import timedelta

import pytest
from sqlmodel import select

from actions.accounts import grant
from models.db import Database
from models.mail import Outbox
from models.opinions import Opinion
from tests.actions.consulting_world import ASKED, put_in
from tests.actions.world import CONSOLE, state_of
from tests.web.browser import words
from tests.web.letters import by_mail, by_password
from tests.web.opinions_world import Asked, asked

QUESTION = {"question": "Đề nghị tham gia ý kiến về mức xếp loại", "until": "05/12/2024", "name": "city_bodies"}


def base(one: Asked) -> str:
    return f"/rounds/{one.world.round_id}/opinions"


@pytest.mark.rule("HT-6.3", "AMB-HT-13")
def test_bodies_are_asked_after_a_second_look_and_reminded_once_a_day(database: Database) -> None:
    one = asked(database)
    third, first = one.world.dossiers["db"], one.dossiers[0]
    put_in(database, "self_rated", third)
    owner = by_password(one.portal, one.world.owner)
    page = owner.get(base(one))
    assert ("0/4" in words(page), "2 nơi chưa trả lời" in words(page)) == (True, True)
    form = owner.get(f"{base(one)}/new?name=city_bodies")
    assert (f'value="{third}"' in form.text, f'value="{first}"' in form.text) == (True, True)
    bare = owner.post(f"{base(one)}/look", name="city_bodies", until="01/01/2020", id=str(third))
    shown = words(bare)
    assert bare.status_code == 422
    assert ("Chọn ít nhất một nơi" in shown, "phải từ hôm nay" in shown) == (True, True)
    bodies = [str(key) for key in one.world.asked]
    look = owner.post(f"{base(one)}/look", **QUESTION, id=str(third), body=bodies)
    assert "Sẽ gửi 3 thư, hỏi về 1 hồ sơ" in words(look)
    assert state_of(database, third) == "self_rated"
    chosen = {**QUESTION, "id": str(third), "body": bodies}
    assert owner.post(base(one), **chosen, count="2").status_code == 422
    assert owner.post(base(one), **chosen, count="1", **{"letter-number": "7-CV/BTC"}).status_code == 422
    done = owner.post(base(one), **chosen, count="1")
    assert "Đã gửi đề nghị đến 3 nơi về 1 hồ sơ" in words(owner.follow(done))
    assert state_of(database, third) == "consulting"
    again = done.headers["location"].removesuffix("/answers") + "/remind"
    assert "đến 3 nơi" in words(owner.follow(owner.post(again)))
    assert "Hôm nay đã gửi thư nhắc" in words(owner.follow(owner.post(again)))
    with database.reading() as session:
        told = session.exec(select(Outbox).where(Outbox.message == "opinion_due")).all()
        assert len({mail.account_id for mail in told}) == len(told) == 3
        assert len(session.exec(select(Opinion).where(Opinion.assessment_id == third)).all()) == 3


def test_others_ask_nobody_and_an_appraiser_only_on_its_own_dossier(database: Database) -> None:
    one = asked(database)
    key = one.world.dossiers["db"]
    put_in(database, "self_rated", key)
    body = by_mail(one.portal, one.world.bodies[0])
    assert body.get(base(one)).status_code == 404
    officer = by_mail(one.portal, one.world.officers["db"])
    assert officer.get(base(one)).status_code == 404
    assert officer.get(f"/assessments/{key}/consult").status_code == 403
    owner = by_password(one.portal, one.world.owner)
    form = owner.get(f"/assessments/{key}/consult")
    assert ("1. Hồ sơ (1)" in words(form), "Lọc" in words(form)) == (True, False)
    chosen = {**QUESTION, "body": str(one.world.asked[0])}
    assert "hỏi về 1 hồ sơ" in words(owner.post(f"/assessments/{key}/consult/look", **chosen))
    assert owner.post(f"/assessments/{key}/consult", **chosen, count="1").status_code == 303
    assert state_of(database, key) == "consulting"


def test_a_round_goes_on_and_is_not_reported_too_early(database: Database) -> None:
    one = asked(database)
    owner = by_password(one.portal, one.world.owner)
    at = f"/rounds/{one.world.round_id}/stages"
    page = words(owner.get(at))
    assert ("Chưa đủ điều kiện" in page, "hồ sơ chưa có kết quả" in page) == (True, True)
    refused = owner.post(f"{at}/report")
    assert (refused.status_code, "hồ sơ chưa có kết quả" in words(refused)) == (422, True)
    assert owner.post(f"{at}/archive").status_code == 422
    assert owner.post(f"{at}/abolish").status_code == 404
    bare = owner.post(f"{at}/number", **{"report-number": "9-BC/BTC"})
    assert (bare.status_code, 'value="9-BC/BTC"' in bare.text) == (422, True)
    with database.writing() as session:
        key = one.world.bodies[2].account_id or 0
        grant(session, key, "reader", round_id=one.world.round_id, actor=CONSOLE, now=ASKED)
    one.portal.hands.pass_by(timedelta(hours=1))
    assert by_mail(one.portal, one.world.bodies[2]).post(f"{at}/report").status_code in {401, 403, 404}
