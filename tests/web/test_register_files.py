"""Registers that cannot be taken as they come: every cell and every file is told in one sentence, with what to do."""

from datetime import datetime
from io import BytesIO

from openpyxl import load_workbook

from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.test_launching import upload


def test_cells_of_a_workbook_that_hold_no_value_are_shown_with_what_to_do(portal: Portal) -> None:
    staff = by_password(portal, portal.world.administrator)
    staff.get("/register")
    book = load_workbook(BytesIO(staff.post("/register/export").content))
    sheet = book.worksheets[0]
    sheet["B2"], sheet["C3"], sheet["L2"] = "§¶ng bé phêng H¶i Ch©u", "=1+1", datetime(2025, 7, 1)  # noqa: DTZ001
    sheet.merge_cells("D2:D3")
    file = BytesIO()
    book.save(file)
    staff.get("/register/import")
    answer = upload(staff, "/register/import", {"file": ("danh-sach.xlsx", file.getvalue())})
    said = words(answer)
    assert answer.status_code == 422
    assert "2 Tên Chữ dùng bảng mã cũ TCVN3 (ABC) Hãy chuyển sang Unicode" in said
    assert "3 Loại Có công thức Hãy ghi giá trị" in said
    assert "3 Khối Bị gộp với ô khác Hãy bỏ gộp ô" in said
    assert "Từ ngày" not in said
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    for name, content, what in (
        ("a.xlsx", locked, "Tệp có đặt mật khẩu mở Hãy bỏ mật khẩu"),
        ("a.xlsx", b"PK\x03\x04", "bị hỏng Hãy mở bằng Office"),
        ("a.csv", "tên;Ñaõ laøm coâng taùc daân vaän".encode("latin-1"), "bảng mã cũ VNI Windows"),
    ):
        assert what in words(upload(staff, "/register/import", {"file": (name, content)}))
