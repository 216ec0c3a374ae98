"""A table that needs the width of a page laid crosswise: who makes it, its title, and the two who sign it."""

from docx.document import Document

from reports.paper import CENTER, cells, lay, line, tag, text
from reports.template_frame import LAYOUTS


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


def signatures(document: Document) -> None:
    """Print the two who sign: of `left` and `right` each `post`, `how` and `name`."""
    for cell, name in zip(cells(document, 126, 126), ("left", "right"), strict=True):
        text(cell, f"{{{{ {name}.post }}}}", size=14, bold=True, align=CENTER, before=12, after=0, with_next=True)
        text(cell, f"{{{{ {name}.how }}}}", size=12, italic=True, align=CENTER, after=62, with_next=True)
        text(cell, f"{{{{ {name}.name }}}}", size=14, bold=True, align=CENTER, after=0)
