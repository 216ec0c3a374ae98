"""Looking at a page as a machine can: it fits its window at every width, and pleases the accessibility rules."""

from collections.abc import Iterator, Sequence

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.e2e.plan import Shot
from tests.e2e.shots import HEIGHT, Visit, window

WIDTHS = (320, 360, 768, 1280, 1920)
AXED = (360, 1280)
"""A telephone and a desk: between them the accessibility rules are the same."""
VIOLATIONS = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
"""What is found, without the much longer list of what was looked for and is as it should be."""
GRAVE = {"serious", "critical"}


def faults(browser: Browser, visit: Visit, shot: Shot, *, script: bool, axed: Sequence[int] = AXED) -> Iterator[str]:
    """What is wrong with a page; the accessibility rules are a script, and run where the page's own may be blocked."""
    page = window(browser, visit, WIDTHS[0], script=script)
    told: list[str] = []
    page.on("console", lambda one: told.append(one.text) if one.type in {"error", "warning"} else None)
    answer = page.goto(visit.address)
    if answer is None or answer.status != shot.status:
        yield f"answers {answer and answer.status}"
    yield from too_wide(page)
    if not script:
        page.context.close()
        page = window(browser, visit, WIDTHS[0], script=True)
        page.route("**/*.js*", lambda route: route.abort())
        page.goto(visit.address)
    yield from against_rules(page, axed)
    yield from (text for text in told if script and "the server responded with a status of" not in text)
    page.context.close()


def settled(page: Page) -> None:
    """It has come with all that belongs to it, and waits for no answer: what waits is shown paler."""
    page.wait_for_load_state()
    expect(page.locator(".htmx-request")).to_have_count(0)


def too_wide(page: Page, widths: Sequence[int] = WIDTHS) -> Iterator[str]:
    """Whatever makes the page scroll sideways."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{wide} px in a window of {width}"


def against_rules(page: Page, axed: Sequence[int]) -> Iterator[str]:
    """What the accessibility rules call serious or critical."""
    page.evaluate(AXE_SCRIPT)
    for width in axed:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for one in page.evaluate(VIOLATIONS):
            if one["impact"] in GRAVE:
                yield f"{one['id']} at {width}: {one['nodes'][0]['html'][:160]}"
