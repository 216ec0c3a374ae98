"""The file of a dossier for inspection: the same as the page of its history, recorded, nothing secret in passing."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from models.db import Database, run
from tests.actions.later import acts, is_whole
from tests.actions.later import chain as rows_of
from tests.reports.test_inspection import text_of
from tests.web.audit_world import ANSWER, CONFLICT, FILE, LOWERED, REASON, audited
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> Portal:
    return audited(database, tmp_path)


def taken(portal: Portal, browser: Browser, form: str, number: int = 0, **fields: Any) -> bytes:  # noqa: ANN401  of a form
    """The file as the page hands it out, which the chain tells of."""
    key = portal.world.assessment_ids[number]
    browser.get(f"/assessments/{key}/history")
    answer = browser.post(f"/assessments/{key}/history/dossier", form=form, **fields)
    assert answer.status_code == 200
    last = rows_of(portal.database, f"assessment:{key}")[-1]
    assert (last.act, last.actor) == ("export", portal.world.auditor.name)
    hashed = sha256(answer.content).hexdigest()
    assert json.loads(last.body)["what"] == {"of": "dossier", "form": form, "sha256": hashed}
    return answer.content


def test_the_file_of_a_dossier(portal: Portal, tmp_path: Path) -> None:
    nobody_else_takes_it(portal)
    it_tells_what_the_page_tells(portal, tmp_path)
    what_is_confidential_stays_out_or_its_reading_is_kept(portal, tmp_path)


def it_tells_what_the_page_tells(portal: Portal, tmp_path: Path) -> None:
    auditor, key = by_password(portal, portal.world.auditor), portal.world.first
    shown = words(auditor.get(f"/assessments/{key}/history"))
    told = json.loads(taken(portal, auditor, "json"))
    entity = f"assessment:{key}"
    written = [one for one in told["events"] if one["seq"] is not None]
    kept = rows_of(portal.database, entity)[: len(written)]
    assert [(one["seq"], one["act"], one["hash"], one["by"]) for one in written] == [
        (row.seq, row.act, row.hash.hex(), row.actor) for row in kept
    ]
    assert all(one["title"] in shown and all(who in shown for who in one["who"]) for one in told["events"])
    assert told["heads"][0] == {"entity": entity, "rows": len(written), "hash": kept[-1].hash.hex()}
    assert any(fact["value"] == ANSWER for one in told["events"] for fact in one["facts"])
    leaf = next(one for one in told["marks"] if not one["is_group"])
    assert (leaf["self_mark"]["text"], leaf["appraised"]["text"], leaf["decided"]["text"]) == ("4", "0,5", "0,5")
    assert leaf["appraised"]["note"] == LOWERED
    (file,) = told["evidence"]
    assert (file["name"], len(file["sha256"]), file["verdict"]) == (FILE, 64, "Đang kiểm tra")
    assert told["decisions"][0]["number"] == "07-QĐ/BDVTU"
    pages = " ".join(text_of(taken(portal, auditor, "pdf"), tmp_path / "a.pdf"))
    for expected in (FILE, LOWERED, ANSWER, file["sha256"], told["heads"][0]["hash"], "Xuất dữ liệu"):
        assert expected in pages, expected
    third = taken(portal, auditor, "json", 2).decode()
    assert REASON in third
    assert "Mã băm SHA-256 của tệp" in words(auditor.get(f"/assessments/{key}/history?kind=reading"))
    assert is_whole(portal.database, portal.world.round_id)


def what_is_confidential_stays_out_or_its_reading_is_kept(portal: Portal, tmp_path: Path) -> None:
    with portal.database.writing() as session:
        run(session, "UPDATE document SET confidential = :yes WHERE number = '07-QĐ/BDVTU'", {"yes": True})
    auditor, entity = by_password(portal, portal.world.auditor), f"assessment:{portal.world.first}"
    for form in ("json", "pdf"):
        content = taken(portal, auditor, form)
        text = content.decode() if form == "json" else " ".join(text_of(content, tmp_path / "a.pdf"))
        assert CONFLICT not in text
        assert "07-QĐ/BDVTU" not in text
    assert "read_confidential" not in acts(portal.database, entity)
    told = json.loads(taken(portal, auditor, "json", opened="yes"))
    assert CONFLICT in json.dumps(told, ensure_ascii=False)
    assert told["decisions"][0]["number"] == "07-QĐ/BDVTU"
    secret = [one["seq"] for one in told["events"] if one["confidential"]]
    read = [row for row in rows_of(portal.database, entity) if row.act == "read_confidential"]
    assert [json.loads(row.body)["what"]["of"] for row in read] == secret
    assert acts(portal.database, entity).index("declare_conflict") + 1 in secret


def nobody_else_takes_it(portal: Portal) -> None:
    world, path = portal.world, f"/assessments/{portal.world.first}/history/dossier"
    before = len(rows_of(portal.database, f"assessment:{world.first}"))
    others = {
        404: [by_mail(portal, world.officers[1]), by_password(portal, world.reader)],
        403: [by_mail(portal, world.officer), by_mail(portal, world.appraiser), by_password(portal, world.authority)],
    }
    for status, browsers in others.items():
        assert [browser.post(path, form="json").status_code for browser in browsers] == [status] * len(browsers)
    assert len(rows_of(portal.database, f"assessment:{world.first}")) == before
