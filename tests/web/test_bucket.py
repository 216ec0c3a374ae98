"""The portal with its files in a bucket: taken, checked, shown, and what is told when the store is down."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from evidence.store import FOLDER
from flows.work import EVIDENCE, sweep
from models.evidence import evidence_of
from tests.evidence import papers
from tests.evidence.buckets import Server, ask, key_of, names, serving
from tests.flows.keeper import Keeper
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.unit_forms import best_fields, draft, home, officer, send, sheet_of, was, with_files

if TYPE_CHECKING:
    from tests.conftest import Fresh

SCAN = papers.saved(papers.scanned())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has much else to do."""
    monkeypatch.setattr("evidence.bucket.PATIENCE", 60.0)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """What is tried here is not the database's: once, and under make faults with the other one too."""
    fresh: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    with fresh() as url:
        yield url


def move(portal: Portal, settings: Settings) -> None:
    """Let the portal have its files where these settings say."""
    given = {name: getattr(settings, name) for name in ("evidence_url", "s3_endpoint", "s3_key", "s3_secret")}
    portal.place = portal.place._replace(settings=portal.place.settings.model_copy(update=given))


def test_a_file_is_taken_checked_and_shown(server: Server, portal: Portal, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path / FOLDER)
    move(with_files(portal, tmp_path), server.settings(bucket))
    browser = officer(portal)
    page = browser.get(home(portal))
    answer = send(browser, f"{home(portal)}/sheet", [("file-I.1", ("Nghị quyết.pdf", SCAN))], **was(page))
    assert answer.status_code == 303
    with portal.database.reading() as session:
        (one,) = evidence_of(session, portal.world.first)
    assert (names(bucket), [*tmp_path.rglob("den-*")]) == ({one.file_hash}, [])
    setting = Keeper(portal.database, tmp_path).setting(portal.hands.now() + timedelta(minutes=1))
    sweep(setting._replace(store=bucket), EVIDENCE)
    assert (names(bucket), [*tmp_path.rglob("den-*")]) == ({one.file_hash, f"{one.file_hash}.png"}, [])
    address, mine = f"/files/{portal.world.first}/{one.id}", f"{home(portal)}/evidence/{one.id}"
    shown = browser.get(address)
    assert (shown.content, shown.headers["content-length"]) == (SCAN, str(len(SCAN)))
    assert "sandbox" in shown.headers["content-security-policy"]
    assert browser.get(f"{address}/thumbnail").content.startswith(b"\x89PNG")
    assert f"{address}/thumbnail" in browser.get(mine).text
    ask(bucket, "delete_object", Key=key_of(bucket, one.file_hash))
    assert browser.get(address).status_code == 404


def test_a_store_that_is_down_takes_nothing_typed_with_it(server: Server, portal: Portal, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path / FOLDER)
    settings = server.settings(bucket)
    move(with_files(portal, tmp_path), settings)
    browser = officer(portal)
    page = browser.get(home(portal))
    send(browser, f"{home(portal)}/sheet", [("file-I.1", ("a.pdf", SCAN))], **was(page))
    with portal.database.reading() as session:
        (one,) = evidence_of(session, portal.world.first)
    down = settings.model_copy(update={"s3_endpoint": "http://127.0.0.1:1"})
    move(portal, down)
    browser = officer(portal)
    page = browser.get(home(portal))
    files = [("file-I.1", ("b.pdf", SCAN + b"\n")), ("file-I.1", ("c.pdf", SCAN + b"\r\n"))]
    answer = send(browser, f"{home(portal)}/sheet", files, **was(page), **best_fields(sheet_of(portal)))
    assert answer.status_code == 422
    assert "chưa được lưu vì kho chứa tệp không trả lời; vài phút nữa chọn lại tệp và gửi lại." in words(answer)
    assert set(draft(portal)) == {leaf.code for leaf in sheet_of(portal).leaves()}
    with portal.database.reading() as session:
        assert [row.id for row in evidence_of(session, portal.world.first)] == [one.id]
    shown = browser.get(f"/files/{portal.world.first}/{one.id}")
    assert (shown.status_code, "Kho chứa tệp không trả lời" in words(shown)) == (503, True)
    assert browser.get(f"{home(portal)}/evidence/{one.id}").status_code == 200
    assert [*tmp_path.rglob("den-*")] == []
