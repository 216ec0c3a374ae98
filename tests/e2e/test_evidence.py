"""Evidence in a real browser: a scan, a signed document, a link; altered, Word, and a text that the unit declares."""

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, expect

from flows.duties import Setting
from flows.work import EVIDENCE, sweep
from notifications.render import Origin
from notifications.send import FileTransport
from tests.e2e.conftest import NOW, Site
from tests.e2e.hands import follow, go, press
from tests.e2e.looks import against_rules, settled, too_wide
from tests.e2e.test_unit import PICTURES, open_task, window
from tests.evidence import authority, papers
from tests.evidence.test_verdicts import flipped, word

SCAN = papers.saved(papers.scanned(2))
SIGNED = authority.sign(SCAN, authority.officer())
FILES = {
    "Nghị quyết 05.pdf": SCAN,
    "Quyết định 12 đã ký.pdf": SIGNED,
    "Sửa sau khi ký.pdf": flipped(SIGNED),
    "Báo cáo.pdf": papers.saved(papers.written()),
}


def checked(site: Site, folder: Path) -> None:
    """What the work loop of `danhgia serve` does meanwhile, with the test's authority among the trusted roots."""
    roots = folder / "roots"
    roots.mkdir(exist_ok=True)
    (roots / "goc.pem").write_bytes(authority.root().pem)
    origin = Origin("khong-tra-loi@danhgia.example", site.address)
    sweep(
        Setting(site.database, lambda: NOW + timedelta(hours=1), FileTransport(folder / "mail"), origin, folder, roots),
        EVIDENCE,
    )


def send(page: Page, name: str, content: bytes) -> None:
    row = page.locator("#k1")
    field = row.locator('input[type="file"]')
    if not field.is_visible():
        row.get_by_text("Thêm minh chứng").click()
    with page.expect_response(lambda answer: "/criteria/" in answer.url):
        field.set_input_files(FilePayload(name=name, mimeType="application/octet-stream", buffer=content))


def look(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    settled(page)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    assert [*too_wide(page), *against_rules(page, (1280,))] == []


def test_what_serves_is_marked_and_what_does_not_is_told(chromium: Browser, site: Site, tmp_path: Path) -> None:
    with window(chromium, site, 1280, script=True) as page:
        open_task(page, site, tmp_path / "mail")
        row = page.locator("#k1")
        send(page, "Tờ trình.docx", word())
        expect(row).to_contain_text("Tệp Word chưa ký số: minh chứng điện tử chỉ gồm")
        expect(row).to_contain_text("Hãy ký số rồi gửi bản đã ký, hoặc chụp văn bản giấy đã ký.")
        page.reload()
        for name, content in FILES.items():
            send(page, name, content)
            expect(row).to_contain_text(name)
        with page.expect_response(lambda answer: "/criteria/" in answer.url):
            row.locator('input[type="url"]').fill("https://danang.gov.vn/van-ban/5")
            row.locator('input[type="url"]').press("Tab")
        expect(row).to_contain_text("https://danang.gov.vn/van-ban/5")
        expect(row.get_by_text("Đang kiểm tra")).to_have_count(4)
        checked(site, tmp_path)
        expect(row.get_by_text("Đang kiểm tra")).to_have_count(0)
        for told in ("Bản chụp", "Chữ ký số hợp lệ", "Không được nhận", "Cần đơn vị xác nhận"):
            expect(row.get_by_text(told, exact=True)).to_have_count(1)
        expect(page.locator("#saved")).not_to_have_text("Đang lưu…")
        look(page, "evidence-badges")
        go(row.get_by_text("Cần đơn vị xác nhận"))
        look(page, "evidence-declare")
        press(page, "Xác nhận: bản chụp văn bản giấy")
        expect(page.get_by_text("Đơn vị tự khai").first).to_be_visible()
        follow(page, "Về hồ sơ")
        go(page.locator("#k1").get_by_text("Không được nhận", exact=True))
        expect(page.get_by_text("Nội dung đã bị sửa sau khi ký số; hãy gửi đúng bản đã ký.")).to_be_visible()
        follow(page, "Về hồ sơ")
        go(page.locator("#k1").get_by_text("Chữ ký số hợp lệ"))
        expect(page.get_by_text("Nguyễn Thử").first).to_be_visible()
        expect(page.get_by_text(authority.UNIT)).to_be_visible()
        shown = page.locator("img.thumbnail")
        expect(shown).to_be_visible()
        assert shown.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 0
        look(page, "evidence-signed")
        page.set_viewport_size({"width": 360, "height": 740})
        look(page, "evidence-signed-360")
