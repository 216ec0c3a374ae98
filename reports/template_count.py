"""The Word template of the minutes of a count (biên bản kiểm phiếu), one a layout."""

from typing import Final

import docx
from docx.document import Document

from reports.paper import CENTER, LEFT, Column, cells, line, listing, number_pages, prepare, tag, text
from reports.template_frame import LAYOUTS, properties, saved

PARTY_TITLE: Final = 73
COLUMNS: Final = (
    Column(12, "STT", "{{ row.no }}", CENTER),
    Column(42, "Đối tượng", "{{ row.name }}"),
    Column(64, "Số phiếu cho từng mức", "{{ row.counts }}"),
    Column(17, "Không hợp lệ", "{{ row.invalid }}", CENTER),
    Column(30, "Kết quả", "{{ row.outcome }}"),
)


def build(layout: str) -> bytes:
    """The template of a layout; the same bytes every time."""
    document, measures = docx.Document(), LAYOUTS[layout]
    prepare(document, measures)
    properties(document)
    number_pages(document.sections[0], measures.number)
    _head(document, party=layout == "party")
    _figures(document)
    listing(document, COLUMNS, "row in rows")
    _foot(document)
    return saved(document)


def _head(document: Document, *, party: bool) -> None:
    tag(document, "if rehearsal")
    text(document, "{{ rehearsal }}", size=11, bold=True, align=CENTER, after=6)
    tag(document, "endif")
    left, right = cells(document, 75, 90)
    text(left, "{{ issuer }}", size=13, bold=True, align=CENTER, after=0)
    if party:
        text(left, "*", size=13, align=CENTER, after=0)
        text(right, "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, align=CENTER, after=0)
        line(right, width=PARTY_TITLE, room=90)
    else:
        line(left, width=22, room=75)
        text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True, align=CENTER, after=0)
        text(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True, align=CENTER, after=0)
        line(right, width=58, room=90)
    text(left, "Số {{ number }}", size=13, align=CENTER, after=0)
    text(right, "{{ place_and_date }}", size=13, italic=True, align=CENTER, before=4, after=0)
    text(document, "BIÊN BẢN KIỂM PHIẾU", size=15, bold=True, align=CENTER, before=16, after=0)
    text(document, "{{ title }}", size=14, bold=True, align=CENTER, after=2)
    tag(document, "if draft")
    text(document, "{{ draft }}", size=12, bold=True, align=CENTER, after=4)
    tag(document, "endif")


def _figures(document: Document) -> None:
    text(document, "{{ opening }}", style="Report Body", before=6)
    tag(document, "for sentence in facts")
    text(document, "{{ sentence }}", style="Report Body", align=LEFT)
    tag(document, "endfor")


def _foot(document: Document) -> None:
    text(document, "{{ ending }}", style="Report Body", before=8)
    left, right = cells(document, 82, 83)
    text(left, "{{ left_signer }}", size=13, bold=True, align=CENTER, before=10, after=0)
    text(left, "(ký, ghi rõ họ tên)", size=12, italic=True, align=CENTER, after=70)
    text(right, "CHỦ TRÌ", size=13, bold=True, align=CENTER, before=10, after=0)
    text(right, "(ký, ghi rõ họ tên)", size=12, italic=True, align=CENTER, after=70)
    text(right, "{{ chair }}", size=13, bold=True, align=CENTER, after=0)
