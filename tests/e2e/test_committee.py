"""A Party committee decides: a paper ballot counted by two people, a vote on screens, a decision for many."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, FilePayload, Page, expect

from actions.passwords import set_password
from models.db import Database, run
from models.people import Account
from states.actor import Actor
from tests.actions.ha_tinh_world import RATED
from tests.conftest import Fresh
from tests.e2e.conftest import NOW, Site
from tests.e2e.hands import follow, press
from tests.e2e.test_doors import look
from tests.e2e.test_unit import PICTURES, window
from tests.served import portal
from tests.web.committee_world import Committee, committee
from tests.web.letters import PASSWORD, PASSWORD_HASH

SIGNED = FilePayload(name="ban-ky.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7 ban da ky")
CODES = ("m1", "m2", "m3", "m4", "m5")
NAMES = {
    "m1": "Nguyễn Thị Ví Dụ, đảng viên Chi bộ 1",
    "m2": "Trần Văn Minh Họa, đảng viên Chi bộ 1",
    "m3": "Lê Thị Mẫu, đảng viên Chi bộ 1",
    "m4": "Phạm Văn Giả Định, đảng viên Chi bộ 2",
    "m5": "Đỗ Thị Thử, đảng viên Chi bộ 2",
}


@dataclass
class Sitting:
    """A portal that runs, and the committee whose dossiers wait."""

    site: Site
    committee: Committee


@pytest.fixture
def sitting(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Sitting]:
    """Five Party members wait for the ballot."""
    with fresh_sqlite() as url:
        database = Database(url)
        made = committee(database, CODES)
        _prepare(database, made)
        with portal(url, tmp_path, DANHGIA_NOW=NOW.isoformat()) as address:
            yield Sitting(Site(address, made.portal.world, database), made)
        database.dispose()


def _prepare(database: Database, made: Committee) -> None:
    people = [*made.secretaries, *made.members, made.authority]
    with database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
        for code, name in NAMES.items():
            run(session, "UPDATE assessment SET name = :name WHERE id = :id", {"name": name, "id": made.ward.ids[code]})
        for who in people:
            set_password(session, who.account_id or 0, PASSWORD_HASH, actor=who, now=RATED)


@contextmanager
def entered(chromium: Browser, sitting: Sitting, who: Actor, width: int, *, script: bool = True) -> Iterator[Page]:
    """A window in which somebody signed in by password."""
    with sitting.site.database.reading() as session:
        email = session.get_one(Account, who.account_id).email
    with window(chromium, sitting.site, width, script=script) as page:
        page.goto("/sign-in/password")
        page.get_by_label("Địa chỉ thư đã đăng ký").fill(email)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")
        yield page


def paper(page: Page, number: str) -> None:
    """Fill in a document."""
    for label, text in (("Số", number), ("Ngày", "02/12/2026"), ("Người ký", "Trần Ví Dụ")):
        page.get_by_label(label, exact=True).fill(text)


def prepare(page: Page, sitting: Sitting, *, leave_out: tuple[str, ...], electronic: bool) -> None:
    """Plan a meeting of the members, and open it."""
    page.goto(f"{sitting.committee.round}/meetings")
    follow(page, "Chuẩn bị phiên họp")
    page.get_by_label("Ngày họp").fill("03/12/2026")
    page.get_by_role("textbox", name="Địa điểm").fill("Phòng họp số 1")
    lines = [f"Ủy viên Minh Họa {n}; Đảng ủy viên; uy-vien-{n}@mau.example" for n in range(1, 6)]
    page.get_by_label("Người được triệu tập").fill("\n".join(lines))
    page.get_by_label("Điện tử, từng người" if electronic else "Phiếu giấy, hai người").check()
    for code in leave_out:
        page.get_by_label(NAMES[code]).uncheck()
    look(page, PICTURES / f"committee-new-{electronic}.png", script=True)
    press(page, "Lập phiên họp")
    for box in page.get_by_role("group", name="Có mặt").get_by_role("checkbox").all():
        box.check()
    press(page, "Ghi điểm danh và khai mạc")
    expect(page.get_by_text("Đang họp", exact=True)).to_be_visible()


def count(page: Page, best: int) -> None:
    """Enter the count of five papers."""
    page.get_by_label("Số phiếu phát ra").fill("5")
    page.get_by_label("Số phiếu thu về").fill("5")
    for code in ("m1", "m2", "m3"):
        figures = (best, 5 - best, 0, 0) if code == "m1" else (0, 5, 0, 0)
        row = page.get_by_role("row", name=NAMES[code]).get_by_role("textbox")
        for place, number in enumerate((*figures, 0)):
            row.nth(place).fill(str(number))


def test_a_paper_ballot_and_a_decision(chromium: Browser, sitting: Sitting) -> None:
    first, second = sitting.committee.secretaries
    with entered(chromium, sitting, first, 1280) as page:
        prepare(page, sitting, leave_out=("m4", "m5"), electronic=False)
        meeting = page.url
        look(page, PICTURES / "committee-meeting.png", script=True)
        tried = page.get_by_label(f"Thử mức {NAMES['m2']}")
        with page.expect_response(lambda answer: answer.url.endswith("/what-if")):
            tried.select_option("Hoàn thành tốt nhiệm vụ")
        expect(page.locator("#ty-le")).to_contain_text("HTXSNV")
        page.get_by_text("Căn cứ đề xuất").first.click()
        look(page, PICTURES / "committee-board.png", script=True)
        follow(page, "Mở «Phiếu quyết định mức xếp loại»")
        look(page, PICTURES / "committee-ballot.png", script=True)
        press(page, "Mở hòm phiếu")
        with page.expect_download() as download:
            page.get_by_role("link", name="Tải phiếu để in (Word)").click()
        assert download.value.suggested_filename.endswith(".docx")
        count(page, 4)
        look(page, PICTURES / "committee-count.png", script=True)
        page.get_by_role("button", name="Ghi kết quả kiểm phiếu").click()
        expect(page.get_by_role("status").first).to_contain_text("Chờ người thứ hai")
        box = page.url
    with entered(chromium, sitting, second, 360) as page:
        page.goto(box)
        count(page, 3)
        paper(page, "12-BB/ĐU")
        page.get_by_role("button", name="Ghi kết quả kiểm phiếu").click()
        expect(page.get_by_role("alert")).to_contain_text("chưa khớp")
        look(page, PICTURES / "committee-differ-360.png", script=True)
        count(page, 4)
        page.get_by_role("button", name="Sửa số của tôi").click()
        expect(page.get_by_text("Đã kiểm phiếu")).to_be_visible()
        look(page, PICTURES / "committee-result-360.png", script=True)
        page.goto(meeting)
        page.get_by_text("Kết thúc phiên họp").first.click()
        paper(page, "13-BB/ĐU")
        page.get_by_role("button", name="Kết thúc phiên họp").click()
        expect(page.get_by_text("Đã kết thúc", exact=True)).to_be_visible()
        look(page, PICTURES / "committee-closed-360.png", script=True)
    with entered(chromium, sitting, sitting.committee.authority, 1280) as page:
        _decide(page, sitting)


def _decide(page: Page, sitting: Sitting) -> None:
    page.goto(f"{sitting.committee.round}/decisions")
    look(page, PICTURES / "committee-decisions.png", script=True)
    follow(page, "Lập quyết định")
    paper(page, "45-QĐ/ĐU")
    for box in page.get_by_label("Lý do").all():
        box.fill("Theo kết quả bỏ phiếu, có biên bản")
    look(page, PICTURES / "committee-decide.png", script=True)
    page.get_by_role("button", name="Xem lại trước khi quyết định").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xem lại quyết định đối với 3 hồ sơ")
    look(page, PICTURES / "committee-look.png", script=True)
    page.get_by_label("Bản chụp quyết định đã ký").set_input_files(SIGNED)
    page.get_by_role("button", name="Quyết định 3 hồ sơ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quyết định số 45-QĐ/ĐU")
    look(page, PICTURES / "committee-decided.png", script=True)
    page.goto(f"{sitting.committee.round}/quota")
    look(page, PICTURES / "committee-quota.png", script=True)


@pytest.mark.parametrize("script", [True, pytest.param(False, marks=pytest.mark.faults)])
def test_a_vote_on_screens(chromium: Browser, sitting: Sitting, script: bool) -> None:  # noqa: FBT001  a parameter
    first, second = sitting.committee.secretaries
    with entered(chromium, sitting, first, 1280) as page:
        prepare(page, sitting, leave_out=("m1", "m2", "m3"), electronic=True)
        follow(page, "Mở «Phiếu quyết định mức xếp loại»")
        press(page, "Mở hòm phiếu")
        box = page.url
        look(page, PICTURES / "committee-electronic.png", script=True)
    for number, who in enumerate(sitting.committee.members[:4]):
        with entered(chromium, sitting, who, 360, script=script) as page:
            follow(page, re.compile("Phiên họp xét"))
            press(page, "Nhận phiếu")
            for group in page.locator(".paper-vote").all():
                group.get_by_role("radio").nth(number % 2).check()
            page.get_by_label("Tôi đã xem lại phiếu").check()
            look(page, PICTURES / f"committee-vote-{script}.png", script=script)
            page.get_by_role("button", name="Bỏ phiếu").click()
            expect(page.get_by_text("Bạn đã bỏ phiếu.")).to_be_visible()
            assert re.fullmatch(r"http://[^/]+/boxes/\d+", page.url)
            with pytest.raises(Error, match="ERR_CACHE_MISS"):
                page.go_back()
    for who, told in ((first, "xác nhận thứ nhất"), (second, "Đã đóng hòm phiếu")):
        with entered(chromium, sitting, who, 1280) as page:
            page.goto(box)
            page.get_by_role("button", name=re.compile("Xác nhận đóng")).click()
            expect(page.get_by_role("status").first).to_contain_text(told)
            look(page, PICTURES / f"committee-closing-{told[:3]}.png", script=True)
