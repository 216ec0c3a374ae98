"""Decisions beside the ballot: totals decided and announced, waivers, second ballots, what goes to a superior."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.db import Database
from models.mail import Outbox
from models.meetings import Meeting
from models.order import Waiver
from tests.actions.ha_tinh_world import bring, bring_all
from tests.actions.later import DECIDING, in_decision
from tests.actions.world import World, state_of
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.committee_world import Committee, committee
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.test_meetings import PAPER, best, figures, minutes, opened, paper, send


def deciding(database: Database, folder: Path) -> tuple[World, Portal]:
    """A portal in which three dossiers of points wait for their decision."""
    world, hands = in_decision(database), Hands(DECIDING + timedelta(hours=1))
    place = place_of(database, hands)
    place = place._replace(settings=place.settings.model_copy(update={"var": folder}))
    return world, Portal(world, database, hands, place)


def test_totals_are_decided_numbered_announced_and_decided_again(database: Database, tmp_path: Path) -> None:
    world, portal = deciding(database, tmp_path)
    authority, administrator = by_password(portal, world.authority), by_password(portal, world.administrator)
    base, keys = f"/rounds/{world.round_id}/decisions", [str(key) for key in world.assessment_ids]
    assert "Chờ quyết định: 3 hồ sơ" in words(authority.get(base))
    assert administrator.get(f"{base}/new").status_code == 403
    authority.get(f"{base}/new")
    wrong = authority.post(f"{base}/look", dossier=keys, **{f"total-{keys[0]}": "95"})
    assert "điểm quyết định khác điểm đề xuất (100) thì phải ghi lý do" in words(wrong)
    assert 'value="95"' in wrong.text
    nonsense = authority.post(f"{base}/look", dossier=keys, **{f"total-{keys[0]}": "chín"})
    assert "tổng điểm phải là số" in words(nonsense)
    given = {"dossier": keys, f"total-{keys[0]}": "95", f"reason-{keys[0]}": "Theo kết luận kiểm tra"}
    assert "Xem lại quyết định đối với 3 hồ sơ" in words(authority.post(f"{base}/look", **given))
    made = authority.post(base, **given)
    shown = words(authority.follow(made))
    assert "Quyết định chưa có số" in shown
    address = made.headers["location"]
    administrator.get(f"{address}/announce")
    early = administrator.post(f"{address}/announce")
    assert "Quyết định chưa có đủ số, ngày, người ký và bản đã ký" in words(early)
    refused = send(administrator, f"{address}/number", "other", **paper(number=""))
    assert "Ghi số của quyết định." in words(refused)
    dated = paper(dated="20/12/2024")
    numbered = words(administrator.follow(send(administrator, f"{address}/number", "decision-scan", **dated)))
    assert "Quyết định số 45-QĐ/ĐU" in numbered
    assert "Thông báo cho 3 đơn vị" in words(administrator.get(f"{address}/announce"))
    assert "Đã thông báo kết quả cho 3 đơn vị" in words(administrator.follow(administrator.post(f"{address}/announce")))
    with database.reading() as session:
        told = session.exec(select(Outbox.id).where(Outbox.message == "result_announced")).all()
        assert len(told) >= len(keys)
    again = {"dossier": keys[0], "total": "90", "reason": "Kết luận của BTV"}
    authority.get(f"{address}/again?dossier={keys[0]}")
    assert "Xem lại: hủy kết quả cũ" in words(authority.post(f"{address}/again/look", **again, **dated))
    replaced = authority.follow(send(authority, f"{address}/again", "decision-scan", **again, **dated))
    assert "Kết luận của BTV" in words(replaced)
    assert state_of(database, int(keys[0])) == "decided"
    stranger = authority.get(f"{address}/again?dossier={keys[0]}")
    assert stranger.status_code == 404


def taken(browser: Browser, path: str, **fields: object) -> str:
    """Take a second look, then do it; what the next page says."""
    browser.get(path)
    look = browser.post(f"{path}/look", **fields)
    assert look.status_code == 200, words(look)
    return words(browser.follow(send(browser, path, "document-scan", **fields)))


@pytest.mark.rule("HT-11.3")
def test_a_missing_one_is_waived_and_the_next_goes_to_the_ballot(database: Database, tmp_path: Path) -> None:
    one = committee(database, ())
    keep_files(one, tmp_path)
    bring_all(database, one.ward, ["m1", "m2"], "recognised")
    cell = bring(database, one.ward, "c1", "appraising")
    authority, administrator = one.enter(one.authority), one.enter(one.ward.administrator)
    assert "Mở bỏ phiếu quyết định (1 hồ sơ)" in words(administrator.get(f"{one.round}/meetings"))
    path = f"{one.round}/steps/open_decision"
    administrator.get(path)
    waits = administrator.post(f"{path}/look", dossier=str(cell))
    assert waits.status_code == 422
    assert "Phải xếp loại trước: Mẫu m3." in words(waits)
    document = {f"document-{name}": value for name, value in PAPER.items()}
    missing = str(one.ward.ids["m3"])
    refused = authority.post(f"{one.round}/waivers/look", dossier=missing)
    assert refused.status_code in {403, 422}
    told = taken(authority, f"{one.round}/waivers", dossier=missing, reason="Đi học dài hạn", **document)
    assert "Mẫu m3" in told
    assert "Đi học dài hạn" in told
    with database.reading() as session:
        assert session.get_one(Waiver, int(missing)).reason == "Đi học dài hạn"
    assert "Đã thực hiện đối với 1 hồ sơ" in taken(administrator, path, dossier=str(cell))
    assert state_of(database, cell) == "deciding"


def test_a_poll_at_the_workplace_is_held_outside_a_meeting(database: Database) -> None:
    one = committee(database, ())
    bring_all(database, one.ward, ["ub", "ct"], "reviewed")
    leader = bring(database, one.ward, "pb", "consulting")
    administrator, polls = one.enter(one.ward.administrator), f"{one.round}/polls"
    assert "Mẫu pb" in words(administrator.get(f"{polls}?name=workplace"))
    assert "Mẫu pb" not in words(administrator.get(f"{polls}?name=self_rating"))
    nobody = administrator.post(polls, name="workplace", dossier=str(leader), summoned="")
    assert "Phải ghi số người được bỏ phiếu" in words(nobody)
    answer = administrator.post(polls, name="workplace", dossier=str(leader), summoned="20")
    assert "Được triệu tập 20" in words(administrator.follow(answer))
    assert answer.headers["location"] in administrator.get(polls).text
    assert one.enter(one.secretaries[0]).get(answer.headers["location"]).status_code == 404


def keep_files(one: Committee, folder: Path) -> None:
    """Let files lie in a folder of the test's own."""
    settings = one.portal.place.settings.model_copy(update={"var": folder})
    one.portal.place = one.portal.place._replace(settings=settings)


@pytest.mark.rule("AMB-HT-7")
def test_without_a_majority_twice_the_superior_is_told(database: Database) -> None:
    one = committee(database)
    first, second = (one.enter(who) for who in one.secretaries)
    box, key = opened(one, first), one.ids()[0]
    split = {f"n-{key}-htxsnv": "2", f"n-{key}-httnv": "2"}
    counted(one, (first, second), box, **best(one) | split)
    meeting = meeting_of(database)
    assert "Mở «Phiếu quyết định lần hai» (1 hồ sơ)" in words(first.get(meeting))
    again = first.get(f"{meeting}/ballots?name=second_decision")
    assert "Biên bản bỏ phiếu lần một" not in words(again)
    answer = first.post(f"{meeting}/ballots", name="second_decision", dossier=str(key))
    assert answer.status_code == 303, words(answer)
    next_box = answer.headers["location"]
    only = {"issued": "5", "returned": "5", f"n-{key}-htxsnv": "2", f"n-{key}-httnv": "2", f"invalid-{key}": "1"}
    first.get(next_box)
    first.post(f"{next_box}/count", **only)
    second.get(next_box)
    told = words(second.follow(second.post(f"{next_box}/count", **only, **minutes(number="14-BB/ĐU"))))
    assert "người chủ trì báo cáo cấp trên trực tiếp" in told
    assert "Báo cáo cấp trên vì không đủ quá bán" in words(first.get(f"{one.round}/meetings"))
    path = f"{one.round}/steps/refer_up"
    assert "Đã thực hiện đối với 1 hồ sơ" in taken(first, path, dossier=str(key), **minutes(number="15-BB/ĐU"))
    assert state_of(database, key) == "referred"


def counted(one: Committee, who: tuple[Browser, Browser], box: str, **changes: str) -> None:
    """Both secretaries count the same."""
    for browser, more in zip(who, ({}, minutes()), strict=True):
        browser.get(box)
        assert browser.post(f"{box}/count", **figures(one, **changes), **more).status_code == 303


def meeting_of(database: Database) -> str:
    """The address of the only meeting."""
    with database.reading() as session:
        return f"/meetings/{session.exec(select(Meeting.id)).one()}"


EXPECTED = {
    "secretary": [200, 200, 200, 200, 403],
    "member": [200, 403, 200, 403, 404],
    "authority": [200, 403, 200, 403, 200],
    "other_authority": [404, 404, 404, 404, 200],
    "head": [404, 404, 404, 404, 404],
}


def test_each_part_in_a_meeting_and_a_box_is_asked(database: Database) -> None:
    one = committee(database)
    browser = one.enter(one.secretaries[0])
    box = opened(one, browser)
    meeting = meeting_of(database)
    paths = [meeting, f"{meeting}/people", box, f"{box}/cancel", f"{one.round}/decisions/new"]
    who = {
        "secretary": one.secretaries[0],
        "member": one.members[0],
        "authority": one.authority,
        "other_authority": one.ward.authorities["btv"],
        "head": one.ward.heads["c2"],
    }
    inside = {name: one.enter(actor) for name, actor in who.items()}
    assert {name: [each.get(path).status_code for path in paths] for name, each in inside.items()} == EXPECTED
    assert "Đảng viên" in words(inside["authority"].get(f"{one.round}/quota"))
    assert "Hoàn thành" not in words(inside["member"].get(box))
