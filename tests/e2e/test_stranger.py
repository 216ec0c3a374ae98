"""The stranger's test: from an empty database to a launched round, by the pages alone (docs/stranger.md)."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Locator, Page, expect
from sqlmodel import select

from models.assessments import Assessment
from models.db import Database
from models.decisions import Document
from models.mail import Outbox
from models.people import Account, Grant
from models.rounds import Round
from tests.e2e.hands import Size, browsing, go
from tests.e2e.test_doors import look
from tests.notifications.smtp import Postbox, serving
from tests.served import portal

WRITTEN = Path(__file__).parents[2] / "docs" / "stranger.md"
MOST = 25
EMAIL = "quantri@vi-du.gov.vn"
PASSWORD = "mùa thu năm ấy nắng vàng"
UNITS = (("vg-a", "UBND xã Vĩnh Khúc"), ("vg-b", "UBND xã Thắng Lợi"), ("vg-c", "UBND thị trấn Văn Giang"))
LINK = re.compile(r"http\S+/s/[\w-]+")


@dataclass
class Empty:
    """A live, empty database behind a portal, and what the console told about its first account."""

    address: str
    link: str
    database: Database


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Empty]:
    """As README says: a database, the first administrator, a link to sign in by."""
    url = f"sqlite:///{tmp_path}/danhgia.db"
    with serving(Postbox()) as port, portal(url, tmp_path, **_made(url, tmp_path, port)) as address:
        told = command(url, tmp_path, "account", "code", EMAIL, DANHGIA_BASE_URL=address)
        found = LINK.search(told)
        assert found is not None, told
        database = Database(url)
        yield Empty(address, found[0], database)
        database.dispose()


def _made(url: str, folder: Path, port: int) -> dict[str, str]:
    command(url, folder, "db", "upgrade")
    command(url, folder, "account", "add", EMAIL, "--role", "administrator", "--name", "Lê Thị Quản Trị")
    return {"DANHGIA_SMTP_URL": f"smtp://localhost:{port}"}


def command(url: str, folder: Path, *words: str, **more: str) -> str:
    """What a command of ours tells."""
    ours = {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(folder), **more}
    done = subprocess.run(
        [sys.executable, "-m", "danhgia", *words], env=os.environ | ours, capture_output=True, text=True, check=True
    )
    return done.stdout


@dataclass
class Hand:
    """A hand on a mouse: everything it clicks is counted, by the words on it."""

    page: Page
    clicked: list[str] = field(default_factory=list)

    def button(self, words: str) -> None:
        """Click a button."""
        self.clicked.append(words)
        go(self.page.get_by_role("button", name=words))

    def link(self, words: str) -> None:
        """Click a link."""
        self.clicked.append(words)
        go(self._link(words))

    def choose(self, words: str) -> None:
        """Choose one of several."""
        self.clicked.append(words)
        self.page.get_by_role("radio", name=words).click()

    def file(self, words: str, path: Path) -> None:
        """Choose a file; that counts as one click."""
        self.clicked.append(words)
        self.page.get_by_label(words).set_input_files(path)

    def download(self, words: str, path: Path) -> None:
        """Click a link that brings a file."""
        self.clicked.append(words)
        with self.page.expect_download() as coming:
            self._link(words).click()
        coming.value.save_as(path)

    def _link(self, words: str) -> Locator:
        return self.page.get_by_role("link", name=words).first


def written() -> list[str]:
    """The clicks that the document lists."""
    return re.findall(r"^\d+\. «([^»]+)»", WRITTEN.read_text(encoding="utf-8"), re.MULTILINE)


def fill_register(path: Path) -> None:
    """Write three units into the template, under its headings."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    for row, (code, name) in enumerate(UNITS, 2):
        given = {"Mã": code, "Tên": name, "Loại": "ubnd_xa", "Khối": "xa"}
        given |= {"Thư cán bộ": f"canbo@{code}.gov.vn", "Thư thủ trưởng": f"chutich@{code}.gov.vn"}
        for heading, value in given.items():
            sheet.cell(row, columns[heading], value)
    book.save(path)


def test_a_stranger_launches_a_round(chromium: Browser, empty: Empty, tmp_path: Path) -> None:
    context = browsing(chromium, empty.address, Size(1280, script=True))
    page = context.new_page()
    hand = Hand(page)
    page.goto(empty.link)
    sign_in(hand)
    take_register(hand, tmp_path)
    prepare(hand, tmp_path)
    look(page, tmp_path / "look.png", script=True)
    expect(page.get_by_text("UBND thị trấn Văn Giang")).to_be_visible()
    assert kept(empty, Assessment) == 0
    hand.button("Phát động: lập")
    expect(page.get_by_role("heading", level=1)).to_contain_text("dân vận chính quyền")
    expect(page.get_by_text("Đã phát động đợt: 3 hồ sơ, 6 thư đang được gửi.")).to_be_visible()
    assert hand.clicked == written()
    assert len(hand.clicked) <= MOST
    check_kept(empty)
    context.close()


def sign_in(hand: Hand) -> None:
    hand.button("Đăng nhập")
    hand.page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    hand.page.get_by_label("Nhập lại mật khẩu mới").fill(PASSWORD)
    hand.button("Đặt mật khẩu")


def take_register(hand: Hand, folder: Path) -> None:
    hand.link("Đơn vị")
    hand.link("Nhập từ tệp")
    hand.download("Tải tệp mẫu (.xlsx)", folder / "mau.xlsx")
    fill_register(folder / "mau.xlsx")
    hand.file("Tệp danh sách (.xlsx hoặc .csv)", folder / "mau.xlsx")
    hand.button("Kiểm tra tệp")
    hand.button("Ghi danh sách này")
    expect(hand.page.get_by_role("status").first).to_contain_text("3 đơn vị mới")


def prepare(hand: Hand, folder: Path) -> None:
    page = hand.page
    hand.link("Chương trình")
    hand.link("Phát động đợt mới")
    hand.choose("Đánh giá, xếp loại công tác dân vận chính quyền")
    page.get_by_label("Năm đánh giá").fill("2099")
    hand.button("Tiếp tục")
    page.get_by_label("Số công văn").fill("15-CV/UBND")
    page.get_by_label("Ngày công văn").fill("01/10/2026")
    page.get_by_label("Người ký").fill("Nguyễn Ví Dụ, Chủ tịch")
    (folder / "cong-van.pdf").write_bytes(b"%PDF-1.7\n% a letter\n")
    hand.file("Bản chụp (PDF hoặc ảnh)", folder / "cong-van.pdf")
    page.get_by_label("Địa chỉ thư").first.fill("thamdinh@vi-du.gov.vn")
    page.get_by_label("Họ tên").first.fill("Trần Thẩm Định")
    hand.button("Xem lại trước khi phát động")


def kept(empty: Empty, table: type[Assessment]) -> int:
    with empty.database.reading() as session:
        return len(session.exec(select(table)).all())


def check_kept(empty: Empty) -> None:
    with empty.database.reading() as session:
        round_ = session.exec(select(Round)).one()
        assert (round_.year, round_.state) == (2099, "self_assessment")
        letter = session.get_one(Document, round_.launch_document_id)
        assert (letter.number, bool(letter.file_hash)) == ("15-CV/UBND", True)
        assert len(session.exec(select(Outbox).where(Outbox.message == "assigned")).all()) == 6
        chosen = select(Grant.role).join(Account).where(Account.email == "thamdinh@vi-du.gov.vn")
        assert session.exec(chosen.where(Grant.round_id == round_.id)).all() == ["appraiser"]
