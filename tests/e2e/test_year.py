"""A year of dan-chu-co-so by every role, by pages and real mail: at a desk, on a telephone, without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from actions.passwords import set_password
from models.db import Database, run
from states.history import verify
from tests.actions.world import launched
from tests.conftest import Fresh
from tests.e2e import steering
from tests.e2e.hands import SCAN, Size, come_by_mail, follow, look, press, shown, sign_in_by_mail, window
from tests.e2e.post import Year
from tests.e2e.test_unit import fill
from tests.notifications.smtp import Postbox, serving
from tests.web.letters import PASSWORD_HASH

OFFICER, HEAD, APPRAISER = "canbo1@donvi.example", "thutruong1@donvi.example", "appraiser@donvi.example"
SECOND = "canbo2@donvi.example"


@pytest.fixture
def year(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Year]:
    """A round on the day of its launch, and a mail server."""
    box = Postbox()
    with fresh_sqlite() as url, serving(box) as port:
        database = Database(url)
        made = Year(database, launched(database, year=2026), box, port, tmp_path)
        _prepare(made)
        yield made
        database.dispose()


def _prepare(year: Year) -> None:
    world = year.world
    with year.database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
        for who in (world.lead, world.authority, world.administrator, world.auditor):
            set_password(session, who.account_id or 0, PASSWORD_HASH, actor=who, now=world.launched_at)


SIZES = [
    Size(1280, script=True),
    *(
        pytest.param(Size(width, script=script), marks=pytest.mark.faults)
        for width, script in ((360, False), (360, True), (1280, False))
    ),
]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_year(chromium: Browser, year: Year, size: Size) -> None:
    with year.day("2026-11-11 08:30"), window(chromium, year, size) as page:
        submits(page, year, size)
    with year.day("2026-12-05 14:00"):
        has_more_time(chromium, year, size)
    with year.day("2026-12-10 00:00:16"), window(chromium, year, size) as page:
        finds_it_locked(page, year, size)
    with year.day("2026-12-10 08:30"):
        appraises(chromium, year, size)
    with year.day("2026-12-20 10:00"):
        settles(chromium, year, size)
    with year.day("2026-12-28 08:00"):
        ends(chromium, year, size)
    with year.database.reading() as session:
        assert verify(session).broken == ()


def has_more_time(chromium: Browser, year: Year, size: Size) -> None:
    """The first unit revises what it submitted, the second asks for more time and gets it."""
    with window(chromium, year, size) as page:
        revises(page, year)
    with window(chromium, year, size) as page:
        asks_for_time(page, year, size)
    with window(chromium, year, size) as page:
        steering.grants_an_extension(page, size)
    year.deliver()
    assert any("hạn" in subject.lower() for subject, _ in year.mails(SECOND)[1:])


def appraises(chromium: Browser, year: Year, size: Size) -> None:
    """The dossier is given out, appraised with a question in between, and concluded."""
    with window(chromium, year, size) as page:
        steering.assigns(page, size)
    with window(chromium, year, size) as desk, window(chromium, year, size) as page:
        appraises_and_asks(desk, year, size)
        explains(page, year, size)
        finishes(desk, year, size)
    with window(chromium, year, size) as page:
        steering.concludes(page, year, size)


def settles(chromium: Browser, year: Year, size: Size) -> None:
    """It is decided, numbered and announced; the unit reads its result, the reader of reports none yet."""
    for step in (steering.opens_the_decision, steering.decides, steering.numbers_and_announces):
        with window(chromium, year, size) as page:
            step(page, size)
    with window(chromium, year, size) as page:
        steering.reads_nothing_yet(page, year, size)
    year.deliver()
    with window(chromium, year, size) as page:
        reads_the_result(page, year, size)


def ends(chromium: Browser, year: Year, size: Size) -> None:
    """It is reported, read, and looked back upon."""
    with window(chromium, year, size) as page:
        steering.reports(page, size)
    year.deliver()
    for step in (steering.reads_the_results, steering.looks_back):
        with window(chromium, year, size) as page:
            step(page, year, size)


def submits(page: Page, year: Year, size: Size) -> None:
    come_by_mail(page, year, OFFICER, "nhiệm vụ")
    look(page, size)
    for number, leaf in enumerate(year.world.programme.sheets[0].sheet.leaves(), 1):
        fill(page.locator(f"#k{number}"), leaf)
    first = page.locator("#k1")
    first.get_by_text("Thêm minh chứng").click()
    first.locator('input[type="file"]').set_input_files([SCAN])
    shown(page, "Xem lại và nộp")
    expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và nộp")
    look(page, size)
    page.get_by_role("button", name="Nộp", exact=True).click()
    expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
    look(page, size)
    expect(page.get_by_role("link", name="Nghị quyết 05.pdf", exact=True)).to_have_count(1)
    year.deliver()
    assert {to for to in (OFFICER, HEAD) if any("biên nhận" in subject.lower() for subject, _ in year.mails(to))} == {
        OFFICER,
        HEAD,
    }


def revises(page: Page, year: Year) -> None:
    come_by_mail(page, year, OFFICER, "nhiệm vụ")
    page.get_by_role("button", name="Sửa bản đã nộp").click()
    page.locator("#k1").get_by_label("Điểm tự chấm").fill("3")
    shown(page, "Xem lại và nộp")
    page.get_by_role("button", name="Nộp", exact=True).click()
    expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
    expect(page.get_by_text("99", exact=True).first).to_be_visible()


def finds_it_locked(page: Page, year: Year, size: Size) -> None:
    """A locked round is a clear page for whoever still holds a link; the database knows what was taken."""
    page.goto(year.link(OFFICER, "nhiệm vụ"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Liên kết không còn dùng được")
    look(page, size)


def asks_for_time(page: Page, year: Year, size: Size) -> None:
    """The second unit asks the administrator."""
    come_by_mail(page, year, SECOND, "nhiệm vụ")
    follow(page, re.compile("đề nghị gia hạn", re.IGNORECASE))
    page.get_by_label("Lý do").fill("Trụ sở bị ngập.")
    page.get_by_label("Đề nghị đến hết ngày").fill("11/12/2026")
    look(page, size)
    press(page, "Gửi đề nghị")
    expect(page.get_by_text("Đang chờ trả lời")).to_be_visible()


def appraises_and_asks(page: Page, year: Year, size: Size) -> None:
    sign_in_by_mail(page, year, APPRAISER)
    look(page, size)
    follow(page, "Mở bàn thẩm định")
    look(page, size)
    follow(page, "Đơn vị 1")
    press(page, "Không có xung đột, mở hồ sơ")
    first = page.locator("#tc-I\\.1")
    expect(first.get_by_role("link", name="Nghị quyết 05.pdf", exact=True)).to_be_visible()
    first.get_by_label("Điểm").fill("2,5")
    first.get_by_label("Lý do, nhận xét").fill("Nghị quyết ban hành chậm.")
    first.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Đã lưu").first).to_be_visible()
    page.locator("#tc-I\\.2").get_by_role("link", name="Yêu cầu giải trình").click()
    page.get_by_label("Nội dung chung").fill("Đề nghị nêu rõ số quyết định kiện toàn.")
    page.get_by_role("button", name="Gửi yêu cầu giải trình").click()
    expect(page.get_by_text("Đang chờ trả lời")).to_be_visible()
    look(page, size)
    year.deliver()


def explains(page: Page, year: Year, size: Size) -> None:
    come_by_mail(page, year, OFFICER, "giải trình")
    look(page, size)
    follow(page, "Xem và trả lời")
    look(page, size)
    page.get_by_role("textbox", name="Giải trình", exact=True).fill("Quyết định số 12-QĐ/ĐU ngày 05/02/2026.")
    page.locator('input[type="file"]').set_input_files([SCAN | {"name": "Quyết định 12.pdf"}])
    page.get_by_role("button", name="Gửi giải trình").last.click()
    expect(page.get_by_text(re.compile("Đã gửi giải trình")).first).to_be_visible()
    year.deliver()


def finishes(page: Page, year: Year, size: Size) -> None:
    """The appraiser is told of the answer, reads it beside the criterion, and agrees with what is left."""
    assert any("giải trình" in subject.lower() for subject, _ in year.mails(APPRAISER))
    page.goto(f"/assessments/{year.world.first}/appraise")
    expect(page.locator("#tc-I\\.2")).to_contain_text("Quyết định số 12-QĐ/ĐU")
    page.goto(f"/assessments/{year.world.first}/appraise/agree")
    page.get_by_role("button", name=re.compile("Đồng ý với 23")).click()
    expect(page.get_by_role("status").first).to_contain_text("23 tiêu chí")
    look(page, size)


def reads_the_result(page: Page, year: Year, size: Size) -> None:
    come_by_mail(page, year, OFFICER, "kết quả")
    expect(page.get_by_role("heading", name="Kết quả")).to_be_visible()
    expect(page.get_by_text("98,5", exact=True).first).to_be_visible()
    expect(page.get_by_text("Nghị quyết ban hành chậm.")).to_be_visible()
    look(page, size)
