"""An administrator reads a criteria sheet from a document: source and result side by side; nobody else may."""

from html import unescape
from pathlib import Path
from typing import Any

import yaml

from tests.intake.two_sheets import VAN_GIANG_BEFORE, van_giang
from tests.intake.writing import word
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_password


def sent(browser: Browser, path: Path) -> Any:  # noqa: ANN401  an answer of the client
    browser.get("/sheets/import")
    files = {"file": (path.name, path.read_bytes())}
    return browser._remember(browser.client.post("/sheets/import", data={"csrf": browser.csrf}, files=files))


def test_a_document_is_shown_beside_the_sheet_that_comes_of_it(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    assert "/sheets/import" in staff.get("/programmes").text
    shown = sent(staff, word(tmp_path / "van-giang.docx", van_giang(), VAN_GIANG_BEFORE))
    said = words(shown)
    assert shown.status_code == 200
    assert "100 tổng điểm 28 mục chấm 4 mục chọn một 0 chỗ phải giải quyết" in said
    assert said.count("đã nối vào dòng") == 7
    assert "IV.1.2 Phương án, 3 điểm" in said
    text = shown.text.partition("readonly>")[2].partition("</textarea>")[0]
    kept = staff.post("/sheets/import/download", yaml=unescape(text))
    assert kept.headers["content-disposition"].startswith("attachment")
    assert yaml.safe_load(kept.text)["slug"] == "van-giang"
    wrong = sent(
        staff, word(tmp_path / "sai.docx", [("TT", "Nội dung", "Điểm tối đa"), ("I", "Nhóm", "5"), ("1", "Ý", "4")])
    )
    assert "Dòng 2: Điểm 5 của I không thể đạt: các mục con cộng lại được 4." in words(wrong)
    (tmp_path / "van-ban.txt").write_text("Không có bảng.", encoding="utf-8")
    refused = sent(staff, tmp_path / "van-ban.txt")
    assert (refused.status_code, "Không thấy bảng tiêu chí" in words(refused)) == (422, True)
    files = {"file": ("..", b"x")}
    assert staff.client.post("/sheets/import", data={"csrf": staff.csrf}, files=files).status_code == 422
    assert staff.post("/sheets/import").status_code == 422
    assert staff.post("/sheets/import/download", yaml="").status_code == 422
