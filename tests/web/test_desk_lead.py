"""The lead sees who has come how far, and gives dossiers, many at once, after a second look."""

import re

import pytest

from models.db import Database
from states.desk_team import Given, assignments
from tests.actions.later import acts, is_whole
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal, lead_of, opened, without_desk
from tests.web.letters import by_mail

ID = re.compile(r'name="id" value="(\d+)"')


@pytest.fixture
def portal(database: Database) -> Portal:
    return desk_portal(database)


def given(portal: Portal) -> list[Given]:
    with portal.database.reading() as session:
        return assignments(session, portal.world.round_id)


def base(portal: Portal) -> str:
    return f"/rounds/{portal.world.round_id}/assignments"


def looked(browser: Browser, address: str, **fields: object) -> list[str]:
    """The dossiers that the second look lists."""
    answer = browser.post(f"{address}/look", **fields)
    assert answer.status_code == 200, words(answer)
    return ID.findall(answer.text)


def test_many_are_given_at_once_after_a_second_look(portal: Portal) -> None:
    who = without_desk(portal).account_id or 0
    browser, address = lead_of(portal), base(portal)
    assert "appraiser" in words(browser.get(address))
    before = given(portal)
    fields = {"who": who, "part": "II", "do": "assign"}
    ids = looked(browser, address, every="1", **fields)
    assert ids == [str(key) for key in portal.world.assessment_ids]
    assert given(portal) == before
    answer = browser.post(address, id=ids, **fields)
    assert "Đã giao 3 hồ sơ cho Chưa được giao." in words(browser.follow(answer))
    assert [one.part for one in given(portal) if one.account_id == who] == ["II"] * 3
    assert looked(browser, address, id=ids, **fields) == []
    again = browser.post(address, id=ids, **fields)
    assert "Đã giao 0 hồ sơ" in words(browser.follow(again))
    assert acts(portal.database, f"assessment:{portal.world.first}").count("assign") == 2


def test_what_was_given_is_taken_back(portal: Portal) -> None:
    browser, address = lead_of(portal), base(portal)
    browser.get(address)
    fields = {"who": portal.world.appraiser.account_id, "part": "", "do": "unassign"}
    ids = looked(browser, address, id=[portal.world.first, 999, "x"], **fields)
    assert ids == [str(portal.world.first)]
    assert "Đã thu hồi 1 hồ sơ của appraiser." in words(browser.follow(browser.post(address, id=ids, **fields)))
    assert len(given(portal)) == 2
    assert "Đã thu hồi 0 hồ sơ" in words(browser.follow(browser.post(address, id=ids, **fields)))
    listed = browser.get(f"{address}?whose=none")
    assert ID.findall(listed.text) == ids
    mine = browser.get(f"{address}?whose={portal.world.appraiser.account_id}&q=don vi 2")
    assert ID.findall(mine.text) == [str(portal.world.assessment_ids[1])]
    assert is_whole(portal.database, portal.world.round_id)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"id": ["1"]}, "Chọn người thẩm định."),
        ({"who": "lead"}, "Chọn người thẩm định."),
        ({"who": "", "id": ["1"]}, "Chọn người thẩm định."),
    ],
)
def test_what_is_not_chosen_is_asked_for(portal: Portal, fields: dict[str, object], sentence: str) -> None:
    browser, address = lead_of(portal), base(portal)
    browser.get(address)
    answer = browser.post(f"{address}/look", do="assign", **fields)
    assert answer.status_code == 422
    assert sentence in words(answer)
    none = browser.post(f"{address}/look", do="assign", who=portal.world.appraiser.account_id)
    assert "Chọn ít nhất một hồ sơ." in words(none)


def test_a_group_that_the_sheet_has_not_is_refused(portal: Portal) -> None:
    browser, address = lead_of(portal), base(portal)
    browser.get(address)
    fields = {"who": without_desk(portal).account_id, "part": "<b>", "do": "assign", "id": [portal.world.first]}
    answer = browser.post(address, **fields)
    assert answer.status_code == 422
    assert "biểu chấm điểm không có nhóm tiêu chí <b>" in words(answer)
    assert "nhóm tiêu chí <b>" not in answer.text


def test_a_declared_conflict_is_shown_and_stands_against_giving_again(portal: Portal) -> None:
    appraiser, _ = opened(portal)
    key = portal.world.first
    appraiser.post(f"/assessments/{key}/conflict", reason="Người thân làm ở đơn vị")
    browser, address = lead_of(portal), base(portal)
    board = words(browser.get(f"/rounds/{portal.world.round_id}/appraisers"))
    assert "1 hồ sơ chưa giao cho ai." in board
    assert "appraiser Xung đột: 1" in board
    assert "Đơn vị 1 : appraiser" in board
    assert "Người thân làm ở đơn vị" in board
    fields = {"who": portal.world.appraiser.account_id, "part": "", "do": "assign", "id": [key]}
    answer = browser.post(address, **fields)
    assert answer.status_code == 422
    assert "người thẩm định đã khai báo xung đột lợi ích" in words(answer)


def test_the_board_counts_what_everybody_has_done(portal: Portal) -> None:
    appraiser, address = opened(portal)
    appraiser.post(address, **{"was-I.1": "", "points-I.1": "4"})
    board = words(lead_of(portal).get(f"/rounds/{portal.world.round_id}/appraisers"))
    assert "1 Đang thẩm định" in board
    assert re.search(r"appraiser 3 2 1 0 0 1 09 giờ", board)


def test_the_administrator_assigns_too_and_others_do_not(portal: Portal) -> None:
    from tests.web.letters import by_password

    address = base(portal)
    assert by_password(portal, portal.world.administrator).get(address).status_code == 200
    for browser in (by_mail(portal, portal.world.appraiser), by_mail(portal, portal.world.officer)):
        browser.get("/me")
        fields = {"who": portal.world.appraiser.account_id, "part": "", "do": "unassign", "id": [portal.world.first]}
        for path in (address, f"{address}/look"):
            assert browser.post(path, **fields).status_code == 404
    assert len(given(portal)) == 3
