"""Ways in: mails that arrive, links that lie in mailboxes, passwords that are set."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from actions.passwords import set_password
from actions.sessions import TOKEN_BYTES, hash_of, token_of
from actions.sign_in import Key, give_key, keep_key
from models.db import entropy
from models.mail import TaskLink
from models.people import Account
from notifications import sign_in
from notifications.claims import Answer, Outcome
from notifications.render import Mail, Origin
from notifications.send import Transport
from states.actor import Actor
from tests.actions.world import CONSOLE
from tests.web.browser import ADDRESS, Browser
from tests.web.conftest import Portal

PASSWORD = "một câu dễ nhớ"
PASSWORD_HASH = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)
"""Quick to hold a password against; what the portal itself hashes is not."""
ORIGIN = Origin("khong-tra-loi@danhgia.example", ADDRESS)
KEY = re.compile(rf"{ADDRESS}(/s/[\w-]+)")
CODE = re.compile(r"nhập mã: (\d{4} \d{4})")


class Postbox(Transport):
    """Takes every mail."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> Answer:
        self.mails.append(mail)
        return Answer(Outcome.SENT, "250 OK")


def text_of(mail: Mail) -> str:
    """The text of a mail."""
    message = message_from_bytes(mail.content, EmailMessage, policy=policy.default)
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def post(portal: Portal) -> list[Mail]:
    """Deliver all sign-in mail that is due."""
    box = Postbox()
    sign_in.deliver(portal.database, box, ORIGIN, now=portal.hands.now)
    return box.mails


def key_in(mail: Mail) -> str:
    """The address of the link in a sign-in mail."""
    found = KEY.search(text_of(mail))
    assert found is not None
    return found[1]


def code_in(mail: Mail) -> str:
    """The code in a sign-in mail."""
    found = CODE.search(text_of(mail))
    assert found is not None
    return found[1]


def email_of(portal: Portal, actor: Actor) -> str:
    """The address of an account."""
    with portal.database.reading() as session:
        return session.get_one(Account, actor.account_id).email


def lay_key(portal: Portal, actor: Actor) -> str:
    """Put the link of a sign-in mail into the mailbox of an account; returns its address."""
    with portal.database.writing() as session:
        token = token_of(entropy(session, TOKEN_BYTES))
        whose = session.get_one(Account, actor.account_id)
        keep_key(session, whose, "mail", Key("", token, PASSWORD_HASH), now=portal.hands.now())
    return f"/s/{token}"


def by_mail(portal: Portal, actor: Actor, browser: Browser | None = None) -> Browser:
    """A browser signed in by the link of a mail; three minutes later."""
    browser, address = browser or portal.browser(), lay_key(portal, actor)
    browser.get(address)
    assert browser.post(address).headers["location"] == "/"
    portal.hands.pass_by(timedelta(minutes=3))
    return browser


def give_password(portal: Portal, actor: Actor) -> None:
    """Let an account have PASSWORD."""
    with portal.database.writing() as session:
        set_password(session, actor.account_id or 0, PASSWORD_HASH, actor=actor, now=portal.hands.now())


def by_password(portal: Portal, actor: Actor) -> Browser:
    """A browser signed in by password, which is set first."""
    give_password(portal, actor)
    browser = portal.browser()
    browser.get("/sign-in/password")
    answer = browser.post("/sign-in/password", email=email_of(portal, actor), password=PASSWORD)
    assert answer.status_code == 303
    return browser


def told_code(portal: Portal, actor: Actor, *, without_second: bool = False) -> str:
    """A code that an administrator tells over the telephone."""
    with portal.database.writing() as session:
        now = portal.hands.now()
        key = give_key(session, actor.account_id or 0, without_second=without_second, actor=CONSOLE, now=now)
    return key.code


def lay_link(
    portal: Portal, number: int, task: str = "self_assessment", *, suffix: str = "a", role: str = "officers"
) -> str:
    """Put a task link into the mailbox of a unit's officer (or head); returns its address."""
    actor: Actor = {"officers": portal.world.officers, "heads": portal.world.heads}[role][number]
    with portal.database.writing() as session:
        session.add(_link(portal, actor, number, task, f"lien-ket-{suffix}-{number}"))
    return f"/t/lien-ket-{suffix}-{number}"


def _link(portal: Portal, actor: Actor, number: int, task: str, token: str) -> TaskLink:
    return TaskLink(
        token_hash=hash_of(token),
        account_id=actor.account_id or 0,
        round_id=portal.world.round_id,
        assessment_id=portal.world.assessment_ids[number],
        task=task,
        made_at=portal.hands.now(),
    )


def by_link(portal: Portal, number: int, task: str = "self_assessment", *, suffix: str = "a") -> Browser:
    """A browser in the session of a task link."""
    browser, address = portal.browser(), lay_link(portal, number, task, suffix=suffix)
    browser.get(address)
    answer = browser.post(address)
    assert answer.headers["location"] == f"/assessments/{portal.world.assessment_ids[number]}"
    return browser
