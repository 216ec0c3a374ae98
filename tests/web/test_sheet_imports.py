"""A criteria sheet read from a document: source and result side by side, settled in forms, looked at, concluded."""

from pathlib import Path
from typing import Any

import yaml

from config.sheet import load_sheet
from tests.intake.two_sheets import VAN_GIANG_BEFORE, van_giang
from tests.intake.writing import ODD, word
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import PASSWORD, by_password, email_of


def sent(browser: Browser, path: Path) -> Any:  # noqa: ANN401  an answer of the client
    browser.get("/sheets/import")
    files = {"file": (path.name, path.read_bytes())}
    return browser._remember(browser.client.post("/sheets/import", data={"csrf": browser.csrf}, files=files))


def test_a_document_is_shown_beside_the_sheet_that_comes_of_it(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    assert "/sheets/import" in staff.get("/programmes").text
    kept = sent(staff, word(tmp_path / "van-giang.docx", van_giang(), VAN_GIANG_BEFORE))
    shown = staff.follow(kept)
    said = words(shown)
    assert "100 tổng điểm 28 mục chấm 4 mục chọn một 9 chỗ chưa giải quyết" in said
    assert said.count("đã nối vào dòng") == 7 * 2
    assert "IV.1.2 – 3 điểm Phương án" in said
    assert "van-giang.docx" in words(staff.get("/sheets/import"))
    for name, content in (("van-ban.txt", b"Kh\xc3\xb4ng c\xc3\xb3 b\xe1\xba\xa3ng."), ("..", b"x")):
        files = {"file": (name, content)}
        answer = staff.client.post("/sheets/import", data={"csrf": staff.csrf}, files=files)
        assert answer.status_code == 422
    assert "Không thấy bảng tiêu chí" in words(
        staff.client.post("/sheets/import", data={"csrf": staff.csrf}, files={"file": ("a.txt", b"x")})
    )
    assert staff.post("/sheets/import").status_code == 422
    officer = by_password(portal, portal.world.officer)
    assert officer.get(kept.headers["location"]).status_code == 403


def test_what_is_odd_is_settled_in_forms_and_the_sheet_tells_it(portal: Portal, tmp_path: Path) -> None:
    staff, other = by_password(portal, portal.world.administrator), portal.browser()
    other.get("/sign-in/password")
    other.post("/sign-in/password", email=email_of(portal, portal.world.administrator), password=PASSWORD)
    address = sent(staff, word(tmp_path / "bieu.docx", ODD)).headers["location"]
    page = staff.get(address)
    assert "Lấy 6, theo điểm của nhóm và các mục con" in words(page)
    wrong = staff.post(address, **{"points-4-typed": "nhiều", "place-5": "=joined", "kind-6": "=choice"})
    assert (wrong.status_code, "«nhiều» không phải điểm" in words(wrong)) == (422, True)
    assert 'value="nhiều"' in wrong.text
    assert "Đã giải quyết" in words(wrong)
    assert staff.post(address, **{"points-4": "typed"}).status_code == 422
    other.get(address)
    assert "Đã ghi 1" in words(other.follow(other.post(address, **{"points-4-typed": "06"})))
    late = staff.post(address, **{"points-4-typed": "5"})
    assert (late.status_code, "Người khác vừa giải quyết chỗ này" in words(late)) == (422, True)
    look = staff.follow(staff.post(address, do="look"))
    left = "Chưa chốt được: còn chỗ phải giải quyết. Dòng 9 : Dòng tổng ghi 90, các nhóm cộng lại được 12."
    assert left in words(look)
    assert staff.post(f"{address}/take", seen=seen(look)).status_code == 422
    look = staff.follow(staff.post(address, **{"points-9": "=12", "title-0-typed": "Biểu của xã", "do": "look"}))
    assert "Chốt biểu" not in words(look).partition("Còn ngờ")[0]
    assert staff.get(f"{address}/sheet").status_code == 404
    stale = seen(look)
    staff.post(address, **{"slug-0-typed": "bieu-cua-xa"})
    assert "Biểu đã thay đổi sau khi xem" in words(staff.follow(staff.post(f"{address}/rest", seen=stale)))
    look = staff.follow(staff.post(f"{address}/rest", seen=seen(staff.get(f"{address}/look"))))
    done = staff.follow(staff.post(f"{address}/take", seen=seen(look)))
    assert "Biểu đã chốt" in words(done)
    concluded(staff, address, tmp_path / "out.yaml")


def seen(look: Any) -> str:  # noqa: ANN401  an answer of the client
    found: str = look.text.partition('name="seen" value="')[2].partition('"')[0]
    return found


def concluded(staff: Browser, address: str, path: Path) -> None:
    """The sheet holds every settlement above it and loads; nothing of it changes any more."""
    text = staff.get(f"{address}/sheet").text
    path.write_text(text, encoding="utf-8")
    sheet = load_sheet(path)
    assert (sheet.slug, sheet.title, f"{sheet.total:f}") == ("bieu-cua-xa", "Biểu của xã", "12")
    assert [leaf.code for leaf in sheet.leaves()] == ["I.1", "I.2", "II"]
    assert sheet.leaf("I.2").label == "Việc chưa ghi điểm Giải thích thêm cho việc thứ hai."
    assert "# Dòng 9: điểm 12. Vì: Dòng tổng ghi 90, các nhóm cộng lại được" in text
    assert "# Dòng 4: điểm 6. Vì: Tiêu chí I.2 chưa có điểm" in text
    settled = yaml.safe_load(staff.get(f"{address}/settled").text)
    assert all(one["by"] and one["at"] for one in settled["settled"])
    assert staff.post(address, **{"points-4-typed": "9"}).status_code == 422
    assert staff.post(f"{address}/take").status_code == 422


def test_columns_are_chosen_on_the_page_and_the_table_is_read_anew(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    rows = [
        ("TT", "Nội dung chính", "Yêu cầu phải làm", "Điểm"),
        ("1", "Nhóm việc đầu", "Ban hành <kế hoạch> năm", "2"),
        ("2", "Nhóm việc sau", "Sơ kết sáu tháng đầu năm", "3"),
    ]
    address = sent(staff, word(tmp_path / "cot.docx", rows)).headers["location"]
    shown = words(staff.get(address))
    assert "3 Yêu cầu phải làm Ban hành <kế hoạch> năm | Sơ kết sáu tháng đầu năm Không dùng" in shown
    was = {"was-column-2": "content", "was-column-3": "none"}
    twice = staff.post(address, **was, **{"column-2": "content", "column-3": "content"})
    assert (twice.status_code, "Đã có cột khác là cột nội dung; mỗi vai trò một cột" in words(twice)) == (422, True)
    without = staff.post(address, **was, **{"column-2": "note", "column-3": "none"})
    assert (without.status_code, "Bảng phải có một cột nội dung" in words(without)) == (422, True)
    assert staff.post(address, **was, **{"column-3": "x"}).status_code == 422
    done = staff.follow(staff.post(address, **was, **{"column-2": "note", "column-3": "content"}))
    assert "Đã ghi 2 giải quyết." in words(done)
    assert "Là cột 3" in words(done)
    late = staff.post(address, **was, **{"column-2": "self"})
    assert (late.status_code, "Người khác vừa giải quyết chỗ này" in words(late)) == (422, True)
    look = words(staff.get(f"{address}/look"))
    assert "label: Ban hành <kế hoạch> năm kind: graded max: 2 note: Nhóm việc đầu" in look
    assert "# cột nội dung là cột 3." in look
    staff.post(address, **{"was-column_content-0": "=3", "column_content-0": "undo"})
    assert "# cột nội dung" not in words(staff.get(f"{address}/look"))
