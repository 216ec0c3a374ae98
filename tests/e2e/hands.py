"""How people of a year use their browsers: they sign in, press buttons, name documents, look at every page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from playwright.sync_api import Browser, FilePayload, Locator, Page, ViewportSize, expect

from tests.e2e.looks import against_rules, too_wide
from tests.e2e.post import Year
from tests.evidence.papers import saved, scanned
from tests.web.letters import PASSWORD

SCAN: Final = FilePayload(name="Nghị quyết 05.pdf", mimeType="application/pdf", buffer=saved(scanned()))
PATIENCE: Final = 15_000
"""Milliseconds; a page answers in far less on a quiet machine."""


class Size(NamedTuple):
    """A window: its width, and whether pages may run their scripts."""

    width: int
    script: bool

    def __str__(self) -> str:
        return f"{self.width}{'' if self.script else ' without script'}"


@contextmanager
def window(chromium: Browser, year: Year, size: Size) -> Iterator[Page]:
    """Somebody's browser on one day."""
    seen = ViewportSize(width=size.width, height=900)
    context = chromium.new_context(
        viewport=seen, locale="vi-VN", java_script_enabled=size.script, base_url=year.address, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def look(page: Page, size: Size) -> None:
    """The page fits its window and, where scripts run, pleases the accessibility rules."""
    found = [*too_wide(page, [size.width]), *(against_rules(page, [size.width]) if size.script else ())]
    assert found == [], page.url


def come_by_mail(page: Page, year: Year, to: str, subject: str) -> None:
    """Open the link of a mail and press its button."""
    page.goto(year.link(to, subject))
    press(page, re.compile("^(Mở|Đăng nhập)"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile("Liên kết"))


def sign_in_by_mail(page: Page, year: Year, email: str) -> None:
    """Ask for a mail, and come by it."""
    page.goto("/sign-in")
    page.get_by_label("Địa chỉ thư đã đăng ký").fill(email)
    page.get_by_role("button", name="Gửi thư đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem hộp thư")
    year.deliver()
    come_by_mail(page, year, email, "đăng nhập")


def sign_in_by_password(page: Page, email: str) -> None:
    """Come to one's own tasks."""
    page.goto("/sign-in/password")
    page.get_by_label("Địa chỉ thư đã đăng ký").fill(email)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    arrived(page, "Việc của tôi")


def arrived(page: Page, heading: str | re.Pattern[str]) -> None:
    """The page with that heading is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def go(what: Locator) -> None:
    """Click what leads to another page, and be there: what is looked at next is not the page before."""
    with what.page.expect_navigation():
        what.click()


def shown(page: Page, name: str) -> None:
    """Press the button of that name which is in sight: in the column of a desk, in the dock of a telephone."""
    go(page.locator(f'button:text-is("{name}"):visible').last)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button of the page itself, which sends a form."""
    go(page.locator("main").get_by_role("button", name=name))


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow the first link of that name to the page behind it."""
    go(page.get_by_role("link", name=name).first)


def room(page: Page, name: str) -> None:
    """Go to a room of the round; the menu says that one is there."""
    menu = page.get_by_role("navigation", name="Các mục của đợt")
    go(menu.get_by_role("link", name=name, exact=True))
    expect(menu.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")


def give_paper(page: Page | Locator, number: str, day: str, *, scan: bool = True) -> None:
    """Name a signed document, with its copy where one is wanted."""
    for field, text in (("number", number), ("dated", day), ("signer", "Nguyễn Ví Dụ")):
        page.locator(f'[name$="-{field}"]').fill(text)
    if scan:
        page.locator('[name$="-scan"]').set_input_files([SCAN])
