"""What tests of opinions do on the pages: fill in, send, write without a page, let the deadline pass."""

import re
from html import unescape

from httpx2 import Response

from actions.answers import Answer, save
from actions.answers import send as sent_by
from actions.opinions import close
from tests.actions.consulting_world import CLOSES
from tests.web.browser import Browser
from tests.web.letters import by_mail, by_password
from tests.web.opinions_world import Asked

WAS = re.compile(r'name="(was-\d+)" value="([^"]*)"')
SCRIPT = "<script>alert(1)</script> & <b>tốt</b>"
LETTER = {"number": "15-CV/ĐU", "dated": "20/11/2024", "signer": "Trần Ví Dụ"}


def was(answer: Response) -> dict[str, str]:
    return {name: unescape(text) for name, text in WAS.findall(answer.text)}


def write(one: Asked, browser: Browser, *answers: tuple[str, str], **more: str) -> Response:
    """Fill in the form as the page gave it out, dossier by dossier."""
    fields = was(browser.get(one.address))
    for key, (level, comment) in zip(one.dossiers, answers, strict=False):
        fields |= {f"level-{key}": level, f"comment-{key}": comment}
    return browser.post(one.address, **fields, **more)


def send(one: Asked, browser: Browser, *numbers: int) -> Response:
    """Send what was looked at again."""
    page = browser.get(f"{one.address}/send")
    return browser.post(f"{one.address}/send", **was(page), send=[str(one.dossiers[number]) for number in numbers])


def said(one: Asked, body: int, *, given: bool = True, comment: str = "Ý kiến của nơi khác") -> None:
    """Let a body write of the first dossier, and perhaps send it, without a page."""
    now, actor = one.portal.hands.now(), one.world.bodies[body]
    with one.portal.database.writing() as session:
        save(session, one.request, {one.dossiers[0]: Answer("httnv", comment)}, actor=actor, now=now)
        if given:
            sent_by(session, one.request, one.dossiers[:1], actor=actor, now=now)


def end(one: Asked, *, closed: bool = True) -> None:
    """Let the deadline pass, and the request be closed."""
    one.portal.hands.at = CLOSES
    if closed:
        with one.portal.database.writing() as session:
            close(session, one.request, now=CLOSES)


def staff(one: Asked) -> Browser:
    return by_password(one.portal, one.world.owner)


def browser_again(one: Asked) -> Browser:
    """The first body, signed in anew: sessions are shorter than deadlines."""
    return by_mail(one.portal, one.world.bodies[0])
