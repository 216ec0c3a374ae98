"""A round in appraisal as its desk sees it: handed in dossiers, their appraiser, another one, and the lead."""

from datetime import timedelta

from actions.accounts import add_account, grant
from actions.assign import assign
from models.db import Database
from states.actor import Actor, account
from tests.actions.later import LOCKED, in_appraisal
from tests.actions.world import CONSOLE, launched, submitted
from tests.web.browser import Browser, Hands, place_of
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password

KIND = "dang_bo_quan_huyen"
LATER = LOCKED + timedelta(hours=9)


def desk_portal(database: Database, *, subjects: int = 3, handed_in: int = 2, kind: str = KIND) -> Portal:
    """The portal on the morning after the lock; every dossier is the appraiser's."""
    world = launched(database, subjects=subjects, kinds=[kind])
    for number in range(handed_in):
        submitted(database, world, number)
    in_appraisal(database, world=world)
    hands = Hands(LATER)
    return Portal(world, database, hands, place_of(database, hands))


def other_appraiser(portal: Portal, *, part: str = "", number: int = 0, email: str = "khac@donvi.example") -> Actor:
    """Another appraiser, who has one criterion group of one dossier (or all of it)."""
    world = portal.world
    with portal.database.writing() as session:
        key = add_account(session, email, name="Người thứ hai", actor=CONSOLE, now=LOCKED)
        grant(session, key, "appraiser", actor=CONSOLE, now=LOCKED)
    with portal.database.writing() as session:
        ids = [world.assessment_ids[number]]
        assign(session, world.round_id, ids, key, criterion_group=part, actor=world.lead, now=LOCKED)
    return account(key)


def without_desk(portal: Portal) -> Actor:
    """An appraiser of the round who has no dossier."""
    with portal.database.writing() as session:
        key = add_account(session, "khong@donvi.example", name="Chưa được giao", actor=CONSOLE, now=LOCKED)
        grant(session, key, "appraiser", actor=CONSOLE, now=LOCKED)
    return account(key)


def opened(portal: Portal, number: int = 0, *, actor: Actor | None = None) -> tuple[Browser, str]:
    """The appraiser's browser with no conflict stated on a dossier, and the address of its appraisal."""
    browser = by_mail(portal, actor or portal.world.appraiser)
    key = portal.world.assessment_ids[number]
    browser.get(f"/assessments/{key}/conflict")
    assert browser.post(f"/assessments/{key}/conflict/none").status_code == 303
    address = f"/assessments/{key}/appraise"
    assert browser.get(address).status_code == 200
    return browser, address


def lead_of(portal: Portal) -> Browser:
    """The lead's browser."""
    return by_password(portal, portal.world.lead)
