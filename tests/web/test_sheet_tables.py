"""A document with several tables: one is chosen, then another; a concluded sheet is tried in its place."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
import yaml

from config import load
from models.db import run
from tests.intake.writing import ODD, Parts, excel_of, several, word_of
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.test_sheet_imports import seen, sent

NAME = 'Biểu <b>1 & "xã"'


def test_the_table_is_chosen_on_a_page(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    address = sent(staff, word_of(tmp_path / "phu-luc.docx", several(2))).headers["location"]
    assert address.startswith("/sheets/documents/")
    shown = staff.get(address)
    assert "Tệp có 3 bảng tiêu chí" in words(shown)
    assert "Bảng 2: BIỂU SỐ 1 Phần mềm đề nghị Bảng thứ 2 trong văn bản; 3 dòng, 3 dòng có điểm" in words(shown)
    assert 'value="2" checked' in shown.text
    assert shown.text.count(" checked") == 1
    for wrong in ("", "0", "4", "-1", "x", "9" * 30):
        refused = staff.post(address, table=wrong)
        assert (refused.status_code, "Chọn một bảng của tệp." in words(refused)) == (422, True)
    third = staff.post(address, table="3").headers["location"]
    assert staff.post(address, table="3").headers["location"] == third
    page = staff.get(third)
    assert "không phải bảng 2 mà phần mềm đề nghị" in words(page)
    assert f'href="{address}"' in page.text
    assert staff.post(third, **{"title-0-typed": "Biểu của cơ quan"}).status_code == 303
    assert staff.post(address, table="2").headers["location"] not in {address, third}
    assert words(staff.get(address)).count("Mở biểu đã đọc từ bảng này") == 2
    assert "Biểu của cơ quan" in words(staff.get(third))
    settled = yaml.safe_load(staff.get(f"{third}/settled").text)
    assert (settled["table"], len(settled["settled"])) == (3, 1)
    assert "phu-luc.docx" in words(staff.get("/sheets/import"))
    assert staff.get(third.replace("imports", "documents")).status_code == 404
    officer = by_password(portal, portal.world.officer)
    assert (officer.get(address).status_code, officer.post(address, table="2").status_code) == (403, 403)


def test_a_table_that_was_joined_is_parted_on_the_page(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    head = ("TT", "Nội dung", "Điểm tối đa")
    parts: Parts = [([], [head, ("1", "Việc <đầu> của biểu", "4")]), ([], [head, ("2", "Việc của biểu khác", "6")])]
    joined = sent(staff, word_of(tmp_path / "hai.docx", parts)).headers["location"]
    read = staff.get(joined)
    assert "10 tổng điểm" in words(read)
    tables = re.search(r'href="(/sheets/documents/\d+)"', read.text)
    assert tables is not None
    address = tables[1]
    assert "Tách từ phần 2 thành bảng riêng" in words(staff.get(address))
    for wrong in ("", "1", "1.1", "1.3", "2.2", "x.y"):
        assert staff.post(f"{address}/part", joint=wrong).status_code == 422
    assert "Đã tách bảng" in words(staff.follow(staff.post(f"{address}/part", joint="1.2")))
    shown = words(staff.get(address))
    assert ("Tệp có 2 bảng tiêu chí" in shown, "Tách từ phần" in shown, "Mở biểu đã đọc" in shown) == (
        True,
        False,
        False,
    )
    second = staff.post(address, table="2").headers["location"]
    assert second != joined
    assert "Phần mềm đã nối bảng này với bảng liền kề; người nhập đã tách ra." in words(staff.get(second))
    assert "6 tổng điểm" in words(staff.get(second))
    assert yaml.safe_load(staff.get(f"{second}/settled").text)["parted"] == [[1, 2]]
    officer = by_password(portal, portal.world.officer)
    assert officer.post(f"{address}/part", joint="1.2").status_code == 403


def test_names_of_worksheets_are_shown_and_do_nothing(portal: Portal, tmp_path: Path) -> None:
    staff = by_password(portal, portal.world.administrator)
    path = excel_of(tmp_path / "bieu.xlsx", {NAME: ODD, "Biểu 2": several(1)[1][1]})
    address = sent(staff, path).headers["location"]
    shown = staff.get(address)
    assert f"Trang tính «{NAME}»" in words(shown)
    assert "<b>1" not in shown.text
    taken = staff.post(address, table="2").headers["location"]
    assert f"bảng 1 («{NAME}»" in words(staff.get(taken))
    with portal.place.database.writing() as session:
        run(session, "DELETE FROM draft WHERE kind = 'sheet'")
    assert "Mở biểu đã đọc" not in words(staff.get(address))
    assert staff.post(address, table="2").status_code == 303


def concluded(staff: Browser, path: Path, **named: str) -> str:
    """A sheet of one table is concluded; returns where it is."""
    address: str = sent(staff, path).headers["location"]
    staff.post(address, **named)
    done = staff.post(f"{address}/take", seen=seen(staff.get(f"{address}/look")))
    assert done.headers["location"] == address
    return address


def test_a_concluded_sheet_is_tried_in_a_programme(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = by_password(portal, portal.world.administrator)
    document = word_of(tmp_path / "bieu-2027.docx", several(1)[1:])
    address = concluded(staff, document)
    assert 'value="dan-chu-co-so:bieu-2-mau"' in staff.get(address).text
    assert staff.get(f"{address}/place").status_code == 422
    assert staff.get(f"{address}/place?in=../x:bieu-2-mau").status_code == 422
    told = words(staff.get(f"{address}/place?in=dan-chu-co-so:bieu-2-mau"))
    assert "Đã nạp thử chương trình với biểu này: không có lỗi." in told
    assert "config/sheets/bieu-2027.yaml" in told
    assert "Dòng mới: - {sheet: bieu-2027, kinds: so_nganh}" in told
    assert "danhgia programme check $PWD/config/programmes/dan-chu-co-so.yaml" in told
    (tmp_path / "sheets").mkdir()
    (tmp_path / "programmes").mkdir()
    for folder, name in (("sheets", "sheet"), ("programmes", "programme?in=dan-chu-co-so:bieu-2-mau")):
        file = staff.get(f"{address}/{name}")
        called = file.headers["content-disposition"].partition("filename=")[2].partition(";")[0].strip('"')
        (tmp_path / folder / called).write_bytes(file.content)
    programme = load.load_programme(tmp_path / "programmes" / "dan-chu-co-so.yaml")
    new = programme.sheet_for("so_nganh")
    assert (new.slug, f"{new.total:f}") == ("bieu-2027", "10")
    assert programme.sheet_for("dang_bo_xa_phuong").slug == "bieu-1-mau"
    frame = concluded(staff, document, **{"slug-0-typed": "khung-30-70"})
    refused = staff.get(f"{frame}/place?in=dan-chu-co-so:bieu-2-mau")
    assert (refused.status_code, "đã có biểu mang mã khung-30-70" in words(refused)) == (422, True)
    assert "config/sheets/khung-30-70-tham-muu.yaml" in words(refused)
    assert "mà biểu khung «khung-30-70» mới không còn; giữ nhóm đó trong biểu" in words(refused)
    pointless = words(staff.get(f"{address}/place?in=kiem-diem-xep-loai:kiem-diem-ca-nhan"))
    assert "Biểu của «Đảng viên» không có tiêu chí cơ bản chấm theo cấp độ" in pointless
    assert 'lang="en"' not in pointless
    assert str(load.HOME) not in refused.text
    assert staff.get(f"{frame}/programme?in=dan-chu-co-so:bieu-2-mau").status_code == 422
    copytree(load.HOME, tmp_path / "config", ignore=ignore_patterns("*.py", "__pycache__"))
    home = tmp_path / "config"
    broken = home / "programmes" / "dan-chu-co-so.yaml"
    broken.write_text(broken.read_text(encoding="utf-8").replace("bieu-2-mau", "bieu-khac"), encoding="utf-8")
    monkeypatch.setattr(load, "HOME", home)
    late = staff.get(f"{address}/place?in=dan-chu-co-so:bieu-2-mau")
    assert (late.status_code, "Tệp chương trình không nêu biểu «bieu-2-mau» ở một dòng" in words(late)) == (422, True)
    assert "Không có tệp «sheets/bieu-khac.yaml» mà chương trình cần; đặt tệp đó vào" in words(late)
    officer = by_password(portal, portal.world.officer)
    assert officer.get(f"{address}/place?in=dan-chu-co-so:bieu-2-mau").status_code == 403
