"""What a unit's forms send: fields of a sheet as a page gave them out, files, and a portal that keeps files apart."""

import re
from collections.abc import Mapping
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

from httpx2 import Response

from config.sheet import Entry, Sheet
from models.assessments import Assessment, MarkRow, marks
from models.types import EPOCH
from states.actor import Actor
from tests.actions.world import best
from tests.web.browser import Browser
from tests.web.conftest import Portal
from tests.web.letters import by_mail
from web.sheet_form import standing

WAS = re.compile(r'name="(was-[^"]+)" value="([^"]*)"')
VERSION = re.compile(r'name="version" value="(\d+)"')


def with_files(portal: Portal, folder: Path) -> Portal:
    """The portal with a folder of the test's own for files."""
    settings = portal.place.settings.model_copy(update={"var": folder})
    portal.place = portal.place._replace(settings=settings)
    return portal


def sheet_of(portal: Portal) -> Sheet:
    """The sheet of the first dossier."""
    with portal.database.reading() as session:
        return portal.world.programme.sheet_for(session.get_one(Assessment, portal.world.first).kind)


def home(portal: Portal, number: int = 0) -> str:
    """The address of a dossier."""
    return f"/assessments/{portal.world.assessment_ids[number]}"


def officer(portal: Portal, number: int = 0) -> Browser:
    """A browser in which a unit's officer is signed in, with the sheet open."""
    browser = by_mail(portal, portal.world.officers[number])
    browser.get(home(portal, number))
    return browser


def was(answer: Response) -> dict[str, str]:
    """What a page gave out as standing in its fields."""
    return {name: unescape(text) for name, text in WAS.findall(answer.text)}


def best_fields(sheet: Sheet) -> dict[str, str]:
    """The fields that get all points."""
    made: dict[str, str] = {}
    for code, filled in best(sheet).items():
        made |= {f"{name}-{code}": text for name, text in fields_of(filled.entry or Entry()).items()}
    return made


def fields_of(entry: Entry, note: str = "") -> Mapping[str, str]:
    """The fields of an entry and its note, as a page shows them."""
    return standing(MarkRow(entry.model_dump_json(exclude_defaults=True), Decimal(0), note, None, EPOCH))


def send(browser: Browser, path: str, files: list[tuple[str, tuple[str, bytes]]], **fields: Any) -> Response:  # noqa: ANN401  whatever a form holds
    """Send a form with files."""
    data = {"csrf": browser.csrf, **fields}
    return browser._remember(browser.client.post(path, data=data, files=files, headers=browser.headers))


def filled_in(portal: Portal, browser: Browser, number: int = 0) -> Response:
    """Fill the whole sheet in by its form."""
    page = browser.get(home(portal, number))
    return browser.post(f"{home(portal, number)}/sheet", **was(page), **best_fields(sheet_of(portal)))


def handed_in(portal: Portal, browser: Browser, number: int = 0) -> Response:
    """Submit by the form after looking again."""
    page = browser.get(f"{home(portal, number)}/submit")
    found = VERSION.search(page.text)
    assert found is not None
    return browser.post(f"{home(portal, number)}/submit", version=found[1])


def draft(portal: Portal, number: int = 0) -> dict[str, MarkRow]:
    """The draft of a dossier."""
    with portal.database.reading() as session:
        return marks(session, portal.world.assessment_ids[number], "draft")


def head(portal: Portal, number: int = 0) -> Actor:
    """The head of a unit."""
    return portal.world.heads[number]
