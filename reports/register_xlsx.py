"""The register of units as a workbook that can be filled in, corrected and imported again."""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped]

from config.calendar import date_text
from config.register import HEADINGS, MOST_ROWS, POSTS, RegisterRow

OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
WIDTHS: Final = {"name": 40, "holder": 30, "email_officer": 34, "email_head": 34, "note": 30}
ACTIVE: Final = ("có", "không")
KINDS_BELOW: Final = 4
"""The kinds stand on the second sheet below the columns, their heading and an empty line, and their own heading."""
LONGEST_TITLE: Final = 32
NEEDED: Final = ("code", "name", "kind", "group", "email_officer", "email_head")
HELP: Final = {
    "code": "Mã duy nhất của đơn vị: chữ không dấu, số, dấu chấm, gạch ngang. Không đổi qua các năm.",
    "name": "Tên đầy đủ.",
    "kind": "Mã của loại đối tượng, xem bảng bên dưới.",
    "group": "Khối mà đơn vị được xếp thứ tự trong đó.",
    "parent": "Mã của cấp trên trực tiếp, cũng có trong danh sách này.",
    "holder": "Chức vụ hoặc tên của người giữ hộp thư; để trống thì dùng tên đơn vị.",
    "officer": "Họ tên cán bộ đơn vị.",
    "email_officer": "Địa chỉ thư của cán bộ đơn vị.",
    "head": "Họ tên thủ trưởng.",
    "email_head": "Địa chỉ thư của thủ trưởng.",
    "active": "có hoặc không; để trống là có. Đơn vị không hoạt động không cần địa chỉ thư.",
    "valid_from": "Ngày bắt đầu tồn tại, viết ngày/tháng/năm.",
    "valid_to": "Ngày cuối cùng còn tồn tại, viết ngày/tháng/năm.",
    "leads": "Mã của nơi người này đứng đầu hoặc làm cấp phó, cách nhau bằng dấu ;",
    "member_of": "Mã của chi bộ, tập thể mà người này thuộc về, cách nhau bằng dấu ;",
    "peer_of": "Mã của tổ chức đảng cùng cấp, cách nhau bằng dấu ;",
    "post": "secretary, deputy_secretary, head, deputy hoặc member.",
    "since": "Ngày đầu giữ chức vụ, hoặc ngày thành lập.",
    "body": "Mã của cấp quyết định, khi khác quy định chung của chương trình.",
    "note": "Ghi chú, phần mềm không dùng.",
}


def register_xlsx(rows: Iterable[RegisterRow], kinds: Mapping[str, str]) -> bytes:
    """The rows on the first sheet, what each column means and which kinds there are on the second."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as book:
        bold = book.add_format({"bold": True, "bg_color": "#eceff2", "border": 1})
        listed = book.add_worksheet("Danh sách")
        _list(listed, rows, bold, book.add_format({"num_format": "@"}))
        _hold(listed, len(kinds))
        _help(book.add_worksheet("Hướng dẫn"), kinds, bold)
    return made.getvalue()


def _list(sheet: Any, rows: Iterable[RegisterRow], bold: object, text: object) -> None:  # noqa: ANN401  xlsxwriter is untyped
    """What is typed below stays text: codes keep their zeros, days are not turned round."""
    for column, (name, heading) in enumerate(HEADINGS.items()):
        sheet.set_column(column, column, WIDTHS.get(name, 18), text)
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 2)
    for line, row in enumerate(rows, 1):
        for column, name in enumerate(HEADINGS):
            sheet.write_string(line, column, _cell(getattr(row, name)), text)


def _hold(sheet: Any, kinds: int) -> None:  # noqa: ANN401  as above
    """Offer what a cell may say, in every row that may still be filled in; a note tells what each column means."""
    first = len(HEADINGS) + KINDS_BELOW
    offered = {
        "kind": f"='Hướng dẫn'!$A${first}:$A${first + kinds - 1}",
        "active": list(ACTIVE),
        "post": list(POSTS),
    }
    for column, (name, heading) in enumerate(HEADINGS.items()):
        rule: dict[str, Any] = {"validate": "any", "input_title": heading[:LONGEST_TITLE], "input_message": HELP[name]}
        if name in offered:
            told = "Chọn một mục trong danh sách của ô, hoặc để trống nếu không bắt buộc."
            rule |= {"validate": "list", "source": offered[name], "error_title": "Không có trong danh sách"}
            rule["error_message"] = told
        sheet.data_validation(1, column, MOST_ROWS, column, rule)


def _help(sheet: Any, kinds: Mapping[str, str], bold: object) -> None:  # noqa: ANN401  as above
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    needed = {name: " (bắt buộc)" if name in NEEDED else "" for name in HEADINGS}
    columns = [(f"{heading}{needed[name]}", HELP[name]) for name, heading in HEADINGS.items()]
    listed = [("Mã của loại", "Loại"), *kinds.items()]
    line = 0
    for table in ([("Cột", "Ghi gì"), *columns], listed):
        for index, (first, second) in enumerate(table):
            sheet.write_string(line, 0, first, None if index else bold)
            sheet.write_string(line, 1, second, None if index else bold)
            line += 1
        line += 1


def _cell(value: object) -> str:
    match value:
        case bool():
            return "có" if value else "không"
        case tuple():
            return ";".join(value)
        case date():
            return date_text(value)
    return "" if value is None else str(value)
