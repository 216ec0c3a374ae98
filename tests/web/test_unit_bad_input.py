"""What a unit's forms take that they should not: another's dossier, unlock and edit, scripts, too much."""

import pytest
from sqlmodel import select

from models.assessments import Difficulty, Mark
from tests.actions.world import state_of, submitted
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_link, by_mail, by_password
from tests.web.unit_forms import draft, filled_in, home, officer, send, was

SCRIPT = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&{{7*7}}'
WHOLE = [("nothing", ("", b""))]
"""Makes a form go in parts, as the pages send theirs."""
POSTS = ["sheet", "criteria/I.1", "submit", "revise", "discard", "present", "report", "difficulties", "extension"]
PAGES = ["", "/submit", "/preview", "/difficulties", "/extension", "/report", "/explanations/1", "/evidence/1"]


@pytest.mark.parametrize("how", ["mail", "link", "reader"])
def test_another_units_dossier_is_as_if_there_were_none(portal: Portal, how: str) -> None:
    browser = {
        "mail": lambda: by_mail(portal, portal.world.officers[1]),
        "link": lambda: by_link(portal, 1),
        "reader": lambda: by_mail(portal, portal.world.reader),
    }[how]()
    browser.get(home(portal, 1))
    browser.get("/me")
    statuses = {browser.get(f"{home(portal)}{path}").status_code for path in PAGES}
    statuses |= {browser.post(f"{home(portal)}/{path}", **{"points-I.1": "4"}).status_code for path in POSTS}
    assert statuses == {404}
    assert draft(portal) == {}


def test_another_dossier_named_in_a_field_is_no_matter(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    other = str(portal.world.assessment_ids[1])
    fields = {"assessment_id": other, "id": other, "points-I.1": "4", "points-XX.1": "9", "was-XX.1": "a"}
    assert browser.post(f"{home(portal)}/sheet", **was(page), **fields).status_code == 303
    assert [draft(portal, 1).keys(), draft(portal).keys()] == [set(), {"I.1"}]
    assert browser.post(f"{home(portal)}/criteria/XX.1", **fields).status_code == 404


def test_unlocking_and_editing_in_one_request_does_neither(portal: Portal) -> None:
    """A submitted dossier is not opened by the fields of a form (CISO #3475)."""
    browser = officer(portal)
    page = browser.get(home(portal))
    filled_in(portal, browser)
    submitted(portal.database, portal.world, now=portal.hands.at)
    fields = {"state": "self_assessing", "trigger": "revise", "then": "revise", "points-I.1": "1", "keep-I.1": "x"}
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **fields)
    assert answer.status_code == 422
    assert draft(portal)["I.1"].points == 4
    assert state_of(portal.database, portal.world.first) == "submitted"


@pytest.mark.parametrize("who", ["administrator", "authority", "lead"])
def test_staff_fill_in_nothing_for_a_unit(portal: Portal, who: str) -> None:
    browser = by_password(portal, getattr(portal.world, who))
    browser.get("/me")
    statuses = {browser.post(f"{home(portal)}/{path}", **{"points-I.1": "4"}).status_code for path in POSTS}
    assert statuses == {403}


def test_script_in_every_field_is_text(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    names = ("points", "option", "degree", "passed", "done", "assigned", "units", "not_applicable", "link", "keep")
    fields = {f"{name}-{code}": SCRIPT for code in ("I.1", "I.2", "I.4", "I.5", "III.4") for name in names}
    notes = {f"note-{code}": SCRIPT for code in ("I.1", "I.2", "I.4")}
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **fields, **notes)
    assert answer.status_code == 422
    browser.post(f"{home(portal)}/difficulties", question=SCRIPT)
    browser.post(f"{home(portal)}/extension", reason=SCRIPT, until=SCRIPT)
    for path in ("", "/preview", "/difficulties", "/extension"):
        shown = browser.get(f"{home(portal)}{path}").text
        assert ("<script>alert" in shown, "<img src=x" in shown) == (False, False)
    assert "<script>alert" not in answer.text
    assert draft(portal)["I.1"].note == SCRIPT
    with portal.database.reading() as session:
        assert session.exec(select(Difficulty.question)).one() == SCRIPT


def test_two_megabytes_of_text_are_told_and_shown_again(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    much = "Đã niêm yết. " * 160_000
    answer = send(browser, f"{home(portal)}/sheet", WHOLE, **was(page), **{"note-I.1": much, "points-I.3": "2"})
    assert answer.status_code == 422
    assert "thuyết minh dài quá 20.000 ký tự" in words(answer)
    assert much.strip() in answer.text
    assert draft(portal).keys() == {"I.3"}
    for path, name in (("difficulties", "question"), ("extension", "reason")):
        answer = send(browser, f"{home(portal)}/{path}", WHOLE, **{name: much})
        assert (answer.status_code, much.strip() in answer.text) == (422, True)


@pytest.mark.parametrize(
    "value", ["NaN", "1e9", "-1", "Infinity", "1.250", "٣", "4,00001", "9" * 30, "1,2,3", " ", "４"]
)
def test_no_number_is_no_fault(portal: Portal, value: str) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    fields = {"points-I.1": value, "done-I.4": value, "assigned-I.4": value, "units-III.4": value}
    assert browser.post(f"{home(portal)}/sheet", **was(page), **fields).status_code in {303, 422}
    with portal.database.reading() as session:
        assert all(mark.points <= 5 for mark in session.exec(select(Mark)))


def test_without_cookies_what_was_typed_is_still_there(portal: Portal) -> None:
    browser = officer(portal)
    page = browser.get(home(portal))
    browser.client.cookies.clear()
    answer = browser.post(f"{home(portal)}/sheet", **was(page), **{"note-I.1": "Không mất"})
    assert (answer.status_code, "Không mất" in answer.text) == (401, True)
    assert draft(portal) == {}
