"""An appraiser's morning in a real browser: at 1280 px with JavaScript, at 360 px without; and the lead's pages."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from actions import self_assess
from actions.assign import assign
from actions.lock import lock_due
from actions.marks import Filled
from actions.passwords import set_password
from models.db import Database, run
from models.evidence import Evidence
from states.actor import Actor
from tests.actions.world import World, at, best, launched, sheet_of, submit
from tests.conftest import Fresh
from tests.e2e.conftest import Site
from tests.e2e.hands import Size, browsing, follow, go, press
from tests.e2e.test_doors import look
from tests.served import portal
from tests.web.letters import PASSWORD, PASSWORD_HASH

LOCKED = at("2026-12-10 00:00:15")
MORNING = at("2026-12-10 08:30")
NOTE = "Đã ban hành Kế hoạch số 15-KH/ĐU ngày 20/01/2026; 11/11 nội dung niêm yết tại trụ sở và nhà văn hóa.\n" * 2


@pytest.fixture(scope="module")
def site(fresh_sqlite: Fresh, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal on the morning after the lock: six dossiers, four handed in, five of them the appraiser's.

    One for all tests: each works on a dossier of its own.
    """
    with fresh_sqlite() as url:
        database = Database(url)
        world = launched(database, year=2026, subjects=6, now=at("2026-11-10 08:00"))
        with database.writing() as session:
            run(session, "UPDATE installation SET made_as = 'rehearsal'")
        _fill(database, world)
        with portal(url, tmp_path_factory.mktemp("var"), DANHGIA_NOW=MORNING.isoformat()) as address:
            yield Site(address, world, database)
        database.dispose()


def _fill(database: Database, world: World) -> None:
    now = world.launched_at + timedelta(days=9)
    for number, key in enumerate(world.assessment_ids[:4]):
        with database.writing() as session:
            filled = {code: Filled(one.entry, NOTE) for code, one in best(sheet_of(session, world, key)).items()}
            self_assess.save(session, key, filled, actor=world.officers[number], now=now)
            session.add(_paper(key, now))
            submit(session, world, key, actor=world.officers[number], now=now + timedelta(minutes=5))
    with database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
    with database.writing() as session:
        whose = world.appraiser.account_id or 0
        assign(session, world.round_id, world.assessment_ids[:5], whose, actor=world.lead, now=LOCKED)
        for actor in (world.appraiser, world.lead):
            set_password(session, actor.account_id or 0, PASSWORD_HASH, actor=actor, now=LOCKED)


def _paper(key: int, now: datetime) -> Evidence:
    return Evidence(
        assessment_id=key,
        criterion="I.1",
        name="Ke hoach 15-KH-DU.pdf",
        file_hash="ab" * 32,
        size=204_800,
        media_type="application/pdf",
        at=now,
    )


def _sign_in(context: BrowserContext, site: Site, actor: Actor) -> Page:
    page = context.new_page()
    with site.database.reading() as session:
        row = run(session, "SELECT email FROM account WHERE id = :id", {"id": actor.account_id}).fetchone()
    page.goto("/sign-in/password")
    page.locator("[name=email]").fill(row[0])
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")
    return page


def _context(chromium: Browser, site: Site, width: int, *, script: bool) -> BrowserContext:
    return browsing(chromium, site.address, Size(width, script=script))


def test_an_appraiser_at_a_desk(chromium: Browser, site: Site, tmp_path: Path) -> None:
    context = _context(chromium, site, 1280, script=True)
    page = _sign_in(context, site, site.world.appraiser)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in {"error", "warning"} else None)
    page.clock.install()
    key, round_id = site.world.first, site.world.round_id
    page.goto(f"/rounds/{round_id}/desk")
    look(page, tmp_path / "queue.png", script=True)
    follow(page, "Đơn vị 1")
    look(page, tmp_path / "conflict.png", script=True)
    press(page, "Không có xung đột, mở hồ sơ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị 1")
    first = page.locator("#tc-I\\.1")
    first.get_by_label("Điểm").fill("1,5")
    expect(first.get_by_text("ghi lý do rồi mới lưu được")).to_be_visible()
    page.keyboard.press("Enter")
    first.get_by_label("Lý do, nhận xét").fill("Kế hoạch ban hành chậm <b>03 tháng</b>")
    page.keyboard.press("Control+Enter")
    expect(first.get_by_text(re.compile("Đã lưu"))).to_be_visible()
    expect(page.locator("#tong .big")).to_have_text(re.compile(r"^1,5 "))
    expect(page.locator("#tc-I\\.2 input[type=radio]").first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#tc-I\\.2").get_by_text(re.compile("Đã lưu"))).to_be_visible()
    look(page, tmp_path / "appraise.png", script=True)
    with page.expect_response(re.compile("/badge")):
        page.clock.fast_forward(10_000)
    go(page.locator("#tc-I").get_by_role("link", name=re.compile("Đồng ý với điểm tự chấm")))
    look(page, tmp_path / "agree.png", script=True)
    press(page, re.compile("Đồng ý với 3"))
    expect(page.get_by_role("status").first).to_have_text("Đã đồng ý với điểm tự chấm của 3 tiêu chí.")
    page.goto(f"/assessments/{key}/questions?code=II.1")
    page.get_by_label("Nội dung chung").fill("Nêu rõ số, ngày của văn bản.")
    look(page, tmp_path / "questions.png", script=True)
    press(page, "Gửi yêu cầu giải trình")
    expect(page.get_by_text("Đang chờ trả lời")).to_be_visible()
    look(page, tmp_path / "asked.png", script=True)
    page.goto(f"/rounds/{round_id}/criteria/I.1")
    look(page, tmp_path / "column.png", script=True)
    page.goto(f"/rounds/{round_id}/differences")
    look(page, tmp_path / "differences.png", script=True)
    assert told == []
    context.close()


def test_an_appraiser_on_a_telephone_without_javascript(chromium: Browser, site: Site, tmp_path: Path) -> None:
    context = _context(chromium, site, 360, script=False)
    page = _sign_in(context, site, site.world.appraiser)
    page.goto(f"/rounds/{site.world.round_id}/desk")
    look(page, tmp_path / "m-queue.png", script=False)
    follow(page, "Đơn vị 2")
    look(page, tmp_path / "m-conflict.png", script=False)
    press(page, "Không có xung đột, mở hồ sơ")
    page.locator("#tc-I\\.1").get_by_label("Điểm").fill("1,5")
    page.keyboard.press("Enter")
    expect(page.locator("#tc-I\\.1").get_by_role("alert")).to_contain_text("phải ghi lý do")
    look(page, tmp_path / "m-refused.png", script=False)
    page.locator("#tc-I\\.1").get_by_label("Lý do, nhận xét").fill("Thiếu văn bản")
    page.locator("#tc-I\\.1").get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status").first).to_have_text("Đã lưu 1 tiêu chí.")
    expect(page).to_have_url(re.compile(r"#tc-I\.2$"))
    expect(page.locator(".dock").get_by_role("button", name="Lưu tất cả")).to_be_in_viewport()
    page.screenshot(path=tmp_path / "m-window.png")
    look(page, tmp_path / "m-appraise.png", script=False)
    page.goto(f"/assessments/{site.world.assessment_ids[1]}/questions?code=I.1")
    look(page, tmp_path / "m-questions.png", script=False)
    page.goto(f"/rounds/{site.world.round_id}/criteria/I.1")
    look(page, tmp_path / "m-column.png", script=False)
    page.goto(f"/rounds/{site.world.round_id}/differences")
    look(page, tmp_path / "m-differences.png", script=False)
    context.close()


def test_the_lead_steers(chromium: Browser, site: Site, tmp_path: Path) -> None:
    context = _context(chromium, site, 1280, script=True)
    page = _sign_in(context, site, site.world.lead)
    page.goto(f"/rounds/{site.world.round_id}/appraisers")
    look(page, tmp_path / "appraisers.png", script=True)
    page.goto(f"/rounds/{site.world.round_id}/assignments?whose=none")
    page.get_by_label("Chọn tất cả 1 hồ sơ đang lọc").check()
    page.get_by_label("Người thẩm định").select_option(label="appraiser")
    look(page, tmp_path / "assignments.png", script=True)
    press(page, "Xem lại và giao")
    look(page, tmp_path / "assign-look.png", script=True)
    press(page, "Giao 1 hồ sơ")
    expect(page.get_by_role("status").first).to_have_text("Đã giao 1 hồ sơ cho appraiser.")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/rounds/{site.world.round_id}/assignments")
    look(page, tmp_path / "m-assignments.png", script=True)
    page.goto(f"/rounds/{site.world.round_id}/appraisers")
    look(page, tmp_path / "m-appraisers.png", script=True)
    context.close()
