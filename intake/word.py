"""Tables of a Word document (.docx): merged cells, automatic numbers, tracked changes, text in content controls."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from intake import package
from intake.encodings import refuse_old
from intake.oddities import Kind, Oddity, refuse
from intake.tables import Row, Table
from intake.word_numbers import Numbers

_BROKEN: Final = (PackageNotFoundError, SyntaxError, KeyError, ValueError, AttributeError, TypeError)
_TEXT, _TAB, _BREAK, _RETURN = (qn(f"w:{name}") for name in ("t", "tab", "br", "cr"))
_PARAGRAPH, _TABLE, _CELL, _ROW = (qn(f"w:{name}") for name in ("p", "tbl", "tc", "tr"))
_CHANGED: Final = frozenset({qn("w:ins"), qn("w:del")})


def read_docx(path: Path) -> list[Table]:
    """Every table of the body, each with the paragraphs before it."""
    package.examine(path, package.WORD)
    try:
        document = docx.Document(str(path))
        tables = list(_tables(document.element.body, Numbers(document)))
    except _BROKEN:
        raise refuse(path, "Tệp Word bị hỏng; hãy mở bằng Word, lưu lại thành tệp mới rồi nhập lại.") from None
    refuse_old(path, "\n".join(cell for table in tables for row in table.rows for cell in row.cells))
    return tables


def _tables(body: Any, numbers: Numbers) -> Iterator[Table]:  # noqa: ANN401  an element of lxml, which has no types
    before: list[str] = []
    for element in body.iterchildren():
        if element.tag == _PARAGRAPH:
            before += [line for line in _text(element, numbers).splitlines() if line.strip()]
        for table in element.iter(_TABLE) if element.tag != _PARAGRAPH else ():
            if next(table.iterancestors(_CELL), None) is None:
                yield _table(table, tuple(before), numbers)
                before = []


def _table(element: Any, before: tuple[str, ...], numbers: Numbers) -> Table:  # noqa: ANN401  as above
    rows = []
    oddities = []
    own = [row for row in element.iter(_ROW) if next(row.iterancestors(_TABLE)) is element]
    for number, row in enumerate(own, 1):
        cells, covered, hangs = _cells(row, numbers)
        rows.append(Row(number, tuple(cells), covered))
        if hangs:
            oddities.append(Oddity(number, Kind.MERGED, "Ô gộp với dòng trên; phần gộp được coi là trống ở dòng này."))
    if any(node.tag in _CHANGED for node in element.iter()):
        what = "Bảng có sửa đổi chưa chấp nhận (Track Changes); đã đọc như khi chấp nhận tất cả."
        oddities.append(Oddity(None, Kind.CHANGES, what))
    return Table(rows, before, oddities)


def _cells(row: Any, numbers: Numbers) -> tuple[list[str], Mapping[int, int], bool]:  # noqa: ANN401  as above
    cells: list[str] = [""] * int(getattr(row, "grid_before", 0) or 0)
    covered: dict[int, int] = {}
    hangs = False
    for cell in (one for one in row.iter(_CELL) if next(one.iterancestors(_ROW)) is row):
        is_under = cell.vMerge == "continue"
        at, width = len(cells), cell.grid_span
        cells += [_text(cell, numbers) if not is_under else "", *[""] * (width - 1)]
        covered |= {at + offset: at for offset in range(1, width)}
        hangs |= is_under
    return cells, covered, hangs


def _text(element: Any, numbers: Numbers) -> str:  # noqa: ANN401  as above
    paragraphs = [element] if element.tag == _PARAGRAPH else list(element.iter(_PARAGRAPH))
    return "\n".join(numbers.of(paragraph) + "".join(_pieces(paragraph)) for paragraph in paragraphs)


def _pieces(paragraph: Any) -> Iterator[str]:  # noqa: ANN401  as above
    for node in paragraph.iter(_TEXT, _TAB, _BREAK, _RETURN):
        if node.tag == _TEXT:
            yield node.text or ""
        elif node.getparent().tag == qn("w:r"):
            yield " " if node.tag == _TAB else "\n"
