"""A body from the mail to its sent opinions, and the staff that puts them together: on a desk and on a telephone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import gettempdir

import pytest
from playwright.sync_api import Browser, Page, expect

from actions.opinions import ask
from actions.passwords import set_password
from config.calendar import LOCAL
from models.db import Database, run
from models.opinions import Opinion
from notifications.delivery import deliver
from notifications.render import Origin
from notifications.send import FileTransport
from tests.actions.consulting_world import Consulting, consulting, put_in
from tests.conftest import Fresh
from tests.e2e.conftest import NOW, Site
from tests.e2e.hands import follow, go, press, saving, told_late
from tests.e2e.test_doors import look
from tests.e2e.test_unit import window
from tests.served import portal
from tests.web.letters import PASSWORD, PASSWORD_HASH
from tests.web.opinions_world import as_world

PICTURES = Path(gettempdir()) / "opinions" / "pictures"
CODES = ("tt-1", "tt-2")
CLOSES = datetime(2026, 12, 8, tzinfo=LOCAL)
NAMES = {
    "tt-1": "Tập thể lãnh đạo, quản lý phường Trần Phú (ví dụ)",
    "tt-2": "Tập thể lãnh đạo, quản lý xã Thạch Hưng (ví dụ)",
}


@dataclass
class Asked:
    """A portal that runs, and the request that its mail is about."""

    site: Site
    world: Consulting
    request: int

    def opinion(self, number: int) -> Opinion:
        """What is kept of the first body's opinion."""
        key = self.world.ids(*CODES)[number]
        with self.site.database.reading() as session:
            return session.get_one(Opinion, (self.request, key, self.world.asked[0]))


@pytest.fixture
def asked(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Asked]:
    """A portal five days before a request to two bodies closes."""
    with fresh_sqlite() as url:
        database = Database(url)
        world = consulting(database, year=2026)
        request = _ask(database, world)
        with portal(url, tmp_path, DANHGIA_NOW=NOW.isoformat()) as address:
            yield Asked(Site(address, as_world(world), database), world, request)
        database.dispose()


def _ask(database: Database, world: Consulting) -> int:
    put_in(database, "self_rated", *world.ids(*CODES))
    before, question = NOW - timedelta(days=1), "Đề nghị nhận xét và đề xuất mức xếp loại đối với các tập thể sau đây."
    with database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
        for code, name in NAMES.items():
            run(
                session, "UPDATE assessment SET name = :name WHERE id = :id", {"name": name, "id": world.dossiers[code]}
            )
        set_password(session, world.owner.account_id or 0, PASSWORD_HASH, actor=world.owner, now=before)
        keys, bodies = world.ids(*CODES), world.asked[:2]
        return ask(
            session,
            world.round_id,
            "city_bodies",
            keys,
            bodies,
            question,
            closes_at=CLOSES,
            actor=world.owner,
            now=before,
        )


def link(asked: Asked, folder: Path) -> str:
    """Deliver the mail and read the first body's link out of it."""
    origin = Origin("khong-tra-loi@danhgia.example", asked.site.address)
    deliver(asked.site.database, FileTransport(folder), origin, now=lambda: NOW + timedelta(minutes=1))
    for file in sorted(folder.glob("*opinion_asked*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if body is not None and "co-quan-1@" in mail["to"]:
            found = re.search(rf"{asked.site.address}/t/[\w-]+", body.get_content())
            assert found is not None
            return found[0]
    raise LookupError(folder)


def open_request(page: Page, asked: Asked, tmp_path: Path, name: str, *, script: bool) -> None:
    page.goto(link(asked, tmp_path / "mail"))
    look(page, PICTURES / f"{name}-link.png", script=script)
    press(page, "Mở phiếu tham gia ý kiến")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tham gia ý kiến")
    look(page, PICTURES / f"{name}-form.png", script=script)


def test_a_body_at_a_desk(chromium: Browser, asked: Asked, tmp_path: Path) -> None:
    with window(chromium, asked.site, 1280, script=True) as page:
        open_request(page, asked, tmp_path, "desk", script=True)
        expect(page.locator(".clock")).to_contain_text("ngày")
        first = page.locator(".opinion").first
        first.get_by_label("Mức đề nghị").select_option("Hoàn thành tốt nhiệm vụ")
        expect(first.locator(".tag")).to_have_text("Đã ghi, chưa gửi")
        expect(page.locator("#saved")).to_contain_text("Đã lưu")
        with saving(page, "Đoàn kết"):
            first.get_by_label("Ý kiến nhận xét").fill("Đoàn kết, hoàn thành các chỉ tiêu được giao.")
        assert asked.opinion(0).comment.startswith("Đoàn kết")
        look(page, PICTURES / "desk-begun.png", script=True)
        other = page.context.new_page()
        other.goto(page.url)
        for one, comment in ((page, "Bản thứ nhất"), (other, "Bản thứ hai")):
            with saving(one, comment):
                one.locator(".opinion").last.get_by_label("Ý kiến nhận xét").fill(comment)
                one.keyboard.press("Tab")
        expect(other.locator(".opinion").last.locator(".told")).to_contain_text("vừa được lưu ở nơi khác")
        look(other, PICTURES / "desk-conflict.png", script=True)
        other.get_by_label("Ghi nội dung tôi nhập").click()
        expect(other.locator(".opinion").last.locator(".told")).to_be_empty()
        assert asked.opinion(1).comment == "Bản thứ hai"
        other.close(run_before_unload=False)
        page.reload()
        page.get_by_role("complementary").get_by_role("button", name="Xem lại và gửi").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và gửi")
        page.get_by_label(NAMES["tt-2"]).uncheck()
        look(page, PICTURES / "desk-send.png", script=True)
        page.get_by_role("button", name="Gửi ý kiến đã chọn").click()
        expect(page.get_by_role("status").first).to_have_text("Đã gửi ý kiến về 1 hồ sơ.")
        look(page, PICTURES / "desk-sent.png", script=True)
    assert (asked.opinion(0).status, asked.opinion(1).status) == ("given", "open")


def test_what_is_written_while_a_draft_is_being_kept_is_sent_with_it(
    chromium: Browser, asked: Asked, tmp_path: Path
) -> None:
    with window(chromium, asked.site, 1280, script=True) as page:
        page.goto(link(asked, tmp_path / "mail"))
        press(page, "Mở phiếu tham gia ý kiến")
        first, level = page.locator(".opinion").first, "Hoàn thành tốt nhiệm vụ"
        with told_late(page, "**/dossiers/*", lambda: first.get_by_label("Mức đề nghị").select_option(level)):
            first.get_by_label("Ý kiến nhận xét").fill("Nhất trí.")
            page.get_by_role("complementary").get_by_role("button", name="Xem lại và gửi").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và gửi")
    assert (asked.opinion(0).comment, bool(asked.opinion(0).level)) == ("Nhất trí.", True)


def test_a_body_with_a_telephone_and_no_script(chromium: Browser, asked: Asked, tmp_path: Path) -> None:
    with window(chromium, asked.site, 360, script=False) as page:
        open_request(page, asked, tmp_path, "phone", script=False)
        for row in page.locator(".opinion").all():
            row.get_by_label("Mức đề nghị").select_option("Hoàn thành nhiệm vụ")
            row.get_by_label("Ý kiến nhận xét").fill("Cần quan tâm hơn đến cải cách hành chính.")
        go(page.locator(".dock").get_by_role("button", name="Xem lại và gửi"))
        look(page, PICTURES / "phone-send.png", script=False)
        page.get_by_role("button", name="Gửi ý kiến đã chọn").click()
        expect(page.get_by_text("Đã gửi đủ ý kiến về 2 hồ sơ.")).to_be_visible()
        look(page, PICTURES / "phone-sent.png", script=False)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_staff_puts_opinions_together(chromium: Browser, asked: Asked, width: int) -> None:
    with window(chromium, asked.site, width, script=True) as page:
        page.goto("/sign-in/password")
        page.get_by_label("Địa chỉ thư đã đăng ký").fill("administrator@hatinh.example")
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")
        look(page, PICTURES / f"staff-home-{width}.png", script=True)
        follow(page, "Đề nghị nhận xét")
        follow(page, "Nhập văn bản giấy của co-quan-1")
        look(page, PICTURES / f"staff-letter-{width}.png", script=True)
        for label, text in (("Số văn bản", "15-CV/ĐU"), ("Ngày", "02/12/2026"), ("Người ký", "Trần Ví Dụ")):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_role("button", name="Ghi ý kiến theo văn bản").click()
        expect(page.get_by_role("alert")).to_contain_text("ít nhất một hồ sơ")
        page.get_by_label("Mức đề nghị").first.select_option("Hoàn thành tốt nhiệm vụ")
        page.get_by_label("Ý kiến nhận xét").first.fill("Nhất trí với đề nghị của tập thể.")
        look(page, PICTURES / f"staff-letter-problem-{width}.png", script=True)
        page.get_by_role("button", name="Ghi ý kiến theo văn bản").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tổng hợp ý kiến")
        expect(page.get_by_text("15-CV/ĐU")).to_be_visible()
        look(page, PICTURES / f"staff-answers-{width}.png", script=True)


@pytest.mark.parametrize("width", [1280, 360])
def test_after_the_deadline(chromium: Browser, asked: Asked, tmp_path: Path, width: int) -> None:
    with window(chromium, asked.site, width, script=True) as page:
        page.goto(link(asked, tmp_path / "mail"))
        press(page, "Mở phiếu tham gia ý kiến")
        with asked.site.database.writing() as session:
            sql = "UPDATE opinion_request SET closes_at = asked_at + 1 WHERE id = :id"
            run(session, sql, {"id": asked.request})
        page.locator(".opinion").first.get_by_label("Ý kiến nhận xét").fill("Chưa kịp gửi")
        page.keyboard.press("Tab")
        expect(page.locator(".told").first).to_contain_text("Đã quá hạn tham gia ý kiến")
        look(page, PICTURES / f"too-late-{width}.png", script=True)
        page.locator(":is(aside, .dock) >> visible=true").get_by_role("button", name="Xem lại và gửi").click()
        expect(page.get_by_role("heading", name="Nội dung vừa nhập, chưa được ghi")).to_be_visible()
        look(page, PICTURES / f"rest-{width}.png", script=True)
