"""`make shots`: a picture of every page of the portal, at a desk and on a telephone, into var/shots/pages.

What is shown stands in tests/e2e/plan.py.
"""

import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.plan import NOBODY, PLAN, VALUES, A, Shot, missing, pages
from tests.e2e.scenes import LINK, Person, Scene, opened
from web.asks import Step

FOLDER: Final = Path("var") / "shots" / "pages"
WIDTHS: Final = (1280, 360)
HEIGHT: Final = 900
PARAMETER: Final = re.compile(r"\{(\w+)(?::id)?\}")


class Visit(NamedTuple):
    """A page as it is opened: its address, and the token of the session, if any."""

    address: str
    token: str


def visit(scene: Scene, shot: Shot) -> Visit:
    """How a planned page is opened in its scene."""
    if shot.who == NOBODY:
        return Visit(_address(scene, shot, Person(0, 0)), "")
    person = scene.person(shot.who, state=shot.state, dossier=A in shot.route or bool(shot.state))
    if "who" in shot.values:
        person = Person(int(scene.value(shot.values["who"]) or 0), person.key if person else 0)
    if person is None:
        raise LookupError(f"nobody for {shot}")
    asks = pages()[shot.route].asks if shot.route in pages() else None
    address = _address(scene, shot, person)
    if "{token}" in shot.route:
        return Visit(address, "")
    if shot.who == LINK:
        return Visit(address, scene.token(person.account_id, way="task_link", link=scene.link(person)[0]))
    return Visit(address, scene.token(person.account_id, awaits=asks.awaits if isinstance(asks, Step) else ""))


def _address(scene: Scene, shot: Shot, person: Person) -> str:
    filled = PARAMETER.sub(lambda found: quote(str(_value(scene, shot, found[1], person))), shot.route + shot.query)
    return f"{scene.address}{filled}"


def _value(scene: Scene, shot: Shot, name: str, person: Person) -> int | str:
    beginning = f"/{shot.route.split('/')[1]}"
    match name:
        case "assessment_id" if name not in shot.values:
            return person.key
        case "slug":
            return scene.programme.slug
        case "code":
            return scene.programme.sheets[0].sheet.leaves()[0].code
        case "token":
            return _token(scene, shot, person)
    sql = shot.values.get(name) or VALUES.get(f"{beginning} {name}") or VALUES.get(name) or _newest(name)
    found = scene.value(sql, **({"key": person.key} if ":key" in sql else {}))
    if found is None:
        raise LookupError(f"no {name} for {shot}")
    return found


def _newest(name: str) -> str:
    return f"SELECT max(id) FROM {name.removesuffix('_id')}"


def _token(scene: Scene, shot: Shot, person: Person) -> str:
    if shot.who == NOBODY:
        return "het-han"
    return scene.link(person)[1] if shot.who == LINK else scene.key(person.account_id)


def window(browser: Browser, visit: Visit, width: int, *, script: bool = True) -> Page:
    """A window of its own in which the page can be opened."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, locale="vi-VN", java_script_enabled=script
    )
    if visit.token:
        context.add_cookies([{"name": "danhgia", "value": visit.token, "url": visit.address}])
    return context.new_page()


def take(browser: Browser, folder: Path, wanted: Iterable[Shot]) -> Iterator[str]:
    """Take pictures; yields the names of those that could not be taken, and why."""
    for name, shots in groupby(sorted(wanted, key=lambda one: one.scene), key=lambda one: one.scene):
        with TemporaryDirectory() as stage, opened(name, Path(stage)) as scene:
            for shot in shots:
                try:
                    _take(browser, scene, shot, folder)
                except (AssertionError, LookupError) as error:
                    yield f"{shot.name}: {error}"


def _take(browser: Browser, scene: Scene, shot: Shot, folder: Path) -> None:
    to = visit(scene, shot)
    page = window(browser, to, WIDTHS[0])
    answer = page.goto(to.address)
    assert answer is not None
    assert answer.status == shot.status, f"{answer.status} for {shot}"
    assert page.url == to.address, f"{page.url} for {shot}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=folder / f"{shot.name}-{width}.png", full_page=True)
    page.context.close()


def _list(folder: Path) -> int:
    """One page with all pictures, to be looked through; returns how many there are."""
    found = sorted(file.name for file in folder.glob("*.png"))
    shown = "\n".join(f'<h2>{escape(name)}</h2><img src="{quote(name)}" alt="" loading="lazy">' for name in found)
    (folder / "index.html").write_text(f"<!doctype html><title>Pages</title>\n{shown}\n")
    return len(found)


def main(words: Sequence[str] = ()) -> int:
    """Take all pictures, or those with one of the words in their name, into the same folder; 1 when one is missing."""
    begun = time.monotonic()
    wanted = [shot for shot in PLAN if not words or any(word in shot.name for word in words)]
    if not words:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        failed = [*take(browser, FOLDER, wanted), *(f"{path}: no picture is planned" for path in sorted(missing()))]
        browser.close()
    sys.stdout.write("".join(f"{one}\n" for one in failed))
    taken, seconds = len(wanted) * len(WIDTHS), time.monotonic() - begun
    sys.stdout.write(f"{taken} pictures planned, {_list(FOLDER)} in {FOLDER} after {seconds:.0f} s\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
