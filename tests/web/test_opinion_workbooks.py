"""A body writes its opinions in Excel: looked at, taken as drafts as if typed; what is sent stays as it was sent."""

import re
from io import BytesIO

import openpyxl

from models.db import Database
from tests.web.browser import words
from tests.web.opinion_forms import end, said
from tests.web.opinions_world import asked, by_link
from tests.web.test_workbooks import cells, offered, sent

COMMENT = '=HYPERLINK("x") & <b>Đỗ “Ẵng”</b>\nhai dòng'


def test_a_body_writes_its_opinions_in_excel(database: Database) -> None:
    one = asked(database)
    first, second = one.dossiers
    browser = by_link(one, one.world.bodies[0])
    assert f'href="{one.address}/workbook"' in browser.get(one.address).text
    assert browser.get(f"{one.address}/workbook").status_code == 200
    book = openpyxl.load_workbook(BytesIO(browser.get(f"{one.address}/workbook/file").content))
    own = cells(book)
    level, comment = own[str(first), "choice"], own[str(first), "comment"]
    level.value, comment.value = "Hoàn thành tốt nhiệm vụ", COMMENT
    comment.data_type = "s"
    own[str(second), "choice"].value = "Rất tốt"
    look = sent(browser, f"{one.address}/workbook", book)
    told = words(look)
    assert "Sẽ ghi ý kiến về 1 đối tượng." in told
    assert f"{level.coordinate} Mức đề nghị (để trống) Hoàn thành tốt nhiệm vụ" in told
    assert f"Ô {own[str(second), 'choice'].coordinate}: «Rất tốt» không có trong danh sách" in told
    assert one.row().level is None
    assert browser.post(one.address, **offered(look)).status_code == 303
    assert (one.row().level, one.row().comment, one.row().status) == ("httnv", COMMENT, "open")
    own[str(second), "choice"].value, comment.value = None, "Ý kiến trong tệp"
    said(one, 0, given=False, comment="Ghi trên phần mềm")
    look = sent(browser, f"{one.address}/workbook", book)
    assert "vừa sửa trong tệp vừa được sửa trên phần mềm" in words(look)
    keep = dict(re.findall(r'name="(keep-[^"]+)" value="([^"]*)"', look.text))
    assert browser.post(one.address, **offered(look)).status_code == 409
    assert browser.post(one.address, **offered(look), **keep).status_code == 303
    assert one.row().comment == "Ý kiến trong tệp"
    said(one, 0)
    assert "ý kiến đã gửi hoặc không còn được hỏi" in words(sent(browser, f"{one.address}/workbook", book))
    other = one.body(1)
    assert "hãy chọn đúng tệp" in words(sent(other, f"{one.address}/workbook", book))
    end(one)
    assert sent(one.body(), f"{one.address}/workbook", book).headers["location"] == one.address
