"""What a page does with what could not be saved: it is told until it is saved, and goes on after signing in again."""

from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page, expect

from models.assessments import marks
from tests.e2e.conftest import Site
from tests.e2e.hands import Size, browsing, press, saving
from tests.e2e.test_unit import mailed


def open_task(page: Page, address: str) -> None:
    page.goto(address)
    press(page, "Mở hồ sơ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị 1")


def test_nothing_that_was_not_saved_is_lost_or_hidden(chromium: Browser, site: Site, tmp_path: Path) -> None:
    address = mailed(site, tmp_path / "mail")
    context = browsing(chromium, site.address, Size(1280, script=True))
    page, asked = context.new_page(), list[str]()
    page.on("dialog", partial(stay, asked))
    open_task(page, address)
    refused_stays_told(page, asked)
    page.emulate_media(media="print")
    expect(page.get_by_text("Dữ liệu trên trang này không có giá trị thi hành.")).to_be_visible()
    page.emulate_media(media="screen")
    context.clear_cookies()
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("#n1").get_by_role("button", name="Lưu", exact=True)).to_be_visible()
    for key in ("k1", "k2", "k3"):
        with saving(page, f"Chưa ghi {key}"):
            page.locator(f"#{key}").get_by_label("Thuyết minh").fill(f"Chưa ghi {key}")
            page.keyboard.press("Tab")
    expect(page.locator("#dock-saved")).to_contain_text("Chưa lưu")
    expect(page.locator("#dock-saved")).to_be_in_viewport()
    page.get_by_role("button", name="ghi tiếp").click()
    expect(page.get_by_role("link", name="Đăng nhập ở thẻ mới")).to_be_focused()
    open_task(context.new_page(), address)
    page.get_by_role("button", name="ghi tiếp").click()
    expect(page.locator("#bao")).to_be_empty()
    expect(page.locator("#saved")).to_contain_text("Đã lưu")
    expect(page.locator(".crit.unsaved")).to_have_count(0)
    page.goto("/assessments/1/difficulties")
    page.get_by_label("Nội dung vướng mắc").fill("Tiêu chí I.4 tính thế nào?")
    with page.expect_event("dialog"):
        page.evaluate("window.location.reload()")
    assert asked == ["beforeunload"] * 2
    context.close()
    with site.database.reading() as session:
        draft = marks(session, site.world.first, "draft")
        assert [draft[code].note for code in ("I.1", "I.2", "I.3")] == [f"Chưa ghi k{n}" for n in (1, 2, 3)]


def stay(asked: list[str], dialog: Dialog) -> None:
    asked.append(dialog.type)
    dialog.dismiss()


def refused_stays_told(page: Page, asked: list[str]) -> None:
    """A mark that cannot stand stays told while others are saved, and nobody leaves it by mistake.

    A link in a closed part of the page does not silence the button.
    """
    page.locator("#k1").get_by_label("Điểm tự chấm").fill("99")
    page.locator("#k3").get_by_label("Điểm tự chấm").fill("3")
    with page.expect_response(lambda one: one.ok and one.request.method == "POST"):
        page.keyboard.press("Tab")
    expect(page.locator("#saved")).to_have_text("Chưa lưu hết: xem I.1")
    with page.expect_event("dialog"):
        page.evaluate("window.location.reload()")
    assert asked == ["beforeunload"]
    page.locator("#k1").get_by_label("Điểm tự chấm").fill("4")
    page.locator("#k1").get_by_text("Thêm minh chứng").click()
    page.locator("#k1").get_by_label("Hoặc đường link").fill("danang.gov.vn")
    page.locator("#k1").get_by_text("Thêm minh chứng").click()
    page.get_by_role("complementary").get_by_role("button", name="Xem lại và nộp").click()
    expect(page.get_by_role("alert")).to_contain_text("đường link phải bắt đầu bằng https://")
    expect(page.locator("#k1").get_by_label("Hoặc đường link")).to_have_value("danang.gov.vn")
    page.locator("#k1").get_by_label("Hoặc đường link").fill("https://danang.gov.vn/1")
    page.keyboard.press("Tab")
    expect(page.locator("#k1 .file")).to_have_count(1)
