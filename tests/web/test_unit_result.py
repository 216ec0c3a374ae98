"""A unit sees nothing of appraised or decided marks before it is told, then its own with the reasons."""

from datetime import timedelta
from decimal import Decimal

import pytest

from actions.appraise import agree_untouched, conclude, save_marks, untouched
from actions.marks import Filled
from config.sheet import Entry
from models.db import Database
from tests.actions.later import DECIDING, LOCKED, announced, appraised, begun, decided, in_appraisal, in_decision
from tests.web.browser import Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_link
from tests.web.unit_forms import home, officer

REASON = "Nghị quyết ban hành muộn hai tháng"


@pytest.fixture
def deciding(database: Database) -> Portal:
    """Both dossiers are appraised, I.1 of the first with two points less, and decided."""
    world = in_appraisal(database, subjects=2)
    key = begun(database, world)
    with database.writing() as session:
        lower = {"I.1": Filled(Entry(points=Decimal(2)), REASON)}
        save_marks(session, key, lower, actor=world.appraiser, now=LOCKED)
        codes = untouched(session, key, actor=world.appraiser)
        agree_untouched(session, key, "", codes, actor=world.appraiser, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    appraised(database, world, 1)
    in_decision(database, world=world, appraise=())
    hands = Hands(DECIDING + timedelta(hours=2))
    return Portal(world, database, hands, place_of(database, hands))


def pages(portal: Portal, number: int = 0) -> str:
    browser = officer(portal, number)
    return "".join(browser.get(f"{home(portal, number)}{path}").text for path in ("", "/preview", "/difficulties"))


@pytest.mark.rule("DN-4.3")
def test_a_result_is_told_and_not_leaked_before(deciding: Portal) -> None:
    """A criterion's appraised mark and reason are the staff's until the announcement (CISO #4286)."""
    assert REASON not in pages(deciding)
    key = decided(deciding.database, deciding.world)
    shown = pages(deciding)
    assert (REASON in shown, ">98<" in shown) == (False, False)
    assert deciding.browser().get(home(deciding)).status_code == 303
    announced(deciding.database, deciding.world, key)
    page = words(by_link(deciding, 0, "result").get(home(deciding)))
    assert "Kết quả 98 / 100 điểm" in page
    assert "số 07-QĐ/BDVTU" in page
    assert f"Lý do: {REASON}" in page
    assert REASON not in pages(deciding, 1)


def test_a_link_to_a_result_opens_nothing_to_be_written(deciding: Portal) -> None:
    announced(deciding.database, deciding.world, decided(deciding.database, deciding.world))
    browser = by_link(deciding, 0, "result")
    page = browser.get(home(deciding))
    assert "<textarea" not in page.text
    for path in ("sheet", "criteria/I.1", "submit", "revise", "discard", "difficulties", "extension", "report"):
        assert browser.post(f"{home(deciding)}/{path}").status_code == 403


def test_a_dossier_locked_at_zero_has_its_page_to_the_end(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=0)
    hands = Hands(LOCKED + timedelta(days=1))
    portal = Portal(world, database, hands, place_of(database, hands))
    assert "Biểu chấm điểm đã khóa" in words(officer(portal).get(home(portal)))
    begun(database, world)
    assert "Đang thẩm định" in words(officer(portal).get(home(portal)))
