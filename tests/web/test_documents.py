"""Official documents on their pages: to whom which is offered, and no result before it is told."""

from datetime import timedelta

from sqlmodel import update

from models.db import Database
from models.decisions import Document
from tests.actions.later import DECIDING, announced, decided, in_decision
from tests.reports.reading import lines
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_link, by_password
from tests.web.unit_forms import home, officer

NOTICE = "documents/thong-bao-ket-qua"


def found(browser: Browser, path: str) -> list[str]:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return lines(answer.content)


def test_documents_are_offered_and_no_result_is_told_before_its_time(database: Database) -> None:
    world, hands = in_decision(database, subjects=2), Hands(DECIDING + timedelta(hours=2))
    portal = Portal(world, database, hands, place_of(database, hands))
    key = decided(database, world)
    staff, unit = by_password(portal, world.administrator), officer(portal)
    rounds, own = f"/rounds/{world.round_id}/documents", home(portal)

    assert "Quyết định công nhận kết quả" in words(staff.get(rounds))
    draft = found(staff, f"{rounds}/quyet-dinh/{key}")
    assert {"QUYẾT ĐỊNH", "DỰ THẢO", "THÀNH ỦY ĐÀ NẴNG"} <= set(draft)
    assert "DỰ THẢO" in found(staff, f"{own}/{NOTICE}")
    assert "Thông báo kết quả" not in words(unit.get(f"{own}/documents"))
    assert unit.get(f"{own}/{NOTICE}").status_code == 404

    announced(database, world, key)
    assert "Thông báo kết quả" in words(unit.get(f"{own}/documents"))
    told = found(unit, f"{own}/{NOTICE}")
    assert "DỰ THẢO" not in told
    assert any("Quyết định số 07-QĐ/BDVTU" in line for line in told)
    assert "- Điểm được công nhận: 100." in told
    assert found(by_link(portal, 0, "result"), f"{own}/{NOTICE}") == told
    assert "Số 07-QĐ/BDVTU" in found(staff, f"{rounds}/quyet-dinh/{key}")

    assert unit.get(f"{own}/{NOTICE}?form=pdf").content.startswith(b"%PDF-")
    assert unit.get(f"{home(portal, 1)}/{NOTICE}").status_code == 404
    assert {unit.get(path).status_code for path in (rounds, f"{rounds}/quyet-dinh/{key}")} == {404}
    with database.writing() as session:
        session.exec(update(Document).values(confidential=True))
    secret = " ".join(found(unit, f"{own}/{NOTICE}"))
    assert "Căn cứ Quyết định của" in secret
    assert "07-QĐ/BDVTU" not in secret
    for wrong in (f"{rounds}/quyet-dinh/{key + 99}", f"{rounds}/quyet-dinh", f"{rounds}/khong-co", f"{own}/{NOTICE}/1"):
        assert staff.get(wrong).status_code == 404
