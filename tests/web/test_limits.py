from datetime import timedelta

import pytest
from sqlmodel import func, select

from models.doors import Attempt
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import PASSWORD, by_password, email_of, give_password
from web.limits import KEPT, LIMITS, WINDOW, network

WRONG = "không phải câu này"


def guess(browser: Browser, email: str, password: str = WRONG) -> int:
    return int(browser.post("/sign-in/password", email=email, password=password).status_code)


def exhausted(portal: Portal, email: str, client: str) -> Browser:
    """A browser that has used up its tries for an address."""
    browser = portal.browser(client)
    browser.get("/sign-in/password")
    assert {guess(browser, email) for _ in range(LIMITS["password"].own)} == {422}
    assert guess(browser, email) == 429
    return browser


def test_a_guesser_has_to_wait_and_locks_out_neither_the_owner_nor_the_neighbour(portal: Portal) -> None:
    owner = by_password(portal, portal.world.officer)
    give_password(portal, portal.world.head)
    email = email_of(portal, portal.world.officer)
    guesser = exhausted(portal, email, "192.0.2.1")
    assert guess(guesser, email, PASSWORD) == 429
    give_password(portal, portal.world.officer)
    owner.get("/sign-in/password")
    assert guess(owner, email, PASSWORD) == 303
    elsewhere = portal.browser("198.51.100.4")
    elsewhere.get("/sign-in/password")
    assert guess(elsewhere, email, PASSWORD) == 303
    assert guess(guesser, email_of(portal, portal.world.head), PASSWORD) == 303


def test_tries_come_back_with_time(portal: Portal) -> None:
    email = email_of(portal, portal.world.officer)
    guesser = exhausted(portal, email, "192.0.2.1")
    answer = guesser.post("/sign-in/password", email=email, password="x")
    assert "15 phút nữa thử lại" in words(answer)
    assert email in answer.text
    portal.hands.pass_by(WINDOW)
    assert guess(guesser, email) == 422


def test_an_unknown_address_is_limited_as_a_known_one(portal: Portal) -> None:
    exhausted(portal, "ai-do@vi-du.example", "192.0.2.1")


def test_one_client_cannot_ask_for_everybodys_mail(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    asked = [browser.post("/sign-in", email=f"hop-thu-{n}@vi-du.example") for n in range(LIMITS["mail"].client + 1)]
    assert [answer.status_code for answer in asked[-2:]] == [200, 429]


def test_tries_are_forgotten_after_a_day(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    for _ in range(3):
        browser.post("/sign-in", email="ai@vi-du.example")
    portal.hands.pass_by(KEPT + timedelta(minutes=1))
    browser.post("/sign-in", email="ai@vi-du.example")
    with portal.database.reading() as session:
        assert session.exec(select(func.count()).select_from(Attempt)).one() == 1


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_of_ipv6_is_one_client(client: str, expected: str) -> None:
    assert network(client) == expected
