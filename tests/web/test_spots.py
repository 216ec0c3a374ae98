"""Spots of Nghệ An by their pages: named, registered, accepted by the right route, built, recognised (RULES 5)."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.db import Database
from tests.actions.test_spots import FIRST, LAUNCHED, PROGRAMME, spots
from tests.actions.test_spots import Spots as Made
from tests.actions.world import World, state_of
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.steps_world import enclose, paper, take
from tests.web.unit_forms import best_fields, was, with_files

DAY = timedelta(days=1)


def portal_of(database: Database, folder: Path) -> tuple[Portal, Made]:
    """The portal a day after the launch."""
    made = spots(database)
    hands = Hands(LAUNCHED + DAY)
    world = World(
        made.round_id,
        list(made.ids.values()),
        [*made.officers.values()],
        [*made.heads.values()],
        appraiser=made.appraiser,
        lead=made.owner,
        authority=made.owner,
        administrator=made.owner,
        reader=made.owner,
        auditor=made.owner,
        launched_at=LAUNCHED,
        programme=PROGRAMME,
    )
    return with_files(Portal(world, database, hands, place_of(database, hands)), folder), made


def signed(browser: Browser, at: str, trigger: str, **more: str) -> int:
    return take(browser, at, trigger, **more, **paper("document", dated="15/01/2024")).status_code


@pytest.mark.rule("NA-3.2", "NA-3.3", "NA-5.2")
def test_a_spot_goes_its_year_by_its_pages(database: Database, tmp_path: Path) -> None:
    portal, made = portal_of(database, tmp_path)
    key = made.ids["huyen-a", "dvcq"]
    at, officer = f"/assessments/{key}", by_mail(portal, made.officers["huyen-a"])
    page = officer.get(at)
    assert ("Tên, địa chỉ điểm sáng" in words(page), "Gửi đăng ký" in words(page)) == (True, True)
    assert officer.post(f"{at}/name", name="Tổ tự quản", place="").status_code == 422
    assert officer.post(f"{at}/name", name="Tổ tự quản", place="xóm 3").status_code == 303
    assert "Tổ tự quản, xóm 3" in words(officer.get(at))
    assert enclose(officer, at, "ke_hoach").status_code == 422
    assert signed(officer, at, "register") == 303
    assert "Chờ cấp trên trực tiếp hoặc Ban Dân vận Tỉnh ủy" in words(officer.get(at))
    home_affairs = by_mail(portal, made.officers["so-nv"])
    assert "Bước tiếp theo" in words(home_affairs.get("/below?state=registered"))
    assert home_affairs.get(f"/assessments/{made.ids['huyen-a', 'qcdc']}/steps/accept").status_code != 200
    assert take(home_affairs, at, "accept").status_code == 303
    filled(officer, key)
    assert "còn thiếu: Báo cáo tóm tắt thành tích" in words(officer.get(f"{at}/steps/send_dossier"))
    portal.hands.at = FIRST + DAY
    officer = by_mail(portal, made.officers["huyen-a"])
    assert enclose(officer, at, "bao_cao_thanh_tich").status_code == 303
    assert take(officer, at, "send_dossier").status_code == 303
    assert state_of(database, key) == "dossier_sent"
    owner = by_password(portal, made.owner)
    shown = words(owner.get(f"/rounds/{made.round_id}/spots"))
    assert ("Mẫu so-b" in shown, "Chưa có điểm sáng nào được công nhận" in shown) == (True, True)
    authority = by_password(portal, made.authorities["huyen-a"])
    assert "Tổ tự quản" in words(authority.get(at))
    assert "không còn thực hiện được" in words(authority.follow(authority.get(f"{at}/steps/recognise")))
    assert take(authority, at, "return_dossier", reason="Thiếu số liệu").status_code == 303
    assert state_of(database, key) == "building"


def filled(browser: Browser, key: int) -> None:
    """Fill in what the agency says of the criteria, and go on to sending."""
    page = browser.get(f"/assessments/{key}")
    fields = best_fields(PROGRAMME.sheet_for("dvcq"))
    done = browser.post(f"/assessments/{key}/sheet", then="step", **was(page), **fields)
    assert done.headers["location"] == f"/assessments/{key}/steps/send_dossier"


def test_an_agency_adds_spots_withdraws_one_and_is_registered_late(database: Database, tmp_path: Path) -> None:
    portal, made = portal_of(database, tmp_path)
    at, head = f"/assessments/{made.ids['so-b', 'qcdc']}", by_mail(portal, made.heads["so-b"])
    assert "ít nhất 1 điểm sáng mỗi loại" in words(head.get(f"{at}/spots"))
    assert head.post(f"{at}/spots", name="Mô hình hai", kind="la").status_code == 422
    done = head.post(f"{at}/spots", name="Mô hình hai", kind="qcdc")
    further = done.headers["location"]
    assert "Mô hình hai" in words(head.follow(done))
    assert head.post(f"{at}/spots", name="Mô hình hai", kind="qcdc").status_code == 422
    assert take(head, further, "withdraw").status_code == 422
    assert take(head, further, "withdraw", reason="Không còn thực hiện").status_code == 303
    assert by_mail(portal, made.heads["huyen-a"]).get(f"{at}/spots").status_code == 404
    portal.hands.pass_by(80 * DAY)
    head = by_mail(portal, made.heads["so-b"])
    assert "đã khóa" in words(head.get(f"{at}/steps/register")).casefold()
    owner = by_password(portal, made.owner)
    reason = {"reason": "Mới kiện toàn Ban Chỉ đạo"}
    assert signed(owner, at, "register_late", **reason) == 303
    assert take(owner, at, "return_registration", reason="Chưa rõ địa chỉ").status_code == 303
    assert state_of(database, made.ids["so-b", "qcdc"]) == "choosing"
