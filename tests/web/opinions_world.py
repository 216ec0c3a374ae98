"""The portal on a round that asks bodies for their opinions, and the links of its mail."""

import re
from dataclasses import dataclass
from datetime import timedelta

from models.db import Database
from models.opinions import Opinion
from notifications.delivery import deliver
from states.actor import Actor
from tests.actions.consulting_world import ASKED, LAUNCHED, Consulting, consulted, consulting, programme
from tests.actions.world import World
from tests.web.browser import ADDRESS, Browser, Hands, place_of
from tests.web.conftest import Portal
from tests.web.letters import ORIGIN, Postbox, by_mail, email_of, text_of

LINK = re.compile(rf"{ADDRESS}(/t/[\w-]+)")
HOUR = timedelta(hours=1)


@dataclass
class Asked:
    """A portal an hour after two collectives were asked about, of the first two bodies out of three."""

    portal: Portal
    world: Consulting
    request: int

    @property
    def dossiers(self) -> list[int]:
        """The dossiers asked about."""
        return self.world.ids("tt-1", "tt-2")

    @property
    def address(self) -> str:
        """The page of the request."""
        return f"/opinions/{self.request}"

    def body(self, number: int = 0) -> Browser:
        """A browser in which a body is signed in by mail, with the page of the request open."""
        browser = by_mail(self.portal, self.world.bodies[number])
        browser.get(self.address)
        return browser

    def row(self, number: int = 0, body: int = 0) -> Opinion:
        """What is kept of a body's opinion on a dossier."""
        with self.portal.database.reading() as session:
            return session.get_one(Opinion, (self.request, self.dossiers[number], self.world.asked[body]))


def asked(database: Database) -> Asked:
    """Ask two bodies about two collectives."""
    world = consulting(database)
    request = consulted(database, world, "tt-1", "tt-2", bodies=world.asked[:2])
    hands = Hands(ASKED + HOUR)
    return Asked(Portal(as_world(world), database, hands, place_of(database, hands)), world, request)


def as_world(world: Consulting) -> World:
    """The round as other helpers of the portal know it."""
    staff = world.staff
    return World(
        world.round_id,
        list(world.dossiers.values()),
        list(world.officers.values()),
        list(world.heads.values()),
        appraiser=staff["lead"],
        lead=staff["lead"],
        authority=staff["authority"],
        administrator=staff["administrator"],
        reader=staff["secretary"],
        auditor=staff["secretary"],
        launched_at=LAUNCHED,
        programme=programme(),
    )


def link_of(one: Asked, actor: Actor) -> str:
    """Deliver what is due and read the newest link out of a body's mail."""
    box, email = Postbox(), email_of(one.portal, actor)
    deliver(one.portal.database, box, ORIGIN, now=one.portal.hands.now)
    texts = [text_of(mail) for mail in box.mails if mail.recipient == email]
    found = LINK.search(texts[-1])
    assert found is not None
    return found[1]


def by_link(one: Asked, actor: Actor) -> Browser:
    """A browser in the session of the link in a body's mail."""
    browser, address = one.portal.browser(), link_of(one, actor)
    browser.get(address)
    assert browser.post(address).headers["location"] == "/"
    return browser
