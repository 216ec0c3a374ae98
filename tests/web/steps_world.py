"""The portal on a small ward of Hà Tĩnh and on the spots of Nghệ An, and forms filled in as people fill them in."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from httpx2 import Response

from models.db import Database
from states.actor import Actor
from tests.actions.ha_tinh_world import LAUNCHED, Ward, ward
from tests.actions.world import World
from tests.web.browser import Browser, Hands, place_of
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.unit_forms import VERSION, best_fields, send, was, with_files

PAPER = {"number": "15-BC/CB", "dated": "01/10/2024", "signer": "Nguyễn Ví Dụ"}
SCAN = b"%PDF-1.7 da ky"


def paper(name: str, **changes: str) -> dict[str, str]:
    """The fields of a document whose fields begin with a name."""
    return {f"{name}-{field}": text for field, text in (PAPER | changes).items()}


@dataclass
class Steps:
    """A portal on the ward, by the codes of its subjects."""

    portal: Portal
    ward: Ward

    def at(self, code: str, place: str = "") -> str:
        """The address of a dossier."""
        return f"/assessments/{self.ward.ids[code]}{place}"

    def by(self, actor: Actor, code: str = "") -> Browser:
        """A browser signed in by mail, with a dossier open."""
        browser = by_mail(self.portal, actor)
        if code:
            browser.get(self.at(code))
        return browser

    def staff(self, actor: Actor) -> Browser:
        """A browser of somebody who signs in by password."""
        return by_password(self.portal, actor)


def steps_of(database: Database, folder: Path) -> Steps:
    """The portal on the morning on which drafts may be sent."""
    made = ward(database)
    hands = Hands(LAUNCHED + timedelta(days=1))
    portal = Portal(as_world(made), database, hands, place_of(database, hands))
    return Steps(with_files(portal, folder), made)


def as_world(made: Ward) -> World:
    """The round as other helpers of the portal know it."""
    authority = made.authorities["btv"]
    return World(
        made.round_id,
        list(made.ids.values()),
        list(made.officers.values()),
        list(made.heads.values()),
        appraiser=authority,
        lead=authority,
        authority=authority,
        administrator=made.administrator,
        reader=made.secretary,
        auditor=made.secretary,
        launched_at=LAUNCHED,
        programme=made.programme,
    )


def enclose(browser: Browser, address: str, part: str) -> Response:
    """Attach a scanned document to a dossier."""
    browser.get(f"{address}/file")
    files = [("paper-scan", ("ban chup.pdf", SCAN))]
    return send(browser, f"{address}/enclosures", files, part=part, **paper("paper"))


def take(browser: Browser, address: str, trigger: str, **fields: str) -> Response:
    """Look at a step and take it."""
    place = f"{address}/steps/{trigger}"
    page = browser.get(place)
    found = VERSION.search(page.text)
    return browser.post(place, version=found[1] if found else "", **fields)


def fill_in(browser: Browser, address: str, made: Ward, kind: str) -> Response:
    """Fill the sheet of a dossier in by its form."""
    page = browser.get(address)
    return browser.post(f"{address}/sheet", then="step", **was(page), **best_fields(made.programme.sheet_for(kind)))


def hidden(answer: Response, name: str) -> list[str]:
    """The values of hidden fields of a name, in order."""
    return re.findall(rf'name="{name}" value="([^"]*)"', answer.text)
