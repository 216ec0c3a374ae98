"""How people of a year use their browsers: they sign in, press buttons, name documents, look at every page."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    Response,
    Route,
    ViewportSize,
    expect,
)

from tests.e2e.looks import against_rules, settled, too_wide
from tests.e2e.post import Year
from tests.evidence.papers import saved, scanned
from tests.web.letters import PASSWORD

SCAN: Final = FilePayload(name="Nghị quyết 05.pdf", mimeType="application/pdf", buffer=saved(scanned()))
PATIENCE: Final = 60_000
"""Milliseconds in which a page must show what is expected: on a quiet machine it takes far less, and costs no more."""


class Size(NamedTuple):
    """A window: its width, and whether pages may run their scripts."""

    width: int
    script: bool

    def __str__(self) -> str:
        return f"{self.width}{'' if self.script else ' without script'}"


@contextmanager
def window(chromium: Browser, year: Year, size: Size) -> Iterator[Page]:
    """Somebody's browser on one day."""
    context = browsing(chromium, year.address, size)
    yield context.new_page()
    context.close()


def browsing(chromium: Browser, address: str, size: Size, *, height: int = 900) -> BrowserContext:
    """A browser whose pages are those of a portal, and who uses it is patient."""
    context = chromium.new_context(
        viewport=ViewportSize(width=size.width, height=height),
        locale="vi-VN",
        java_script_enabled=size.script,
        base_url=address,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    return context


def look(page: Page, size: Size) -> None:
    """The page fits its window and, where scripts run, pleases the accessibility rules."""
    settled(page)
    found = [*too_wide(page, [size.width]), *(against_rules(page, [size.width]) if size.script else ())]
    assert not found, f"{page.url}: {found}"


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


@contextmanager
def saving(page: Page, text: str) -> Iterator[None]:
    """What is done here makes the page save that text by itself; it ends with the server's answer."""

    def told(answer: Response) -> bool:
        return text in unquote_plus(answer.request.post_data or "")

    with page.expect_response(told):
        yield


@contextmanager
def told_late(page: Page, address: str, save: Callable[[], object]) -> Iterator[None]:
    """What `save` does is kept at an address of that kind; the page is told so when the block ends."""
    held: list[Route] = []
    page.route(address, lambda route: held.append(route), times=1)  # noqa: PLW0108  a built-in method bears no mark
    save()
    while not held:
        page.wait_for_timeout(20)
    answer = held[0].fetch()
    yield
    held[0].fulfill(response=answer)


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
