"""Official documents on their pages: to whom which is offered, and no result before it is told."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlmodel import update

from actions.assign import confirm_no_conflict
from actions.decide import Result
from models.db import Database
from models.decisions import Decision, DecisionItem, Document
from models.history import History, history_of
from states.history import verify_chain
from tests.actions.consulting_world import ASKED
from tests.actions.later import DECIDING, announced, decided, in_decision
from tests.reports.reading import lines
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_link, by_password
from tests.web.opinion_forms import said
from tests.web.opinions_world import asked
from tests.web.unit_forms import home, officer

NOTICE = "documents/thong-bao-ket-qua"


def found(browser: Browser, path: str) -> list[str]:
    answer = browser.post(path)
    assert answer.status_code == 200, path
    return lines(answer.content)


def exports(database: Database, entity: str) -> list[History]:
    with database.reading() as session:
        return [row for row in history_of(session, entity) if row.act == "export"]


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
    assert unit.post(f"{own}/{NOTICE}").status_code == 404

    announced(database, world, key)
    assert "Thông báo kết quả" in words(unit.get(f"{own}/documents"))
    told = found(unit, f"{own}/{NOTICE}")
    assert "DỰ THẢO" not in told
    assert any("Quyết định số 07-QĐ/BDVTU" in line for line in told)
    assert "- Điểm được công nhận: 100." in told
    by_task = by_link(portal, 0, "result")
    assert "Thông báo kết quả" in words(by_task.get(f"{own}/documents"))
    assert found(by_task, f"{own}/{NOTICE}") == told
    assert "Số 07-QĐ/BDVTU" in found(staff, f"{rounds}/quyet-dinh/{key}")

    pdf = unit.post(f"{own}/{NOTICE}", form="pdf").content
    assert pdf.startswith(b"%PDF-")
    entity = f"assessment:{world.assessment_ids[0]}"
    handed = exports(database, entity)
    assert [json.loads(row.body)["what"]["form"] for row in handed] == ["docx", "docx", "docx", "pdf"]
    assert json.loads(handed[-1].body)["what"] == {
        "of": "thong-bao-ket-qua", "form": "pdf", "sha256": sha256(pdf).hexdigest()
    }  # fmt: skip
    assert handed[-1].actor == world.officer.name
    assert [json.loads(row.body)["what"]["item"] for row in exports(database, f"round:{world.round_id}")] == [key] * 2
    auditor = by_password(portal, world.auditor)
    assert "Thông báo kết quả (PDF)" in words(auditor.get(f"{own}/history?kind=reading"))
    with database.reading() as session:
        assert not verify_chain(session, entity).broken

    assert unit.post(f"{home(portal, 1)}/{NOTICE}").status_code == 404
    assert unit.get(rounds).status_code == 404
    assert unit.post(f"{rounds}/quyet-dinh/{key}").status_code == 404
    for wrong in (f"{rounds}/quyet-dinh/{key + 99}", f"{rounds}/quyet-dinh", f"{rounds}/khong-co", f"{own}/{NOTICE}/1"):
        assert staff.post(wrong).status_code == 404


NUMBER = {"thong-bao-ket-qua--number": "31-TB/BDVTU", "thong-bao-ket-qua--dated": "21/12/2024"}
SIGNER = {"thong-bao-ket-qua--signer": "Nguyễn Văn Thử"}


def test_a_number_is_kept_once_and_printed_from_then_on(database: Database) -> None:
    world, hands = in_decision(database, subjects=2), Hands(DECIDING + timedelta(days=1, hours=2))
    portal = Portal(world, database, hands, place_of(database, hands))
    announced(database, world, decided(database, world))
    staff, unit, own = by_password(portal, world.administrator), officer(portal), home(portal)
    form = f"{own}/{NOTICE}/number"
    assert "Ghi số, ngày, người ký" in words(staff.get(f"{own}/documents"))
    assert "Ghi số, ngày, người ký" not in words(unit.get(f"{own}/documents"))
    assert unit.post(form, **NUMBER, **SIGNER).status_code == 403
    lacking = staff.post(form, **NUMBER)
    assert lacking.status_code == 422
    assert "Ghi người ký văn bản." in words(lacking)
    assert 'value="31-TB/BDVTU"' in lacking.text
    assert staff.post(f"{own}/documents/bang-diem-tham-dinh/number", **NUMBER, **SIGNER).status_code == 404
    assert "Số ......../" in "".join(line.replace("-TB", "/") for line in found(unit, f"{own}/{NOTICE}"))
    assert staff.post(form, **NUMBER, **SIGNER).status_code == 303
    told = found(unit, f"{own}/{NOTICE}")
    assert {"Số 31-TB/BDVTU", "Nguyễn Văn Thử"} <= set(told)
    assert any("ngày 21 tháng 12 năm 2024" in line for line in told)
    assert "Đã ban hành: số 31-TB/BDVTU" in words(unit.get(f"{own}/documents"))
    twice = staff.post(form, **{**NUMBER, "thong-bao-ket-qua--number": "32-TB/BDVTU"}, **SIGNER)
    assert (twice.status_code, "Đã ghi văn bản số 31-TB/BDVTU" in words(twice)) == (422, True)
    assert "Ghi số, ngày văn bản" in words(by_password(portal, world.auditor).get(f"{own}/history"))


def test_of_a_decision_marked_mat_nothing_is_told_but_the_result(database: Database) -> None:
    """Neither number, day, signer nor reason, to the unit or in what others write (DESIGN §6)."""
    world, hands = in_decision(database, subjects=2), Hands(DECIDING + timedelta(hours=2))
    portal = Portal(world, database, hands, place_of(database, hands))
    announced(database, world, decided(database, world, [Result(key) for key in world.assessment_ids]))
    with database.writing() as session:
        session.exec(update(Document).values(confidential=True, signer="Người Ký Mật"))
        session.exec(update(Decision).values(reason="Lý do chung mật"))
        session.exec(update(DecisionItem).values(reason="Lý do riêng mật"))
    unit, own = officer(portal), home(portal)
    told = (words(unit.get(own)), " ".join(found(unit, f"{own}/{NOTICE}")))
    assert ("Kết quả 100 / 100 điểm" in told[0], "Căn cứ Quyết định của" in told[1]) == (True, True)
    for secret in ("07-QĐ/BDVTU", "Người Ký Mật", "Lý do chung mật", "Lý do riêng mật", "20/12/2024"):
        assert [secret in text for text in told] == [False, False], secret


@pytest.mark.rule("DN-4.2")
def test_opinions_of_a_round_ask_an_appraiser_to_deny_a_conflict_first(database: Database) -> None:
    one = asked(database)
    said(one, 0)
    rounds, lead = f"/rounds/{one.world.round_id}/documents", one.world.staff["lead"]
    browser, owner = by_password(one.portal, lead), by_password(one.portal, one.world.owner)
    letter = (one.request << 32) | one.world.asked[0]
    paths = [f"{rounds}/{key}" for key in (f"lay-y-kien/{one.request}", f"tong-hop-y-kien/{one.request}")]
    paths.append(f"{rounds}/tham-gia-y-kien/{letter}")
    assert all("Bảng tổng hợp ý kiến" in words(one.get(rounds)) for one in (browser, owner))
    refused = [browser.post(path) for path in paths]
    assert [answer.status_code for answer in refused] == [403] * 3
    assert "xác nhận không có xung đột lợi ích" in words(refused[0])
    assert [owner.post(path).status_code for path in paths] == [200] * 3
    for key in one.dossiers:
        with database.writing() as session:
            confirm_no_conflict(session, key, actor=lead, now=ASKED)
    assert [browser.post(path).status_code for path in paths] == [200] * 3


def test_a_body_fetches_its_own_letter_of_opinions(database: Database) -> None:
    one = asked(database)
    said(one, 0)
    said(one, 1)
    body = one.body()
    assert "Văn bản tham gia ý kiến" in words(body.get(one.address))
    letter = found(body, f"{one.address}/letter")
    assert "co-quan-1".upper() in letter
    assert not any("co-quan-2" in line for line in letter)
    row = exports(database, f"round:{one.world.round_id}")[-1]
    assert (row.actor, json.loads(row.body)["what"]["of"]) == (one.world.bodies[0].name, "tham-gia-y-kien")
    assert by_password(one.portal, one.world.bodies[2]).post(f"{one.address}/letter").status_code == 404
    assert by_password(one.portal, one.world.owner).post(f"{one.address}/letter").status_code == 403
