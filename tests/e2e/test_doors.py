"""Signing in by mail in a real browser: on a desk and on a telephone, with and without JavaScript."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from models.people import Account
from notifications import sign_in
from notifications.render import Origin
from notifications.send import FileTransport
from tests.e2e.conftest import NOW, Site
from tests.e2e.hands import Size, browsing, follow, press
from tests.e2e.looks import settled

MINUTE = timedelta(minutes=1)
GRAVE = {"serious", "critical"}
SIZES = [(1280, True), (360, True), (320, False)]


def mailed_link(site: Site, folder: Path) -> str:
    """Deliver the sign-in mail into a folder and read the link out of it."""
    origin = Origin("khong-tra-loi@danhgia.example", site.address)
    assert sign_in.deliver(site.database, FileTransport(folder), origin, now=lambda: NOW + MINUTE) == 1
    (file,) = folder.glob("*sign_in*.eml")
    body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    found = re.search(rf"{site.address}/s/[\w-]+", body.get_content())
    assert found is not None
    return found[0]


def look(page: Page, picture: Path, *, script: bool) -> None:
    """A picture of the page, which must fit its window and please the accessibility rules (these are a script)."""
    settled(page)
    page.screenshot(path=picture, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    violations = Axe().run(page).response["violations"] if script else []
    assert [one["id"] for one in violations if one["impact"] in GRAVE] == []


@pytest.mark.parametrize(("width", "script"), SIZES)
def test_signing_in_by_mail(chromium: Browser, site: Site, tmp_path: Path, width: int, *, script: bool) -> None:
    with site.database.reading() as session:
        email = session.get_one(Account, site.world.officer.account_id).email
    context = browsing(chromium, site.address, Size(width, script=script), height=800)
    page = context.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in {"error", "warning"} else None)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng nhập")
    look(page, tmp_path / "sign-in.png", script=script)
    page.get_by_label("Địa chỉ thư đã đăng ký").fill(email)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem hộp thư")
    look(page, tmp_path / "sent.png", script=script)
    page.goto(mailed_link(site, tmp_path / "mail"))
    press(page, "Đăng nhập")
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")
    look(page, tmp_path / "home.png", script=script)
    follow(page, "Đơn vị 1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị 1")
    look(page, tmp_path / "dossier.png", script=script)
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("status")).to_have_text("Đã đăng xuất.")
    assert told == []
    context.close()
