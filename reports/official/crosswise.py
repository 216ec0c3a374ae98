"""A table that needs the width of a page laid crosswise: who makes it, its title, and the two who sign it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from docx.document import Document
from docx.table import _Cell

from reports.paper import CENTER, Look, cells, lay, line, tag, text
from reports.template_frame import LAYOUTS

_LAST: Final = "last-"
_KEPT: Final = 2
"""So many rows at least stand on the page of those who sign."""


def begin(document: Document, layout: str) -> None:
    """Lay the pages crosswise, and print issuer, State or Party, mark of a draft, title and what it is about."""
    section = document.sections[0]
    lay(section, LAYOUTS[layout], upright=False)
    section.different_first_page_header_footer = True
    left, right = cells(document, 116, 136)
    text(left, "{{ issuer }}", size=13, bold=True, align=CENTER, after=0)
    if layout == "party":
        text(left, "*", size=14, align=CENTER, after=0)
        text(right, "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, align=CENTER, after=0)
        line(right, width=73, room=136)
    else:
        line(left, width=22, room=116)
        text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True, align=CENTER, after=0)
        text(right, "Độc lập - Tự do - Hạnh phúc", size=14, bold=True, align=CENTER, after=0)
        line(right, width=60, room=136)
    tag(document, "if draft")
    text(document, "{{ draft }}", size=13, bold=True, align=CENTER, before=6, after=0)
    tag(document, "endif")
    text(document, "{{ title }}", size=14, bold=True, align=CENTER, before=10, after=0)
    text(document, "{{ about }}", size=14, bold=True, align=CENTER, after=0)


def looks(given: Mapping[str, Look]) -> dict[str, Look]:
    """How rows look, and how the last of them do, which stay on the page of those who sign."""
    return {**given, **{f"{_LAST}{name}": replace(look, with_next=True) for name, look in given.items()}}


def ended(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows, of which the last stay on the page of those who sign."""
    return [*rows[:-_KEPT], *({**row, "look": f"{_LAST}{row['look']}"} for row in rows[-_KEPT:])]


def signatures(document: Document | _Cell) -> None:
    """Print the two who sign: of `left` and `right` each `post`, `how` and `name`."""
    for cell, name in zip(cells(document, 126, 126), ("left", "right"), strict=True):
        text(cell, f"{{{{ {name}.post }}}}", size=14, bold=True, align=CENTER, before=12, after=0, with_next=True)
        text(cell, f"{{{{ {name}.how }}}}", size=12, italic=True, align=CENTER, after=62, with_next=True)
        text(cell, f"{{{{ {name}.name }}}}", size=14, bold=True, align=CENTER, after=0)
