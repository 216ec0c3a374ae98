"""What the staff of a year of dan-chu-co-so do, each by its own pages: administrator, authority, reader, auditor."""

import re
from typing import Final

from playwright.sync_api import Page, expect

from tests.e2e.hands import (
    Size,
    arrived,
    follow,
    give_paper,
    go,
    look,
    press,
    room,
    sign_in_by_mail,
    sign_in_by_password,
)
from tests.e2e.post import Year

ADMINISTRATOR: Final = "administrator@donvi.example"
LEAD: Final = "lead@donvi.example"
AUTHORITY: Final = "authority@donvi.example"
AUDITOR: Final = "auditor@donvi.example"
READER: Final = "reader@donvi.example"
TITLE: Final = re.compile("dân chủ ở cơ sở")


def open_round(page: Page, email: str, size: Size) -> None:
    """Sign in and open the round from one's own tasks."""
    sign_in_by_password(page, email)
    look(page, size)
    page.locator("#rounds ~ ul").get_by_role("link").click()
    arrived(page, TITLE)


def grants_an_extension(page: Page, size: Size) -> None:
    """The administrator finds on the board that a unit asks for more time, and grants it."""
    open_round(page, ADMINISTRATOR, size)
    look(page, size)
    follow(page, "Đề nghị gia hạn chờ trả lời")
    look(page, size)
    press(page, "Chấp thuận… Đơn vị 2")
    page.get_by_label("Lý do gia hạn").fill("Đơn vị bị ngập lụt.")
    give_paper(page, "21-CV/BDVTU", "05/12/2026", scan=False)
    look(page, size)
    press(page, "Xem trước")
    look(page, size)
    press(page, "Gia hạn 1 hồ sơ")
    expect(page.get_by_role("row", name="Đơn vị 2")).to_contain_text("Chấp thuận")


def assigns(page: Page, size: Size) -> None:
    """The lead gives the appraiser the only dossier that came in, after a second look."""
    open_round(page, LEAD, size)
    room(page, "Thẩm định")
    look(page, size)
    go(page.get_by_role("navigation", name="Bàn thẩm định").get_by_role("link", name="Phân công"))
    room(page, "Thẩm định")
    follow(page, "Phân công")
    page.get_by_label("Chọn Đơn vị 1").check()
    page.get_by_label("Người thẩm định").select_option(label="appraiser")
    look(page, size)
    press(page, "Xem lại và giao")
    look(page, size)
    press(page, "Giao 1 hồ sơ")
    expect(page.get_by_role("status").first).to_contain_text("Đã giao 1 hồ sơ")


def concludes(page: Page, year: Year, size: Size) -> None:
    """The lead ends the appraisal."""
    sign_in_by_password(page, LEAD)
    page.goto(f"/assessments/{year.world.first}/appraise")
    if page.get_by_role("button", name="Không có xung đột, mở hồ sơ").count():
        press(page, "Không có xung đột, mở hồ sơ")
    look(page, size)
    page.get_by_role("button", name="Kết thúc thẩm định").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Đã kết thúc thẩm định")
    page.goto(f"/assessments/{year.world.first}/appraise")
    expect(page.get_by_text("Đã thẩm định").first).to_be_visible()


def opens_the_decision(page: Page, size: Size) -> None:
    """The administrator ends the appraisal of the round."""
    open_round(page, ADMINISTRATOR, size)
    room(page, "Giai đoạn")
    look(page, size)
    press(page, "Chuyển sang quyết định kết quả")
    expect(page.get_by_role("status").first).to_have_text("Đã thực hiện.")


def decides(page: Page, size: Size) -> None:
    """The authority decides on all three at once, after a second look; it has no number yet."""
    open_round(page, AUTHORITY, size)
    room(page, "Quyết định")
    look(page, size)
    follow(page, "Lập quyết định")
    for box in page.get_by_role("checkbox").all():
        box.check()
    look(page, size)
    press(page, "Xem lại trước khi quyết định")
    look(page, size)
    press(page, "Quyết định 3 hồ sơ")
    arrived(page, "Quyết định chưa có số")
    look(page, size)


def numbers_and_announces(page: Page, size: Size) -> None:
    """The administrator gives the decision its number and signed copy, and tells the units."""
    open_round(page, ADMINISTRATOR, size)
    room(page, "Quyết định")
    follow(page, "Quyết định chưa có số")
    give_paper(page, "07-QĐ/BDVTU", "20/12/2026")
    press(page, "Ghi vào quyết định")
    arrived(page, "Quyết định số 07-QĐ/BDVTU")
    follow(page, "Thông báo cho 3 đơn vị")
    look(page, size)
    press(page, "Thông báo cho 3 đơn vị")
    expect(page.get_by_role("status").first).to_contain_text("cho 3 đơn vị")
    look(page, size)


def reads_nothing_yet(page: Page, year: Year, size: Size) -> None:
    """The reader sees that there will be results, and none of them."""
    sign_in_by_mail(page, year, READER)
    expect(page.get_by_text("Chưa công bố kết quả")).to_be_visible()
    look(page, size)
    follow(page, TITLE)
    expect(page.get_by_text("Kết quả của đợt này chưa được công bố.")).to_be_visible()
    expect(page.get_by_text("98,5")).to_have_count(0)
    look(page, size)


def reports(page: Page, size: Size) -> None:
    """The administrator names the report by its number, and reports."""
    open_round(page, ADMINISTRATOR, size)
    room(page, "Giai đoạn")
    give_paper(page, "30-BC/BDVTU", "28/12/2026")
    press(page, "Ghi số báo cáo")
    expect(page.get_by_role("status").first).to_have_text("Đã ghi số báo cáo.")
    press(page, "Báo cáo kết quả")
    expect(page.get_by_role("status").first).to_have_text("Đã thực hiện.")
    look(page, size)


def reads_the_results(page: Page, year: Year, size: Size) -> None:
    """The reader is told by mail, and reads."""
    assert any("báo cáo" in subject.lower() for subject, _ in year.mails(READER))
    sign_in_by_mail(page, year, READER)
    follow(page, TITLE)
    expect(page.get_by_role("row", name="Đơn vị 1")).to_contain_text("98,5")
    look(page, size)


def looks_back(page: Page, year: Year, size: Size) -> None:
    """The auditor finds the unit, reads what happened to it, compares two points, and has everything verified."""
    sign_in_by_password(page, AUDITOR)
    look(page, size)
    follow(page, "Tra cứu lịch sử")
    page.get_by_label("Tên hoặc mã đơn vị").fill("don vi 1")
    press(page, "Tìm")
    look(page, size)
    follow(page, re.compile("^2026"))
    arrived(page, "Lịch sử hồ sơ: Đơn vị 1")
    for step in ("Nộp bản tự đánh giá", "Thông báo kết quả"):
        expect(page.get_by_role("heading", name=step).first).to_be_visible()
    look(page, size)
    _compares(page, size)
    _verifies(page, year, size)


def _compares(page: Page, size: Size) -> None:
    page.get_by_label("Từ dòng 1", exact=True).check()
    page.locator('[name="to"]').first.check()
    press(page, "So sánh")
    arrived(page, "So sánh hai thời điểm")
    expect(page.get_by_role("row", name=re.compile(r"^(Tiêu chí )?I\.1 "))).to_contain_text("2,5")
    look(page, size)
    follow(page, "Lịch sử hồ sơ")


def _verifies(page: Page, year: Year, size: Size) -> None:
    press(page, "Kiểm tra chuỗi này")
    expect(page.get_by_text("Nguyên vẹn")).to_be_visible()
    look(page, size)
    follow(page, "Đối chiếu mã kiểm chứng của đợt")
    press(page, "Kiểm tra các chuỗi")
    expect(page.get_by_text("Đang chờ").first).to_be_visible()
    year.deliver()
    page.reload()
    expect(page.get_by_role("row", name="Tính lại các chuỗi")).to_contain_text("Nguyên vẹn")
    look(page, size)
