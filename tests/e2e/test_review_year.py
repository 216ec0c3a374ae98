"""A year of kiem-diem-xep-loai by pages and mail: a collective reviews itself, is asked about, voted on, recognised."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from actions.passwords import set_password
from models.db import Database, run
from states.history import verify
from tests.actions.ha_tinh_world import LAUNCHED, Ward, staffed, ward
from tests.conftest import Fresh
from tests.e2e.hands import SCAN, Size, arrived, come_by_mail, follow, give_paper, look, press, room, shown, window
from tests.e2e.hands import sign_in_by_mail as by_mail
from tests.e2e.hands import sign_in_by_password as by_password
from tests.e2e.post import Year
from tests.notifications.smtp import Postbox, serving
from tests.web.letters import PASSWORD_HASH
from tests.web.steps_world import as_world

NAME = "Tập thể lãnh đạo phường Ví Dụ"
OFFICER, HEAD, ABOVE = "canbo-mt@mau.example", "thutruong-mt@mau.example", "canbo-tp@mau.example"
ADMINISTRATOR, AUTHORITY, GIVER = (
    "administrator-moi@mau.example",
    "authority-p@mau.example",
    "opinion_giver-moi@mau.example",
)
SECRETARIES = ("secretary-p@mau.example", "secretary-moi@mau.example")
LEVEL = "Hoàn thành tốt nhiệm vụ"
SIZES = [Size(1280, script=True), pytest.param(Size(360, script=False), marks=pytest.mark.faults)]


@dataclass
class Review:
    """A year, and how people look at it."""

    year: Year
    size: Size
    chromium: Browser

    def by(self, step: Callable[[Page, "Review"], None]) -> None:
        """Somebody's step, in a browser of its own."""
        with window(self.chromium, self.year, self.size) as page:
            step(page, self)
        self.year.deliver()

    def look(self, page: Page) -> None:
        """The page is as it should be."""
        look(page, self.size)


@pytest.fixture
def year(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Year]:
    """A ward on the day of the launch, and a mail server."""
    box = Postbox()
    with fresh_sqlite() as url, serving(box) as port:
        database = Database(url)
        made = ward(database)
        _prepare(database, made)
        yield Year(database, as_world(made), box, port, tmp_path)
        database.dispose()


def _prepare(database: Database, made: Ward) -> None:
    with database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
        run(session, "UPDATE assessment SET name = :name WHERE id = :id", {"name": NAME, "id": made.ids["mt"]})
        staffed(session, "opinion_giver")
        for who in (made.administrator, made.authorities["p"], made.secretary, staffed(session, "secretary", "p")):
            set_password(session, who.account_id or 0, PASSWORD_HASH, actor=who, now=LAUNCHED)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_year_of_review(chromium: Browser, year: Year, size: Size) -> None:
    made = Review(year, size, chromium)
    with year.day("2024-11-01 08:30"):
        for step in (suggests, encloses):
            made.by(step)
    with year.day("2024-11-04 08:00"):
        for step in (agrees, sends_the_draft):
            made.by(step)
    with year.day("2024-11-07 08:30"):
        for step in (reviews, rates_itself):
            made.by(step)
    with year.day("2024-11-20 08:30"):
        for step in (asks, gives_an_opinion, opens_the_decision):
            made.by(step)
    with year.day("2024-12-03 08:30"):
        box = holds_a_meeting(made)
        made.by(lambda page, _: counts_too(page, made, box))
        for step in (recognises, reads_the_result):
            made.by(step)
    with year.database.reading() as session:
        assert verify(session).broken == ()


def suggests(page: Page, made: Review) -> None:
    """The superior finds the collective among those below, and wants something reviewed."""
    by_mail(page, made.year, ABOVE)
    made.look(page)
    follow(page, "hồ sơ cấp dưới")
    made.look(page)
    follow(page, NAME)
    made.look(page)
    page.get_by_text("Việc khác").click()
    follow(page, "Gợi ý kiểm điểm")
    made.look(page)
    page.get_by_label("Lý do").fill("Còn đơn thư kéo dài.")
    press(page, "Gợi ý kiểm điểm")
    expect(page.get_by_text("Được gợi ý kiểm điểm").first).to_be_visible()


def encloses(page: Page, made: Review) -> None:
    """The officer comes by the mail of the launch and encloses the draft."""
    come_by_mail(page, made.year, OFFICER, "gợi ý")
    made.look(page)
    follow(page, "Tài liệu, khai báo")
    page.get_by_label("Loại tài liệu").select_option(label="Báo cáo kiểm điểm tập thể (Mẫu 01)")
    give_paper(form(page, "/enclosures"), "15-BC/TT", "01/11/2024")
    made.look(page)
    press(page, "Đính kèm")
    expect(page.get_by_role("row", name="Báo cáo kiểm điểm tập thể (Mẫu 01)")).to_be_visible()


def form(page: Page, action: str) -> Locator:
    """The form that goes to an address of that ending."""
    return page.locator(f'form[action$="{action}"]')


def agrees(page: Page, made: Review) -> None:
    """The superior agrees with the report."""
    by_mail(page, made.year, ABOVE)
    follow(page, "hồ sơ cấp dưới")
    follow(page, NAME)
    follow(page, "Thống nhất báo cáo kiểm điểm")
    made.look(page)
    give_paper(page, "20-CV/TU", "01/11/2024")
    press(page, "Thống nhất báo cáo kiểm điểm")
    expect(page.get_by_text("Đang chuẩn bị báo cáo kiểm điểm").first).to_be_visible()


def sends_the_draft(page: Page, made: Review) -> None:
    """The head sends the draft to whoever sits in the review."""
    by_mail(page, made.year, HEAD)
    follow(page, NAME)
    follow(page, "Gửi dự thảo báo cáo")
    made.look(page)
    press(page, "Gửi dự thảo báo cáo")
    expect(page.get_by_text("Đã gửi dự thảo cho thành viên dự họp").first).to_be_visible()


def reviews(page: Page, made: Review) -> None:
    """Three working days later the head records the review by its minutes."""
    by_mail(page, made.year, HEAD)
    follow(page, NAME)
    follow(page, "Ghi nhận đã kiểm điểm")
    give_paper(page, "03-BB/TT", "07/11/2024")
    made.look(page)
    press(page, "Ghi nhận đã kiểm điểm")
    expect(page.get_by_text("Đã kiểm điểm").first).to_be_visible()


def rates_itself(page: Page, made: Review) -> None:
    """The officer fills the degrees in and takes the level the collective gave itself."""
    by_mail(page, made.year, OFFICER)
    follow(page, NAME)
    for one in page.locator(".crit").all():
        one.get_by_role("radio").nth(1).check()
    made.look(page)
    shown(page, "Tự xếp loại")
    page.get_by_label("Mức tự xếp loại").select_option(label=LEVEL)
    made.look(page)
    press(page, "Tự xếp loại")
    expect(page.get_by_text("Đã tự xếp loại").first).to_be_visible()


def open_round(page: Page, made: Review, email: str) -> None:
    """Sign in by password and open the round."""
    by_password(page, email)
    made.look(page)
    page.locator('a[href="/rounds/1"]').first.click()
    arrived(page, made.year.world.programme.title + " năm 2024")


def asks(page: Page, made: Review) -> None:
    """The administrator asks a body for its opinion."""
    open_round(page, made, ADMINISTRATOR)
    room(page, "Lấy ý kiến")
    made.look(page)
    follow(page, "Đề nghị tham gia ý kiến")
    page.get_by_label(NAME).check()
    page.get_by_label(GIVER).check()
    page.get_by_label("Nội dung đề nghị").fill("Đề nghị nhận xét và đề xuất mức xếp loại.")
    page.get_by_label("Hạn trả lời").fill("28/11/2024")
    made.look(page)
    press(page, "Xem lại trước khi gửi")
    made.look(page)
    press(page, "Gửi đề nghị")
    expect(page.get_by_role("status").first).to_be_visible()


def gives_an_opinion(page: Page, made: Review) -> None:
    """The body answers by the link of its mail."""
    page.goto(made.year.link(GIVER, "ý kiến"))
    page.get_by_label("Họ và tên").fill("Lê Thị Mẫu")
    page.get_by_label("Chức vụ").fill("Chuyên viên")
    made.look(page)
    press(page, "Mở phiếu tham gia ý kiến")
    page.get_by_label("Mức đề nghị").select_option(label=LEVEL)
    page.get_by_label("Ý kiến nhận xét").fill("Đoàn kết, hoàn thành các chỉ tiêu được giao.")
    made.look(page)
    shown(page, "Xem lại và gửi")
    made.look(page)
    press(page, "Gửi ý kiến đã chọn")
    expect(page.get_by_text("Đã gửi đủ ý kiến về 1 hồ sơ.")).to_be_visible()


def opens_the_decision(page: Page, made: Review) -> None:
    """The administrator puts everything together and brings the dossier to the ballot."""
    open_round(page, made, ADMINISTRATOR)
    page.goto(f"/assessments/{_key(made)}")
    made.look(page)
    follow(page, "Thẩm định, tổng hợp")
    press(page, "Thẩm định, tổng hợp")
    expect(page.get_by_text("Đang thẩm định, tổng hợp").first).to_be_visible()
    follow(page, "Mở bỏ phiếu quyết định")
    page.get_by_label(NAME).check()
    made.look(page)
    press(page, "Xem lại")
    made.look(page)
    press(page, "Thực hiện với 1 hồ sơ")
    expect(page.get_by_role("status").first).to_be_visible()


def _key(made: Review) -> int:
    with made.year.database.reading() as session:
        found: int = run(session, "SELECT id FROM assessment WHERE name = :name", {"name": NAME}).fetchone()[0]
        return found


def holds_a_meeting(made: Review) -> str:
    """The first secretary prepares and opens a meeting, and counts the papers; returns the box."""
    with window(made.chromium, made.year, made.size) as page:
        open_round(page, made, SECRETARIES[0])
        room(page, "Phiên họp")
        follow(page, "Chuẩn bị phiên họp")
        page.get_by_label("Ngày họp").fill("03/12/2024")
        page.get_by_role("textbox", name="Địa điểm").fill("Phòng họp số 1")
        page.get_by_label("Người được triệu tập").fill("\n".join(f"Ủy viên {n}; Đảng ủy viên" for n in range(1, 6)))
        made.look(page)
        press(page, "Lập phiên họp")
        for one in page.get_by_role("group", name="Có mặt").get_by_role("checkbox").all():
            one.check()
        press(page, "Ghi điểm danh và khai mạc")
        expect(page.get_by_text("Đang họp", exact=True)).to_be_visible()
        made.look(page)
        follow(page, "Mở «Phiếu quyết định mức xếp loại»")
        press(page, "Mở hòm phiếu")
        counts(page, made)
        expect(page.get_by_role("status").first).to_contain_text("Chờ người thứ hai")
        return page.url.removeprefix(made.year.address)


def counts(page: Page, made: Review) -> None:
    """Enter what the five papers say."""
    page.get_by_label("Số phiếu phát ra").fill("5")
    page.get_by_label("Số phiếu thu về").fill("5")
    row = page.get_by_role("row", name=NAME).get_by_role("textbox")
    for place, number in enumerate((0, 5, 0, 0, 0)):
        row.nth(place).fill(str(number))
    made.look(page)
    press(page, "Ghi kết quả kiểm phiếu")


def counts_too(page: Page, made: Review, box: str) -> None:
    """The second secretary counts the same, and closes the meeting by its minutes."""
    by_password(page, SECRETARIES[1])
    page.goto(box)
    give_paper(form(page, "/count"), "12-BB/ĐU", "03/12/2024", scan=False)
    counts(page, made)
    expect(page.get_by_text("Đã kiểm phiếu")).to_be_visible()
    made.look(page)
    page.locator("main a[href^='/meetings/']").first.click()
    page.get_by_text("Kết thúc phiên họp").first.click()
    give_paper(form(page, "/close"), "13-BB/ĐU", "03/12/2024", scan=False)
    press(page, "Kết thúc phiên họp")
    expect(page.get_by_text("Đã kết thúc", exact=True)).to_be_visible()


def recognises(page: Page, made: Review) -> None:
    """The authority recognises what was voted for, by a signed decision."""
    open_round(page, made, AUTHORITY)
    room(page, "Quyết định")
    follow(page, "Lập quyết định")
    page.get_by_role("checkbox", name=NAME).check()
    give_paper(page, "45-QĐ/ĐU", "03/12/2024", scan=False)
    page.get_by_label(f"Lý do, {NAME}").fill("Theo kết quả bỏ phiếu, có biên bản.")
    made.look(page)
    press(page, "Xem lại trước khi quyết định")
    page.get_by_label("Bản chụp quyết định đã ký").set_input_files([SCAN])
    made.look(page)
    press(page, "Quyết định 1 hồ sơ")
    arrived(page, "Quyết định số 45-QĐ/ĐU")
    made.look(page)


def reads_the_result(page: Page, made: Review) -> None:
    """The officer is told by mail, and reads the level."""
    come_by_mail(page, made.year, OFFICER, "kết quả")
    expect(page.get_by_role("heading", name="Kết quả")).to_be_visible()
    expect(page.get_by_text(LEVEL).first).to_be_visible()
    made.look(page)
