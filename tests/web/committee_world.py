"""The portal on a ward whose dossiers wait for their ballot, with the people of the deciding bodies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr
from sqlmodel import Session

from actions.accounts import add_account, grant
from actions.propose import propose
from models.db import Database
from states.actor import Actor, account
from states.advance import advance
from tests.actions.ha_tinh_world import DECIDED, LAUNCHED, RATED, Ward, bring_all, ward
from tests.actions.world import CONSOLE, World, loaded
from tests.web.browser import Browser, Hands, place_of
from tests.web.conftest import Portal
from tests.web.letters import by_password

KEY: Final = "ab" * 32
MEMBERS: Final = 5
BODY: Final = "p"
CODES: Final = ("m1", "m2", "m3")
"""Party members of a cell, on whom the ward's Party committee decides."""


@dataclass
class Committee:
    """A portal an hour before the meeting of a body; its secretaries, its members, and its authority."""

    portal: Portal
    ward: Ward
    secretaries: Sequence[Actor]
    members: Sequence[Actor]
    codes: Sequence[str] = CODES

    @property
    def round(self) -> str:
        """The address of the round."""
        return f"/rounds/{self.ward.round_id}"

    @property
    def authority(self) -> Actor:
        """Who decides for the body."""
        return self.ward.authorities[BODY]

    def ids(self) -> list[int]:
        """The dossiers that wait, in the order of their codes."""
        return [self.ward.ids[code] for code in self.codes]

    def enter(self, actor: Actor) -> Browser:
        """A browser of somebody who signed in by password."""
        return by_password(self.portal, actor)


def committee(database: Database, codes: Sequence[str] = CODES) -> Committee:
    """Bring dossiers to the ballot, each proposed, and hire a secretary and members for the body."""
    made = ward(database)
    bring_all(database, made, codes, "appraising")
    with database.writing() as session:
        for code in codes:
            propose(session, made.ids[code], actor=made.administrator, now=RATED + timedelta(hours=1))
            advance(session, made.ids[code], "open_decision", actor=made.administrator, now=DECIDED)
        secretaries = [_hired(session, f"thu-ky-{number}", "secretary") for number in (1, 2)]
        members = [_hired(session, f"uy-vien-{number}") for number in range(1, MEMBERS + 1)]
    return Committee(_portal(database, made, DECIDED + timedelta(hours=1)), made, secretaries, members, codes)


def _hired(session: Session, name: str, role: str | None = None) -> Actor:
    key = add_account(session, f"{name}@mau.example", name=f"Mẫu {name}", actor=CONSOLE, now=LAUNCHED)
    if role is not None:
        grant(session, key, role, body=BODY, actor=CONSOLE, now=LAUNCHED)
    return account(key)


def _portal(database: Database, made: Ward, at: datetime) -> Portal:
    hands = Hands(at)
    place = place_of(database, hands)
    settings = place.settings.model_copy(update={"ballot_key": SecretStr(KEY)})
    return Portal(as_world(made), database, hands, place._replace(settings=settings))


def as_world(made: Ward) -> World:
    """The round as other helpers of the portal know it."""
    anybody = made.administrator
    return World(
        made.round_id,
        list(made.ids.values()),
        list(made.officers.values()),
        list(made.heads.values()),
        appraiser=anybody,
        lead=anybody,
        authority=made.authorities[BODY],
        administrator=made.administrator,
        reader=anybody,
        auditor=anybody,
        launched_at=LAUNCHED,
        programme=loaded("kiem-diem-xep-loai"),
    )
