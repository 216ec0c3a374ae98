"""A unit's officer from the mail to the receipt: on a desk with JavaScript, on a telephone without."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from sqlmodel import select

from config.sheet import Criterion, Kind, Sheet
from models.assessments import marks
from models.evidence import Evidence
from models.mail import Outbox
from notifications.delivery import deliver
from notifications.render import Origin
from notifications.send import FileTransport
from states.history import verify
from tests.actions.world import submitted
from tests.e2e.conftest import NOW, Site
from tests.e2e.hands import SCAN, Size, browsing, follow, go, press, saving, told_late
from tests.e2e.test_doors import look
from tests.evidence.papers import saved, scanned

PICTURES = Path(__file__).parents[2] / "var" / "shots"
"""Pictures to be looked at; var/ is kept out of the repository."""
ANSWERED = """() => {
  window.answered = new Promise((done) => document.addEventListener('htmx:afterRequest', () => done(), { once: true }));
}"""
"""Lets the page tell when an answer has come to it."""
LEAVING = """() => new Promise((done) => {
  const sent = [], other = document.querySelector('form:not(#sheet)');
  document.addEventListener('htmx:beforeSend', (event) => sent.push(event.detail.elt.id));
  window.addEventListener('submit', (event) => { event.preventDefault(); done(sent); });
  document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
  document.activeElement.blur();
  other.requestSubmit();
})"""
"""What is sent of the sheet before another form leaves the page, while a press goes on."""
EXPECTED = re.compile("status of 4|ERR_INTERNET_DISCONNECTED|htmx:(sendError|afterRequest)")
"""What a browser says of a refused save and of a line that is down."""


def mailed(site: Site, folder: Path, message: str = "assigned") -> str:
    """Deliver the mail of the round into a folder and read the first officer's link out of it."""
    origin = Origin("khong-tra-loi@danhgia.example", site.address)
    deliver(site.database, FileTransport(folder), origin, now=lambda: NOW + timedelta(minutes=1))
    for file in sorted(folder.glob(f"*{message}*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        assert body is not None
        if "canbo1@" in mail["to"]:
            found = re.search(rf"{site.address}/t/[\w-]+", body.get_content())
            assert found is not None
            return found[0]
    raise LookupError(message)


@contextmanager
def window(chromium: Browser, site: Site, width: int, *, script: bool) -> Iterator[Page]:
    """A window of a browser in which nothing is complained of."""
    context = browsing(chromium, site.address, Size(width, script=script), height=900 if width > 600 else 740)
    page, told = context.new_page(), list[str]()
    page.on(
        "console", lambda one: told.append(f"{one.text} {one.location}") if one.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    context.close()
    assert [one for one in told if not EXPECTED.search(one)] == []


def fill(row: Locator, leaf: Criterion) -> None:
    """Give a criterion its best."""
    code = leaf.code
    match leaf.kind:
        case Kind.CHOICE:
            best = max(leaf.options, key=lambda one: one.points)
            row.locator(f'[name="option-{code}"][value="{best.code}"]').check()
        case Kind.BINARY:
            row.get_by_role("radio").first.check()
        case Kind.RATIO:
            row.locator(f'[name="done-{code}"]').fill("5")
            row.locator(f'[name="assigned-{code}"]').fill("5")
        case Kind.COUNT:
            row.locator(f'[name="units-{code}"]').fill("50")
        case _:
            row.locator(f'[name="points-{code}"]').fill(f"{leaf.ceiling:f}".replace(".", ","))


def sheet_of(site: Site) -> Sheet:
    return site.world.programme.sheet_for("dang_bo_quan_huyen")


def open_task(page: Page, site: Site, folder: Path) -> None:
    page.goto(mailed(site, folder))
    press(page, "Mở hồ sơ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị 1")


def test_an_officer_at_a_desk(chromium: Browser, site: Site, tmp_path: Path) -> None:
    sheet = sheet_of(site)
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        look(page, PICTURES / "desk-empty.png", script=True)
        expect(page.locator(".clock")).to_contain_text("ngày")
        first = page.locator("#k1")
        first.get_by_label("Điểm tự chấm").fill("9")
        first.get_by_label("Thuyết minh").fill("Nghị quyết số 05-NQ/QU ban hành trong quý I.")
        expect(first.locator(".told")).to_contain_text("điểm phải từ 0 đến 4")
        first.get_by_label("Điểm tự chấm").fill("3,5")
        expect(page.locator(".sum .big")).to_contain_text("3,5")
        expect(page.locator("#saved")).to_contain_text("Đã lưu")
        expect(first.locator(".told")).not_to_contain_text("Chưa ghi")
        first.get_by_text("Thêm minh chứng").click()
        first.locator('input[type="file"]').set_input_files([SCAN])
        expect(first.locator(".file")).to_contain_text("Nghị quyết 05.pdf")
        page.screenshot(path=PICTURES / "desk-begun.png")
        for number, leaf in enumerate(sheet.leaves()[1:], 2):
            fill(page.locator(f"#k{number}"), leaf)
        page.keyboard.press("Tab")
        expect(page.locator(".sum")).to_contain_text(f"Đã chấm {len(sheet.leaves())}/{len(sheet.leaves())}")
        page.screenshot(path=PICTURES / "desk-full-view.png")

        go(page.get_by_role("complementary").get_by_role("button", name="Xem lại và nộp"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và nộp")
        look(page, PICTURES / "desk-submit.png", script=True)
        follow(page, "Xem bản in")
        look(page, PICTURES / "desk-preview.png", script=True)
        page.go_back()
        go(page.get_by_role("button", name="Nộp", exact=True))
        expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
        look(page, PICTURES / "desk-receipt.png", script=True)
        expect(page.get_by_text("99,5", exact=True).first).to_be_visible()
    with site.database.reading() as session:
        assert session.exec(select(Outbox).where(Outbox.message == "receipt")).first() is not None
        assert verify(session).broken == ()


def test_an_answer_that_comes_while_the_button_is_down_does_not_lose_the_click(
    chromium: Browser, site: Site, tmp_path: Path
) -> None:
    leaves = list(enumerate(sheet_of(site).leaves(), 1))
    number, binary = next(pair for pair in leaves[1:] if pair[1].kind is Kind.BINARY)
    with window(chromium, site, 1280, script=True) as page:
        page.clock.install(time=NOW)
        open_task(page, site, tmp_path / "mail")
        before, radio = page.locator(f"#k{number - 1}"), page.locator(f"#k{number}").get_by_role("radio").first
        radio.scroll_into_view_if_needed()
        with told_late(page, "**/criteria/*", lambda: fill(before, leaves[number - 2][1])):
            page.clock.pause_at(NOW + timedelta(hours=1))
            told = before.locator(".told").inner_text()
            radio.hover()
            place = radio.bounding_box()
            page.mouse.down()
            page.evaluate(ANSWERED)
        page.evaluate("window.answered")
        assert radio.bounding_box() == place
        assert before.locator(".told").inner_text() == told
        page.clock.resume()
        page.mouse.up()
        expect(radio).to_be_checked()
        expect(before.locator(".told")).to_contain_text("Chưa có minh chứng")
        expect(page.locator(f"#k{number}-pts")).to_contain_text(f"{binary.ceiling:f}")
        page.reload()
        expect(radio).to_be_checked()


def test_what_is_done_while_a_save_is_under_way_is_kept_once(chromium: Browser, site: Site, tmp_path: Path) -> None:
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        first = page.locator("#k1")
        first.get_by_text("Thêm minh chứng").click()
        with told_late(page, "**/criteria/I.1", lambda: first.get_by_label("Điểm tự chấm").fill("3")):
            first.get_by_label("đánh dấu trước khi chọn tệp").check()
            first.locator('input[type="file"]').set_input_files([paper(1), paper(2)])
        expect(first.locator(".file")).to_have_count(2)
        expect(first.get_by_label("đánh dấu trước khi chọn tệp")).not_to_be_checked()
        expect(page.locator("#saved")).to_contain_text("Đã lưu")
        with told_late(page, "**/criteria/I.1", lambda: first.get_by_label("Điểm tự chấm").fill("2")):
            first.get_by_label("Thuyết minh").fill("Thiếu một văn bản.")
            page.get_by_role("complementary").get_by_role("button", name="Xem lại và nộp").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và nộp")
    with site.database.reading() as session:
        kept = session.exec(select(Evidence)).all()
        assert [(one.name, bool(one.declared_at)) for one in kept] == [("1.pdf", True), ("2.pdf", True)]
        mark = marks(session, site.world.first, "draft")["I.1"]
        assert (mark.note, mark.points) == ("Thiếu một văn bản.", Decimal(2))


def paper(number: int) -> FilePayload:
    return FilePayload(name=f"{number}.pdf", mimeType="application/pdf", buffer=saved(scanned()))


def test_an_officer_with_a_telephone_and_no_script(chromium: Browser, site: Site, tmp_path: Path) -> None:
    sheet = sheet_of(site)
    with window(chromium, site, 360, script=False) as page:
        open_task(page, site, tmp_path / "mail")
        look(page, PICTURES / "phone-empty.png", script=False)
        for number, leaf in enumerate(sheet.leaves(), 1):
            fill(page.locator(f"#k{number}"), leaf)
        page.locator("#k1").get_by_label("Điểm tự chấm").fill("3,9")
        page.locator(".dock").get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("điểm theo bước 0,25")
        page.screenshot(path=PICTURES / "phone-problem-view.png")
        look(page, PICTURES / "phone-problem.png", script=False)
        page.locator("#k1").get_by_label("Điểm tự chấm").fill("4")
        page.locator(".dock").get_by_role("button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Xem lại và nộp")
        look(page, PICTURES / "phone-submit.png", script=False)
        page.get_by_role("button", name="Nộp", exact=True).click()
        expect(page.get_by_role("heading", name="Biên nhận")).to_be_visible()
        look(page, PICTURES / "phone-receipt.png", script=False)


def test_two_windows_lose_nothing(chromium: Browser, site: Site, tmp_path: Path) -> None:
    """The second window is told what stands; what it typed stays until the person decides."""
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        other = page.context.new_page()
        other.goto(page.url)
        for one, points, note in ((page, "2", "Bản thứ nhất"), (other, "3", "Bản thứ hai")):
            one.locator("#k1").get_by_label("Điểm tự chấm").fill(points)
            with saving(one, note):
                one.locator("#k1").get_by_label("Thuyết minh").fill(note)
                one.locator("#k2").get_by_role("radio").first.focus()
        told = other.locator("#k1 .told")
        expect(told).to_contain_text("vừa được lưu ở nơi khác")
        expect(other.locator("#k1").get_by_label("Thuyết minh")).to_have_value("Bản thứ hai")
        look(other, PICTURES / "desk-conflict.png", script=True)
        told.get_by_label("Ghi nội dung tôi nhập").click()
        expect(told).not_to_contain_text("vừa được lưu ở nơi khác")
    with site.database.reading() as session:
        mark = marks(session, site.world.first, "draft")["I.1"]
        assert (mark.note, mark.points) == ("Bản thứ hai", Decimal(3))


def test_a_line_that_breaks_off_loses_nothing(chromium: Browser, site: Site, tmp_path: Path) -> None:
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        page.context.set_offline(True)
        page.locator("#k1").get_by_label("Điểm tự chấm").fill("2,5")
        expect(page.locator("#saved")).to_contain_text("mất kết nối")
        page.context.set_offline(False)
        expect(page.locator("#saved")).to_contain_text("Đã lưu")
        expect(page.locator(".sum .big")).to_contain_text("2,5")


@pytest.mark.parametrize(("width", "script"), [(360, True)])
def test_what_is_read_after_submitting(
    chromium: Browser, site: Site, tmp_path: Path, width: int, *, script: bool
) -> None:
    address = mailed(site, tmp_path / "mail")
    submitted(site.database, site.world, now=NOW)
    with window(chromium, site, width, script=script) as page:
        page.goto(address)
        press(page, "Mở hồ sơ")
        look(page, PICTURES / f"rest-{width}.png", script=script)
        page.get_by_role("button", name="Sửa bản đã nộp").click()
        expect(page.get_by_text("Đang sửa bản đã nộp.").first).to_be_visible()
        look(page, PICTURES / f"revising-{width}.png", script=script)
        follow(page, "Gửi phản ánh")
        look(page, PICTURES / f"difficulties-{width}.png", script=script)


def test_what_is_held_goes_when_a_press_never_ends_and_before_one_leaves(
    chromium: Browser, site: Site, tmp_path: Path
) -> None:
    """The end of a press on a scroll bar or in a menu of the system is told to no page."""
    leaves = list(enumerate(sheet_of(site).leaves(), 1))
    number, leaf = next(pair for pair in leaves[1:] if pair[1].kind is Kind.GRADED)
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        page.evaluate("document.body.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))")
        fill(page.locator("#k1"), leaves[0][1])
        expect(page.locator("#saved")).to_contain_text("Đã lưu")
        fill(page.locator(f"#k{number}"), leaf)
        assert page.evaluate(LEAVING)[-1:] == [f"k{number}"]
