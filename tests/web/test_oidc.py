"""Signing in at a provider of OpenID Connect, which is a process of its own, asked over HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from pyotp import TOTP

from actions.accounts import grant
from config.settings import Settings
from models.db import run
from models.doors import Credential
from models.people import Account
from states.actor import Actor
from tests.actions.world import CONSOLE
from tests.web.browser import ADDRESS, Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_password, email_of, give_password
from tests.web.provider_server import CLIENT, LIVES, SECRET
from tests.web.test_accounts import confirmed
from tests.web.test_corrections import hidden
from web import oidc

if TYPE_CHECKING:
    from tests.conftest import Fresh

BACK = "/sign-in/oidc/back"
LINE = httpx2.Client()
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SAME = "Không đăng nhập được bằng cách này: lượt đăng nhập đã hết hạn hoặc không khớp tài khoản nào."
LABEL = "Đăng nhập bằng tài khoản tỉnh"


@dataclass
class Provider:
    """The process, and a portal that knows it."""

    issuer: str
    portal: Portal

    def tell(self, address: str, attack: str = "", **claims: object) -> None:
        """Who signs in there next, and what is done to the token."""
        now = int(self.portal.hands.now().timestamp())
        told = {"now": now, "attack": attack, "claims": {"email": address, **claims}}
        LINE.post(f"{self.issuer}/told", json=told).raise_for_status()

    def settle(self, **more: object) -> None:
        """Let the portal know it."""
        own = {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET, "oidc_label": LABEL}
        settings = self.portal.place.settings
        given = settings.model_dump(exclude_unset=True) | own | more
        self.portal.place = self.portal.place._replace(settings=Settings.model_validate(given))

    def visit(self, browser: Browser, start: str = "/sign-in/oidc") -> str:
        """Go there and sign in; the address that one is sent back to."""
        answer = browser.get(start)
        assert answer.status_code == 303, words(answer)
        back = LINE.get(answer.headers["location"]).headers["location"]
        assert back.startswith(f"{ADDRESS}{BACK}?")
        return str(back).removeprefix(ADDRESS)

    def come_back(self, browser: Browser, address: str) -> httpx2.Response:
        """What the portal answers to the button of the page one came back to."""
        browser.get(address)
        return browser.post(BACK, **dict(parse_qsl(urlsplit(address).query)))

    def sign_in(
        self, actor: Actor, attack: str = "", browser: Browser | None = None, **claims: object
    ) -> tuple[Browser, httpx2.Response]:
        """A browser that went there and back, and the answer it got."""
        browser = browser or self.portal.browser()
        self.tell(email_of(self.portal, actor), attack, **claims)
        return browser, self.come_back(browser, self.visit(browser))


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.web.provider_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """What is tried here is not the database's: once, and under make faults with the other one too."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    with fresh() as url:
        yield url


@pytest.fixture
def provider(issuer: str, portal: Portal) -> Provider:
    made = Provider(issuer, portal)
    made.settle()
    return made


def rows(portal: Portal, table: str) -> int:
    with portal.database.reading() as session:
        return int(run(session, f"SELECT count(*) FROM {table}").fetchone()[0])


ATTACKS = {
    "state": "state",
    "mix-up": "issuer of the answer",
    "nonce": "invalid_claim: Invalid claim: 'nonce'",
    "silent": "missing_claim: Missing claim: 'nonce'",
    "audience": "'aud'",
    "audiences": "'azp'",
    "issuer": "'iss'",
    "none": "alg",
    "secret": "alg",
    "stranger": "bad_signature",
    "expired": "expired_token",
    "unverified": "not verified",
    "said": "not verified",
}
"""What is done to an answer, and what the log says of it."""


def test_a_verified_address_signs_its_account_in_and_makes_nothing_new(provider: Provider) -> None:
    portal = provider.portal
    before = [rows(portal, table) for table in ("account", "account_grant")]
    browser = portal.browser()
    page = browser.get(f"/sign-in?next=/assessments/{portal.world.first}")
    assert LABEL in words(page)
    provider.tell(email_of(portal, portal.world.officer).upper())
    back = provider.visit(browser, f"/sign-in/oidc?next=/assessments/{portal.world.first}")
    assert browser.get("/").headers["location"] == "/sign-in"
    answer = provider.come_back(browser, back)
    assert answer.headers["location"] == f"/assessments/{portal.world.first}"
    assert browser.follow(answer).status_code == 200
    assert "Nơi xác thực khác" in words(browser.get("/me"))
    rotated, answer = provider.sign_in(portal.world.officer, "rotation")
    assert (answer.status_code, rotated.get("/").status_code) == (303, 200)
    elsewhere = portal.browser()
    back = provider.visit(elsewhere, "/sign-in/oidc?next=//ke-khac.example")
    assert provider.come_back(elsewhere, back).headers["location"] == "/"
    browser = portal.browser()
    for seconds, status in ((-130, 422), (LIVES + 130, 422), (-100, 303), (LIVES + 110, 303)):
        later = timedelta(seconds=seconds)
        provider.tell(email_of(portal, portal.world.officer))
        portal.hands.pass_by(later)
        assert provider.come_back(browser, provider.visit(browser)).status_code == status, seconds
        portal.hands.pass_by(-later)
    assert [rows(portal, table) for table in ("account", "account_grant")] == before


def test_neither_a_lie_nor_a_stranger_opens_anything_and_both_are_told_the_same(
    provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    portal = provider.portal
    browser, told = portal.browser(), set()
    for attack, why in ATTACKS.items():
        caplog.clear()
        _, answer = provider.sign_in(portal.world.officer, attack, browser)
        assert (answer.status_code, why in caplog.text) == (422, True), (attack, caplog.text)
        assert browser.get("/").headers["location"] == "/sign-in"
        told.add(words(answer))
    with portal.database.writing() as session:
        session.get_one(Account, portal.world.head.account_id).active = False
    for claims in ({"email": "khong-co@vi-du.example"}, {"email": None}, {"email": ["a@b.example"]}, {}):
        told.add(words(provider.sign_in(portal.world.head, browser=browser, **claims)[1]))
    kelvin = email_of(portal, portal.world.officer).replace("k", "\u212a").replace("c", "\u0441")
    told.add(words(provider.sign_in(portal.world.officer, browser=browser, email=kelvin)[1]))
    assert len(told) == 1
    assert SAME in told.pop()
    assert (rows(portal, "web_session"), rows(portal, "one_time_key")) == (0, 0)
    provider.settle(oidc_claim="upn")
    assert provider.sign_in(portal.world.officer)[1].status_code == 422
    email = email_of(portal, portal.world.officer)
    assert provider.sign_in(portal.world.head, upn=email, email_verified=False)[1].status_code == 303
    with portal.database.reading() as session:
        who = run(session, "SELECT account_id, way FROM web_session").fetchall()
    assert [tuple(row) for row in who] == [(portal.world.officer.account_id, "oidc")]


def test_a_code_is_of_one_browser_once(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither another browser nor the same one again gets in by what came back, nor one that is made to send it."""
    portal = provider.portal
    browser, thief = portal.browser(), portal.browser("198.51.100.1")
    email = email_of(portal, portal.world.officer)
    provider.tell(email)
    back = provider.visit(browser)
    provider.visit(thief)
    assert SAME in words(provider.come_back(thief, back))
    assert SAME in words(provider.come_back(portal.browser(), back))
    assert provider.come_back(browser, back).status_code == 303
    browser.post("/sign-out")
    assert SAME in words(provider.come_back(browser, back))
    assert SAME in words(browser.get(f"{BACK}?error=access_denied"))
    forged = portal.browser()
    forged.get("/sign-in")
    forged.csrf = "sai"
    assert forged.post(BACK, **dict(parse_qsl(urlsplit(back).query))).status_code == 403
    monkeypatch.setattr(oidc, "proven", lambda *_args, **_more: email)
    assert SAME in words(provider.come_back(browser, back))
    assert rows(portal, "web_session") == 1


def test_a_privileged_role_is_recorded_and_shows_its_second_factor_first(provider: Provider) -> None:
    portal, officer = provider.portal, provider.portal.world.officer
    administrator = portal.world.administrator
    browser, answer = provider.sign_in(administrator)
    assert browser.follow(answer).status_code == 200
    with portal.database.reading() as session:
        sql = "SELECT body FROM history WHERE entity = 'installation:1' AND act = 'sign_in'"
        (row,) = run(session, sql).fetchall()
    assert json.loads(row[0])["what"]["way"] == "oidc"
    give_password(portal, officer)
    with portal.database.writing() as session:
        session.get_one(Credential, officer.account_id).totp_secret = TOTP_SECRET
        grant(session, officer.account_id or 0, "lead", actor=CONSOLE, now=portal.hands.now())
    browser, answer = provider.sign_in(officer)
    assert answer.headers["location"].startswith("/sign-in/second")
    assert browser.get("/").headers["location"] == "/sign-in"
    browser.get("/sign-in/second")
    digits = TOTP(TOTP_SECRET).at(portal.hands.now())
    assert browser.follow(browser.post("/sign-in/second", digits=digits)).status_code == 200
    page = browser.get("/me/password")
    assert 'name="old_password"' in page.text
    refused = browser.post("/me/password", password="một câu khác hẳn", repeated="một câu khác hẳn")
    assert (refused.status_code, "Mật khẩu hiện tại không đúng" in words(refused)) == (422, True)


def test_another_door_is_no_second_key(provider: Provider) -> None:
    """Who asked for an act of two people by password does not approve it through the provider; another one may."""
    portal = provider.portal
    administrator = portal.world.administrator
    asking, path = by_password(portal, administrator), f"/rounds/{portal.world.round_id}/people"
    assert "Đang chờ" in confirmed(asking, path, path, email="appraiser@donvi.example", role="lead")
    before = rows(portal, "account_grant")
    browser, answer = provider.sign_in(administrator)
    browser.follow(answer)
    assert browser.get("/approvals/1").status_code == 200
    for act in ("look", "approve"):
        assert browser.post(f"/approvals/1/{act}").status_code in {403, 404, 422}
    assert rows(portal, "account_grant") == before
    other, answer = provider.sign_in(portal.world.authority)
    other.follow(answer)
    other.get("/approvals/1")
    seen = hidden(other.post("/approvals/1/look").text)
    assert other.post("/approvals/1/approve", **seen).status_code == 303
    assert rows(portal, "account_grant") == before + 1


def test_without_a_provider_or_its_answer_the_other_doors_stay(issuer: str, portal: Portal) -> None:
    browser = portal.browser()
    assert [browser.get(path).status_code for path in ("/sign-in", "/sign-in/oidc", BACK)] == [200, 404, 404]
    assert "/sign-in/oidc" not in browser.get("/sign-in").text
    down = Provider("http://127.0.0.1:1", portal)
    down.settle()
    browser = portal.browser()
    answer = browser.get("/sign-in/oidc")
    assert (answer.status_code, "Chưa liên lạc được với nơi xác thực" in words(answer)) == (503, True)
    assert LABEL in words(browser.get("/sign-in"))
    liar = Provider(f"{issuer}/khac", portal)
    liar.settle()
    assert portal.browser().get("/sign-in/oidc").status_code == 503
    for wrong in ({"oidc_issuer": "http://nha-cung-cap.example"}, {"oidc_client_id": None}):
        with pytest.raises(ValueError, match=r"oidc|OIDC"):
            liar.settle(**wrong)
